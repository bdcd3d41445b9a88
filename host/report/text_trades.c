/* Who made what, and what is still held. */
#include "report/text_page.h"

#include <inttypes.h>

#include "report/text_value.h"

void text_strategies(struct page *p) {
    static const enum table_align aligns[] = {TABLE_LEFT, TABLE_RIGHT, TABLE_RIGHT, TABLE_RIGHT};
    const struct collector *c = p->c;
    struct table table;
    if (c->names.strategy_count < 2)
        return;
    page_heading(p, "Strategies");
    page_begin_table(&table, aligns, ARRAY_LEN(aligns));
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
    page_end_table(p, &table);
}

void text_positions(struct page *p) {
    static const enum table_align aligns[] = {TABLE_LEFT, TABLE_LEFT, TABLE_RIGHT, TABLE_RIGHT,
                                              TABLE_RIGHT};
    const struct collector *c = p->c;
    struct table table;
    if (c->position_count == 0)
        return;
    page_heading(p, "Open positions");
    page_begin_table(&table, aligns, ARRAY_LEN(aligns));
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
    page_end_table(p, &table);
}
