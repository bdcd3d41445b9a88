/*
 * run_table_compare: two queries a table, both ordered by its key, walked side by side.
 *
 * Chunks are the exception: their bytes may differ between versions of zstd, so where they do their
 * rows are what is compared (run_compare_chunk.c). How a difference reads is in
 * run_compare_text.c.
 */
#include <math.h>
#include <string.h>

#include "store/run_compare.h"

#define HASHES "bars_hash config_hash code_hash journal_hash"
#define NOT_COMPARED                                                                               \
    "kind status name started_at ended_at host_version strategies symbols log config error "       \
    "output result"

/* What was put in, what people understand, what sums that up, and last the bytes and hashes. */
static const struct compared_table tables[] = {
    {"strategy_instance", "build_sha256 build_path"},
    {"strategy_feed", "file"},
    {"strategy_signal", ""},
    {"strategy_order", ""},
    {"strategy_order_event", ""},
    {"strategy_fill", ""},
    {"strategy_trade", ""},
    {"strategy_position_snapshot", ""},
    {"strategy_note", ""},
    {"strategy_series", ""},
    {"strategy_chunk", ""},
    {"strategy_step", "duration_ns"},
    {"strategy_metric", ""},
    {"equity_curve", ""},
    {"strategy_run", NOT_COMPARED " " HASHES},
    {"strategy_record", ""},
    {"strategy_run", NOT_COMPARED},
};

/* ---- columns ---- */

static bool is_word_of(const char *word, const char *words) {
    size_t len = strlen(word);
    for (const char *at = words; (at = strstr(at, word)) != NULL; at += len)
        if ((at == words || at[-1] == ' ') && (at[len] == ' ' || at[len] == '\0'))
            return true;
    return false;
}

/* The columns of a table without the run's number, and which of them are its key. */
static int read_columns(struct comparison *c, struct err *err) {
    sqlite3_stmt *stmt = NULL;
    int rc =
        db_prepare(c->a.db, "SELECT name, pk FROM pragma_table_info(?) ORDER BY cid", &stmt, err);
    if (rc != 0)
        return rc;
    sqlite3_bind_text(stmt, 1, c->table->name, -1, SQLITE_STATIC);
    c->column_count = c->key_count = 0;
    while ((rc = db_row(c->a.db, stmt, "compare", err)) == 1) {
        const char *name = (const char *)sqlite3_column_text(stmt, 0);
        int key = sqlite3_column_int(stmt, 1);
        if (str_eq(name, "strategy_run_id"))
            continue;
        CHECKF(c->column_count < COMPARE_COLUMNS_MAX, "%s", c->table->name);
        struct compared_column *column = &c->columns[c->column_count];
        str_copy_fixed(column->name, sizeof(column->name), name);
        column->is_skipped = is_word_of(name, c->table->skipped);
        if (key > 1) { /* the run is first in every key */
            c->keys[key - 2] = c->column_count;
            c->key_count++;
        }
        c->column_count++;
    }
    sqlite3_finalize(stmt);
    return rc;
}

/* The rows of one run in the order of the key. */
static int open_rows(struct comparison *c, struct compared_run *side, struct err *err) {
    struct str sql;
    str_init(&sql);
    str_append(&sql, "SELECT ");
    for (int i = 0; i < c->column_count; i++)
        str_appendf(&sql, "%s\"%s\"", i == 0 ? "" : ", ", c->columns[i].name);
    str_appendf(&sql, " FROM %s WHERE strategy_run_id = ?", c->table->name);
    for (int i = 0; i < c->key_count; i++)
        str_appendf(&sql, "%s \"%s\"", i == 0 ? " ORDER BY" : ",", c->columns[c->keys[i]].name);
    int rc = db_prepare(side->db, str_text(&sql), &side->rows, err);
    str_fini(&sql);
    if (rc == 0)
        sqlite3_bind_int64(side->rows, 1, side->run);
    return rc;
}

/* ---- values ---- */

static int64_t compare_bytes(sqlite3_stmt *a, sqlite3_stmt *b, int column) {
    const void *x = sqlite3_column_blob(a, column), *y = sqlite3_column_blob(b, column);
    size_t m = (size_t)sqlite3_column_bytes(a, column);
    size_t n = (size_t)sqlite3_column_bytes(b, column);
    size_t both = min_size(m, n);
    int order = both > 0 ? memcmp(x, y, both) : 0;
    return order != 0 ? order : (int64_t)m - (int64_t)n;
}

/* 0 the same to the bit; else the order that SQLite's keys have. */
static int64_t compare_values(sqlite3_stmt *a, sqlite3_stmt *b, int column) {
    int type = sqlite3_column_type(a, column);
    if (type != sqlite3_column_type(b, column))
        return type - sqlite3_column_type(b, column);
    if (type == SQLITE_INTEGER) {
        int64_t x = sqlite3_column_int64(a, column), y = sqlite3_column_int64(b, column);
        return (x > y) - (x < y);
    }
    if (type == SQLITE_FLOAT) {
        double x = sqlite3_column_double(a, column), y = sqlite3_column_double(b, column);
        return x != y ? (x > y) - (x < y) : signbit(y) - signbit(x); /* NULL stands for a NaN */
    }
    return type == SQLITE_NULL ? 0 : compare_bytes(a, b, column);
}

