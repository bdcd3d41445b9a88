/*
 * run/run_sight.h - what a recorded run saw at one instant: its per-bar records from the database,
 * the position from the collector, the bar and its indicators from the data.
 */
#ifndef RUN_RUN_SIGHT_H
#define RUN_RUN_SIGHT_H

#include "conf/run_conf.h"
#include "core/feed.h"
#include "data/series.h"
#include "report/sight.h"
#include "run/stored_run.h"

/* The data of a run, by feed id. */
struct sight_data {
    struct feed *feeds;
    struct series **series; /* behind them; NULL where the data is gone */
    int32_t count;
};

/* Opens what a recorded config names and matches it with the run's feeds. Data that is gone is no
 * error: such a feed has no bars. */
void sight_data_open(const struct run_conf *conf, const struct names *names,
                     struct sight_data *ret);
void sight_data_close(struct sight_data *data);

/* ret must be zeroed or finished before. c: the run's, whole; strategy: its instance id. feeds: by
 * id; their first bar that closes there is told, and the indicators as of then. */
/* source: the run's records when they are at hand; NULL: from the database. */
int run_sight_read(struct record_source *source, struct db *db, int64_t run,
                   const struct collector *c, int64_t strategy, const struct feed *feeds,
                   int32_t feed_count, int64_t time, struct compare_sight *ret,
                   struct err *err) NODISCARD;

#endif
