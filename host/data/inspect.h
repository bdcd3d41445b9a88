/*
 * data/inspect.h - what can be said of a series of bars before anybody trades it: how long, how
 * many holes, how many bars without trades or movement. What is wrong was refused before (csv.h):
 * this is about what is odd.
 */
#ifndef DATA_INSPECT_H
#define DATA_INSPECT_H

#include <stdint.h>

#include "data/series.h"

#define INSPECT_SHOWN 5

/* A step between two bars that is longer than the timeframe. */
struct inspect_gap {
    int64_t line; /* of the bar after it */
    int64_t from; /* close of the bar before */
    int64_t to;   /* open of the bar after */
};

/* Bars of one kind: how many, and where the first ones stand. */
struct inspect_count {
    int64_t count;
    int64_t lines[INSPECT_SHOWN];
};

struct inspection {
    int64_t rows;
    int64_t first_open, last_close;
    int64_t step_longest;                   /* between two opens; 0 for one bar */
    int64_t gap_count;                      /* days may be an hour apart (local midnights) */
    struct inspect_gap longest;             /* of the gaps; zeros when there are none */
    struct inspect_gap gaps[INSPECT_SHOWN]; /* the first ones */
    struct inspect_count zero_volumes;
    struct inspect_count flats; /* open = high = low = close */
    struct inspect_count
        jumps; /* the open is half or less, or twice or more, of the close before */
    double low_least, high_most;
};

struct inspection inspect_series(const struct series *series);

#endif
