/*
 * store/run_writer_parts.h - what the files of the run writer share; nobody else includes it.
 *
 *   take --per-bar--> run_writer_series: rows of a series --(4096)--> chunk --+
 *        --other----> run_writer_rows: held bytes of whole records -----------+--> batch
 *   batch --(1 MiB, 8,000 rows)--> run_writer_rows: one transaction
 *
 * The batch is plain memory, so that the database is locked only while a full one is written,
 * however slow the strategy is; small, so that a run is written while its worker goes on and not
 * all at the end.
 */
#ifndef STORE_RUN_WRITER_PARTS_H
#define STORE_RUN_WRITER_PARTS_H

#include "store/chunk.h"
#include "store/db_sql.h"
#include "store/run_writer.h"
#include "store/run_writer_columns.h"

/* ---- the batch ---- */

enum batch_kind {                     /* below 64: a journal record of that kind */
                  BATCH_RECORDS = 64, /* bytes for strategy_record */
                  BATCH_SERIES,       /* struct batch_series, key with its terminator */
                  BATCH_CHUNK,        /* struct batch_chunk, packed bytes */
                  BATCH_STEP,         /* struct run_step, its timeframe with its terminator */
};

struct batch_item {
    uint32_t kind, size; /* size: of what follows, without the zeros that round it up to 8 */
};
struct batch_series {
    int64_t series, kind, owner; /* silo of EQUITY, else strategy */
};
struct batch_chunk {
    int64_t series, seq, rows, first_time, last_time;
};

struct batch {
    uint8_t *bytes;
    size_t used, cap;
    int64_t items;
};

/* Room for an item of `size` bytes, to be filled at once. */
void *batch_add(struct batch *batch, uint32_t kind, size_t size);
static inline bool batch_is_full(const struct batch *batch) {
    return batch->used >= (size_t)1 << 20 || batch->items >= 8000;
}

/* ---- rows ---- */

#define ROW_GROUP 32 /* rows that one statement inserts: half the time of one by one */

struct row_group {
    union row rows[ROW_GROUP];
    int64_t seq[ROW_GROUP];
    int count, width;
    sqlite3_stmt *one, *all;
};

struct row_writer {
    struct row_group groups[ROW_KINDS];
    sqlite3_stmt *insert_records, *insert_series, *insert_chunk, *insert_step;
    int64_t seq[ROW_KINDS]; /* of the next row; notes and log lines share one */
    int64_t records_seq, step_seq;
    struct j_fill fill;      /* the newest, whose shares may come */
    int32_t *order_strategy; /* of order id at id - 1 */
    int64_t order_count, order_cap;
};

int row_writer_init(struct row_writer *rows, struct db *db, int64_t run, struct err *err) NODISCARD;
void row_writer_fini(struct row_writer *rows);
/* Writes all of the batch and empties it; inside a transaction. */
int row_writer_write(struct row_writer *rows, struct db *db, struct batch *batch,
                     struct err *err) NODISCARD;

/* ---- series ---- */

#define SERIES_MAX 65536

struct series {
    uint16_t kind;
    bool is_stored; /* its row is in the batch or the database */
    int64_t id, owner;
    char *key; /* NULL: none */
    size_t key_len;
    uint64_t hash;
    uint64_t *rows;
    size_t words, count, cap;
    size_t pending; /* rows after count: kept only if theirs is the last instant */
    int64_t pending_instant;
    int64_t chunk_seq;
    struct series *after; /* which came next the last time */
};

struct series_writer {
    struct run_log log;
    struct chunk_codec *codec;
    struct series **all; /* by id */
    size_t count, cap;
    struct series **equity, **ledger; /* by silo and strategy; NULL: none yet */
    size_t equity_count, ledger_count;
    struct series **table; /* PLOT and VARIABLE, open addressing */
    size_t table_size;
    struct series *newest; /* PLOT or VARIABLE */
    int64_t instants;      /* in which the first silo's account came */
    int64_t instant_time;  /* of the newest of them */
};

void series_writer_init(struct series_writer *set, struct run_log log);
void series_writer_fini(struct series_writer *set);
/* A record of a per-bar kind; full chunks go to the batch. */
int series_writer_take(struct series_writer *set, const struct journal_record *record,
                       struct batch *batch, struct err *err) NODISCARD;
/* What is left of all series to the batch. */
void series_writer_finish(struct series_writer *set, struct batch *batch);

/* ---- the first and the last rows ---- */

struct run_failure {
    const char *sentence, *output;
    int64_t ended_at;
};

/* All inside a transaction. */
int run_ends_start(struct db *db, const struct run_start *start, int64_t *ret_run,
                   struct err *err) NODISCARD;
int run_ends_done(struct db *db, int64_t run, const struct run_end *end, struct err *err) NODISCARD;
int run_ends_failed(struct db *db, int64_t run, const struct run_failure *why,
                    struct err *err) NODISCARD;

/* ---- the writer ---- */

struct run_writer {
    struct db *db;
    int64_t run;
    int live_fd; /* -1: let go */
    struct run_log log;
    struct batch batch;
    struct row_writer rows;
    struct series_writer series;
    bool has_header; /* the header's records are in the database */
    uint8_t *held;   /* whole records for strategy_record, until one of another kind comes */
    size_t held_used, held_cap;
    int64_t newest_fill, open_fill; /* open: it has no shares yet; 0: none */
    bool is_over;                   /* finished or failed */
    int failed;                     /* the first error, for good */
    struct err err;
};

#endif
