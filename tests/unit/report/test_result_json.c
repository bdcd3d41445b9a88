/* The result for programs: the members that the contract names, with values computed here. */
#include "report/result_json.h"

#include <criterion/criterion.h>

#include "unit/report/run_builder.h"

static struct builder *b;
static struct collector c;
static struct report report;
static struct jv *json;

static const struct run_build builds[] = {{"strategy1", "/p/b.so", "bbbb"},
                                          {"strategy0", "/p/a.so", "aaaa"}};
static const struct run_timing timings[] = {{"engine", 0.25}};
static const struct setting_default defaults[] = {{"trades", "lifo"}, {"calendar", "24/7"}};
static const struct run_facts facts = {.number = 12,
                                       .path = "/p/12.qsj",
                                       .host_version = "0.1.0",
                                       .risk = "none",
                                       .bars_hash = "b1",
                                       .config_hash = "c1",
                                       .code_hash = "d1",
                                       .journal_hash = "e1",
                                       .builds = builds,
                                       .build_count = 2,
                                       .timings = timings,
                                       .timing_count = 1,
                                       .defaults = defaults,
                                       .default_count = 2};

static void collect(const struct run_facts *run_facts) {
    struct journal_record record;
    struct err err;
    size_t size = 0;
    collector_init(&c);
    for (size_t at = 0; at < b->len; at += size) {
        cr_assert_eq(journal_next(b->bytes + at, b->len - at, &record, &size, &err), 1);
        cr_assert_eq(collector_take(&c, &record, &err), 0, "%s", err.text);
    }
    cr_assert_eq(report_make(&c, run_facts, &report, &err), 0, "%s", err.text);
    json = result_json(&report);
}

static void drop(void) {
    jv_free(json);
    collector_fini(&c);
    rb_free(b);
}

Test(result_json, has_the_members_of_the_contract) {
    b = rb_run(6, 1, 2, 2, TRADES_FIFO, 300);
    collect(&facts);
    cr_assert_eq(jv_get_i64(json, "run", -1), 12);
    const struct jv *strategy = jv_get(json, "strategy");
    cr_assert_str_eq(jv_get_str(strategy, "id", ""), "ema_cross");
    cr_assert_str_eq(jv_get_str(strategy, "name", ""), "strategy0");
    cr_assert_str_eq(jv_get_str(strategy, "version", ""), "1.0.0");
    cr_assert_str_eq(jv_get_str(strategy, "build", ""), "aaaa");
    cr_assert_str_eq(jv_get_str(jv_get(strategy, "params"), "fast", ""), "12");
    cr_assert_eq(jv_count(jv_get(json, "strategies")), 2);
    cr_assert_str_eq(jv_get_str(jv_at(jv_get(json, "strategies"), 1), "build", ""), "bbbb");
    const struct jv *feed = jv_at(jv_get(json, "data"), 1);
    cr_assert_str_eq(jv_get_str(feed, "symbol", ""), "SYM1");
    cr_assert_str_eq(jv_get_str(feed, "timeframe", ""), "1d");
    cr_assert_eq(jv_get_i64(feed, "rows", 0), 300);
    cr_assert_str_eq(jv_get_str(feed, "first", ""), "1970-01-02T00:00:00Z");
    cr_assert_not(jv_get_bool(feed, "synthetic", true));
    const struct jv *hashes = jv_get(json, "hashes");
    cr_assert_str_eq(jv_get_str(hashes, "bars", ""), "b1");
    cr_assert_str_eq(jv_get_str(hashes, "config", ""), "c1");
    cr_assert_str_eq(jv_get_str(hashes, "code", ""), "d1");
    cr_assert_str_eq(jv_get_str(hashes, "journal", ""), "e1");
    const struct jv *counts = jv_get(json, "counts");
    cr_assert_eq(jv_get_i64(counts, "orders", -1), b->orders);
    cr_assert_eq(jv_get_i64(counts, "fills", -1), b->fills);
    cr_assert_eq(jv_get_i64(counts, "trades", -1), b->trade_count);
    cr_assert_eq(jv_get_i64(counts, "rejected", -1), 0);
    const struct jv *equity = jv_get(json, "equity");
    cr_assert_eq(jv_get_f64(equity, "initial", 0), 100000.0);
    double gross = 0, net = 0;
    rb_worth(b, 0, 300, &gross, &net);
    rb_worth(b, 1, 300, &gross, &net);
    cr_assert_float_eq(jv_get_f64(equity, "final", 0), b->cash[0] + b->cash[1] + net, 1e-6);
    for (size_t i = 0; i < 2; i++) { /* the builder's own books */
        const struct jv *one = jv_at(jv_get(json, "strategies"), i);
        double own = b->cash[i];
        gross = net = 0;
        rb_worth(b, (int)i, 300, &gross, &net);
        own += net;
        cr_assert_float_eq(jv_get_f64(one, "equity", 0), own, 1e-6);
        cr_assert_float_eq(jv_get_f64(one, "open", 0), own - 50000 - jv_get_f64(one, "net", 0),
                           1e-6);
    }
    cr_assert_float_eq(jv_get_f64(jv_get(json, "timing"), "engine", 0), 0.25, 0);
    cr_assert_str_eq(jv_get_str(jv_get(json, "settings"), "trades", ""), "fifo");
    cr_assert(jv_get_bool(json, "complete", false));
    drop();
}

