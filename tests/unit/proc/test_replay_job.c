/*
 * Recorded runs once more; records, bars and builds that are not those of then.
 */
#include "proc/replay_job.h"

#include "unit/proc/jobs.h"

static struct replay_result result;
static char scratch[80]; /* TMPDIR */

static void setup(void) {
    jobs_setup();
    snprintf(scratch, sizeof scratch, "%s/tmp", folder);
    cr_assert_eq(mkdir(scratch, 0700), 0);
    setenv("TMPDIR", scratch, 1);
    open_db();
}

/* One replay; nothing is left behind, whatever happened. */
static int replay(int64_t run) {
    int before = count_entries("/proc/self/fd");
    replay_result_fini(&result);
    int r = replay_job_run(db, run, &result, &err);
    cr_expect_eq(count_entries(scratch), 2); /* . and .. */
    cr_expect_eq(count_entries("/proc/self/fd"), before);
    cr_expect_eq(waitpid(-1, NULL, WNOHANG), -1);
    return r;
}

static void teardown(void) {
    replay_result_fini(&result);
    jobs_teardown();
}
TestSuite(replay_job, .init = setup, .fini = teardown);

static void record(const char *rest) {
    conf_ema_cross(rest);
    cr_assert_eq(run_job(), 0, "%s", err.text);
    backtest_job_fini(&job);
}

static void is_identical(int64_t run) {
    cr_assert_eq(replay(run), 0, "%s", err.text);
    cr_expect(result.same, "%s", str_text(&result.where));
    cr_expect_eq(result.where.len, 0);
}

static void differs(const char *where) {
    cr_assert_eq(replay(1), 0, "%s", err.text);
    cr_expect_not(result.same);
    cr_expect_str_eq(str_text(&result.where), where);
}

Test(replay_job, runs_are_identical) {
    static const char *const rests[] = {"", "log: full\n", "log: trades\n", "log: every 3 bars\n",
                                        "slippage_bps: 7\nend: 2024-01-30\n"};
    for (size_t i = 0; i < ARRAY_LEN(rests); i++) {
        record(rests[i]);
        is_identical((int64_t)i + 1);
    }
    cr_expect_eq(result.bars, 30);
    cr_expect_gt(result.trades, 0);
    cr_expect_geq(result.orders, result.trades);
    cr_expect_str_eq(result.journal, ask("SELECT journal_hash FROM strategy_run WHERE "
                                         "strategy_run_id = 5"));
    cr_expect_eq(number("SELECT count(*) FROM strategy_run"), 5); /* not recorded here */
}

Test(replay_job, a_value_that_was_changed_is_named_in_the_record_and_in_the_replay) {
    char where[200];
    record("");
    snprintf(where, sizeof where,
             "strategy_order 2 of ema_cross at %s: quantity: 5.5 in the record, 1 in the replay",
             ask("SELECT time FROM orders WHERE \"order\" = 2"));
    ask("UPDATE strategy_order SET quantity = 5.5 WHERE order_id = 2");
    differs(where);
}

Test(replay_job, the_sides_are_named_too_where_the_numbers_differ) {
    record("");
    record("");
    ask("DELETE FROM strategy_run WHERE strategy_run_id = 1");
    ask("UPDATE strategy_run SET rejected = 9 WHERE strategy_run_id = 2");
    cr_assert_eq(replay(2), 0, "%s", err.text);
    cr_expect_str_eq(str_text(&result.where),
                     "strategy_run: rejected: 9 in the record, 0 in the replay");
}

Test(replay_job, a_row_too_few_and_one_too_many) {
    record("");
    ask("DELETE FROM strategy_trade WHERE trade_id = 2");
    differs("strategy_trade 2 of ema_cross: only in the replay");
    ask("UPDATE strategy_trade SET trade_id = 2 WHERE trade_id = 1");
    differs("strategy_trade 1 of ema_cross: only in the replay");
}

