/* The list of runs, over strategy_run and strategy_instance. */
#include "store/run_table.h"

#include <inttypes.h>
#include <string.h>

#include "base/mem.h"
#include "store/build_file.h"
#include "store/db_sql.h"
#include "store/run_live.h"

#define RUNNING "running"
#define INTERRUPTED "interrupted"

#define ROW_COLUMNS                                                                                \
    "strategy_run_id, kind, status, name, host_version, strategies, symbols, log, config, "        \
    "bars_hash, config_hash, code_hash, journal_hash, error, output, result, started_at, "         \
    "ended_at, bars, intents, orders, fills, trades, rejected, initial_equity, final_equity"

static char *text_at(sqlite3_stmt *stmt, int column) {
    return mem_strdup((const char *)sqlite3_column_text(stmt, column));
}

/* ---- finding ---- */

static int no_such_run(struct db *db, int64_t run, struct err *err) {
    int64_t newest = 0;
    int rc = db_number(db, "SELECT max(strategy_run_id) FROM strategy_run", &newest, err);
    if (rc < 0)
        return rc;
    if (rc == 0)
        return err_set(err, ERR_NOT_FOUND, "%s: there are no runs yet (qshost backtest makes one)",
                       db->path);
    return err_set(err, ERR_NOT_FOUND,
                   "run %" PRId64 ": there is none in %s (newest: %" PRId64
                   "; qshost runs lists them)",
                   run, db->path, newest);
}

/* A query with one run or one text in it that gives one number: 1, 0 none, negative an error. */
static int number_of(struct db *db, const char *sql, int64_t run, int64_t *ret, struct err *err) {
    sqlite3_stmt *stmt = NULL;
    int rc = db_prepare(db, sql, &stmt, err);
    if (rc != 0)
        return rc;
    sqlite3_bind_int64(stmt, 1, run);
    rc = db_row(db, stmt, "read the runs", err);
    if (rc == 1)
        *ret = sqlite3_column_int64(stmt, 0);
    sqlite3_finalize(stmt);
    return rc;
}

int run_table_find(struct db *db, const char *text, int64_t *ret_run, struct err *err) {
    int64_t run = 0, found = 0;
    int rc;
    if (str_eq(text, "last")) {
        rc = db_number(db, "SELECT max(strategy_run_id) FROM strategy_run", &found, err);
    } else {
        if (text[strspn(text, "0123456789")] != '\0' || !str_parse_i64(text, &run) || run < 1)
            return err_set(err, ERR_USAGE,
                           "run '%s': expected a number or 'last' (qshost runs lists them)", text);
        rc = number_of(db, "SELECT strategy_run_id FROM strategy_run WHERE strategy_run_id = ?",
                       run, &found, err);
    }
    if (rc == 0)
        return no_such_run(db, run, err);
    if (rc < 0)
        return rc;
    *ret_run = found;
    return 0;
}

static int last(struct db *db, const char *strategy, bool is_alone, const char *names,
                bool is_named, int64_t *ret_run, struct err *err) {
    static const char sql[] =
        "SELECT strategy_run_id FROM strategy_run r WHERE status = 'done'"
        " AND EXISTS (SELECT 1 FROM strategy_instance i"
        "             WHERE i.strategy_run_id = r.strategy_run_id AND i.strategy = ?1)"
        " AND (?2 = 0 OR (SELECT count(*) FROM strategy_instance i"
        "                 WHERE i.strategy_run_id = r.strategy_run_id) = 1)"
        " AND (?3 IS NULL OR (instr(?3, '|' || ifnull(name, '|') || '|') > 0) = ?4)"
        " ORDER BY strategy_run_id DESC LIMIT 1";
    sqlite3_stmt *stmt = NULL;
    int rc = db_prepare(db, sql, &stmt, err);
    if (rc != 0)
        return rc;
    sqlite3_bind_text(stmt, 1, strategy, -1, SQLITE_STATIC);
    sqlite3_bind_int(stmt, 2, is_alone);
    sqlite3_bind_text(stmt, 3, names, -1, SQLITE_STATIC); /* NULL: of any name */
    sqlite3_bind_int(stmt, 4, is_named);
    rc = db_row(db, stmt, "read the runs", err);
    if (rc == 1)
        *ret_run = sqlite3_column_int64(stmt, 0);
    sqlite3_finalize(stmt);
    return rc;
}

int run_table_last(struct db *db, const char *strategy, bool is_alone, int64_t *ret_run,
                   struct err *err) {
    return last(db, strategy, is_alone, NULL, false, ret_run, err);
}

int run_table_last_named(struct db *db, const char *strategy, const char *names, bool is_named,
                         int64_t *ret_run, struct err *err) {
    return last(db, strategy, true, names, is_named, ret_run, err);
}

/* ---- rows ---- */

static bool is_running(const char *status) { return str_eq(status, RUNNING); }

