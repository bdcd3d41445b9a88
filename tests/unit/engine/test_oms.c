#include "engine/oms.h"

#include "unit/engine/rig.h"

static struct rig r;

static void setup(void) { rig_init(&r); }
static void teardown(void) { rig_close(&r); }
TestSuite(oms, .init = setup, .fini = teardown);

static struct order *new_order(int strategy, int64_t number) {
    struct order *o = oms_new(&r.engine);
    o->strategy = strategy;
    o->number = number;
    o->side = QS_BUY;
    o->type = QS_LIMIT;
    o->quantity = 2.0;
    o->limit_price = 9.0;
    o->reference = 9.0;
    return o;
}

static struct order *open_order(int strategy, int64_t number) {
    struct order *o = new_order(strategy, number);
    cr_assert(oms_open(&r.engine, o));
    return o;
}

Test(oms, counts_order_ids_from_1_over_all_strategies) {
    r.strategy_count = 2;
    rig_begin(&r);
    for (int64_t i = 1; i <= 500; i++) /* more than one chunk of memory */
        cr_assert_eq(new_order((int)(i % 2), i)->id, i);
}

Test(oms, hands_out_orders_that_hold_nothing) {
    rig_begin(&r);
    struct order *o = open_order(0, 1);
    o->met = o->triggered = true;
    o->filled = 3.0;
    snprintf(o->tag, sizeof o->tag, "old");
    oms_set_state(&r.engine, o, QS_ORDER_FILLED, REASON_NONE, 5, 0.0, 0.0);
    oms_recycle(&r.engine);
    struct order *again = oms_new(&r.engine), zero = {.id = 2};
    cr_expect_eq(again, o); /* the memory of the one that ended */
    cr_expect_eq(memcmp(again, &zero, sizeof zero), 0);
}

Test(oms, keeps_an_ended_order_until_the_instant_is_over) {
    rig_begin(&r);
    struct order *o = open_order(0, 1);
    oms_set_state(&r.engine, o, QS_ORDER_CANCELED, REASON_RUN_END, 5, 0.0, 0.0);
    struct order *next = oms_new(&r.engine);
    cr_expect_neq(next, o);
    cr_expect_eq(o->state, QS_ORDER_CANCELED);
    cr_expect_eq(o->id, 1);
}

Test(oms, announces_an_order_with_its_record_and_its_new_state) {
    rig_begin(&r);
    r.engine.time = 77;
    struct order *o = open_order(0, 41);
    snprintf(o->tag, sizeof o->tag, "entry");
    oms_announce(&r.engine, o);
    cr_expect_str_eq(rig_news(&r), "order 1 a#41 buy limit 2 L9 ref 9; NEW 1; ");
    cr_expect_eq(o->accepted, 77);
    cr_expect_eq(o->state, QS_ORDER_NEW);
    union rig_record u;
    rig_last(&r, JOURNAL_ORDER, &u);
    cr_expect_str_eq(u.order.tag, "entry");
    cr_expect_eq(u.order.time, 77);
    cr_expect_eq(r.engine.counts.orders, 1);
}

Test(oms, journals_every_state_with_its_reason_time_and_money) {
    rig_begin(&r);
    struct order *o = open_order(0, 1);
    oms_set_state(&r.engine, o, QS_ORDER_REJECTED, REASON_INSUFFICIENT_CASH, 99, 12.5, 10.0);
    union rig_record u;
    cr_assert_eq(rig_last(&r, JOURNAL_ORDER_EVENT, &u), 1);
    cr_expect_eq(u.event.time, 99);
    cr_expect_eq(u.event.order, 1);
    cr_expect_eq(u.event.state, QS_ORDER_REJECTED);
    cr_expect_eq(u.event.reason, REASON_INSUFFICIENT_CASH);
    same(u.event.needed, 12.5);
    same(u.event.available, 10.0);
    cr_expect_eq(r.engine.counts.rejected, 1);
}

Test(oms, tells_the_strategy_by_its_own_number_and_feed) {
    r.strategy_count = 2;
    rig_begin(&r);
    struct order *o = open_order(1, 33);
    o->feed = 2;
    oms_set_state(&r.engine, o, QS_ORDER_ACTIVE, REASON_NONE, 50, 0.0, 0.0);
    cr_expect_eq(r.strategies[0].post.event_count, 0);
    cr_assert_eq(r.strategies[1].post.event_count, 1);
    const struct strategy_event *e = r.strategies[1].post.events;
    cr_expect_eq(e->kind, EVENT_ORDER);
    cr_expect_eq(e->as.order.order, 33);
    cr_expect_eq(e->as.order.feed, 2);
    cr_expect_eq(e->as.order.time, 50);
    cr_expect_eq(e->as.order.state, QS_ORDER_ACTIVE);
}

