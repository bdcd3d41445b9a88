/*
 * report/compare_sheet.h - lines, tables and pairs of columns that keep to a width.
 *
 * Inside of report/compare*. Nothing is cut: what does not fit goes on in the next line.
 */
#ifndef REPORT_COMPARE_SHEET_H
#define REPORT_COMPARE_SHEET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"
#include "base/table.h"

#define SHEET_WIDTH_MIN 40

struct sheet {
    struct str *str; /* borrowed */
    size_t width;
};

void sheet_init(struct sheet *sheet, struct str *str, int width);

/* A text broken between words; its first line indented by `indent`, the others by `hang`. */
void sheet_line(struct sheet *sheet, size_t indent, size_t hang, const char *text);
/* An empty line, then the text. */
void sheet_heading(struct sheet *sheet, const char *text);

/* Whether the table as it is keeps to the width. */
bool sheet_fits(const struct sheet *sheet, const struct table *table);
/* The table; one that is too wide as a line (or more) a row, cells after their titles. */
void sheet_table(struct sheet *sheet, const struct table *table);

/* Two columns beside each other with a label at the left: before and after. */
struct sides_row {
    bool is_marked;
    char *label, *before, *after;
};
struct sides {
    struct sides_row *rows;
    int64_t count, cap;
};

/* Texts are copied; NULL is empty. A marked row gets a star. */
void sides_add(struct sides *sides, bool is_marked, const char *label, const char *before,
               const char *after);
/* Writes the rows under both titles, and frees them. */
void sides_end(struct sides *sides, struct sheet *sheet, const char *before, const char *after);

#endif
