/*
 * What each strategy made of its budget, and what is still held. An open position's result counts
 * the entry fees of what is held, which leave it as the average price does: a sale takes the part
 * of them that it takes of the position.
 */
#include "report/text_page.h"

#include <inttypes.h>
#include <math.h>

#include "base/mem.h"
#include "base/time.h"
#include "report/strategy_sums.h"
#include "report/text_value.h"

enum { POSITIONS_MAX = 20 };

static void net_cell(struct page_table *t, double value) {
    if (isnan(value))
        table_cell(&t->table, "-");
    else
        page_money_cell(t, value);
}

void text_strategies(struct page *p) {
    const struct names *names = &p->c->names;
    struct page_table t;
    if (names->strategy_count < 2)
        return;
    struct strategy_sum *sums = mem_zalloc((size_t)names->strategy_count, sizeof(*sums));
    strategy_sums(p->c, sums);
    page_heading(p, "Strategies");
    page_begin_table(&t, NULL, 0);
    table_column(&t.table, "", TABLE_LEFT);
    static const char *const titles[] = {"budget", "trades", "closed", "open", "equity"};
    for (size_t i = 0; i < ARRAY_LEN(titles); i++)
        table_column(&t.table, titles[i], TABLE_RIGHT);
    for (int64_t i = 0; i < names->strategy_count; i++) {
        char budget[64], equity[64] = "-";
        text_money(budget, sizeof(budget), names->strategies[i].budget);
        if (!isnan(sums[i].equity))
            text_money(equity, sizeof(equity), sums[i].equity);
        table_cell(&t.table, "");
        table_cell(&t.table, names->strategies[i].name);
        table_cell(&t.table, budget);
        table_cellf(&t.table, "%" PRId64, sums[i].trades);
        page_money_cell(&t, sums[i].net);
        net_cell(&t, sums[i].open);
        table_cell(&t.table, equity);
    }
    page_end_table(p, &t);
    mem_free(sums);
}

/* One more allocation of a position with `fees` of entry so far. */
static double entry_fees(double fees, const struct j_allocation *a) {
    double held = a->position - a->quantity, opened = a->quantity - a->closed;
    if (held != 0.0)
        fees -= fees * fmin(1.0, fabs(a->closed / held));
    if (a->quantity != 0.0)
        fees += a->fee * (opened / a->quantity);
    return a->position == 0.0 ? 0.0 : fees;
}

/* Of the first `count` open positions, in one pass over the allocations. */
static void find_entry_fees(const struct collector *c, int64_t count, double *ret) {
    for (int64_t k = 0; k < count; k++)
        ret[k] = 0.0;
    for (int64_t i = 0; i < c->allocation_count; i++) {
        const struct j_allocation *a = &c->allocations[i];
        int64_t symbol = c->fills[a->fill - 1].symbol;
        for (int64_t k = 0; k < count; k++)
            if (c->positions[k].strategy == a->strategy && c->positions[k].symbol == symbol)
                ret[k] = entry_fees(ret[k], a);
    }
}

/* is_narrow: without what the export has anyway. */
static void position_row(const struct page *p, const struct j_position *position, double fees,
                         bool is_narrow, struct page_table *t) {
    const struct collector *c = p->c;
    const struct name_symbol *symbol = &c->names.symbols[position->symbol];
    char result[64], fee[64], last[TIME_ISO_MAX];
    int64_t time;
    double gross =
        position->quantity * (position->mark - position->average_price) * symbol->multiplier;
    double net = gross - fees;
    bool is_stale = report_is_stale(p->report, position->symbol, &time);
    text_money(result, sizeof(result), net);
    text_money(fee, sizeof(fee), fees);
    table_cell(&t->table, "");
    table_cell(&t->table, c->names.strategies[position->strategy].name);
    table_cell(&t->table, symbol->name);
    table_cellf(&t->table, "%.*g", is_narrow ? 6 : 10, position->quantity);
    table_cellf(&t->table, "at %.6g, %s %.6g", position->average_price, is_stale ? "last" : "now",
                position->mark);
    page_cell_colour(t, is_stale ? PAGE_WARN : PAGE_PLAIN);
    table_cellf(&t->table, "net %s", result);
    page_cell_colour(t, net < 0.0 ? PAGE_BAD : net > 0.0 ? PAGE_GOOD : PAGE_PLAIN);
    if (is_stale) {
        text_bar_time(last, sizeof(last), time, names_timeframe(&c->names, position->symbol));
        table_cellf(&t->table, "(last price of %s%s%s)", last, is_narrow ? "" : ", entry fee ",
                    is_narrow ? "" : fee);
    } else if (is_narrow) {
        table_cell(&t->table, "");
    } else {
        table_cellf(&t->table, "(entry fee %s)", fee);
    }
}

static void fill_positions(const struct page *p, int64_t count, const double *fees, bool is_narrow,
                           struct page_table *t) {
    static const enum table_align aligns[] = {TABLE_LEFT,  TABLE_LEFT,  TABLE_RIGHT,
                                              TABLE_RIGHT, TABLE_RIGHT, TABLE_LEFT};
    page_begin_table(t, aligns, ARRAY_LEN(aligns));
    for (int64_t i = 0; i < count; i++)
        position_row(p, &p->c->positions[i], fees[i], is_narrow, t);
}

void text_positions(struct page *p) {
    const struct collector *c = p->c;
    double fees[POSITIONS_MAX];
    struct page_table t;
    int64_t count = c->position_count < POSITIONS_MAX ? c->position_count : POSITIONS_MAX;
    if (count == 0)
        return;
    find_entry_fees(c, count, fees);
    page_heading(p, "Open positions");
    fill_positions(p, count, fees, false, &t);
    if (page_table_width(&t) > p->width) {
        page_drop_table(&t);
        fill_positions(p, count, fees, true, &t);
    }
    page_end_table(p, &t);
    if (c->position_count > count)
        str_appendf(p->str, "    ... %" PRId64 " more\n", c->position_count - count);
}
