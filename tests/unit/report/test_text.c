/* The result for people: what has to be said is said, at any width, and values read well. */
#include "report/text.h"

#include <criterion/criterion.h>

#include "report/text_value.h"
#include "unit/report/run_builder.h"

static struct collector c;
static struct report report;
static struct str out;

static const struct run_timing timings[] = {{"engine", 0.25}, {"total", 0.5}};
static const struct setting_default defaults[] = {
    {"trades", "lifo"}, {"calendar", "24/7"}, {"fill_model", "close_to_open"}};
static const struct run_facts facts = {.number = 12,
                                       .path = "/p/12.qsj",
                                       .risk = "none",
                                       .bars_hash = "b1b1",
                                       .journal_hash = "e1e1",
                                       .timings = timings,
                                       .timing_count = 2,
                                       .defaults = defaults,
                                       .default_count = 3};

static const char *print(struct builder *b, int width) {
    struct journal_record record;
    struct err err;
    size_t size = 0;
    cr_assert_eq(journal_flush(&b->journal, &err), 0);
    collector_init(&c);
    for (size_t at = 0; at < b->len; at += size) {
        cr_assert_eq(journal_next(b->bytes + at, b->len - at, &record, &size, &err), 1);
        cr_assert_eq(collector_take(&c, &record, &err), 0, "%s", err.text);
    }
    cr_assert_eq(report_make(&c, &facts, &report, &err), 0, "%s", err.text);
    str_init(&out);
    report_text(&report, width, &out);
    return str_text(&out);
}

static void drop(struct builder *b) {
    str_fini(&out);
    collector_fini(&c);
    rb_free(b);
}

static void says(const char *text, const char *what) {
    cr_assert(strstr(text, what) != NULL, "missing: %s\nin:\n%s", what, text);
}

Test(text, says_what_ran_and_what_came_of_it) {
    struct builder *b = rb_run(6, 1, 2, 2, TRADES_FIFO, 300);
    const char *text = print(b, 100);
    says(text, "Run 12: strategy0 = ema_cross 1.0.0, strategy1 = ema_cross 1.0.0\n");
    says(text, "SYM1  1d  300 bars  1970-01-02 to 1970-10-28\n");
    says(text, "first callback at 1970-01-04, after 2 bars of warm-up");
    says(text, "initial equity");
    says(text, "100,000.00");
    says(text, "max drawdown");
    says(text, "strategy1  budget 50,000.00");
    says(text, "Open positions\n");
    says(text, "trades  fifo  (default lifo)\n");
    says(text, "risk policy: none");
    says(text, "journal  e1e1");
    says(text, "engine 0.25 s, total 0.5 s; journal in /p/12.qsj");
    cr_assert(strstr(text, "calendar") == NULL, "a default is not listed");
    cr_assert(strstr(text, "No trades") == NULL);
    cr_assert(strstr(text, "alpha") == NULL, "what needs a benchmark is left out");
    drop(b);
}

Test(text, keeps_to_the_width) {
    for (int width = 40; width <= 140; width += 20) {
        struct builder *b = rb_run(6, 1, 1, 1, TRADES_FIFO, 300);
        const char *text = print(b, width);
        for (const char *line = text; *line != '\0'; line += strcspn(line, "\n") + 1) {
            size_t length = strcspn(line, "\n");
            cr_assert_leq(length, (size_t)(width < 80 ? 80 : width), "%d: %.*s", width, (int)length,
                          line);
            if (width < 80 && strncmp(line, "  max drawdown ", 15) == 0)
                cr_assert_leq(length, (size_t)50);
        }
        drop(b);
    }
}

static struct builder *empty_run(void) {
    struct builder *b = mem_zalloc(1, sizeof(*b));
    b->sink = (struct sink_port){b, rb_write};
    b->silos = b->strategies = b->symbols = 1;
    journal_init(&b->journal, &b->sink);
    rb_setup(b);
    return b;
}

Test(text, says_that_the_warm_up_was_longer_than_the_data) {
    struct builder *b = empty_run();
    journal_put_end(&b->journal, &(struct j_end){.instants = 20});
    says(print(b, 80),
         "No trades: the warm-up is longer than the data, so no callback ever came (20");
    drop(b);
}

Test(text, says_that_nothing_was_wished_for) {
    struct builder *b = empty_run();
    journal_put_start(&b->journal, &(struct j_start){.time = TIME_DAY, .bars = 1});
    journal_put_equity(&b->journal, &(struct j_equity){.time = TIME_DAY, .equity = 100000});
    says(print(b, 100), "No trades: in 1 bars after its warm-up the strategy wished for nothing.");
    drop(b);
}

