/*
 * data/csv_bars.h - the rows of a bar file as columns in memory: what csv_read fills and synth
 * invents.
 *
 * Only the stamps and values; what a stamp means, and whose bars these are, is series.h.
 */
#ifndef DATA_CSV_BARS_H
#define DATA_CSV_BARS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/hash.h"

/* Columns of `count` rows, owned; row i stands in line i + 2 of the file. A zeroed one is empty. */
struct csv_bars {
    int64_t count;
    int64_t *time; /* ns UTC, strictly ascending */
    double *open, *high, *low, *close, *volume;
    int64_t capacity;    /* rows that there is room for */
    void *block;         /* the memory of all columns */
    bool synthetic;      /* a column of that name has a 1 */
    struct hash128 hash; /* of the file's bytes */
};

/* Room for `capacity` rows in all; the rows that are there stay. */
void csv_bars_reserve(struct csv_bars *bars, int64_t capacity);

/* Accepts zeroed or finished bars. */
void csv_bars_fini(struct csv_bars *bars);

/* The line of the file that row `index` was read from. */
static inline int64_t csv_line_of(int64_t index) { return index + 2; }

#endif
