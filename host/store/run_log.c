#include "store/run_log.h"

#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "base/str.h"

/* What stands behind "every ": "bar", "10", "10 bars". */
static bool parse_every(const char *text, int64_t *ret) {
    size_t digits = strspn(text, "0123456789");
    const char *unit = text + digits;
    int64_t every = 1;
    if (digits == 0) {
        if (!str_eq(text, "bar"))
            return false;
    } else if (!str_parse_i64_n(text, digits, &every) || every < 1) {
        return false;
    } else if (!str_eq(unit, "") && !str_eq(unit, " bars") && !str_eq(unit, " bar")) {
        return false;
    }
    *ret = every;
    return true;
}

bool run_log_parse(const char *text, struct run_log *ret) {
    static const char every[] = "every ";
    struct run_log log = {.every = 1};
    if (str_eq(text, "bars"))
        log.kind = RUN_LOG_BARS;
    else if (str_eq(text, "full"))
        log.kind = RUN_LOG_FULL;
    else if (str_eq(text, "trades"))
        log.kind = RUN_LOG_TRADES;
    else if (str_starts_with(text, every) && parse_every(text + strlen(every), &log.every))
        log.kind = RUN_LOG_EVERY;
    else
        return false;
    *ret = log;
    return true;
}

void run_log_print(struct run_log log, char buffer[RUN_LOG_TEXT_MAX]) {
    static const char *const words[] = {
        [RUN_LOG_BARS] = "bars", [RUN_LOG_FULL] = "full", [RUN_LOG_TRADES] = "trades"};
    if (log.kind != RUN_LOG_EVERY)
        snprintf(buffer, RUN_LOG_TEXT_MAX, "%s", words[log.kind]);
    else if (log.every == 1)
        snprintf(buffer, RUN_LOG_TEXT_MAX, "every bar");
    else
        snprintf(buffer, RUN_LOG_TEXT_MAX, "every %lld bars", (long long)log.every);
}
