/*
 * From a config to a record and a report; and what is left where it fails on the way.
 */
#include "proc/backtest_job.h"

#include "unit/proc/jobs.h"

TestSuite(backtest_job, .init = jobs_setup, .fini = jobs_teardown);

Test(backtest_job, a_run_is_recorded_with_what_its_report_says) {
    char expected[300], hex[HASH128_HEX_SIZE];
    open_db();
    conf_ema_cross("");
    cr_assert_eq(run_job(), 0, "%s", err.text);
    cr_expect_eq(job.run, 1);
    cr_expect(job.started);
    hash128_hex(job.job.run.journal, hex);
    cr_expect_str_eq(job.report.facts->journal_hash, hex);
    cr_expect_str_eq(job.report.facts->path, db_path(db));
    snprintf(expected, sizeof expected, "done|%s|40|%lld|%lld|NULL", hex,
             (long long)job.report.collector->order_count,
             (long long)job.report.collector->trade_count);
    cr_expect_str_eq(ask("SELECT status, journal_hash, bars, orders, trades, error FROM "
                         "strategy_run"),
                     expected);
    cr_expect_geq(job.report.collector->trade_count, 3); /* four waves: a long and a short each */
    cr_expect_eq(number("SELECT count(*) FROM strategy_trade"), job.report.collector->trade_count);
}

Test(backtest_job, the_journal_is_the_same_with_and_without_a_record) {
    struct hash128 hashes[4];
    open_db();
    for (int i = 0; i < 4; i++) {
        conf_ema_cross(i == 3 ? "log: trades\n" : "");
        struct backtest_job_spec spec = spec_of();
        spec.db = i % 2 ? db : NULL;
        spec.port = i == 2 ? BACKTEST_LOOPBACK : BACKTEST_DIRECT;
        cr_assert_eq(run_spec(&spec), 0, "%s", err.text);
        cr_expect_eq(job.run > 0, i % 2 == 1);
        hashes[i] = job.job.run.journal;
        cr_expect(hash128_eq(hashes[i], hashes[0]), "%d", i);
    }
}

Test(backtest_job, a_run_that_is_recorded_later_has_the_same_record) {
    struct str where = {0};
    bool same = false;
    open_db();
    conf_ema_cross("log: full\n");
    cr_assert_eq(run_job(), 0, "%s", err.text); /* run 1, at once */
    struct backtest_job_spec spec = spec_of();
    spec.is_recorded_later = true;
    cr_assert_eq(run_spec(&spec), 0, "%s", err.text);
    cr_expect_str_eq(ask("SELECT status FROM strategy_run WHERE strategy_run_id = 2"), "running");
    cr_expect_eq(number("SELECT count(*) FROM strategy_order WHERE strategy_run_id = 2"), 0);
    cr_assert_eq(backtest_job_record(&job, &err), 0, "%s", err.text);
    cr_expect_str_eq(ask("SELECT status FROM strategy_run WHERE strategy_run_id = 2"), "done");
    cr_assert_eq(run_table_compare(db, 1, db, 2, &same, &where, &err), 0, "%s", err.text);
    cr_expect(same, "%s", str_text(&where));
    cr_expect_eq(backtest_job_record(&job, &err), 0); /* nothing is left to do */
    str_fini(&where);
}

Test(backtest_job, runs_without_a_record_touch_no_database) {
    conf_ema_cross("");
    cr_assert_eq(run_job(), 0, "%s", err.text);
    cr_expect_eq(job.run, 0);
    cr_expect_null(job.db);
    cr_expect_null(job.report.facts->path);
    cr_expect_not(has_file("quasar.sqlite"));
}

Test(backtest_job, tells_its_times) {
    conf_ema_cross("");
    cr_assert_eq(run_job(), 0, "%s", err.text);
    const struct run_facts *facts = job.report.facts;
    cr_assert_eq(facts->timing_count, 3);
    cr_expect_str_eq(facts->timings[1].name, "run");
    for (size_t i = 0; i < 3; i++)
        cr_expect(facts->timings[i].seconds >= 0.0);
    cr_expect_gt(facts->timings[1].seconds, 0.0);
}

Test(backtest_job, plays_only_as_many_instants_as_asked) {
    open_db();
    conf_ema_cross("");
    struct backtest_job_spec spec = spec_of();
    spec.cut_after = 7;
    cr_assert_eq(run_spec(&spec), 0, "%s", err.text);
    cr_expect_str_eq(ask("SELECT bars FROM strategy_run"), "7");
}

/* ---- the database that is opened late ---- */

Test(backtest_job, makes_the_database_when_the_plan_stands) {
    conf_ema_cross("");
    struct backtest_job_spec spec = spec_of();
    spec.db_path = db_file;
    cr_assert_eq(run_spec(&spec), 0, "%s", err.text);
    cr_expect_str_eq(db_path(job.db), job.report.facts->path);
    backtest_job_fini(&job);
    cr_expect_str_eq(ask("SELECT status FROM strategy_run"), "done");
    cr_assert_eq(run_spec(&spec), 0, "%s", err.text); /* and opens one that is there */
    cr_expect_eq(job.run, 2);
}

Test(backtest_job, what_is_refused_leaves_nothing) {
    char journal[128];
    snprintf(journal, sizeof journal, "%s/none/run.qsj", folder);
    for (int i = 0; i < 2; i++) {
        conf_for(i == 0 ? "/none/x.so" : QS_PLUGIN_DIR "/ema_cross.so", "");
        struct backtest_job_spec spec = spec_of();
        spec.db_path = db_file;
        spec.journal_path = i == 1 ? journal : NULL;
        cr_expect_lt(backtest_job_prepare(&spec, &job, &err), 0);
        cr_expect_not(job.started);
        backtest_job_fini(&job);
        cr_expect_not(has_file("quasar.sqlite"), "%d", i);
    }
}

