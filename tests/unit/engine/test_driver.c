#include "unit/engine/rig.h"

static struct rig r;

static void setup(void) { rig_init(&r); }
static void teardown(void) { rig_close(&r); }
TestSuite(driver, .init = setup, .fini = teardown);

/* ---- the steps of an instant ---- */

Test(driver, starts_every_strategy_in_id_order_before_the_first_instant) {
    r.strategy_count = 3;
    rig_open(&r);
    cr_assert_eq(driver_begin(&r.engine, &r.err), 0);
    cr_expect_str_eq(rig_trace(&r),
                     "start a with 3 feeds; start b with 3 feeds; start c with 3 feeds; ");
}

Test(driver, meets_then_posts_to_all_then_collects_in_id_order) {
    r.strategy_count = 2;
    rig_begin(&r);
    actor_order(&r, 1, QS_BUY, QS_MARKET, 2.0, 0.0, 0.0);
    actor_order(&r, 0, QS_BUY, QS_MARKET, 1.0, 0.0, 0.0);
    rig_price(&r, 10.0);
    /* nobody had an order, so there was nothing to meet; both were posted before anything acted */
    cr_expect_str_eq(rig_trace(&r), "next; post a []; post b []; "
                                    "collect a; submit 1; collect b; submit 2; ");
    rig_price(&r, 11.0);
    cr_expect_str_eq(rig_trace(&r), "next; meet; "
                                    "post a [NEW 1, ACTIVE 1, FILL 1 +1@11, FILLED 1]; "
                                    "post b [NEW 1, ACTIVE 1, FILL 1 +2@11, FILLED 1]; "
                                    "collect a; collect b; ");
}

Test(driver, tells_of_a_fill_before_on_bar_of_the_same_instant) {
    rig_begin(&r);
    actor_buy(&r, 3.0);
    rig_price(&r, 10.0);
    cr_expect_eq(r.actors[0].now, 1 * TIME_HOUR);
    same(r.actors[0].quantity, 0.0);
    rig_trace(&r);
    rig_bar(&r, A, 11.0, 13.0, 10.0, 12.0);
    cr_assert_eq(rig_step(&r), 1);
    cr_expect_str_eq(rig_trace(&r),
                     "next; meet; post a [NEW 1, ACTIVE 1, FILL 1 +3@11, FILLED 1]; collect a; ");
    cr_expect_eq(r.actors[0].now, 2 * TIME_HOUR);
    same(r.actors[0].quantity, 3.0);
    same(r.actors[0].equity, 1003.0); /* 1000 - 3 * 11 + 3 * 12: marked before the post */
}

Test(driver, tells_of_acceptance_and_refusal_with_the_next_instant) {
    rig_begin(&r);
    actor_order(&r, 0, QS_BUY, QS_LIMIT, 1.0, 5.0, 0.0);
    actor_buy(&r, -1.0);
    rig_price(&r, 10.0);
    cr_expect_str_eq(rig_trace(&r), "next; post a []; collect a; submit 1; ");
    rig_price(&r, 10.0);
    cr_expect_str_eq(rig_trace(&r), "next; meet; post a [NEW 1, ACTIVE 1, NEW 2, "
                                    "REJECTED 2 bad_size]; collect a; ");
    rig_price(&r, 10.0); /* and once only */
    cr_expect_str_eq(rig_trace(&r), "next; meet; post a []; collect a; ");
}

static void look_twice(struct actor *a, const struct strategy_post *post) {
    const struct qs_account before = *post->view->account;
    uint32_t orders = post->view->order_count;
    int64_t ids = a->rig->engine.next_order;
    actor_buy(a->rig, 5.0); /* an intent made inside the callback */
    cr_expect_eq(memcmp(&before, post->view->account, sizeof before), 0);
    cr_expect_eq(post->view->order_count, orders);
    cr_expect_eq(a->rig->engine.next_order, ids);
    cr_expect_eq(a->rig->open_count, (int)orders);
}

