/*
 * Plain text tables for terminals: named columns, right or left, as wide as their widest cell.
 *
 * Widths count UTF-8 code points (no double-width scripts, no escape codes in cells). Not for
 * files: those are CSV or JSON. Cells are copied.
 *
 *   struct table t;                       symbol  trades    return
 *   table_init(&t); ... table_fini(&t);   GOOG        93    12.4 %
 */
#ifndef QS_BASE_TABLE_H
#define QS_BASE_TABLE_H

#include <stddef.h>

#include "base/check.h"

struct str; /* base/str.h */

enum table_align { TABLE_LEFT, TABLE_RIGHT };

#define TABLE_COLUMNS_MAX 32

struct table_column {
    char *title;
    enum table_align align;
    size_t width;
};

struct table {
    struct table_column columns[TABLE_COLUMNS_MAX];
    size_t column_count;
    char **cells; /* row by row */
    size_t cell_count, cell_cap;
};

void table_init(struct table *table);
void table_fini(struct table *table);

/* All columns come before the first cell (CHECK), at most TABLE_COLUMNS_MAX. title NULL is "". */
void table_column(struct table *table, const char *title, enum table_align align);

/* The next cell, row by row; NULL is an empty one. */
void table_cell(struct table *table, const char *text);
void table_cellf(struct table *table, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Whole rows so far. */
size_t table_rows(const struct table *table);

/* Appends the title line (left out when all titles are empty) and the rows, each line ended by a
 * newline, columns two spaces apart, no trailing spaces. The last row must be whole (CHECK).
 * Newlines and other control characters in cells become spaces. */
void table_render(const struct table *table, struct str *str);

#endif