Test(replay_job, a_hash_of_bars_that_was_changed_in_the_row_is_no_change_of_the_data) {
    char where[200];
    record("");
    snprintf(where, sizeof where, "strategy_run: bars_hash: 'ff' in the record, '%s' in the replay",
             ask("SELECT bars_hash FROM strategy_run"));
    ask("UPDATE strategy_run SET bars_hash = 'ff'");
    differs(where);
}

Test(replay_job, bars_that_changed_are_named_by_their_file) {
    char start[200];
    record("");
    write_bars(100.5);
    snprintf(start, sizeof start, "the bars of %s/aaa_1d.csv are not those of then (40 with hash ",
             folder);
    cr_assert_eq(replay(1), 0, "%s", err.text);
    cr_expect_not(result.same);
    cr_expect_eq(strncmp(str_text(&result.where), start, strlen(start)), 0, "%s",
                 str_text(&result.where));
    write_bars(101);
    is_identical(1);
}

Test(replay_job, bars_that_are_gone_are_an_error) {
    char path[128];
    record("");
    snprintf(path, sizeof path, "%s/aaa_1d.csv", folder);
    cr_assert_eq(unlink(path), 0);
    cr_expect_lt(replay(1), 0);
    cr_expect_eq(strncmp(err.text, "run 1: ", 7), 0, "%s", err.text);
    cr_expect_not_null(strstr(err.text, "aaa_1d.csv"), "%s", err.text);
}

Test(replay_job, a_build_that_is_not_kept_is_an_error) {
    record("");
    ask("UPDATE strategy_instance SET build_sha256 = 'f00d'");
    cr_expect_eq(replay(1), ERR_NOT_FOUND, "%s", err.text);
    cr_expect_not_null(strstr(err.text, "build f00d of ema_cross is not kept any more"), "%s",
                       err.text);
}

/* A source that is gone and a row that is damaged: tests/e2e/test_replay.py. */
Test(replay_job, a_cache_that_was_emptied_is_filled_from_the_database) {
    char other[200], builds[220];
    record("");
    record("slippage_bps: 7\n");
    cr_expect_eq(number("SELECT count(*) FROM build_file"), 1);
    snprintf(other, sizeof other, "%s/other-cache", folder);
    snprintf(builds, sizeof builds, "%s/builds", other);
    setenv("QS_CACHE", other, 1);
    is_identical(1);
    cr_expect_eq(count_entries(builds), 3);     /* . and .. */
    ask("UPDATE build_file SET bytes = x'00'"); /* it is in the cache by now */
    is_identical(2);
}

Test(replay_job, only_a_run_that_is_done_is_replayed) {
    conf_double("bar_crash", "");
    cr_expect_eq(run_job(), ERR_CRASH);
    cr_expect_eq(replay(1), ERR_USAGE);
    cr_expect_str_eq(err.text, "run 1: it is failed: only a run that is done can be replayed");
    cr_expect_eq(replay(2), ERR_NOT_FOUND);
}

Test(replay_job, a_config_that_was_changed_is_no_crash) {
    static const char *const configs[] = {"''", "'{'", "'[]'", "'{\"strategy\": \"x\"}'",
                                          "x'00ff'"};
    record("");
    for (size_t i = 0; i < ARRAY_LEN(configs); i++) {
        char sql[120];
        snprintf(sql, sizeof sql, "UPDATE strategy_run SET config = %s", configs[i]);
        ask(sql);
        cr_expect_lt(replay(1), 0, "%s", configs[i]);
        cr_expect_eq(strncmp(err.text, "run 1: ", 7), 0, "%s", err.text);
    }
}

Test(replay_job, a_folder_for_scratch_that_is_not_there_is_told) {
    record("");
    setenv("TMPDIR", "/none", 1);
    cr_expect_lt(replay(1), 0);
    cr_expect_not_null(strstr(err.text, "TMPDIR"), "%s", err.text);
}
