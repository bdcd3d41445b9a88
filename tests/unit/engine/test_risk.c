/*
 * The test of money, at acceptance and at the fill. One strategy with 1000, A at 10 unless said
 * otherwise, no fees but where they are the point.
 */
#include "engine/risk.h"

#include "unit/engine/rig.h"

static struct rig r;

static void setup(void) { rig_init(&r); }
static void teardown(void) { rig_close(&r); }
TestSuite(risk, .init = setup, .fini = teardown);

static void begin_at(double price) {
    rig_begin(&r);
    rig_price(&r, price);
    rig_news(&r);
}

static const char *decide(double price) {
    rig_price(&r, price);
    return rig_news(&r);
}

static int32_t state_of(int64_t id) {
    struct journal_record record;
    size_t at = 0, size;
    int32_t state = 0;
    rig_flush(&r);
    while (journal_next((const uint8_t *)r.bytes + at, r.len - at, &record, &size, &r.err) > 0) {
        union rig_record u;
        journal_read(&record, &u);
        if (record.kind == JOURNAL_ORDER_EVENT && u.event.order == id)
            state = (int32_t)u.event.state;
        at += size;
    }
    return state;
}

#define is_active(id) cr_expect_eq(state_of(id), QS_ORDER_ACTIVE, "order %d", id)
#define is_rejected(id) cr_expect_eq(state_of(id), QS_ORDER_REJECTED, "order %d", id)

Test(risk, names_its_reason_by_the_account) {
    cr_expect_eq(risk_reason(&(struct settings){.account = ACCOUNT_CASH}),
                 REASON_INSUFFICIENT_CASH);
    cr_expect_eq(risk_reason(&(struct settings){.account = ACCOUNT_MARGIN}),
                 REASON_INSUFFICIENT_MARGIN);
}

/* ---- orders of one instant ---- */

Test(risk, counts_the_orders_accepted_before_in_the_same_instant) {
    begin_at(10.0);
    actor_buy(&r, 60.0); /* 600 of 1000 */
    actor_buy(&r, 60.0); /* 400 left */
    actor_buy(&r, 40.0); /* the refused one left no trace */
    decide(10.0);
    is_active(1);
    is_rejected(2);
    is_active(3);
}

Test(risk, counts_no_older_open_orders) {
    begin_at(10.0);
    actor_order(&r, 0, QS_BUY, QS_LIMIT, 100.0, 10.0, 0.0);
    decide(10.0);
    actor_order(&r, 0, QS_BUY, QS_LIMIT, 100.0, 10.0, 0.0);
    decide(10.0);
    is_active(1);
    is_active(2);
}

Test(risk, lets_a_sale_of_the_same_instant_pay_for_a_purchase) {
    r.settings.account = ACCOUNT_CASH;
    begin_at(10.0);
    actor_buy(&r, 100.0);
    decide(10.0);
    rig_price(&r, 10.0); /* all in */
    actor_sell(&r, 50.0);
    actor_buy(&r, 51.0); /* 510 > 500 */
    actor_buy(&r, 50.0);
    decide(10.0);
    is_active(2);
    is_rejected(3);
    is_active(4);
}

Test(risk, counts_at_the_reference_price_of_each_order) {
    begin_at(10.0);
    actor_order(&r, 0, QS_BUY, QS_LIMIT, 100.0, 5.0, 0.0); /* 500, and worth 1000 at the close */
    /* equity 1000 + 100 * (10 - 5) = 1500, gross 1000: free 500 */
    actor_buy(&r, 51.0);
    actor_buy(&r, 50.0);
    decide(10.0);
    is_active(1);
    is_rejected(2);
    is_active(3);
}

Test(risk, counts_commission) {
    r.settings.commission_per_fill = 10.0;
    r.settings.account = ACCOUNT_CASH;
    begin_at(10.0);
    actor_buy(&r, 50.0); /* 510; 490 left */
    actor_buy(&r, 48.5); /* 485 + 10 */
    actor_buy(&r, 48.0); /* 480 + 10 */
    decide(10.0);
    is_active(1);
    is_rejected(2);
    is_active(3);
}

Test(risk, tests_a_flip_after_its_closing_part) {
    begin_at(10.0);
    actor_buy(&r, 100.0);
    decide(10.0);
    rig_price(&r, 10.0);   /* holds 100, nothing free */
    actor_sell(&r, 201.0); /* closes 100, would open 101 with 1000 */
    actor_sell(&r, 200.0);
    decide(10.0);
    is_rejected(2);
    is_active(3);
}

Test(risk, flips_what_the_orders_before_would_hold) {
    begin_at(10.0);
    actor_buy(&r, 100.0);
    actor_sell(&r, 200.0); /* after the first: closes 100, opens 100 */
    actor_sell(&r, 1.0);   /* then nothing is free */
    decide(10.0);
    is_active(1);
    is_active(2);
    is_rejected(3);
}

