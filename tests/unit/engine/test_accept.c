#include "unit/engine/rig.h"

static struct rig r;

static void setup(void) { rig_init(&r); }
static void teardown(void) { rig_close(&r); }
TestSuite(accept, .init = setup, .fini = teardown);

/* The engine at the close of A's first bar: the intents queued after this are made one bar later.
 */
static void begin_at(double price) {
    rig_begin(&r);
    rig_price(&r, price);
    rig_news(&r);
    rig_trace(&r);
}

/* What becomes of the intents queued, at an unchanged price. */
static const char *decide(double price) {
    rig_price(&r, price);
    return rig_news(&r);
}

/* ---- what is taken ---- */

Test(accept, makes_an_order_of_an_intent_and_hands_it_to_the_venue) {
    begin_at(10.0);
    struct intent *in = actor_order(&r, 0, QS_SELL, QS_STOP_LIMIT, 2.0, 8.0, 9.0);
    in->tif = QS_DAY;
    in->flags = QS_REDUCE_ONLY;
    in->key_at = actor_text(&r, 0, "xxexit");
    in->key_at += 2;
    in->key_len = 4;
    cr_expect_str_eq(decide(10.0), "order 1 a#1 sell stop_limit 2 L8 P9 day reduce ref 8; NEW 1; "
                                   "ACTIVE 1; intent a#1 -> 1 none; ");
    union rig_record u;
    rig_last(&r, JOURNAL_ORDER, &u);
    cr_expect_str_eq(u.order.tag, "exit");
    cr_expect_eq(u.order.time, 2 * TIME_HOUR);
    cr_expect_eq(u.order.symbol, A);
    rig_last(&r, JOURNAL_INTENT, &u);
    cr_expect_eq(u.intent.kind, INTENT_ORDER);
    cr_expect_eq(u.intent.side, QS_SELL);
    cr_expect_eq(u.intent.type, QS_STOP_LIMIT);
    cr_expect_eq(u.intent.tif, QS_DAY);
    cr_expect_eq(u.intent.flags, QS_REDUCE_ONLY);
    cr_expect_eq(u.intent.size_kind, QS_SIZE_UNITS);
    same(u.intent.size_value, 2.0);
    same(u.intent.limit_price, 8.0);
    same(u.intent.stop_price, 9.0);
    cr_expect_eq(r.open_count, 1);
    cr_expect_eq(r.open[0]->accepted, 2 * TIME_HOUR);
    cr_expect_eq(r.open[0]->reference_time, 2 * TIME_HOUR);
}

Test(accept, takes_the_newest_close_the_limit_or_the_stop_for_reference) {
    begin_at(10.0);
    actor_buy(&r, 1.0);
    actor_order(&r, 0, QS_BUY, QS_LIMIT, 1.0, 9.0, 0.0);
    actor_order(&r, 0, QS_BUY, QS_STOP, 1.0, 0.0, 11.0);
    actor_order(&r, 0, QS_BUY, QS_STOP_LIMIT, 1.0, 12.0, 11.0);
    cr_expect_str_eq(
        decide(10.5),
        "order 1 a#1 buy market 1 ref 10.5; NEW 1; ACTIVE 1; intent a#1 -> 1 none; "
        "order 2 a#2 buy limit 1 L9 ref 9; NEW 2; ACTIVE 2; intent a#2 -> 2 none; "
        "order 3 a#3 buy stop 1 P11 ref 11; NEW 3; ACTIVE 3; intent a#3 -> 3 none; "
        "order 4 a#4 buy stop_limit 1 L12 P11 ref 12; NEW 4; ACTIVE 4; intent a#4 -> 4 none; ");
}

Test(accept, ignores_prices_that_the_type_does_not_have) {
    begin_at(10.0);
    actor_order(&r, 0, QS_BUY, QS_MARKET, 1.0, NAN, -5.0);
    actor_order(&r, 0, QS_BUY, QS_LIMIT, 1.0, 9.0, NAN);
    cr_expect_str_eq(decide(10.0),
                     "order 1 a#1 buy market 1 ref 10; NEW 1; ACTIVE 1; intent a#1 -> 1 none; "
                     "order 2 a#2 buy limit 1 L9 ref 9; NEW 2; ACTIVE 2; intent a#2 -> 2 none; ");
}

