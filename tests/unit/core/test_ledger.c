#include "core/order.h"

#include "unit/core/books.h"

static struct books b;

static void setup(void) { memset(&b, 0, sizeof b); }
static void teardown(void) { books_end(&b); }
TestSuite(ledger, .init = setup, .fini = teardown);

static const struct qs_position *held(int symbol) { return &b.ledger.positions[symbol].pub; }
static const struct qs_account *account(void) { return &b.ledger.acct; }

/* ---- booking ---- */

Test(ledger, starts_with_its_cash_and_nothing_else) {
    b.settings.leverage = 3.0;
    books_begin(&b, 1000.0);
    same(account()->initial, 1000.0);
    same(account()->cash, 1000.0);
    same(account()->equity, 1000.0);
    same(account()->equity_low, 1000.0);
    same(account()->equity_high, 1000.0);
    same(account()->peak, 1000.0);
    same(account()->leverage, 3.0);
    same(account()->buying_power, 3000.0); /* 1000 * 3 */
    cr_expect_eq(b.ledger.open_count, 0);
}

Test(ledger, takes_price_and_fee_of_a_purchase_from_cash) {
    books_begin(&b, 1000.0);
    b.marks[0].multiplier = 5.0;
    b.clock = 77;
    books_trade(&b, 2.0, 30.0, 1.5);
    same(account()->cash, 698.5); /* 1000 - 2 * 30 * 5 - 1.5 */
    same(held(0)->quantity, 2.0);
    same(held(0)->average_price, 30.0);
    same(held(0)->fees, 1.5);
    cr_expect_eq(held(0)->opened, 77);
    same(b.ledger.turnover, 300.0); /* 2 * 30 * 5 */
    same(b.last.closed, 0.0);
    same(b.last.realized, 0.0);
    same(b.last.position, 2.0);
    cr_expect_eq(b.round_count, 0);
}

Test(ledger, adds_the_proceeds_of_a_short_sale_to_cash) {
    books_begin(&b, 1000.0);
    books_trade(&b, -4.0, 25.0, 2.0);
    same(account()->cash, 1098.0); /* 1000 + 4 * 25 - 2 */
    same(held(0)->quantity, -4.0);
    same(held(0)->average_price, 25.0);
    same(b.last.position, -4.0);
}

Test(ledger, moves_the_average_price_when_adding_and_never_when_closing) {
    books_begin(&b, 10000.0);
    books_trade(&b, 10.0, 100.0, 0.0);
    books_trade(&b, 30.0, 104.0, 0.0);
    same(held(0)->average_price, 103.0); /* (10 * 100 + 30 * 104) / 40 = 4120 / 40 */
    books_trade(&b, -20.0, 110.0, 0.0);
    same(held(0)->average_price, 103.0);
    same(b.last.closed, -20.0);
    same(b.last.realized, 140.0); /* 20 * (110 - 103) */
    same(held(0)->realized_pnl, 140.0);
    same(b.last.position, 20.0);
    cr_expect_eq(held(0)->opened, 0); /* when it left zero: the first fill's time */
}

Test(ledger, moves_the_average_price_of_a_short_the_same_way) {
    books_begin(&b, 10000.0);
    books_trade(&b, -10.0, 100.0, 0.0);
    books_trade(&b, -10.0, 90.0, 0.0);
    same(held(0)->average_price, 95.0);
    books_trade(&b, 5.0, 80.0, 0.0);
    same(b.last.closed, 5.0);
    same(b.last.realized, 75.0); /* -5 * (80 - 95) */
    same(held(0)->quantity, -15.0);
}

Test(ledger, forgets_price_and_time_of_a_position_that_became_flat) {
    books_begin(&b, 1000.0);
    books_trade(&b, 3.0, 10.0, 1.0);
    books_trade(&b, -3.0, 12.0, 1.0);
    same(held(0)->quantity, 0.0);
    same(held(0)->average_price, 0.0);
    cr_expect_eq(held(0)->opened, 0);
    same(held(0)->realized_pnl, 6.0); /* 3 * 2, gross */
    same(held(0)->fees, 2.0);
    same(account()->cash, 1004.0); /* 1000 + 6 - 2 */
    cr_expect_eq(b.ledger.open_count, 0);
}

