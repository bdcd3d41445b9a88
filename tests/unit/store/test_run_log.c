#include <criterion/criterion.h>
#include <string.h>

#include "base/check.h"
#include "store/run_log.h"

static const struct {
    const char *text;
    enum run_log_kind kind;
    int64_t every;
    const char *canonical;
} accepted[] = {
    {"bars", RUN_LOG_BARS, 1, "bars"},
    {"full", RUN_LOG_FULL, 1, "full"},
    {"trades", RUN_LOG_TRADES, 1, "trades"},
    {"every bar", RUN_LOG_EVERY, 1, "every bar"},
    {"every 1", RUN_LOG_EVERY, 1, "every bar"},
    {"every 1 bar", RUN_LOG_EVERY, 1, "every bar"},
    {"every 10", RUN_LOG_EVERY, 10, "every 10 bars"},
    {"every 10 bars", RUN_LOG_EVERY, 10, "every 10 bars"},
    {"every 9223372036854775807 bars", RUN_LOG_EVERY, INT64_MAX, "every 9223372036854775807 bars"},
};

Test(run_log, words_are_read_and_written_in_one_form) {
    for (size_t i = 0; i < ARRAY_LEN(accepted); i++) {
        struct run_log log = {.every = -1}, again = {.every = -1};
        char text[RUN_LOG_TEXT_MAX];
        cr_assert(run_log_parse(accepted[i].text, &log), "%s", accepted[i].text);
        cr_assert_eq(log.kind, accepted[i].kind, "%s", accepted[i].text);
        cr_assert_eq(log.every, accepted[i].every, "%s", accepted[i].text);
        run_log_print(log, text);
        cr_assert_str_eq(text, accepted[i].canonical);
        cr_assert(run_log_parse(text, &again));
        cr_assert(again.kind == log.kind && again.every == log.every);
    }
}

Test(run_log, anything_else_is_refused_and_changes_nothing) {
    static const char *const refused[] = {"",
                                          "Bars",
                                          "bar",
                                          "full ",
                                          " full",
                                          "every",
                                          "every ",
                                          "every bars",
                                          "every 0 bars",
                                          "every -1 bars",
                                          "every +1",
                                          "every 1.5",
                                          "every 10bars",
                                          "every 10 days",
                                          "every 9223372036854775808",
                                          "every 1e3",
                                          "every  10",
                                          "every 10 bars ",
                                          "every ten bars",
                                          "10"};
    for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
        struct run_log log = {.kind = RUN_LOG_FULL, .every = 7};
        cr_assert_not(run_log_parse(refused[i], &log), "%s", refused[i]);
        cr_assert(log.kind == RUN_LOG_FULL && log.every == 7);
    }
}
