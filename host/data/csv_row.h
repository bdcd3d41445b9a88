/*
 * data/csv_row.h - one row of a bar file, read with all care: any quoting, and for everything that
 * is wrong its sentence "path:line: column: value: why (what to do)".
 *
 * csv.c reads ordinary rows in place and hands over here what it does not like; both must accept
 * the same rows with the same values (tested). Private to the csv files.
 */
#ifndef DATA_CSV_ROW_H
#define DATA_CSV_ROW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "data/csv_layout.h"
#include "data/stamp.h"

struct csv_row {
    int64_t time;
    double value[CSV_SYNTHETIC + 1]; /* by enum csv_column; [CSV_TIME] is unused */
};

/* Where a row stands. */
struct csv_place {
    const char *path;
    int64_t line;          /* 1 is the header */
    int64_t previous_time; /* INT64_MIN before the first row */
};

/* The bar is one: prices finite and above zero, low <= open, close <= high, volume finite and not
 * below zero, synthetic 0 or 1. */
static inline bool csv_row_is_bar(const struct csv_row *row) {
    const double *v = row->value;
    double low = v[CSV_LOW], high = v[CSV_HIGH], volume = v[CSV_VOLUME];
    /* Written so that a NaN fails; high <= DBL_MAX bounds the three others. */
    return low > 0 && low <= v[CSV_OPEN] && low <= v[CSV_CLOSE] && v[CSV_OPEN] <= high &&
           v[CSV_CLOSE] <= high && high <= 1.7976931348623157e308 && volume >= 0 &&
           volume <= 1.7976931348623157e308 && (v[CSV_SYNTHETIC] == 0 || v[CSV_SYNTHETIC] == 1);
}

/* Reads and checks the row begin..end (without its newline). */
int csv_row_read(const struct csv_layout *layout, struct stamp_reader *stamps,
                 const struct csv_place *place, const char *begin, const char *end,
                 struct csv_row *ret, struct err *err) NODISCARD;

/* The line has no NUL and is UTF-8. */
int csv_row_check_bytes(const struct csv_place *place, const char *begin, const char *end,
                        struct err *err) NODISCARD;

#endif
