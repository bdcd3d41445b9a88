/*
 * Lines to the person at the terminal: stderr, "qshost: text". Nothing else is logged through here;
 * records and the JSON-lines logs belong to store/.
 *
 * Only proc/, web/, cmd/ and main may log above debug: what fails below returns a struct err.
 * One write per line, so lines of several processes don't mix. The level is the one global state.
 */
#ifndef QS_BASE_LOG_H
#define QS_BASE_LOG_H

#include <stdbool.h>

#include "base/check.h"

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARN, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

/* What is above level is dropped. LOG_LEVEL_INFO at the start of the process. */
void log_set_level(enum log_level level);
bool log_is_on(enum log_level level);

/* One line without the newline; over 4000 bytes it is cut. Errors and info are "qshost: ...",
 * others "qshost: warning: ..." and "qshost: debug: ...". errno is kept. */
void log_line(enum log_level level, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* The arguments are not evaluated when the level is off. */
#define LOG_AT(level, ...)                                                                         \
    do {                                                                                           \
        if (log_is_on(level))                                                                      \
            log_line(level, __VA_ARGS__);                                                          \
    } while (0)

#define LOG_ERROR(...) LOG_AT(LOG_LEVEL_ERROR, __VA_ARGS__)
#define LOG_WARN(...) LOG_AT(LOG_LEVEL_WARN, __VA_ARGS__)
#define LOG_INFO(...) LOG_AT(LOG_LEVEL_INFO, __VA_ARGS__)
#define LOG_DEBUG(...) LOG_AT(LOG_LEVEL_DEBUG, __VA_ARGS__)

#endif
