/*
 * The lines of a run: each is JSON with its five fields, and there are as many as the tables have
 * rows.
 */
#include "proc/run_logs.h"

#include "base/json.h"
#include "unit/proc/jobs.h"

TestSuite(run_logs, .init = jobs_setup, .fini = jobs_teardown);

static const char *const fields[] = {"timestamp", "component", "level", "message", "context"};

/* The lines of a log, parsed, in an array; jv_free it. */
static struct jv *lines_of(const char *stream) {
    struct jv *array = jv_array();
    char path[200];
    char *line = NULL;
    size_t cap = 0;
    ssize_t len;
    snprintf(path, sizeof path, "%s/.quasar/logs/%s.log", folder, stream);
    FILE *file = fopen(path, "rb");
    while (file && (len = getline(&line, &cap, file)) > 0) {
        cr_expect_eq(line[len - 1], '\n');
        struct jv *object = jv_parse(line, (size_t)len, &err);
        cr_assert_not_null(object, "%s: %s", line, err.text);
        struct jv_iter it = {0};
        for (size_t i = 0; jv_next(object, &it); i++)
            cr_expect(i < ARRAY_LEN(fields) && str_eq(it.key, fields[i]), "%s: %s", stream, it.key);
        cr_expect_eq(jv_count(object), ARRAY_LEN(fields));
        cr_expect_eq(jv_get_i64(jv_get(object, "context"), "run", -1), job.run);
        jv_push_json(array, object);
    }
    free(line);
    if (file)
        (void)fclose(file);
    return array;
}

static int64_t count(const char *stream, const char *message) {
    struct jv *lines = lines_of(stream);
    int64_t found = 0;
    for (size_t i = 0; i < jv_count(lines); i++)
        found += str_eq(jv_get_str(jv_at(lines, i), "message", ""), message);
    jv_free(lines);
    return found;
}

static size_t count_all(const char *stream) {
    struct jv *lines = lines_of(stream);
    size_t found = jv_count(lines);
    jv_free(lines);
    return found;
}

Test(run_logs, a_run_has_a_line_for_each_order_fill_and_trade) {
    open_db();
    conf_ema_cross("");
    cr_assert_eq(run_job(), 0, "%s", err.text);
    run_logs_write(&job, NULL);
    const struct collector *c = job.report.collector;
    cr_expect_gt(c->trade_count, 0);
    cr_expect_eq(count("orders", "order"), c->order_count);
    cr_expect_eq(count("trades", "fill"), c->allocation_count);
    cr_expect_eq(count("trades", "trade closed"), c->trade_count);
    cr_expect_eq(count("performance", "backtest done"), 1);
    cr_expect_eq(count_all("performance"), 1);
    cr_expect_eq(count_all("errors"), 0);
}

Test(run_logs, a_trade_that_the_last_fill_closes_has_its_line) {
    open_db();
    conf_ema_cross("close_at_end: last_close\n");
    cr_assert_eq(run_job(), 0, "%s", err.text);
    cr_assert_eq(job.report.collector->position_count, 0);
    run_logs_write(&job, NULL);
    cr_expect_eq(count("trades", "trade closed"), job.report.collector->trade_count);
}

Test(run_logs, the_line_of_the_run_has_its_metrics) {
    open_db();
    conf_ema_cross("");
    cr_assert_eq(run_job(), 0, "%s", err.text);
    run_logs_write(&job, NULL);
    struct jv *lines = lines_of("performance");
    const struct jv *context = jv_get(jv_at(lines, 0), "context");
    cr_expect_eq(jv_get_f64(context, "final_equity", -1), job.report.metrics.final_equity);
    cr_expect_eq(jv_get_i64(context, "bars", -1), 40);
    for (int i = 0; i < METRIC_COUNT; i++) {
        const struct metric *m = &job.report.metrics.items[i];
        double value = 0;
        bool has = jv_as_f64(jv_get(context, m->name), &value);
        cr_expect_eq(has, m->reason == NULL, "%s", m->name);
        cr_expect(!has || value == m->value, "%s", m->name);
    }
    jv_free(lines);
}

