/*
 * core/order.h - an order as the host knows it, and what the venue says about it.
 *
 *   intent -> order (NEW) -> ACTIVE -> [PARTIAL] -> FILLED | CANCELED | EXPIRED, or REJECTED
 *
 * An order belongs to one strategy here; its allocation rows name strategies and quantities, so
 * that one order may serve several later. Numbers of sides, types, states are those of
 * quasar/types.h.
 */
#ifndef CORE_ORDER_H
#define CORE_ORDER_H

#include <stdbool.h>
#include <stdint.h>

#include <quasar/abi.h>

/* How the size of an order was asked for. */
enum order_kind { ORDER_PLAIN = 0, ORDER_FLATTEN = 1, ORDER_TARGET = 2 };

/* When within a bar something happened; numbers are part of the journal. */
enum fill_phase { PHASE_OPEN = 0, PHASE_BAR = 1, PHASE_CLOSE = 2, PHASE_END = 3 };

struct order {
    int64_t id;     /* over the run, from 1 */
    int64_t number; /* the strategy's own */
    int32_t strategy, symbol, feed;
    int32_t kind; /* enum order_kind */
    int32_t side, type, tif, flags, state;
    bool unsized;   /* quantity still to be resolved at the fill */
    bool met;       /* has met a bar */
    bool triggered; /* a stop-limit that is a limit by now */
    int64_t
        triggered_inside; /* instant in whose bar phase it triggered; rests until the next bar */
    struct qs_size size;
    double quantity, filled; /* units, unsigned */
    double limit_price, stop_price;
    double reference;       /* price of the acceptance test */
    int64_t reference_time; /* close time of the symbol's newest bar at acceptance */
    int64_t accepted;       /* instant */
    bool has_day;
    int64_t day; /* of the first bar met: start of the UTC day, ns */
    char tag[QS_TAG_MAX + 1];
    struct order *next, *previous; /* in its symbol's list at the venue; or the free list */
    struct order *ended_next;      /* orders that ended in this instant */
};

/* One chance to fill, as the venue offers it: the engine tests the money, books it, and answers
 * with the order's state. */
struct execution {
    struct order *order;
    double raw;    /* price before costs */
    double cap;    /* a marketable limit's price; 0 = none */
    bool takes;    /* pays slippage and spread */
    int32_t phase; /* enum fill_phase */
    int64_t ts_event, ts_known;
};

/* +1 for a buy, -1 for a sell. */
static inline double order_sign(const struct order *o) { return o->side == QS_BUY ? 1.0 : -1.0; }
/* Whether the venue still works it. */
static inline bool order_is_open(const struct order *o) {
    return o->state == QS_ORDER_ACTIVE || o->state == QS_ORDER_PARTIAL;
}

#endif
