/*
 * engine/engine.h - the state of one run, shared by the files of this folder and by nobody else but
 * run/assemble.c, which fills it in.
 *
 *   driver.c   one instant at a time          view.c    what a strategy sees
 *   accept.c   intents -> orders              sizing.c  "10 % of equity" -> units
 *   execute.c  venue's chances -> fills       risk.c    the money tests
 *   oms.c      orders, their states, events   variables.c  declared variables -> journal
 *
 * Invariant between instants: each silo's account is the sum of its strategies' ledgers.
 */
#ifndef ENGINE_ENGINE_H
#define ENGINE_ENGINE_H

#include "core/feed.h"
#include "core/ledger.h"
#include "core/reason.h"
#include "core/settings.h"
#include "engine/broker_port.h"
#include "engine/journal.h"
#include "engine/ports.h"
#include "engine/strategy_port.h"

#define NAME_MAX_LEN 64
#define OPEN_ORDERS_MAX 4096 /* of one strategy */

/* A silo: one broker account. With one strategy in it the account is that strategy's ledger. */
struct silo {
    char name[32];
    double initial;
    double unassigned; /* of initial: given to no strategy */
    int32_t strategy_count;
    struct ledger own;     /* used when strategy_count != 1 */
    struct ledger *ledger; /* own, or the only strategy's */
};

/* What a strategy sees; owned by the engine, frozen while the strategy thinks. */
struct view {
    struct qs_view pub;
    struct qs_feed_view *feeds;
    const struct qs_position **positions;
    struct qs_order *orders;
    uint32_t orders_cap;
    bool orders_changed;
    int64_t history;
};

/* What accepted orders of this instant would leave of a ledger; see risk.c. */
struct projection {
    int64_t instant; /* for which instant it holds */
    double cash, equity, gross;
    double *units;  /* by symbol */
    int64_t *stamp; /* instant in which units[symbol] was set */
};

/* A declared variable as it was last recorded. */
struct shown_variable {
    bool is_recorded;
    double value;
    int64_t time;
};

struct strategy {
    char name[NAME_MAX_LEN];
    int32_t id, silo;
    double budget;
    struct strategy_port *port;
    const int32_t *feeds; /* bound feeds by the strategy's number */
    int32_t feed_count;
    int32_t *local;  /* by feed id: the strategy's number, -1 = not bound */
    int32_t *closed; /* scratch: feeds closed in this instant */
    int32_t started;
    int32_t variable_count; /* declared */
    struct shown_variable *variables;
    bool posted;     /* in this instant */
    int64_t history; /* bars readable back, declared */
    struct ledger ledger;
    struct view view;
    struct projection projection;
    struct order **open; /* by id */
    int32_t open_count;
    struct strategy_post post; /* what it gets next; its events are ours */
    uint32_t event_cap;
    uint32_t ignores; /* see struct strategy_needs */
};

struct counts {
    int64_t instants, bars, orders, fills, trades, rejected;
};

struct engine {
    const struct settings *settings;
    const struct feed *feeds; /* sorted by (timeframe, symbol) */
    int32_t feed_count;
    int64_t *newest;                  /* by feed: newest visible bar, -1 = none */
    const struct instrument *symbols; /* sorted by name */
    int32_t symbol_count;
    struct mark *marks;          /* by symbol */
    struct strategy *strategies; /* sorted by name */
    struct strategy *strategies_end;
    int32_t strategy_count;
    struct silo *silos;
    int32_t silo_count;
    struct feed_port *source;
    struct broker_port *broker;
    struct journal *journal;

    int64_t time;               /* this instant */
    int64_t number;             /* of this instant, from 1; 0 before the first */
    bool booked;                /* something was filled since the last marking */
    bool closing_market_orders; /* market orders wait for step 5 */
    bool has_shared_silo;       /* some silo has not exactly one strategy */
    int64_t open_orders;
    int64_t next_order, next_fill, next_trade;
    struct order *free_orders;  /* to be used again */
    struct order *ended_orders; /* ended in this instant */
    struct order *order_chunks; /* all memory of orders */
    struct counts counts;
};

static inline struct silo *silo_of(struct engine *e, const struct strategy *s) {
    return &e->silos[s->silo];
}

/* Allocate what the counts, feeds, symbols, strategies and silos that the caller has set need.
 * Borrowed pointers stay the caller's. */
void engine_init(struct engine *e);
void engine_fini(struct engine *e);

#endif
