/*
 * engine/oms.h - the order book-keeping: which orders there are, their states, and who is told.
 *
 * Every change of state goes through oms_set_state: it is journaled and becomes an event for the
 * strategy. An order that ended keeps its memory until oms_recycle at the end of the instant.
 */
#ifndef ENGINE_OMS_H
#define ENGINE_OMS_H

#include "engine/engine.h"

/* Orders and events for a start, so that a usual run allocates nothing while it is driven. */
void oms_reserve(struct engine *e);
/* A zeroed order with the next id. */
struct order *oms_new(struct engine *e);
/* Journal the order as asked for (after its prices and size are settled) and its NEW state. */
void oms_announce(struct engine *e, struct order *o);
/* Add it to its strategy's open orders; false when there are OPEN_ORDERS_MAX already. */
bool oms_open(struct engine *e, struct order *o);
/* The new state with its reason, at `time`; needed and available are the money compared, or 0. An
 * end state takes the order off its strategy's list and gives its memory back with oms_recycle. */
void oms_set_state(struct engine *e, struct order *o, int32_t state, int32_t reason, int64_t time,
                   double needed, double available);
/* The strategy's open order with that number; NULL when there is none. */
struct order *oms_find(struct strategy *s, int64_t number);
/* Tell the strategy that an intent became no order. */
void oms_refuse_intent(struct engine *e, struct strategy *s, const struct intent *in,
                       int32_t reason);
/* Whether the strategy wants to hear of such events. */
static inline bool oms_is_heard(const struct strategy *s, int32_t kind) {
    return (s->ignores & 1u << kind) == 0;
}
/* Append an event for the strategy's next post; only of a kind that is heard. */
struct strategy_event *oms_event(struct strategy *s, int32_t kind);
/* Memory of orders that ended may be used again. */
void oms_recycle(struct engine *e);

#endif
