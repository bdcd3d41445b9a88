/*
 * report/export_columns.h - the tables of report/export.h and what their columns mean: one table
 * that makes the header lines, `qshost export --help-columns`, and this page's truth.
 *
 * Types: integer, text, bool (true, false), time (ISO 8601, UTC), price (currency a unit), units
 * (shares, coins, contracts; signed: negative is sold or short), money (the account's currency),
 * fraction (0.01 is 1 %), number.
 */
#ifndef REPORT_EXPORT_COLUMNS_H
#define REPORT_EXPORT_COLUMNS_H

#include <stdint.h>

#include "base/str.h"

struct export_column {
    const char *name, *type, *words;
};

struct export_table {
    const char *name, *words;
    const struct export_column *columns;
    int column_count;
};

enum export_table_id {
    EXPORT_TRADES,
    EXPORT_FILLS,
    EXPORT_ORDERS,
    EXPORT_EVENTS,
    EXPORT_EQUITY,
    EXPORT_SIGNALS,
    EXPORT_LEDGER,
    EXPORT_PLOTS,
    EXPORT_NOTES,
    EXPORT_VARIABLES,
    EXPORT_LOG,
    EXPORT_TABLES
};

extern const struct export_table export_tables[EXPORT_TABLES];

/* Appends the columns of a table, or of all (NULL), for people. */
void export_columns_text(const struct export_table *table, struct str *str);

#endif