Test(driver, lets_nothing_act_inside_a_callback) {
    r.venue_sleeps = true;
    r.actors[0].on_post = look_twice;
    rig_begin(&r);
    rig_price(&r, 10.0);
    rig_price(&r, 10.0);
    cr_expect_eq(r.actors[0].orders, 1); /* that of the first instant */
    cr_expect_eq(r.open_count, 2);
}

Test(driver, gives_order_ids_in_strategy_order_then_as_they_were_made) {
    r.strategy_count = 3;
    rig_begin(&r);
    for (int i = 2; i >= 0; i--) {
        actor_order(&r, i, QS_BUY, QS_LIMIT, 1.0 + i, 5.0, 0.0);
        actor_order(&r, i, QS_SELL, QS_LIMIT, 1.0 + i, 50.0, 0.0);
    }
    rig_price(&r, 10.0);
    cr_expect_str_eq(
        rig_news(&r),
        "order 1 a#1 buy limit 1 L5 ref 5; NEW 1; ACTIVE 1; intent a#1 -> 1 none; "
        "order 2 a#2 sell limit 1 L50 ref 50; NEW 2; ACTIVE 2; intent a#2 -> 2 none; "
        "order 3 b#1 buy limit 2 L5 ref 5; NEW 3; ACTIVE 3; intent b#1 -> 3 none; "
        "order 4 b#2 sell limit 2 L50 ref 50; NEW 4; ACTIVE 4; intent b#2 -> 4 none; "
        "order 5 c#1 buy limit 3 L5 ref 5; NEW 5; ACTIVE 5; intent c#1 -> 5 none; "
        "order 6 c#2 sell limit 3 L50 ref 50; NEW 6; ACTIVE 6; intent c#2 -> 6 none; ");
}

Test(driver, fills_at_the_close_after_all_intents_and_marks_again) {
    r.settings.fill_model = FILL_CLOSE_TO_CLOSE;
    r.settings.commission_per_fill = 2.0;
    r.strategy_count = 2;
    rig_begin(&r);
    actor_order(&r, 0, QS_BUY, QS_MARKET, 1.0, 0.0, 0.0);
    actor_order(&r, 1, QS_SELL, QS_MARKET, 1.0, 0.0, 0.0);
    rig_bar(&r, A, 10.0, 12.0, 9.0, 11.0);
    cr_assert_eq(rig_step(&r), 1);
    cr_expect_str_eq(rig_trace(&r), "next; post a []; post b []; collect a; submit 1; "
                                    "collect b; submit 2; meet_close; ");
    union rig_record u;
    cr_assert_eq(rig_last(&r, JOURNAL_EQUITY, &u), 1);
    same(u.equity.equity, 996.0); /* two fees of 2 */
    same(u.equity.gross, 0.0);    /* the account: +1 - 1 */
    rig_price(&r, 11.0);
    cr_expect_str_eq(rig_trace(&r), "next; post a [NEW 1, ACTIVE 1, FILL 1 +1@11, FILLED 1]; "
                                    "post b [NEW 1, ACTIVE 1, FILL 1 -1@11, FILLED 1]; "
                                    "collect a; collect b; ");
}

/* sim/README.md, an instant, 2 and 5; qs_account.equity_low is "lowest equity inside this instant's
 * bars". 10 units were held through a bar down to 5; one more, bought at its close, changes nothing
 * of that. Known bug: marking again after step 5 skips the bar for the whole position. */
Test(driver, keeps_the_low_of_the_bar_when_something_fills_at_its_close) {
    r.settings.fill_model = FILL_CLOSE_TO_CLOSE;
    rig_begin(&r);
    actor_buy(&r, 10.0);
    rig_price(&r, 10.0);
    actor_buy(&r, 1.0);
    rig_bar(&r, A, 10.0, 12.0, 5.0, 11.0);
    cr_assert_eq(rig_step(&r), 1);
    union rig_record u;
    rig_last(&r, JOURNAL_EQUITY, &u);
    same(u.equity.equity, 1010.0); /* 1000 + 10 * (11 - 10) */
    same(u.equity.low, 950.0);     /* 1000 + 10 * (5 - 10) */
    same(u.equity.high, 1020.0);   /* 1000 + 10 * (12 - 10) */
}