/* tick 0.05: limits never to our loss, stops never earlier */
Test(accept, rounds_order_prices_to_the_tick) {
    static const struct {
        int side, type;
        double price, expected;
    } rows[] = {{QS_BUY, QS_LIMIT, 9.07, 9.05}, {QS_SELL, QS_LIMIT, 9.07, 9.10},
                {QS_BUY, QS_STOP, 9.07, 9.10},  {QS_SELL, QS_STOP, 9.07, 9.05},
                {QS_BUY, QS_LIMIT, 9.05, 9.05}, {QS_SELL, QS_LIMIT, 9.05, 9.05}};
    r.symbols[A].tick = (struct decimal){5, 2};
    begin_at(10.0);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        union rig_record u;
        actor_order(&r, 0, rows[i].side, rows[i].type, 1.0, rows[i].price, rows[i].price);
        decide(10.0);
        rig_last(&r, JOURNAL_ORDER, &u);
        same(rows[i].type == QS_LIMIT ? u.order.limit_price : u.order.stop_price, rows[i].expected);
        same(u.order.reference, rows[i].expected);
    }
    union rig_record u;
    actor_order(&r, 0, QS_BUY, QS_STOP_LIMIT, 1.0, 9.07, 9.01);
    decide(10.0);
    rig_last(&r, JOURNAL_ORDER, &u);
    same(u.order.limit_price, 9.05);
    same(u.order.stop_price, 9.05);
}

/* ---- each refusal once ---- */

static void refuses(struct intent *in, const char *order_words, const char *reason) {
    char expected[300];
    snprintf(expected, sizeof expected,
             "order 1 a#1 %s; NEW 1; REJECTED 1 %s; intent a#1 -> 1 %s; ", order_words, reason,
             reason);
    (void)in;
    cr_expect_str_eq(decide(10.0), expected);
    cr_expect_eq(r.open_count, 0);
    rig_price(&r, 10.0);
    char told[300];
    snprintf(told, sizeof told, "next; post a [NEW 1, REJECTED 1 %s]; collect a; ", reason);
    cr_expect_not_null(strstr(rig_trace(&r), told));
}

Test(accept, refuses_a_price_that_is_none) {
    static const double bad[] = {NAN, INFINITY, -INFINITY, 0.0, -1.0};
    for (int i = 0; i < 5; i++) {
        static const int types[] = {QS_LIMIT, QS_STOP, QS_STOP_LIMIT, QS_STOP_LIMIT};
        for (int k = 0; k < 4; k++) {
            union rig_record u;
            rig_init(&r);
            begin_at(10.0);
            actor_order(&r, 0, QS_BUY, types[k], 1.0, k == 2 ? 9.0 : bad[i], k == 3 ? 9.0 : bad[i]);
            decide(10.0);
            rig_last(&r, JOURNAL_ORDER_EVENT, &u);
            cr_expect_eq(u.event.state, QS_ORDER_REJECTED, "%g, type %d", bad[i], types[k]);
            cr_expect_eq(u.event.reason, REASON_BAD_PRICE, "%g, type %d", bad[i], types[k]);
            if (i + k < 7)
                rig_close(&r);
        }
    }
}

Test(accept, tells_of_a_bad_price) {
    begin_at(10.0);
    refuses(actor_order(&r, 0, QS_BUY, QS_LIMIT, 1.0, -1.0, 0.0), "buy limit 0 L-1 ref 0",
            "bad_price");
}

Test(accept, refuses_a_size_that_is_none) {
    static const struct qs_size bad[] = {
        {.kind = QS_SIZE_UNITS, .value = NAN},
        {.kind = QS_SIZE_UNITS, .value = INFINITY},
        {.kind = QS_SIZE_UNITS, .value = -1.0},
        {.kind = 99, .value = 1.0},
        {.kind = -1, .value = 1.0},
        {.kind = QS_SIZE_RISK, .value = 0.1, .stop_distance = 0.0},
        {.kind = QS_SIZE_RISK, .value = 0.1, .stop_distance = NAN},
    };
    begin_at(10.0);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        union rig_record u;
        actor_buy(&r, 1.0)->size = bad[i];
        decide(10.0);
        rig_last(&r, JOURNAL_ORDER_EVENT, &u);
        cr_expect_eq(u.event.reason, REASON_BAD_SIZE, "size %zu", i);
        rig_last(&r, JOURNAL_INTENT, &u);
        cr_expect_eq(u.intent.reason, REASON_BAD_SIZE, "size %zu", i);
    }
}

