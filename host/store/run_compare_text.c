/* Where two runs differ, in words. */
#include <inttypes.h>
#include <string.h>

#include "base/time.h"
#include "store/run_compare.h"

#define TEXT_SHOWN 60

int compare_column(const struct comparison *c, const char *name) {
    for (int i = 0; i < c->column_count; i++)
        if (str_eq(c->columns[i].name, name))
            return i;
    return -1;
}

void compare_put_time(struct str *where, int64_t time) {
    char text[TIME_ISO_MAX];
    time_format_iso(text, sizeof(text), time);
    str_append(where, text);
}

void compare_put_run(struct comparison *c, const struct compared_run *side) {
    str_appendf(&c->where, "run %" PRId64, side->run);
    if (c->a.run == c->b.run)
        str_appendf(&c->where, " of %s", side->db->path);
}

int compare_put_instance(struct comparison *c, struct compared_run *side, int64_t instance,
                         struct err *err) {
    struct run_instance_row row;
    if (instance == -1) {
        str_append(&c->where, "the whole run");
        return 0;
    }
    int rc = run_table_instance(side->db, side->run, instance, &row, err);
    if (rc == ERR_NOT_FOUND) {
        str_appendf(&c->where, "strategy %" PRId64, instance);
        return 0;
    }
    if (rc == 0) {
        str_append(&c->where, row.name);
        run_instance_row_fini(&row);
    }
    return rc;
}

/* ---- values ---- */

static bool is_time(const char *column) {
    return str_eq(column, "time") || str_ends_with(column, "_time") ||
           str_ends_with(column, "_known") || str_starts_with(column, "ts_");
}

/* The name of a code: 1, or 0 when the column is none or the code has no name. */
static int put_code(struct comparison *c, struct compared_run *side, const char *column,
                    int64_t code, struct err *err) {
    sqlite3_stmt *stmt = NULL;
    if (str_eq(column, "kind") && !str_eq(c->table->name, "strategy_signal"))
        return 0; /* strategy_series.kind is a number of the journal's */
    int rc = db_prepare(side->db, "SELECT name FROM code WHERE field = ? AND code = ?", &stmt, err);
    if (rc != 0)
        return rc;
    sqlite3_bind_text(stmt, 1, column, -1, SQLITE_STATIC);
    sqlite3_bind_int64(stmt, 2, code);
    rc = db_row(side->db, stmt, "compare", err);
    if (rc == 1)
        str_append(&c->where, (const char *)sqlite3_column_text(stmt, 0));
    sqlite3_finalize(stmt);
    return rc;
}

static int put_integer(struct comparison *c, struct compared_run *side, int column,
                       struct err *err) {
    const char *name = c->columns[column].name;
    int64_t value = sqlite3_column_int64(side->rows, column);
    if (is_time(name)) {
        compare_put_time(&c->where, value);
        return 0;
    }
    int rc = put_code(c, side, name, value, err);
    if (rc == 0)
        str_appendf(&c->where, "%" PRId64, value);
    return rc < 0 ? rc : 0;
}

static void put_text(struct comparison *c, const char *text) {
    size_t len = strlen(text), shown = len > TEXT_SHOWN ? str_utf8_floor(text, TEXT_SHOWN) : len;
    str_append_char(&c->where, '\'');
    str_append_n(&c->where, text, shown);
    str_append(&c->where, shown < len ? "...'" : "'");
}

static int put_value(struct comparison *c, struct compared_run *side, int column, struct err *err) {
    switch (sqlite3_column_type(side->rows, column)) {
    case SQLITE_INTEGER:
        return put_integer(c, side, column, err);
    case SQLITE_FLOAT:
        str_append_f64(&c->where, sqlite3_column_double(side->rows, column));
        return 0;
    case SQLITE_TEXT:
        put_text(c, (const char *)sqlite3_column_text(side->rows, column));
        return 0;
    case SQLITE_BLOB:
        str_appendf(&c->where, "%d bytes", sqlite3_column_bytes(side->rows, column));
        return 0;
    default:
        str_append(&c->where, "nothing");
        return 0;
    }
}

/* ---- rows ---- */

/* The key, but for the instance, which gets a name: " 12", " sharpe", " 2013-03-01T00:00:00Z". */
static int put_key(struct comparison *c, struct compared_run *side, struct err *err) {
    for (int i = 0; i < c->key_count; i++) {
        int column = c->keys[i];
        if (str_eq(c->columns[column].name, "strategy_instance_id"))
            continue;
        str_append_char(&c->where, ' ');
        int rc = 0;
        if (sqlite3_column_type(side->rows, column) == SQLITE_TEXT)
            str_append(&c->where, (const char *)sqlite3_column_text(side->rows, column));
        else
            rc = put_value(c, side, column, err);
        if (rc != 0)
            return rc;
    }
    return 0;
}

int compare_put_row(struct comparison *c, struct compared_run *side, struct err *err) {
    str_append(&c->where, c->table->name);
    int rc = put_key(c, side, err);
    int instance = compare_column(c, "strategy_instance_id");
    if (rc == 0 && instance >= 0 && sqlite3_column_type(side->rows, instance) != SQLITE_NULL) {
        str_append(&c->where, " of ");
        rc = compare_put_instance(c, side, sqlite3_column_int64(side->rows, instance), err);
    }
    int time = compare_column(c, "time");
    if (rc == 0 && time >= 0 && !(c->key_count == 1 && c->keys[0] == time)) {
        str_append(&c->where, " at ");
        compare_put_time(&c->where, sqlite3_column_int64(side->rows, time));
    }
    return rc;
}

int compare_say_value(struct comparison *c, int column, struct err *err) {
    int rc = compare_put_row(c, &c->a, err);
    str_appendf(&c->where, ": %s: ", c->columns[column].name);
    if (rc == 0)
        rc = put_value(c, &c->a, column, err);
    str_append(&c->where, " in ");
    compare_put_run(c, &c->a);
    str_append(&c->where, ", ");
    if (rc == 0)
        rc = put_value(c, &c->b, column, err);
    str_append(&c->where, " in ");
    compare_put_run(c, &c->b);
    return rc != 0 ? rc : 1;
}

int compare_say_alone(struct comparison *c, bool is_in_a, struct err *err) {
    struct compared_run *side = is_in_a ? &c->a : &c->b;
    int rc = compare_put_row(c, side, err);
    str_append(&c->where, ": only in ");
    compare_put_run(c, side);
    return rc != 0 ? rc : 1;
}
