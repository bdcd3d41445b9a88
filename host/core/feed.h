/*
 * core/feed.h - what a feed and an instrument are: one symbol at one timeframe, its columns, and
 * the constants of the symbol. Values only; data/ makes the columns, engine/ walks them.
 *
 * Ids are places in arrays sorted by content: feeds by (timeframe, symbol), symbols by name. So
 * nothing depends on the order of a config file.
 */
#ifndef CORE_FEED_H
#define CORE_FEED_H

#include <stdbool.h>
#include <stdint.h>

#include "base/decimal.h"

#define SYMBOL_MAX 32

/* The constants of one symbol. */
struct instrument {
    char symbol[SYMBOL_MAX];
    struct decimal tick; /* price step; zero = none */
    struct decimal lot;  /* size step; zero = none */
    double multiplier;   /* money per price unit and unit of quantity; 1 for shares */
};

/* Bars as columns of `count` entries, oldest first. Times strictly ascend, close_time[i] >
 * open_time[i], close_time[i] <= open_time[i + 1] does not have to hold. Prices are finite, > 0
 * (>= 0), low <= open, close <= high. Borrowed: the owner outlives all users. */
struct bar_columns {
    const int64_t *open_time, *close_time;
    const double *open, *high, *low, *close, *volume;
    int64_t count;
};

/* One feed. */
struct feed {
    char symbol[SYMBOL_MAX];
    char timeframe_name[16]; /* "1d" */
    int64_t timeframe;       /* ns */
    int32_t symbol_id;       /* place in the sorted symbols */
    bool is_execution;       /* the shortest feed of its symbol: orders meet its bars */
    struct bar_columns bars;
};

#endif
