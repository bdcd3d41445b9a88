/*
 * Form and size of an order are judged as the engine does (engine/accept.c); money is not. Events
 * come in the engine's order: of a fill first the fill, then its trades, then the order's new
 * state.
 */
#include "harness_state.h"

#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "core/order.h"
#include "core/reason.h"
#include "engine/sizing.h"

_Static_assert(QS_TEST_ORDER == (int)INTENT_ORDER && QS_TEST_CANCEL == (int)INTENT_CANCEL &&
                   QS_TEST_FLATTEN == (int)INTENT_FLATTEN && QS_TEST_TARGET == (int)INTENT_TARGET,
               "the harness shows kinds of intents as they are");

/* ---- events ---- */

static struct strategy_event *add_event(struct qs_test *t, int32_t kind) {
    if (t->event_count == t->event_cap) {
        t->event_cap = t->event_cap ? t->event_cap * 2 : 16;
        t->events = mem_realloc_array(t->events, t->event_cap, sizeof *t->events);
    }
    struct strategy_event *event = &t->events[t->event_count++];
    memset(event, 0, sizeof *event);
    event->kind = kind;
    return event;
}

static void tell(struct qs_test *t, int64_t order, int32_t feed, int32_t state, int32_t reason) {
    add_event(t, EVENT_ORDER)->as.order = (struct qs_order_event){
        .order = order, .time = t->view.now, .feed = feed, .state = state, .reason = reason};
}

static void show_orders(struct qs_test *t) {
    t->view.orders = t->orders;
    t->view.order_count = t->order_count;
}

static struct qs_order *find_open(struct qs_test *t, int64_t number) {
    for (uint32_t i = 0; i < t->order_count; i++)
        if (t->orders[i].id == number)
            return &t->orders[i];
    return NULL;
}

static void remove_order(struct qs_test *t, struct qs_order *o) {
    size_t place = (size_t)(o - t->orders);
    t->order_count--;
    memmove(o, o + 1, (t->order_count - place) * sizeof *o);
    show_orders(t);
}

static void end_order(struct qs_test *t, struct qs_order *o, int32_t state, int32_t reason) {
    tell(t, o->id, o->feed, state, reason);
    remove_order(t, o);
}

/* ---- intents become orders ---- */

static bool needs_limit(int32_t type) { return type == QS_LIMIT || type == QS_STOP_LIMIT; }
static bool needs_stop(int32_t type) { return type == QS_STOP || type == QS_STOP_LIMIT; }
static bool is_price(double price) { return isfinite(price) && price > 0.0; }

static int32_t check_form(const struct qs_test *t, const struct intent *in) {
    if (in->reason != REASON_NONE)
        return in->reason;
    if (in->feed < 0 || in->feed >= t->feed_count)
        return REASON_BAD_FEED;
    if (in->kind != INTENT_ORDER)
        return REASON_NONE;
    bool known = (in->side == QS_BUY || in->side == QS_SELL) && in->type >= QS_MARKET &&
                 in->type <= QS_STOP_LIMIT && in->tif >= QS_GTC && in->tif <= QS_IOC &&
                 (in->flags & ~QS_REDUCE_ONLY) == 0;
    return known ? REASON_NONE : REASON_BAD_ORDER;
}

static int32_t find_fault(const struct qs_test *t, const struct intent *in,
                          const struct qs_size *size) {
    if (in->kind == INTENT_ORDER && ((needs_limit(in->type) && !is_price(in->limit_price)) ||
                                     (needs_stop(in->type) && !is_price(in->stop_price))))
        return REASON_BAD_PRICE;
    if (in->kind != INTENT_FLATTEN && !sizing_valid(size, in->kind == INTENT_TARGET))
        return REASON_BAD_SIZE;
    return t->marks[t->feeds[in->feed].symbol_id].instant == 0 ? REASON_NO_PRICE : REASON_NONE;
}

/* Limits are rounded to the tick never to the strategy's loss, stops never to come earlier. */
static void settle_prices(const struct instrument *symbol, const struct intent *in,
                          struct qs_order *o) {
    bool buys = o->side == QS_BUY;
    if (needs_limit(o->type))
        o->limit_price =
            decimal_round(in->limit_price, symbol->tick, buys ? DECIMAL_DOWN : DECIMAL_UP);
    if (needs_stop(o->type))
        o->stop_price =
            decimal_round(in->stop_price, symbol->tick, buys ? DECIMAL_UP : DECIMAL_DOWN);
}

