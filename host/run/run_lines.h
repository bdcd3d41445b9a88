/*
 * run/run_lines.h - the indicators of a recorded run at one instant, computed again from the bars
 * by the same code that computed them for the strategy (plugin/lines.h).
 *
 * A journal says which indicators a strategy made; their values are not recorded, since they follow
 * from the bars. Costs a pass over the bars up to the instant.
 */
#ifndef RUN_RUN_LINES_H
#define RUN_RUN_LINES_H

#include "base/str.h"
#include "core/feed.h"
#include "report/collector.h"

#define RUN_LINES_MAX 64 /* lines that are told */

/* Appends "ema(close, 12)\t1412.25\n" for each line of a strategy; "-" before it is defined. feeds:
 * the run's, by id; one without bars has no values. A record that cannot be is left out: what is
 * told is a service, not a proof. seed: enum ema_seed of the run. */
void run_lines_text(const struct collector *c, int64_t strategy, const struct feed *feeds,
                    int32_t feed_count, int32_t seed, int64_t time, struct str *values);

#endif