Test(accept, tells_of_a_bad_size) {
    begin_at(10.0);
    refuses(actor_buy(&r, -3.0), "buy market 0 ref 0", "bad_size");
}

Test(accept, refuses_a_symbol_without_a_close) {
    begin_at(10.0);
    struct intent *in = actor_buy(&r, 1.0);
    in->feed = B;
    refuses(in, "buy market 0 ref 0", "no_price");
}

Test(accept, finds_the_first_fault_of_several) {
    begin_at(10.0);
    actor_order(&r, 0, QS_BUY, QS_LIMIT, -1.0, NAN, 0.0)->feed = B; /* price, size, no close */
    actor_buy(&r, -1.0)->feed = B;                                  /* size, no close */
    union rig_record u;
    decide(10.0);
    rig_last(&r, JOURNAL_INTENT, &u);
    cr_expect_eq(u.intent.reason, REASON_BAD_SIZE);
    cr_expect_not_null(strstr(r.news, "intent a#1 -> 1 bad_price; "));
}

Test(accept, refuses_what_rounds_to_no_lot) {
    r.symbols[A].lot = (struct decimal){10, 0};
    begin_at(10.0);
    refuses(actor_buy(&r, 9.99), "buy market 0 ref 10", "zero_size");
}

Test(accept, refuses_nothing_to_buy) {
    begin_at(10.0);
    refuses(actor_buy(&r, 0.0), "buy market 0 ref 10", "zero_size");
}

static void refuses_money(const char *news, const char *told) {
    rig_trace(&r);
    cr_expect_str_eq(decide(10.0), news);
    cr_expect_eq(r.open_count, 0);
    rig_trace(&r);
    rig_price(&r, 10.0);
    cr_expect_str_eq(rig_trace(&r), told);
}

Test(accept, refuses_what_cash_does_not_pay_with_what_was_compared) {
    r.settings.account = ACCOUNT_CASH;
    r.settings.commission_per_unit = 0.5;
    begin_at(10.0);
    actor_buy(&r, 100.0); /* 100 * 10 + 100 * 0.5 = 1050 */
    refuses_money("order 1 a#1 buy market 100 ref 10; NEW 1; "
                  "REJECTED 1 insufficient_cash 1050>1000; intent a#1 -> 1 insufficient_cash; ",
                  "next; post a [NEW 1, REJECTED 1 insufficient_cash]; collect a; ");
}

Test(accept, refuses_what_margin_does_not_carry_with_what_was_compared) {
    r.settings.leverage = 3.0;
    begin_at(10.0);
    actor_sell(&r, 301.0); /* 3010 of 1000 * 3 */
    refuses_money("order 1 a#1 sell market 301 ref 10; NEW 1; "
                  "REJECTED 1 insufficient_margin 3010>3000; intent a#1 -> 1 insufficient_margin; ",
                  "next; post a [NEW 1, REJECTED 1 insufficient_margin]; collect a; ");
}

Test(accept, refuses_more_open_orders_than_the_limit) {
    r.settings.cash_check = CHECK_NONE;
    begin_at(10.0);
    for (int i = 0; i <= OPEN_ORDERS_MAX; i++)
        actor_order(&r, 0, QS_BUY, QS_LIMIT, 1.0, 5.0, 0.0);
    rig_price(&r, 10.0);
    union rig_record u;
    cr_expect_eq(rig_last(&r, JOURNAL_ORDER_EVENT, &u), 2 * OPEN_ORDERS_MAX + 2);
    cr_expect_eq(u.event.order, OPEN_ORDERS_MAX + 1);
    cr_expect_eq(u.event.state, QS_ORDER_REJECTED);
    cr_expect_eq(u.event.reason, REASON_ORDER_LIMIT);
    rig_last(&r, JOURNAL_INTENT, &u);
    cr_expect_eq(u.intent.order, OPEN_ORDERS_MAX + 1);
    cr_expect_eq(u.intent.reason, REASON_ORDER_LIMIT);
    cr_expect_eq(r.open_count, OPEN_ORDERS_MAX);
    r.news_at = r.len;
    rig_trace(&r);
    actor_cancel(&r, 1); /* makes room for one */
    actor_order(&r, 0, QS_BUY, QS_LIMIT, 1.0, 5.0, 0.0);
    rig_price(&r, 10.0);
    cr_expect_eq(r.open_count, OPEN_ORDERS_MAX);
    rig_last(&r, JOURNAL_ORDER_EVENT, &u);
    cr_expect_eq(u.event.state, QS_ORDER_ACTIVE);
}

