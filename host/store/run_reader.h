/*
 * store/run_reader.h - a recorded run as journal records again, bit for bit.
 *
 * Not in the order in which they happened: kind by kind, in this order, and within a kind as they
 * came: header (RUN SETTING SYMBOL FEED SILO STRATEGY PARAM BINDING), INDICATOR and START,
 * INTENT, ORDER,
 * ORDER_EVENT, FILL each followed by its ALLOCATIONs, TRADE, EQUITY (by silo), LEDGER (by
 * strategy), PLOT and VARIABLE (by strategy and name), NOTE, LOG, POSITION, BARS, END. With `log:
 * trades` or `every N bars` the per-bar kinds have the recorded rows only. What the database says
 * is not trusted more than any file: bytes that are no record are an error.
 */
#ifndef STORE_RUN_READER_H
#define STORE_RUN_READER_H

#include <stdint.h>

#include "base/err.h"
#include "engine/journal.h"
#include "store/db.h"

struct run_reader; /* opaque */

#define RUN_READER_KIND(kind) (UINT64_C(1) << (kind))
#define RUN_READER_ALL UINT64_MAX

/* kinds: a set of RUN_READER_KIND(JOURNAL_...); the header always comes. from, to: per-bar kinds
 * with from <= time <= to only (INT64_MIN, INT64_MAX: all); others come whole. A VARIABLE is
 * recorded when it changed: of each name comes also the newest record before `from`, its value
 * until then. */
int run_reader_open(struct db *db, int64_t run, uint64_t kinds, int64_t from, int64_t to,
                    struct run_reader **ret, struct err *err) NODISCARD;
/* 1 and *ret, which points into the reader until the next call; 0 at the end. */
int run_reader_next(struct run_reader *reader, struct journal_record *ret,
                    struct err *err) NODISCARD;
/* Frees and clears; *reader may be NULL. */
void run_reader_close(struct run_reader **reader);

#endif
