/* The harness as an author uses it. It is linked as the library that is installed. */
#include <criterion/criterion.h>
#include <math.h>

#include <quasar/harness.h>

/* ---- a strategy that does what the test says ---- */

enum mode { IDLE, BUY, SELL, TARGET, FLATTEN, CANCEL, STOP_SELL, BAD, EARLY_INDICATOR };

struct params {
    int64_t period;
    double size;
    int32_t loud, style;
};
struct locals {
    qs_line average, fast;
    double last;
};
struct state {
    int64_t bars;
};

static int mode;
static double amount;
static int64_t last_number;
static char heard[512];
static struct qs_fill heard_fill;
static struct qs_trade heard_trade;

static int on_init(qs_ctx *c) {
    const struct params *p = qs_params(c);
    struct locals *l = qs_locals(c);
    l->average = qs_sma(c, QS_CLOSE, p->period);
    if (p->loud)
        l->fast = qs_ema(c, QS_CLOSE, 2);
    qs_log(c, QS_LOG_INFO, "period %d, size %g, loud %d, style %d", (int)p->period, p->size,
           p->loud, p->style);
    return p->size == 13.0 ? -7 : 0;
}

static void ask(qs_ctx *c) {
    struct qs_order_req r = qs_order_new(c, QS_SELL, qs_units(amount));
    switch (mode) {
    case BUY:
        last_number = qs_buy(c, amount);
        break;
    case SELL:
        last_number = qs_sell(c, amount);
        break;
    case TARGET:
        last_number = qs_target(c, qs_percent_equity(amount));
        break;
    case FLATTEN:
        last_number = qs_flatten(c);
        break;
    case CANCEL:
        qs_cancel(c, last_number);
        break;
    case STOP_SELL:
        r.type = QS_STOP;
        r.stop_price = 90.0;
        r.flags = QS_REDUCE_ONLY;
        r.tif = QS_DAY;
        r.tag = "stop";
        last_number = qs_submit(c, &r);
        break;
    case BAD:
        qs_buy_limit(c, 1.0, -5.0);
        qs_buy(c, -1.0);
        qs_order_on(c, 9, QS_BUY, QS_MARKET, qs_units(1.0), 0.0, 0.0, QS_GTC);
        qs_order_on(c, 0, 77, QS_MARKET, qs_units(1.0), 0.0, 0.0, QS_GTC);
        qs_flatten(c);
        qs_cancel(c, 1234);
        break;
    case EARLY_INDICATOR:
        qs_sma(c, QS_CLOSE, 3);
        break;
    default:
        break;
    }
}

static void on_bar(qs_ctx *c) {
    struct locals *l = qs_locals(c);
    struct state *s = qs_state(c);
    l->last = qs_close(c, 0);
    s->bars++;
    strcat(heard, "b");
    qs_plot(c, "average", qs_value(c, l->average));
    qs_plot(c, "average", qs_value(c, l->average) + 1.0);
    qs_note(c, "feed", qs_feed_of(c, qs_this_feed(c))->symbol);
    ask(c);
}
static void on_order(qs_ctx *c, const struct qs_order_event *e) {
    (void)c;
    snprintf(heard + strlen(heard), sizeof heard - strlen(heard), "o%d%s ", e->state,
             e->reason ? e->reason_name : "");
}
static void on_fill(qs_ctx *c, const struct qs_fill *f) {
    (void)c;
    strcat(heard, "f ");
    heard_fill = *f;
}
static void on_trade(qs_ctx *c, const struct qs_trade *t) {
    (void)c;
    strcat(heard, "t ");
    heard_trade = *t;
}
static void on_stop(qs_ctx *c) {
    qs_note(c, "end", "bye");
    qs_buy(c, 1.0);
}

static const char *const styles[] = {"calm", "wild", NULL};
static const struct qs_input inputs[] = {
    QS_INT(struct params, period, 1, 1, 99, 2), QS_FLOAT(struct params, size, 1.0, 0.0, 20.0, 0.5),
    QS_BOOL(struct params, loud, 0), QS_SELECT(struct params, style, 0, styles), QS_INPUTS_END};
