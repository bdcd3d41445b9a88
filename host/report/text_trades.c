/*
 * The trades: their metrics, and the first and the last of them. A terminal that is too narrow
 * loses columns, the least telling first: what is left out is in the export.
 */
#include "report/text_page.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/time.h"
#include "report/text_value.h"

enum { SHOWN_MAX = 10, SHOWN_FIRST = 4, SHOWN_LAST = 5 };

enum column {
    NUMBER = 1 << 0,
    STRATEGY = 1 << 1,
    SYMBOL = 1 << 2,
    SIDE = 1 << 3, /* without it the quantity has a sign */
    ENTRY_PRICE = 1 << 4,
    EXIT_PRICE = 1 << 5,
    DURATION = 1 << 6,
    RETURN = 1 << 7,
    DIGITS = 1 << 8, /* no column: cents and minutes in the others */
    EVERY = (1 << 9) - 1
};

/* Given up from the left; whose trade it was and on what comes last. */
static const enum column spare[] = {NUMBER, DURATION, DIGITS,   EXIT_PRICE, ENTRY_PRICE,
                                    RETURN, SIDE,     STRATEGY, SYMBOL};

/* The day, with the minute where bars are shorter than days and there is room. */
static void short_time(const struct page *p, char *buffer, const struct j_trade *trade,
                       bool is_entry, bool has_minutes) {
    int64_t time = is_entry ? trade->entry_time : trade->exit_time;
    int64_t known = is_entry ? trade->entry_known : trade->exit_known;
    int64_t timeframe = names_timeframe(&p->c->names, trade->symbol);
    char text[TIME_ISO_MAX];
    if (has_minutes) {
        time_format_iso(text, sizeof(text), time);
        text[10] = ' ';
        text[16] = '\0';
    } else {
        text_fill_time(text, sizeof(text), time, known, timeframe);
        text[10] = '\0';
    }
    memcpy(buffer, text, sizeof(text));
}

static double trade_return(const struct page *p, const struct j_trade *trade) {
    double multiplier = p->c->names.symbols[trade->symbol].multiplier;
    return trade->net / (fabs(trade->quantity) * trade->entry_price * multiplier);
}

static void begin_trades(struct page_table *t, unsigned columns) {
    static const struct {
        const char *title;
        enum table_align align;
        unsigned column;
    } all[] = {{"trade", TABLE_RIGHT, NUMBER},      {"strategy", TABLE_LEFT, STRATEGY},
               {"symbol", TABLE_LEFT, SYMBOL},      {"side", TABLE_LEFT, SIDE},
               {"quantity", TABLE_RIGHT, 0},        {"entry", TABLE_LEFT, 0},
               {"price", TABLE_RIGHT, ENTRY_PRICE}, {"exit", TABLE_LEFT, 0},
               {"price", TABLE_RIGHT, EXIT_PRICE},  {"net", TABLE_RIGHT, 0},
               {"return", TABLE_RIGHT, RETURN},     {"held", TABLE_RIGHT, DURATION}};
    page_begin_table(t, NULL, 0);
    for (size_t i = 0; i < ARRAY_LEN(all); i++)
        if (all[i].column == 0 || (columns & all[i].column) != 0)
            table_column(&t->table, all[i].title, all[i].align);
}

static void net_cell(struct page_table *t, double net, bool has_cents) {
    char text[64];
    if (has_cents) {
        page_money_cell(t, net);
        return;
    }
    text_money(text, sizeof(text), nearbyint(net));
    text[strcspn(text, ".")] = '\0';
    table_cell(&t->table, text);
    page_cell_colour(t, net < 0.0 ? PAGE_BAD : net > 0.0 ? PAGE_GOOD : PAGE_PLAIN);
}

static void return_cell(struct table *table, double part, bool has_cents) {
    if (!isfinite(part))
        table_cell(table, "-");
    else if (fabs(part) >= 1e4)
        table_cellf(table, "%.3g %%", part);
    else
        table_cellf(table, "%.*f %%", has_cents ? 2 : 1, part);
}

