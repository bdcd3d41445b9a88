/*
 * run/param_defaults.h - the defaults of the strategies' inputs, for a report that tells what was
 * given from what was not (struct run_facts). Not for resolving params: conf/params.h.
 */
#ifndef RUN_PARAM_DEFAULTS_H
#define RUN_PARAM_DEFAULTS_H

#include "report/report.h"
#include "run/assemble.h"

struct param_defaults {
    struct param_default *items; /* borrow the plan's names and `texts` */
    size_t count;
    struct param_text **texts; /* one array a strategy of the plan */
    int32_t strategy_count;
};

/* Leaves out a strategy whose defaults its own schema refuses. The plan outlives *ret. */
void param_defaults_init(struct param_defaults *ret, const struct plan *plan);
/* Accepts a zeroed one. */
void param_defaults_fini(struct param_defaults *defaults);

#endif
