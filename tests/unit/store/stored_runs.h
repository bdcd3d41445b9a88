/* Runs for the tests of the tables, by plain SQL: a database in a folder of its own. */
#ifndef STORED_RUNS_H
#define STORED_RUNS_H

#include <criterion/criterion.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "store/db_sql.h"

static char folder[100], path[150];
static struct db *db;

static inline void sql(struct db *to, const char *fmt, ...) {
    struct err err;
    va_list args;
    va_start(args, fmt);
    char *text = sqlite3_vmprintf(fmt, args);
    va_end(args);
    cr_assert_eq(db_exec(to, text, &err), 0, "%s\n%s", err.text, text);
    sqlite3_free(text);
}

/* A run of ema_cross (and of other when it is not NULL) as run_writer leaves it. */
static inline void add_run(struct db *to, int64_t run, const char *status, const char *other) {
    sql(to,
        "INSERT INTO strategy_run (strategy_run_id, kind, status, started_at, host_version,"
        " strategies, symbols, log, config, bars_hash, config_hash, code_hash)"
        " VALUES (%lld, 'backtest', %Q, 1363000000000000000, '0.1', 'ema_cross', 'SPX 1d',"
        " 'bars', '{}', 'b', 'c', 'd')",
        (long long)run, status);
    sql(to,
        "INSERT INTO strategy_instance VALUES (%lld, 0, 'ema', 'ema_cross', '1.0', 'main', 1000,"
        " 'abc', '/x/ema.so', '{\"fast\": \"12\"}')",
        (long long)run);
    if (other != NULL)
        sql(to,
            "INSERT INTO strategy_instance VALUES (%lld, 1, %Q, %Q, '1.0', 'main', 1000,"
            " 'abc', '/x/o.so', '{}')",
            (long long)run, other, other);
}

static inline void open_runs(void) {
    struct err err;
    snprintf(folder, sizeof(folder), "/tmp/qs_runs_XXXXXX");
    cr_assert_not_null(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/quasar.sqlite", folder);
    cr_assert_eq(db_open(path, DB_WRITE, &db, &err), 0, "%s", err.text);
}

static inline void close_runs(void) {
    char command[200];
    db_close(&db);
    snprintf(command, sizeof(command), "rm -r %s", folder);
    cr_assert_eq(system(command), 0);
}

#endif
