/*
 * report/export.h - one kind of records of a run as a table, straight from its journal file.
 *
 * Names instead of ids, ISO times. Rows stream: a million equity rows need no more memory than ten
 * (orders and events remember some bytes an order). What the file says is checked as in
 * collector.h.
 *
 *   trades   closed round trips           events   each state of each order, with its reason
 *   fills    one row a share of a fill    signals  intents: what a strategy wished, what came of it
 *   orders   with their last state        equity   a silo's account, an instant a row
 *   ledger   a strategy's own account     plots, notes, variables, log   what a strategy left
 */
#ifndef REPORT_EXPORT_H
#define REPORT_EXPORT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/err.h"
#include "base/str.h"

struct export_kind; /* opaque; one of a static table */

/* NULL for a name that is none. */
const struct export_kind *export_kind_find(const char *name);
/* Appends "trades, fills, ..." for messages. */
void export_kind_names(struct str *str);
/* The name nearest to a wrong one, or NULL. */
const char *export_kind_suggest(const char *name);

struct export_summary {
    int64_t rows;
    bool is_whole; /* the journal had its end */
    char why[256]; /* else: "interrupted after 12 records: ..." */
};

/* Writes the table to `file` (borrowed, flushed). What an interrupted run left is written too, see
 * ret->is_whole. */
int export_run(const char *path, const struct export_kind *kind, bool is_json, FILE *file,
               struct export_summary *ret, struct err *err) NODISCARD;

#endif