Test(ledger, flips_by_closing_first_and_opening_the_rest_at_the_same_price) {
    books_begin(&b, 1000.0);
    books_trade(&b, 4.0, 10.0, 0.0);
    b.clock = 555;
    books_trade(&b, -10.0, 13.0, 5.0);
    same(b.last.closed, -4.0);
    same(b.last.realized, 12.0); /* 4 * (13 - 10) */
    same(b.last.position, -6.0);
    same(held(0)->quantity, -6.0);
    same(held(0)->average_price, 13.0);
    cr_expect_eq(held(0)->opened, 555);
    same(account()->cash, 1085.0); /* 1000 - 40 + 130 - 5 */
    cr_assert_eq(b.round_count, 1);
    same(b.rounds[0].fees, 2.0); /* 5 * 4 / 10: the closing share */
    books_trade(&b, 6.0, 13.0, 0.0);
    same(b.rounds[1].fees, 3.0); /* 5 * 6 / 10: the opening share */
}

/* 0.1 + 0.2 is a bit more than 0.3; the rest of 5.6e-17 is no position. */
Test(ledger, takes_what_rounding_leaves_of_a_position_for_nothing) {
    books_begin(&b, 1000.0);
    books_trade(&b, 0.1, 10.0, 0.0);
    books_trade(&b, 0.2, 10.0, 0.0);
    books_trade(&b, -0.3, 10.0, 0.0);
    cr_expect_eq(held(0)->quantity, 0.0);
    cr_expect_eq(b.ledger.open_count, 0);
    cr_expect_eq(b.round_count, 2);
}

Test(ledger, opens_nothing_with_what_rounding_sells_too_much) {
    books_begin(&b, 1000.0);
    books_trade(&b, 0.3, 10.0, 0.0);
    books_trade(&b, -(0.1 + 0.2), 10.0, 0.0);
    cr_expect_eq(held(0)->quantity, 0.0);
    cr_expect_eq(b.ledger.open_count, 0);
    cr_expect_eq(b.round_count, 1);
}

Test(ledger, keeps_a_small_position_that_was_asked_for) {
    books_begin(&b, 1000.0);
    books_trade(&b, 1e-9, 10.0, 0.0);
    cr_expect_eq(held(0)->quantity, 1e-9);
    books_trade(&b, 1.0, 10.0, 0.0);
    books_trade(&b, -1.0, 10.0, 0.0);
    cr_expect_float_eq(held(0)->quantity, 1e-9, 2e-16); /* half a step of 1 + 1e-9 */
    cr_expect_eq(b.ledger.open_count, 1);
}

Test(ledger, lists_the_symbols_held_in_ascending_order) {
    books_begin(&b, 1000.0);
    books_fill(&b, 2, PHASE_OPEN, 1.0, 10.0, 0.0);
    books_fill(&b, 0, PHASE_OPEN, 1.0, 10.0, 0.0);
    books_fill(&b, 1, PHASE_OPEN, -1.0, 10.0, 0.0);
    cr_assert_eq(b.ledger.open_count, 3);
    for (int i = 0; i < 3; i++)
        cr_expect_eq(b.ledger.open[i], i);
    books_fill(&b, 1, PHASE_OPEN, 1.0, 10.0, 0.0);
    cr_assert_eq(b.ledger.open_count, 2);
    cr_expect_eq(b.ledger.open[0], 0);
    cr_expect_eq(b.ledger.open[1], 2);
}

/* ---- round trips ---- */

static void buy_two_lots_sell_one_and_a_half(void) {
    books_begin(&b, 10000.0);
    books_trade(&b, 10.0, 100.0, 2.0);  /* lot A, at 0 */
    books_trade(&b, 10.0, 110.0, 4.0);  /* lot B, at 100 */
    books_trade(&b, -15.0, 120.0, 3.0); /* at 200 */
}