static const struct qs_variable variables[] = {QS_LOCAL_F64(struct locals, last),
                                               QS_STATE_I64(struct state, bars), QS_VARIABLES_END};

QS_STRATEGY(.id = "puppet", .version = "1.0.0", .inputs = inputs, .variables = variables,
            QS_LOCALS(struct locals), QS_STATE(struct state, 1), .universe_min = 1,
            .universe_max = 3, .on_init = on_init, .on_bar = on_bar, .on_order = on_order,
            .on_fill = on_fill, .on_trade = on_trade, .on_stop = on_stop)

static struct qs_test *t;

static void setup(void) {
    mode = IDLE;
    amount = 0.0;
    heard[0] = '\0';
    t = qs_test_create(qs_schema());
}

static void teardown(void) { qs_test_destroy(&t); }

TestSuite(harness, .init = setup, .fini = teardown);

static void expect_error(int result, const char *part) {
    cr_expect_lt(result, 0);
    cr_expect(strstr(qs_test_error(t), part), "'%s' has no '%s'", qs_test_error(t), part);
}

/* One flat bar in which the strategy does that. */
static int bar(int what, double how_much, double close) {
    mode = what;
    amount = how_much;
    heard[0] = '\0';
    return qs_test_close(t, close);
}

/* ---- setting up ---- */

Test(harness, begins_without_an_error_and_with_defaults) {
    cr_expect_str_eq(qs_test_error(t), "");
    cr_expect_eq(qs_test_started(t), 0);
    cr_assert_eq(qs_test_start(t), 0);
    cr_expect(qs_test_logged(t, "period 1, size 1, loud 0, style 0"));
    cr_expect_eq(qs_cash(qs_test_ctx(t)), 100000.0);
}

Test(harness, inputs_are_set_by_name) {
    cr_expect_eq(qs_test_set_int(t, "period", 5), 0);
    cr_expect_eq(qs_test_set_float(t, "size", 2.5), 0);
    cr_expect_eq(qs_test_set_bool(t, "loud", 1), 0);
    cr_expect_eq(qs_test_set_select(t, "style", "wild"), 0);
    cr_assert_eq(qs_test_start(t), 0);
    cr_expect(qs_test_logged(t, "period 5, size 2.5, loud 1, style 1"));
}

Test(harness, inputs_that_do_not_fit_are_refused_with_a_sentence) {
    expect_error(qs_test_set_int(t, "perod", 5), "strategy puppet has no input perod");
    expect_error(qs_test_set_int(t, NULL, 5), "has no input");
    expect_error(qs_test_set_int(t, "size", 5), "input size is of type float");
    expect_error(qs_test_set_int(t, "period", 100), "expected 1 to 99, found 100");
    expect_error(qs_test_set_int(t, "period", 4), "expected 1 plus a multiple of 2, found 4");
    expect_error(qs_test_set_float(t, "size", -0.5), "expected 0 to 20");
    expect_error(qs_test_set_float(t, "size", (double)NAN), "expected 0 to 20");
    expect_error(qs_test_set_float(t, "size", 1.2), "plus a multiple of 0.5");
    expect_error(qs_test_set_bool(t, "loud", 2), "expected 0 or 1");
    expect_error(qs_test_set_select(t, "style", "mild"), "it has no option mild");
    expect_error(qs_test_set_select(t, "style", NULL), "it has no option");
    cr_assert_eq(qs_test_start(t), 0);
    cr_expect(qs_test_logged(t, "period 1, size 1, loud 0, style 0")); /* nothing was changed */
}

Test(harness, after_the_start_nothing_can_be_set_up) {
    cr_assert_eq(qs_test_start(t), 0);
    expect_error(qs_test_set_int(t, "period", 5), "has started already");
    expect_error(qs_test_setting(t, "cross", "strict"), "has started already");
    expect_error(qs_test_add_feed(t, "X", QS_TEST_DAY), "has started already");
    expect_error(qs_test_instrument(t, 0, 0.01, 1.0, 1.0), "has started already");
}