Test(oms, takes_an_order_off_the_open_list_with_each_end_state_only) {
    static const struct {
        int state;
        bool ends;
    } rows[] = {{QS_ORDER_NEW, false},    {QS_ORDER_ACTIVE, false},  {QS_ORDER_PARTIAL, false},
                {QS_ORDER_FILLED, true},  {QS_ORDER_CANCELED, true}, {QS_ORDER_EXPIRED, true},
                {QS_ORDER_REJECTED, true}};
    rig_begin(&r);
    for (int i = 0; i < 7; i++) {
        struct order *o = open_order(0, i + 1);
        cr_expect_eq(r.engine.open_orders, 1);
        oms_set_state(&r.engine, o, rows[i].state, REASON_NONE, 1, 0.0, 0.0);
        cr_expect_eq(oms_find(&r.strategies[0], i + 1) == NULL, rows[i].ends, "state %d",
                     rows[i].state);
        if (!rows[i].ends)
            oms_set_state(&r.engine, o, QS_ORDER_CANCELED, REASON_NONE, 1, 0.0, 0.0);
        cr_expect_eq(r.engine.open_orders, 0);
        cr_expect_eq(r.strategies[0].open_count, 0);
    }
}

Test(oms, ends_an_order_that_was_never_opened_without_harm) {
    rig_begin(&r);
    struct order *other = open_order(0, 2);
    oms_set_state(&r.engine, new_order(0, 1), QS_ORDER_REJECTED, REASON_BAD_SIZE, 1, 0.0, 0.0);
    cr_expect_eq(r.strategies[0].open_count, 1);
    cr_expect_eq(oms_find(&r.strategies[0], 2), other);
}

Test(oms, finds_open_orders_by_number_among_many) {
    rig_begin(&r);
    for (int i = 0; i < 300; i++)
        open_order(0, 10 + 3 * i); /* 10, 13 ... 907 */
    for (int64_t number = 0; number < 920; number++) {
        struct order *o = oms_find(&r.strategies[0], number);
        bool there = number >= 10 && number <= 907 && (number - 10) % 3 == 0;
        cr_assert_eq(o != NULL, there, "number %ld", (long)number);
        if (o)
            cr_assert_eq(o->number, number);
    }
}

/* Every second of 200 ends, from the middle on and round: what is left is in order. */
Test(oms, keeps_the_rest_in_order_when_orders_end) {
    struct order *orders[200];
    rig_begin(&r);
    for (int i = 0; i < 200; i++)
        orders[i] = open_order(0, i);
    for (int i = 0; i < 100; i++)
        oms_set_state(&r.engine, orders[(101 + 2 * i) % 200], QS_ORDER_FILLED, REASON_NONE, 1, 0.0,
                      0.0);
    cr_assert_eq(r.strategies[0].open_count, 100);
    for (int i = 0; i < 100; i++)
        cr_expect_eq(r.strategies[0].open[i], orders[2 * i]);
}

Test(oms, opens_no_more_than_the_limit_for_each_strategy) {
    r.strategy_count = 2;
    rig_begin(&r);
    for (int i = 0; i < OPEN_ORDERS_MAX; i++)
        open_order(0, i);
    cr_expect_not(oms_open(&r.engine, new_order(0, OPEN_ORDERS_MAX)));
    cr_expect_eq(r.strategies[0].open_count, OPEN_ORDERS_MAX);
    cr_expect_eq(r.engine.open_orders, OPEN_ORDERS_MAX);
    cr_expect(oms_open(&r.engine, new_order(1, 1)));
}

Test(oms, keeps_all_events_of_an_instant_in_order) {
    rig_begin(&r);
    for (int i = 0; i < 1000; i++)
        oms_event(&r.strategies[0], EVENT_ORDER)->as.order.order = i;
    cr_assert_eq(r.strategies[0].post.event_count, 1000);
    for (int i = 0; i < 1000; i++)
        cr_assert_eq(r.strategies[0].post.events[i].as.order.order, i);
}

Test(oms, tells_of_an_intent_that_became_no_order) {
    struct intent in = {.kind = INTENT_ORDER, .feed = 77, .number = 5};
    rig_begin(&r);
    r.engine.time = 44;
    oms_refuse_intent(&r.engine, &r.strategies[0], &in, REASON_BAD_FEED);
    const struct strategy_event *e = r.strategies[0].post.events;
    cr_assert_eq(r.strategies[0].post.event_count, 1);
    cr_expect_eq(e->as.order.order, 5);
    cr_expect_eq(e->as.order.feed, 77);
    cr_expect_eq(e->as.order.time, 44);
    cr_expect_eq(e->as.order.state, QS_ORDER_REJECTED);
    cr_expect_eq(e->as.order.reason, REASON_BAD_FEED);
    cr_expect_str_eq(rig_news(&r), ""); /* the INTENT record says it */
    cr_expect_eq(r.engine.next_order, 0);
}
