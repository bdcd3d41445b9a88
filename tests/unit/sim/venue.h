/*
 * A venue with bars of its own and a sink that writes what it is told as text, one event after the
 * other: "fill 3 at 101 open takes cap 102 t60/120; end 4 CANCELED ioc_unfilled t60; ".
 * Times are minutes after 2024-01-01T00:00Z; symbols A, B, C are 0, 1, 2, and so are their feeds.
 */
#ifndef TESTS_SIM_VENUE_H
#define TESTS_SIM_VENUE_H

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/time.h"
#include "core/reason.h"
#include "sim/exchange.h"

enum { VENUE_SYMBOLS = 3, VENUE_BARS = 32, VENUE_ORDERS = 300 };
#define VENUE_START INT64_C(1704067200000000000) /* date -u -d 2024-01-01 +%s */
#define HOUR 60
#define DAY 1440

struct venue {
    struct settings settings;
    struct exchange exchange;
    struct feed feeds[VENUE_SYMBOLS + 1]; /* the last one: symbol A, a longer timeframe */
    struct bar_columns bars[VENUE_SYMBOLS];
    struct mark marks[VENUE_SYMBOLS];
    int64_t open_time[VENUE_SYMBOLS][VENUE_BARS], close_time[VENUE_SYMBOLS][VENUE_BARS];
    double open[VENUE_SYMBOLS][VENUE_BARS], high[VENUE_SYMBOLS][VENUE_BARS];
    double low[VENUE_SYMBOLS][VENUE_BARS], close[VENUE_SYMBOLS][VENUE_BARS];
    double volume[VENUE_SYMBOLS][VENUE_BARS];
    struct order orders[VENUE_ORDERS + 1]; /* by id */
    int64_t order_count, number, now;
    int32_t closed[VENUE_SYMBOLS + 1], closed_count;
    int64_t stays; /* id of an order that executions leave open; 0 = none */
    int64_t start; /* what minute 0 is */
    char log[16384];
    size_t len;
};

static inline long venue_minute(const struct venue *v, int64_t time) {
    return (long)((time - v->start) / TIME_MINUTE);
}

static inline void venue_execute(void *self, const struct execution *x) {
    static const char *const phases[] = {"open", "bar", "close", "end"};
    struct venue *v = self;
    struct order *o = x->order;
    v->len += (size_t)snprintf(v->log + v->len, sizeof v->log - v->len, "fill %ld at %g %s",
                               (long)o->id, x->raw, phases[x->phase]);
    if (x->takes)
        v->len += (size_t)snprintf(v->log + v->len, sizeof v->log - v->len, " takes");
    if (x->cap != 0.0)
        v->len += (size_t)snprintf(v->log + v->len, sizeof v->log - v->len, " cap %g", x->cap);
    v->len += (size_t)snprintf(v->log + v->len, sizeof v->log - v->len, " t%ld/%ld; ",
                               venue_minute(v, x->ts_event), venue_minute(v, x->ts_known));
    o->state = o->id == v->stays ? QS_ORDER_PARTIAL : QS_ORDER_FILLED;
}

static inline void venue_end_order(void *self, struct order *o, int32_t state, int32_t reason,
                                   int64_t time) {
    struct venue *v = self;
    v->len += (size_t)snprintf(v->log + v->len, sizeof v->log - v->len, "end %ld %s %s t%ld; ",
                               (long)o->id, order_state_name(state), reason_name(reason),
                               venue_minute(v, time));
    o->state = state;
}

static inline void venue_begin(struct venue *v) {
    v->start = v->start ? v->start : VENUE_START;
    for (int i = 0; i < VENUE_SYMBOLS; i++) {
        v->bars[i] = (struct bar_columns){.open_time = v->open_time[i],
                                          .close_time = v->close_time[i],
                                          .open = v->open[i],
                                          .high = v->high[i],
                                          .low = v->low[i],
                                          .close = v->close[i],
                                          .volume = v->volume[i]};
        v->marks[i] = (struct mark){.bars = &v->bars[i], .newest = -1, .multiplier = 1.0};
        v->feeds[i] = (struct feed){.symbol_id = i, .is_execution = true};
    }
    v->feeds[VENUE_SYMBOLS] = (struct feed){.symbol_id = 0, .is_execution = false};
    exchange_init(
        &v->exchange, &v->settings, v->feeds, v->marks, VENUE_SYMBOLS,
        (struct broker_sink){.self = v, .execute = venue_execute, .end = venue_end_order});
}

static inline void venue_end(struct venue *v) { exchange_fini(&v->exchange); }

/* A bar of a symbol that closes in the next instant. */
static inline void venue_bar_volume(struct venue *v, int symbol, int from, int to, double open,
                                    double high, double low, double close, double volume) {
    int64_t at = v->bars[symbol].count++;
    cr_assert_lt(at, VENUE_BARS);
    v->open_time[symbol][at] = v->start + from * TIME_MINUTE;
    v->close_time[symbol][at] = v->start + to * TIME_MINUTE;
    v->open[symbol][at] = open;
    v->high[symbol][at] = high;
    v->low[symbol][at] = low;
    v->close[symbol][at] = close;
    v->volume[symbol][at] = volume;
    v->marks[symbol].newest = at;
    v->marks[symbol].instant = v->number + 1;
    v->now = v->close_time[symbol][at];
    v->closed[v->closed_count++] = symbol;
}

static inline void venue_bar(struct venue *v, int symbol, int from, int to, double open,
                             double high, double low, double close) {
    venue_bar_volume(v, symbol, from, to, open, high, low, close, 1.0);
}

static inline struct instant venue_instant(struct venue *v) {
    return (struct instant){.time = v->now, .feeds = v->closed, .feed_count = v->closed_count};
}

/* The bars since the last call meet the orders; what happened as text. */
static inline const char *venue_meet(struct venue *v) {
    v->number++;
    v->len = 0;
    v->log[0] = '\0';
    struct instant now = venue_instant(v);
    v->exchange.port.meet(v->exchange.port.self, &now);
    v->closed_count = 0;
    return v->log;
}

/* The next id: order ids count up from 1. */
static inline struct order *venue_order(struct venue *v, int symbol, int side, int type,
                                        double limit, double stop) {
    int64_t id = ++v->order_count;
    cr_assert_leq(id, VENUE_ORDERS);
    struct order *o = &v->orders[id];
    *o = (struct order){.id = id,
                        .symbol = symbol,
                        .side = side,
                        .type = type,
                        .state = QS_ORDER_ACTIVE,
                        .quantity = 1.0,
                        .limit_price = limit,
                        .stop_price = stop,
                        .accepted = v->now};
    return o;
}

static inline void venue_send(struct venue *v, struct order *o) {
    v->exchange.port.submit(v->exchange.port.self, o);
}

static inline struct order *market(struct venue *v, int symbol, int side) {
    struct order *o = venue_order(v, symbol, side, QS_MARKET, 0.0, 0.0);
    venue_send(v, o);
    return o;
}
static inline struct order *limit(struct venue *v, int symbol, int side, double price) {
    struct order *o = venue_order(v, symbol, side, QS_LIMIT, price, 0.0);
    venue_send(v, o);
    return o;
}
static inline struct order *stop(struct venue *v, int symbol, int side, double price) {
    struct order *o = venue_order(v, symbol, side, QS_STOP, 0.0, price);
    venue_send(v, o);
    return o;
}
static inline struct order *stop_limit(struct venue *v, int symbol, int side, double trigger,
                                       double price) {
    struct order *o = venue_order(v, symbol, side, QS_STOP_LIMIT, price, trigger);
    venue_send(v, o);
    return o;
}

#endif
