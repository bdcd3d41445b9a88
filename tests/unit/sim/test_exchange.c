#include <signal.h>

#include "unit/sim/venue.h"

static struct venue v;
enum { A = 0, B = 1, C = 2 };

static void setup(void) { venue_begin(&v); }
static void teardown(void) { venue_end(&v); }
TestSuite(exchange, .init = setup, .fini = teardown);

/* ---- the sequence of the open phase ---- */

Test(exchange, meets_bars_with_an_earlier_open_first) {
    market(&v, A, QS_BUY);    /* 1 */
    stop(&v, A, QS_BUY, 9.0); /* 2: a stop, but its bar opens at 60 */
    market(&v, B, QS_BUY);    /* 3: its bar opens at 0 */
    venue_bar(&v, A, 60, 120, 10, 10, 10, 10);
    venue_bar(&v, B, 0, 120, 20, 20, 20, 20);
    cr_expect_str_eq(venue_meet(&v), "fill 3 at 20 open takes t0/120; "
                                     "fill 2 at 10 open takes t60/120; "
                                     "fill 1 at 10 open takes t60/120; ");
}

Test(exchange, meets_stops_before_limits_before_market_orders_over_all_symbols) {
    market(&v, A, QS_SELL);
    limit(&v, A, QS_BUY, 11.0);
    stop_limit(&v, B, QS_BUY, 19.0, 22.0);
    stop(&v, A, QS_BUY, 9.0);
    market(&v, B, QS_BUY);
    limit(&v, B, QS_SELL, 18.0);
    venue_bar(&v, A, 0, 60, 10, 10, 10, 10);
    venue_bar(&v, B, 0, 60, 20, 20, 20, 20);
    cr_expect_str_eq(venue_meet(&v), "fill 3 at 20 open takes cap 22 t0/60; "
                                     "fill 4 at 10 open takes t0/60; "
                                     "fill 2 at 10 open takes cap 11 t0/60; "
                                     "fill 6 at 20 open takes cap 18 t0/60; "
                                     "fill 1 at 10 open takes t0/60; "
                                     "fill 5 at 20 open takes t0/60; ");
}

Test(exchange, knows_no_classes_with_fifo_but_still_earlier_opens) {
    v.settings.priority = PRIORITY_FIFO;
    market(&v, A, QS_SELL);
    limit(&v, B, QS_BUY, 21.0);
    stop(&v, A, QS_BUY, 9.0);
    market(&v, C, QS_BUY);
    venue_bar(&v, A, 60, 120, 10, 10, 10, 10);
    venue_bar(&v, B, 60, 120, 20, 20, 20, 20);
    venue_bar(&v, C, 0, 120, 30, 30, 30, 30);
    cr_expect_str_eq(venue_meet(&v), "fill 4 at 30 open takes t0/120; "
                                     "fill 1 at 10 open takes t60/120; "
                                     "fill 2 at 20 open takes cap 21 t60/120; "
                                     "fill 3 at 10 open takes t60/120; ");
}

Test(exchange, ranks_a_triggered_stop_limit_with_the_limits) {
    limit(&v, A, QS_BUY, 95.0);             /* 1 */
    stop_limit(&v, A, QS_BUY, 105.0, 99.0); /* 2: triggers inside, rests */
    stop(&v, A, QS_SELL, 90.0);             /* 3 */
    venue_bar(&v, A, 0, 60, 100, 106, 100, 104);
    cr_expect_str_eq(venue_meet(&v), "");
    cr_expect(v.orders[2].triggered);
    venue_bar(&v, A, 60, 120, 80, 80, 80, 80);
    cr_expect_str_eq(venue_meet(&v), "fill 3 at 80 open takes t60/120; "
                                     "fill 1 at 80 open t60/120; "
                                     "fill 2 at 80 open t60/120; ");
}

/* 200 orders by id: 137 and 200 have no common divisor, so i * 137 mod 200 is every symbol's turn.
 */
Test(exchange, keeps_id_order_among_many) {
    char expected[16384];
    size_t len = 0;
    for (int i = 0; i < 200; i++)
        market(&v, i * 137 % 3, QS_BUY);
    for (int s = 0; s < 3; s++)
        venue_bar(&v, s, 0, 60, 10, 10, 10, 10);
    for (int id = 1; id <= 200; id++)
        len += (size_t)snprintf(expected + len, sizeof expected - len,
                                "fill %d at 10 open takes t0/60; ", id);
    cr_expect_str_eq(venue_meet(&v), expected);
}