Test(driver, asks_for_no_fills_at_the_close_without_close_to_close) {
    r.settings.fill_model = FILL_CLOSE_TO_CLOSE;
    r.settings.close_fill_booking = CLOSE_FILL_NEXT_BAR;
    rig_begin(&r);
    actor_buy(&r, 1.0);
    rig_price(&r, 10.0);
    cr_expect_str_eq(rig_trace(&r), "next; post a []; collect a; submit 1; ");
}

/* ---- who is asked ---- */

Test(driver, tells_a_strategy_which_of_its_feeds_closed_by_its_own_numbers) {
    static const int32_t bound[] = {A_DAY, B}; /* its 0 is A 1d, its 1 is B */
    r.strategies[0].feeds = bound;
    r.strategies[0].feed_count = 2;
    rig_begin(&r);
    rig_bar(&r, A, 10, 10, 10, 10);
    rig_bar(&r, B, 20, 20, 20, 20);
    rig_bar(&r, A_DAY, 10, 10, 10, 10);
    cr_assert_eq(rig_step(&r), 1);
    cr_assert_eq(r.actors[0].closed_count, 2);
    cr_expect_eq(r.actors[0].closed[0], 1); /* in feed id order */
    cr_expect_eq(r.actors[0].closed[1], 0);
}

Test(driver, leaves_a_strategy_alone_when_nothing_of_its_own_happened) {
    static const int32_t only_b[] = {B};
    r.strategy_count = 2;
    r.strategies[1].feeds = only_b;
    r.strategies[1].feed_count = 1;
    rig_begin(&r);
    rig_price(&r, 10.0);
    cr_expect_str_eq(rig_trace(&r), "next; post a []; collect a; ");
    rig_bar(&r, B, 20, 20, 20, 20);
    cr_assert_eq(rig_step(&r), 1);
    cr_expect_str_eq(rig_trace(&r), "next; post a []; post b []; collect a; collect b; ");
}

Test(driver, posts_events_to_a_strategy_without_a_bar) {
    static const int32_t only_b[] = {B};
    r.strategies[0].feeds = only_b;
    r.strategies[0].feed_count = 1;
    r.strategy_count = 2;
    rig_begin(&r);
    rig_bar(&r, B, 20, 20, 20, 20);
    struct intent *in = actor_buy(&r, 1.0);
    in->feed = 0; /* its B */
    cr_assert_eq(rig_step(&r), 1);
    rig_trace(&r);
    rig_price(&r, 10.0); /* A alone: only the news of acceptance */
    cr_expect_str_eq(rig_trace(&r), "next; meet; post a [NEW 1, ACTIVE 1]; post b []; "
                                    "collect a; collect b; ");
    cr_expect_eq(r.actors[0].closed_count, 0);
}

Test(driver, shows_as_many_bars_as_history_says) {
    r.strategies[0].history = 3;
    rig_begin(&r);
    for (int i = 1; i <= 5; i++) {
        rig_price(&r, 10.0);
        cr_expect_eq(r.actors[0].depth, i < 3 ? i : 3, "after %d bars", i);
        cr_expect_eq(r.actors[0].bars, i);
    }
}

Test(driver, journals_the_first_callback_once) {
    union rig_record u;
    rig_begin(&r);
    rig_price(&r, 10.0);
    rig_price(&r, 10.0);
    cr_expect_eq(rig_last(&r, JOURNAL_START, &u), 1);
    cr_expect_eq(u.start.time, TIME_HOUR);
    cr_expect_eq(u.start.bars, 1);
}