Test(risk, always_lets_an_order_pass_that_only_closes) {
    r.settings.commission_per_fill = 5000.0; /* more than there is */
    r.settings.cash_check = CHECK_NONE;
    begin_at(10.0);
    actor_buy(&r, 100.0);
    decide(10.0);
    rig_price(&r, 10.0);
    r.settings.cash_check = CHECK_BOTH;
    actor_sell(&r, 100.0);
    cr_expect_not_null(strstr(decide(10.0), "ACTIVE 2"));
    cr_expect_not_null(strstr(decide(10.0), "FILLED 2"));
}

Test(risk, counts_a_reduce_only_order_with_what_it_closes) {
    begin_at(10.0);
    actor_buy(&r, 100.0)->flags = QS_REDUCE_ONLY; /* holds nothing: no trace, and passes */
    actor_buy(&r, 100.0);
    decide(10.0);
    is_active(1);
    is_active(2);
}

Test(risk, keeps_the_trace_of_an_order_canceled_in_the_same_instant) {
    begin_at(10.0);
    actor_buy(&r, 100.0);
    actor_cancel(&r, 1);
    actor_buy(&r, 1.0);
    decide(10.0);
    is_rejected(2);
    actor_buy(&r, 100.0); /* the next instant begins anew */
    decide(10.0);
    is_active(3);
}

Test(risk, keeps_strategies_apart) {
    r.strategy_count = 2; /* 500 each */
    begin_at(10.0);
    actor_order(&r, 0, QS_BUY, QS_MARKET, 51.0, 0.0, 0.0);
    actor_order(&r, 0, QS_BUY, QS_MARKET, 50.0, 0.0, 0.0);
    actor_order(&r, 1, QS_BUY, QS_MARKET, 50.0, 0.0, 0.0);
    decide(10.0);
    is_rejected(1);
    is_active(2);
    is_active(3);
}

Test(risk, tests_nothing_at_acceptance_where_the_setting_says_so) {
    static const int checks[] = {CHECK_FILL, CHECK_NONE};
    for (int i = 0; i < 2; i++) {
        rig_init(&r);
        r.settings.cash_check = checks[i];
        begin_at(10.0);
        actor_buy(&r, 1e6);
        decide(10.0);
        is_active(1);
        if (i == 0)
            rig_close(&r);
    }
}

Test(risk, projects_symbols_one_by_one) {
    rig_begin(&r);
    rig_bar(&r, A, 10, 10, 10, 10);
    rig_bar(&r, B, 20, 20, 20, 20);
    actor_buy(&r, 50.0);            /* 500 */
    actor_buy(&r, 26.0)->feed = B;  /* 520 */
    actor_buy(&r, 25.0)->feed = B;  /* 500 */
    actor_sell(&r, 50.0);           /* closes A again: 500 free */
    actor_sell(&r, 75.0)->feed = B; /* closes 25, opens 50 with 1000 */
    cr_assert_eq(rig_step(&r), 1);
    is_active(1);
    is_rejected(2);
    is_active(3);
    is_active(4);
    is_active(5);
}

/* ---- at the fill ---- */

Test(risk, rejects_at_the_fill_what_a_gap_made_too_dear) {
    begin_at(10.0);
    actor_buy(&r, 100.0);
    decide(10.0); /* 1000 of 1000 */
    cr_expect_str_eq(decide(11.0), "REJECTED 1 insufficient_margin 1100>1000; ");
}

Test(risk, fills_what_a_gap_made_too_dear_where_only_acceptance_is_tested) {
    r.settings.cash_check = CHECK_ACCEPTANCE;
    begin_at(10.0);
    actor_buy(&r, 100.0);
    decide(10.0);
    cr_expect_str_eq(decide(11.0), "fill of 1 +100@11 fee 0; FILLED 1; ");
}

Test(risk, closes_at_the_fill_and_drops_what_may_not_be_opened) {
    r.settings.account = ACCOUNT_CASH;
    begin_at(10.0);
    actor_sell(&r, 50.0); /* a short needs no cash: 1000 + 500 */
    decide(10.0);
    rig_price(&r, 10.0);
    rig_news(&r);
    actor_buy(&r, 150.0); /* closes 50 for 500, opens 100 for 1000 */
    decide(10.0);
    /* at 12: closing costs 600 of the 1500; 100 * 12 = 1200 > 900 */
    cr_expect_str_eq(decide(12.0),
                     "fill of 2 +50@12 fee 0; trade a -50 10->12 net -100; PARTIAL 2; "
                     "CANCELED 2 insufficient_cash 1200>900; ");
    same(r.strategies[0].ledger.acct.cash, 900.0);
    same(r.strategies[0].ledger.positions[A].pub.quantity, 0.0);
    cr_expect_eq(r.open_count, 0);
}