static int64_t compare_keys(const struct comparison *c) {
    int64_t order = 0;
    for (int i = 0; i < c->key_count && order == 0; i++)
        order = compare_values(c->a.rows, c->b.rows, c->keys[i]);
    return order;
}

/* ---- rows ---- */

/* Of two rows with one key: 0, or 1 and *c->where is set. */
static int compare_row(struct comparison *c, struct err *err) {
    for (int i = 0; i < c->column_count; i++) {
        if (c->columns[i].is_skipped || compare_values(c->a.rows, c->b.rows, i) == 0)
            continue;
        int rc = 1;
        if (str_eq(c->table->name, "strategy_record")) {
            rc = compare_records(c, i, err);
        } else if (str_eq(c->columns[i].name, "data")) { /* nobody else calls a column so */
            rc = compare_chunks(c, i, err);
        } else if (str_eq(c->table->name, "strategy_chunk")) {
            int data = c->column_count - 1; /* its rows say more than their count and times */
            rc = compare_chunks(c, data, err);
            if (rc == 0)
                rc = compare_say_value(c, i, err);
        } else {
            rc = compare_say_value(c, i, err);
        }
        if (rc != 0)
            return rc;
    }
    return 0;
}

/* 0 the same, 1 a difference, negative an error. */
static int compare_table(struct comparison *c, struct err *err) {
    int rc = read_columns(c, err);
    if (rc == 0)
        rc = open_rows(c, &c->a, err);
    if (rc == 0)
        rc = open_rows(c, &c->b, err);
    while (rc == 0) {
        int in_a = db_row(c->a.db, c->a.rows, "compare", err);
        int in_b = in_a < 0 ? in_a : db_row(c->b.db, c->b.rows, "compare", err);
        if (in_b < 0)
            rc = in_b;
        else if (in_a == 0 && in_b == 0)
            break;
        else if (in_a == 0 || in_b == 0)
            rc = compare_say_alone(c, in_a == 1, err);
        else if (compare_keys(c) != 0)
            rc = compare_say_alone(c, compare_keys(c) < 0, err);
        else
            rc = compare_row(c, err);
    }
    sqlite3_finalize(c->a.rows);
    sqlite3_finalize(c->b.rows);
    c->a.rows = c->b.rows = NULL;
    return rc;
}

/* Whether a strategy said other things of the same bars, config and code, so that the journal is
 * another one: 1, 0, negative an error. A record that was changed by hand keeps its hash. */
static int is_undetermined(const struct comparison *c, struct err *err) {
    struct run_row a, b;
    int rc = run_table_get(c->a.db, c->a.run, &a, err);
    if (rc != 0)
        return rc;
    rc = run_table_get(c->b.db, c->b.run, &b, err);
    if (rc == 0) {
        rc = str_eq(a.host_version, b.host_version) && str_eq(a.bars_hash, b.bars_hash) &&
             str_eq(a.config_hash, b.config_hash) && str_eq(a.code_hash, b.code_hash) &&
             a.journal_hash != NULL && b.journal_hash != NULL &&
             !str_eq(a.journal_hash, b.journal_hash);
        run_row_fini(&b);
    }
    run_row_fini(&a);
    return rc;
}

/* Whether what differs is a strategy's own word, which nothing else was the cause of. */
static bool is_own_word(const struct comparison *c) {
    const char *table = c->table->name;
    return str_eq(table, "strategy_signal") || str_eq(table, "strategy_note") ||
           str_eq(table, "strategy_series") || str_starts_with(str_text(&c->where), "plot ") ||
           str_starts_with(str_text(&c->where), "variable ");
}

static int put_hint(struct comparison *c, struct err *err) {
    int rc = is_own_word(c) ? is_undetermined(c, err) : 0;
    if (rc == 1)
        str_append(&c->where, " (does the strategy use time, rand or an uninitialised variable?)");
    return rc < 0 ? rc : 0;
}

static int check_run(struct compared_run *side, struct err *err) {
    struct run_row row;
    int rc = run_table_get(side->db, side->run, &row, err);
    if (rc == 0)
        run_row_fini(&row);
    return rc;
}

int run_table_compare(struct db *a, int64_t run_a, struct db *b, int64_t run_b, bool *ret_same,
                      struct str *ret_where, struct err *err) {
    struct comparison c = {.a = {.db = a, .run = run_a}, .b = {.db = b, .run = run_b}};
    str_init(&c.where);
    int rc = check_run(&c.a, err);
    if (rc == 0)
        rc = check_run(&c.b, err);
    for (size_t i = 0; rc == 0 && i < ARRAY_LEN(tables); i++) {
        c.table = &tables[i];
        rc = compare_table(&c, err);
        if (rc == 1 && put_hint(&c, err) < 0)
            rc = err->code;
    }
    if (rc >= 0) {
        *ret_same = rc == 0;
        str_clear(ret_where);
        str_append(ret_where, str_text(&c.where));
    }
    chunk_codec_destroy(&c.codec_a);
    chunk_codec_destroy(&c.codec_b);
    str_fini(&c.where);
    return rc < 0 ? rc : 0;
}