/* ---- silos ---- */

Test(driver, keeps_a_silo_the_sum_of_its_strategies) {
    r.strategy_count = 2;
    r.strategies[0].budget = 300.0;
    r.strategies[1].budget = 500.0; /* 200 of the silo belong to nobody */
    r.settings.commission_per_fill = 1.0;
    rig_begin(&r);
    actor_order(&r, 0, QS_BUY, QS_MARKET, 10.0, 0.0, 0.0);
    actor_order(&r, 1, QS_SELL, QS_MARKET, 4.0, 0.0, 0.0);
    rig_price(&r, 10.0);
    rig_bar(&r, A, 12.0, 15.0, 11.0, 14.0);
    cr_assert_eq(rig_step(&r), 1);
    union rig_record u;
    const struct qs_account *a = &r.strategies[0].ledger.acct, *b = &r.strategies[1].ledger.acct;
    same(a->cash, 179.0);   /* 300 - 120 - 1 */
    same(a->equity, 319.0); /* 179 + 140 */
    same(b->cash, 547.0);   /* 500 + 48 - 1 */
    same(b->equity, 491.0); /* 547 - 56 */
    rig_last(&r, JOURNAL_EQUITY, &u);
    same(u.equity.cash, 926.0);    /* 179 + 547 + 200 */
    same(u.equity.equity, 1010.0); /* 319 + 491 + 200 */
    same(u.equity.gross, 84.0);    /* the account holds 10 - 4 at 14 */
    same(u.equity.net, 84.0);
    cr_expect_eq(rig_last(&r, JOURNAL_LEDGER, &u), 4);
    cr_expect_eq(u.ledger.strategy, 1);
    same(u.ledger.equity, 491.0);
    same(u.ledger.gross, 56.0);
}

Test(driver, writes_no_ledger_where_one_strategy_has_the_whole_silo) {
    union rig_record u;
    rig_begin(&r);
    rig_price(&r, 10.0);
    cr_expect_eq(rig_last(&r, JOURNAL_LEDGER, &u), 0);
    cr_expect_eq(r.silos[0].ledger, &r.strategies[0].ledger);
}

Test(driver, writes_the_equity_of_each_silo) {
    union rig_record u;
    r.strategy_count = r.silo_count = 2;
    r.strategies[1].silo = 1;
    r.strategies[0].budget = 1000.0;
    r.strategies[1].budget = r.silos[1].initial = 700.0;
    rig_begin(&r);
    rig_price(&r, 10.0);
    cr_expect_eq(rig_last(&r, JOURNAL_EQUITY, &u), 2);
    cr_expect_eq(u.equity.silo, 1);
    same(u.equity.equity, 700.0);
}

Test(driver, nets_nothing_between_the_strategies_of_a_silo) {
    r.strategy_count = 2;
    rig_begin(&r);
    actor_order(&r, 0, QS_BUY, QS_MARKET, 5.0, 0.0, 0.0);
    actor_order(&r, 1, QS_SELL, QS_MARKET, 5.0, 0.0, 0.0);
    rig_price(&r, 10.0);
    rig_price(&r, 10.0);
    same(r.strategies[0].ledger.positions[A].pub.quantity, 5.0);
    same(r.strategies[1].ledger.positions[A].pub.quantity, -5.0);
    same(r.silos[0].own.positions[A].pub.quantity, 0.0);
}

/* ---- how it ends ---- */

Test(driver, ends_with_the_data) {
    rig_begin(&r);
    rig_price(&r, 10.0);
    cr_expect_eq(rig_step(&r), 0);
    cr_expect_eq(rig_step(&r), 0);
}

Test(driver, stops_after_max_bars_without_asking_for_more) {
    r.settings.max_bars = 2;
    rig_begin(&r);
    rig_price(&r, 10.0);
    rig_price(&r, 10.0);
    rig_trace(&r);
    rig_bar(&r, A, 10, 10, 10, 10);
    cr_expect_eq(rig_step(&r), 0);
    cr_expect_str_eq(rig_trace(&r), "");
    cr_expect_eq(r.engine.number, 2);
}

