/* The last words of a process: built in a buffer on the stack and written with one write, since the
 * heap or stdio may be what is broken. */
#include "base/check.h"

#include <execinfo.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define FRAMES_MAX 64

static size_t printed(int n, size_t room) { return n < 0 ? 0 : min_size((size_t)n, room - 1); }

_Noreturn void check_failed(const char *file, int line, const char *func, const char *cond,
                            const char *fmt, ...) {
    char text[2048];
    size_t len = printed(snprintf(text, sizeof(text), "qshost: CHECK failed: %s at %s:%d in %s",
                                  cond, file, line, func),
                         sizeof(text));
    if (fmt != NULL && len + 3 < sizeof(text)) {
        text[len++] = ':';
        text[len++] = ' ';
        va_list args;
        va_start(args, fmt);
        len += printed(vsnprintf(text + len, sizeof(text) - len, fmt, args), sizeof(text) - len);
        va_end(args);
    }
    text[len++] = '\n'; /* in place of the terminator */
    if (write(STDERR_FILENO, text, len) < 0) {
        /* nobody listens; the abort still tells */
    }
    void *frames[FRAMES_MAX];
    int count = backtrace(frames, FRAMES_MAX);
    backtrace_symbols_fd(frames, count, STDERR_FILENO);
    abort();
}
