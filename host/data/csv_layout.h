/*
 * data/csv_layout.h - which field of a row is which column, from the header line.
 *
 * Names count in any case and order: time (or date, timestamp, datetime), open, high, low, close,
 * volume (may be missing: 0), synthetic (data synth writes it). adjclose is known and not used:
 * bars are what the other four prices say. All other names are ignored. A first column without a
 * name (pandas writes its index so) is the time when no other column is. Private to the csv files.
 */
#ifndef DATA_CSV_LAYOUT_H
#define DATA_CSV_LAYOUT_H

#include <stdint.h>

#include "base/err.h"

enum csv_column {
    CSV_TIME,
    CSV_OPEN,
    CSV_HIGH,
    CSV_LOW,
    CSV_CLOSE,
    CSV_VOLUME,
    CSV_SYNTHETIC,
    CSV_ADJ_CLOSE,
    CSV_IGNORED
};

#define CSV_FIELDS_MAX 256

struct csv_layout {
    int32_t field_count;
    uint8_t column[CSV_FIELDS_MAX]; /* enum csv_column, by place in the row */
};

/* "open" for CSV_OPEN; "field" for an ignored one. Static. */
const char *csv_column_name(enum csv_column column);

/* Reads the header, line..end without its newline. ERR_FORMAT with "path:1: column: value: why
 * (what to do)" for no names at all, a missing or doubled column, other separators than commas. */
int csv_layout_read(const char *path, const char *line, const char *end, struct csv_layout *ret,
                    struct err *err) NODISCARD;

#endif
