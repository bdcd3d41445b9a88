/*
 * engine/view.h - what one strategy sees, kept up to date by the driver: columns that grow by one,
 * the ledger, the open orders.
 */
#ifndef ENGINE_VIEW_H
#define ENGINE_VIEW_H

#include "engine/engine.h"

/* Make the view of a strategy whose feeds, ledger and local map are set; history in bars >= 1. */
void view_init(struct engine *e, struct strategy *s, int64_t history);
void view_fini(struct view *v);

/* A bar of the strategy's feed number `local` became visible. */
static inline void view_advance(struct view *v, int32_t local) {
    struct qs_feed_view *f = &v->feeds[local];
    f->now++;
    f->depth = f->now + 1 < v->history ? f->now + 1 : v->history;
}

/* Renew the copies of the open orders; only needed when orders_changed. */
void view_refresh_orders(struct strategy *s);

#endif
