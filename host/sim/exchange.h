/*
 * sim/exchange.h - the simulated venue: working orders by symbol, met by each bar in the sequence
 * of sim/README.md. Implements struct broker_port.
 *
 * Its lie: no queue, no depth, no partial fills; the path inside a bar is the pessimistic one.
 * Orders are borrowed from the engine while they are open.
 */
#ifndef SIM_EXCHANGE_H
#define SIM_EXCHANGE_H

#include "core/feed.h"
#include "core/ledger.h"
#include "core/settings.h"
#include "engine/broker_port.h"

/* Working orders of one symbol, in id order. */
struct order_list {
    struct order *first, *last;
};

/* An order that may fill at an open, with what decides its turn. */
struct due {
    int64_t open_time;
    int32_t class;
    struct order *order;
};

struct exchange {
    struct broker_port port; /* give this to the engine */
    struct broker_sink sink;
    const struct settings *settings;
    const struct feed *feeds;
    struct mark *marks; /* the engine's, renewed before meet */
    int32_t symbol_count;
    struct order_list *lists; /* by symbol */
    struct due *due;          /* scratch */
    int32_t due_count, due_cap;
    int64_t open_count;
};

/* feeds and marks are borrowed; sink is where executions go. */
void exchange_init(struct exchange *x, const struct settings *settings, const struct feed *feeds,
                   struct mark *marks, int32_t symbol_count, struct broker_sink sink);
void exchange_fini(struct exchange *x);

#endif
