/*
 * Metrics, trades and inputs as tables. Numbers look as in report/text.c; a difference has its
 * sign, "=" says that all bits are the same.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "base/time.h"
#include "report/compare.h"
#include "report/compare_inputs.h"
#include "report/compare_pairs.h"
#include "report/compare_sheet.h"
#include "report/text_value.h"
#include "report/text_why.h"

enum { CELL = 64 };

/* ---- head ---- */

enum { HEAD_NAMES_MAX = 3 }; /* of strategies, of feeds; then "..." */

static void append_run(const char *name, const struct report *report, struct str *line) {
    const struct names *names = &report->collector->names;
    str_appendf(line, "%s (", name);
    for (int64_t i = 0; i < names->strategy_count && i <= HEAD_NAMES_MAX; i++)
        str_appendf(line, "%s%s", i > 0 ? " + " : "",
                    i < HEAD_NAMES_MAX ? names->strategies[i].name : "...");
    for (int64_t i = 0; i < names->feed_count && i <= HEAD_NAMES_MAX; i++) {
        const struct name_feed *feed = &names->feeds[i];
        if (i < HEAD_NAMES_MAX)
            str_appendf(line, ", %s %s", names->symbols[feed->symbol].name, feed->timeframe_name);
        else
            str_append(line, ", ...");
    }
    if (report->facts->started != 0) {
        char iso[TIME_ISO_MAX];
        time_format_iso(iso, sizeof(iso), report->facts->started);
        str_appendf(line, ", %.10s %.5s", iso, iso + 11);
    }
    str_append_char(line, ')');
}

static void say_interruption(struct sheet *sheet, const char *name, const struct report *report) {
    struct str line = {0};
    if (report->facts->interruption == NULL)
        return;
    str_appendf(&line, "%s: %s", name, report->facts->interruption);
    sheet_line(sheet, 2, 4, str_text(&line));
    str_fini(&line);
}

void compare_text_head(const struct comparison *c, const struct compare_text *how,
                       struct str *str) {
    struct sheet sheet;
    struct str line = {0};
    sheet_init(&sheet, str, how->width);
    append_run(how->before_name, c->before, &line);
    str_append(&line, " -> ");
    append_run(how->after_name, c->after, &line);
    sheet_line(&sheet, 0, 2, str_text(&line));
    say_interruption(&sheet, how->before_name, c->before);
    say_interruption(&sheet, how->after_name, c->after);
    str_fini(&line);
}

/* ---- metrics ---- */

static void spaces_for_underscores(char *text) {
    for (; *text != '\0'; text++)
        *text = *text == '_' ? ' ' : *text;
}

/* The difference as a value of the metric, with its sign. */
static void difference_cell(struct table *table, const struct metric *before,
                            const struct metric *after) {
    char text[CELL];
    struct metric difference = *after;
    if (compare_metrics_are_equal(before, after)) {
        table_cell(table, "=");
        return;
    }
    if (before->reason != NULL || after->reason != NULL) {
        table_cell(table, after->reason == NULL    ? "appeared"
                          : before->reason == NULL ? "gone"
                                                   : "other reason");
        return;
    }
    difference.value = after->value - before->value;
    const char *sign = difference.value > 0.0 ? "+" : difference.value < 0.0 ? "-" : "";
    difference.value = fabs(difference.value);
    if (difference.unit_kind == METRIC_FRACTION) /* of percentages: points */
        snprintf(text, sizeof(text), fabs(difference.value) < 1e4 ? "%.2f pp" : "%.3g pp",
                 100.0 * difference.value);
    else
        text_metric(text, sizeof(text), &difference);
    table_cellf(table, "%s%s", sign, text);
}

static void metric_row(struct table *table, const struct metric *before,
                       const struct metric *after) {
    char name[CELL], left[CELL], right[CELL];
    snprintf(name, sizeof(name), "%s", before->name);
    spaces_for_underscores(name);
    text_metric(left, sizeof(left), before);
    text_metric(right, sizeof(right), after);
    table_cell(table, "");
    table_cell(table, name);
    table_cell(table, left);
    table_cell(table, right);
    difference_cell(table, before, after);
}

static void money_row(struct table *table, const char *name, double before, double after) {
    metric_row(table, &(struct metric){.name = name, .unit_kind = METRIC_MONEY, .value = before},
               &(struct metric){.name = name, .unit_kind = METRIC_MONEY, .value = after});
}

static void count_row(struct table *table, const char *name, int64_t before, int64_t after) {
    table_cell(table, "");
    table_cell(table, name);
    table_cellf(table, "%" PRId64, before);
    table_cellf(table, "%" PRId64, after);
    if (before == after)
        table_cell(table, "=");
    else
        table_cellf(table, "%+" PRId64, after - before);
}

static bool is_headline(int id) {
    return id == METRIC_TOTAL_RETURN || id == METRIC_SHARPE || id == METRIC_MAX_DRAWDOWN;
}