Test(ledger, pairs_the_oldest_lot_first_with_fifo) {
    b.settings.trades = TRADES_FIFO;
    buy_two_lots_sell_one_and_a_half();
    cr_assert_eq(b.round_count, 2);
    const struct round *a = &b.rounds[0], *c = &b.rounds[1];
    same(a->quantity, 10.0);
    same(a->entry_price, 100.0);
    same(a->exit_price, 120.0);
    same(a->gross, 200.0);
    same(a->fees, 4.0); /* 2 + 3 * 10 / 15 */
    same(a->net, 196.0);
    cr_expect_eq(a->entry_event, 0);
    cr_expect_eq(a->entry_known, 1);
    cr_expect_eq(a->exit_event, 200);
    cr_expect_eq(a->exit_known, 201);
    same(c->quantity, 5.0);
    same(c->entry_price, 110.0);
    same(c->gross, 50.0);
    same(c->fees, 3.0); /* 4 * 5 / 10 + 3 * 5 / 15 */
    cr_expect_eq(c->entry_event, 100);
    books_trade(&b, -5.0, 120.0, 0.0);
    same(b.rounds[2].fees, 2.0); /* what is left of the 4 */
}

Test(ledger, pairs_the_newest_lot_first_with_lifo) {
    b.settings.trades = TRADES_LIFO;
    buy_two_lots_sell_one_and_a_half();
    cr_assert_eq(b.round_count, 2);
    same(b.rounds[0].quantity, 10.0);
    same(b.rounds[0].entry_price, 110.0);
    same(b.rounds[0].gross, 100.0);
    same(b.rounds[0].fees, 6.0); /* 4 + 3 * 10 / 15 */
    same(b.rounds[1].quantity, 5.0);
    same(b.rounds[1].entry_price, 100.0);
    same(b.rounds[1].fees, 2.0); /* 2 * 5 / 10 + 3 * 5 / 15 */
}

Test(ledger, makes_one_round_trip_from_flat_to_flat_with_flat) {
    b.settings.trades = TRADES_FLAT;
    buy_two_lots_sell_one_and_a_half();
    cr_expect_eq(b.round_count, 0);
    books_trade(&b, -5.0, 126.0, 1.0); /* at 300 */
    cr_assert_eq(b.round_count, 1);
    const struct round *r = &b.rounds[0];
    same(r->quantity, 20.0);
    same(r->entry_price, 105.0); /* (10 * 100 + 10 * 110) / 20 */
    same(r->exit_price, 121.5);  /* (15 * 120 + 5 * 126) / 20 */
    same(r->gross, 330.0);       /* 20 * (121.5 - 105) */
    same(r->fees, 10.0);         /* 2 + 4 + 3 + 1 */
    same(r->net, 320.0);
    cr_expect_eq(r->entry_event, 0);
    cr_expect_eq(r->exit_event, 300);
    cr_expect_eq(r->entry_order, 1); /* the first of two that entered */
    cr_expect_eq(r->exit_order, 4);  /* the last of two that left */
}

Test(ledger, begins_a_new_flat_round_trip_with_a_flip) {
    b.settings.trades = TRADES_FLAT;
    books_begin(&b, 10000.0);
    books_trade(&b, 10.0, 100.0, 0.0);
    books_trade(&b, -30.0, 90.0, 3.0); /* at 100: closes 10, opens -20 */
    cr_assert_eq(b.round_count, 1);
    same(b.rounds[0].gross, -100.0);
    same(b.rounds[0].fees, 1.0);
    books_trade(&b, 20.0, 80.0, 4.0);
    cr_assert_eq(b.round_count, 2);
    same(b.rounds[1].quantity, -20.0);
    same(b.rounds[1].entry_price, 90.0);
    same(b.rounds[1].gross, 200.0); /* -20 * (80 - 90) */
    same(b.rounds[1].fees, 6.0);    /* 2 + 4 */
    cr_expect_eq(b.rounds[1].entry_event, 100);
    cr_expect_eq(b.rounds[0].exit_order, 2);  /* the flip closes the one */
    cr_expect_eq(b.rounds[1].entry_order, 2); /* and opens the other */
}

