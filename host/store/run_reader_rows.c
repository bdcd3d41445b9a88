/* A row of a table to the record that it was. Columns may be of any type in SQLite: each is asked.
 */
#include <string.h>

#include "store/run_reader_parts.h"

int reader_damage(const struct run_reader *r, const char *table, const char *what,
                  struct err *err) {
    return err_set(err, ERR_FORMAT,
                   "%s: run %lld cannot be read: %s: %s (the file is damaged or was changed by "
                   "hand)",
                   db_path(r->db), (long long)r->run, table, what);
}

static int column_damage(const struct run_reader *r, const char *table, sqlite3_stmt *stmt,
                         int column, const char *expected, struct err *err) {
    char what[128];
    sqlite3_snprintf(sizeof(what), what, "column %s is no %s", sqlite3_column_name(stmt, column),
                     expected);
    return reader_damage(r, table, what, err);
}

int reader_text(const struct run_reader *r, const char *table, sqlite3_stmt *stmt, int column,
                const char **ret, struct err *err) {
    const char *text = NULL;
    if (sqlite3_column_type(stmt, column) == SQLITE_TEXT)
        text = (const char *)sqlite3_column_text(stmt, column);
    if (!text || !journal_text_is_ok(text) ||
        strlen(text) != (size_t)sqlite3_column_bytes(stmt, column))
        return column_damage(r, table, stmt, column, "text (UTF-8, not too long)", err);
    *ret = text;
    return 0;
}

int reader_load_row(struct run_reader *r, enum row_kind kind, struct err *err) {
    const struct row_table *table = &row_tables[kind];
    const struct row_column *c = table->columns;
    memset(&r->row, 0, sizeof(r->row));
    for (int i = 0; c->name; c++, i++) {
        uint8_t *field = (uint8_t *)&r->row + c->place;
        int type = sqlite3_column_type(r->stmt, i);
        if (c->type == 't') {
            const char *text;
            int rc = reader_text(r, table->name, r->stmt, i, &text, err);
            if (rc != 0)
                return rc;
            memcpy(field, &text, sizeof(text));
        } else if (c->type == 'i') {
            if (type != SQLITE_INTEGER)
                return column_damage(r, table->name, r->stmt, i, "integer", err);
            int64_t value = sqlite3_column_int64(r->stmt, i);
            memcpy(field, &value, 8);
        } else {
            if (type != SQLITE_FLOAT && type != SQLITE_NULL && type != SQLITE_INTEGER)
                return column_damage(r, table->name, r->stmt, i, "number", err);
            double value =
                type == SQLITE_NULL ? __builtin_nan("") : sqlite3_column_double(r->stmt, i);
            memcpy(field, &value, 8);
        }
    }
    return 0;
}

/* The fill before its first share; then the share. */
static bool put_fill(struct run_reader *r) {
    const struct row_fill *row = &r->row.fill;
    bool is_new = !r->has_fill || r->fill.id != row->fill.id;
    bool wants_share = r->kinds & RUN_READER_KIND(JOURNAL_ALLOCATION);
    if (r->has_share || !is_new) {
        struct j_allocation share = row->share;
        share.fill = row->fill.id;
        r->has_share = false;
        if (wants_share)
            journal_put_allocation(&r->journal, &share);
        return wants_share;
    }
    r->fill = row->fill;
    r->has_fill = true;
    r->has_share = true;
    if (!(r->kinds & RUN_READER_KIND(JOURNAL_FILL)))
        return put_fill(r);
    journal_put_fill(&r->journal, &row->fill);
    return true;
}

bool reader_put_row(struct run_reader *r, enum row_kind kind) {
    struct journal *j = &r->journal;
    switch (kind) {
    case ROW_SIGNAL:
        journal_put_intent(j, &r->row.signal);
        return true;
    case ROW_ORDER:
        journal_put_order(j, &r->row.order);
        return true;
    case ROW_ORDER_EVENT:
        journal_put_order_event(j, &r->row.event.event);
        return true;
    case ROW_FILL:
        return put_fill(r);
    case ROW_TRADE:
        journal_put_trade(j, &r->row.trade);
        return true;
    case ROW_POSITION:
        journal_put_position(j, &r->row.position);
        return true;
    case ROW_NOTE:
        journal_put_note(j, &r->row.note.note);
        return true;
    case ROW_LOG:
        journal_put_log(j, &r->row.log);
        return true;
    case ROW_KINDS:
        break;
    }
    CHECK(false);
    return false;
}
