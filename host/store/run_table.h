/*
 * store/run_table.h - the list of runs: find, look at, delete.
 *
 * A run whose row says 'running' while nobody holds its lock (store/run_live.h) reads as
 * 'interrupted' here; opened for writing, its row is set so, once and for all.
 */
#ifndef STORE_RUN_TABLE_H
#define STORE_RUN_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "store/db.h"

/* A row of strategy_run. Texts are owned; NULL where the column is. */
struct run_row {
    int64_t id;
    char *kind, *status, *name, *host_version, *strategies, *symbols, *log, *config;
    char *bars_hash, *config_hash, *code_hash, *journal_hash;
    char *error, *output, *result;
    int64_t started_at, ended_at; /* ended_at 0: not known */
    bool has_counts;              /* the fields below */
    int64_t bars, intents, orders, fills, trades, rejected;
    double initial_equity, final_equity;
};

/* "12", "last", "last ema_cross" is not a form: for the newest run of a strategy use
 * run_table_last. ERR_NOT_FOUND with what there is, ERR_USAGE for a text that is no run. */
int run_table_find(struct db *db, const char *text, int64_t *ret_run, struct err *err) NODISCARD;
/* The newest run that is done and in which the strategy (id of the schema) ran; alone, when asked
 * for. 1 and *ret_run, or 0 when there is none. */
int run_table_last(struct db *db, const char *strategy, bool is_alone, int64_t *ret_run,
                   struct err *err) NODISCARD;
/* The same, alone, among the runs that have one of these names (is_named) or none of them.
 * names: with a bar around each, "|watch|watch preset|". */
int run_table_last_named(struct db *db, const char *strategy, const char *names, bool is_named,
                         int64_t *ret_run, struct err *err) NODISCARD;
int run_table_get(struct db *db, int64_t run, struct run_row *ret, struct err *err) NODISCARD;
void run_row_fini(struct run_row *row);

/* The newest `limit` runs (0: all), newest first; strategy NULL: any. take gives 0 to go on. */
int run_table_list(struct db *db, const char *strategy, int64_t limit,
                   int (*take)(void *self, const struct run_row *row, struct err *err), void *self,
                   struct err *err) NODISCARD;
/* The value of a metric of the whole run: 1 and *ret, 0 when undefined or not there. */
int run_table_metric(struct db *db, int64_t run, const char *name, double *ret,
                     struct err *err) NODISCARD;
/* Sets the rows of runs whose process is gone to 'interrupted'. Opened for writing. */
int run_table_settle(struct db *db, struct err *err) NODISCARD;
/* The run and all its rows, in one transaction. ERR_BUSY while it runs. */
int run_table_delete(struct db *db, int64_t run, struct err *err) NODISCARD;

/* An instance's facts as recorded; texts owned. ERR_NOT_FOUND past the last. */
struct run_instance_row {
    char *name, *strategy, *version, *silo, *build_sha256, *build_path, *params;
    double budget;
};
int run_table_instance(struct db *db, int64_t run, int64_t instance, struct run_instance_row *ret,
                       struct err *err) NODISCARD;
void run_instance_row_fini(struct run_instance_row *row);

/* Two runs of two databases (or of one), table by table and row by row, what people understand
 * first: 0 and *ret_same true, or false and where the first difference is: "strategy_trade 12 of
 * ema_cross: net: 1.5 in run 3, 1.25 in run 1" (ret_where is set then), with a guess behind it,
 * " (...)", where a strategy did not do the same twice. Looked at is what the
 * journal says (signals to chunks, metrics, equity_curve, counts, hashes), not wall times, output,
 * config text or paths. The journal's bytes and the hashes come last, so they are named only when
 * all else is equal. */
int run_table_compare(struct db *a, int64_t run_a, struct db *b, int64_t run_b, bool *ret_same,
                      struct str *ret_where, struct err *err) NODISCARD;

#endif
