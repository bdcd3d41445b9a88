/*
 * engine/broker_port.h - where orders go: sim/exchange at rest, venue/broker_* live.
 *
 *   engine --submit, cancel--> venue
 *   venue  --execute, end----> engine   (through struct broker_sink, while meet runs)
 *
 * The venue decides when and at what raw price an order may fill; the engine decides what the
 * ledger can carry, books it and sets the order's state.
 */
#ifndef ENGINE_BROKER_PORT_H
#define ENGINE_BROKER_PORT_H

#include "core/order.h"
#include "engine/ports.h"

struct broker_sink {
    void *self;
    /* A chance to fill. Afterwards order->state says what became of it; an order that is no longer
     * open leaves the venue's lists. */
    void (*execute)(void *self, const struct execution *x);
    /* The venue ends an order: EXPIRED or CANCELED with a reason. */
    void (*end)(void *self, struct order *order, int32_t state, int32_t reason, int64_t time);
};

struct broker_port {
    void *self;
    /* An accepted order; borrowed until it is no longer open. */
    void (*submit)(void *self, struct order *order);
    /* Take an open order off the venue; the caller sets its state. */
    void (*cancel)(void *self, struct order *order);
    /* Step 1 of an instant: due orders meet the bars that closed. */
    void (*meet)(void *self, const struct instant *now);
    /* Step 5: with close_to_close, market orders accepted in this instant fill at the close. */
    void (*meet_close)(void *self, const struct instant *now);
    /* Orders that the venue still works, in id order: calls each for every one. */
    void (*each_open)(void *self, void (*each)(void *user, struct order *order), void *user);
};

#endif
