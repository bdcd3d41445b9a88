#include "base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"

#define LINE_MAX_BYTES ((size_t)4000)

static _Atomic int level_now = LOG_LEVEL_INFO;

void log_set_level(enum log_level level) {
    atomic_store_explicit(&level_now, (int)level, memory_order_relaxed);
}

bool log_is_on(enum log_level level) {
    return (int)level <= atomic_load_explicit(&level_now, memory_order_relaxed);
}

static const char *prefix_of(enum log_level level) {
    switch (level) {
    case LOG_LEVEL_WARN:
        return "qshost: warning: ";
    case LOG_LEVEL_DEBUG:
        return "qshost: debug: ";
    case LOG_LEVEL_ERROR:
    case LOG_LEVEL_INFO:
        break;
    }
    return "qshost: ";
}

static void write_all(const char *data, size_t len) {
    while (len > 0) {
        ssize_t n = write(STDERR_FILENO, data, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return; /* there is nowhere left to say so */
        data += n;
        len -= (size_t)n;
    }
}

void log_line(enum log_level level, const char *fmt, ...) {
    if (!log_is_on(level))
        return;
    int saved_errno = errno;
    char line[LINE_MAX_BYTES + 2];
    str_copy_fixed(line, sizeof(line), prefix_of(level));
    size_t len = strlen(line);
    va_list args;
    va_start(args, fmt);
    int n = vsnprintf(line + len, LINE_MAX_BYTES + 1 - len, fmt, args);
    va_end(args);
    if (n > 0 && (size_t)n > LINE_MAX_BYTES - len)
        len = str_utf8_floor(line, LINE_MAX_BYTES);
    else if (n > 0)
        len += (size_t)n;
    line[len++] = '\n';
    write_all(line, len);
    errno = saved_errno;
}
