/*
 * Sections, each a heading and indented lines; a section with nothing to say is left out. Tables
 * get their indentation from an empty first column.
 */
#include "report/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/table.h"
#include "base/time.h"
#include "report/text_value.h"

struct page {
    const struct report *report;
    const struct collector *c;
    struct str *str;
    size_t width;
};

static void heading(struct page *p, const char *title) {
    str_append_char(p->str, '\n');
    str_append(p->str, title);
    str_append_char(p->str, '\n');
}

/* A sentence, broken between words, indented. */
static void paragraph(struct page *p, const char *text) {
    size_t column = 0;
    while (*text != '\0') {
        size_t word = strcspn(text, " ");
        if (column > 0 && column + 1 + word > p->width) {
            str_append_char(p->str, '\n');
            column = 0;
        }
        str_append(p->str, column == 0 ? "  " : " ");
        column += column == 0 ? 2 : 1;
        str_append_n(p->str, text, word);
        column += word;
        text += word;
        text += strspn(text, " ");
    }
    str_append_char(p->str, '\n');
}

/* Words in a table's last column: what fits beside `used` columns, or nothing. */
static void words_cell(struct page *p, struct table *table, size_t used, const char *words) {
    size_t room = p->width > used ? p->width - used : 0;
    if (strlen(words) <= room)
        table_cell(table, words);
    else if (room < 20)
        table_cell(table, "");
    else
        table_cellf(table, "%.*s...", (int)str_utf8_floor(words, room - 3), words);
}

static void begin_table(struct table *table, const enum table_align *aligns, size_t count) {
    table_init(table);
    table_column(table, "", TABLE_LEFT);
    for (size_t i = 0; i < count; i++)
        table_column(table, "", aligns[i]);
}

static void end_table(struct page *p, struct table *table) {
    table_render(table, p->str);
    table_fini(table);
}

static const char *build_of(const struct page *p, const char *strategy, char buffer[13]) {
    const struct run_build *build = report_build(p->report, strategy);
    if (build == NULL || build->sha256 == NULL)
        return NULL;
    snprintf(buffer, 13, "%.12s", build->sha256);
    return buffer;
}

static void print_title(struct page *p) {
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
        paragraph(p, facts->interruption);
}

static void print_data(struct page *p) {
    static const enum table_align aligns[] = {TABLE_LEFT, TABLE_LEFT, TABLE_RIGHT, TABLE_LEFT,
                                              TABLE_LEFT};
    const struct names *names = &p->c->names;
    struct table table;
    begin_table(&table, aligns, ARRAY_LEN(aligns));
    for (int64_t i = 0; i < names->feed_count; i++) {
        const struct name_feed *feed = &names->feeds[i];
        const struct collected_bars *bars = report_bars(p->report, i);
        char first[TIME_ISO_MAX] = "", last[TIME_ISO_MAX] = "";
        table_cell(&table, "");
        table_cell(&table, names->symbols[feed->symbol].name);
        table_cell(&table, feed->timeframe_name);
        if (bars != NULL) {
            text_time(first, sizeof(first), bars->first);
            text_time(last, sizeof(last), bars->last);
            table_cellf(&table, "%" PRId64 " bars", bars->rows);
            table_cellf(&table, "%s to %s", first, last);
        } else {
            table_cell(&table, "");
            table_cell(&table, "");
        }
        table_cell(&table, feed->synthetic ? "SYNTHETIC" : "");
    }
    end_table(p, &table);
    if (p->c->has_start) {
        char start[TIME_ISO_MAX], line[200];
        text_time(start, sizeof(start), p->c->start_time);
        snprintf(line, sizeof(line),
                 "first callback at %s, after %" PRId64 " bars of warm-up; ratios over %" PRId64
                 " days, %g a year",
                 start, p->c->start_bars > 0 ? p->c->start_bars - 1 : 0, p->report->metrics.days,
                 p->report->metrics.days_a_year);
        paragraph(p, line);
    }
}

static void metric_row(struct page *p, struct table *table, const struct metric *metric) {
    char name[40], value[64];
    snprintf(name, sizeof(name), "%s", metric->name);
    for (char *at = name; *at != '\0'; at++)
        *at = *at == '_' ? ' ' : *at;
    text_metric(value, sizeof(value), metric);
    table_cell(table, "");
    table_cellf(table, "%-21s", name); /* the groups in one line */
    table_cellf(table, "%15s", value);
    words_cell(p, table, 42, metric->words);
}

