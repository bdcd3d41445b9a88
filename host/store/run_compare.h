/*
 * store/run_compare.h - what the files of run_table_compare share; nobody else includes it.
 *
 * Each finder gives 0 for "the same", 1 when it has said the first difference in `where`, negative
 * for an error.
 */
#ifndef STORE_RUN_COMPARE_H
#define STORE_RUN_COMPARE_H

#include "store/chunk.h"
#include "store/db_sql.h"
#include "store/run_table.h"

#define COMPARE_COLUMNS_MAX 40

struct compared_table {
    const char *name;
    const char *skipped; /* columns that may differ */
};

struct compared_column {
    char name[40];
    bool is_skipped;
};

struct compared_run {
    struct db *db;
    int64_t run;
    sqlite3_stmt *rows; /* columns as in struct comparison */
};

struct comparison {
    struct compared_run a, b;
    const struct compared_table *table;
    struct compared_column columns[COMPARE_COLUMNS_MAX];
    int column_count;
    int keys[COMPARE_COLUMNS_MAX]; /* columns of the key, in its order */
    int key_count;
    struct chunk_codec *codec_a, *codec_b; /* NULL until the first chunk */
    struct str where;
};

/* "TABLE KEY of NAME at TIME: COLUMN: X in run 3, Y in run 1" */
int compare_say_value(struct comparison *c, int column, struct err *err);
/* "...: only in run 3": the current row of a, or else of b. */
int compare_say_alone(struct comparison *c, bool is_in_a, struct err *err);
/* Of chunks: their first row that differs; column is `data`. */
int compare_chunks(struct comparison *c, int column, struct err *err);

/* Of rows of strategy_record: their first record that differs; column is `records`. */
int compare_records(struct comparison *c, int column, struct err *err);

/* ---- pieces of sentences ---- */

/* "TABLE KEY of NAME at TIME" of a side's current row. */
int compare_put_row(struct comparison *c, struct compared_run *side, struct err *err);
/* "run 3", and its database where both runs have one number. */
void compare_put_run(struct comparison *c, const struct compared_run *side);
void compare_put_time(struct str *where, int64_t time);
/* The name of an instance, or "strategy 3" when the run has none of that number. */
int compare_put_instance(struct comparison *c, struct compared_run *side, int64_t instance,
                         struct err *err);
/* The place of a column of the table in work; -1 when it has none of that name. */
int compare_column(const struct comparison *c, const char *name);

#endif