Test(driver, cancels_open_orders_first_then_tells_every_strategy_then_stops_it) {
    r.strategy_count = 2;
    rig_begin(&r);
    actor_order(&r, 0, QS_BUY, QS_LIMIT, 1.0, 5.0, 0.0);
    actor_order(&r, 1, QS_BUY, QS_LIMIT, 1.0, 5.0, 0.0);
    rig_price(&r, 10.0);
    rig_price(&r, 10.0);
    rig_news(&r);
    rig_trace(&r);
    cr_assert_eq(driver_end(&r.engine, &r.err), 0);
    cr_expect_str_eq(rig_trace(&r), "each_open; stop a [CANCELED 1 run_end]; collect a; "
                                    "stop b [CANCELED 1 run_end]; collect b; ");
    cr_expect_str_eq(rig_news(&r), "CANCELED 1 run_end; CANCELED 2 run_end; ");
    cr_expect_eq(r.actors[0].orders, 0); /* on_stop's view is up to date */
}

Test(driver, lists_what_is_left_where_nothing_is_closed) {
    r.settings.close_at_end = END_OFF;
    rig_begin(&r);
    actor_buy(&r, 3.0);
    rig_price(&r, 10.0);
    rig_bar(&r, A, 11.0, 13.0, 10.0, 12.0);
    cr_assert_eq(rig_step(&r), 1);
    rig_news(&r);
    cr_assert_eq(driver_end(&r.engine, &r.err), 0);
    cr_expect_str_eq(rig_news(&r), "position a A +3@11 mark 12; ");
}

static void hold_3_of_a_and_minus_2_of_b(void) {
    rig_begin(&r);
    actor_buy(&r, 3.0);
    actor_sell(&r, 2.0)->feed = B;
    rig_bar(&r, A, 10, 10, 10, 10);
    rig_bar(&r, B, 20, 20, 20, 20);
    cr_assert_eq(rig_step(&r), 1);
    rig_bar(&r, A, 11.0, 13.0, 10.0, 12.0);
    rig_bar(&r, B, 21.0, 23.0, 19.0, 22.0);
    cr_assert_eq(rig_step(&r), 1); /* bought at 11, sold at 21 */
    rig_news(&r);
}

Test(driver, closes_at_the_last_close_by_symbol_with_costs) {
    r.settings.close_at_end = END_LAST_CLOSE;
    r.settings.slippage_bps = 100.0;
    r.settings.commission_per_unit = 0.5;
    r.silos[0].initial = 10000.0;
    hold_3_of_a_and_minus_2_of_b(); /* at 11.11 and 20.79, fees 1.5 and 1 */
    cr_assert_eq(driver_end(&r.engine, &r.err), 0);
    /* 12 * 0.99 = 11.88, 22 * 1.01 = 22.22 */
    cr_expect_str_eq(rig_news(&r),
                     "order 3 a#0 sell market 3 reduce ref 12; NEW 3; ACTIVE 3 closed_at_end; "
                     "fill of 3 -3@11.88 fee 1.5; trade a +3 11.11->11.88 net -0.69; FILLED 3; "
                     "order 4 a#0 buy market 2 reduce ref 22; NEW 4; ACTIVE 4 closed_at_end; "
                     "fill of 4 +2@22.22 fee 1; trade a -2 20.79->22.22 net -4.86; FILLED 4; ");
    union rig_record u;
    cr_expect_eq(rig_last(&r, JOURNAL_EQUITY, &u), 3); /* two instants, the last one again */
    cr_expect_eq(u.equity.time, 2 * TIME_HOUR);
    same(u.equity.equity, 9994.45); /* 10000 - 0.69 - 4.86 */
    same(u.equity.gross, 0.0);
    rig_last(&r, JOURNAL_FILL, &u);
    cr_expect_eq(u.fill.phase, PHASE_END);
    cr_expect_eq(u.fill.ts_event, 2 * TIME_HOUR);
    cr_expect_eq(u.fill.ts_known, 2 * TIME_HOUR);
}

