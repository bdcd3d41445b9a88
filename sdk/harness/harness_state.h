/*
 * The inside of a struct qs_test, for the files of this folder.
 *
 *   harness.c         life, errors, start and stop
 *   harness_setup.c   inputs, feeds, settings
 *   harness_bars.c    bars -> instants -> the strategy's port
 *   harness_orders.c  its intents -> open orders -> fills and ends -> events
 *   harness_show.c    what a test reads
 *
 * The view that the strategy sees is built here; everything behind its port is the host's
 * (plugin/instance.h), and so are ledgers and sizes.
 */
#ifndef SDK_HARNESS_STATE_H
#define SDK_HARNESS_STATE_H

#include <quasar/harness.h>

#include "base/err.h"
#include "core/feed.h"
#include "core/ledger.h"
#include "core/settings.h"
#include "plugin/descriptor.h"
#include "plugin/instance.h"

struct test_feed {
    char symbol[SYMBOL_MAX];
    int64_t timeframe;
    int32_t symbol_id;
    bool is_execution; /* the shortest of its symbol: it makes the mark */
    struct test_columns {
        double *open, *high, *low, *close, *volume;
        int64_t *open_time, *close_time;
    } columns;               /* ours */
    struct bar_columns bars; /* the same, to be read; the pointers change when they grow */
    int64_t cap;
    struct qs_bar put; /* of the coming instant */
    bool has_put;
};

struct qs_test {
    const struct qs_strategy *schema;
    struct descriptor *descriptor;
    struct settings settings;
    unsigned char *params;
    struct instance *instance;         /* NULL before start */
    bool broken, stopped, in_business; /* in_business: on_start has run */
    struct err err;                    /* text "" while nothing was refused */

    struct test_feed *feeds;
    int32_t feed_count, feed_cap;
    int32_t *call_order; /* feeds by (timeframe, symbol), as the host calls them */
    int32_t *closed;
    struct instrument *symbols;
    struct mark *marks;
    int32_t symbol_count, symbol_cap;

    struct qs_view view;
    struct qs_feed_view *views;
    const struct qs_position **positions;
    struct ledger ledger;
    int64_t number; /* of the instant, from 1 */
    int64_t history;

    struct qs_order *orders; /* open, oldest first */
    uint32_t order_count, order_cap;
    struct strategy_event *events; /* to be told with the next instant */
    uint32_t event_count, event_cap;

    struct qs_seen_intent *intents;
    uint32_t intent_count, intent_cap;
    struct qs_seen_annotation *annotations;
    uint32_t annotation_count, annotation_cap;
    char *text; /* behind the annotations */
};

/* Keeps the sentence; returns -1. */
int test_refuse(struct qs_test *t, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* The strategy is at fault (t->err is set): nothing works from here on. Returns -1. */
int test_break(struct qs_test *t);
/* 0 when the test may still be set up; else refuses `what`. */
int test_before_start(struct qs_test *t, const char *what);
/* Starts it where that was not done; -1 when it is broken or stopped. */
int test_running(struct qs_test *t);

/* harness_setup.c: bind feeds to roles and symbols, once. */
int test_bind_feeds(struct qs_test *t);
/* harness_bars.c */
void test_make_view(struct qs_test *t);
/* harness_orders.c: the intents of a batch become orders, or get their reason. */
void test_accept(struct qs_test *t, const struct intent_batch *batch);
/* Equity and the rest of the account at the newest closes, between two instants. */
void test_renew_money(struct qs_test *t);
/* Takes the batch that the port holds; -1 when the port fails. */
int test_collect(struct qs_test *t);

#endif
