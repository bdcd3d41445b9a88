/*
 * report/text_page.h - the page of report/text.h in work: headings, paragraphs, tables; and the
 * sections, one function each. Used by report/text*.c only.
 */
#ifndef REPORT_TEXT_PAGE_H
#define REPORT_TEXT_PAGE_H

#include <stddef.h>

#include "base/str.h"
#include "base/table.h"
#include "report/report.h"

struct page {
    const struct report *report;
    const struct collector *c;
    struct str *str;
    size_t width;
};

/* An empty line and the title. */
void page_heading(struct page *p, const char *title);
/* A sentence, broken between words, indented. */
void page_paragraph(struct page *p, const char *text);
/* Words in a table's last column: what fits beside `used` columns, or nothing. */
void page_words_cell(struct page *p, struct table *table, size_t used, const char *words);
/* A table without titles; its first column is empty and indents the rest. */
void page_begin_table(struct table *table, const enum table_align *aligns, size_t count);
void page_end_table(struct page *p, struct table *table);

/* Each writes its section, or nothing when there is nothing to say. */
void text_title(struct page *p); /* text_head.c */
void text_data(struct page *p);  /* text_head.c */
void text_why(struct page *p);   /* text_why.c: why nothing was traded */
void text_group(struct page *p, const char *title, enum metric_group group); /* text_metrics.c */
void text_strategies(struct page *p);                                        /* text_trades.c */
void text_positions(struct page *p);                                         /* text_trades.c */
void text_counts(struct page *p);                                            /* text_orders.c */
void text_settings(struct page *p);                                          /* text_settings.c */
void text_hashes(struct page *p);                                            /* text_settings.c */
void text_timing(struct page *p);                                            /* text_settings.c */

#endif
