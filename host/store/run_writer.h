/*
 * store/run_writer.h - a run into the database, record by record, while it runs.
 *
 *   run_writer_begin    the run's row (status running) is committed, its lock taken
 *   run_writer_take     journal records -> rows and chunks, in short transactions
 *   run_writer_finish   the rest, metrics, equity_curve, status done: one transaction
 *   run_writer_fail     the rest, status failed and the sentence
 *   run_writer_destroy  neither: the row says running, nobody holds its lock: interrupted
 *
 * Records were checked before (report/collector.h): here a bad id is our bug. Rows are read back to
 * the same records by store/run_reader.h. An error (disk full, file read-only or busy) leaves the
 * database as the last commit left it, and every later call but fail and destroy gives the same
 * error; fail then tries to write the row alone.
 */
#ifndef STORE_RUN_WRITER_H
#define STORE_RUN_WRITER_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "engine/journal.h"
#include "store/db.h"
#include "store/run_log.h"

struct run_writer; /* opaque */

struct run_start_instance {
    const char *name, *strategy, *version, *silo, *build_sha256, *build_path;
    const char *params;     /* JSON object */
    const char *build_file; /* its bytes, to be kept with the run; NULL: they are not */
    double budget;
};

struct run_start_feed {
    int64_t symbol_id;
    const char *symbol, *timeframe, *file, *bars_hash;
    int64_t rows, first_time, last_time;
    bool synthetic;
};

struct run_start {
    const char *kind; /* "backtest" */
    const char *name; /* NULL: none */
    const char *host_version, *config, *bars_hash, *config_hash, *code_hash;
    int64_t started_at; /* wall clock, ns UTC */
    struct run_log log;
    const struct run_start_instance *instances; /* by id */
    size_t instance_count;
    const struct run_start_feed *feeds; /* by id */
    size_t feed_count;
};

struct run_end_metric {
    int64_t instance; /* -1: the whole run */
    const char *name;
    double value;
    const char *reason; /* not NULL: there is no value */
};

struct run_end_equity {
    int64_t time;
    double equity, low, high;
};

struct run_end {
    const char *journal_hash;
    const char *output; /* NULL: none */
    const char *result; /* JSON */
    int64_t ended_at;
    int64_t bars, intents, orders, fills, trades, rejected;
    double initial_equity, final_equity;
    const struct run_end_metric *metrics;
    size_t metric_count;
    const struct run_end_equity *equity; /* downsampled already; times ascend */
    size_t equity_count;
};

/* db outlives the writer and is used by nobody else meanwhile but for reading. */
int run_writer_begin(struct db *db, const struct run_start *start, struct run_writer **ret,
                     struct err *err) NODISCARD;
int64_t run_writer_id(const struct run_writer *writer);
int run_writer_take(struct run_writer *writer, const struct journal_record *record,
                    struct err *err) NODISCARD;
/* A decision (log: full only; else nothing is written). */
struct run_step {
    int64_t instance, time, intents;
    const char *timeframe;
    uint64_t context_hash;
};
int run_writer_step(struct run_writer *writer, const struct run_step *step,
                    struct err *err) NODISCARD;
int run_writer_finish(struct run_writer *writer, const struct run_end *end,
                      struct err *err) NODISCARD;
/* sentence: why; output may be NULL. */
int run_writer_fail(struct run_writer *writer, const char *sentence, const char *output,
                    int64_t ended_at, struct err *err) NODISCARD;
/* Frees and clears; *writer may be NULL. */
void run_writer_destroy(struct run_writer **writer);

#endif
