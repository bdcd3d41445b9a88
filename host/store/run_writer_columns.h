/*
 * store/run_writer_columns.h - which column holds which field: one table for run_writer and
 * run_reader; nobody else includes it.
 *
 * Rows are structs of 8-byte fields, as the journal's records are: a column is a place in such a
 * struct. Where a row is made of more than one record (a fill and its share) the struct is too.
 */
#ifndef STORE_RUN_WRITER_COLUMNS_H
#define STORE_RUN_WRITER_COLUMNS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"
#include "engine/journal.h"

enum row_kind {
    ROW_SIGNAL,
    ROW_ORDER,
    ROW_ORDER_EVENT,
    ROW_FILL,
    ROW_TRADE,
    ROW_POSITION,
    ROW_NOTE,
    ROW_LOG,
    ROW_KINDS
};

struct row_order_event {
    int64_t strategy; /* of the order */
    struct j_order_event event;
};
struct row_fill {
    struct j_fill fill;
    struct j_allocation share;
};
struct row_note {
    int64_t level; /* -1 */
    struct j_note note;
};

union row {
    struct j_intent signal;
    struct j_order order;
    struct row_order_event event;
    struct row_fill fill;
    struct j_trade trade;
    struct j_position position;
    struct row_note note;
    struct j_log log;
};

struct row_column {
    const char *name;
    char type;      /* 'i' int64, 'f' double (NULL is NaN), 't' text */
    uint16_t place; /* offset in the struct */
};

#define ROW_COLUMNS_MAX 18

struct row_table {
    const char *name;
    const char *doing; /* for sentences: "record a trade" */
    bool has_seq;      /* column seq: counted by the writer */
    const char *where; /* in addition, "" or " AND ..." */
    const char *order;
    struct row_column columns[ROW_COLUMNS_MAX]; /* until the first without a name */
};

extern const struct row_table row_tables[ROW_KINDS];

/* INSERT of count rows: of each the run, the seq (where there is one), then the columns. */
void row_table_insert(const struct row_table *table, int count, struct str *ret_sql);
/* Its parameters a row. */
int row_table_width(const struct row_table *table);
/* SELECT of the columns; parameter 1 is the run. */
void row_table_select(const struct row_table *table, struct str *ret_sql);

#endif