/* ---- the sequence of the bar phase ---- */

Test(exchange, goes_symbol_by_symbol_and_stops_first_inside_the_bars) {
    limit(&v, B, QS_BUY, 18.0);
    limit(&v, A, QS_BUY, 9.0);
    stop(&v, B, QS_BUY, 22.0);
    stop(&v, A, QS_SELL, 8.5);
    stop_limit(&v, A, QS_BUY, 11.0, 12.0);
    venue_bar(&v, A, 0, 60, 10, 12, 8, 10);
    venue_bar(&v, B, 0, 60, 20, 23, 17, 20);
    cr_expect_str_eq(venue_meet(&v), "fill 4 at 8.5 bar takes t60/60; "
                                     "fill 5 at 11 bar takes cap 12 t60/60; "
                                     "fill 2 at 9 bar t60/60; "
                                     "fill 3 at 22 bar takes t60/60; "
                                     "fill 1 at 18 bar t60/60; ");
}

Test(exchange, goes_by_id_alone_inside_the_bars_with_fifo) {
    v.settings.priority = PRIORITY_FIFO;
    limit(&v, B, QS_BUY, 18.0);
    limit(&v, A, QS_BUY, 9.0);
    stop(&v, A, QS_SELL, 8.5);
    stop(&v, B, QS_BUY, 22.0);
    venue_bar(&v, A, 0, 60, 10, 12, 8, 10);
    venue_bar(&v, B, 0, 60, 20, 23, 17, 20);
    cr_expect_str_eq(venue_meet(&v), "fill 2 at 9 bar t60/60; "
                                     "fill 3 at 8.5 bar takes t60/60; "
                                     "fill 1 at 18 bar t60/60; "
                                     "fill 4 at 22 bar takes t60/60; ");
}

Test(exchange, fills_all_symbols_opens_before_any_bar_phase) {
    limit(&v, A, QS_BUY, 9.0);
    market(&v, B, QS_BUY);
    venue_bar(&v, A, 0, 60, 10, 12, 8, 10);
    venue_bar(&v, B, 0, 60, 20, 23, 17, 20);
    cr_expect_str_eq(venue_meet(&v), "fill 2 at 20 open takes t0/60; fill 1 at 9 bar t60/60; ");
}

/* ---- marketable or resting ---- */

Test(exchange, lets_a_limit_pay_on_the_first_bar_it_meets_only) {
    limit(&v, A, QS_BUY, 9.0);
    venue_bar(&v, A, 0, 60, 10, 11, 10, 10);
    cr_expect_str_eq(venue_meet(&v), "");
    venue_bar(&v, A, 60, 120, 8, 11, 7, 10);
    cr_expect_str_eq(venue_meet(&v), "fill 1 at 8 open t60/120; ");
}

Test(exchange, calls_a_limit_that_fills_inside_its_first_bar_resting) {
    limit(&v, A, QS_BUY, 9.0);
    venue_bar(&v, A, 0, 60, 10, 11, 8, 10);
    cr_expect_str_eq(venue_meet(&v), "fill 1 at 9 bar t60/60; ");
}

Test(exchange, goes_on_as_a_resting_limit_after_a_trigger_at_the_open) {
    stop_limit(&v, A, QS_BUY, 100.0, 99.0);
    limit(&v, A, QS_SELL, 103.5); /* its class by now: limits, so by id */
    venue_bar(&v, A, 0, 60, 102, 104, 98, 103);
    cr_expect_str_eq(venue_meet(&v), "fill 1 at 99 bar t60/60; fill 2 at 103.5 bar t60/60; ");
}

/* The low of 90 may have come before the trigger, so it counts for the next bar only. */
Test(exchange, rests_a_stop_limit_that_triggered_inside_until_the_next_bar) {
    stop_limit(&v, A, QS_BUY, 105.0, 99.0);
    venue_bar(&v, A, 0, 60, 100, 106, 90, 104);
    cr_expect_str_eq(venue_meet(&v), "");
    venue_bar(&v, A, 60, 120, 104, 106, 100, 104);
    cr_expect_str_eq(venue_meet(&v), "");
    venue_bar(&v, A, 120, 180, 104, 106, 98, 104);
    cr_expect_str_eq(venue_meet(&v), "fill 1 at 99 bar t180/180; ");
}

