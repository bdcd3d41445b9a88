#include "store/preset_table.h"

#include "base/mem.h"
#include "store/db_sql.h"

static const char *text_at(sqlite3_stmt *stmt, int column) {
    return (const char *)sqlite3_column_text(stmt, column);
}

/* Runs a statement that takes a strategy and a name. */
static int run_named(struct db *db, const char *sql, const char *strategy, const char *name,
                     struct err *err) {
    sqlite3_stmt *stmt = NULL;
    int rc = db_prepare(db, sql, &stmt, err);
    if (rc != 0)
        return rc;
    sqlite3_bind_text(stmt, 1, strategy, -1, SQLITE_STATIC);
    sqlite3_bind_text(stmt, 2, name, -1, SQLITE_STATIC);
    rc = db_run(db, stmt, "write a preset", err);
    sqlite3_finalize(stmt);
    return rc;
}

static int use_none(struct db *db, const char *strategy, struct err *err) {
    return run_named(db, "UPDATE preset SET in_use = 0 WHERE strategy = ?1 AND in_use <> 0",
                     strategy, NULL, err);
}

static int end_transaction(struct db *db, int rc, struct err *err) {
    if (rc == 0)
        rc = db_commit(db, err);
    if (rc != 0)
        db_rollback(db);
    return rc;
}

/* ---- writing ---- */

static int replace_row(struct db *db, const struct preset_row *row, struct err *err) {
    sqlite3_stmt *stmt = NULL;
    int rc = db_prepare(db,
                        "INSERT OR REPLACE INTO preset (strategy, name, params, saved_at, in_use)"
                        " VALUES (?, ?, ?, ?, ?)",
                        &stmt, err);
    if (rc != 0)
        return rc;
    sqlite3_bind_text(stmt, 1, row->strategy, -1, SQLITE_STATIC);
    sqlite3_bind_text(stmt, 2, row->name, -1, SQLITE_STATIC);
    sqlite3_bind_text(stmt, 3, row->params, -1, SQLITE_STATIC);
    sqlite3_bind_int64(stmt, 4, row->saved_at);
    sqlite3_bind_int(stmt, 5, row->in_use);
    rc = db_run(db, stmt, "save a preset", err);
    sqlite3_finalize(stmt);
    return rc;
}

int preset_table_save(struct db *db, const struct preset_row *row, struct err *err) {
    int rc = db_begin(db, err);
    if (rc != 0)
        return rc;
    if (row->in_use)
        rc = use_none(db, row->strategy, err);
    if (rc == 0)
        rc = replace_row(db, row, err);
    return end_transaction(db, rc, err);
}

/* ---- names that are not there ---- */

struct name_list {
    char *names[64];
    size_t count;
};

static int take_name(void *self, const struct preset_row *row, struct err *err) {
    struct name_list *list = self;
    (void)err;
    if (list->count < ARRAY_LEN(list->names))
        list->names[list->count++] = mem_strdup(row->name);
    return 0;
}

static int name_sentence(const struct name_list *list, const char *strategy, const char *name,
                         struct err *err) {
    const char *near = str_suggest(name, (const char *const *)list->names, list->count);
    if (near != NULL)
        return err_set(err, ERR_NOT_FOUND, "preset '%s' of %s: there is none (did you mean '%s'?)",
                       name, strategy, near);
    if (list->count > 0)
        return err_set(err, ERR_NOT_FOUND,
                       "preset '%s' of %s: there is none (it has %zu: qshost preset list)", name,
                       strategy, list->count);
    return err_set(err, ERR_NOT_FOUND,
                   "preset '%s' of %s: it has none yet (qshost preset save makes one)", name,
                   strategy);
}

static int refuse_name(struct db *db, const char *strategy, const char *name, struct err *err) {
    struct name_list list = {.count = 0};
    int rc = preset_table_list(db, strategy, take_name, &list, err);
    if (rc == 0)
        rc = name_sentence(&list, strategy, name, err);
    for (size_t i = 0; i < list.count; i++)
        mem_free(list.names[i]);
    return rc;
}

/* After a statement that should have changed the named one. */
static int check_changed(struct db *db, const char *strategy, const char *name, struct err *err) {
    return sqlite3_changes(db->handle) > 0 ? 0 : refuse_name(db, strategy, name, err);
}

int preset_table_use(struct db *db, const char *strategy, const char *name, struct err *err) {
    int rc = db_begin(db, err);
    if (rc != 0)
        return rc;
    rc = use_none(db, strategy, err);
    if (rc == 0 && name != NULL)
        rc = run_named(db, "UPDATE preset SET in_use = 1 WHERE strategy = ?1 AND name = ?2",
                       strategy, name, err);
    if (rc == 0 && name != NULL)
        rc = check_changed(db, strategy, name, err);
    return end_transaction(db, rc, err);
}

int preset_table_delete(struct db *db, const char *strategy, const char *name, struct err *err) {
    int rc =
        run_named(db, "DELETE FROM preset WHERE strategy = ?1 AND name = ?2", strategy, name, err);
    return rc != 0 ? rc : check_changed(db, strategy, name, err);
}

/* ---- reading ---- */

int preset_table_list(struct db *db, const char *strategy,
                      int (*take)(void *self, const struct preset_row *row, struct err *err),
                      void *self, struct err *err) {
    sqlite3_stmt *stmt = NULL;
    int rc = db_prepare(db,
                        "SELECT strategy, name, params, saved_at, in_use FROM preset"
                        " WHERE ?1 IS NULL OR strategy = ?1 ORDER BY strategy, name",
                        &stmt, err);
    if (rc != 0)
        return rc;
    sqlite3_bind_text(stmt, 1, strategy, -1, SQLITE_STATIC);
    while ((rc = db_row(db, stmt, "list presets", err)) == 1) {
        struct preset_row row = {.strategy = text_at(stmt, 0),
                                 .name = text_at(stmt, 1),
                                 .params = text_at(stmt, 2),
                                 .saved_at = sqlite3_column_int64(stmt, 3),
                                 .in_use = sqlite3_column_int(stmt, 4) != 0};
        rc = take(self, &row, err);
        if (rc != 0)
            break;
    }
    sqlite3_finalize(stmt);
    return rc;
}

int preset_table_get(struct db *db, const char *strategy, const char *name, struct str *ret_params,
                     struct err *err) {
    sqlite3_stmt *stmt = NULL;
    int rc = db_prepare(db,
                        "SELECT params FROM preset WHERE strategy = ?1"
                        " AND CASE WHEN ?2 IS NULL THEN in_use <> 0 ELSE name = ?2 END",
                        &stmt, err);
    if (rc != 0)
        return rc;
    sqlite3_bind_text(stmt, 1, strategy, -1, SQLITE_STATIC);
    sqlite3_bind_text(stmt, 2, name, -1, SQLITE_STATIC);
    rc = db_row(db, stmt, "read a preset", err);
    if (rc == 1)
        str_append(ret_params, text_at(stmt, 0));
    sqlite3_finalize(stmt);
    return rc;
}
