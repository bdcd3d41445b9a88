/*
 * store/run_feeds.h - the data of a recorded run, as it was when the run began.
 */
#ifndef STORE_RUN_FEEDS_H
#define STORE_RUN_FEEDS_H

#include <stdint.h>

#include "base/err.h"
#include "store/db.h"

/* How many feeds, and the bars of all of them together; 0 and 0 of a run that has none. */
int run_feeds_count(struct db *db, int64_t run, int64_t *ret_feeds, int64_t *ret_bars,
                    struct err *err) NODISCARD;

#endif
