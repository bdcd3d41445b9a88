/* The metrics, group by group. */
#include "report/text_page.h"

#include <stdio.h>

#include "report/text_value.h"

static void metric_row(struct page *p, struct table *table, const struct metric *metric) {
    char name[40], value[64];
    snprintf(name, sizeof(name), "%s", metric->name);
    for (char *at = name; *at != '\0'; at++)
        *at = *at == '_' ? ' ' : *at;
    text_metric(value, sizeof(value), metric);
    table_cell(table, "");
    table_cellf(table, "%-21s", name); /* the groups in one line */
    table_cellf(table, "%15s", value);
    page_words_cell(p, table, 42, metric->words);
}

static void money_row(struct page *p, struct table *table, const char *name, double value,
                      const char *words) {
    char text[64];
    text_money(text, sizeof(text), value);
    table_cell(table, "");
    table_cellf(table, "%-21s", name);
    table_cellf(table, "%15s", text);
    page_words_cell(p, table, 42, words);
}

void text_group(struct page *p, const char *title, enum metric_group group) {
    static const enum table_align aligns[] = {TABLE_LEFT, TABLE_RIGHT, TABLE_LEFT};
    struct table table;
    page_heading(p, title);
    page_begin_table(&table, aligns, ARRAY_LEN(aligns));
    if (group == METRIC_RESULT) {
        money_row(p, &table, "initial equity", collector_initial(p->c), "");
        money_row(p, &table, "final equity", p->report->metrics.final_equity,
                  p->c->position_count > 0 ? "open positions at their last close" : "");
    }
    for (int i = 0; i < METRIC_COUNT; i++) {
        const struct metric *metric = &p->report->metrics.items[i];
        bool is_for_sweeps = metric->reason != NULL && (str_eq(metric->reason, "no_benchmark") ||
                                                        str_eq(metric->reason, "no_sweep"));
        if (metric->group == group && !is_for_sweeps)
            metric_row(p, &table, metric);
    }
    page_end_table(p, &table);
}
