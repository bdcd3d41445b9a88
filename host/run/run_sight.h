/*
 * run/run_sight.h - what a recorded run saw at one instant: its records from the database, the bar
 * from the data.
 */
#ifndef RUN_RUN_SIGHT_H
#define RUN_RUN_SIGHT_H

#include "conf/run_conf.h"
#include "report/sight.h"
#include "store/db.h"

/* ret must be zeroed or finished before. strategy: instance id; -1 leaves it empty. The bar is left
 * out when the data is gone or closes none there. */
int run_sight_read(struct db *db, int64_t run, const struct run_conf *conf, int64_t strategy,
                   int64_t time, struct compare_sight *ret, struct err *err) NODISCARD;

#endif
