/*
 * report/export_writer.h - rows of named columns as CSV or JSON, to a stream, as they come.
 *
 * CSV after RFC 4180 with a header line and '\n'; JSON is one array of objects, a row a line.
 * Numbers are the shortest decimals that read back to the same bits; "nothing" and numbers that are
 * none are an empty cell or null. Memory does not grow with the rows.
 */
#ifndef REPORT_EXPORT_WRITER_H
#define REPORT_EXPORT_WRITER_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/err.h"
#include "base/str.h"
#include "report/export_columns.h"

struct export_writer {
    FILE *file;
    bool is_json;
    const struct export_table *table;
    int column; /* the next one of the row in work */
    int64_t rows;
    struct str buffer;
};

/* Borrows file and table. */
void export_writer_init(struct export_writer *w, FILE *file, bool is_json,
                        const struct export_table *table);
void export_writer_fini(struct export_writer *w);

/* The cells of a row, in the order of the columns (CHECK); the last one ends the row. */
void export_text(struct export_writer *w, const char *text); /* NULL: nothing */
void export_i64(struct export_writer *w, int64_t value);
void export_f64(struct export_writer *w, double value);
void export_time(struct export_writer *w, int64_t time);
void export_bool(struct export_writer *w, bool value);
void export_nothing(struct export_writer *w);

/* Ends the array, writes what is left. ERR_IO when the stream refused anything. */
int export_writer_finish(struct export_writer *w, struct err *err) NODISCARD;

#endif