Test(ledger, counts_a_short_round_trip_with_negative_units) {
    books_begin(&b, 10000.0);
    b.marks[0].multiplier = 2.0;
    books_trade(&b, -3.0, 50.0, 1.0);
    books_trade(&b, 3.0, 45.0, 1.0);
    cr_assert_eq(b.round_count, 1);
    same(b.rounds[0].quantity, -3.0);
    same(b.rounds[0].gross, 30.0); /* -3 * (45 - 50) * 2 */
    same(b.rounds[0].net, 28.0);
}

/* The ring of lots starts with room for 8 and turns: 20 in, 12 out, 20 in, 28 out. */
Test(ledger, keeps_the_order_of_many_lots) {
    books_begin(&b, 100000.0);
    for (int i = 0; i < 20; i++)
        books_trade(&b, 1.0, 100.0 + i, 0.0);
    books_trade(&b, -12.0, 100.0, 0.0);
    for (int i = 20; i < 40; i++)
        books_trade(&b, 1.0, 100.0 + i, 0.0);
    books_trade(&b, -28.0, 100.0, 0.0);
    cr_assert_eq(b.round_count, 40);
    for (int i = 0; i < 40; i++)
        same(b.rounds[i].entry_price, 100.0 + i);
}

/* ---- excursions ---- */

Test(ledger, measures_excursions_from_an_entry_at_the_open_over_that_whole_bar) {
    books_begin(&b, 10000.0);
    b.number = 1;
    books_fill(&b, 0, PHASE_OPEN, 10.0, 100.0, 0.0);
    books_bar(&b, 0, 100.0, 103.0, 98.0, 101.0);
    books_mark(&b);
    books_instant(&b, 101.0, 105.0, 99.0, 104.0);
    books_trade(&b, -10.0, 104.0, 0.0);
    cr_assert_eq(b.round_count, 1);
    same(b.rounds[0].mae, -20.0); /* 10 * (98 - 100) */
    same(b.rounds[0].mfe, 50.0);  /* 10 * (105 - 100) */
}

Test(ledger, takes_only_the_close_of_a_bar_that_was_entered_inside) {
    books_begin(&b, 10000.0);
    b.number = 1;
    books_fill(&b, 0, PHASE_BAR, 10.0, 100.0, 0.0);
    books_bar(&b, 0, 102.0, 109.0, 91.0, 99.0);
    books_mark(&b);
    books_instant(&b, 99.0, 101.0, 99.0, 101.0);
    books_trade(&b, -10.0, 101.0, 0.0);
    same(b.rounds[0].mae, -10.0); /* 10 * (99 - 100), not 91 */
    same(b.rounds[0].mfe, 10.0);  /* 10 * (101 - 100), not 109 */
}

Test(ledger, leaves_the_extremes_of_the_exit_bar_out) {
    books_begin(&b, 10000.0);
    b.number = 1;
    books_fill(&b, 0, PHASE_OPEN, 10.0, 100.0, 0.0);
    books_bar(&b, 0, 100.0, 102.0, 99.0, 100.0);
    books_mark(&b);
    b.number = 2; /* the stop is hit inside a bar from 80 to 120: what else it saw nobody knows */
    books_fill(&b, 0, PHASE_BAR, -10.0, 97.0, 0.0);
    books_bar(&b, 0, 100.0, 120.0, 80.0, 85.0);
    books_mark(&b);
    same(b.rounds[0].mae, -30.0); /* 10 * (97 - 100): the exit itself counts */
    same(b.rounds[0].mfe, 20.0);  /* 10 * (102 - 100) */
}

Test(ledger, measures_a_shorts_excursions_the_other_way_round) {
    books_begin(&b, 10000.0);
    b.number = 1;
    books_fill(&b, 0, PHASE_OPEN, -10.0, 100.0, 0.0);
    books_bar(&b, 0, 100.0, 107.0, 96.0, 100.0);
    books_mark(&b);
    books_trade(&b, 10.0, 100.0, 0.0);
    same(b.rounds[0].mae, -70.0); /* -10 * (107 - 100) */
    same(b.rounds[0].mfe, 40.0);  /* -10 * (96 - 100) */
}

