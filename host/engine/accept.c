/*
 * Each order asked for gets an id and a record, also when it is refused; an intent that names no
 * order at all (a feed that is not bound, a target that is met) gets its reason in the INTENT
 * record.
 */
#include "engine/accept.h"

#include <math.h>
#include <string.h>

#include "base/check.h"
#include "engine/oms.h"
#include "engine/risk.h"
#include "engine/sizing.h"

static void record_intent(struct engine *e, const struct strategy *s, const struct intent *in,
                          int32_t symbol, int64_t order, int32_t reason) {
    journal_put_intent(e->journal, &(struct j_intent){.time = e->time,
                                                      .strategy = s->id,
                                                      .number = in->number,
                                                      .kind = in->kind,
                                                      .symbol = symbol,
                                                      .side = in->side,
                                                      .type = in->type,
                                                      .tif = in->tif,
                                                      .flags = in->flags,
                                                      .size_kind = in->size.kind,
                                                      .size_value = in->size.value,
                                                      .stop_distance = in->size.stop_distance,
                                                      .limit_price = in->limit_price,
                                                      .stop_price = in->stop_price,
                                                      .order = order,
                                                      .reason = reason});
}

static bool needs_limit(const struct order *o) {
    return o->type == QS_LIMIT || o->type == QS_STOP_LIMIT;
}
static bool needs_stop(const struct order *o) {
    return o->type == QS_STOP || o->type == QS_STOP_LIMIT;
}
static bool is_price(double price) { return isfinite(price) && price > 0.0; }

/* Prices rounded to the tick, never to the strategy's loss on limits, never earlier on stops. */
static void settle_prices(struct engine *e, struct order *o) {
    struct decimal tick = e->symbols[o->symbol].tick;
    bool buys = o->side == QS_BUY;
    if (needs_limit(o))
        o->limit_price = decimal_round(o->limit_price, tick, buys ? DECIMAL_DOWN : DECIMAL_UP);
    if (needs_stop(o))
        o->stop_price = decimal_round(o->stop_price, tick, buys ? DECIMAL_UP : DECIMAL_DOWN);
    o->reference = needs_limit(o)  ? o->limit_price
                   : needs_stop(o) ? o->stop_price
                                   : mark_close(&e->marks[o->symbol]);
    o->reference_time = mark_close_time(&e->marks[o->symbol]);
}

/* The first thing wrong with an order as asked for. */
static int32_t find_fault(struct engine *e, const struct order *o) {
    if ((needs_limit(o) && !is_price(o->limit_price)) ||
        (needs_stop(o) && !is_price(o->stop_price)))
        return REASON_BAD_PRICE;
    if (!sizing_valid(&o->size, o->kind == ORDER_TARGET))
        return REASON_BAD_SIZE;
    if (e->marks[o->symbol].instant == 0)
        return REASON_NO_PRICE;
    return REASON_NONE;
}

static struct sizing_money money_at_closes(const struct strategy *s) {
    return (struct sizing_money){.equity = s->ledger.acct.equity,
                                 .buying_power = s->ledger.acct.buying_power};
}

/* Units asked for at the reference price, signed for targets; sets unsized where that waits for the
 * fill. */
static double settle_size(struct engine *e, struct strategy *s, struct order *o) {
    const struct instrument *symbol = &e->symbols[o->symbol];
    struct sizing_money money = money_at_closes(s);
    o->unsized = e->settings->size_resolve == SIZE_AT_FILL &&
                 (o->size.kind != QS_SIZE_UNITS || o->kind == ORDER_TARGET);
    if (o->unsized)
        return 0.0;
    double units = sizing_units(e->settings, &o->size, o->reference, symbol->multiplier, &money);
    if (o->kind == ORDER_TARGET)
        units -= s->ledger.positions[o->symbol].pub.quantity;
    return sizing_to_lot(units, symbol);
}

static void reject(struct engine *e, struct order *o, int32_t reason, double needed,
                   double available) {
    oms_announce(e, o);
    oms_set_state(e, o, QS_ORDER_REJECTED, reason, e->time, needed, available);
}