Test(driver, closes_at_the_open_of_the_last_bar) {
    r.settings.close_at_end = END_LAST_OPEN;
    hold_3_of_a_and_minus_2_of_b();
    rig_bar(&r, A, 14.0, 15.0, 13.0, 15.0); /* B has no bar here: its last opened at 21 */
    cr_assert_eq(rig_step(&r), 1);
    rig_news(&r);
    cr_assert_eq(driver_end(&r.engine, &r.err), 0);
    cr_expect_str_eq(rig_news(&r),
                     "order 3 a#0 sell market 3 reduce ref 14; NEW 3; ACTIVE 3 closed_at_end; "
                     "fill of 3 -3@14 fee 0; trade a +3 11->14 net 9; FILLED 3; "
                     "order 4 a#0 buy market 2 reduce ref 21; NEW 4; ACTIVE 4 closed_at_end; "
                     "fill of 4 +2@21 fee 0; trade a -2 21->21 net 0; FILLED 4; ");
    union rig_record u;
    rig_last(&r, JOURNAL_FILL, &u);
    cr_expect_eq(u.fill.ts_event, 1 * TIME_HOUR); /* the open of B's bar of instant 2 */
    cr_expect_eq(u.fill.ts_known, 3 * TIME_HOUR);
}

Test(driver, closes_strategy_by_strategy) {
    r.settings.close_at_end = END_LAST_CLOSE;
    r.strategy_count = 2;
    rig_begin(&r);
    actor_order(&r, 1, QS_BUY, QS_MARKET, 1.0, 0.0, 0.0)->feed = A;
    actor_order(&r, 0, QS_SELL, QS_MARKET, 2.0, 0.0, 0.0)->feed = A;
    rig_price(&r, 10.0);
    rig_price(&r, 10.0);
    rig_trace(&r);
    cr_assert_eq(driver_end(&r.engine, &r.err), 0);
    cr_expect_str_eq(
        rig_trace(&r),
        "each_open; "
        "stop a [NEW 0, ACTIVE 0 closed_at_end, FILL 0 +2@10, TRADE -2 net 0, FILLED 0]; "
        "collect a; "
        "stop b [NEW 0, ACTIVE 0 closed_at_end, FILL 0 -1@10, TRADE +1 net 0, FILLED 0]; "
        "collect b; ");
}

Test(driver, closes_nothing_of_a_run_without_an_instant) {
    union rig_record u;
    r.settings.close_at_end = END_LAST_CLOSE;
    rig_begin(&r);
    cr_assert_eq(driver_end(&r.engine, &r.err), 0);
    cr_expect_eq(rig_last(&r, JOURNAL_EQUITY, &u), 0);
}

Test(driver, refuses_orders_of_on_stop_but_keeps_its_words) {
    r.actors[0].variable = "trend";
    rig_begin(&r);
    actor_order(&r, 0, QS_BUY, QS_LIMIT, 1.0, 5.0, 0.0);
    rig_price(&r, 10.0);
    rig_news(&r);
    actor_buy(&r, 1.0);
    actor_flatten(&r);
    actor_cancel(&r, 1);
    actor_add(&r, 0,
              (struct intent){.kind = INTENT_NOTE,
                              .key_at = actor_text(&r, 0, "end"),
                              .key_len = 3,
                              .text_at = actor_text(&r, 0, "so long"),
                              .text_len = 7});
    r.actors[0].value = 0.25;
    cr_assert_eq(driver_end(&r.engine, &r.err), 0);
    cr_expect_str_eq(rig_news(&r), "CANCELED 1 run_end; "
                                   "intent a#2 -> 0 wrong_phase; intent a#3 -> 0 wrong_phase; "
                                   "intent a#1 -> 0 wrong_phase; "
                                   "note end so long; variable trend 0.25; ");
}

