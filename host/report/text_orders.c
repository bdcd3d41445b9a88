/* What was asked for, and what of it was refused, by reason. */
#include "report/text_page.h"

#include <inttypes.h>
#include <stdio.h>

static void reason_rows(struct page *p, const char *title, const int64_t *counts,
                        enum page_colour colour) {
    static const enum table_align aligns[] = {TABLE_RIGHT, TABLE_LEFT, TABLE_LEFT};
    struct page_table t;
    bool is_first = true;
    for (int i = 0; i <= REASON_COUNT; i++) {
        if (counts[i] == 0)
            continue;
        if (is_first) {
            page_heading(p, title);
            page_begin_table(&t, aligns, ARRAY_LEN(aligns));
        }
        is_first = false;
        table_cell(&t.table, "");
        table_cellf(&t.table, "%" PRId64, counts[i]);
        table_cell(&t.table, reason_name(i));
        page_cell_colour(&t, colour);
        page_words_cell(p, &t, 34, reason_words(i));
    }
    if (!is_first)
        page_end_table(p, &t);
}

void text_counts(struct page *p) {
    const struct collector *c = p->c;
    char line[300];
    page_heading(p, "Orders");
    snprintf(line, sizeof(line),
             "%" PRId64 " intents, %" PRId64 " orders, %" PRId64 " fills, %" PRId64
             " trades, %" PRId64 " rejected",
             c->intents, c->order_count, c->fill_count, c->trade_count, c->rejected_total);
    page_paragraph(p, line);
    reason_rows(p, "Rejected orders", c->rejected, PAGE_WARN);
    reason_rows(p, "Intents without an order", c->refused, PAGE_WARN);
    reason_rows(p, "Canceled and expired orders", c->canceled, PAGE_PLAIN);
}