/* A well-formed order with its size: test the money, hand it to the venue. */
static int32_t activate(struct engine *e, struct strategy *s, struct order *o) {
    struct risk_verdict verdict = {.passed = true};
    if (s->open_count == OPEN_ORDERS_MAX) {
        reject(e, o, REASON_ORDER_LIMIT, OPEN_ORDERS_MAX, OPEN_ORDERS_MAX);
        return REASON_ORDER_LIMIT;
    }
    if (!o->unsized)
        verdict = risk_at_acceptance(e, s, o->symbol, order_sign(o) * o->quantity, o->reference,
                                     (o->flags & QS_REDUCE_ONLY) != 0);
    if (!verdict.passed) {
        reject(e, o, risk_reason(e->settings), verdict.needed, verdict.available);
        return risk_reason(e->settings);
    }
    bool opened = oms_open(e, o);
    CHECK(opened);
    oms_announce(e, o);
    oms_set_state(e, o, QS_ORDER_ACTIVE, REASON_NONE, e->time, 0.0, 0.0);
    e->closing_market_orders |= o->type == QS_MARKET;
    e->broker->submit(e->broker->self, o);
    return REASON_NONE;
}

static void give_back(struct engine *e, struct order *o) {
    e->next_order--; /* no order was made of it */
    o->next = e->free_orders;
    e->free_orders = o;
}

static struct order *order_from(struct engine *e, struct strategy *s, const struct intent *in,
                                const struct intent_batch *batch, int32_t symbol) {
    struct order *o = oms_new(e);
    o->number = in->number;
    o->strategy = s->id;
    o->symbol = symbol;
    o->feed = in->feed;
    o->side = in->side;
    o->type = in->type;
    o->tif = in->tif;
    o->flags = in->flags;
    o->size = sizing_effective(e->settings, &in->size);
    o->limit_price = in->type == QS_LIMIT || in->type == QS_STOP_LIMIT ? in->limit_price : 0.0;
    o->stop_price = in->type == QS_STOP || in->type == QS_STOP_LIMIT ? in->stop_price : 0.0;
    memcpy(o->tag, batch->text + in->key_at, in->key_len);
    return o;
}

/* A target or a flatten becomes a market order of the difference. */
static bool shape_market(struct strategy *s, const struct intent *in, struct order *o) {
    double held = s->ledger.positions[o->symbol].pub.quantity;
    o->type = QS_MARKET;
    o->tif = QS_GTC;
    o->side = o->size.value >= 0.0 ? QS_BUY : QS_SELL;
    o->kind = in->kind == INTENT_TARGET ? ORDER_TARGET : ORDER_FLATTEN;
    if (o->kind == ORDER_TARGET)
        return true;
    o->side = held < 0.0 ? QS_BUY : QS_SELL;
    o->flags = QS_REDUCE_ONLY;
    o->size = (struct qs_size){.kind = QS_SIZE_UNITS, .value = fabs(held)};
    return held != 0.0;
}

static int32_t make_order(struct engine *e, struct strategy *s, const struct intent *in,
                          struct order *o, bool *ret_made) {
    *ret_made = in->kind == INTENT_ORDER || shape_market(s, in, o);
    if (!*ret_made)
        return REASON_UNCHANGED;
    int32_t fault = find_fault(e, o);
    if (fault != REASON_NONE) {
        reject(e, o, fault, 0.0, 0.0);
        return fault;
    }
    settle_prices(e, o);
    double units = o->kind == ORDER_FLATTEN ? o->size.value : settle_size(e, s, o);
    if (o->kind == ORDER_TARGET && !o->unsized) {
        *ret_made = units != 0.0;
        if (!*ret_made)
            return REASON_UNCHANGED;
        o->side = units > 0.0 ? QS_BUY : QS_SELL;
        units = fabs(units);
    }
    o->quantity = units;
    if (units > SIZE_UNITS_MAX) {
        reject(e, o, REASON_BAD_SIZE, units, SIZE_UNITS_MAX);
        return REASON_BAD_SIZE;
    }
    if (!o->unsized && units <= 0.0) {
        reject(e, o, REASON_ZERO_SIZE, 0.0, 0.0);
        return REASON_ZERO_SIZE;
    }
    return activate(e, s, o);
}

