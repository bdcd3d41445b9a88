/* The table, and the two statements that come of it. */
#include "store/run_writer_columns.h"

#include <stddef.h>

#define I(column, row, member)                                                                     \
    { column, 'i', offsetof(struct row, member) }
#define F(column, row, member)                                                                     \
    { column, 'f', offsetof(struct row, member) }
#define T(column, row, member)                                                                     \
    { column, 't', offsetof(struct row, member) }

const struct row_table row_tables[ROW_KINDS] = {
    [ROW_SIGNAL] = {"strategy_signal",
                    "record a signal",
                    true,
                    "",
                    "seq",
                    {I("strategy_instance_id", j_intent, strategy), I("time", j_intent, time),
                     I("number", j_intent, number), I("kind", j_intent, kind),
                     I("symbol_id", j_intent, symbol), I("side", j_intent, side),
                     I("type", j_intent, type), I("tif", j_intent, tif),
                     I("flags", j_intent, flags), I("size_kind", j_intent, size_kind),
                     F("size_value", j_intent, size_value),
                     F("stop_distance", j_intent, stop_distance),
                     F("limit_price", j_intent, limit_price), F("stop_price", j_intent, stop_price),
                     I("order_id", j_intent, order), I("reason", j_intent, reason)}},
    [ROW_ORDER] = {"strategy_order",
                   "record an order",
                   false,
                   "",
                   "order_id",
                   {I("order_id", j_order, id), I("strategy_instance_id", j_order, strategy),
                    I("time", j_order, time), I("number", j_order, number),
                    I("symbol_id", j_order, symbol), I("side", j_order, side),
                    I("type", j_order, type), I("tif", j_order, tif), I("flags", j_order, flags),
                    F("quantity", j_order, quantity), F("limit_price", j_order, limit_price),
                    F("stop_price", j_order, stop_price), F("reference", j_order, reference),
                    T("tag", j_order, tag)}},
    [ROW_ORDER_EVENT] = {"strategy_order_event",
                         "record what became of an order",
                         true,
                         "",
                         "seq",
                         {I("strategy_instance_id", row_order_event, strategy),
                          I("time", row_order_event, event.time),
                          I("order_id", row_order_event, event.order),
                          I("state", row_order_event, event.state),
                          I("reason", row_order_event, event.reason),
                          F("needed", row_order_event, event.needed),
                          F("available", row_order_event, event.available)}},
    [ROW_FILL] = {"strategy_fill",
                  "record a fill",
                  false,
                  "",
                  "fill_id, strategy_instance_id",
                  {I("fill_id", row_fill, fill.id),
                   I("strategy_instance_id", row_fill, share.strategy),
                   I("ts_event", row_fill, fill.ts_event), I("ts_known", row_fill, fill.ts_known),
                   I("order_id", row_fill, fill.order), I("symbol_id", row_fill, fill.symbol),
                   F("fill_quantity", row_fill, fill.quantity), F("price", row_fill, fill.price),
                   F("raw", row_fill, fill.raw), F("fill_fee", row_fill, fill.fee),
                   I("phase", row_fill, fill.phase), F("quantity", row_fill, share.quantity),
                   F("fee", row_fill, share.fee), F("closed", row_fill, share.closed),
                   F("realized", row_fill, share.realized),
                   F("position", row_fill, share.position)}},
    [ROW_TRADE] = {"strategy_trade",
                   "record a trade",
                   false,
                   "",
                   "trade_id",
                   {I("trade_id", j_trade, id), I("strategy_instance_id", j_trade, strategy),
                    I("symbol_id", j_trade, symbol), I("entry_time", j_trade, entry_time),
                    I("exit_time", j_trade, exit_time), I("entry_known", j_trade, entry_known),
                    I("exit_known", j_trade, exit_known), F("quantity", j_trade, quantity),
                    F("entry_price", j_trade, entry_price), F("exit_price", j_trade, exit_price),
                    F("gross", j_trade, gross), F("fees", j_trade, fees), F("net", j_trade, net),
                    F("mae", j_trade, mae), F("mfe", j_trade, mfe),
                    I("entry_order", j_trade, entry_order), I("exit_order", j_trade, exit_order)}},
    [ROW_POSITION] = {"strategy_position_snapshot",
                      "record a position",
                      true,
                      "",
                      "seq",
                      {I("strategy_instance_id", j_position, strategy), I("time", j_position, time),
                       I("symbol_id", j_position, symbol), F("quantity", j_position, quantity),
                       F("average_price", j_position, average_price), F("mark", j_position, mark)}},
    [ROW_NOTE] = {"strategy_note",
                  "record a note",
                  true,
                  " AND key IS NOT NULL",
                  "seq",
                  {I("strategy_instance_id", row_note, note.strategy),
                   I("time", row_note, note.time), I("level", row_note, level),
                   T("key", row_note, note.key), T("text", row_note, note.text)}},
    [ROW_LOG] = {"strategy_note",
                 "record a log line",
                 true,
                 " AND key IS NULL",
                 "seq",
                 {I("strategy_instance_id", j_log, strategy), I("time", j_log, time),
                  I("level", j_log, level), T("text", j_log, text)}},
};

int row_table_width(const struct row_table *table) {
    int width = table->has_seq ? 2 : 1;
    for (const struct row_column *c = table->columns; c->name; c++)
        width++;
    return width;
}

void row_table_insert(const struct row_table *table, int count, struct str *ret_sql) {
    int width = row_table_width(table);
    str_clear(ret_sql);
    /* FAIL: no journal of the statement, into which SQLite would copy each page that it touches; a
     * batch that fails is rolled back whole anyway */
    str_appendf(ret_sql, "INSERT OR FAIL INTO %s (strategy_run_id%s", table->name,
                table->has_seq ? ", seq" : "");
    for (const struct row_column *c = table->columns; c->name; c++)
        str_appendf(ret_sql, ", %s", c->name);
    str_append(ret_sql, ") VALUES ");
    for (int row = 0; row < count; row++)
        for (int i = 0; i < width; i++)
            str_appendf(ret_sql, "%s?%s",
                        i > 0     ? ", "
                        : row > 0 ? ", ("
                                  : "(",
                        i + 1 == width ? ")" : "");
}

void row_table_select(const struct row_table *table, struct str *ret_sql) {
    str_clear(ret_sql);
    str_append(ret_sql, "SELECT ");
    for (const struct row_column *c = table->columns; c->name; c++)
        str_appendf(ret_sql, "%s%s", c == table->columns ? "" : ", ", c->name);
    str_appendf(ret_sql, " FROM %s WHERE strategy_run_id = ?%s ORDER BY %s", table->name,
                table->where, table->order);
}