Test(text, says_that_all_was_refused_and_why) {
    struct builder *b = empty_run();
    journal_put_start(&b->journal, &(struct j_start){.time = TIME_DAY, .bars = 1});
    journal_put_order(&b->journal, &(struct j_order){.id = 1, .tag = ""});
    journal_put_order_event(&b->journal,
                            &(struct j_order_event){.order = 1,
                                                    .state = QS_ORDER_REJECTED,
                                                    .reason = REASON_INSUFFICIENT_CASH});
    journal_put_intent(&b->journal, &(struct j_intent){.order = 1});
    const char *text = print(b, 100);
    says(text, "everything the strategy wished for was refused (1 intents");
    says(text, "Rejected orders\n  1  insufficient_cash  the cash of the strategy's ledger");
    says(text, "sharpe                   - (too short)");
    drop(b);
}

Test(text, says_that_orders_never_filled) {
    struct builder *b = empty_run();
    journal_put_start(&b->journal, &(struct j_start){.time = TIME_DAY, .bars = 1});
    journal_put_order(&b->journal, &(struct j_order){.id = 1, .tag = ""});
    journal_put_intent(&b->journal, &(struct j_intent){.order = 1});
    journal_put_order_event(
        &b->journal,
        &(struct j_order_event){.order = 1, .state = QS_ORDER_CANCELED, .reason = REASON_RUN_END});
    const char *text = print(b, 100);
    says(text, "No trades: 1 orders were accepted and none was ever filled.");
    says(text, "Canceled and expired orders\n  1  run_end");
    drop(b);
}

Test(text, marks_optimistic_settings_and_synthetic_bars) {
    struct builder *b = mem_zalloc(1, sizeof(*b));
    b->sink = (struct sink_port){b, rb_write};
    journal_init(&b->journal, &b->sink);
    journal_put_run(&b->journal, &(struct j_run){.format = JOURNAL_FORMAT});
    journal_put_setting(&b->journal,
                        &(struct j_setting){.key = "fill_model", .value = "close_to_close"});
    journal_put_symbol(&b->journal, &(struct j_symbol){.name = "DEMO"});
    journal_put_feed(&b->journal, &(struct j_feed){.synthetic = 1, .timeframe_name = "1d"});
    journal_put_silo(&b->journal, &(struct j_silo){.initial_cash = 1, .name = "main"});
    const char *text = print(b, 100);
    says(text, "fill_model  close_to_close  (default close_to_open)  optimistic\n");
    says(text, "SYNTHETIC");
    drop(b);
}

Test(text, refuses_settings_that_metrics_cannot_read) {
    struct journal_record record;
    struct err err;
    struct builder *b = empty_run();
    journal_put_setting(&b->journal, &(struct j_setting){.key = "risk_free", .value = "a lot"});
    cr_assert_eq(journal_flush(&b->journal, &err), 0);
    collector_init(&c);
    for (size_t at = 0, size = 0; at < b->len; at += size) {
        cr_assert_eq(journal_next(b->bytes + at, b->len - at, &record, &size, &err), 1);
        cr_assert_eq(collector_take(&c, &record, &err), 0);
    }
    cr_assert_eq(report_make(&c, &facts, &report, &err), ERR_FORMAT);
    cr_assert_str_eq(err.text, "journal: setting risk_free is 'a lot' (expected a number)");
    collector_fini(&c);
    rb_free(b);
}

static void money_is(double value, const char *expected) {
    char buffer[64];
    text_money(buffer, sizeof(buffer), value);
    cr_assert_str_eq(buffer, expected);
}

static void span_is(double seconds, const char *expected) {
    char buffer[64];
    text_span(buffer, sizeof(buffer), seconds);
    cr_assert_str_eq(buffer, expected);
}

Test(text_value, groups_money_and_rounds_spans) {
    money_is(0, "0.00");
    money_is(-0.001, "0.00");
    money_is(999.995, "1,000.00");
    money_is(-1234567.891, "-1,234,567.89");
    money_is(123456.0, "123,456.00");
    money_is(1e18, "1e+18");
    money_is(NAN, "nan");
    span_is(0, "0 s");
    span_is(119, "119 s");
    span_is(120, "2.0 min");
    span_is(86400 * 12.5, "12.5 d");
    span_is(86400 * 365.25 * 3, "3.0 y");
}
