/*
 * cmd/watch_old_runs.h - the tries of an afternoon must not fill the disk.
 */
#ifndef CMD_WATCH_OLD_RUNS_H
#define CMD_WATCH_OLD_RUNS_H

#include "cmd/watch_folders.h"

#define WATCH_RUNS_KEPT 20 /* of a strategy's runs that `watch` has made */

/* Deletes the older ones of that unit, but those whose result a unit shows, and the one from which
 * the next try takes params and data. Trouble with it is no trouble: the next try tries again. */
void watch_old_runs_forget(struct db *db, const struct watch_units *units,
                           const struct watch_unit *unit);

#endif