Test(risk, marks_the_symbol_filled_at_the_fill_and_others_at_the_close_before) {
    r.settings.cash_check = CHECK_FILL;
    r.settings.check_mark = MARK_FILL;
    rig_begin(&r);
    rig_bar(&r, A, 10, 10, 10, 10);
    rig_bar(&r, B, 20, 20, 20, 20);
    actor_buy(&r, 25.0)->feed = B;
    cr_assert_eq(rig_step(&r), 1);
    rig_bar(&r, A, 10, 10, 10, 10);
    rig_bar(&r, B, 20, 20, 20, 20); /* B held: 25 at 20 */
    actor_buy(&r, 51.0);
    cr_assert_eq(rig_step(&r), 1);
    rig_news(&r);
    /* B falls to 8 in the bar of the fill: before it, it was 20. Free: 1000 - 500 = 500 */
    rig_bar(&r, A, 10, 10, 10, 10);
    rig_bar(&r, B, 20, 20, 8, 8);
    cr_assert_eq(rig_step(&r), 1);
    cr_expect_str_eq(rig_news(&r), "REJECTED 2 insufficient_margin 510>500; ");
}

Test(risk, marks_at_the_bars_close_where_the_setting_says_so) {
    r.settings.cash_check = CHECK_FILL;
    r.settings.check_mark = MARK_BAR_CLOSE;
    rig_begin(&r);
    rig_bar(&r, A, 10, 10, 10, 10);
    rig_bar(&r, B, 20, 20, 20, 20);
    actor_buy(&r, 25.0)->feed = B;
    cr_assert_eq(rig_step(&r), 1);
    rig_bar(&r, A, 10, 10, 10, 10);
    rig_bar(&r, B, 20, 20, 20, 20);
    actor_buy(&r, 31.0);
    cr_assert_eq(rig_step(&r), 1);
    rig_news(&r);
    /* B at 8: equity 500 + 200 = 700, used 200: free 500 */
    rig_bar(&r, A, 17, 17, 16, 16); /* 31 * 17 = 527 */
    rig_bar(&r, B, 20, 20, 8, 8);
    cr_assert_eq(rig_step(&r), 1);
    cr_expect_str_eq(rig_news(&r), "REJECTED 2 insufficient_margin 527>500; ");
}

Test(risk, counts_the_costs_of_the_fill_itself) {
    r.settings.cash_check = CHECK_FILL;
    r.settings.slippage_bps = 100.0;
    r.settings.commission_per_fill = 9.0;
    begin_at(10.0);
    actor_buy(&r, 98.2);
    decide(10.0);
    /* 98.2 * 10.1 + 9 = 1000.82 */
    cr_expect_str_eq(decide(10.0), "REJECTED 1 insufficient_margin 1000.82>1000; ");
}

/* ---- sizes that wait for the fill ---- */

Test(risk, sizes_at_the_fill_with_the_fill_price) {
    r.settings.size_resolve = SIZE_AT_FILL;
    r.settings.slippage_bps = 2500.0;
    begin_at(10.0);
    actor_buy(&r, 0.0)->size = (struct qs_size){.kind = QS_SIZE_EQUITY, .value = 0.5};
    cr_expect_str_eq(decide(10.0), "order 1 a#1 buy market 0 ref 10; NEW 1; ACTIVE 1; "
                                   "intent a#1 -> 1 none; ");
    cr_expect_eq(r.open[0]->unsized, true);
    cr_expect_str_eq(decide(20.0), "fill of 1 +20@25 fee 0; FILLED 1; "); /* 1000 * 0.5 / 25 */
}

Test(risk, rejects_a_size_that_is_nothing_at_the_fill) {
    r.settings.size_resolve = SIZE_AT_FILL;
    r.symbols[A].lot = (struct decimal){100, 0};
    begin_at(10.0);
    actor_buy(&r, 0.0)->size = (struct qs_size){.kind = QS_SIZE_EQUITY, .value = 0.5};
    decide(10.0);
    cr_expect_str_eq(decide(10.0), "REJECTED 1 zero_size; ");
}

Test(risk, cancels_a_target_that_is_met_at_the_fill) {
    r.settings.size_resolve = SIZE_AT_FILL;
    begin_at(10.0);
    actor_target(&r, QS_SIZE_UNITS, 4.0);
    actor_target(&r, QS_SIZE_UNITS, 4.0); /* both are orders: nothing is held yet */
    decide(10.0);
    cr_expect_str_eq(decide(10.0), "fill of 1 +4@10 fee 0; FILLED 1; CANCELED 2 unchanged; ");
}

Test(risk, chooses_the_side_of_a_target_at_the_fill) {
    r.settings.size_resolve = SIZE_AT_FILL;
    r.settings.slippage_bps = 1000.0;
    begin_at(10.0);
    actor_target(&r, QS_SIZE_UNITS, -4.0);
    decide(10.0);
    cr_expect_str_eq(decide(10.0), "fill of 1 -4@9 fee 0; FILLED 1; "); /* 10 * 0.9: it sells */
}
