/*
 * engine/strategy_port.h - how the engine asks a strategy: post(view, events), then
 * collect(intents).
 *
 * Two calls and not one, so that many remote strategies can think at once. Direct
 * (plugin/instance.c) runs the callbacks inside post; loopback (plugin/loopback.c) serialises all
 * that crosses; remote comes with the workers. Law 1: nobody can tell them apart.
 *
 * A fault of the plugin is an error of the port: the text says what happened, and the engine ends
 * the run or drops the strategy. A business refusal is never an error.
 */
#ifndef ENGINE_STRATEGY_PORT_H
#define ENGINE_STRATEGY_PORT_H

#include <quasar/types.h>

#include "base/err.h"
#include "engine/intent.h"

enum strategy_event_kind { EVENT_ORDER = 1, EVENT_FILL = 2, EVENT_TRADE = 3 };

/* What a strategy is told before its on_bar. */
struct strategy_event {
    int32_t kind;
    int32_t reserved;
    union {
        struct qs_order_event order; /* reason_name is filled in by the receiver */
        struct qs_fill fill;
        struct qs_trade trade;
    } as;
};

/* One instant as posted. All pointers are valid until collect returns. */
struct strategy_post {
    const struct qs_view *view;
    const int32_t *closed; /* the strategy's feeds whose bar closed, in feed id order */
    int32_t closed_count;
    uint32_t event_count;
    const struct strategy_event *events;
};

/* What the engine must know before the first instant; filled by start. */
struct strategy_needs {
    int64_t history;  /* bars readable back, of each feed */
    uint32_t ignores; /* bits 1 << EVENT_*: kinds of events that it has no callback for */
};

/* An indicator that was made in on_init: its first line, how many it has, and what was asked. */
struct strategy_indicator {
    int32_t line, lines;
    int32_t source, kind, n[3];
    double k;
};

struct strategy_port {
    void *self;
    /* on_init, with the view of a world without bars; *ret says what it needs. */
    int (*start)(void *self, const struct qs_view *view, struct strategy_needs *ret,
                 struct err *err);
    int (*post)(void *self, const struct strategy_post *post, struct err *err);
    /* The intents since the last collect; borrowed until the next call. */
    int (*collect)(void *self, const struct intent_batch **ret, struct err *err);
    /* on_stop, with the last view; then its last words by collect (orders in them are refused). */
    int (*stop)(void *self, const struct strategy_post *post, struct err *err);
    /* A declared variable's value by place; 0 when there is no such place. */
    int (*variable)(void *self, int32_t place, const char **ret_name, double *ret_value);
    /* After start: the indicator whose first line is `line`; 0 when there is none. */
    int (*indicator)(void *self, int32_t line, struct strategy_indicator *ret);
};

#endif