Test(ledger, has_no_excursion_where_the_price_never_moved) {
    books_begin(&b, 10000.0);
    books_trade(&b, 10.0, 100.0, 5.0);
    books_trade(&b, -10.0, 100.0, 5.0);
    same(b.rounds[0].mae, 0.0); /* fees are no excursion */
    same(b.rounds[0].mfe, 0.0);
}

Test(ledger, gives_each_lot_the_extremes_since_its_own_entry) {
    books_begin(&b, 10000.0);
    b.number = 1;
    books_fill(&b, 0, PHASE_OPEN, 1.0, 100.0, 0.0);
    books_bar(&b, 0, 100.0, 110.0, 90.0, 100.0);
    books_mark(&b);
    b.number = 2;
    books_fill(&b, 0, PHASE_OPEN, 1.0, 100.0, 0.0);
    books_bar(&b, 0, 100.0, 104.0, 97.0, 100.0);
    books_mark(&b);
    books_trade(&b, -2.0, 100.0, 0.0);
    cr_assert_eq(b.round_count, 2);
    same(b.rounds[0].mae, -10.0); /* 90 */
    same(b.rounds[0].mfe, 10.0);  /* 110 */
    same(b.rounds[1].mae, -3.0);  /* 97 */
    same(b.rounds[1].mfe, 4.0);   /* 104 */
}

Test(ledger, measures_a_flat_round_trip_on_the_whole_position) {
    b.settings.trades = TRADES_FLAT;
    books_begin(&b, 10000.0);
    b.number = 1;
    books_fill(&b, 0, PHASE_OPEN, 1.0, 100.0, 0.0);
    books_bar(&b, 0, 100.0, 102.0, 95.0, 100.0);
    books_mark(&b);
    b.number = 2;
    books_fill(&b, 0, PHASE_OPEN, 3.0, 104.0, 0.0); /* average (100 + 312) / 4 = 103 */
    books_bar(&b, 0, 104.0, 108.0, 101.0, 105.0);
    books_mark(&b);
    books_trade(&b, -4.0, 105.0, 0.0);
    same(b.rounds[0].mae, -8.0); /* min(1 * (95 - 100), 4 * (101 - 103)) */
    same(b.rounds[0].mfe, 20.0); /* max(1 * (104 - 100), 4 * (108 - 103)) */
}

/* ---- marking ---- */

Test(ledger, marks_equity_at_the_close_and_its_extremes_inside_the_bar) {
    books_begin(&b, 1000.0);
    books_trade(&b, 10.0, 20.0, 0.0); /* cash 800 */
    books_instant(&b, 20.0, 23.0, 18.0, 22.0);
    same(account()->equity, 1020.0);      /* 800 + 10 * 22 */
    same(account()->equity_low, 980.0);   /* 800 + 10 * 18 */
    same(account()->equity_high, 1030.0); /* 800 + 10 * 23 */
    same(account()->net, 220.0);
    same(account()->gross, 220.0);
}

Test(ledger, sees_a_shorts_worst_equity_at_the_high) {
    books_begin(&b, 1000.0);
    books_trade(&b, -10.0, 20.0, 0.0); /* cash 1200 */
    books_instant(&b, 20.0, 23.0, 18.0, 22.0);
    same(account()->equity, 980.0);       /* 1200 - 220 */
    same(account()->equity_low, 970.0);   /* 1200 - 230 */
    same(account()->equity_high, 1020.0); /* 1200 - 180 */
    same(account()->net, -220.0);
    same(account()->gross, 220.0);
}

Test(ledger, knows_only_the_close_of_a_bar_in_which_it_was_filled) {
    books_begin(&b, 1000.0);
    b.number = 1;
    books_fill(&b, 0, PHASE_BAR, 10.0, 20.0, 0.0);
    books_bar(&b, 0, 20.0, 30.0, 10.0, 21.0);
    books_mark(&b);
    same(account()->equity_low, 1010.0);
    same(account()->equity_high, 1010.0);
    books_instant(&b, 21.0, 25.0, 20.0, 22.0); /* the next bar counts in full */
    same(account()->equity_low, 1000.0);       /* 800 + 10 * 20 */
    same(account()->equity_high, 1050.0);
}

