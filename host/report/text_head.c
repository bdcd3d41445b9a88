/* What ran, and on what. */
#include "report/text_page.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/time.h"
#include "report/text_value.h"

static const char *build_of(const struct page *p, const char *strategy, char buffer[13]) {
    const struct run_build *build = report_build(p->report, strategy);
    if (build == NULL || build->sha256 == NULL)
        return NULL;
    snprintf(buffer, 13, "%.12s", build->sha256);
    return buffer;
}

void text_title(struct page *p) {
    const struct run_facts *facts = p->report->facts;
    const struct names *names = &p->c->names;
    char buffer[13];
    if (facts->number > 0)
        str_appendf(p->str, "Run %" PRId64 ": ", facts->number);
    for (int64_t i = 0; i < names->strategy_count; i++) {
        const struct name_strategy *s = &names->strategies[i];
        const char *build = build_of(p, s->name, buffer);
        str_appendf(p->str, "%s%s", i > 0 ? ", " : "", s->name);
        if (!str_eq(s->name, s->schema))
            str_appendf(p->str, " = %s", s->schema);
        str_appendf(p->str, " %s", s->version);
        if (build != NULL)
            str_appendf(p->str, " (build %s)", build);
    }
    str_append_char(p->str, '\n');
    if (facts->interruption != NULL)
        page_warning(p, facts->interruption);
}

void text_data(struct page *p) {
    static const enum table_align aligns[] = {TABLE_LEFT, TABLE_LEFT, TABLE_RIGHT, TABLE_LEFT,
                                              TABLE_LEFT};
    const struct names *names = &p->c->names;
    struct page_table t;
    page_begin_table(&t, aligns, ARRAY_LEN(aligns));
    for (int64_t i = 0; i < names->feed_count; i++) {
        const struct name_feed *feed = &names->feeds[i];
        const struct collected_bars *bars = report_bars(p->report, i);
        char first[TIME_ISO_MAX] = "", last[TIME_ISO_MAX] = "";
        table_cell(&t.table, "");
        table_cell(&t.table, names->symbols[feed->symbol].name);
        table_cell(&t.table, feed->timeframe_name);
        if (bars != NULL) {
            text_time(first, sizeof(first), bars->first);
            text_time(last, sizeof(last), bars->last);
            table_cellf(&t.table, "%" PRId64 " bars", bars->rows);
            table_cellf(&t.table, "%s to %s", first, last);
        } else {
            table_cell(&t.table, "");
            table_cell(&t.table, "");
        }
        table_cell(&t.table, feed->synthetic ? "SYNTHETIC" : "");
        page_cell_colour(&t, feed->synthetic ? PAGE_WARN : PAGE_PLAIN);
    }
    page_end_table(p, &t);
    if (p->c->has_start) {
        char start[TIME_ISO_MAX], line[200];
        text_time(start, sizeof(start), p->c->start_time);
        snprintf(line, sizeof(line),
                 "first callback at %s, after %" PRId64 " bars of warm-up; ratios over %" PRId64
                 " days, %g a year",
                 start, p->c->start_bars > 0 ? p->c->start_bars - 1 : 0, p->report->metrics.days,
                 p->report->metrics.days_a_year);
        page_paragraph(p, line);
    }
}