static void trade_row(const struct page *p, struct page_table *t, const struct j_trade *trade,
                      unsigned columns, bool has_minutes) {
    struct table *table = &t->table;
    const bool has_digits = (columns & DIGITS) != 0;
    const int digits = has_digits ? 6 : 5;
    char text[64];
    table_cell(table, "");
    if (columns & NUMBER)
        table_cellf(table, "%" PRId64, trade->id);
    if (columns & STRATEGY)
        table_cell(table, p->c->names.strategies[trade->strategy].name);
    if (columns & SYMBOL)
        table_cell(table, p->c->names.symbols[trade->symbol].name);
    if (columns & SIDE)
        table_cell(table, trade->quantity < 0.0 ? "short" : "long");
    table_cellf(table, "%.*g", digits, columns & SIDE ? fabs(trade->quantity) : trade->quantity);
    short_time(p, text, trade, true, has_minutes && has_digits);
    table_cell(table, text);
    if (columns & ENTRY_PRICE)
        table_cellf(table, "%.*g", digits, trade->entry_price);
    short_time(p, text, trade, false, has_minutes && has_digits);
    table_cell(table, text);
    if (columns & EXIT_PRICE)
        table_cellf(table, "%.*g", digits, trade->exit_price);
    net_cell(t, trade->net, has_digits);
    if (columns & RETURN)
        return_cell(table, 100.0 * trade_return(p, trade), has_digits);
    if (columns & DURATION) {
        text_span(text, sizeof(text), (double)(trade->exit_time - trade->entry_time) * 1e-9);
        table_cell(table, text);
    }
}

static bool is_shown(const struct collector *c, int64_t i) {
    return c->trade_count <= SHOWN_MAX || i < SHOWN_FIRST || i >= c->trade_count - SHOWN_LAST;
}

static void fill_trades(struct page *p, struct page_table *t, unsigned columns) {
    const struct collector *c = p->c;
    bool has_minutes = false;
    for (int64_t i = 0; i < c->trade_count; i++)
        if (is_shown(c, i))
            has_minutes =
                has_minutes || (names_timeframe(&c->names, c->trades[i].symbol) < TIME_DAY &&
                                (c->trades[i].entry_time % TIME_DAY != 0 ||
                                 c->trades[i].exit_time % TIME_DAY != 0));
    begin_trades(t, columns);
    for (int64_t i = 0; i < c->trade_count; i++)
        if (is_shown(c, i))
            trade_row(p, t, &c->trades[i], columns, has_minutes);
}

void text_trades(struct page *p) {
    const struct collector *c = p->c;
    struct page_table t;
    unsigned columns = EVERY;
    if (c->trade_count == 0)
        return;
    if (p->report->facts->interruption == NULL)
        text_group(p, "Trades", METRIC_TRADES);
    else
        page_heading(p, "Trades");
    if (c->names.strategy_count == 1)
        columns &= ~(unsigned)STRATEGY;
    if (c->names.symbol_count == 1)
        columns &= ~(unsigned)SYMBOL;
    fill_trades(p, &t, columns);
    for (size_t i = 0; i < ARRAY_LEN(spare) && page_table_width(&t) > p->width; i++) {
        if ((columns & (unsigned)spare[i]) == 0)
            continue;
        page_drop_table(&t);
        columns &= ~(unsigned)spare[i];
        fill_trades(p, &t, columns);
    }
    if (c->trade_count > SHOWN_MAX) {
        int64_t more = c->trade_count - SHOWN_FIRST - SHOWN_LAST;
        t.break_row = SHOWN_FIRST;
        snprintf(t.break_line, sizeof(t.break_line), "    ... %" PRId64 " more", more);
        if (p->report->facts->number > 0)
            snprintf(t.break_line, sizeof(t.break_line),
                     "    ... %" PRId64 " more: qshost export %" PRId64 " trades", more,
                     p->report->facts->number);
    }
    if (p->report->facts->interruption == NULL)
        str_append_char(p->str, '\n');
    page_end_table(p, &t);
}