Test(harness, a_schema_that_the_host_refuses_breaks_the_test) {
    static const struct qs_strategy bad = {.magic = QS_MAGIC};
    struct qs_test *broken = qs_test_create(&bad);
    cr_expect_neq(qs_test_error(broken)[0], '\0');
    cr_expect_eq(qs_test_close(broken, 1.0), -1);
    cr_expect_eq(qs_test_set_int(broken, "x", 1), -1);
    cr_expect_null(qs_test_ctx(broken));
    cr_expect(isnan(qs_test_variable(broken, "x")));
    qs_test_destroy(&broken);
    cr_expect_null(broken);
    qs_test_destroy(&broken); /* NULL is fine */
    cr_expect_eq(qs_test_set_int(t, "period", 3), 0);
    struct qs_test *none = qs_test_create(NULL);
    cr_expect_neq(qs_test_error(none)[0], '\0');
    qs_test_destroy(&none);
}

Test(harness, settings_are_those_of_a_run) {
    expect_error(qs_test_setting(t, "ema_sed", "first"), "none of that name");
    expect_error(qs_test_setting(t, "ema_seed", "last"), "it cannot be last");
    expect_error(qs_test_setting(t, "initial_cash", "much"), "expected a number");
    expect_error(qs_test_setting(t, "warmup_steps", "-1"), "expected 0 to");
    expect_error(qs_test_setting(t, NULL, "x"), "found NULL");
    cr_expect_eq(qs_test_setting(t, "initial_cash", "5000"), 0);
    cr_expect_eq(qs_test_setting(t, "warmup_steps", "7"), 0);
    cr_expect_eq(qs_test_setting(t, "ema_seed", "first"), 0);
    cr_expect_eq(qs_test_setting(t, "cross", "last_nonzero"), 0);
    cr_expect_eq(qs_test_set_bool(t, "loud", 1), 0); /* an EMA of 2 */
    cr_expect_eq(qs_test_warm_up(t, 0), 8);
    cr_expect_eq(qs_test_ctx(t)->cross_rule, QS_CROSS_LAST_NONZERO);
    cr_expect_eq(qs_equity(qs_test_ctx(t)), 5000.0);
    bar(IDLE, 0.0, 10.0);
    cr_expect_eq(qs_line_at(qs_test_ctx(t), 1, 0), 10.0); /* seeded with the first value */
}

/* ---- warm-up and bars ---- */

Test(harness, warm_up_is_counted_and_kept) {
    qs_test_set_int(t, "period", 5);
    cr_expect_eq(qs_test_warm_up(t, 0), 5);
    cr_expect_eq(qs_test_warm_up(t, 1), -1);
    for (int i = 1; i <= 6; i++) {
        bar(BUY, 1.0, 10.0 + i);
        cr_expect_eq(qs_test_started(t), i >= 5, "bar %d", i);
        cr_expect_eq(qs_test_intent_count(t), i >= 5, "bar %d", i);
    }
}

Test(harness, first_call_may_be_one_later) {
    qs_test_set_int(t, "period", 5);
    cr_expect_eq(qs_test_setting(t, "first_call", "after_ready"), 0);
    cr_expect_eq(qs_test_warm_up(t, 0), 6);
}

Test(harness, bars_without_times_follow_each_other) {
    struct qs_bar seen;
    bar(IDLE, 0.0, 10.0);
    cr_assert(qs_bar_of(qs_test_ctx(t), 0, 0, &seen));
    cr_expect_eq(seen.open_time, QS_TEST_BEGIN);
    cr_expect_eq(seen.close_time, QS_TEST_BEGIN + QS_TEST_DAY);
    cr_assert_eq(qs_test_bar(t, 10.0, 12.0, 9.0, 11.0, 500.0), 0);
    cr_assert(qs_bar_of(qs_test_ctx(t), 0, 0, &seen));
    cr_expect_eq(seen.open_time, QS_TEST_BEGIN + QS_TEST_DAY);
    cr_expect_eq(seen.high, 12.0);
    cr_expect_eq(seen.volume, 500.0);
    cr_expect_eq(qs_now(qs_test_ctx(t)), seen.close_time);
}

