/* Only the table, and its text. The rows that fill it: export_rows.c, export_orders.c. */
#include "report/export_columns.h"

#include "base/table.h"

#define TIME(words)                                                                                \
    { "time", "time", words }
#define STRATEGY                                                                                   \
    { "strategy", "text", "the strategy's name in the run" }
#define SYMBOL                                                                                     \
    { "symbol", "text", "of the instrument" }

static const struct export_column trades[] = {
    {"id", "integer", "counts up from 1, in the order in which trades closed"},
    STRATEGY,
    SYMBOL,
    {"side", "text", "long or short"},
    {"quantity", "units", "of this round trip; negative when short"},
    {"entry_time", "time", "when the opening fill happened"},
    {"entry_price", "price", "paid or got, slippage included"},
    {"exit_time", "time", "when the closing fill happened"},
    {"exit_price", "price", "got or paid, slippage included"},
    {"gross", "money", "quantity * (exit_price - entry_price) * multiplier"},
    {"fees", "money", "the trade's part of the fees of both fills"},
    {"net", "money", "gross - fees"},
    {"mae", "money", "worst excursion while it was open, at most 0"},
    {"mfe", "money", "best excursion while it was open, at least 0"},
    {"entry_known", "time", "when the strategy could know of the entry: the bar's close"},
    {"exit_known", "time", "the same of the exit"},
    {"entry_order", "integer",
     "id of the order that opened it (flat: that left flat; table orders)"},
    {"exit_order", "integer", "id of the order that closed it (flat: the last of several)"},
    {"entry_tag", "text", "the strategy's own word on the entry order; empty without"},
    {"exit_tag", "text", "the same on the exit order"},
};

static const struct export_column fills[] = {
    {"id", "integer", "of the fill; a fill that several strategies share has a row for each"},
    TIME("when it happened"),
    {"known", "time", "when the strategy could know of it: the bar's close"},
    {"order", "integer", "id of the order (table orders)"},
    STRATEGY,
    SYMBOL,
    {"side", "text", "buy or sell"},
    {"quantity", "units", "the strategy's share; negative when sold"},
    {"price", "price", "with slippage and spread"},
    {"raw", "price", "before slippage and spread"},
    {"fee", "money", "the share's part of the commission"},
    {"closed", "units", "part of quantity that closed what was held"},
    {"realized", "money", "result of the closed part against the average price, before fees"},
    {"position", "units", "what the strategy holds afterwards"},
    {"phase", "text", "when in its bar: open, bar, close, or end of the run"},
};

static const struct export_column orders[] = {
    {"id", "integer", "counts up from 1; refused orders have one too"},
    TIME("when it was asked for"),
    STRATEGY,
    {"number", "integer", "the strategy's own number of it"},
    SYMBOL,
    {"side", "text", "buy or sell"},
    {"type", "text", "market, limit, stop or stop_limit"},
    {"tif", "text", "time in force: gtc, day or ioc"},
    {"reduce_only", "bool", "never opens, only closes"},
    {"quantity", "units", "asked for; 0 where the size is resolved at the fill"},
    {"limit_price", "price", "empty without"},
    {"stop_price", "price", "empty without"},
    {"reference", "price", "newest close when it was asked for"},
    {"tag", "text", "the strategy's own word"},
    {"state", "text", "the last one: FILLED, CANCELED, EXPIRED, REJECTED ..."},
    {"state_time", "time", "since when"},
    {"reason", "text", "why it is in that state; empty when there is nothing to say"},
    {"words", "text", "the reason as a sentence"},
    {"filled", "units", "sum of its fills, never negative"},
};

static const struct export_column events[] = {
    TIME("of the change"),
    {"order", "integer", "id of the order (table orders)"},
    STRATEGY,
    SYMBOL,
    {"state", "text", "the order's state from here on"},
    {"reason", "text", "why; empty when there is nothing to say"},
    {"words", "text", "the reason as a sentence"},
    {"needed", "money", "what a refusal for money asked for; else empty"},
    {"available", "money", "what there was; else empty"},
};

static const struct export_column equity[] = {
    TIME("the bars' close"),
    {"silo", "text", "the account"},
    {"cash", "money", "after all fills so far"},
    {"equity", "money", "cash and positions at their newest closes"},
    {"low", "money", "lowest equity inside the bars"},
    {"high", "money", "highest equity inside the bars"},
    {"gross", "money", "sum of |position| * close"},
    {"net", "money", "sum of position * close"},
    {"leverage", "number", "gross / equity"},
    {"drawdown", "fraction", "equity / highest equity so far - 1, at most 0"},
};