static void read_row(struct db *db, sqlite3_stmt *stmt, struct run_row *ret) {
    struct run_row row = {.id = sqlite3_column_int64(stmt, 0)};
    char **const texts[] = {&row.kind,       &row.status,      &row.name,      &row.host_version,
                            &row.strategies, &row.symbols,     &row.log,       &row.config,
                            &row.bars_hash,  &row.config_hash, &row.code_hash, &row.journal_hash,
                            &row.error,      &row.output,      &row.result};
    int64_t *const counts[] = {&row.bars,  &row.intents, &row.orders,
                               &row.fills, &row.trades,  &row.rejected};
    int at = 1;
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        *texts[i] = text_at(stmt, at++);
    row.started_at = sqlite3_column_int64(stmt, at++);
    row.ended_at = sqlite3_column_int64(stmt, at++); /* NULL gives 0 */
    row.has_counts = sqlite3_column_type(stmt, at) != SQLITE_NULL;
    for (size_t i = 0; i < ARRAY_LEN(counts); i++)
        *counts[i] = sqlite3_column_int64(stmt, at++);
    row.initial_equity = sqlite3_column_double(stmt, at++);
    row.final_equity = sqlite3_column_double(stmt, at++);
    CHECK(at == sqlite3_column_count(stmt));
    if (is_running(row.status) && !run_live_is_held(db->path, row.id)) {
        mem_free(row.status);
        row.status = mem_strdup(INTERRUPTED);
    }
    *ret = row;
}

void run_row_fini(struct run_row *row) {
    char *const texts[] = {row->kind,       row->status,      row->name,      row->host_version,
                           row->strategies, row->symbols,     row->log,       row->config,
                           row->bars_hash,  row->config_hash, row->code_hash, row->journal_hash,
                           row->error,      row->output,      row->result};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        mem_free(texts[i]);
    *row = (struct run_row){0};
}

int run_table_get(struct db *db, int64_t run, struct run_row *ret, struct err *err) {
    sqlite3_stmt *stmt = NULL;
    int rc = db_prepare(db, "SELECT " ROW_COLUMNS " FROM strategy_run WHERE strategy_run_id = ?",
                        &stmt, err);
    if (rc != 0)
        return rc;
    sqlite3_bind_int64(stmt, 1, run);
    rc = db_row(db, stmt, "read a run", err);
    if (rc == 1)
        read_row(db, stmt, ret);
    sqlite3_finalize(stmt);
    if (rc == 0)
        return no_such_run(db, run, err);
    return rc < 0 ? rc : 0;
}

int run_table_list(struct db *db, const char *strategy, int64_t limit,
                   int (*take)(void *self, const struct run_row *row, struct err *err), void *self,
                   struct err *err) {
    static const char sql[] =
        "SELECT " ROW_COLUMNS " FROM strategy_run r WHERE ?1 IS NULL"
        " OR EXISTS (SELECT 1 FROM strategy_instance i"
        "            WHERE i.strategy_run_id = r.strategy_run_id AND i.strategy = ?1)"
        " ORDER BY strategy_run_id DESC LIMIT ?2";
    sqlite3_stmt *stmt = NULL;
    int rc = db_prepare(db, sql, &stmt, err);
    if (rc != 0)
        return rc;
    sqlite3_bind_text(stmt, 1, strategy, -1, SQLITE_STATIC);
    sqlite3_bind_int64(stmt, 2, limit > 0 ? limit : -1);
    while ((rc = db_row(db, stmt, "list the runs", err)) == 1) {
        struct run_row row;
        read_row(db, stmt, &row);
        rc = take(self, &row, err);
        run_row_fini(&row);
        if (rc != 0)
            break;
    }
    sqlite3_finalize(stmt);
    return rc;
}

int run_table_metric(struct db *db, int64_t run, const char *name, double *ret, struct err *err) {
    sqlite3_stmt *stmt = NULL;
    int rc = db_prepare(db,
                        "SELECT value FROM strategy_metric WHERE strategy_run_id = ?"
                        " AND strategy_instance_id = -1 AND name = ?",
                        &stmt, err);
    if (rc != 0)
        return rc;
    sqlite3_bind_int64(stmt, 1, run);
    sqlite3_bind_text(stmt, 2, name, -1, SQLITE_STATIC);
    rc = db_row(db, stmt, "read a metric", err);
    if (rc == 1 && sqlite3_column_type(stmt, 0) == SQLITE_NULL)
        rc = 0;
    if (rc == 1)
        *ret = sqlite3_column_double(stmt, 0);
    sqlite3_finalize(stmt);
    return rc;
}

/* ---- changing ---- */

static int set_interrupted(struct db *db, int64_t run, struct err *err) {
    sqlite3_stmt *stmt = NULL;
    int rc = db_prepare(db,
                        "UPDATE strategy_run SET status = '" INTERRUPTED "'"
                        " WHERE strategy_run_id = ?",
                        &stmt, err);
    if (rc != 0)
        return rc;
    sqlite3_bind_int64(stmt, 1, run);
    rc = db_run(db, stmt, "mark a run as interrupted", err);
    sqlite3_finalize(stmt);
    return rc;
}