Test(harness, bars_that_no_market_makes_are_refused) {
    expect_error(qs_test_close(t, 0.0), "above 0");
    expect_error(qs_test_close(t, -1.0), "above 0");
    expect_error(qs_test_close(t, (double)NAN), "finite");
    expect_error(qs_test_bar(t, 10.0, 9.0, 8.0, 8.5, 0.0), "must lie between low");
    expect_error(qs_test_bar(t, 10.0, 11.0, 10.5, 10.7, 0.0), "must lie between low");
    expect_error(qs_test_bar(t, 10.0, 11.0, 9.0, 10.0, -1.0), "volume");
    expect_error(qs_test_step(t), "no bar was put");
    struct qs_bar b = {100, 100, 1.0, 1.0, 1.0, 1.0, 0.0};
    expect_error(qs_test_put(t, 0, &b), "close after it opens");
    expect_error(qs_test_put(t, 1, &b), "feed 1 is not bound");
    cr_assert_eq(bar(IDLE, 0.0, 10.0), 0);
    b.open_time = QS_TEST_BEGIN;
    b.close_time = QS_TEST_BEGIN + 2 * QS_TEST_DAY;
    expect_error(qs_test_put(t, 0, &b), "open after the bar before");
    b.open_time = QS_TEST_BEGIN + 1;
    b.close_time = QS_TEST_BEGIN + QS_TEST_DAY;
    expect_error(qs_test_put(t, 0, &b), "after the last instant");
    cr_expect_eq(qs_depth(qs_test_ctx(t), 0), 1);
}

Test(harness, a_long_series_keeps_its_values) {
    qs_test_set_int(t, "period", 3);
    for (int i = 1; i <= 3000; i++)
        cr_assert_geq(bar(IDLE, 0.0, i), 0);
    cr_expect_eq(qs_close_of(qs_test_ctx(t), 0, 499), 3000.0 - 499.0);
    cr_expect(isnan(qs_close_of(qs_test_ctx(t), 0, 500)));  /* the default history */
    cr_expect_eq(qs_line_at(qs_test_ctx(t), 0, 2), 2997.0); /* mean of 2996 2997 2998 */
    cr_expect_eq(qs_test_variable(t, "bars"), 2998.0);
}

/* ---- several feeds ---- */

Test(harness, several_feeds_close_together_or_alone) {
    struct qs_bar b = {0, 0, 5.0, 5.0, 5.0, 5.0, 0.0};
    cr_expect_eq(qs_test_add_feed(t, "B", QS_TEST_HOUR), 0);
    cr_expect_eq(qs_test_add_feed(t, "A", QS_TEST_HOUR), 1);
    cr_expect_eq(qs_test_add_feed(t, "A", QS_TEST_MINUTE), 2);
    expect_error(qs_test_add_feed(t, "A", QS_TEST_HOUR), "is feed 1 already");
    expect_error(qs_test_add_feed(t, "", QS_TEST_HOUR), "1 to 31 bytes");
    expect_error(qs_test_add_feed(t, "C", 0), "above 0 ns");
    for (qs_feed f = 0; f < 2; f++)
        cr_assert_eq(qs_test_put(t, f, &b), 0, "%s", qs_test_error(t));
    expect_error(qs_test_put(t, 0, &b), "has its bar of this instant already");
    expect_error(qs_test_put(t, 2, &b), "does not close when that of feed 0 does");
    b.open_time = QS_TEST_BEGIN + QS_TEST_HOUR - QS_TEST_MINUTE;
    b.close_time = QS_TEST_BEGIN + QS_TEST_HOUR;
    cr_assert_eq(qs_test_put(t, 2, &b), 0, "%s", qs_test_error(t));
    heard[0] = '\0';
    cr_assert_eq(qs_test_step(t), 0);
    cr_expect_str_eq(heard, "bbb");
    /* shorter frames first, then by symbol: A@1m, A@1h, B@1h */
    const char *called[3] = {0};
    int n = 0;
    for (int i = 0; i < qs_test_annotation_count(t); i++)
        if (qs_test_annotation(t, i)->kind == QS_TEST_NOTE)
            called[n++ % 3] = qs_test_annotation(t, i)->text;
    cr_assert_eq(n, 3);
    cr_expect_str_eq(called[0], "A");
    cr_expect_str_eq(called[2], "B");
}

