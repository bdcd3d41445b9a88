/*
 * What each strategy made of its budget, and what is still held. An open position's result counts
 * the entry fees of what is held, which leave it as the average price does: a sale takes the part
 * of them that it takes of the position.
 */
#include "report/text_page.h"

#include <inttypes.h>
#include <math.h>

#include "report/text_value.h"

enum { POSITIONS_MAX = 20 };

void text_strategies(struct page *p) {
    static const enum table_align aligns[] = {TABLE_LEFT, TABLE_RIGHT, TABLE_RIGHT, TABLE_RIGHT};
    const struct collector *c = p->c;
    struct page_table t;
    if (c->names.strategy_count < 2)
        return;
    page_heading(p, "Strategies");
    page_begin_table(&t, aligns, ARRAY_LEN(aligns));
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
        table_cell(&t.table, "");
        table_cell(&t.table, c->names.strategies[i].name);
        table_cellf(&t.table, "budget %s", budget);
        table_cellf(&t.table, "%" PRId64 " trades", trades);
        table_cellf(&t.table, "net %s", text);
        page_cell_colour(&t, net < 0.0 ? PAGE_BAD : net > 0.0 ? PAGE_GOOD : PAGE_PLAIN);
    }
    page_end_table(p, &t);
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

static void position_row(const struct collector *c, const struct j_position *position, double fees,
                         struct page_table *t) {
    const struct name_symbol *symbol = &c->names.symbols[position->symbol];
    char result[64], fee[64];
    double gross =
        position->quantity * (position->mark - position->average_price) * symbol->multiplier;
    double net = gross - fees;
    text_money(result, sizeof(result), net);
    text_money(fee, sizeof(fee), fees);
    table_cell(&t->table, "");
    table_cell(&t->table, c->names.strategies[position->strategy].name);
    table_cell(&t->table, symbol->name);
    table_cellf(&t->table, "%.10g", position->quantity);
    table_cellf(&t->table, "at %.6g, now %.6g", position->average_price, position->mark);
    table_cellf(&t->table, "net %s", result);
    page_cell_colour(t, net < 0.0 ? PAGE_BAD : net > 0.0 ? PAGE_GOOD : PAGE_PLAIN);
    table_cellf(&t->table, "(entry fee %s)", fee);
}

void text_positions(struct page *p) {
    static const enum table_align aligns[] = {TABLE_LEFT,  TABLE_LEFT,  TABLE_RIGHT,
                                              TABLE_RIGHT, TABLE_RIGHT, TABLE_LEFT};
    const struct collector *c = p->c;
    double fees[POSITIONS_MAX];
    struct page_table t;
    int64_t count = c->position_count < POSITIONS_MAX ? c->position_count : POSITIONS_MAX;
    if (count == 0)
        return;
    find_entry_fees(c, count, fees);
    page_heading(p, "Open positions");
    page_begin_table(&t, aligns, ARRAY_LEN(aligns));
    for (int64_t i = 0; i < count; i++)
        position_row(c, &c->positions[i], fees[i], &t);
    page_end_table(p, &t);
    if (c->position_count > count)
        str_appendf(p->str, "    ... %" PRId64 " more\n", c->position_count - count);
}
