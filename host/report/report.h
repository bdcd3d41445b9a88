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
    int64_t warmup_bars; /* needed before the first callback; 0: unknown */
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
/* Whether this choice promises more than a market would give. */
bool report_is_optimistic(const char *key, const char *value);
/* The records BARS of a feed, or NULL. */
const struct collected_bars *report_bars(const struct report *report, int64_t feed);

#endif
