/*
 * report/text_page.h - the page of report/text.h in work: headings, paragraphs, tables; and the
 * sections, one function each. Used by report/text*.c only.
 */
#ifndef REPORT_TEXT_PAGE_H
#define REPORT_TEXT_PAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"
#include "base/table.h"
#include "report/report.h"

struct page {
    const struct report *report;
    struct collector *c;
    struct str *str;
    size_t width;
    bool colour, ascii;
};

enum page_colour { PAGE_PLAIN, PAGE_GOOD, PAGE_BAD, PAGE_WARN };

/* The time of an instant of the run: a bar closed there. cap at least TIME_ISO_MAX. */
void page_time(const struct page *p, char *buffer, size_t cap, int64_t time);
/* An empty line and the title. */
void page_heading(struct page *p, const char *title);
/* A sentence, broken between words, indented. */
void page_paragraph(struct page *p, const char *text);
/* The same as a warning. */
void page_warning(struct page *p, const char *text);

/* A table whose first column is empty and indents the rest. Cells by table_cell(&t.table, ...). */
struct page_table {
    struct table table;
    struct str colours; /* a character a cell, up to the last coloured one */
    size_t break_row;   /* before this row a line of its own; 0: none */
    char break_line[100];
};

void page_begin_table(struct page_table *t, const enum table_align *aligns, size_t count);
/* The last cell's colour. */
void page_cell_colour(struct page_table *t, enum page_colour colour);
/* Words in a table's last column: what fits beside `used` columns, or nothing. */
void page_words_cell(struct page *p, struct page_table *t, size_t used, const char *words);
/* Money, by its sign good or bad. */
void page_money_cell(struct page_table *t, double value);
/* The widest line of the table as it is. */
size_t page_table_width(const struct page_table *t);
/* Writes it and frees. */
void page_end_table(struct page *p, struct page_table *t);
void page_drop_table(struct page_table *t);

/* Each writes its section, or nothing when there is nothing to say. */
void text_title(struct page *p);                                             /* text_head.c */
void text_data(struct page *p);                                              /* text_head.c */
void text_why(struct page *p);                                               /* text_why.c */
void text_picture(struct page *p);                                           /* text_metrics.c */
void text_group(struct page *p, const char *title, enum metric_group group); /* text_metrics.c */
void text_trades(struct page *p);                                            /* text_trades.c */
void text_strategies(struct page *p);                                        /* text_holdings.c */
void text_positions(struct page *p);                                         /* text_holdings.c */
void text_counts(struct page *p);                                            /* text_orders.c */
void text_words(struct page *p);                                             /* text_words.c */
void text_variables(struct page *p);                                         /* text_words.c */
void text_settings(struct page *p);                                          /* text_settings.c */
void text_hashes(struct page *p);                                            /* text_settings.c */
void text_timing(struct page *p);                                            /* text_settings.c */

/* What a user can change so that orders are not refused for this reason; NULL: nothing is known. */
const char *text_cure(int64_t reason); /* text_why.c */

#endif