/* Signed for targets and flattens: what is missing. */
static double units_of(struct qs_test *t, const struct intent *in, const struct qs_order *o,
                       const struct qs_size *size) {
    int32_t id = t->feeds[in->feed].symbol_id;
    const struct instrument *symbol = &t->symbols[id];
    const struct qs_account *a = &t->ledger.acct;
    double held = t->ledger.positions[id].pub.quantity;
    struct sizing_money money = {.equity = a->equity, .buying_power = a->buying_power};
    double reference = needs_limit(o->type)  ? o->limit_price
                       : needs_stop(o->type) ? o->stop_price
                                             : mark_close(&t->marks[id]);
    if (in->kind == INTENT_FLATTEN)
        return -held;
    double units = sizing_units(&t->settings, size, reference, symbol->multiplier, &money);
    if (in->kind == INTENT_TARGET)
        units -= held;
    return sizing_to_lot(units, symbol);
}

static void open_order(struct qs_test *t, const struct qs_order *o) {
    if (t->order_count == t->order_cap) {
        t->order_cap = t->order_cap ? t->order_cap * 2 : 8;
        t->orders = mem_realloc_array(t->orders, t->order_cap, sizeof *t->orders);
    }
    t->orders[t->order_count++] = *o;
    tell(t, o->id, o->feed, QS_ORDER_NEW, REASON_NONE);
    tell(t, o->id, o->feed, QS_ORDER_ACTIVE, REASON_NONE);
}

static int32_t reject(struct qs_test *t, const struct intent *in, int32_t reason) {
    tell(t, in->number, in->feed, QS_ORDER_NEW, REASON_NONE);
    tell(t, in->number, in->feed, QS_ORDER_REJECTED, reason);
    return reason;
}

/* Returns the reason why no order came of it; *shown gets side and units where one did. */
static int32_t make_order(struct qs_test *t, const struct intent *in,
                          struct qs_seen_intent *shown) {
    int32_t form = check_form(t, in);
    if (form != REASON_NONE) {
        tell(t, in->number, in->feed, QS_ORDER_REJECTED, form);
        return form;
    }
    int32_t symbol = t->feeds[in->feed].symbol_id;
    struct qs_size size = sizing_effective(&t->settings, &in->size);
    struct qs_order o = {.id = in->number,
                         .feed = in->feed,
                         .side = in->side,
                         .type = in->kind == INTENT_ORDER ? in->type : QS_MARKET,
                         .tif = in->tif,
                         .flags = in->kind == INTENT_FLATTEN ? QS_REDUCE_ONLY : in->flags,
                         .state = QS_ORDER_ACTIVE,
                         .created = t->view.now};
    if (in->kind == INTENT_FLATTEN && t->ledger.positions[symbol].pub.quantity == 0.0)
        return REASON_UNCHANGED;
    int32_t fault = find_fault(t, in, &size);
    if (fault != REASON_NONE)
        return reject(t, in, fault);
    settle_prices(&t->symbols[symbol], in, &o);
    double units = units_of(t, in, &o, &size);
    if (units == 0.0 && in->kind != INTENT_ORDER)
        return REASON_UNCHANGED;
    if (!(units != 0.0))
        return reject(t, in, REASON_ZERO_SIZE);
    if (in->kind != INTENT_ORDER)
        o.side = units > 0.0 ? QS_BUY : QS_SELL;
    o.quantity = fabs(units);
    memcpy(o.tag, shown->tag, sizeof o.tag);
    open_order(t, &o);
    shown->side = o.side;
    shown->units = o.quantity;
    return REASON_NONE;
}

static int32_t cancel(struct qs_test *t, const struct intent *in) {
    struct qs_order *o = in->reason == REASON_NONE ? find_open(t, in->number) : NULL;
    if (!o)
        return in->reason != REASON_NONE ? in->reason : REASON_UNKNOWN_ORDER;
    end_order(t, o, QS_ORDER_CANCELED, REASON_CANCELED_BY_STRATEGY);
    return REASON_NONE;
}