Test(harness, feeds_of_a_symbol_share_its_position) {
    qs_test_add_feed(t, "A", QS_TEST_DAY);
    qs_test_add_feed(t, "A", QS_TEST_HOUR);
    struct qs_bar b = {0, 0, 5.0, 5.0, 5.0, 5.0, 0.0};
    cr_assert_eq(qs_test_put(t, 1, &b), 0);
    cr_assert_eq(qs_test_step(t), 0);
    cr_expect_eq(qs_test_set_position(t, 0, 3.0, 5.0), 0);
    cr_expect_eq(qs_held_of(qs_test_ctx(t), 1), 3.0);
}

Test(harness, too_many_feeds_are_refused_at_the_start) {
    static const char *const names[] = {"A", "B", "C", "D"};
    for (int i = 0; i < 4; i++)
        qs_test_add_feed(t, names[i], QS_TEST_DAY);
    expect_error(qs_test_start(t), "takes 0 feeds for its symbol inputs and 1 to 3 beside");
}

/* ---- intents and orders ---- */

Test(harness, an_intent_is_shown_as_it_was_made) {
    cr_expect_eq(bar(STOP_SELL, 4.0, 100.0), 1);
    const struct qs_seen_intent *i = qs_test_intent(t, 0);
    cr_assert_not_null(i);
    cr_expect_eq(i->kind, QS_TEST_ORDER);
    cr_expect_eq(i->number, 1);
    cr_expect_eq(i->feed, 0);
    cr_expect_eq(i->side, QS_SELL);
    cr_expect_eq(i->type, QS_STOP);
    cr_expect_eq(i->tif, QS_DAY);
    cr_expect_eq(i->flags, QS_REDUCE_ONLY);
    cr_expect_eq(i->size.kind, QS_SIZE_UNITS);
    cr_expect_eq(i->size.value, 4.0);
    cr_expect_eq(i->units, 4.0);
    cr_expect_eq(i->stop_price, 90.0);
    cr_expect_str_eq(i->tag, "stop");
    cr_expect_str_eq(i->reason, "none");
    cr_expect_null(qs_test_intent(t, 1));
    cr_expect_null(qs_test_intent(t, -1));
    uint32_t count;
    const struct qs_order *open = qs_open_orders(qs_test_ctx(t), &count);
    cr_assert_eq(count, 1);
    cr_expect_str_eq(open[0].tag, "stop");
    cr_expect_eq(open[0].state, QS_ORDER_ACTIVE);
    cr_expect_eq(open[0].created, qs_now(qs_test_ctx(t)));
}

Test(harness, intents_that_cannot_be_orders_say_why) {
    static const char *const reasons[] = {"bad_price", "bad_size",  "bad_feed",
                                          "bad_order", "unchanged", "unknown_order"};
    cr_assert_eq(bar(BAD, 0.0, 100.0), 6);
    for (int i = 0; i < 6; i++)
        cr_expect_str_eq(qs_test_intent(t, i)->reason, reasons[i]);
    bar(IDLE, 0.0, 100.0);
    cr_expect_str_eq(heard, "o1 o7bad_price o1 o7bad_size o7bad_feed o7bad_order b", "%s", heard);
}

Test(harness, sizes_come_to_whole_lots) {
    qs_test_add_feed(t, "A", QS_TEST_DAY);
    cr_expect_eq(qs_test_instrument(t, 0, 0.01, 10.0, 2.0), 0);
    expect_error(qs_test_instrument(t, 0, -0.01, 10.0, 2.0), "a tick and a lot");
    expect_error(qs_test_instrument(t, 0, 0.01, 10.0, 0.0), "multiplier above 0");
    expect_error(qs_test_instrument(t, 1, 0.01, 10.0, 1.0), "no feed 1");
    bar(TARGET, 0.5, 130.0); /* 50000 / (130 * 2) = 192.3 */
    cr_expect_eq(qs_test_intent(t, 0)->units, 190.0);
    cr_expect_eq(qs_test_intent(t, 0)->side, QS_BUY);
    bar(BUY, 9.0, 130.0);
    cr_expect_str_eq(qs_test_intent(t, 0)->reason, "zero_size");
}