Test(run_logs, fills_and_trades_are_in_the_order_in_which_they_were_known) {
    char last[40] = "";
    open_db();
    conf_ema_cross("");
    cr_assert_eq(run_job(), 0, "%s", err.text);
    run_logs_write(&job, NULL);
    struct jv *lines = lines_of("trades");
    for (size_t i = 0; i < jv_count(lines); i++) {
        const struct jv *context = jv_get(jv_at(lines, i), "context");
        const char *time = jv_get_str(context, "time", jv_get_str(context, "exit_time", ""));
        cr_expect_geq(strcmp(time, last), 0, "%s after %s", time, last);
        snprintf(last, sizeof last, "%s", time);
    }
    jv_free(lines);
}

Test(run_logs, refusals_are_counted_by_reason) {
    int64_t total = 0, expected = 0;
    open_db();
    conf_double("bar_garbage", "");
    cr_assert_eq(run_job(), 0, "%s", err.text);
    run_logs_write(&job, NULL);
    for (int i = 0; i <= REASON_COUNT; i++)
        expected += job.report.collector->rejected[i] + job.report.collector->refused[i];
    struct jv *lines = lines_of("orders");
    for (size_t i = 0; i < jv_count(lines); i++)
        if (str_eq(jv_get_str(jv_at(lines, i), "level", ""), "warning"))
            total += jv_get_i64(jv_get(jv_at(lines, i), "context"), "count", 0);
    cr_expect_gt(expected, 0);
    cr_expect_eq(total, expected);
    jv_free(lines);
}

/* 40 bars of 1024 orders: more than RUN_LOGS_ROWS. */
Test(run_logs, too_many_orders_are_one_line_but_with_log_full) {
    for (int full = 0; full < 2; full++) {
        open_db();
        conf_double("bar_floods", full ? "log: full\n" : "");
        cr_assert_eq(run_job(), 0, "%s", err.text);
        int64_t orders = job.report.collector->order_count;
        cr_assert_gt(orders, RUN_LOGS_ROWS);
        run_logs_write(&job, NULL);
        cr_expect_eq(count("orders", "order"), full ? orders : 0);
        char message[100];
        snprintf(message, sizeof message,
                 "%lld orders: in the database (log: full writes each of them here)",
                 (long long)orders);
        cr_expect_eq(count("orders", message), !full);
        backtest_job_fini(&job);
        db_close(&db);
        char command[200];
        snprintf(command, sizeof command, "rm -rf '%s'/quasar* '%s/.quasar'", folder, folder);
        cr_assert_eq(system(command), 0);
    }
}

Test(run_logs, a_failure_is_in_the_log_of_errors_alone) {
    open_db();
    conf_double("bar_crash", "");
    cr_assert_eq(run_job(), ERR_CRASH);
    struct err failure = err;
    run_logs_write(&job, &failure);
    struct jv *lines = lines_of("errors");
    cr_assert_eq(jv_count(lines), 1);
    cr_expect_str_eq(jv_get_str(jv_at(lines, 0), "message", ""), failure.text);
    cr_expect_str_eq(jv_get_str(jv_at(lines, 0), "level", ""), "error");
    cr_expect_eq(count_all("orders") + count_all("trades") + count_all("performance"), 0);
    jv_free(lines);
}

Test(run_logs, logs_that_cannot_be_written_are_no_failure) {
    char path[128];
    open_db();
    conf_ema_cross("");
    cr_assert_eq(run_job(), 0, "%s", err.text);
    snprintf(path, sizeof path, "%s/.quasar", folder);
    FILE *file = fopen(path, "wb"); /* a file where the folder should be */
    cr_assert_not_null(file);
    cr_assert_eq(fclose(file), 0);
    run_logs_write(&job, NULL);
    cr_expect_str_eq(ask("SELECT status FROM strategy_run"), "done");
}
