/*
 * proc/watch_conf.h - with which params and data a strategy under watch runs.
 *
 * The first of: the run config that was named; the last run of that id that is done; run.yaml
 * beside its source; run.yaml of the project; demo bars, which are marked synthetic. A preset that
 * is in use replaces the params; when none is any more, those that it gave are defaults again.
 * What a changed schema no longer takes is reset, and said.
 */
#ifndef PROC_WATCH_CONF_H
#define PROC_WATCH_CONF_H

#include "proc/watch_unit.h"

/* What its runs are called in the list of runs. */
#define WATCH_RUN_NAME "watch"
#define WATCH_PRESET_RUN_NAME "watch preset" /* the params were those of a preset in use */

/* *ret is complete (run_conf_require) and named; destroy it. origin gets where it came from; notes
 * what was reset. */
int watch_conf_find(const struct watch_world *world, const struct watch_unit *unit,
                    const struct descriptor *desc, struct run_conf **ret, char origin[PATH_MAX],
                    struct str *notes, struct err *err) NODISCARD;

#endif
