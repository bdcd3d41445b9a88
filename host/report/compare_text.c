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

/* ---- metrics ---- */

enum { CELL = 64 };

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

static void fill_metrics(const struct comparison *c, struct table *table, const char *titles[3]) {
    const struct metrics *before = &c->before->metrics, *after = &c->after->metrics;
    double initial = collector_initial(c->before->collector);
    double initial_after = collector_initial(c->after->collector);
    table_init(table);
    table_column(table, "", TABLE_LEFT);
    table_column(table, "", TABLE_LEFT);
    for (int i = 0; i < 3; i++)
        table_column(table, titles[i], TABLE_RIGHT);
    if (!compare_bits_are_equal(initial, initial_after))
        money_row(table, "initial equity", initial, initial_after);
    money_row(table, "final equity", before->final_equity, after->final_equity);
    for (int i = 0; i < METRIC_COUNT; i++) {
        if (is_headline(i) || !compare_metrics_are_equal(&before->items[i], &after->items[i]))
            metric_row(table, &before->items[i], &after->items[i]);
    }
    count_row(table, "trades", c->before->collector->trade_count, c->after->collector->trade_count);
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
    size_t i = 0;
    sheet_init(&sheet, str, how->width);
    for (fill_metrics(c, &table, titles[0]); i < last && !sheet_fits(&sheet, &table); i++) {
        table_fini(&table);
        fill_metrics(c, &table, titles[i + 1]);
    }
    sheet_heading(&sheet, i < last ? "Result" : "Result: before, after, difference");
    sheet_table(&sheet, &table);
    table_fini(&table);
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
    text_time(entry, sizeof(entry), trade->entry_time);
    text_time(exit, sizeof(exit), trade->exit_time);
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
