/* The first rows of a run and its last. */
#include "base/str.h"
#include "store/build_file.h"
#include "store/run_writer_parts.h"

/* ---- the run's row, its instances and feeds ---- */

static void bind_text(sqlite3_stmt *stmt, int at, const char *text) {
    sqlite3_bind_text(stmt, at, text, -1, SQLITE_TRANSIENT); /* NULL stays NULL */
}

static void bind_names(sqlite3_stmt *stmt, int at, const struct run_start *start) {
    struct str text;
    str_init(&text);
    for (size_t i = 0; i < start->instance_count; i++)
        str_appendf(&text, "%s%s", i == 0 ? "" : ", ", start->instances[i].strategy);
    bind_text(stmt, at, str_text(&text));
    str_clear(&text);
    for (size_t i = 0; i < start->feed_count; i++)
        str_appendf(&text, "%s%s %s", i == 0 ? "" : ", ", start->feeds[i].symbol,
                    start->feeds[i].timeframe);
    bind_text(stmt, at + 1, str_text(&text));
    str_fini(&text);
}

static int insert_run(struct db *db, const struct run_start *start, int64_t *ret, struct err *err) {
    char log[RUN_LOG_TEXT_MAX];
    sqlite3_stmt *stmt = NULL;
    int rc = db_prepare(db,
                        "INSERT INTO strategy_run (kind, status, name, started_at, host_version, "
                        "strategies, symbols, log, config, bars_hash, config_hash, code_hash) "
                        "VALUES (?, 'running', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                        &stmt, err);
    if (rc != 0)
        return rc;
    run_log_print(start->log, log);
    bind_text(stmt, 1, start->kind);
    bind_text(stmt, 2, start->name);
    sqlite3_bind_int64(stmt, 3, start->started_at);
    bind_text(stmt, 4, start->host_version);
    bind_names(stmt, 5, start);
    bind_text(stmt, 7, log);
    bind_text(stmt, 8, start->config);
    bind_text(stmt, 9, start->bars_hash);
    bind_text(stmt, 10, start->config_hash);
    bind_text(stmt, 11, start->code_hash);
    rc = db_run(db, stmt, "record a run", err);
    sqlite3_finalize(stmt);
    if (rc == 0)
        *ret = sqlite3_last_insert_rowid(db_handle(db));
    return rc;
}

static int insert_instances(struct db *db, int64_t run, const struct run_start *start,
                            struct err *err) {
    sqlite3_stmt *stmt = NULL;
    int rc = db_prepare(db,
                        "INSERT INTO strategy_instance (strategy_run_id, strategy_instance_id, "
                        "name, strategy, version, silo, budget, build_sha256, build_path, params) "
                        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                        &stmt, err);
    for (size_t i = 0; i < start->instance_count && rc == 0; i++) {
        const struct run_start_instance *s = &start->instances[i];
        sqlite3_bind_int64(stmt, 1, run);
        sqlite3_bind_int64(stmt, 2, (int64_t)i);
        bind_text(stmt, 3, s->name);
        bind_text(stmt, 4, s->strategy);
        bind_text(stmt, 5, s->version);
        bind_text(stmt, 6, s->silo);
        sqlite3_bind_double(stmt, 7, s->budget);
        bind_text(stmt, 8, s->build_sha256);
        bind_text(stmt, 9, s->build_path);
        bind_text(stmt, 10, s->params);
        rc = db_run(db, stmt, "record a run", err);
        if (rc == 0 && s->build_file != NULL)
            rc = build_file_keep(db, s->build_sha256, s->build_file, err);
    }
    sqlite3_finalize(stmt);
    return rc;
}

static int insert_feeds(struct db *db, int64_t run, const struct run_start *start,
                        struct err *err) {
    sqlite3_stmt *stmt = NULL;
    int rc = db_prepare(db,
                        "INSERT INTO strategy_feed (strategy_run_id, feed, symbol_id, symbol, "
                        "timeframe, file, rows, first_time, last_time, bars_hash, synthetic) "
                        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                        &stmt, err);
    for (size_t i = 0; i < start->feed_count && rc == 0; i++) {
        const struct run_start_feed *f = &start->feeds[i];
        sqlite3_bind_int64(stmt, 1, run);
        sqlite3_bind_int64(stmt, 2, (int64_t)i);
        sqlite3_bind_int64(stmt, 3, f->symbol_id);
        bind_text(stmt, 4, f->symbol);
        bind_text(stmt, 5, f->timeframe);
        bind_text(stmt, 6, f->file);
        sqlite3_bind_int64(stmt, 7, f->rows);
        sqlite3_bind_int64(stmt, 8, f->first_time);
        sqlite3_bind_int64(stmt, 9, f->last_time);
        bind_text(stmt, 10, f->bars_hash);
        sqlite3_bind_int64(stmt, 11, f->synthetic);
        rc = db_run(db, stmt, "record a run", err);
    }
    sqlite3_finalize(stmt);
    return rc;
}

int run_ends_start(struct db *db, const struct run_start *start, int64_t *ret_run,
                   struct err *err) {
    int64_t run = 0;
    int rc = insert_run(db, start, &run, err);
    if (rc == 0)
        rc = insert_instances(db, run, start, err);
    if (rc == 0)
        rc = insert_feeds(db, run, start, err);
    if (rc == 0)
        *ret_run = run;
    return rc;
}

/* ---- the end ---- */

static int insert_metrics(struct db *db, int64_t run, const struct run_end *end, struct err *err) {
    sqlite3_stmt *stmt = NULL;
    int rc = db_prepare(db,
                        "INSERT INTO strategy_metric (strategy_run_id, strategy_instance_id, name, "
                        "value, reason) VALUES (?, ?, ?, ?, ?)",
                        &stmt, err);
    for (size_t i = 0; i < end->metric_count && rc == 0; i++) {
        const struct run_end_metric *m = &end->metrics[i];
        sqlite3_bind_int64(stmt, 1, run);
        sqlite3_bind_int64(stmt, 2, m->instance);
        bind_text(stmt, 3, m->name);
        if (m->reason)
            sqlite3_bind_null(stmt, 4);
        else
            sqlite3_bind_double(stmt, 4, m->value);
        bind_text(stmt, 5, m->reason);
        rc = db_run(db, stmt, "record a metric", err);
    }
    sqlite3_finalize(stmt);
    return rc;
}

static int insert_equity(struct db *db, int64_t run, const struct run_end *end, struct err *err) {
    sqlite3_stmt *stmt = NULL;
    int rc = db_prepare(db,
                        "INSERT INTO equity_curve (strategy_run_id, time, equity, low, high) "
                        "VALUES (?, ?, ?, ?, ?)",
                        &stmt, err);
    for (size_t i = 0; i < end->equity_count && rc == 0; i++) {
        const struct run_end_equity *e = &end->equity[i];
        sqlite3_bind_int64(stmt, 1, run);
        sqlite3_bind_int64(stmt, 2, e->time);
        sqlite3_bind_double(stmt, 3, e->equity);
        sqlite3_bind_double(stmt, 4, e->low);
        sqlite3_bind_double(stmt, 5, e->high);
        rc = db_run(db, stmt, "record the equity curve", err);
    }
    sqlite3_finalize(stmt);
    return rc;
}

/* Runs an update of the run's row, which must still be there and running; finalizes it. */
static int update_run(struct db *db, int64_t run, sqlite3_stmt *stmt, struct err *err) {
    int rc = db_run(db, stmt, "record the end of a run", err);
    sqlite3_finalize(stmt);
    if (rc == 0 && sqlite3_changes(db_handle(db)) != 1)
        rc = err_set(err, ERR_NOT_FOUND,
                     "%s: cannot record the end of run %lld: its row was deleted or changed "
                     "meanwhile (run it again)",
                     db_path(db), (long long)run);
    return rc;
}

static int update_done(struct db *db, int64_t run, const struct run_end *end, struct err *err) {
    const int64_t counts[] = {end->bars,  end->intents, end->orders,
                              end->fills, end->trades,  end->rejected};
    sqlite3_stmt *stmt = NULL;
    int rc = db_prepare(db,
                        "UPDATE strategy_run SET status = 'done', ended_at = ?2, journal_hash = "
                        "?3, output = ?4, result = ?5, initial_equity = ?6, final_equity = ?7, "
                        "bars = ?8, intents = ?9, orders = ?10, fills = ?11, trades = ?12, "
                        "rejected = ?13 WHERE strategy_run_id = ?1 AND status = 'running'",
                        &stmt, err);
    if (rc != 0)
        return rc;
    sqlite3_bind_int64(stmt, 1, run);
    sqlite3_bind_int64(stmt, 2, end->ended_at);
    bind_text(stmt, 3, end->journal_hash);
    bind_text(stmt, 4, end->output);
    bind_text(stmt, 5, end->result);
    sqlite3_bind_double(stmt, 6, end->initial_equity);
    sqlite3_bind_double(stmt, 7, end->final_equity);
    for (int i = 0; i < (int)ARRAY_LEN(counts); i++)
        sqlite3_bind_int64(stmt, 8 + i, counts[i]);
    return update_run(db, run, stmt, err);
}

int run_ends_done(struct db *db, int64_t run, const struct run_end *end, struct err *err) {
    int rc = insert_metrics(db, run, end, err);
    if (rc == 0)
        rc = insert_equity(db, run, end, err);
    if (rc == 0)
        rc = update_done(db, run, end, err);
    return rc;
}

int run_ends_failed(struct db *db, int64_t run, const struct run_failure *why, struct err *err) {
    sqlite3_stmt *stmt = NULL;
    int rc = db_prepare(db,
                        "UPDATE strategy_run SET status = 'failed', ended_at = ?2, error = ?3, "
                        "output = ?4 WHERE strategy_run_id = ?1 AND status = 'running'",
                        &stmt, err);
    if (rc != 0)
        return rc;
    sqlite3_bind_int64(stmt, 1, run);
    sqlite3_bind_int64(stmt, 2, why->ended_at);
    bind_text(stmt, 3, why->sentence);
    bind_text(stmt, 4, why->output);
    return update_run(db, run, stmt, err);
}