Test(harness, a_fill_is_told_with_the_next_bar_and_booked_at_once) {
    bar(BUY, 10.0, 100.0);
    qs_time made = qs_now(qs_test_ctx(t));
    cr_assert_eq(qs_test_fill(t, last_number, 101.0, 2.0), 0);
    cr_expect_eq(qs_held_of(qs_test_ctx(t), 0), 10.0);
    cr_expect_eq(qs_cash(qs_test_ctx(t)), 100000.0 - 1010.0 - 2.0);
    cr_expect_eq(qs_equity(qs_test_ctx(t)), 100000.0 - 10.0 - 2.0); /* marked at 100 */
    bar(IDLE, 0.0, 105.0);
    cr_expect_str_eq(heard, "o1 o2 f o4 b", "%s", heard);
    cr_expect_eq(heard_fill.order, last_number);
    cr_expect_eq(heard_fill.quantity, 10.0);
    cr_expect_eq(heard_fill.price, 101.0);
    cr_expect_eq(heard_fill.fee, 2.0);
    cr_expect_eq(heard_fill.ts_event, made);
    cr_expect_eq(heard_fill.ts_known, qs_now(qs_test_ctx(t)));
    cr_expect_eq(qs_equity(qs_test_ctx(t)), 100000.0 + 40.0 - 2.0);
    const struct qs_position *p = qs_position_of(qs_test_ctx(t), 0);
    cr_expect_eq(p->average_price, 101.0);
    cr_expect_eq(p->fees, 2.0);
    cr_expect_eq(p->opened, made);
    expect_error(qs_test_fill(t, last_number, 101.0, 0.0), "is not open");
    expect_error(qs_test_fill(t, 99, 101.0, 0.0), "order 99 is not open");
}

Test(harness, a_round_trip_gives_a_trade) {
    bar(BUY, 10.0, 100.0);
    qs_test_fill(t, last_number, 100.0, 1.0);
    qs_test_bar(t, 100.0, 130.0, 80.0, 120.0, 0.0);
    bar(SELL, 10.0, 120.0);
    qs_test_fill(t, last_number, 120.0, 3.0);
    bar(IDLE, 0.0, 120.0);
    cr_expect_str_eq(heard, "o1 o2 f t o4 b", "%s", heard);
    cr_expect_eq(heard_trade.quantity, 10.0);
    cr_expect_eq(heard_trade.gross, 200.0);
    cr_expect_eq(heard_trade.fees, 4.0);
    cr_expect_eq(heard_trade.net, 196.0);
    cr_expect_eq(heard_trade.mae, -200.0); /* low of 80 */
    cr_expect_eq(heard_trade.mfe, 300.0);  /* high of 130 */
    cr_expect_eq(heard_fill.closed, -10.0);
    cr_expect_eq(heard_fill.realized, 200.0);
}

Test(harness, a_bar_before_the_entry_is_no_part_of_the_trade) {
    mode = BUY;
    amount = 1.0;
    qs_test_bar(t, 100.0, 500.0, 1.0, 100.0, 0.0);
    qs_test_fill(t, last_number, 100.0, 0.0);
    bar(SELL, 1.0, 101.0);
    qs_test_fill(t, last_number, 101.0, 0.0);
    bar(IDLE, 0.0, 101.0);
    cr_expect_eq(heard_trade.mae, 0.0);
    cr_expect_eq(heard_trade.mfe, 1.0);
}

Test(harness, an_order_fills_in_parts) {
    bar(BUY, 10.0, 100.0);
    expect_error(qs_test_fill_part(t, last_number, 11.0, 100.0, 0.0), "up to 10 units, found 11");
    expect_error(qs_test_fill_part(t, last_number, 0.0, 100.0, 0.0), "up to 10 units");
    expect_error(qs_test_fill_part(t, last_number, 1.0, -1.0, 0.0), "a price above 0");
    expect_error(qs_test_fill_part(t, last_number, 1.0, 1.0, -1.0), "a fee of 0 or more");
    cr_assert_eq(qs_test_fill_part(t, last_number, 4.0, 100.0, 0.0), 0);
    uint32_t count;
    cr_expect_eq(qs_open_orders(qs_test_ctx(t), &count)[0].filled, 4.0);
    bar(IDLE, 0.0, 100.0);
    cr_expect_str_eq(heard, "o1 o2 f o3 b", "%s", heard);
    cr_assert_eq(qs_test_fill(t, last_number, 102.0, 0.0), 0);
    cr_expect_eq(qs_held_of(qs_test_ctx(t), 0), 10.0);
    qs_open_orders(qs_test_ctx(t), &count);
    cr_expect_eq(count, 0);
}

