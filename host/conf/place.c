/* A sentence is one line, whatever a key or a value of the user held: control characters become
 * spaces. */
#include "conf/place.h"

#include <stdarg.h>

#include "base/str.h"

static int PRINTF_LIKE(5, 0) vfail(int code, const struct conf_place *place, const char *key,
                                   struct err *err, const char *fmt, va_list args) {
    struct str text = {0};
    if (place != NULL && place->name != NULL) {
        if (place->line > 0)
            str_appendf(&text, "%s:%d:%d: ", place->name, place->line, place->column);
        else
            str_appendf(&text, "%s: ", place->name);
    }
    if (key != NULL && key[0] != '\0')
        str_appendf(&text, "%s: ", key);
    str_vappendf(&text, fmt, args);
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.data[i] < 0x20 || text.data[i] == 0x7f)
            text.data[i] = ' ';
    err_set(err, code, "%s", str_text(&text));
    str_fini(&text);
    return code;
}

bool conf_place_is_option(const struct conf_place *place) {
    return place != NULL && place->name != NULL && place->line == 0 && place->name[0] == '-';
}

static int code_of(const struct conf_place *place, int otherwise) {
    return conf_place_is_option(place) ? ERR_USAGE : otherwise;
}

int conf_fail(const struct conf_place *place, const char *key, struct err *err, const char *fmt,
              ...) {
    va_list args;
    va_start(args, fmt);
    int rc = vfail(code_of(place, ERR_CONFIG), place, key, err, fmt, args);
    va_end(args);
    return rc;
}

int conf_fail_as(int code, const struct conf_place *place, const char *key, struct err *err,
                 const char *fmt, ...) {
    va_list args;
    va_start(args, fmt);
    int rc = vfail(code_of(place, code != 0 ? code : ERR_CONFIG), place, key, err, fmt, args);
    va_end(args);
    return rc;
}
