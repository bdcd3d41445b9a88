/*
 * An execution closes first and then opens. Both parts are one fill at one price, unless the spread
 * is paid on entry only: then they are two fills, the closing one first.
 */
#include "engine/execute.h"

#include <math.h>

#include "core/costs.h"
#include "engine/oms.h"
#include "engine/risk.h"
#include "engine/sizing.h"

/* Price of the part that opens or closes, costs in it, rounded to the tick against us. */
static double price_of(const struct engine *e, const struct execution *x, int opens) {
    double side = order_sign(x->order), price = x->raw;
    if (!x->takes)
        return price;
    price = costs_taker_price(e->settings, x->raw, side, opens);
    price = decimal_round(price, e->symbols[x->order->symbol].tick,
                          side > 0.0 ? DECIMAL_UP : DECIMAL_DOWN);
    if (x->cap > 0.0 && (price - x->cap) * side > 0.0)
        price = x->cap;
    return price;
}

/* Whether the part that opens costs more than the one that closes: then they are two fills. */
static bool pays_spread_by_part(const struct engine *e, const struct execution *x) {
    return x->takes && e->settings->spread_side == SPREAD_ENTRY && e->settings->spread_bps > 0.0;
}

/* Of the part that closes, where the one that opens has this price. */
static double close_price_of(const struct engine *e, const struct execution *x, double open_price) {
    return pays_spread_by_part(e, x) ? price_of(e, x, 0) : open_price;
}

struct round_user {
    struct engine *engine;
    struct strategy *strategy;
    int32_t feed;
};

