/*
 * proc/watch_conf.h - with which params and data a strategy under watch runs.
 *
 * The first of: the run config that was named; the last run of that id that is done; the last run
 * of the id that the unit had before; run.yaml beside its source; run.yaml of the project; demo
 * bars, which are marked synthetic. The runs that watch made itself count after those of the user,
 * and those in which something was reset last of all: an input renamed and named back has its value
 * again. A preset that is in use replaces the params; when none is any more, those that it gave are
 * defaults again.
 * What a changed schema no longer takes of a run or a preset is reset, and said; what a run config
 * says is never changed: it is wrong, at its line, when the run is prepared.
 */
#ifndef PROC_WATCH_CONF_H
#define PROC_WATCH_CONF_H

#include "proc/watch_unit.h"

/* What its runs are called in the list of runs. */
#define WATCH_RUN_NAME "watch"
#define WATCH_PRESET_RUN_NAME "watch preset" /* the params were those of a preset in use */
#define WATCH_RESET_RUN_NAME "watch reset"   /* some params were reset */

/* Whether a run's name (NULL: none) is one of these. */
bool watch_conf_is_own(const char *name);
/* The run that counts as the strategy's last one. 1, 0 when there is none. */
int watch_conf_last_run(struct db *db, const char *id, int64_t *ret_run, struct err *err) NODISCARD;
/* Whether a run now would have another config than the unit's good result: a preset or a run came,
 * or went. False where nobody can say. */
bool watch_conf_has_news(const struct watch_world *world, const struct watch_unit *unit);

/* *ret is complete (run_conf_require) and named; destroy it. origin gets where it came from; notes
 * what was reset. */
int watch_conf_find(const struct watch_world *world, const struct watch_unit *unit,
                    const struct descriptor *desc, struct run_conf **ret, char origin[PATH_MAX],
                    struct str *notes, struct err *err) NODISCARD;

#endif