void test_accept(struct qs_test *t, const struct intent_batch *batch) {
    t->intent_count = 0;
    for (uint32_t i = 0; i < batch->count; i++) {
        const struct intent *in = &batch->items[i];
        if (in->kind >= INTENT_PLOT)
            continue;
        if (t->intent_count == t->intent_cap) {
            t->intent_cap = t->intent_cap ? t->intent_cap * 2 : 16;
            t->intents = mem_realloc_array(t->intents, t->intent_cap, sizeof *t->intents);
        }
        struct qs_seen_intent *shown = &t->intents[t->intent_count++];
        *shown = (struct qs_seen_intent){.kind = in->kind,
                                         .feed = in->feed,
                                         .number = in->number,
                                         .side = in->side,
                                         .type = in->type,
                                         .tif = in->tif,
                                         .flags = in->flags,
                                         .size = in->size,
                                         .limit_price = in->limit_price,
                                         .stop_price = in->stop_price};
        memcpy(shown->tag, batch->text + in->key_at, in->key_len);
        int32_t reason = in->kind == INTENT_CANCEL ? cancel(t, in) : make_order(t, in, shown);
        shown->reason = reason_name(reason);
    }
    show_orders(t);
}

/* ---- what the test does to them ---- */

void test_renew_money(struct qs_test *t) {
    struct qs_account *a = &t->ledger.acct;
    double net = 0.0, gross = 0.0;
    for (int32_t i = 0; i < t->ledger.open_count; i++) {
        int32_t id = t->ledger.open[i];
        double value = t->ledger.positions[id].pub.quantity * t->marks[id].multiplier *
                       mark_close(&t->marks[id]);
        net += value;
        gross += fabs(value);
    }
    a->net = net;
    a->gross = gross;
    a->equity = a->cash + net;
    a->equity_low = a->equity_high = a->equity;
    a->margin = gross / a->leverage;
    a->buying_power = ledger_buying_power(&t->settings, a->cash, a->equity, gross);
    a->peak = a->equity > a->peak ? a->equity : a->peak;
}

struct round_user {
    struct qs_test *test;
    int32_t feed;
};

static void on_round(void *user, const struct round *r) {
    const struct round_user *u = user;
    add_event(u->test, EVENT_TRADE)->as.trade = (struct qs_trade){.entry_time = r->entry_event,
                                                                  .exit_time = r->exit_event,
                                                                  .feed = u->feed,
                                                                  .quantity = r->quantity,
                                                                  .entry_price = r->entry_price,
                                                                  .exit_price = r->exit_price,
                                                                  .gross = r->gross,
                                                                  .fees = r->fees,
                                                                  .net = r->net,
                                                                  .mae = r->mae,
                                                                  .mfe = r->mfe};
}

static void book(struct qs_test *t, const struct qs_order *o, double units, double price,
                 double fee) {
    int32_t id = t->feeds[o->feed].symbol_id;
    struct booking b = {.symbol = id,
                        .phase = PHASE_OPEN,
                        .quantity = o->side == QS_BUY ? units : -units,
                        .price = price,
                        .multiplier = t->marks[id].multiplier,
                        .fee = fee,
                        .ts_event = t->view.now,
                        .ts_known = t->view.now};
    struct booked done;
    uint32_t place = t->event_count; /* trades may move the events */
    add_event(t, EVENT_FILL);
    ledger_apply(&t->ledger, &b, &done, on_round, &(struct round_user){t, o->feed});
    t->events[place].as.fill = (struct qs_fill){.order = o->id,
                                                .ts_event = b.ts_event,
                                                .feed = o->feed,
                                                .quantity = b.quantity,
                                                .price = price,
                                                .fee = fee,
                                                .closed = done.closed,
                                                .realized = done.realized};
    test_renew_money(t);
}

static struct qs_order *order_to_change(struct qs_test *t, int64_t number, const char *call) {
    if (test_running(t) < 0)
        return NULL;
    struct qs_order *o = find_open(t, number);
    if (!o)
        test_refuse(t, "%s: order %lld is not open (qs_test_intent() says what became of it)", call,
                    (long long)number);
    return o;
}

/* What may be filled of a reduce-only order. */
static double reducible(const struct qs_test *t, const struct qs_order *o) {
    double held = t->ledger.positions[t->feeds[o->feed].symbol_id].pub.quantity;
    return o->side == QS_BUY ? fmax(-held, 0.0) : fmax(held, 0.0);
}