/* An instant with that value; what the journal has of it. */
static const char *news_with_value(double value) {
    r.actors[0].value = value;
    rig_price(&r, 10.0);
    return rig_news(&r);
}

Test(driver, records_a_variable_when_it_changed) {
    union rig_record u;
    r.actors[0].variable = "trend";
    rig_begin(&r);
    cr_expect_str_eq(news_with_value(0.0), "variable trend 0; "); /* the first time always */
    cr_expect_str_eq(news_with_value(0.0), "");
    cr_expect_str_eq(news_with_value(-0.0), ""); /* the same bytes in the journal */
    cr_expect_str_eq(news_with_value(1.0), "variable trend 1; ");
    cr_assert_eq(rig_last(&r, JOURNAL_VARIABLE, &u), 2);
    cr_expect_eq(u.variable.time, 4 * TIME_HOUR);
    cr_expect_eq(u.variable.strategy, 0);
    cr_expect_str_eq(news_with_value(nextafter(1.0, 2.0)), "variable trend 1; ");
    cr_expect_str_eq(news_with_value(NAN), "variable trend nan; ");
    cr_expect_str_eq(news_with_value(-NAN), "");
    cr_expect_str_eq(news_with_value(7.0), "variable trend 7; ");
}

Test(driver, records_every_variable_at_the_end_unless_it_just_did) {
    union rig_record u;
    r.actors[0].variable = "trend";
    rig_begin(&r);
    cr_expect_str_eq(news_with_value(1.0), "variable trend 1; ");
    cr_expect_str_eq(news_with_value(1.0), "");
    cr_assert_eq(driver_end(&r.engine, &r.err), 0);
    cr_expect_str_eq(rig_news(&r), "variable trend 1; ");
    cr_assert_eq(rig_last(&r, JOURNAL_VARIABLE, &u), 2);
    cr_expect_eq(u.variable.time, 2 * TIME_HOUR);
}

Test(driver, records_a_variable_once_at_the_last_instant) {
    r.actors[0].variable = "trend";
    rig_begin(&r);
    cr_expect_str_eq(news_with_value(1.0), "variable trend 1; ");
    cr_assert_eq(driver_end(&r.engine, &r.err), 0);
    cr_expect_str_eq(rig_news(&r), "");
}

Test(driver, records_variables_of_started_strategies_only_but_all_at_the_end) {
    r.actors[0].variable = "trend";
    r.actors[0].waits = true;
    rig_begin(&r);
    cr_expect_str_eq(news_with_value(1.0), "");
    r.actors[0].waits = false;
    cr_expect_str_eq(news_with_value(2.0), "variable trend 2; ");
    rig_close(&r);
    rig_init(&r);
    r.actors[0].variable = "trend";
    r.actors[0].waits = true;
    rig_begin(&r);
    cr_expect_str_eq(news_with_value(1.0), "");
    cr_assert_eq(driver_end(&r.engine, &r.err), 0);
    cr_expect_str_eq(rig_news(&r), "variable trend 1; ");
}

Test(driver, asks_no_variable_of_a_strategy_whose_feeds_did_not_close) {
    static const int32_t only_b[] = {B};
    r.strategies[0].feeds = only_b;
    r.strategies[0].feed_count = 1;
    r.actors[0].variable = "trend";
    rig_begin(&r);
    cr_expect_str_eq(news_with_value(1.0), "");
    rig_bar(&r, B, 1.0, 1.0, 1.0, 1.0);
    cr_assert_eq(rig_step(&r), 1);
    cr_expect_str_eq(rig_news(&r), "variable trend 1; ");
    cr_expect_str_eq(news_with_value(2.0), "");
}

