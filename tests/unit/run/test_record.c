/*
 * A plan as the first row of a run, a report as its last.
 */
#include "run/record.h"

#include <unistd.h>

#include "base/json.h"
#include "report/result_json.h"
#include "unit/run/recorded.h"

static struct collector collector;
static struct run_facts facts;
static struct report report;

static void setup(void) {
    recorded_setup();
    collector_init(&collector);
}

static void teardown(void) {
    collector_fini(&collector);
    recorded_teardown();
}
TestSuite(record, .init = setup, .fini = teardown);

static int collect(void *self, const struct journal_record *record, struct err *out) {
    return collector_take(self, record, out);
}

static void make_report(void) {
    facts = (struct run_facts){.journal_hash = "abc"};
    cr_assert_eq(each_told(collect, &collector), 0, "%s", err.text);
    cr_assert_eq(report_make(&collector, &facts, &report, &err), 0, "%s", err.text);
}

static const char *ones = "strategy: one\ndata: [{file: aaa_1d.csv}]\n";

Test(record, the_first_row_says_running_and_what) {
    begin_run("strategy: one\nname: my run\ndata: [{file: aaa_1d.csv}]\nlog: every 5 bars\n");
    cr_expect_str_eq(ask("SELECT strategy_run_id, kind, status, name, started_at, ended_at, "
                         "host_version, strategies, symbols, log, journal_hash FROM strategy_run"),
                     "1|backtest|running|my run|1000|NULL|1.2.3|one|AAA 1d|every 5 bars|NULL");
}

Test(record, hashes_are_the_plans) {
    char bars[HASH128_HEX_SIZE], config[HASH128_HEX_SIZE], code[HASH128_HEX_SIZE], all[120];
    begin_run(ones);
    hash128_hex(plan_bars_hash(plan), bars);
    hash128_hex(plan_config_hash(plan), config);
    hash128_hex(plan_code_hash(plan), code);
    snprintf(all, sizeof all, "%s|%s|%s", bars, config, code);
    cr_expect_str_eq(ask("SELECT bars_hash, config_hash, code_hash FROM strategy_run"), all);
}

Test(record, the_config_gives_the_same_plan_again) {
    struct run_row row;
    struct run_conf *again = NULL;
    struct plan *second = NULL;
    begin_run("strategy: one\nparams: {fast: 9}\ndata: [{file: aaa_1d.csv, lot: 2}]\n"
              "slippage_bps: 3\nstart: 2024-01-02\nlog: trades\n");
    cr_assert_eq(run_table_get(db, run_writer_id(writer), &row, &err), 0);
    cr_assert_eq(run_conf_parse(row.config, strlen(row.config), "config", NULL, &again, &err), 0,
                 "%s", err.text);
    cr_assert_eq(plan_of(again, &second), 0, "%s", err.text);
    cr_expect(hash128_eq(plan_config_hash(second), plan_config_hash(plan)));
    cr_expect(hash128_eq(plan_bars_hash(second), plan_bars_hash(plan)));
    cr_expect_eq(again->log.kind, RUN_LOG_TRADES);
    plan_destroy(&second);
    run_conf_destroy(&again);
    run_row_fini(&row);
}

Test(record, an_instance_has_its_params_build_and_budget) {
    begin_run("data: [{file: aaa_1d.csv}]\ninitial_cash: 1000\nstrategies:\n"
              "  - {strategy: one, name: b, budget: 0.25, params: {fast: 7}}\n"
              "  - {strategy: one, name: a, budget: 0.75}\n");
    cr_expect_str_eq(ask("SELECT name, strategy, version, budget, build_sha256, build_path, "
                         "json_extract(params, '$.fast') FROM strategy_instance ORDER BY name"),
                     "a|one|1.0.0|750.0|one|/plugins/one.so|5;"
                     "b|one|1.0.0|250.0|one|/plugins/one.so|7");
    cr_expect_str_eq(ask("SELECT strategies FROM strategy_run"), "one, one");
}

Test(record, a_feed_has_its_absolute_file_and_what_is_in_it) {
    char expected[PATH_MAX + 300], hex[HASH128_HEX_SIZE], real[PATH_MAX];
    begin_run(ones);
    cr_assert_not_null(realpath(folder, real));
    hash128_hex(plan->series[0]->bars_hash, hex);
    snprintf(expected, sizeof expected, "0|AAA|1d|%s/aaa_1d.csv|3|%lld|%lld|%s|0", real,
             (long long)T1, (long long)T3, hex);
    cr_expect_str_eq(ask("SELECT feed, symbol, timeframe, file, rows, first_time, last_time, "
                         "bars_hash, synthetic FROM strategy_feed"),
                     expected);
}

Test(record, a_file_behind_a_link_is_named_itself) {
    char from[128], to[128];
    snprintf(from, sizeof from, "%s/aaa_1d.csv", folder);
    snprintf(to, sizeof to, "%s/link_1d.csv", folder);
    cr_assert_eq(symlink(from, to), 0);
    begin_run("strategy: one\ndata: [{file: link_1d.csv}]\n");
    cr_expect_str_eq(ask("SELECT symbol, replace(file, rtrim(file, 'abcdefghijklmnopqrstuvwxyz_."
                         "0123456789'), '') FROM strategy_feed"),
                     "LINK|aaa_1d.csv");
}