Test(ledger, counts_a_symbol_without_a_bar_in_the_instant_at_its_last_close) {
    books_begin(&b, 1000.0);
    b.number = 1;
    books_fill(&b, 0, PHASE_OPEN, 10.0, 20.0, 0.0);
    books_fill(&b, 1, PHASE_OPEN, -5.0, 40.0, 0.0); /* cash 1000 - 200 + 200 */
    books_bar(&b, 0, 20.0, 22.0, 19.0, 21.0);
    books_bar(&b, 1, 40.0, 44.0, 38.0, 41.0);
    books_mark(&b);
    same(account()->equity, 1005.0);    /* 1000 + 210 - 205 */
    same(account()->equity_low, 970.0); /* 1000 + 190 - 220 */
    same(account()->gross, 415.0);
    same(account()->net, 5.0);
    books_instant(&b, 21.0, 25.0, 20.0, 24.0); /* symbol 0 alone */
    same(account()->equity, 1035.0);           /* 1000 + 240 - 205 */
    same(account()->equity_low, 995.0);        /* 1000 + 200 - 205 */
    same(account()->equity_high, 1045.0);      /* 1000 + 250 - 205 */
}

Test(ledger, is_flat_in_every_sense_after_the_last_position_closed) {
    books_begin(&b, 1000.0);
    books_trade(&b, 10.0, 20.0, 0.0);
    books_instant(&b, 20.0, 30.0, 20.0, 25.0);
    books_trade(&b, -10.0, 25.0, 0.0);
    books_instant(&b, 25.0, 90.0, 1.0, 50.0);
    same(account()->equity, 1050.0);
    same(account()->equity_low, 1050.0);
    same(account()->equity_high, 1050.0);
    same(account()->gross, 0.0);
    same(account()->margin, 0.0);
    same(account()->peak, 1050.0);
}

Test(ledger, keeps_the_highest_equity_of_closes_as_peak) {
    books_begin(&b, 1000.0);
    books_trade(&b, 10.0, 20.0, 0.0);
    books_instant(&b, 20.0, 40.0, 20.0, 30.0); /* 1100; inside it was 1200 */
    same(account()->peak, 1100.0);
    books_instant(&b, 30.0, 30.0, 10.0, 15.0);
    same(account()->peak, 1100.0);
}

Test(ledger, marks_with_the_multiplier) {
    books_begin(&b, 1000.0);
    b.marks[0].multiplier = 50.0;
    books_trade(&b, 1.0, 10.0, 0.0); /* cash 500 */
    books_instant(&b, 10.0, 12.0, 9.0, 11.0);
    same(account()->equity, 1050.0);
    same(account()->equity_low, 950.0);
    same(account()->gross, 550.0);
}

/* ---- buying power and the test of money ---- */

Test(ledger, can_use_free_equity_times_leverage_on_margin) {
    b.settings.leverage = 4.0;
    books_begin(&b, 1000.0);
    books_trade(&b, 100.0, 20.0, 0.0); /* cash -1000 */
    books_instant(&b, 20.0, 20.0, 20.0, 20.0);
    same(account()->equity, 1000.0);
    same(account()->margin, 500.0);        /* 2000 / 4 */
    same(account()->buying_power, 2000.0); /* (1000 - 500) * 4 */
    books_instant(&b, 20.0, 20.0, 12.0, 12.0);
    same(account()->equity, 200.0);     /* -1000 + 1200 */
    same(account()->margin, 300.0);     /* more than the equity */
    same(account()->buying_power, 0.0); /* never negative */
}

Test(ledger, can_use_cash_alone_in_a_cash_account) {
    b.settings.account = ACCOUNT_CASH;
    b.settings.leverage = 4.0; /* means nothing here */
    books_begin(&b, 1000.0);
    same(account()->leverage, 1.0);
    same(account()->buying_power, 1000.0);
    books_trade(&b, -10.0, 20.0, 0.0);
    books_instant(&b, 20.0, 20.0, 20.0, 20.0);
    same(account()->buying_power, 1200.0); /* the proceeds of the short are cash */
    same(ledger_buying_power(&b.settings, -5.0, 1000.0, 0.0), 0.0);
}