static void on_round(void *user, const struct round *r) {
    const struct round_user *u = user;
    struct engine *e = u->engine;
    e->counts.trades++;
    journal_put_trade(e->journal, &(struct j_trade){.id = ++e->next_trade,
                                                    .strategy = u->strategy->id,
                                                    .symbol = r->symbol,
                                                    .entry_time = r->entry_event,
                                                    .exit_time = r->exit_event,
                                                    .entry_known = r->entry_known,
                                                    .exit_known = r->exit_known,
                                                    .quantity = r->quantity,
                                                    .entry_price = r->entry_price,
                                                    .exit_price = r->exit_price,
                                                    .gross = r->gross,
                                                    .fees = r->fees,
                                                    .net = r->net,
                                                    .mae = r->mae,
                                                    .mfe = r->mfe,
                                                    .entry_order = r->entry_order,
                                                    .exit_order = r->exit_order});
    if (!oms_is_heard(u->strategy, EVENT_TRADE))
        return;
    struct strategy_event *event = oms_event(u->strategy, EVENT_TRADE);
    event->as.trade = (struct qs_trade){.entry_time = r->entry_event,
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

/* The place of a fill's event, which comes before those of the trades that it closes. */
static size_t announce_fill(struct strategy *s) {
    if (!oms_is_heard(s, EVENT_FILL))
        return 0;
    return (size_t)(oms_event(s, EVENT_FILL) - s->post.events);
}

static void tell_fill(struct strategy *s, const struct execution *x, size_t place,
                      const struct booking *b, const struct booked *done) {
    struct strategy_event *event = (struct strategy_event *)(uintptr_t)&s->post.events[place];
    event->as.fill = (struct qs_fill){.order = x->order->number,
                                      .ts_event = b->ts_event,
                                      .ts_known = b->ts_known,
                                      .feed = x->order->feed,
                                      .quantity = b->quantity,
                                      .price = b->price,
                                      .fee = b->fee,
                                      .closed = done->closed,
                                      .realized = done->realized};
}

/* Book `units` (signed) at `price` everywhere and tell the strategy; `share` of the commission per
 * fill is its own. */
static void book(struct engine *e, const struct execution *x, double units, double price,
                 double share) {
    struct order *o = x->order;
    struct strategy *s = &e->strategies[o->strategy];
    struct silo *silo = &e->silos[s->silo];
    double multiplier = e->marks[o->symbol].multiplier;
    struct booking b = {.symbol = o->symbol,
                        .phase = x->phase,
                        .quantity = units,
                        .price = price,
                        .multiplier = multiplier,
                        .fee = costs_commission_share(e->settings, multiplier, units, price, share),
                        .ts_event = x->ts_event,
                        .ts_known = x->ts_known,
                        .order = o->id,
                        .instant = e->number};
    struct booked done, silo_done;
    e->counts.fills++;
    journal_put_fill(e->journal, &(struct j_fill){.id = ++e->next_fill,
                                                  .ts_event = x->ts_event,
                                                  .ts_known = x->ts_known,
                                                  .order = o->id,
                                                  .symbol = o->symbol,
                                                  .quantity = units,
                                                  .price = price,
                                                  .raw = x->raw,
                                                  .fee = b.fee,
                                                  .phase = x->phase});
    size_t place = announce_fill(s);
    ledger_apply(&s->ledger, &b, &done, on_round, &(struct round_user){e, s, o->feed});
    if (silo->ledger == &silo->own)
        ledger_apply(&silo->own, &b, &silo_done, NULL, NULL);
    journal_put_allocation(e->journal, &(struct j_allocation){.fill = e->next_fill,
                                                              .strategy = s->id,
                                                              .quantity = units,
                                                              .fee = b.fee,
                                                              .closed = done.closed,
                                                              .realized = done.realized,
                                                              .position = done.position});
    if (oms_is_heard(s, EVENT_FILL))
        tell_fill(s, x, place, &b, &done);
    o->filled += fabs(units);
    e->booked = true;
}

/* A size that waited for the fill becomes units. False when the order ended instead. */
static bool resolve_size(struct engine *e, const struct execution *x) {
    struct order *o = x->order;
    struct strategy *s = &e->strategies[o->strategy];
    const struct instrument *symbol = &e->symbols[o->symbol];
    double held = s->ledger.positions[o->symbol].pub.quantity;
    struct ledger_money m = risk_money_at_fill(e, s, x, held, s->ledger.acct.cash);
    struct sizing_money money = {.equity = m.equity,
                                 .buying_power =
                                     ledger_buying_power(e->settings, m.cash, m.equity, m.gross)};
    double reference = o->kind == ORDER_TARGET ? x->raw : price_of(e, x, 1);
    double units = sizing_units(e->settings, &o->size, reference, symbol->multiplier, &money);
    if (o->kind == ORDER_TARGET)
        units -= held;
    units = sizing_to_lot(units, symbol);
    o->unsized = false;
    if (units == 0.0 || (units < 0.0 && o->kind != ORDER_TARGET)) {
        bool target = o->kind == ORDER_TARGET;
        oms_set_state(e, o, target ? QS_ORDER_CANCELED : QS_ORDER_REJECTED,
                      target ? REASON_UNCHANGED : REASON_ZERO_SIZE, x->ts_event, 0.0, 0.0);
        return false;
    }
    if (o->kind == ORDER_TARGET)
        o->side = units > 0.0 ? QS_BUY : QS_SELL;
    o->quantity = fabs(units);
    if (o->quantity > SIZE_UNITS_MAX) {
        oms_set_state(e, o, QS_ORDER_REJECTED, REASON_BAD_SIZE, x->ts_event, o->quantity,
                      SIZE_UNITS_MAX);
        return false;
    }
    return true;
}

/* May `opening` units be opened after `closing` were closed? Both unsigned. */
static struct risk_verdict test_opening(struct engine *e, const struct execution *x, double closing,
                                        double opening, double price) {
    struct risk_verdict verdict = {.passed = true};
    const struct order *o = x->order;
    const struct strategy *s = &e->strategies[o->strategy];
    int32_t check = e->settings->cash_check;
    if (opening == 0.0 || check == CHECK_ACCEPTANCE || check == CHECK_NONE)
        return verdict;
    double multiplier = e->marks[o->symbol].multiplier, side = order_sign(o);
    double close_price = close_price_of(e, x, price), units = closing + opening;
    double fee = costs_commission(e->settings, multiplier, units, price);
    double close_fee = fee * (closing / units);
    if (closing > 0.0 &&
        pays_spread_by_part(e, x)) { /* two fills that share the commission per fill */
        close_fee =
            costs_commission_share(e->settings, multiplier, closing, close_price, closing / units);
        fee = close_fee +
              costs_commission_share(e->settings, multiplier, opening, price, opening / units);
    }
    double cash = s->ledger.acct.cash - side * closing * close_price * multiplier - close_fee;
    double held = s->ledger.positions[o->symbol].pub.quantity + side * closing;
    struct ledger_money m = risk_money_at_fill(e, s, x, held, cash);
    verdict.passed =
        ledger_can_open(e->settings, m.cash, m.equity, m.gross, side, opening, price, multiplier,
                        fee - close_fee, &verdict.needed, &verdict.available);
    return verdict;
}

static void finish(struct engine *e, const struct execution *x, const struct risk_verdict *verdict,
                   bool closed_some) {
    struct order *o = x->order;
    if (!verdict->passed && closed_some)
        oms_set_state(e, o, QS_ORDER_PARTIAL, REASON_NONE, x->ts_event, 0.0, 0.0);
    if (verdict->passed)
        oms_set_state(e, o, QS_ORDER_FILLED, REASON_NONE, x->ts_event, 0.0, 0.0);
    else
        oms_set_state(e, o, closed_some ? QS_ORDER_CANCELED : QS_ORDER_REJECTED,
                      risk_reason(e->settings), x->ts_event, verdict->needed, verdict->available);
}

/* Whether a fill of so many units at that price is an amount that books can hold. */
static bool is_money(const struct engine *e, const struct order *o, double units, double price) {
    double multiplier = e->marks[o->symbol].multiplier, value = units * price * multiplier;
    return price > 0.0 && value <= MONEY_MAX &&
           costs_commission(e->settings, multiplier, units, price) <= MONEY_MAX;
}

static void execute(void *self, const struct execution *x) {
    struct engine *e = self;
    struct order *o = x->order;
    struct strategy *s = &e->strategies[o->strategy];
    if (o->unsized && !resolve_size(e, x))
        return;
    double side = order_sign(o), want = o->quantity - o->filled;
    double held = s->ledger.positions[o->symbol].pub.quantity;
    double closing = held * side < 0.0 ? (want < fabs(held) ? want : fabs(held)) : 0.0;
    double opening = want - closing;
    if (o->flags & QS_REDUCE_ONLY) {
        opening = 0.0;
        o->quantity = o->filled + closing;
        if (closing == 0.0) {
            oms_set_state(e, o, QS_ORDER_CANCELED, REASON_NOTHING_TO_CLOSE, x->ts_event, 0.0, 0.0);
            return;
        }
    }
    double open_price = price_of(e, x, 1), close_price = close_price_of(e, x, open_price);
    if (!is_money(e, o, closing + opening, open_price) ||
        (close_price != open_price && !is_money(e, o, closing + opening, close_price))) {
        oms_set_state(e, o, o->filled > 0.0 ? QS_ORDER_CANCELED : QS_ORDER_REJECTED,
                      REASON_BAD_PRICE, x->ts_event, 0.0, 0.0);
        return;
    }
    struct risk_verdict verdict = test_opening(e, x, closing, opening, open_price);
    if (!verdict.passed)
        opening = 0.0;
    if (closing > 0.0 && opening > 0.0 && pays_spread_by_part(e, x)) {
        book(e, x, side * closing, close_price, closing / (closing + opening));
        oms_set_state(e, o, QS_ORDER_PARTIAL, REASON_NONE, x->ts_event, 0.0, 0.0);
        book(e, x, side * opening, open_price, opening / (closing + opening));
    } else if (closing + opening > 0.0) {
        book(e, x, side * (closing + opening), closing > 0.0 ? close_price : open_price, 1.0);
    }
    finish(e, x, &verdict, closing > 0.0);
}

static void end_order(void *self, struct order *order, int32_t state, int32_t reason,
                      int64_t time) {
    oms_set_state(self, order, state, reason, time, 0.0, 0.0);
}

struct broker_sink execute_sink(struct engine *e) {
    return (struct broker_sink){.self = e, .execute = execute, .end = end_order};
}

static void close_position(struct engine *e, struct strategy *s, int32_t symbol) {
    double held = s->ledger.positions[symbol].pub.quantity;
    const struct mark *m = &e->marks[symbol];
    bool at_open = e->settings->close_at_end == END_LAST_OPEN;
    struct order *o = oms_new(e);
    o->strategy = s->id;
    o->symbol = symbol;
    o->feed = -1;
    o->kind = ORDER_FLATTEN;
    o->side = held > 0.0 ? QS_SELL : QS_BUY;
    o->type = QS_MARKET;
    o->flags = QS_REDUCE_ONLY;
    o->quantity = fabs(held);
    o->reference = at_open ? mark_open(m) : mark_close(m);
    oms_announce(e, o);
    oms_set_state(e, o, QS_ORDER_ACTIVE, REASON_CLOSED_AT_END, e->time, 0.0, 0.0);
    execute(e, &(struct execution){.order = o,
                                   .raw = o->reference,
                                   .takes = true,
                                   .phase = PHASE_END,
                                   .ts_event = at_open ? mark_open_time(m) : mark_close_time(m),
                                   .ts_known = e->time});
}

void execute_close_all(struct engine *e) {
    for (int32_t i = 0; i < e->strategy_count; i++) {
        struct strategy *s = &e->strategies[i];
        for (int32_t symbol = 0; symbol < e->symbol_count; symbol++)
            if (s->ledger.positions[symbol].pub.quantity != 0.0)
                close_position(e, s, symbol);
    }
}