Test(harness, a_reduce_only_order_is_cut_to_what_is_held) {
    bar(STOP_SELL, 10.0, 100.0);
    int64_t first = last_number;
    cr_assert_eq(qs_test_fill(t, first, 90.0, 0.0), 0); /* nothing held */
    bar(STOP_SELL, 10.0, 100.0);
    cr_expect_str_eq(heard, "o1 o2 o5nothing_to_close b", "%s", heard);
    cr_assert_eq(qs_test_set_position(t, 0, 4.0, 100.0), 0);
    cr_assert_eq(qs_test_fill(t, last_number, 90.0, 0.0), 0);
    cr_expect_eq(qs_held_of(qs_test_ctx(t), 0), 0.0);
    bar(IDLE, 0.0, 100.0);
    cr_expect_eq(heard_fill.quantity, -4.0);
    cr_expect(strstr(heard, "o4"));
}

Test(harness, targets_and_flattens_become_market_orders) {
    bar(TARGET, 0.1, 100.0); /* 10000 / 100 */
    cr_expect_eq(qs_test_intent(t, 0)->units, 100.0);
    qs_test_fill(t, last_number, 100.0, 0.0);
    bar(TARGET, 0.1, 100.0);
    cr_expect_str_eq(qs_test_intent(t, 0)->reason, "unchanged");
    bar(TARGET, -0.1, 100.0);
    cr_expect_eq(qs_test_intent(t, 0)->side, QS_SELL);
    cr_expect_eq(qs_test_intent(t, 0)->units, 200.0);
    bar(FLATTEN, 0.0, 100.0);
    cr_expect_eq(qs_test_intent(t, 0)->side, QS_SELL);
    cr_expect_eq(qs_test_intent(t, 0)->units, 100.0);
}

Test(harness, orders_end_by_the_strategy_or_by_the_test) {
    bar(BUY, 1.0, 100.0);
    cr_assert_eq(bar(CANCEL, 0.0, 100.0), 1);
    cr_expect_str_eq(qs_test_intent(t, 0)->reason, "none");
    bar(BUY, 1.0, 100.0);
    cr_expect_str_eq(heard, "o5canceled_by_strategy b", "%s", heard);
    expect_error(qs_test_end_order(t, last_number, QS_ORDER_FILLED, "none"), "state 4 is none");
    expect_error(qs_test_end_order(t, last_number, QS_ORDER_REJECTED, "no_money"), "no reason");
    expect_error(qs_test_end_order(t, last_number, QS_ORDER_REJECTED, NULL), "no reason");
    cr_expect_eq(qs_test_end_order(t, last_number, QS_ORDER_REJECTED, "insufficient_cash"), 0);
    bar(IDLE, 0.0, 100.0);
    cr_expect_str_eq(heard, "o1 o2 o7insufficient_cash b", "%s", heard);
}

/* ---- money ---- */

Test(harness, positions_and_money_can_be_given) {
    expect_error(qs_test_set_position(t, 0, 5.0, 100.0), "no bar of feed 0 has closed yet");
    bar(IDLE, 0.0, 110.0);
    cr_expect_eq(qs_test_set_position(t, 0, 5.0, 100.0), 0);
    cr_expect_eq(qs_cash(qs_test_ctx(t)), 100000.0 - 500.0);
    cr_expect_eq(qs_equity(qs_test_ctx(t)), 100000.0 + 50.0);
    cr_expect_eq(qs_open_pnl_of(qs_test_ctx(t), 0), 50.0);
    cr_expect_eq(qs_test_set_position(t, 0, -2.0, 120.0), 0); /* the 5 go at 100 */
    cr_expect_eq(qs_cash(qs_test_ctx(t)), 100000.0 + 240.0);
    cr_expect_eq(qs_test_set_cash(t, 1000.0), 0);
    cr_expect_eq(qs_equity(qs_test_ctx(t)), 1000.0 - 220.0);
    cr_expect_eq(qs_test_set_equity(t, 5000.0), 0);
    cr_expect_eq(qs_equity(qs_test_ctx(t)), 5000.0);
    cr_expect_eq(qs_cash(qs_test_ctx(t)), 5220.0);
    bar(TARGET, 0.11, 110.0);     /* 550 / 110 = 5, from -2 */
    cr_expect_str_eq(heard, "b"); /* it was told nothing */
    cr_expect_eq(qs_test_intent(t, 0)->units, 7.0);
    expect_error(qs_test_set_cash(t, (double)NAN), "finite");
    expect_error(qs_test_set_position(t, 0, 1.0, -1.0), "price above 0");
    expect_error(qs_test_set_position(t, 7, 1.0, 1.0), "feed 7 is not bound");
    cr_expect_eq(qs_test_set_position(t, 0, 0.0, 0.0), 0);
    cr_expect_eq(qs_ledger(qs_test_ctx(t))->gross, 0.0);
}