Test(exchange, rests_a_triggered_stop_limit_with_fifo_too) {
    v.settings.priority = PRIORITY_FIFO;
    stop_limit(&v, A, QS_BUY, 105.0, 99.0);
    venue_bar(&v, A, 0, 60, 100, 106, 90, 104);
    cr_expect_str_eq(venue_meet(&v), "");
    venue_bar(&v, A, 60, 120, 104, 106, 98, 104);
    cr_expect_str_eq(venue_meet(&v), "fill 1 at 99 bar t120/120; ");
}

Test(exchange, keeps_an_order_that_is_open_after_an_execution) {
    v.stays = 1;
    market(&v, A, QS_BUY);
    venue_bar(&v, A, 0, 60, 10, 10, 10, 10);
    cr_expect_str_eq(venue_meet(&v), "fill 1 at 10 open takes t0/60; ");
    cr_expect_eq(v.exchange.open_count, 1);
    v.stays = 0;
    venue_bar(&v, A, 60, 120, 11, 11, 11, 11);
    cr_expect_str_eq(venue_meet(&v), "fill 1 at 11 open takes t60/120; ");
    cr_expect_eq(v.exchange.open_count, 0);
}

/* ---- time in force ---- */

Test(exchange, cancels_ioc_that_the_first_open_did_not_fill) {
    struct order *o[] = {venue_order(&v, A, QS_BUY, QS_LIMIT, 9.0, 0.0),
                         venue_order(&v, A, QS_BUY, QS_STOP, 0.0, 11.0),
                         venue_order(&v, A, QS_BUY, QS_STOP_LIMIT, 11.5, 11.0),
                         venue_order(&v, A, QS_BUY, QS_STOP_LIMIT, 9.5, 9.0),
                         venue_order(&v, A, QS_BUY, QS_LIMIT, 11.0, 0.0),
                         venue_order(&v, A, QS_BUY, QS_MARKET, 0.0, 0.0)};
    for (int i = 0; i < 6; i++) {
        o[i]->tif = QS_IOC;
        venue_send(&v, o[i]);
    }
    venue_bar(&v, A, 0, 60, 10, 12, 8, 10); /* inside it all would fill */
    /* stops: 2, 3 not triggered, 4 triggered over its limit; then limits 1 and 5; then market */
    cr_expect_str_eq(venue_meet(&v), "end 2 CANCELED ioc_unfilled t0; "
                                     "end 3 CANCELED ioc_unfilled t0; "
                                     "end 4 CANCELED ioc_unfilled t0; "
                                     "end 1 CANCELED ioc_unfilled t0; "
                                     "fill 5 at 10 open takes cap 11 t0/60; "
                                     "fill 6 at 10 open takes t0/60; ");
    cr_expect_eq(v.exchange.open_count, 0);
}

static void day(struct order *o) {
    o->tif = QS_DAY;
    venue_send(&v, o);
}

Test(exchange, expires_a_day_order_before_the_first_bar_of_a_later_day) {
    day(venue_order(&v, A, QS_BUY, QS_LIMIT, 9.0, 0.0));
    venue_bar(&v, A, 22 * HOUR, 23 * HOUR, 10, 10, 10, 10);
    cr_expect_str_eq(venue_meet(&v), "");
    venue_bar(&v, A, DAY + HOUR, DAY + 2 * HOUR, 8, 8, 8, 8); /* would fill */
    cr_expect_str_eq(venue_meet(&v), "end 1 EXPIRED day_expired t1440; ");
}

Test(exchange, expires_a_day_order_after_the_bar_that_closes_at_the_days_end) {
    day(venue_order(&v, A, QS_BUY, QS_LIMIT, 9.0, 0.0));
    venue_bar(&v, A, 22 * HOUR, 23 * HOUR, 10, 10, 10, 10);
    cr_expect_str_eq(venue_meet(&v), "");
    venue_bar(&v, A, 23 * HOUR, 24 * HOUR, 10, 10, 9.5, 10);
    cr_expect_str_eq(venue_meet(&v), "end 1 EXPIRED day_expired t1440; ");
}

Test(exchange, fills_a_day_order_in_the_last_bar_of_its_day) {
    day(venue_order(&v, A, QS_BUY, QS_LIMIT, 9.0, 0.0));
    venue_bar(&v, A, 23 * HOUR, 24 * HOUR, 10, 10, 8, 10);
    cr_expect_str_eq(venue_meet(&v), "fill 1 at 9 bar t1440/1440; ");
}

