/* A world for one strategy: feeds with bars, a ledger, events; and the strategy behind its port.
 * For tests of instance, loopback and wire_view. */
#ifndef STRATEGY_WORLD_H
#define STRATEGY_WORLD_H

#include <criterion/criterion.h>
#include <string.h>

#include <quasar/strategy.h>

#include "plugin/instance.h"

#define WORLD_FEEDS 3
#define WORLD_BARS 512
#define WORLD_EVENTS 16

struct world {
    double open[WORLD_FEEDS][WORLD_BARS], high[WORLD_FEEDS][WORLD_BARS];
    double low[WORLD_FEEDS][WORLD_BARS], close[WORLD_FEEDS][WORLD_BARS];
    double volume[WORLD_FEEDS][WORLD_BARS];
    int64_t open_time[WORLD_FEEDS][WORLD_BARS], close_time[WORLD_FEEDS][WORLD_BARS];
    struct qs_feed_view feeds[WORLD_FEEDS];
    struct qs_position position[WORLD_FEEDS];
    const struct qs_position *positions[WORLD_FEEDS];
    struct qs_account account, silo;
    struct qs_order orders[4];
    struct qs_view view;
    int32_t closed[WORLD_FEEDS], closed_count;
    struct strategy_event events[WORLD_EVENTS];
    uint32_t event_count;
    int64_t history;

    struct descriptor descriptor;
    struct settings settings;
    struct instance *instance;
    struct strategy_port *port;
    struct err err;
};

static inline void world_init(struct world *w, int32_t feeds, int64_t history) {
    memset(w, 0, sizeof *w);
    w->history = history;
    w->account = (struct qs_account){.initial = 1000.0,
                                     .cash = 1000.0,
                                     .equity = 1000.0,
                                     .buying_power = 1000.0,
                                     .leverage = 1.0,
                                     .peak = 1000.0};
    w->silo = w->account;
    for (int32_t f = 0; f < feeds; f++) {
        w->feeds[f] = (struct qs_feed_view){w->open[f],
                                            w->high[f],
                                            w->low[f],
                                            w->close[f],
                                            w->volume[f],
                                            w->open_time[f],
                                            w->close_time[f],
                                            -1,
                                            0,
                                            60,
                                            "SYMBOL",
                                            0.01,
                                            1.0,
                                            1.0};
        w->positions[f] = &w->position[f];
    }
    w->view = (struct qs_view){.feeds = w->feeds,
                               .positions = w->positions,
                               .account = &w->account,
                               .silo = &w->silo,
                               .orders = w->orders,
                               .feed_count = (uint32_t)feeds};
}

/* A strategy over it; the schema is checked as the loader does. params may be NULL. */
static inline void world_load(struct world *w, const struct qs_strategy *schema,
                              const void *params) {
    cr_assert_eq(descriptor_check(schema, &w->descriptor, &w->err), 0, "%s", w->err.text);
    w->instance =
        instance_create(&(struct instance_spec){.schema = schema,
                                                .descriptor = &w->descriptor,
                                                .params = params ? params : "",
                                                .settings = &w->settings,
                                                .feed_count = (int32_t)w->view.feed_count});
    w->port = instance_port(w->instance);
}

static inline int world_start(struct world *w) {
    struct strategy_needs needs = {0};
    return w->port->start(w->port->self, &w->view, &needs, &w->err);
}

/* The bar of a feed that closes in the coming instant. */
static inline void world_bar(struct world *w, int32_t feed, double close) {
    struct qs_feed_view *f = &w->feeds[feed];
    int64_t i = ++f->now;
    cr_assert_lt(i, WORLD_BARS);
    w->open[feed][i] = close - 0.5;
    w->high[feed][i] = close + 1.0;
    w->low[feed][i] = close - 1.0;
    w->close[feed][i] = close;
    w->volume[feed][i] = 100.0;
    w->open_time[feed][i] = (w->view.bars) * 60;
    w->close_time[feed][i] = (w->view.bars + 1) * 60;
    f->depth = f->now + 1 < w->history ? f->now + 1 : w->history;
    w->closed[w->closed_count++] = feed;
}

static inline void world_event(struct world *w, int32_t kind, int64_t order, int32_t reason) {
    cr_assert_lt(w->event_count, WORLD_EVENTS);
    struct strategy_event *event = &w->events[w->event_count++];
    memset(event, 0, sizeof *event);
    event->kind = kind;
    if (kind == EVENT_ORDER) {
        event->as.order.order = order;
        event->as.order.reason = reason;
    } else if (kind == EVENT_FILL) {
        event->as.fill.order = order;
    } else {
        event->as.trade.quantity = (double)order;
    }
}

static inline struct strategy_post world_post(struct world *w) {
    return (struct strategy_post){.view = &w->view,
                                  .closed = w->closed,
                                  .closed_count = w->closed_count,
                                  .event_count = w->event_count,
                                  .events = w->events};
}

/* Runs the instant; *ret (may be NULL) gets what came of it. */
static inline int world_step(struct world *w, const struct intent_batch **ret) {
    const struct intent_batch *batch;
    w->view.bars++;
    w->view.now = w->view.bars * 60;
    struct strategy_post post = world_post(w);
    int r = w->port->post(w->port->self, &post, &w->err);
    if (r == 0)
        r = w->port->collect(w->port->self, ret ? ret : &batch, &w->err);
    w->closed_count = 0;
    w->event_count = 0;
    return r;
}

/* One bar of feed 0 and its instant, which must go well. */
static inline const struct intent_batch *world_close(struct world *w, double close) {
    const struct intent_batch *batch = NULL;
    world_bar(w, 0, close);
    cr_assert_eq(world_step(w, &batch), 0, "%s", w->err.text);
    return batch;
}

static inline int world_stop(struct world *w, const struct intent_batch **ret) {
    struct strategy_post post = world_post(w);
    int r = w->port->stop(w->port->self, &post, &w->err);
    if (r == 0)
        r = w->port->collect(w->port->self, ret, &w->err);
    w->event_count = 0;
    return r;
}

static inline void world_fini(struct world *w) { instance_destroy(&w->instance); }

/* A text of the batch, terminated; one buffer. */
static inline const char *world_text(const struct intent_batch *batch, uint32_t at, uint32_t len) {
    static char text[INTENT_TEXT_MAX + 1];
    cr_assert_leq(len, INTENT_TEXT_MAX);
    memcpy(text, batch->text + at, len);
    text[len] = '\0';
    return text;
}

/* A schema with the frozen fields; the rest as given. */
#define WORLD_SCHEMA(...)                                                                          \
    {                                                                                              \
        .magic = QS_MAGIC, .struct_size = sizeof(struct qs_strategy), .abi_major = QS_ABI_MAJOR,   \
        .abi_minor = QS_ABI_MINOR, .input_size = sizeof(struct qs_input),                          \
        .variable_size = sizeof(struct qs_variable), .id = "x", .version = "1.0.0", __VA_ARGS__    \
    }

#endif
