#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"

/* Formats aside first: the values may point into the text that is about to be written over. */
static void PRINTF_LIKE(3, 0) set_text(struct err *err, int code, const char *fmt, va_list args) {
    char text[sizeof(err->text) + 1];
    if (vsnprintf(text, sizeof(text), fmt, args) < 0)
        text[0] = '\0';
    str_copy_fixed(err->text, sizeof(err->text), text);
    err->code = code;
}

int err_set(struct err *err, int code, const char *fmt, ...) {
    CHECK(code < 0);
    if (err != NULL) {
        va_list args;
        va_start(args, fmt);
        set_text(err, code, fmt, args);
        va_end(args);
    }
    return code;
}

int err_prepend(struct err *err, const char *fmt, ...) {
    if (err == NULL)
        return ERR_INTERNAL;
    char old[sizeof(err->text)];
    memcpy(old, err->text, sizeof(old));
    va_list args;
    va_start(args, fmt);
    set_text(err, err->code, fmt, args);
    va_end(args);
    size_t len = strlen(err->text);
    str_copy_fixed(err->text + len, sizeof(err->text) - len, old);
    return err->code;
}

int err_errno(struct err *err, const char *what, const char *path) {
    int number = errno;
    int code = number == ENOENT                         ? ERR_NOT_FOUND
               : (number == EBUSY || number == ETXTBSY) ? ERR_BUSY
                                                        : ERR_IO;
    char buf[256];
    const char *reason = strerror_r(number, buf, sizeof(buf));
    if (path != NULL)
        err_set(err, code, "%s %s: %s", what, path, reason);
    else
        err_set(err, code, "%s: %s", what, reason);
    errno = number;
    return code;
}

const char *err_name(int code) {
    switch (code) {
    case 0:
        return "OK";
#define ERR(name, number, when)                                                                    \
    case name:                                                                                     \
        return #name;
#include "base/err.def"
#undef ERR
    default:
        return "ERR_UNKNOWN";
    }
}