Test(driver, allocates_nothing_for_a_variable_that_changes) {
    r.actors[0].variable = "trend";
    rig_begin(&r);
    uint64_t before = mem_count();
    for (int i = 0; i < 5; i++) {
        r.actors[0].value = i;
        rig_price(&r, 10.0);
    }
    cr_expect_eq(mem_count(), before);
}

Test(driver, counts_what_happened) {
    union rig_record u;
    r.settings.close_at_end = END_LAST_CLOSE;
    rig_begin(&r);
    actor_buy(&r, 1.0);
    actor_buy(&r, -1.0);           /* refused, an order */
    actor_buy(&r, 1.0)->feed = 77; /* refused, no order */
    rig_bar(&r, A, 10, 10, 10, 10);
    rig_bar(&r, B, 10, 10, 10, 10);
    cr_assert_eq(rig_step(&r), 1);
    rig_price(&r, 10.0);
    cr_assert_eq(driver_end(&r.engine, &r.err), 0);
    cr_assert_eq(driver_seal(&r.engine, &r.err), 0);
    cr_assert_eq(rig_last(&r, JOURNAL_END, &u), 1);
    cr_expect_eq(u.end.time, 2 * TIME_HOUR);
    cr_expect_eq(u.end.instants, 2);
    cr_expect_eq(u.end.bars, 3);
    cr_expect_eq(u.end.orders, 3); /* bought, refused, closed at the end */
    cr_expect_eq(u.end.fills, 2);
    cr_expect_eq(u.end.trades, 1);
    cr_expect_eq(u.end.rejected, 2);
}

/* ---- what breaks ---- */

Test(driver, stops_with_the_sinks_sentence) {
    r.sink_fails_after = 1;
    rig_begin(&r);
    int rc = 1, steps = 0;
    while (rc > 0 &&
           steps < RIG_BARS) { /* an EQUITY record is 72 bytes: a block is full after 910 */
        rig_bar(&r, A, 10, 10, 10, 10);
        rc = rig_step(&r);
        steps++;
    }
    cr_expect_eq(rc, ERR_IO);
    cr_expect_lt(steps, 1000);
    cr_expect_str_eq(r.err.text, "runs/1.qsj: no space left on the device");
}

Test(driver, fails_to_seal_what_the_sink_refuses) {
    r.sink_fails_after = 1;
    rig_begin(&r);
    rig_price(&r, 10.0);
    cr_assert_eq(driver_end(&r.engine, &r.err), 0);
    cr_expect_eq(driver_seal(&r.engine, &r.err), ERR_IO);
    cr_expect_str_eq(r.err.text, "runs/1.qsj: no space left on the device");
}

Test(driver, passes_on_what_the_feed_says) {
    rig_begin(&r);
    r.source_fails = true;
    cr_expect_eq(rig_step(&r), ERR_IO);
    cr_expect_str_eq(r.err.text, "the feed broke");
}

Test(driver, names_the_strategy_whose_port_failed) {
    static const char *const places[] = {"start", "post", "collect", "stop"};
    for (int i = 0; i < 4; i++) {
        rig_init(&r);
        r.strategy_count = 2;
        r.actors[1].fails_in = places[i];
        rig_open(&r);
        rig_bar(&r, A, 10, 10, 10, 10);
        cr_expect_eq(driver_run(&r.engine, &r.err), ERR_PLUGIN, "%s", places[i]);
        cr_expect_str_eq(r.err.text, "strategy b: it broke", "%s: %s", places[i], r.err.text);
        if (i < 3)
            rig_close(&r);
    }
}

Test(driver, runs_from_begin_to_end_in_one_call) {
    rig_open(&r);
    rig_bar(&r, A, 10, 10, 10, 10);
    cr_assert_eq(driver_run(&r.engine, &r.err), 0, "%s", r.err.text);
    cr_expect_str_eq(rig_trace(&r), "start a with 3 feeds; next; post a []; collect a; next; "
                                    "each_open; stop a []; collect a; ");
}