Test(exchange, takes_the_day_from_the_open_of_the_first_bar_met) {
    day(venue_order(&v, A, QS_BUY, QS_LIMIT, 9.0, 0.0)); /* made on day 0, meets day 2 first */
    venue_bar(&v, A, 2 * DAY + HOUR, 2 * DAY + 2 * HOUR, 10, 10, 10, 10);
    cr_expect_str_eq(venue_meet(&v), "");
    venue_bar(&v, A, 2 * DAY + 2 * HOUR, 2 * DAY + 3 * HOUR, 8, 8, 8, 8);
    cr_expect_str_eq(venue_meet(&v), "fill 1 at 8 open t3000/3060; ");
}

/* A week's bar: the day ends inside it; its time of expiry is the day's end all the same. */
Test(exchange, expires_a_day_order_after_a_bar_longer_than_the_day) {
    day(venue_order(&v, A, QS_BUY, QS_LIMIT, 9.0, 0.0));
    day(venue_order(&v, A, QS_BUY, QS_LIMIT, 9.8, 0.0));
    venue_bar(&v, A, 0, 7 * DAY, 10, 10, 9.5, 10);
    cr_expect_str_eq(venue_meet(&v), "fill 2 at 9.8 bar t10080/10080; "
                                     "end 1 EXPIRED day_expired t1440; ");
}

Test(exchange, never_expires_gtc) {
    limit(&v, A, QS_BUY, 9.0);
    venue_bar(&v, A, 0, DAY, 10, 10, 10, 10);
    cr_expect_str_eq(venue_meet(&v), "");
    venue_bar(&v, A, 300 * DAY, 301 * DAY, 8, 8, 8, 8);
    venue_meet(&v);
    cr_expect_eq(v.exchange.open_count, 0);
}

/* ---- bars without volume ---- */

static void quiet_bar(int from, int to, double price) {
    venue_bar_volume(&v, A, from, to, price, price + 2, price - 2, price, 0.0);
}

Test(exchange, fills_nothing_on_a_bar_without_volume) {
    venue_bar(&v, A, 0, 60, 10, 10, 10, 10);
    venue_meet(&v);
    market(&v, A, QS_BUY);
    limit(&v, A, QS_BUY, 9.0);
    quiet_bar(60, 120, 10);
    cr_expect_str_eq(venue_meet(&v), "");
    venue_bar(&v, A, 120, 180, 8, 12, 7, 10); /* the first bar it meets: marketable */
    cr_expect_str_eq(venue_meet(&v), "fill 2 at 8 open takes cap 9 t120/180; "
                                     "fill 1 at 8 open takes t120/180; ");
}

Test(exchange, fills_on_a_feed_that_never_showed_volume) {
    market(&v, A, QS_BUY);
    quiet_bar(0, 60, 10);
    cr_expect_str_eq(venue_meet(&v), "fill 1 at 10 open takes t0/60; ");
}

Test(exchange, keeps_ioc_over_a_bar_without_volume) {
    venue_bar(&v, A, 0, 60, 10, 10, 10, 10);
    venue_meet(&v);
    struct order *o = venue_order(&v, A, QS_BUY, QS_MARKET, 0.0, 0.0);
    o->tif = QS_IOC;
    venue_send(&v, o);
    quiet_bar(60, 120, 10);
    cr_expect_str_eq(venue_meet(&v), "");
    venue_bar(&v, A, 120, 180, 11, 11, 11, 11);
    cr_expect_str_eq(venue_meet(&v), "fill 1 at 11 open takes t120/180; ");
}

Test(exchange, makes_no_day_of_a_bar_without_volume_but_lets_it_end_one) {
    venue_bar(&v, A, 0, 60, 10, 10, 10, 10);
    venue_meet(&v);
    day(venue_order(&v, A, QS_BUY, QS_LIMIT, 5.0, 0.0));
    quiet_bar(60, 120, 10); /* not met: no day yet */
    quiet_bar(DAY + 60, DAY + 120, 10);
    v.closed_count = 1;
    cr_expect_str_eq(venue_meet(&v), "");
    venue_bar(&v, A, 2 * DAY, 2 * DAY + 60, 10, 10, 10, 10); /* the day: 2 */
    cr_expect_str_eq(venue_meet(&v), "");
    quiet_bar(3 * DAY, 3 * DAY + 60, 10);
    cr_expect_str_eq(venue_meet(&v), "end 1 EXPIRED day_expired t4320; "); /* 3 * 1440 */
}