static const struct export_column signals[] = {
    TIME("of the callback that wished"),
    STRATEGY,
    {"number", "integer", "the strategy's own number of the order"},
    {"kind", "text", "order, cancel, flatten or target"},
    SYMBOL,
    {"side", "text", "buy or sell; of orders, as the next three"},
    {"type", "text", "market, limit, stop or stop_limit"},
    {"tif", "text", "gtc, day or ioc"},
    {"reduce_only", "bool", "never opens, only closes"},
    {"size_kind", "text", "what size means: units, equity, buying_power, risk, money, default"},
    {"size", "number", "by its kind; a fraction for equity, buying_power and risk"},
    {"stop_distance", "price", "of size_kind risk"},
    {"limit_price", "price", "empty without"},
    {"stop_price", "price", "empty without"},
    {"order", "integer", "id of the order made of it; empty when there is none"},
    {"reason", "text", "why there is none"},
    {"words", "text", "the reason as a sentence"},
};

static const struct export_column ledger[] = {
    TIME("the bars' close"),
    STRATEGY,
    {"cash", "money", "of its budget, after its fills so far"},
    {"equity", "money", "cash and its positions at their newest closes"},
    {"gross", "money", "sum of |position| * close"},
    {"net", "money", "sum of position * close"},
};

static const struct export_column plots[] = {
    TIME("of the callback"),
    STRATEGY,
    {"key", "text", "the first argument of qs_plot"},
    {"value", "number", "empty when it was NaN or infinite"},
};

static const struct export_column notes[] = {
    TIME("of the callback"),
    STRATEGY,
    {"key", "text", "the first argument of qs_note"},
    {"text", "text", "the second"},
};

static const struct export_column variables[] = {
    TIME("of the bar"),
    STRATEGY,
    {"name", "text", "as declared in the strategy's schema"},
    {"value", "number", "after the callback; empty when it was NaN or infinite"},
};

static const struct export_column log_lines[] = {
    TIME("of the callback"),
    STRATEGY,
    {"level", "text", "debug, info, warn or error"},
    {"text", "text", "what was said"},
};

#define TABLE(name, words, columns)                                                                \
    { name, words, columns, (int)ARRAY_LEN(columns) }

const struct export_table export_tables[EXPORT_TABLES] = {
    [EXPORT_TRADES] = TABLE("trades", "closed round trips", trades),
    [EXPORT_FILLS] = TABLE("fills", "executions, a row for each strategy's share", fills),
    [EXPORT_ORDERS] =
        TABLE("orders", "every order asked for, with its last state and the reason", orders),
    [EXPORT_EVENTS] = TABLE("events", "every state of every order", events),
    [EXPORT_EQUITY] = TABLE("equity", "the account, bar by bar", equity),
    [EXPORT_SIGNALS] =
        TABLE("signals", "what the strategies wished for, and what became of it", signals),
    [EXPORT_LEDGER] = TABLE("ledger", "each strategy's own account, bar by bar", ledger),
    [EXPORT_PLOTS] = TABLE("plots", "values that the strategies plotted", plots),
    [EXPORT_NOTES] = TABLE("notes", "texts that the strategies noted", notes),
    [EXPORT_VARIABLES] = TABLE("variables", "declared variables, whenever they changed", variables),
    [EXPORT_LOG] = TABLE("log", "log lines of the strategies", log_lines),
};

static void append_columns(const struct export_table *table, struct str *str) {
    struct table text;
    str_appendf(str, "%s: %s\n", table->name, table->words);
    table_init(&text);
    for (int i = 0; i < 4; i++)
        table_column(&text, "", TABLE_LEFT);
    for (int i = 0; i < table->column_count; i++) {
        table_cell(&text, "");
        table_cell(&text, table->columns[i].name);
        table_cell(&text, table->columns[i].type);
        table_cell(&text, table->columns[i].words);
    }
    table_render(&text, str);
    table_fini(&text);
}

void export_columns_text(const struct export_table *table, struct str *str) {
    static const char types[] =
        "time: ISO 8601, UTC. price: currency a unit. units: shares, coins, contracts.\n"
        "money: the account's currency. fraction: 0.01 is 1 %. A cell with nothing to say is\n"
        "empty, in JSON null. Numbers are exact: they read back to the same bits.\n";
    if (table != NULL) {
        append_columns(table, str);
    } else {
        for (int i = 0; i < EXPORT_TABLES; i++) {
            append_columns(&export_tables[i], str);
            str_append_char(str, '\n');
        }
    }
    str_append(str, types);
}