/* A row of the table that is wanted, whether it differs or not. */
static bool is_shown(enum compare_metrics wanted, int id, bool is_equal) {
    bool is_first = id == METRIC_TOTAL_RETURN || id == METRIC_MAX_DRAWDOWN;
    if (wanted == COMPARE_METRICS_HEADLINE)
        return is_first;
    if (wanted == COMPARE_METRICS_REST)
        return !is_first && !is_equal;
    return is_headline(id) || !is_equal;
}

static void fill_metrics(const struct comparison *c, enum compare_metrics wanted,
                         struct table *table, const char *titles[3]) {
    const struct metrics *before = &c->before->metrics, *after = &c->after->metrics;
    double initial = collector_initial(c->before->collector);
    double initial_after = collector_initial(c->after->collector);
    table_init(table);
    table_column(table, "", TABLE_LEFT);
    table_column(table, "", TABLE_LEFT);
    for (int i = 0; i < 3; i++)
        table_column(table, titles[i], TABLE_RIGHT);
    bool has_equity = wanted != COMPARE_METRICS_REST;
    if (has_equity && !compare_bits_are_equal(initial, initial_after))
        money_row(table, "initial equity", initial, initial_after);
    if (has_equity)
        money_row(table, "final equity", before->final_equity, after->final_equity);
    for (int i = 0; i < METRIC_COUNT; i++) {
        bool is_equal = compare_metrics_are_equal(&before->items[i], &after->items[i]);
        if (is_shown(wanted, i, is_equal))
            metric_row(table, &before->items[i], &after->items[i]);
    }
    if (wanted == COMPARE_METRICS_REST)
        return;
    const struct collector *left = c->before->collector, *right = c->after->collector;
    count_row(table, "orders", left->order_count, right->order_count);
    if (left->rejected_total + right->rejected_total > 0)
        count_row(table, "rejected orders", left->rejected_total, right->rejected_total);
    count_row(table, "trades", left->trade_count, right->trade_count);
}

/* Why a run has no trades. */
static void say_why(struct sheet *sheet, const char *name, const struct report *report) {
    struct str why = {0}, line = {0};
    text_why_sentence(report, &why);
    if (why.len > 0) {
        str_appendf(&line, "%s: %s", name, str_text(&why));
        sheet_line(sheet, 2, 4, str_text(&line));
    }
    str_fini(&why);
    str_fini(&line);
}

/* With the runs' names, else with short titles, else the titles in the heading and a line a row. */
void compare_text_metrics(const struct comparison *c, const struct compare_text *how,
                          struct str *str) {
    const char *titles[][3] = {{how->before_name, how->after_name, "difference"},
                               {"before", "after", "difference"},
                               {"", "", ""}};
    const size_t last = ARRAY_LEN(titles) - 1;
    struct sheet sheet;
    struct table table;
    bool is_rest = how->metrics == COMPARE_METRICS_REST;
    size_t i = 0;
    sheet_init(&sheet, str, how->width);
    for (fill_metrics(c, how->metrics, &table, titles[0]); i < last && !sheet_fits(&sheet, &table);
         i++) {
        table_fini(&table);
        fill_metrics(c, how->metrics, &table, titles[i + 1]);
    }
    if (is_rest && table_rows(&table) == 0) {
        table_fini(&table);
        return;
    }
    sheet_heading(&sheet, is_rest    ? "Further metrics that differ"
                          : i < last ? "Result"
                                     : "Result: before, after, difference");
    sheet_table(&sheet, &table);
    table_fini(&table);
    if (is_rest)
        return;
    say_why(&sheet, how->before_name, c->before);
    say_why(&sheet, how->after_name, c->after);
}

/* ---- trades ---- */

/* How much of a trade is shown: less where there is less room. */
enum detail { DETAIL_PRICES, DETAIL_TIMES, DETAIL_ENTRY };

struct trade_page {
    const struct comparison *c;
    struct table *table;
    bool has_strategies; /* several: they are named */
    enum detail detail;
};

static void trade_columns(const struct trade_page *page) {
    table_column(page->table, "", TABLE_LEFT);
    if (page->has_strategies)
        table_column(page->table, "strategy", TABLE_LEFT);
    table_column(page->table, "symbol", TABLE_LEFT);
    table_column(page->table, "side", TABLE_LEFT);
    table_column(page->table, "quantity", TABLE_RIGHT);
    table_column(page->table, "entry", TABLE_LEFT);
    if (page->detail == DETAIL_PRICES)
        table_column(page->table, "at", TABLE_RIGHT);
    if (page->detail <= DETAIL_TIMES)
        table_column(page->table, "exit", TABLE_LEFT);
    if (page->detail == DETAIL_PRICES)
        table_column(page->table, "at", TABLE_RIGHT);
    table_column(page->table, "net", TABLE_RIGHT);
}