static int fill(struct qs_test *t, struct qs_order *o, double units, double price, double fee) {
    if (!is_price(price) || !isfinite(fee) || fee < 0.0)
        return test_refuse(t, "fill: expected a price above 0 and a fee of 0 or more, found %g, %g",
                           price, fee);
    if (o->flags & QS_REDUCE_ONLY) {
        double most = reducible(t, o);
        if (most == 0.0) {
            end_order(t, o, QS_ORDER_CANCELED, REASON_NOTHING_TO_CLOSE);
            return 0;
        }
        units = fmin(units, most);
        o->quantity = fmin(o->quantity, o->filled + most);
    }
    book(t, o, units, price, fee);
    o->filled += units;
    if (o->filled >= o->quantity) {
        end_order(t, o, QS_ORDER_FILLED, REASON_NONE);
    } else {
        o->state = QS_ORDER_PARTIAL;
        tell(t, o->id, o->feed, QS_ORDER_PARTIAL, REASON_NONE);
    }
    return 0;
}

int qs_test_fill(struct qs_test *t, int64_t order, double price, double fee) {
    struct qs_order *o = order_to_change(t, order, "fill");
    return o ? fill(t, o, o->quantity - o->filled, price, fee) : -1;
}

int qs_test_fill_part(struct qs_test *t, int64_t order, double units, double price, double fee) {
    struct qs_order *o = order_to_change(t, order, "fill_part");
    if (!o)
        return -1;
    if (!(units > 0.0) || units > o->quantity - o->filled)
        return test_refuse(t, "fill_part: order %lld: expected up to %g units, found %g",
                           (long long)order, o->quantity - o->filled, units);
    return fill(t, o, units, price, fee);
}

int qs_test_end_order(struct qs_test *t, int64_t order, int32_t state, const char *reason) {
    struct qs_order *o = order_to_change(t, order, "end_order");
    if (!o)
        return -1;
    if (state != QS_ORDER_CANCELED && state != QS_ORDER_EXPIRED && state != QS_ORDER_REJECTED)
        return test_refuse(t, "end_order: state %d is none that ends an order unfilled", state);
    for (int32_t code = 0; code < REASON_COUNT; code++) {
        if (!reason || strcmp(reason_name(code), reason) != 0)
            continue;
        end_order(t, o, state, code);
        return 0;
    }
    return test_refuse(t, "end_order: there is no reason %s", reason ? reason : "(null)");
}

/* ---- what it holds ---- */

static void move(struct qs_test *t, int32_t symbol, double units, double price) {
    struct booking b = {.symbol = symbol,
                        .phase = PHASE_OPEN,
                        .quantity = units,
                        .price = price,
                        .multiplier = t->marks[symbol].multiplier,
                        .ts_event = t->view.now,
                        .ts_known = t->view.now};
    struct booked done;
    if (units != 0.0)
        ledger_apply(&t->ledger, &b, &done, NULL, NULL);
}

int qs_test_set_position(struct qs_test *t, qs_feed feed, double units, double average_price) {
    if (test_running(t) < 0)
        return -1;
    if (feed < 0 || feed >= t->feed_count)
        return test_refuse(t, "set_position: feed %d is not bound (there are %d)", feed,
                           t->feed_count);
    if (!isfinite(units) || (units != 0.0 && !is_price(average_price)))
        return test_refuse(t, "set_position: expected finite units at a price above 0");
    int32_t symbol = t->feeds[feed].symbol_id;
    if (t->marks[symbol].instant == 0)
        return test_refuse(t, "set_position: no bar of feed %d has closed yet", feed);
    const struct qs_position *p = &t->ledger.positions[symbol].pub;
    move(t, symbol, -p->quantity, p->average_price);
    move(t, symbol, units, average_price);
    test_renew_money(t);
    return 0;
}

int qs_test_set_cash(struct qs_test *t, double cash) {
    if (test_running(t) < 0)
        return -1;
    if (!isfinite(cash))
        return test_refuse(t, "set_cash: expected a finite amount");
    t->ledger.acct.cash = cash;
    test_renew_money(t);
    return 0;
}

int qs_test_set_equity(struct qs_test *t, double equity) {
    if (test_running(t) < 0)
        return -1;
    if (!isfinite(equity))
        return test_refuse(t, "set_equity: expected a finite amount");
    return qs_test_set_cash(t, equity - t->ledger.acct.net);
}