/* sim/README.md, test at acceptance: "rejected ones leave no trace". 4096 orders of 0.1 at 5 need
 * 2048 of the 2100; the one over the limit would need 50; after a cancel 50 more must still pass,
 * for 2048 + 50 = 2098. Known bug: the order over the limit stays in the projection. */
Test(accept, forgets_an_order_over_the_limit_in_the_test_of_money) {
    r.silos[0].initial = 2100.0;
    r.settings.account = ACCOUNT_CASH;
    begin_at(10.0);
    for (int i = 0; i < OPEN_ORDERS_MAX; i++)
        actor_order(&r, 0, QS_BUY, QS_LIMIT, 0.1, 5.0, 0.0);
    actor_order(&r, 0, QS_BUY, QS_LIMIT, 10.0, 5.0, 0.0); /* order_limit */
    actor_cancel(&r, 1);
    actor_order(&r, 0, QS_BUY, QS_LIMIT, 10.0, 5.0, 0.0);
    rig_price(&r, 10.0);
    union rig_record u;
    rig_last(&r, JOURNAL_ORDER_EVENT, &u);
    cr_expect_eq(u.event.order, OPEN_ORDERS_MAX + 2);
    cr_expect_eq(u.event.state, QS_ORDER_ACTIVE, "%s", reason_name(u.event.reason));
}

/* ---- what becomes no order at all ---- */

static void refuses_intent(const char *reason) {
    char expected[200];
    snprintf(expected, sizeof expected, "intent a#1 -> 0 %s; ", reason);
    cr_expect_str_eq(decide(10.0), expected);
    rig_trace(&r);
    rig_price(&r, 10.0);
    snprintf(expected, sizeof expected, "next; post a [REJECTED 1 %s]; collect a; ", reason);
    cr_expect_str_eq(rig_trace(&r), expected);
    cr_expect_eq(r.engine.next_order, 0);
}

Test(accept, refuses_a_feed_that_is_not_bound) {
    begin_at(10.0);
    actor_buy(&r, 1.0)->feed = RIG_FEEDS;
    refuses_intent("bad_feed");
}

Test(accept, refuses_a_negative_feed_of_a_target) {
    begin_at(10.0);
    actor_target(&r, QS_SIZE_UNITS, 1.0)->feed = -1;
    refuses_intent("bad_feed");
}

Test(accept, refuses_an_unknown_side_type_time_or_flag) {
    for (int i = 0; i < 8; i++) {
        rig_init(&r);
        begin_at(10.0);
        struct intent *in = actor_buy(&r, 1.0);
        int32_t *fields[] = {&in->side, &in->side, &in->type,  &in->type,
                             &in->tif,  &in->tif,  &in->flags, &in->flags};
        static const int32_t values[] = {0, 3, 0, 5, -1, 3, 2, -1};
        *fields[i] = values[i];
        refuses_intent("bad_order");
        if (i < 7)
            rig_close(&r);
    }
}

Test(accept, passes_on_what_was_refused_where_it_was_made) {
    static const int reasons[] = {REASON_INTENT_LIMIT, REASON_BAD_TAG, REASON_WRONG_PHASE};
    for (int i = 0; i < 3; i++) {
        rig_init(&r);
        begin_at(10.0);
        actor_buy(&r, 1.0)->reason = reasons[i];
        refuses_intent(reason_name(reasons[i]));
        if (i < 2)
            rig_close(&r);
    }
}

/* ---- cancels ---- */

Test(accept, cancels_at_once) {
    begin_at(10.0);
    actor_order(&r, 0, QS_BUY, QS_LIMIT, 1.0, 5.0, 0.0);
    decide(10.0);
    rig_trace(&r);
    actor_cancel(&r, 1);
    cr_expect_str_eq(decide(10.0), "intent a#1 -> 1 none; CANCELED 1 canceled_by_strategy; ");
    cr_expect_eq(r.open_count, 0);
    cr_expect_not_null(strstr(rig_trace(&r), "cancel 1; "));
    rig_price(&r, 10.0);
    cr_expect_not_null(strstr(rig_trace(&r), "post a [CANCELED 1 canceled_by_strategy]"));
}