static int32_t check_form(const struct strategy *s, const struct intent *in) {
    if (in->reason != REASON_NONE)
        return in->reason;
    if (in->feed < 0 || in->feed >= s->feed_count)
        return REASON_BAD_FEED;
    if (in->kind != INTENT_ORDER)
        return REASON_NONE;
    bool known = (in->side == QS_BUY || in->side == QS_SELL) && in->type >= QS_MARKET &&
                 in->type <= QS_STOP_LIMIT && in->tif >= QS_GTC && in->tif <= QS_IOC &&
                 (in->flags & ~QS_REDUCE_ONLY) == 0;
    return known ? REASON_NONE : REASON_BAD_ORDER;
}

static void accept_order(struct engine *e, struct strategy *s, const struct intent *in,
                         const struct intent_batch *batch) {
    int32_t reason = check_form(s, in);
    if (reason != REASON_NONE) {
        record_intent(e, s, in, -1, 0, reason);
        oms_refuse_intent(e, s, in, reason);
        return;
    }
    int32_t symbol = e->feeds[s->feeds[in->feed]].symbol_id;
    struct order *o = order_from(e, s, in, batch, symbol);
    int64_t id = o->id;
    bool made;
    reason = make_order(e, s, in, o, &made);
    if (!made)
        give_back(e, o);
    record_intent(e, s, in, symbol, made ? id : 0, reason);
}

static void accept_cancel(struct engine *e, struct strategy *s, const struct intent *in) {
    struct order *o = in->reason == REASON_NONE ? oms_find(s, in->number) : NULL;
    if (!o) {
        int32_t reason = in->reason != REASON_NONE ? in->reason : REASON_UNKNOWN_ORDER;
        record_intent(e, s, in, -1, 0, reason);
        return;
    }
    record_intent(e, s, in, o->symbol, o->id, REASON_NONE);
    e->broker->cancel(e->broker->self, o);
    oms_set_state(e, o, QS_ORDER_CANCELED, REASON_CANCELED_BY_STRATEGY, e->time, 0.0, 0.0);
}

static const char *copy_text(const struct intent_batch *batch, uint32_t at, uint32_t len,
                             char *buffer) {
    memcpy(buffer, batch->text + at, len);
    buffer[len] = '\0';
    return buffer;
}

static void record_annotation(struct engine *e, const struct strategy *s, const struct intent *in,
                              const struct intent_batch *batch) {
    char key[INTENT_KEY_MAX + 1], text[INTENT_TEXT_MAX + 1];
    copy_text(batch, in->key_at, in->key_len, key);
    copy_text(batch, in->text_at, in->text_len, text);
    if (in->kind == INTENT_PLOT)
        journal_put_plot(
            e->journal,
            &(struct j_plot){.time = e->time, .strategy = s->id, .value = in->value, .key = key});
    else if (in->kind == INTENT_NOTE)
        journal_put_note(
            e->journal,
            &(struct j_note){.time = e->time, .strategy = s->id, .key = key, .text = text});
    else
        journal_put_log(
            e->journal,
            &(struct j_log){.time = e->time, .strategy = s->id, .level = in->level, .text = text});
}

void accept_intents(struct engine *e, struct strategy *s, const struct intent_batch *batch) {
    for (uint32_t i = 0; i < batch->count; i++) {
        const struct intent *in = &batch->items[i];
        if (in->kind == INTENT_CANCEL)
            accept_cancel(e, s, in);
        else if (in->kind < INTENT_PLOT)
            accept_order(e, s, in, batch);
        else
            record_annotation(e, s, in, batch);
    }
}

void accept_last_words(struct engine *e, struct strategy *s, const struct intent_batch *batch) {
    for (uint32_t i = 0; i < batch->count; i++) {
        const struct intent *in = &batch->items[i];
        if (in->kind < INTENT_PLOT)
            record_intent(e, s, in, -1, 0, REASON_WRONG_PHASE);
        else
            record_annotation(e, s, in, batch);
    }
}