Test(record, the_last_row_has_counts_and_the_result) {
    begin_run(ones);
    speak_whole_run();
    make_report();
    cr_assert_eq(record_finish(writer, &report, "printed\n", 2000, &err), 0, "%s", err.text);
    cr_expect_str_eq(ask("SELECT status, ended_at, journal_hash, bars, intents, orders, fills, "
                         "trades, initial_equity, final_equity, output, error FROM strategy_run"),
                     "done|2000|abc|3|1|0|0|0|100000.0|1000.0|printed\n|NULL");
    struct jv *result = result_json(&report);
    char *text = jv_dump(result, 0);
    cr_expect_str_eq(ask("SELECT result FROM strategy_run"), text);
    mem_free(text);
    jv_free(result);
}

Test(record, every_metric_has_a_value_or_a_reason) {
    char expected[40];
    begin_run(ones);
    speak_whole_run();
    make_report();
    cr_assert_eq(record_finish(writer, &report, NULL, 2000, &err), 0, "%s", err.text);
    snprintf(expected, sizeof expected, "%d", METRIC_COUNT);
    cr_expect_str_eq(ask("SELECT count(*) FROM strategy_metric WHERE strategy_instance_id = -1 "
                         "AND (value IS NULL) = (reason IS NOT NULL)"),
                     expected);
    cr_expect_str_eq(ask("SELECT value, reason FROM strategy_metric WHERE name = 'win_rate'"),
                     "NULL|no_trades");
    /* 100,000 to begin with, 1,000 at the end */
    cr_expect_str_eq(ask("SELECT value FROM strategy_metric WHERE name = 'total_return'"), "-0.99");
}

Test(record, a_short_equity_curve_is_whole) {
    char expected[200];
    begin_run(ones);
    speak_whole_run();
    make_report();
    cr_assert_eq(record_finish(writer, &report, NULL, 2000, &err), 0, "%s", err.text);
    snprintf(expected, sizeof expected,
             "%lld|1000.0|1000.0|1000.0;%lld|1000.0|1000.0|1000.0;%lld|1000.0|1000.0|1000.0",
             (long long)T1, (long long)T2, (long long)T3);
    cr_expect_str_eq(ask("SELECT time, equity, low, high FROM equity_curve"), expected);
}

Test(record, a_point_of_the_curve_has_its_low_and_its_high) {
    begin_run(ones);
    speak();
    plan_write_header(plan, &speech);
    journal_put_start(&speech, &(struct j_start){.time = T1, .bars = 1});
    journal_put_equity(
        &speech,
        &(struct j_equity){.time = T1, .cash = 5, .equity = 10, .low = 8, .high = 13, .net = 5});
    end_speech();
    make_report();
    cr_assert_eq(record_finish(writer, &report, NULL, 2000, &err), 0, "%s", err.text);
    cr_expect_str_eq(ask("SELECT equity, low, high FROM equity_curve"), "10.0|8.0|13.0");
}

Test(record, orders_and_refusals_are_counted) {
    begin_run(ones);
    speak();
    plan_write_header(plan, &speech);
    journal_put_start(&speech, &(struct j_start){.time = T1, .bars = 1});
    for (int64_t id = 1; id <= 3; id++) {
        journal_put_order(&speech, &(struct j_order){.time = T1,
                                                     .id = id,
                                                     .number = id,
                                                     .side = QS_BUY,
                                                     .type = QS_MARKET,
                                                     .quantity = 1,
                                                     .tag = ""});
        journal_put_order_event(
            &speech, &(struct j_order_event){.time = T1, .order = id, .state = QS_ORDER_NEW});
        if (id < 3) /* two of three */
            journal_put_order_event(&speech, &(struct j_order_event){.time = T1,
                                                                     .order = id,
                                                                     .state = QS_ORDER_REJECTED,
                                                                     .reason = REASON_ZERO_SIZE});
    }
    end_speech();
    make_report();
    cr_assert_eq(record_finish(writer, &report, NULL, 2000, &err), 0, "%s", err.text);
    cr_expect_str_eq(ask("SELECT orders, rejected FROM strategy_run"), "3|2");
}

Test(record, a_long_equity_curve_keeps_its_ends_and_extremes) {
    char expected[100];
    enum { ROWS = 50000, TOP = 12345, BOTTOM = 43210 };
    begin_run(ones);
    speak();
    plan_write_header(plan, &speech);
    journal_put_start(&speech, &(struct j_start){.time = T1, .bars = 1});
    for (int64_t i = 0; i < ROWS; i++) {
        double e = i == TOP ? 2e6 : i == BOTTOM ? 1.0 : 1000.0 + (double)(i % 7);
        journal_put_equity(
            &speech,
            &(struct j_equity){.time = T1 + i, .cash = e, .equity = e, .low = e, .high = e});
    }
    end_speech();
    make_report();
    cr_assert_eq(record_finish(writer, &report, NULL, 2000, &err), 0, "%s", err.text);
    snprintf(expected, sizeof expected, "1|%lld|%lld|1.0|2000000.0", (long long)T1,
             (long long)(T1 + ROWS - 1));
    cr_expect_str_eq(ask("SELECT count(*) BETWEEN 1000 AND 2000, min(time), max(time), min(low), "
                         "max(high) FROM equity_curve"),
                     expected);
}