Test(accept, cancels_an_order_of_the_same_callback) {
    begin_at(10.0);
    actor_buy(&r, 1.0);
    actor_cancel(&r, 1);
    cr_expect_str_eq(decide(10.0), "order 1 a#1 buy market 1 ref 10; NEW 1; ACTIVE 1; "
                                   "intent a#1 -> 1 none; intent a#1 -> 1 none; "
                                   "CANCELED 1 canceled_by_strategy; ");
}

Test(accept, knows_no_order_to_cancel_that_is_not_open) {
    static const int64_t numbers[] = {0, -1, 2, 99, INT64_MAX, INT64_MIN};
    begin_at(10.0);
    actor_buy(&r, 1.0);
    actor_buy(&r, -1.0); /* number 2: rejected */
    decide(10.0);
    for (int i = 0; i < 6; i++) {
        char expected[100];
        actor_cancel(&r, numbers[i]);
        rig_trace(&r);
        r.venue_sleeps = true;
        snprintf(expected, sizeof expected, "intent a#%ld -> 0 unknown_order; ", (long)numbers[i]);
        cr_expect_str_eq(decide(10.0), expected);
    }
    actor_cancel(&r, 1);
    actor_cancel(&r, 1);
    cr_expect_str_eq(decide(10.0), "intent a#1 -> 1 none; CANCELED 1 canceled_by_strategy; "
                                   "intent a#1 -> 0 unknown_order; ");
}

Test(accept, cancels_no_order_of_another_strategy) {
    r.strategy_count = 2;
    begin_at(10.0);
    actor_order(&r, 1, QS_BUY, QS_LIMIT, 1.0, 5.0, 0.0); /* b's number 1 */
    actor_cancel(&r, 1);                                 /* a has no such order */
    decide(10.0);
    rig_price(&r, 10.0);
    cr_expect_eq(r.open_count, 1);
}

/* ---- targets ---- */

Test(accept, orders_the_difference_to_a_target) {
    begin_at(10.0);
    actor_target(&r, QS_SIZE_UNITS, 7.0);
    cr_expect_str_eq(decide(10.0), "order 1 a#1 buy market 7 ref 10; NEW 1; ACTIVE 1; "
                                   "intent a#1 -> 1 none; ");
    rig_price(&r, 10.0); /* holds 7 */
    rig_news(&r);
    actor_target(&r, QS_SIZE_UNITS, -3.0);
    cr_expect_str_eq(decide(10.0), "order 2 a#2 sell market 10 ref 10; NEW 2; ACTIVE 2; "
                                   "intent a#2 -> 2 none; ");
}

Test(accept, makes_no_order_of_a_target_that_is_met) {
    begin_at(10.0);
    actor_target(&r, QS_SIZE_UNITS, 7.0);
    decide(10.0);
    rig_price(&r, 10.0);
    rig_news(&r);
    rig_trace(&r);
    actor_target(&r, QS_SIZE_UNITS, 7.0);
    actor_buy(&r, 1.0);
    cr_expect_str_eq(decide(10.0), "intent a#2 -> 0 unchanged; "
                                   "order 2 a#3 buy market 1 ref 10; NEW 2; ACTIVE 2; "
                                   "intent a#3 -> 2 none; "); /* its id was not used up */
    rig_trace(&r);
    rig_price(&r, 10.0); /* no event either */
    cr_expect_not_null(strstr(rig_trace(&r), "post a [NEW 3, ACTIVE 3, "));
}

Test(accept, rounds_the_difference_towards_zero_to_the_lot) {
    r.symbols[A].lot = (struct decimal){5, 0};
    begin_at(10.0);
    actor_target(&r, QS_SIZE_UNITS, 13.0);
    actor_target(&r, QS_SIZE_UNITS, -13.0);
    actor_target(&r, QS_SIZE_UNITS, 4.9);
    cr_expect_str_eq(decide(10.0), "order 1 a#1 buy market 10 ref 10; NEW 1; ACTIVE 1; "
                                   "intent a#1 -> 1 none; "
                                   "order 2 a#2 sell market 10 ref 10; NEW 2; ACTIVE 2; "
                                   "intent a#2 -> 2 none; intent a#3 -> 0 unchanged; ");
}

Test(accept, targets_a_fraction_of_equity) {
    r.settings.cash_check = CHECK_NONE;
    begin_at(10.0);
    actor_target(&r, QS_SIZE_EQUITY, -0.5); /* 1000 * -0.5 / 10 */
    cr_expect_str_eq(decide(10.0), "order 1 a#1 sell market 50 ref 10; NEW 1; ACTIVE 1; "
                                   "intent a#1 -> 1 none; ");
}