static void money_row(struct page *p, struct table *table, const char *name, double value,
                      const char *words) {
    char text[64];
    text_money(text, sizeof(text), value);
    table_cell(table, "");
    table_cellf(table, "%-21s", name);
    table_cellf(table, "%15s", text);
    words_cell(p, table, 42, words);
}

static void print_group(struct page *p, const char *title, enum metric_group group) {
    static const enum table_align aligns[] = {TABLE_LEFT, TABLE_RIGHT, TABLE_LEFT};
    struct table table;
    heading(p, title);
    begin_table(&table, aligns, ARRAY_LEN(aligns));
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
    end_table(p, &table);
}

/* Why nothing was traded, or nothing closed: the first cause that explains it all. */
static void print_why(struct page *p) {
    const struct collector *c = p->c;
    char line[300];
    if (c->trade_count > 0)
        return;
    if (c->fill_count > 0)
        snprintf(line, sizeof(line),
                 "No closed trades: %" PRId64 " fills, and what they opened is still held at the "
                 "end.",
                 c->fill_count);
    else if (!c->has_start)
        snprintf(
            line, sizeof(line),
            "No trades: the warm-up is longer than the data, so no callback ever came (%" PRId64
            " instants).",
            c->end.instants);
    else if (c->intents == 0)
        snprintf(line, sizeof(line),
                 "No trades: in %" PRId64
                 " bars after its warm-up the strategy wished for nothing.",
                 p->report->metrics.rows);
    else if (c->rejected_total == c->order_count)
        snprintf(line, sizeof(line),
                 "No trades: everything the strategy wished for was refused (%" PRId64
                 " intents; the reasons are below).",
                 c->intents);
    else
        snprintf(line, sizeof(line),
                 "No trades: %" PRId64 " orders were accepted and none was ever filled.",
                 c->order_count - c->rejected_total);
    str_append_char(p->str, '\n');
    paragraph(p, line);
}

static void reason_rows(struct page *p, const char *title, const int64_t *counts) {
    static const enum table_align aligns[] = {TABLE_RIGHT, TABLE_LEFT, TABLE_LEFT};
    struct table table;
    bool is_first = true;
    for (int i = 0; i <= REASON_COUNT; i++) {
        if (counts[i] == 0)
            continue;
        if (is_first) {
            heading(p, title);
            begin_table(&table, aligns, ARRAY_LEN(aligns));
        }
        is_first = false;
        table_cell(&table, "");
        table_cellf(&table, "%" PRId64, counts[i]);
        table_cell(&table, reason_name(i));
        words_cell(p, &table, 34, reason_words(i));
    }
    if (!is_first)
        end_table(p, &table);
}

static void print_counts(struct page *p) {
    const struct collector *c = p->c;
    char line[300];
    heading(p, "Orders");
    snprintf(line, sizeof(line),
             "%" PRId64 " intents, %" PRId64 " orders, %" PRId64 " fills, %" PRId64
             " trades, %" PRId64 " rejected",
             c->intents, c->order_count, c->fill_count, c->trade_count, c->rejected_total);
    paragraph(p, line);
    reason_rows(p, "Rejected orders", c->rejected);
    reason_rows(p, "Intents without an order", c->refused);
    reason_rows(p, "Canceled and expired orders", c->canceled);
}

static void print_strategies(struct page *p) {
    static const enum table_align aligns[] = {TABLE_LEFT, TABLE_RIGHT, TABLE_RIGHT, TABLE_RIGHT};
    const struct collector *c = p->c;
    struct table table;
    if (c->names.strategy_count < 2)
        return;
    heading(p, "Strategies");
    begin_table(&table, aligns, ARRAY_LEN(aligns));
    for (int64_t i = 0; i < c->names.strategy_count; i++) {
        double net = 0.0;
        int64_t trades = 0;
        char text[64], budget[64];
        for (int64_t k = 0; k < c->trade_count; k++) {
            net += c->trades[k].strategy == i ? c->trades[k].net : 0.0;
            trades += c->trades[k].strategy == i;
        }
        text_money(text, sizeof(text), net);
        text_money(budget, sizeof(budget), c->names.strategies[i].budget);
        table_cell(&table, "");
        table_cell(&table, c->names.strategies[i].name);
        table_cellf(&table, "budget %s", budget);
        table_cellf(&table, "%" PRId64 " trades", trades);
        table_cellf(&table, "net %s", text);
    }
    end_table(p, &table);
}