/* ---- what it shows ---- */

Test(harness, annotations_are_those_of_the_last_bar) {
    bar(IDLE, 0.0, 10.0);
    cr_expect_eq(qs_test_annotation_count(t), 3);
    const struct qs_seen_annotation *a = qs_test_annotation(t, 0);
    cr_expect_eq(a->kind, QS_TEST_PLOT);
    cr_expect_str_eq(a->key, "average");
    cr_expect_str_eq(a->text, "");
    cr_expect_eq(a->value, 10.0);
    cr_expect_eq(qs_test_plot(t, "average"), 11.0); /* the last one of that key */
    cr_expect(isnan(qs_test_plot(t, "else")));
    cr_expect_str_eq(qs_test_note(t, "feed"), "TEST");
    cr_expect_null(qs_test_note(t, "average"));
    cr_expect_eq(qs_test_logged(t, "period"), 0); /* that was on_init's */
    cr_expect_null(qs_test_annotation(t, 3));
    cr_expect_null(qs_test_annotation(t, -1));
}

Test(harness, variables_and_lines_can_be_read) {
    qs_test_set_int(t, "period", 3);
    for (int i = 1; i <= 5; i++)
        bar(IDLE, 0.0, i);
    cr_expect_eq(qs_test_variable(t, "last"), 5.0);
    cr_expect_eq(qs_test_variable(t, "bars"), 3.0);
    cr_expect(isnan(qs_test_variable(t, "first")));
    cr_expect(strstr(qs_test_error(t), "declares none of that name"));
    cr_expect_eq(qs_line_at(qs_test_ctx(t), 0, 0), 4.0);
    cr_expect_eq(qs_line_at(qs_test_ctx(t), 0, 1), 3.0);
}

/* ---- ends and faults ---- */

Test(harness, stop_hears_the_last_words) {
    bar(BUY, 1.0, 100.0);
    heard[0] = '\0';
    cr_assert_eq(qs_test_stop(t), 0);
    cr_expect_str_eq(heard, "o1 o2 ", "%s", heard);
    cr_expect_str_eq(qs_test_note(t, "end"), "bye");
    cr_expect_eq(qs_test_intent_count(t), 1);
    cr_expect_str_eq(qs_test_intent(t, 0)->reason, "wrong_phase");
    expect_error(qs_test_close(t, 1.0), "was stopped");
    expect_error(qs_test_stop(t), "was stopped");
    cr_expect_eq(qs_test_variable(t, "last"), 100.0);
}

Test(harness, a_refused_on_init_is_told_with_what_it_logged) {
    qs_test_set_float(t, "size", 13.0);
    expect_error(
        qs_test_start(t),
        "puppet: on_init refused to start: period 1, size 13, loud 0, style 0 (it returned -7)");
    cr_expect(qs_test_logged(t, "size 13"));
    expect_error(qs_test_close(t, 1.0), "on_init refused");
}

Test(harness, a_fault_stays) {
    expect_error(bar(EARLY_INDICATOR, 0.0, 10.0), "puppet: an indicator was asked for outside");
    expect_error(bar(IDLE, 0.0, 10.0), "outside of on_init");
    expect_error(qs_test_fill(t, 1, 1.0, 0.0), "outside of on_init");
}
