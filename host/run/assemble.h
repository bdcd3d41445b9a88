/*
 * run/assemble.h - the only place that knows all the parts: from a config to a plan of one run, and
 * from a plan to an engine with everything plugged in.
 *
 *   run_conf --plan_create--> plan: data opened, ids given, params resolved   (no plugin code runs)
 *   plan ----backtest_run---> builds loaded, engine driven                     (run/backtest.h)
 *
 * A plan is made in the parent and inherited by the worker that runs it. Ids are places in sorted
 * lists (feeds by timeframe and symbol, symbols and strategies by name), never places in the
 * config.
 */
#ifndef RUN_ASSEMBLE_H
#define RUN_ASSEMBLE_H

#include "base/hash.h"
#include "conf/params.h"
#include "conf/run_conf.h"
#include "core/feed.h"
#include "data/series.h"
#include "plugin/cache.h"
#include "plugin/descriptor.h"

struct engine;  /* engine/engine.h */
struct journal; /* engine/journal.h */

/* Finds a strategy's build: the registry and a probe in practice. */
struct plan_finder {
    int (*find)(void *self, const char *strategy, struct descriptor *ret_descriptor,
                struct build *ret_build, struct err *err);
    void *self;
};

struct plan_strategy {
    const struct strategy_conf *conf;
    struct descriptor descriptor;
    struct build build;
    void *params;             /* resolved block, roles included */
    struct param_text *texts; /* of each input that is no symbol */
    size_t text_count;
    int32_t *feeds; /* bound, by the strategy's number */
    int32_t feed_count;
    int32_t silo;
    double budget; /* money */
};

struct plan_silo {
    char name[32];
    double initial_cash;
};

struct plan {
    const struct run_conf *conf; /* borrowed */
    struct settings settings;
    struct series **series; /* by feed id */
    struct feed *feeds;
    struct instrument *symbols;
    struct plan_strategy *strategies;
    struct plan_silo *silos;
    int32_t feed_count, symbol_count, strategy_count, silo_count;
};

/* Opens the data, finds the builds, resolves params, binds feeds. conf is complete
 * (run_conf_require) and outlives the plan. */
int plan_create(const struct run_conf *conf, struct plan_finder finder, struct plan **ret,
                struct err *err);
/* Frees and clears the caller's pointer; NULL is fine. */
void plan_destroy(struct plan **plan);

/* The journal's header: settings, symbols, feeds, silos, strategies, params, bindings. */
void plan_write_header(const struct plan *plan, struct journal *journal);
/* Hash of what was asked for: the header's bytes. */
struct hash128 plan_config_hash(const struct plan *plan);
/* Hash of all bars, feed by feed. */
struct hash128 plan_bars_hash(const struct plan *plan);
/* Hash of all builds, strategy by strategy. */
struct hash128 plan_code_hash(const struct plan *plan);

#endif