static void print_positions(struct page *p) {
    static const enum table_align aligns[] = {TABLE_LEFT, TABLE_LEFT, TABLE_RIGHT, TABLE_RIGHT,
                                              TABLE_RIGHT};
    const struct collector *c = p->c;
    struct table table;
    if (c->position_count == 0)
        return;
    heading(p, "Open positions");
    begin_table(&table, aligns, ARRAY_LEN(aligns));
    for (int64_t i = 0; i < c->position_count; i++) {
        const struct j_position *position = &c->positions[i];
        const struct name_symbol *symbol = &c->names.symbols[position->symbol];
        char result[64], quantity[STR_F64_MAX];
        text_money(result, sizeof(result),
                   position->quantity * (position->mark - position->average_price) *
                       symbol->multiplier);
        str_format_f64(quantity, sizeof(quantity), position->quantity);
        table_cell(&table, "");
        table_cell(&table, c->names.strategies[position->strategy].name);
        table_cell(&table, symbol->name);
        table_cell(&table, quantity);
        table_cellf(&table, "at %.6g, now %.6g", position->average_price, position->mark);
        table_cellf(&table, "result %s", result);
    }
    end_table(p, &table);
}

static void print_settings(struct page *p) {
    static const enum table_align aligns[] = {TABLE_LEFT, TABLE_LEFT, TABLE_LEFT, TABLE_LEFT};
    const struct collector *c = p->c;
    struct table table;
    begin_table(&table, aligns, ARRAY_LEN(aligns));
    for (int64_t i = 0; i < c->setting_count; i++) {
        const char *key = c->settings[i].key, *value = c->settings[i].value;
        const char *standard = report_default(p->report, key);
        bool is_optimistic = report_is_optimistic(key, value);
        if ((standard == NULL || str_eq(standard, value)) && !is_optimistic)
            continue;
        table_cell(&table, "");
        table_cell(&table, key);
        table_cell(&table, value);
        if (standard != NULL && !str_eq(standard, value))
            table_cellf(&table, "(default %s)", standard);
        else
            table_cell(&table, "");
        table_cell(&table, is_optimistic ? "optimistic" : "");
    }
    bool is_told = p->report->facts->default_count > 0 || p->report->facts->risk != NULL;
    if (is_told || table_rows(&table) > 0)
        heading(p, "Settings");
    if (table_rows(&table) == 0 && p->report->facts->default_count > 0)
        paragraph(p, "all at their defaults");
    end_table(p, &table);
    if (p->report->facts->risk != NULL) {
        char line[120];
        snprintf(line, sizeof(line), "risk policy: %.80s", p->report->facts->risk);
        paragraph(p, line);
    }
}

static void hash_row(struct table *table, const char *name, const char *hash) {
    if (hash == NULL)
        return;
    table_cell(table, "");
    table_cell(table, name);
    table_cell(table, hash);
}

static void print_hashes(struct page *p) {
    static const enum table_align aligns[] = {TABLE_LEFT, TABLE_LEFT};
    const struct run_facts *facts = p->report->facts;
    struct table table;
    begin_table(&table, aligns, ARRAY_LEN(aligns));
    hash_row(&table, "bars", facts->bars_hash);
    hash_row(&table, "config", facts->config_hash);
    hash_row(&table, "code", facts->code_hash);
    hash_row(&table, "journal", facts->journal_hash);
    if (table_rows(&table) > 0)
        heading(p, "Hashes");
    end_table(p, &table);
}

static void print_timing(struct page *p) {
    const struct run_facts *facts = p->report->facts;
    struct str line;
    str_init(&line);
    for (size_t i = 0; i < facts->timing_count; i++)
        str_appendf(&line, "%s%s %.3g s", i > 0 ? ", " : "", facts->timings[i].name,
                    facts->timings[i].seconds);
    if (facts->path != NULL)
        str_appendf(&line, "%sjournal in %s", line.len > 0 ? "; " : "", facts->path);
    if (line.len > 0) {
        str_append_char(p->str, '\n');
        paragraph(p, str_text(&line));
    }
    str_fini(&line);
}

void report_text(const struct report *report, int width, struct str *str) {
    struct page page = {.report = report,
                        .c = report->collector,
                        .str = str,
                        .width = width < 40 ? 40 : (size_t)width};
    print_title(&page);
    print_data(&page);
    print_why(&page);
    print_group(&page, "Result", METRIC_RESULT);
    print_group(&page, "Risk", METRIC_RISK);
    if (page.c->trade_count > 0)
        print_group(&page, "Trades", METRIC_TRADES);
    print_group(&page, "Costs", METRIC_COSTS);
    print_strategies(&page);
    print_counts(&page);
    print_positions(&page);
    print_settings(&page);
    print_hashes(&page);
    print_timing(&page);
}
