/* The picture, and the metrics, group by group. */
#include "report/text_page.h"

#include <stdio.h>

#include "report/picture.h"
#include "report/text_value.h"

enum { PICTURE_WIDTH_MAX = 160, PICTURE_ROWS = 8, PICTURE_ROWS_NARROW = 6 };

void text_picture(struct page *p) {
    const struct account_series *account = collector_account(p->c);
    int width = p->width < PICTURE_WIDTH_MAX ? (int)p->width : PICTURE_WIDTH_MAX;
    if (account->count < 2 || p->c->fill_count == 0) /* nothing but a level line */
        return;
    page_heading(p, "Equity and drawdown");
    picture_equity(account, collector_initial(p->c), width,
                   p->width < 80 ? PICTURE_ROWS_NARROW : PICTURE_ROWS, p->ascii, p->str);
}

/* Names of the JSON output that say nothing to who has not read the formulas. */
static const char *spoken_name(const struct metric *metric) {
    return str_eq(metric->name, "bps") ? "balanced score (bps)" : NULL;
}

static enum page_colour colour_of(const struct metric *metric) {
    bool is_signed = metric->group == METRIC_RESULT || str_eq(metric->name, "expectancy");
    if (!is_signed || metric->reason != NULL || metric->value == 0.0)
        return PAGE_PLAIN;
    return metric->value < 0.0 ? PAGE_BAD : PAGE_GOOD;
}

static void metric_row(struct page *p, struct page_table *t, const struct metric *metric) {
    char name[40], value[64];
    const char *spoken = spoken_name(metric);
    snprintf(name, sizeof(name), "%s", spoken != NULL ? spoken : metric->name);
    for (char *at = name; *at != '\0'; at++)
        *at = *at == '_' ? ' ' : *at;
    text_metric(value, sizeof(value), metric);
    table_cell(&t->table, "");
    table_cellf(&t->table, "%-21s", name); /* the groups in one line */
    table_cellf(&t->table, "%15s", value);
    page_cell_colour(t, colour_of(metric));
    page_words_cell(p, t, 42, metric->words);
}

static void money_row(struct page *p, struct page_table *t, const char *name, double value,
                      const char *words) {
    char text[64];
    text_money(text, sizeof(text), value);
    table_cell(&t->table, "");
    table_cellf(&t->table, "%-21s", name);
    table_cellf(&t->table, "%15s", text);
    page_words_cell(p, t, 42, words);
}

void text_group(struct page *p, const char *title, enum metric_group group) {
    static const enum table_align aligns[] = {TABLE_LEFT, TABLE_RIGHT, TABLE_LEFT};
    struct page_table t;
    page_heading(p, title);
    page_begin_table(&t, aligns, ARRAY_LEN(aligns));
    if (group == METRIC_RESULT) {
        money_row(p, &t, "initial equity", collector_initial(p->c), "");
        money_row(p, &t, "final equity", p->report->metrics.final_equity,
                  p->c->position_count > 0 ? "open positions at their last close" : "");
    }
    for (int i = 0; i < METRIC_COUNT; i++) {
        const struct metric *metric = &p->report->metrics.items[i];
        bool is_for_sweeps = metric->reason != NULL && (str_eq(metric->reason, "no_benchmark") ||
                                                        str_eq(metric->reason, "no_sweep"));
        if (metric->group == group && !is_for_sweeps)
            metric_row(p, &t, metric);
    }
    page_end_table(p, &t);
}
