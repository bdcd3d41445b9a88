/*
 * plugin/lines.h - the indicators of one strategy instance: made in on_init, pushed once for each
 * bar of their feed, read through struct qs_line_view.
 *
 * Values lie in rings that hold the history a strategy may read. An indicator on another's line is
 * pushed after it, for they are pushed in the order of their making. Same request, same line.
 */
#ifndef PLUGIN_LINES_H
#define PLUGIN_LINES_H

#include <stdbool.h>

#include <quasar/abi.h>

#include "base/err.h"
#include "ta/ta.h"

struct indicator {
    ta_push_fn push;
    void *state;
    int32_t column; /* QS_OPEN - source .. for columns; -1 = a line */
    int32_t first_line, out_count;
    int32_t feed;
    int32_t source;   /* as asked for: encoded column or line */
    int64_t lookback; /* bars of the feed before its slowest output is defined */
    struct ta_spec spec;
};

struct lines {
    struct qs_line_view views[QS_LINES_MAX];
    int32_t feed_of[QS_LINES_MAX];
    int64_t lookback_of[QS_LINES_MAX];
    int32_t count;
    struct indicator *items; /* after lines_settle: by feed, else as made */
    int32_t item_count, item_cap;
    int32_t *feed_first; /* items of feed f are feed_first[f] .. feed_first[f + 1] - 1 */
    int64_t limit;       /* how far back lines may be read */
    int32_t seed;
    bool settled;
};

/* limit in bars >= 1; seed of EMAs (enum ema_seed). */
void lines_init(struct lines *l, int64_t limit, int32_t seed);
void lines_fini(struct lines *l);
/* The first line of an indicator; negative with a sentence when it can't be had. */
int32_t lines_add(struct lines *l, const struct qs_indicator_req *req, int32_t feed_count,
                  struct err *err);
/* No more indicators: sort them by feed. */
void lines_settle(struct lines *l, int32_t feed_count);
/* Bars of a feed before all its lines are defined (0 = none needed). */
int64_t lines_lookback(const struct lines *l, int32_t feed);
/* A bar of `feed` closed: push it through the feed's indicators. */
void lines_push(struct lines *l, const struct qs_feed_view *feed, int32_t number);

#endif
