/*
 * The decisions of hand-made journals. What each saw is hashed here a second time: a chain over the
 * bars of its feeds, from the first one in the data on.
 */
#include "run/steps.h"

#include "unit/run/recorded.h"

static struct steps *steps;

static void setup(void) { recorded_setup(); }

static void teardown(void) {
    steps_destroy(&steps);
    recorded_teardown();
}
TestSuite(steps, .init = setup, .fini = teardown);

static int take(void *self, const struct journal_record *record, struct err *out) {
    return steps_take(self, record, out);
}

static void equity(int64_t time, int64_t silo) {
    journal_put_equity(&speech, &(struct j_equity){.time = time, .silo = silo});
}

/* What was said by now, into new steps; then the rows of the last run. */
static int play(void) {
    end_speech();
    steps_destroy(&steps);
    cr_assert_eq(steps_create(plan, writer, &steps, &err), 0, "%s", err.text);
    return each_told(take, steps);
}

static const char *rows(const char *columns) {
    char sql[300];
    struct err later;
    cr_assert_eq(run_writer_fail(writer, "the end of the test", NULL, 1, &later), 0);
    snprintf(sql, sizeof sql,
             "SELECT %s FROM strategy_step WHERE strategy_run_id = (SELECT max(strategy_run_id) "
             "FROM strategy_run) ORDER BY seq",
             columns);
    return ask(sql);
}

/* One bar after those that gave `before`. */
static uint64_t chain(uint64_t before, int64_t feed, int64_t time, double open) {
    struct {
        uint64_t before;
        int64_t feed, time;
        double open, high, low, close, volume;
    } bar = {before, feed, time, open, open + 2, open - 2, open + 1, 100};
    return hash128(&bar, sizeof bar).lo;
}

static const char *ones = "strategy: one\ndata: [{file: aaa_1d.csv}]\nlog: full\n";

Test(steps, a_strategy_decides_from_its_start_on) {
    char times[100];
    begin_run(ones);
    speak();
    equity(T1, 0);
    journal_put_start(&speech, &(struct j_start){.time = T2, .bars = 2});
    equity(T2, 0);
    equity(T3, 0);
    cr_assert_eq(play(), 0, "%s", err.text);
    snprintf(times, sizeof times, "0|%lld|1d|ok|NULL;0|%lld|1d|ok|NULL", (long long)T2,
             (long long)T3);
    cr_expect_str_eq(rows("strategy_instance_id, time, timeframe, status, duration_ns"), times);
}

Test(steps, intents_are_those_of_the_instant) {
    static const int counts[] = {2, 0, 1};
    static const int64_t at[] = {T1, T2, T3};
    begin_run(ones);
    speak();
    journal_put_start(&speech, &(struct j_start){.time = T1, .bars = 1});
    for (int i = 0; i < 3; i++) {
        for (int k = 0; k < counts[i]; k++)
            journal_put_intent(&speech, &(struct j_intent){.time = at[i], .number = k});
        equity(at[i], 0);
    }
    cr_assert_eq(play(), 0, "%s", err.text);
    cr_expect_str_eq(rows("intents"), "2;0;1");
}

Test(steps, the_hash_is_a_chain_over_every_bar_seen) {
    char expected[100];
    begin_run(ones);
    speak();
    equity(T1, 0); /* before its start: no decision, but a bar that it can look back at */
    journal_put_start(&speech, &(struct j_start){.time = T2, .bars = 2});
    equity(T2, 0);
    equity(T3, 0);
    cr_assert_eq(play(), 0, "%s", err.text);
    uint64_t second = chain(chain(0, 0, T1, 10), 0, T2, 11), third = chain(second, 0, T3, 12);
    snprintf(expected, sizeof expected, "%lld;%lld", (long long)second, (long long)third);
    cr_expect_str_eq(rows("context_hash"), expected);
}

Test(steps, an_instant_that_is_recorded_twice_is_one_decision) {
    begin_run(ones);
    speak();
    journal_put_start(&speech, &(struct j_start){.time = T1, .bars = 1});
    equity(T1, 0);
    equity(T2, 0);
    equity(T3, 0);
    equity(T3, 0); /* positions closed at the end */
    cr_assert_eq(play(), 0, "%s", err.text);
    cr_expect_str_eq(rows("count(*)"), "3");
}