Test(backtest_job, a_bad_journal_path_leaves_no_run_in_a_database_that_is_there) {
    open_db();
    conf_ema_cross("");
    struct backtest_job_spec spec = spec_of();
    spec.journal_path = "/none/run.qsj";
    cr_expect_lt(backtest_job_prepare(&spec, &job, &err), 0);
    cr_expect_eq(number("SELECT count(*) FROM strategy_run"), 0);
}

Test(backtest_job, a_database_that_cannot_be_made_leaves_no_journal_file) {
    char journal[128];
    snprintf(journal, sizeof journal, "%s/run.qsj", folder);
    conf_ema_cross("");
    struct backtest_job_spec spec = spec_of();
    spec.db_path = "/none/quasar.sqlite";
    spec.journal_path = journal;
    cr_expect_eq(backtest_job_prepare(&spec, &job, &err), ERR_IO);
    cr_expect_not_null(strstr(err.text, "there is no folder /none"), "%s", err.text);
    backtest_job_fini(&job);
    cr_expect_not(has_file("run.qsj"));
}

Test(backtest_job, a_database_of_something_else_leaves_a_journal_file_as_it_was) {
    char path[128];
    snprintf(path, sizeof path, "%s/run.qsj", folder);
    for (int i = 0; i < 2; i++) {
        FILE *file = fopen(i ? path : db_file, "wb");
        cr_assert_not_null(file);
        fputs("something else that is kept here", file);
        cr_assert_eq(fclose(file), 0);
    }
    conf_ema_cross("");
    struct backtest_job_spec spec = spec_of();
    spec.db_path = db_file;
    spec.journal_path = path;
    cr_expect_eq(backtest_job_prepare(&spec, &job, &err), ERR_FORMAT, "%s", err.text);
    backtest_job_fini(&job);
    FILE *file = fopen(path, "rb");
    char text[20] = "";
    cr_assert_not_null(file);
    cr_assert_not_null(fgets(text, sizeof text, file));
    cr_expect_str_eq(text, "something else that");
    (void)fclose(file);
}

/* ---- strategies that fail ---- */

static void fails(const char *double_name, int code, const char *words) {
    open_db();
    conf_double(double_name, "");
    cr_expect_eq(run_job(), code, "%s", err.text);
    cr_expect(job.started);
    cr_expect_not_null(strstr(err.text, words), "%s", err.text);
    cr_expect_str_eq(ask("SELECT error FROM strategy_run"), err.text);
    cr_expect_str_eq(ask("SELECT status, journal_hash, bars, result FROM strategy_run"),
                     "failed|NULL|NULL|NULL");
    cr_expect_eq(waitpid(-1, NULL, WNOHANG), -1);
}

Test(backtest_job, a_crash_is_in_the_row) {
    fails("bar_crash", ERR_CRASH, "crashed with SIGSEGV at address 0x0 in on_bar at bar 30");
}

Test(backtest_job, a_hang_is_in_the_row) {
    setenv("QS_DEADLINE_MS", "300", 1);
    fails("bar_hang", ERR_HANG, "hung in on_bar at bar 30");
}

Test(backtest_job, what_a_strategy_printed_is_in_the_row) {
    open_db();
    conf_double("bar_prints", "");
    cr_assert_eq(run_job(), 0, "%s", err.text);
    cr_expect_eq(number("SELECT instr(output, 'bar 1' || char(10) || 'bar 2') FROM strategy_run"),
                 1);
}

static bool always(void *self) {
    (void)self;
    return true;
}

Test(backtest_job, a_run_that_is_cancelled_is_busy_and_failed_in_the_row) {
    int fds[2];
    open_db();
    conf_double("bar_hang", "");
    cr_assert_eq(pipe(fds), 0);
    cr_assert_eq(write(fds[1], "x", 1), 1);
    struct backtest_job_spec spec = spec_of();
    spec.cancelled = always;
    spec.cancel_fd = fds[0];
    cr_expect_eq(run_spec(&spec), ERR_BUSY, "%s", err.text);
    cr_expect_str_eq(ask("SELECT status FROM strategy_run"), "failed");
    cr_expect_eq(waitpid(-1, NULL, WNOHANG), -1);
    close(fds[0]);
    close(fds[1]);
}

Test(backtest_job, a_process_that_ends_in_between_leaves_an_interrupted_run) {
    struct run_row row;
    open_db();
    conf_ema_cross("");
    struct backtest_job_spec spec = spec_of();
    cr_assert_eq(backtest_job_prepare(&spec, &job, &err), 0, "%s", err.text);
    backtest_job_fini(&job);
    cr_assert_eq(run_table_get(db, 1, &row, &err), 0);
    cr_expect_str_eq(row.status, "interrupted");
    run_row_fini(&row);
}

Test(backtest_job, no_descriptor_is_left) {
    conf_ema_cross("");
    struct backtest_job_spec spec = spec_of();
    spec.db_path = db_file;
    cr_assert_eq(run_spec(&spec), 0, "%s", err.text);
    backtest_job_fini(&job);
    int before = count_entries("/proc/self/fd");
    for (int i = 0; i < 3; i++) {
        cr_assert_eq(run_spec(&spec), 0, "%s", err.text);
        backtest_job_fini(&job);
    }
    cr_expect_eq(count_entries("/proc/self/fd"), before);
}

Test(backtest_job, finishing_twice_or_nothing_is_fine) {
    backtest_job_fini(&job);
    conf_ema_cross("");
    cr_assert_eq(run_job(), 0, "%s", err.text);
    backtest_job_fini(&job);
    backtest_job_fini(&job);
}
