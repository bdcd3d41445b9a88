/* What ran, and on what. */
#include "report/text_page.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/time.h"
#include "report/text_value.h"

enum { STALE_MAX = 4 }; /* lines; the others are among the open positions */

static const char *build_of(const struct page *p, const char *strategy, char buffer[13]) {
    const struct run_build *build = report_build(p->report, strategy);
    if (build == NULL || build->sha256 == NULL)
        return NULL;
    snprintf(buffer, 13, "%.12s", build->sha256);
    return buffer;
}

/* How far a run is recorded that is not whole. */
static void text_recorded(struct page *p) {
    const struct run_facts *facts = p->report->facts;
    const struct account_series *account = collector_account(p->c);
    char when[TIME_ISO_MAX];
    struct str line;
    if (account->count == 0) {
        page_paragraph(p, facts->is_sparse ? "Its bars were not asked to be recorded."
                                           : "None of its bars is recorded.");
        return;
    }
    str_init(&line);
    page_time(p, when, sizeof(when), account->time[account->count - 1]);
    str_append(&line, "Recorded up to ");
    if (!facts->is_sparse) {
        str_append(&line, "bar ");
        text_count(&line, account->count);
        if (facts->data_bars > 0) {
            str_append(&line, " of ");
            text_count(&line, facts->data_bars);
        }
        str_append(&line, ", ");
    }
    str_appendf(&line, "%s.", when);
    page_paragraph(p, str_text(&line));
    str_fini(&line);
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
    if (facts->interruption != NULL) {
        page_warning(p, facts->interruption);
        text_recorded(p);
    }
}

static void text_start(struct page *p) {
    char start[TIME_ISO_MAX];
    struct str line;
    if (!p->c->has_start)
        return;
    str_init(&line);
    page_time(p, start, sizeof(start), p->c->start_time);
    str_appendf(&line, "first callback at %s, after %" PRId64 " bars of warm-up", start,
                p->c->start_bars > 0 ? p->c->start_bars - 1 : 0);
    if (p->report->facts->interruption == NULL)
        str_appendf(&line, "; ratios over %" PRId64 " days, %g a year", p->report->metrics.days,
                    p->report->metrics.days_a_year);
    page_paragraph(p, str_text(&line));
    str_fini(&line);
}

/* What is held of symbols whose bars ended before the run did. */
static void text_stale(struct page *p) {
    const struct collector *c = p->c;
    for (int64_t i = 0, said = 0; i < c->position_count && said < STALE_MAX; i++) {
        const struct j_position *position = &c->positions[i];
        char last[TIME_ISO_MAX], end[TIME_ISO_MAX];
        struct str line;
        int64_t time;
        if (!report_is_stale(p->report, position->symbol, &time))
            continue;
        str_init(&line);
        text_bar_time(last, sizeof(last), time, names_timeframe(&c->names, position->symbol));
        page_time(p, end, sizeof(end), c->end.time);
        str_appendf(&line,
                    "%s still holds %.10g %s, whose bars end at %s while the run goes on to %s: "
                    "it counts at that last price.",
                    c->names.strategies[position->strategy].name, position->quantity,
                    c->names.symbols[position->symbol].name, last, end);
        page_warning(p, str_text(&line));
        str_fini(&line);
        said++;
    }
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
        char span[TEXT_SPAN_MAX];
        table_cell(&t.table, "");
        table_cell(&t.table, names->symbols[feed->symbol].name);
        table_cell(&t.table, feed->timeframe_name);
        if (bars != NULL) {
            text_bars_span(span, sizeof(span), bars->first, bars->last, feed->timeframe);
            table_cellf(&t.table, "%" PRId64 " bars", bars->rows);
            table_cell(&t.table, span);
        } else {
            table_cell(&t.table, "");
            table_cell(&t.table, "");
        }
        table_cell(&t.table, feed->synthetic ? "SYNTHETIC" : "");
        page_cell_colour(&t, feed->synthetic ? PAGE_WARN : PAGE_PLAIN);
    }
    page_end_table(p, &t);
    text_start(p);
    text_stale(p);
}
