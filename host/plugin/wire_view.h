/*
 * plugin/wire_view.h - everything that crosses the strategy port, as bytes: the view and its events
 * one way, the intents the other.
 *
 *   engine's view --wire_put_post--> bytes --wire_take_post--> shadow view (own columns)
 *
 * Both ends are the same build on the same machine (a supervisor and its worker), so plain structs
 * are copied; pointers never cross. Only what changes is sent: the bars that closed, the ledgers,
 * the positions, the open orders, the events. The receiver checks every length and number: a
 * worker's bytes are hostile.
 */
#ifndef PLUGIN_WIRE_VIEW_H
#define PLUGIN_WIRE_VIEW_H

#include "base/err.h"
#include "base/str.h"
#include "engine/strategy_port.h"

/* The receiver's copy of a strategy's world. */
struct shadow {
    struct qs_view view;
    struct qs_feed_view *feeds;
    struct shadow_columns {
        double *open, *high, *low, *close, *volume;
        int64_t *open_time, *close_time;
        int64_t cap;
    } * columns;
    struct qs_position *positions;
    const struct qs_position **position_at;
    struct qs_account account, silo;
    struct qs_order *orders;
    struct strategy_event *events;
    int32_t *closed;
    uint32_t orders_cap, events_cap;
    int64_t history;
};

/* The constants of each feed (symbol, timeframe, steps) from the first view. */
void shadow_init(struct shadow *s, const struct qs_view *view);
void shadow_fini(struct shadow *s);

/* Append one post to bytes. */
void wire_put_post(struct str *bytes, const struct strategy_post *post);
/* Read it into the shadow; *ret then points into the shadow, until the next call. */
int wire_take_post(struct shadow *s, const char *bytes, size_t len, struct strategy_post *ret,
                   struct err *err);

/* Intents the other way. */
void wire_put_intents(struct str *bytes, const struct intent_batch *batch);
/* *ret points into bytes and into *items, which is grown as needed (mem_free it). */
int wire_take_intents(const char *bytes, size_t len, struct intent **items, uint32_t *items_cap,
                      struct intent_batch *ret, struct err *err);

#endif
