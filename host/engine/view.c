#include "engine/view.h"

#include <string.h>

#include "base/decimal.h"
#include "base/mem.h"

void view_init(struct engine *e, struct strategy *s, int64_t history) {
    struct view *v = &s->view;
    size_t n = (size_t)s->feed_count;
    memset(v, 0, sizeof *v);
    v->history = history;
    v->feeds = mem_zalloc(n, sizeof *v->feeds);
    v->positions = mem_zalloc(n, sizeof *v->positions);
    for (size_t i = 0; i < n; i++) {
        const struct feed *feed = &e->feeds[s->feeds[i]];
        const struct instrument *symbol = &e->symbols[feed->symbol_id];
        v->feeds[i] = (struct qs_feed_view){.open = feed->bars.open,
                                            .high = feed->bars.high,
                                            .low = feed->bars.low,
                                            .close = feed->bars.close,
                                            .volume = feed->bars.volume,
                                            .open_time = feed->bars.open_time,
                                            .close_time = feed->bars.close_time,
                                            .now = -1,
                                            .timeframe = feed->timeframe,
                                            .symbol = feed->symbol,
                                            .tick = decimal_to_f64(symbol->tick),
                                            .lot = decimal_to_f64(symbol->lot),
                                            .multiplier = symbol->multiplier};
        v->positions[i] = &s->ledger.positions[feed->symbol_id].pub;
    }
    v->orders_cap = 64;
    v->orders = mem_zalloc(v->orders_cap, sizeof *v->orders);
    v->pub.feeds = v->feeds;
    v->pub.positions = v->positions;
    v->pub.account = &s->ledger.acct;
    v->pub.silo = &e->silos[s->silo].ledger->acct;
    v->pub.feed_count = (uint32_t)s->feed_count;
}

void view_fini(struct view *v) {
    mem_free(v->feeds);
    mem_free(v->positions);
    mem_free(v->orders);
    memset(v, 0, sizeof *v);
}

void view_refresh_orders(struct strategy *s) {
    struct view *v = &s->view;
    uint32_t count = (uint32_t)s->open_count;
    if (count > v->orders_cap) {
        v->orders_cap = count * 2;
        v->orders = mem_realloc_array(v->orders, v->orders_cap, sizeof *v->orders);
    }
    for (uint32_t i = 0; i < count; i++) {
        const struct order *o = s->open[i];
        v->orders[i] = (struct qs_order){.id = o->number,
                                         .feed = o->feed,
                                         .side = o->side,
                                         .type = o->type,
                                         .tif = o->tif,
                                         .flags = o->flags,
                                         .state = o->state,
                                         .quantity = o->unsized ? 0.0 : o->quantity,
                                         .filled = o->filled,
                                         .limit_price = o->limit_price,
                                         .stop_price = o->stop_price,
                                         .created = o->accepted};
        memcpy(v->orders[i].tag, o->tag, sizeof v->orders[i].tag);
    }
    v->pub.orders = v->orders;
    v->pub.order_count = count;
    v->orders_changed = false;
}