/* The smallest run after `after` that says running and is not; 0 when there is none. */
static int next_gone(struct db *db, int64_t after, int64_t *ret, struct err *err) {
    int64_t run = after;
    int rc;
    while ((rc = number_of(db,
                           "SELECT strategy_run_id FROM strategy_run WHERE status = '" RUNNING
                           "' AND strategy_run_id > ? ORDER BY strategy_run_id LIMIT 1",
                           run, &run, err)) == 1 &&
           run_live_is_held(db->path, run))
        continue;
    if (rc < 0)
        return rc;
    *ret = rc == 1 ? run : 0;
    return 0;
}

int run_table_settle(struct db *db, struct err *err) {
    int64_t run = 0;
    int rc = next_gone(db, 0, &run, err);
    if (rc != 0 || run == 0) /* the usual case takes no write lock */
        return rc;
    rc = db_begin(db, err);
    if (rc != 0)
        return rc;
    rc = next_gone(db, 0, &run, err);
    while (rc == 0 && run != 0) {
        rc = set_interrupted(db, run, err);
        if (rc == 0)
            rc = next_gone(db, run, &run, err);
    }
    if (rc == 0)
        rc = db_commit(db, err);
    if (rc != 0)
        db_rollback(db);
    return rc;
}

static int delete_from(struct db *db, const char *table, int64_t run, struct err *err) {
    sqlite3_stmt *stmt = NULL;
    struct str sql;
    str_init(&sql);
    str_appendf(&sql, "DELETE FROM \"%s\" WHERE strategy_run_id = ?", table);
    int rc = db_prepare(db, str_text(&sql), &stmt, err);
    str_fini(&sql);
    if (rc != 0)
        return rc;
    sqlite3_bind_int64(stmt, 1, run);
    rc = db_run(db, stmt, "delete a run", err);
    sqlite3_finalize(stmt);
    return rc;
}

/* Out of every table whose rows name a run. */
static int delete_rows(struct db *db, int64_t run, struct err *err) {
    sqlite3_stmt *stmt = NULL;
    int rc = db_prepare(db,
                        "SELECT m.name FROM sqlite_schema m, pragma_table_info(m.name) c"
                        " WHERE m.type = 'table' AND c.name = 'strategy_run_id'",
                        &stmt, err);
    while (rc == 0 && (rc = db_row(db, stmt, "delete a run", err)) == 1)
        rc = delete_from(db, (const char *)sqlite3_column_text(stmt, 0), run, err);
    sqlite3_finalize(stmt);
    return rc;
}

int run_table_delete(struct db *db, int64_t run, struct err *err) {
    struct run_row row;
    int rc = db_begin(db, err);
    if (rc != 0)
        return rc;
    rc = run_table_get(db, run, &row, err);
    if (rc == 0) {
        if (is_running(row.status))
            rc =
                err_set(err, ERR_BUSY,
                        "run %" PRId64 ": cannot delete: it is being recorded (end it first)", run);
        run_row_fini(&row);
    }
    if (rc == 0)
        rc = build_file_drop(db, run, err);
    if (rc == 0)
        rc = delete_rows(db, run, err);
    if (rc == 0)
        rc = db_commit(db, err);
    if (rc != 0)
        db_rollback(db);
    return rc;
}

/* ---- instances ---- */

int run_table_instance(struct db *db, int64_t run, int64_t instance, struct run_instance_row *ret,
                       struct err *err) {
    sqlite3_stmt *stmt = NULL;
    int rc = db_prepare(db,
                        "SELECT name, strategy, version, silo, build_sha256, build_path, params,"
                        " budget FROM strategy_instance"
                        " WHERE strategy_run_id = ? AND strategy_instance_id = ?",
                        &stmt, err);
    if (rc != 0)
        return rc;
    sqlite3_bind_int64(stmt, 1, run);
    sqlite3_bind_int64(stmt, 2, instance);
    rc = db_row(db, stmt, "read a run", err);
    if (rc == 1)
        *ret = (struct run_instance_row){.name = text_at(stmt, 0),
                                         .strategy = text_at(stmt, 1),
                                         .version = text_at(stmt, 2),
                                         .silo = text_at(stmt, 3),
                                         .build_sha256 = text_at(stmt, 4),
                                         .build_path = text_at(stmt, 5),
                                         .params = text_at(stmt, 6),
                                         .budget = sqlite3_column_double(stmt, 7)};
    sqlite3_finalize(stmt);
    if (rc == 0)
        return err_set(err, ERR_NOT_FOUND, "run %" PRId64 ": it has no strategy %" PRId64, run,
                       instance);
    return rc < 0 ? rc : 0;
}

void run_instance_row_fini(struct run_instance_row *row) {
    char *const texts[] = {row->name,         row->strategy,   row->version, row->silo,
                           row->build_sha256, row->build_path, row->params};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        mem_free(texts[i]);
    *row = (struct run_instance_row){0};
}
