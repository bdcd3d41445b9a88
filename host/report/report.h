/*
 * report/report.h - a finished run, ready to be printed: the collected records, what only the one
 * who started it knows, and the metrics.
 *
 * Not for making either text: report/text.h and report/result_json.h do that from the same struct.
 * Everything is borrowed; there is nothing to free.
 */
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "report/collector.h"
#include "report/metrics.h"

/* The build that ran as a strategy. */
struct run_build {
    const char *strategy; /* the instance's name in the run */
    const char *path;     /* may be NULL */
    const char *sha256;   /* 64 hex digits; may be NULL */
};

struct run_timing {
    const char *name; /* "engine", "total" ... */
    double seconds;
};

struct setting_default {
    const char *key, *value; /* canonical texts, as in SETTING records */
};

/* The default of a strategy's input. */
struct param_default {
    const char *strategy; /* the instance's name in the run */
    const char *name, *value;
};

/* A param that the user gave. */
struct param_given {
    const char *strategy, *name; /* the instance's name in the run */
};

/* What is not in the journal. Every pointer may be NULL: then nothing is said about it. */
struct run_facts {
    int64_t number;   /* 0: the run was not kept */
    const char *path; /* where it is recorded: a journal file, a database */
    const char *host_version;
    const char *risk; /* name of the risk policy, "none" */
    const char *bars_hash, *config_hash, *code_hash, *journal_hash; /* hex */
    const char *interruption; /* why the journal ends before the run did; NULL: it is whole */
    const struct run_build *builds;
    size_t build_count;
    const struct run_timing *timings;
    size_t timing_count;
    const struct setting_default *defaults; /* of all settings */
    size_t default_count;
    const struct param_default *param_defaults; /* of all inputs that are no symbols */
    size_t param_default_count;
    int64_t warmup_bars;             /* needed before the first callback; 0: unknown */
    const struct param_given *given; /* where the defaults are not known; only with has_given */
    size_t given_count;
    bool has_given;
    int64_t started;   /* when it was, ns UTC; 0: unknown */
    int64_t data_bars; /* bars of the data, of a run with one feed; 0: unknown */
    bool is_sparse;    /* not every bar was recorded */
};

struct report {
    struct collector *collector;
    const struct run_facts *facts;
    struct metrics metrics;
};

/* Computes the metrics; the rules come from the journal's own settings. ERR_FORMAT when those
 * cannot be read. */
int report_make(struct collector *collector, const struct run_facts *facts, struct report *ret,
                struct err *err) NODISCARD;

/* The build of an instance, or NULL. */
const struct run_build *report_build(const struct report *report, const char *strategy);
/* The default of a setting, or NULL when nobody told. */
const char *report_default(const struct report *report, const char *key);
/* The default of a strategy's input, or NULL when nobody told. */
const char *report_param_default(const struct report *report, const char *strategy,
                                 const char *name);
/* Whether the param is among the given ones; only with facts->has_given. */
bool report_param_is_given(const struct report *report, const char *strategy, const char *name);
/* Whether this choice promises more than a market would give. */
bool report_is_optimistic(const char *key, const char *value);
/* Whether a symbol's bars ended before the run did, by more than 3 of them; the last one's close.
 * False while nobody counted bars. */
bool report_is_stale(const struct report *report, int64_t symbol, int64_t *ret_last);
/* The records BARS of a feed, or NULL. */
const struct collected_bars *report_bars(const struct report *report, int64_t feed);

#endif