/* A venue whose feed A has shown volume, on a bar at 10. */
static void fill_without_volume(void) {
    v.settings.zero_volume = ZERO_VOLUME_FILL;
    venue_bar(&v, A, 0, 60, 10, 10, 10, 10);
    venue_meet(&v);
}

Test(exchange, fills_orders_of_all_types_on_a_bar_without_volume_if_told_so) {
    fill_without_volume();
    market(&v, A, QS_BUY);                 /* 1 */
    limit(&v, A, QS_BUY, 9.0);             /* 2: inside, the low is 8 */
    stop(&v, A, QS_SELL, 9.5);             /* 3: inside */
    stop_limit(&v, A, QS_BUY, 11.0, 11.5); /* 4: inside, the high is 12 */
    stop(&v, A, QS_BUY, 10.0);             /* 5: the open has passed it */
    quiet_bar(60, 120, 10);
    cr_expect_str_eq(venue_meet(&v), "fill 5 at 10 open takes t60/120; "
                                     "fill 1 at 10 open takes t60/120; "
                                     "fill 3 at 9.5 bar takes t120/120; "
                                     "fill 4 at 11 bar takes cap 11.5 t120/120; "
                                     "fill 2 at 9 bar t120/120; ");
}

Test(exchange, counts_a_bar_without_volume_that_fills_as_the_first_bar_met) {
    fill_without_volume();
    limit(&v, A, QS_BUY, 7.0);
    struct order *o = venue_order(&v, A, QS_BUY, QS_LIMIT, 9.0, 0.0);
    o->tif = QS_IOC;
    venue_send(&v, o);
    quiet_bar(60, 120, 10);
    cr_expect_str_eq(venue_meet(&v), "end 2 CANCELED ioc_unfilled t60; ");
    venue_bar(&v, A, 120, 180, 6, 6, 6, 6); /* not the first: resting */
    cr_expect_str_eq(venue_meet(&v), "fill 1 at 6 open t120/180; ");
}

Test(exchange, makes_the_day_of_a_bar_without_volume_that_fills) {
    fill_without_volume();
    day(venue_order(&v, A, QS_BUY, QS_LIMIT, 5.0, 0.0));
    quiet_bar(DAY - 60, DAY, 10); /* closes at the end of day 0 */
    cr_expect_str_eq(venue_meet(&v), "end 1 EXPIRED day_expired t1440; ");
}

/* ---- which bars count ---- */

Test(exchange, moves_orders_by_bars_of_the_execution_feed_only) {
    market(&v, A, QS_BUY);
    venue_bar(&v, B, 0, 60, 20, 20, 20, 20);
    v.closed[v.closed_count++] = VENUE_SYMBOLS; /* the longer feed of A closes as well */
    cr_expect_str_eq(venue_meet(&v), "");
    venue_bar(&v, A, 60, 120, 10, 10, 10, 10);
    cr_expect_str_eq(venue_meet(&v), "fill 1 at 10 open takes t60/120; ");
}

Test(exchange, has_nothing_left_of_a_canceled_order) {
    market(&v, A, QS_BUY);
    struct order *middle = market(&v, A, QS_SELL);
    market(&v, A, QS_BUY);
    v.exchange.port.cancel(v.exchange.port.self, middle);
    venue_bar(&v, A, 0, 60, 10, 10, 10, 10);
    cr_expect_str_eq(venue_meet(&v), "fill 1 at 10 open takes t0/60; "
                                     "fill 3 at 10 open takes t0/60; ");
}

Test(exchange, lets_ids_of_a_symbol_only_ascend, .signal = SIGABRT) {
    struct order *first = venue_order(&v, A, QS_BUY, QS_MARKET, 0.0, 0.0);
    market(&v, A, QS_BUY);
    venue_send(&v, first);
}

/* ---- fills at a close ---- */

static const char *meet_close(void) {
    struct instant now = venue_instant(&v);
    v.len = 0;
    v.log[0] = '\0';
    v.exchange.port.meet_close(v.exchange.port.self, &now);
    v.closed_count = 0;
    return v.log;
}

