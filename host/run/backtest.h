/*
 * run/backtest.h - one backtest in this process: loads the builds of a plan, plugs the ports
 * together, drives the engine to the end, hands the journal to a sink.
 *
 * Runs plugin code; runs that share a process share the plugins' statics. Called in a worker
 * (proc/job.h), or in the caller's own process with --inline.
 */
#ifndef RUN_BACKTEST_H
#define RUN_BACKTEST_H

#include "base/hash.h"
#include "engine/ports.h"
#include "plugin/progress.h"
#include "run/assemble.h"

/* How strategies are asked; law 1 says that nobody can tell. */
enum backtest_port { BACKTEST_DIRECT, BACKTEST_LOOPBACK };

struct plugin; /* plugin/loader.h */

/* Load the builds of a plan into this process, each once; they stay. *ret: one plugin for each
 * strategy, mem_free it. progress may be NULL. */
int backtest_load(const struct plan *plan, struct progress *progress, struct plugin **ret,
                  struct err *err);

struct backtest_spec {
    const struct plan *plan;
    const struct plugin *plugins;  /* from backtest_load */
    struct sink_port *sink;        /* gets the journal */
    struct journal_memory *memory; /* what it did not get yet; NULL: nobody is to find it */
    struct progress *progress;     /* may be NULL */
    enum backtest_port port;
    int64_t cut_after; /* play only so many instants; 0 = all (law 2) */
};

/* What is not in the journal. */
struct backtest_result {
    struct hash128 journal;
    int64_t instants, bars;
    uint64_t allocations; /* made while instants were driven */
    int64_t warm_up;      /* bars of a feed before the first callback: the most that one needs */
};

int backtest_run(const struct backtest_spec *spec, struct backtest_result *ret, struct err *err);

#endif