Test(accept, gives_a_rejected_target_an_id) {
    begin_at(10.0);
    actor_target(&r, QS_SIZE_UNITS, NAN);
    cr_expect_not_null(strstr(decide(10.0), "REJECTED 1 bad_size; intent a#1 -> 1 bad_size; "));
}

Test(accept, counts_what_is_held_and_not_what_is_on_its_way_to_a_target) {
    begin_at(10.0);
    actor_buy(&r, 5.0);
    actor_target(&r, QS_SIZE_UNITS, 5.0); /* held is still 0 */
    decide(10.0);
    rig_price(&r, 10.0);
    same(r.strategies[0].ledger.positions[A].pub.quantity, 10.0);
}

/* ---- flatten ---- */

Test(accept, flattens_with_a_reduce_only_market_order_of_what_is_held) {
    begin_at(10.0);
    actor_sell(&r, 7.0);
    decide(10.0);
    rig_price(&r, 10.0);
    rig_news(&r);
    actor_flatten(&r);
    cr_expect_str_eq(decide(10.0), "order 2 a#2 buy market 7 reduce ref 10; NEW 2; ACTIVE 2; "
                                   "intent a#2 -> 2 none; ");
    cr_expect_str_eq(decide(11.0), "fill of 2 +7@11 fee 0; trade a -7 10->11 net -7; FILLED 2; ");
}

Test(accept, makes_no_order_of_a_flatten_without_a_position) {
    begin_at(10.0);
    actor_flatten(&r);
    cr_expect_str_eq(decide(10.0), "intent a#1 -> 0 unchanged; ");
    cr_expect_eq(r.engine.next_order, 0);
}

/* Lots may have changed since: a position of 7 is closed although the lot is 5. */
Test(accept, flattens_what_is_no_whole_lot) {
    begin_at(10.0);
    actor_buy(&r, 7.0);
    decide(10.0);
    rig_price(&r, 10.0);
    rig_news(&r);
    r.symbols[A].lot = (struct decimal){5, 0};
    actor_flatten(&r);
    cr_expect_not_null(strstr(decide(10.0), "sell market 7 reduce"));
}

/* ---- reduce-only at the fill ---- */

Test(accept, cuts_a_reduce_only_order_to_what_is_held_at_the_fill) {
    begin_at(10.0);
    actor_buy(&r, 4.0);
    decide(10.0);
    rig_price(&r, 10.0);
    rig_news(&r);
    actor_sell(&r, 9.0)->flags = QS_REDUCE_ONLY;
    decide(10.0);
    cr_expect_str_eq(decide(12.0), "fill of 2 -4@12 fee 0; trade a +4 10->12 net 8; FILLED 2; ");
    same(r.strategies[0].ledger.positions[A].pub.quantity, 0.0);
}

Test(accept, cancels_a_reduce_only_order_that_finds_nothing_on_the_other_side) {
    begin_at(10.0);
    actor_buy(&r, 4.0);
    decide(10.0);
    rig_price(&r, 10.0);
    rig_news(&r);
    actor_buy(&r, 4.0)->flags = QS_REDUCE_ONLY;
    decide(10.0);
    cr_expect_str_eq(decide(12.0), "CANCELED 2 nothing_to_close; ");
}

/* ---- annotations ---- */

Test(accept, records_plots_notes_and_logs_in_their_place) {
    begin_at(10.0);
    uint32_t at = actor_text(&r, 0, "keywords of a line");
    actor_add(&r, 0,
              (struct intent){.kind = INTENT_PLOT, .key_at = at, .key_len = 3, .value = 1.5});
    actor_buy(&r, -1.0);
    actor_add(
        &r, 0,
        (struct intent){
            .kind = INTENT_NOTE, .key_at = at, .key_len = 8, .text_at = at + 9, .text_len = 9});
    actor_add(
        &r, 0,
        (struct intent){.kind = INTENT_LOG, .level = QS_LOG_WARN, .text_at = at, .text_len = 3});
    cr_expect_str_eq(decide(10.0), "plot key 1.5; order 1 a#1 buy market 0 ref 0; NEW 1; "
                                   "REJECTED 1 bad_size; intent a#1 -> 1 bad_size; "
                                   "note keywords of a line; log 2 key; ");
}
