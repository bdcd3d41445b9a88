/*
 * data/csv.h - a file of bars in, columns out; everything that is not clearly a bar is refused with
 * "path:line: column: value: why (what to do)" and nothing is repaired.
 *
 *   time,open,high,low,close,volume           header: csv_layout.h     times: stamp.h
 *   2013-03-01T00:00:00Z,799.8,807.14,796.15,806.19,2175400
 *
 * UTF-8 (a byte order mark is fine), lines end with LF or CRLF, fields may be quoted and have
 * spaces around, columns with other names are ignored, empty lines only at the end. Refused:
 * unsorted or doubled times, empty fields, numbers that are none or infinite, prices <= 0, open,
 * high or close outside low..high, negative volume, rows with more or fewer fields than the header,
 * NUL bytes, mixed forms of time; files that are empty, folders, compressed or over the limit. What
 * a time means (open or close of which length of bar) is not decided here: series.h.
 */
#ifndef DATA_CSV_H
#define DATA_CSV_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "data/csv_bars.h"

#define CSV_BYTES_MAX ((int64_t)16 << 30)

struct csv_options {
    int64_t bytes_max; /* a longer file is refused; 0: CSV_BYTES_MAX */
    bool careful_only; /* no quick way: for tests */
};

/* Reads the whole file. options may be NULL. On success the caller frees *ret by csv_bars_fini. */
int csv_read(const char *path, const struct csv_options *options, struct csv_bars *ret,
             struct err *err) NODISCARD;

#endif