static bool may_open(double cash, double equity, double gross, double side, double units,
                     double *needed, double *available) {
    return ledger_can_open(&b.settings, cash, equity, gross, side, units, 10.0, 2.0, 1.0, needed,
                           available);
}

Test(ledger, tests_cash_to_the_last_cent_and_lets_shorts_pass) {
    double needed, available;
    b.settings.account = ACCOUNT_CASH;
    books_begin(&b, 1.0);
    /* 3 units of 10 * 2 and a fee of 1: 61 */
    cr_expect(may_open(61.0, 0.0, 0.0, 1.0, 3.0, &needed, &available));
    cr_expect_not(may_open(60.99, 0.0, 0.0, 1.0, 3.0, &needed, &available));
    same(needed, 61.0);
    same(available, 60.99);
    cr_expect(may_open(-1000.0, 0.0, 0.0, -1.0, 3.0, &needed, &available));
}

Test(ledger, tests_margin_on_both_sides_alike) {
    double needed, available;
    b.settings.leverage = 2.0;
    books_begin(&b, 1.0);
    /* free: (50 - 40 / 2) * 2 = 60; 3 units want 61, 2.95 units want 60 */
    for (double side = -1.0; side <= 1.0; side += 2.0) {
        cr_expect(may_open(0.0, 50.0, 40.0, side, 2.95, &needed, &available));
        same(needed, 60.0);
        same(available, 60.0);
        cr_expect_not(may_open(0.0, 50.0, 40.0, side, 3.0, &needed, &available));
        same(needed, 61.0);
        cr_expect_not(may_open(0.0, 50.0, 200.0, side, 1.0, &needed, &available));
        same(available, 0.0);
    }
}

/* ---- marks ---- */

Test(ledger, knows_the_close_before_an_instant) {
    books_begin(&b, 1.0);
    b.number = 1;
    books_bar(&b, 0, 10.0, 10.0, 10.0, 11.0);
    same(mark_known_before(&b.marks[0], 1), 11.0); /* there is none before: the first */
    b.number = 2;
    books_bar(&b, 0, 10.0, 10.0, 10.0, 12.0);
    same(mark_known_before(&b.marks[0], 2), 11.0);
    same(mark_known_before(&b.marks[0], 3), 12.0); /* no bar in instant 3 */
}

Test(ledger, lets_a_bar_without_volume_trade_until_its_feed_showed_some) {
    books_begin(&b, 1.0);
    struct mark *m = &b.marks[0];
    b.number = 1;
    books_bar(&b, 0, 10.0, 10.0, 10.0, 10.0);
    b.volume[0][0] = 0.0;
    cr_expect(mark_trades(m));
    books_bar(&b, 0, 10.0, 10.0, 10.0, 10.0);
    b.volume[0][1] = 5.0;
    cr_expect(mark_trades(m));
    books_bar(&b, 0, 10.0, 10.0, 10.0, 10.0);
    b.volume[0][2] = 0.0;
    cr_expect_not(mark_trades(m));
}

Test(ledger, looks_back_for_volume_over_bars_that_nobody_asked_about) {
    books_begin(&b, 1.0);
    for (int i = 0; i < 3; i++) {
        books_bar(&b, 0, 10.0, 10.0, 10.0, 10.0);
        b.volume[0][i] = i == 0 ? 7.0 : 0.0;
    }
    cr_expect_not(mark_trades(&b.marks[0]));
}

/* ---- 10,000 fills against books kept in another way ---- */

static uint64_t seed;