Test(steps, each_decides_when_one_of_its_own_feeds_closes) {
    write_hours("bbb_1h.csv", 50); /* three hours of the first day: 01:00, 02:00, 03:00 */
    begin_run("data: [{file: aaa_1d.csv}, {file: bbb_1h.csv}]\nlog: full\nstrategies:\n"
              "  - {strategy: one, name: days, symbols: [AAA]}\n"
              "  - {strategy: one, name: hours, symbols: [BBB]}\n");
    speak();
    for (int i = 0; i < 2; i++)
        journal_put_start(&speech, &(struct j_start){.time = T1, .strategy = i, .bars = 1});
    for (int i = 1; i <= 3; i++)
        equity(DAY_1 + i * TIME_HOUR, 0);
    equity(T1, 0);
    equity(T2, 0);
    cr_assert_eq(play(), 0, "%s", err.text);
    cr_expect_str_eq(rows("strategy_instance_id, timeframe"), "1|1h;1|1h;1|1h;0|1d;0|1d");
}

Test(steps, a_strategy_of_two_feeds_decides_once_an_instant_and_sees_both) {
    write_days("bbb_1d.csv", 20);
    begin_run("data: [{file: aaa_1d.csv}, {file: bbb_1d.csv}]\nlog: full\nstrategy: many\n");
    speak();
    journal_put_start(&speech, &(struct j_start){.time = T1, .bars = 1});
    equity(T1, 0);
    cr_assert_eq(play(), 0, "%s", err.text);
    uint64_t one = chain(chain(0, 0, T1, 10), 1, T1, 20);
    char expected[50];
    snprintf(expected, sizeof expected, "1d|%lld", (long long)one);
    cr_expect_str_eq(rows("timeframe, context_hash"), expected);
}

Test(steps, of_two_feeds_that_close_together_the_first_gives_the_timeframe) {
    write_file("bbb_1h.csv", "time,open,high,low,close,volume\n"
                             "2024-01-01T22:00,10,12,8,11,9\n2024-01-01T23:00,10,12,8,11,9\n");
    begin_run("data: [{file: aaa_1d.csv}, {file: bbb_1h.csv}]\nlog: full\nstrategy: many\n");
    speak();
    journal_put_start(&speech, &(struct j_start){.time = T1 - TIME_HOUR, .bars = 1});
    equity(T1 - TIME_HOUR, 0);
    equity(T1, 0); /* the day and its last hour */
    equity(T2, 0);
    cr_assert_eq(play(), 0, "%s", err.text);
    /* ids go by timeframe (run/bind.c): the hours are feed 0 */
    cr_expect_str_eq(rows("timeframe"), "1h;1h;1d");
}

Test(steps, other_silos_end_no_instant) {
    begin_run("silos: [{name: a, initial_cash: 5}, {name: b, initial_cash: 5}]\n"
              "data: [{file: aaa_1d.csv}]\nlog: full\nstrategies:\n"
              "  - {strategy: one, name: x, silo: a}\n  - {strategy: one, name: y, silo: b}\n");
    speak();
    journal_put_start(&speech, &(struct j_start){.time = T1, .strategy = 1, .bars = 1});
    equity(T1, 0);
    equity(T1, 1);
    equity(T2, 0);
    equity(T2, 1);
    cr_assert_eq(play(), 0, "%s", err.text);
    cr_expect_str_eq(rows("strategy_instance_id"), "1;1");
}

Test(steps, more_instants_than_bars_are_refused) {
    begin_run(ones);
    speak();
    for (int i = 1; i <= 4; i++)
        equity(DAY_1 + i * TIME_DAY, 0);
    cr_expect_eq(play(), ERR_FORMAT);
    cr_expect_str_eq(err.text, "journal: more instants than the data has");
}

Test(steps, only_log_full_makes_them) {
    static const char *const logs[] = {"full", "bars", "every 2 bars", "trades"};
    for (size_t i = 0; i < ARRAY_LEN(logs); i++) {
        struct recorder recorder;
        char yaml[100];
        snprintf(yaml, sizeof yaml, "strategy: one\ndata: [{file: aaa_1d.csv}]\nlog: %s\n",
                 logs[i]);
        begin_run(yaml);
        cr_assert_eq(recorder_init(&recorder, plan, NULL, writer, &err), 0);
        cr_expect_eq(recorder.steps != NULL, i == 0, "%s", logs[i]);
        recorder_fini(&recorder);
    }
}

Test(steps, destroying_nothing_is_fine) { steps_destroy(&steps); }