Test(result_json, gives_metrics_null_with_their_reason) {
    b = rb_run(6, 1, 1, 1, TRADES_FIFO, 100);
    collect(&facts);
    const struct jv *metrics = jv_get(json, "metrics"), *undefined = jv_get(json, "undefined");
    cr_assert_eq(jv_count(metrics), METRIC_COUNT);
    cr_assert_eq(jv_kind(jv_get(metrics, "sharpe")), JV_F64);
    cr_assert_null(jv_get(undefined, "sharpe"));
    cr_assert_eq(jv_kind(jv_get(metrics, "alpha")), JV_NULL);
    cr_assert_str_eq(jv_get_str(undefined, "alpha", ""), "no_benchmark");
    cr_assert_str_eq(jv_get_str(undefined, "deflated_sharpe", ""), "no_sweep");
    size_t nulls = 0;
    struct jv_iter it = {0};
    while (jv_next(metrics, &it))
        nulls += jv_kind(it.value) == JV_NULL;
    cr_assert_eq(nulls, jv_count(undefined));
    drop();
}

Test(result_json, lists_open_positions_with_value_and_result) {
    b = rb_run(7, 1, 1, 1, TRADES_FIFO, 100);
    collect(&facts);
    const struct jv *list = jv_get(json, "open_positions"), *first = jv_at(list, 0);
    const struct rb_book *book = &b->books[0][0];
    cr_assert_neq(book->held, 0.0, "choose another seed");
    cr_assert_eq(jv_count(list), 1);
    cr_assert_str_eq(jv_get_str(first, "strategy", ""), "strategy0");
    cr_assert_eq(jv_get_f64(first, "quantity", 0), book->held);
    cr_assert_float_eq(jv_get_f64(first, "value", 0), book->held * b->mark[100][0], 1e-9);
    cr_assert_float_eq(jv_get_f64(first, "unrealized", 0),
                       book->held * (b->mark[100][0] - book->average), 1e-6);
    drop();
}

Test(result_json, of_a_run_that_was_not_kept_has_a_null_run) {
    static const struct run_facts nothing = {.interruption = "interrupted after 9 records"};
    b = rb_run(6, 1, 1, 1, TRADES_FIFO, 10);
    collect(&nothing);
    cr_assert_eq(jv_kind(jv_get(json, "run")), JV_NULL);
    cr_assert_not(jv_get_bool(json, "complete", true));
    cr_assert_str_eq(jv_get_str(json, "interruption", ""), "interrupted after 9 records");
    drop();
}