static uint64_t any(void) {
    uint64_t z = (seed += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

struct sums {
    double net; /* of all round trips */
    int64_t count;
};

static void add_round(void *user, const struct round *r) {
    struct sums *s = user;
    s->net += r->net;
    s->count++;
    cr_assert_float_eq(r->net, r->gross - r->fees, 1e-9);
    cr_assert_leq(r->mae, 0.0);
    cr_assert_geq(r->mfe, 0.0);
    cr_assert_leq(r->entry_event, r->exit_event);
}

/* The other way: no positions at all, only sums of what went through the till. Units are multiples
 * of 1/8 and prices of 1/16, so the sums are exact and "flat" is exactly zero. */
static void property(int trades, uint64_t start) {
    static const double multipliers[BOOK_SYMBOLS] = {1.0, 50.0, 0.5};
    struct sums sums = {0};
    double paid = 0.0, fees = 0.0, units[BOOK_SYMBOLS] = {0},
           price[BOOK_SYMBOLS] = {64.0, 8.0, 500.0};
    double highest = 1e6;
    seed = start;
    memset(&b, 0, sizeof b);
    b.settings.trades = trades;
    b.settings.leverage = 2.0;
    books_begin(&b, 1e6);
    for (int i = 0; i < BOOK_SYMBOLS; i++) {
        b.marks[i] = (struct mark){.bars = &b.bars[i], .newest = 0, .multiplier = multipliers[i]};
        b.volume[i][0] = 1.0;
    }
    for (int step = 1; step <= 10000; step++) {
        int s = (int)(any() % BOOK_SYMBOLS);
        double q = ((double)(any() % 161) - 80.0) / 8.0, fee = (double)(any() % 8) / 4.0;
        if (q == 0.0)
            q = 1.0;
        if (any() % 8 == 0 && units[s] != 0.0)
            q = -units[s]; /* often enough back to flat */
        price[s] = fmax(1.0, price[s] + ((double)(any() % 33) - 16.0) / 16.0);
        struct booking booking = {.symbol = s,
                                  .phase = (int32_t)(any() % 3),
                                  .quantity = q,
                                  .price = price[s],
                                  .multiplier = multipliers[s],
                                  .fee = fee,
                                  .ts_event = step,
                                  .ts_known = step};
        struct booked done;
        ledger_apply(&b.ledger, &booking, &done, add_round, &sums);
        paid += q * price[s] * multipliers[s];
        fees += fee;
        units[s] += q;
        b.open[s][0] = b.close[s][0] = price[s];
        b.high[s][0] = price[s] + 0.5;
        b.low[s][0] = price[s] - 0.5;
        b.marks[s].instant = step;
        ledger_mark(&b.ledger, b.marks, step);
        double worth = 0.0, exposure = 0.0;
        for (int i = 0; i < BOOK_SYMBOLS; i++) {
            worth += units[i] * price[i] * multipliers[i];
            exposure += fabs(units[i]) * price[i] * multipliers[i];
        }
        double cash = 1e6 - paid - fees, equity = cash + worth;
        highest = fmax(highest, equity);
        cr_assert_float_eq(done.position, units[s], 1e-9, "step %d", step);
        cr_assert_float_eq(account()->cash, cash, 1e-6, "step %d", step);
        cr_assert_float_eq(account()->equity, equity, 1e-6, "step %d", step);
        cr_assert_float_eq(account()->gross, exposure, 1e-6, "step %d", step);
        cr_assert_float_eq(account()->net, worth, 1e-6, "step %d", step);
        cr_assert_float_eq(account()->margin, exposure / 2.0, 1e-6, "step %d", step);
        cr_assert_float_eq(account()->peak, highest, 1e-6, "step %d", step);
        cr_assert_leq(account()->equity_low, account()->equity + 1e-6, "step %d", step);
        cr_assert_geq(account()->equity_high, account()->equity - 1e-6, "step %d", step);
    }
    for (int s = 0; s < BOOK_SYMBOLS; s++)
        if (units[s] != 0.0)
            books_fill(&b, s, PHASE_OPEN, -units[s], price[s], 0.0);
    for (int i = 0; i < b.round_count; i++)
        sums.net += b.rounds[i].net;
    books_mark(&b);
    cr_expect_eq(b.ledger.open_count, 0);
    cr_expect_float_eq(sums.net, account()->cash - 1e6, 1e-4); /* all money came from round trips */
    cr_expect_gt(sums.count, 500);
}

Test(ledger, keeps_equity_over_10000_random_fills_with_fifo) { property(TRADES_FIFO, 1); }
Test(ledger, keeps_equity_over_10000_random_fills_with_lifo) { property(TRADES_LIFO, 2); }
Test(ledger, keeps_equity_over_10000_random_fills_with_flat) { property(TRADES_FLAT, 3); }