Test(exchange, fills_market_orders_of_the_instant_at_the_close_by_id) {
    v.settings.fill_model = FILL_CLOSE_TO_CLOSE;
    venue_bar(&v, A, 0, 60, 10, 12, 9, 11);
    venue_bar(&v, B, 0, 60, 20, 22, 19, 21);
    market(&v, B, QS_BUY);
    limit(&v, A, QS_BUY, 50.0); /* no market order */
    market(&v, A, QS_SELL);
    market(&v, C, QS_BUY); /* no bar of C in this instant */
    cr_expect_str_eq(meet_close(), "fill 1 at 21 close takes t60/60; "
                                   "fill 3 at 11 close takes t60/60; ");
    cr_expect_eq(v.exchange.open_count, 2);
}

Test(exchange, leaves_market_orders_of_earlier_instants_to_the_next_open) {
    v.settings.fill_model = FILL_CLOSE_TO_CLOSE;
    market(&v, A, QS_BUY); /* accepted at 0: there was no bar */
    v.orders[1].accepted = v.start;
    venue_bar(&v, A, 60, 120, 10, 12, 9, 11);
    cr_expect_str_eq(meet_close(), "");
}

Test(exchange, fills_nothing_at_the_close_of_a_bar_without_volume) {
    v.settings.fill_model = FILL_CLOSE_TO_CLOSE;
    venue_bar(&v, A, 0, 60, 10, 10, 10, 10);
    venue_meet(&v);
    quiet_bar(60, 120, 10);
    market(&v, A, QS_BUY);
    cr_expect_str_eq(meet_close(), "");
    venue_bar(&v, A, 120, 180, 13, 13, 13, 13);
    cr_expect_str_eq(venue_meet(&v), "fill 1 at 13 open takes t120/180; ");
}

Test(exchange, fills_at_the_close_of_a_bar_without_volume_if_told_so) {
    v.settings.fill_model = FILL_CLOSE_TO_CLOSE;
    fill_without_volume();
    quiet_bar(60, 120, 11);
    market(&v, A, QS_BUY);
    cr_expect_str_eq(meet_close(), "fill 1 at 11 close takes t120/120; ");
}

static void signal_at_close_of_11(void) {
    v.settings.fill_model = FILL_CLOSE_TO_CLOSE;
    v.settings.close_fill_booking = CLOSE_FILL_NEXT_BAR;
    venue_bar(&v, A, 0, 60, 10, 12, 9, 11);
    venue_meet(&v);
    struct order *o = market(&v, A, QS_BUY);
    o->reference = 11.0;
    o->reference_time = v.now;
    venue_bar(&v, A, 60, 120, 15, 16, 14, 15);
}

Test(exchange, books_the_signals_close_with_the_next_bar_dated_at_the_signal) {
    v.settings.close_fill_stamp = STAMP_SIGNAL;
    signal_at_close_of_11();
    cr_expect_str_eq(venue_meet(&v), "fill 1 at 11 close takes t60/120; ");
}

Test(exchange, books_the_signals_close_with_the_next_bar_dated_at_its_open) {
    v.settings.close_fill_stamp = STAMP_BOOKING;
    signal_at_close_of_11();
    cr_expect_str_eq(venue_meet(&v), "fill 1 at 11 open takes t60/120; ");
}

/* ---- the end ---- */

static void write_id(void *user, struct order *o) {
    char *text = user;
    snprintf(text + strlen(text), 100 - strlen(text), "%ld ", (long)o->id);
}

Test(exchange, hands_out_all_open_orders_in_id_order_and_keeps_none) {
    char text[100] = "";
    static const int symbols[] = {C, A, B, A, C, B};
    for (int i = 0; i < 6; i++)
        limit(&v, symbols[i], QS_BUY, 1.0);
    v.exchange.port.each_open(v.exchange.port.self, write_id, text);
    cr_expect_str_eq(text, "1 2 3 4 5 6 ");
    cr_expect_eq(v.exchange.open_count, 0);
    text[0] = '\0';
    v.exchange.port.each_open(v.exchange.port.self, write_id, text);
    cr_expect_str_eq(text, "");
}

/* ---- the beginning of time ---- */

/* Known bug: triggered_inside == 0 means "not triggered", and is the time of this instant as well.
 */
Test(exchange, meets_a_bar_that_closes_at_the_beginning_of_1970) {
    venue_end(&v);
    memset(&v, 0, sizeof v);
    v.start = -60 * TIME_MINUTE; /* minute 60 is 1970-01-01T00:00Z, time 0 */
    venue_begin(&v);
    stop(&v, A, QS_BUY, 11.0);
    venue_bar(&v, A, 0, 60, 10, 12, 9, 11);
    cr_expect_str_eq(venue_meet(&v), "fill 1 at 11 bar takes t60/60; ");
}