static void trade_row(const struct trade_page *page, const char *mark, const struct collector *c,
                      const struct j_trade *trade) {
    char entry[TIME_ISO_MAX], exit[TIME_ISO_MAX], net[CELL];
    int64_t timeframe = names_timeframe(&c->names, trade->symbol);
    text_fill_time(entry, sizeof(entry), trade->entry_time, trade->entry_known, timeframe);
    text_fill_time(exit, sizeof(exit), trade->exit_time, trade->exit_known, timeframe);
    text_money(net, sizeof(net), trade->net);
    table_cell(page->table, mark);
    if (page->has_strategies)
        table_cell(page->table, c->names.strategies[trade->strategy].name);
    table_cell(page->table, c->names.symbols[trade->symbol].name);
    table_cell(page->table, trade->quantity < 0.0 ? "short" : "long");
    table_cellf(page->table, "%.6g", fabs(trade->quantity));
    table_cell(page->table, entry);
    if (page->detail == DETAIL_PRICES)
        table_cellf(page->table, "%.6g", trade->entry_price);
    if (page->detail <= DETAIL_TIMES)
        table_cell(page->table, exit);
    if (page->detail == DETAIL_PRICES)
        table_cellf(page->table, "%.6g", trade->exit_price);
    table_cell(page->table, net);
}

/* A changed trade is two rows: as it was, and as it is. */
static void fill_trades(const struct trade_page *page, int64_t count) {
    static const char *const marks[] = {
        [COMPARE_ADDED] = "+", [COMPARE_GONE] = "-", [COMPARE_CHANGED] = "~"};
    trade_columns(page);
    for (int64_t i = 0; i < count; i++) {
        const struct compare_trade *trade = &page->c->trades[i];
        const char *mark = marks[trade->kind];
        if (trade->before != NULL)
            trade_row(page, mark, page->c->before->collector, trade->before);
        if (trade->after != NULL)
            trade_row(page, trade->before != NULL ? "" : mark, page->c->after->collector,
                      trade->after);
    }
}

static void trades_heading(struct sheet *sheet, const struct comparison *c) {
    char line[200];
    if (c->trade_count == 0 && c->same == 0)
        snprintf(line, sizeof(line), "Trades: none in either run");
    else if (c->trade_count == 0)
        snprintf(line, sizeof(line), "Trades: all %" PRId64 " the same", c->same);
    else
        snprintf(line, sizeof(line),
                 "Trades: %" PRId64 " the same, %" PRId64 " added (+), %" PRId64
                 " gone (-), %" PRId64 " changed (~)",
                 c->same, c->added, c->gone, c->changed);
    sheet_heading(sheet, line);
}

void compare_text_trades(const struct comparison *c, const struct compare_text *how,
                         struct str *str) {
    struct sheet sheet;
    struct table table;
    struct trade_page page = {.c = c, .table = &table};
    int64_t limit = how->trade_max < 0 ? 0 : how->trade_max;
    int64_t count = c->trade_count < limit ? c->trade_count : limit;
    sheet_init(&sheet, str, how->width);
    trades_heading(&sheet, c);
    page.has_strategies = c->before->collector->names.strategy_count > 1 ||
                          c->after->collector->names.strategy_count > 1;
    for (; count > 0; page.detail++) {
        table_init(&table);
        fill_trades(&page, count);
        if (page.detail == DETAIL_ENTRY || sheet_fits(&sheet, &table))
            break;
        table_fini(&table);
    }
    if (count > 0) {
        sheet_table(&sheet, &table);
        table_fini(&table);
    }
    if (c->trade_count > count) {
        char line[CELL];
        snprintf(line, sizeof(line), count > 0 ? "... and %" PRId64 " more" : "%" PRId64 " differ",
                 c->trade_count - count);
        sheet_line(&sheet, 2, 2, line);
    }
}

/* ---- inputs ---- */

void compare_text_inputs(const struct comparison *c, const struct compare_text *how,
                         struct str *str) {
    struct compare_inputs inputs;
    struct sides sides = {0};
    struct sheet sheet;
    compare_inputs_make(c, &inputs);
    sheet_init(&sheet, str, how->width);
    for (int64_t i = 0; i < inputs.count; i++) {
        const struct compare_input *item = &inputs.items[i];
        struct str label = {0};
        if (how->is_edit && item->kind == INPUT_BUILD)
            continue;
        str_appendf(&label, "%s %s", compare_input_kind_name(item->kind), item->name);
        sides_add(&sides, false, str_text(&label), item->before != NULL ? item->before : "-",
                  item->after != NULL ? item->after : "-");
        str_fini(&label);
    }
    if (!c->same_bars && inputs.count_of[INPUT_BARS] == 0)
        sides_add(&sides, false, "bars", "(hash differs)", "(hash differs)");
    if (sides.count > 0) {
        sheet_heading(&sheet, "Inputs that differ");
        sides_end(&sides, &sheet, how->before_name, how->after_name);
    }
    compare_inputs_fini(&inputs);
}
