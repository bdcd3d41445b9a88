/*
 * store/run_reader_parts.h - what the files of the run reader share; nobody else includes it.
 */
#ifndef STORE_RUN_READER_PARTS_H
#define STORE_RUN_READER_PARTS_H

#include "store/chunk.h"
#include "store/db_sql.h"
#include "store/run_reader.h"
#include "store/run_writer_columns.h"

struct series_cursor {
    sqlite3_stmt *chunks; /* of the current series; NULL until the first */
    sqlite3_stmt *before;
    struct chunk_codec *codec;
    const uint64_t *rows; /* of the current chunk */
    size_t words, count, at;
    bool has_series;
    int64_t owner;
    const char *key; /* in the stage's statement, valid until its next row */
};

struct run_reader {
    struct db *db;
    int64_t run;
    uint64_t kinds;
    int64_t from, to;
    size_t stage;
    sqlite3_stmt *stmt;   /* of the stage; NULL: it has not begun */
    const uint8_t *bytes; /* BYTES: what is left of the current blob */
    size_t bytes_left;
    union row row;            /* ROWS: as read */
    struct j_fill fill;       /* the newest that was given */
    bool has_fill, has_share; /* has_share: row.fill.share comes next */
    struct series_cursor series;
    struct journal journal; /* its block is where a record is made */
};

/* ERR_FORMAT: "run 3: <table>: <what is wrong>". */
int reader_damage(const struct run_reader *r, const char *table, const char *what, struct err *err);
/* The text of a column, which may go into a record. */
int reader_text(const struct run_reader *r, const char *table, sqlite3_stmt *stmt, int column,
                const char **ret, struct err *err) NODISCARD;
/* The row on which the stage's statement stands into r->row. */
int reader_load_row(struct run_reader *r, enum row_kind kind, struct err *err) NODISCARD;
/* r->row as a record in the journal's block; of a fill the part that is due. False: of this row
 * comes nothing more. */
bool reader_put_row(struct run_reader *r, enum row_kind kind);

#endif
