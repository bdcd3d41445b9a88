/*
 * Backtests whole, with a record: 40 daily bars from 2024-01-01 that go up and down by 5 around
 * 100, and a database beside them, asked with plain SQL.
 */
#ifndef TESTS_PROC_JOBS_H
#define TESTS_PROC_JOBS_H

#include <criterion/criterion.h>
#include <dirent.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "proc/backtest_job.h"
#include "proc/probe.h"
#include "store/run_table.h"

static char folder[64], db_file[100];
static struct run_conf *conf;
static struct db *db;
static struct backtest_job job;
static struct err err;

static inline void write_bars(double first_close) {
    char path[128];
    snprintf(path, sizeof path, "%s/aaa_1d.csv", folder);
    FILE *file = fopen(path, "wb");
    cr_assert_not_null(file);
    fputs("time,open,high,low,close,volume\n", file);
    for (int i = 0; i < 40; i++) {
        int price = 100 + (i % 10 < 5 ? i % 10 : 10 - i % 10);
        fprintf(file, "2024-%02d-%02d,%d,%d,%d,%g,100\n", 1 + i / 31, 1 + i % 31, price, price + 2,
                price - 2, i == 0 ? first_close : price + 1);
    }
    cr_assert_eq(fclose(file), 0);
}

static inline void jobs_setup(void) {
    snprintf(folder, sizeof folder, "/tmp/qs_jobs_XXXXXX");
    cr_assert_not_null(mkdtemp(folder));
    setenv("QS_CACHE", folder, 1);
    setenv("QS_DEADLINE_MS", "5000", 1);
    snprintf(db_file, sizeof db_file, "%s/quasar.sqlite", folder);
    write_bars(101);
}

static inline void jobs_teardown(void) {
    char command[100];
    backtest_job_fini(&job);
    db_close(&db);
    run_conf_destroy(&conf);
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    cr_assert_eq(system(command), 0);
}

static inline void open_db(void) {
    cr_assert_eq(db_open(db_file, DB_WRITE, &db, &err), 0, "%s", err.text);
}

static inline int find_by_path(void *self, const char *path, struct descriptor *ret_descriptor,
                               struct build *ret_build, struct err *out) {
    (void)self;
    int r = probe_read(path, ret_descriptor, NULL, out);
    return r < 0 ? r : cache_take(path, NULL, ret_build, out);
}

static inline void conf_for(const char *so_path, const char *rest) {
    char yaml[PATH_MAX + 1000];
    snprintf(yaml, sizeof yaml, "strategy: %s\ndata: [{file: aaa_1d.csv}]\n%s", so_path, rest);
    run_conf_destroy(&conf);
    cr_assert_eq(run_conf_parse(yaml, strlen(yaml), "run.yaml", folder, &conf, &err), 0, "%s",
                 err.text);
}

static inline void conf_double(const char *name, const char *rest) {
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/doubles/%s.so", QS_BUILD_DIR, name);
    conf_for(path, rest);
}

static inline void conf_ema_cross(const char *rest) {
    char path[PATH_MAX], all[300];
    snprintf(path, sizeof path, "%s/ema_cross.so", QS_PLUGIN_DIR);
    snprintf(all, sizeof all, "params: {fast: 2, slow: 4}\n%s", rest);
    conf_for(path, all);
}

static inline struct backtest_job_spec spec_of(void) {
    return (struct backtest_job_spec){.conf = conf, .finder = {find_by_path, NULL}, .db = db};
}

/* The whole of it, into `job`. */
static inline int run_spec(const struct backtest_job_spec *spec) {
    backtest_job_fini(&job);
    int r = backtest_job_prepare(spec, &job, &err);
    return r == 0 ? backtest_job_run(&job, &err) : r;
}

static inline int run_job(void) {
    struct backtest_job_spec spec = spec_of();
    return run_spec(&spec);
}

/* Every row of a query on one line: "a|b;c|d". The text lives until the next call. */
static inline const char *ask(const char *sql) {
    static struct str text;
    sqlite3 *handle = NULL;
    sqlite3_stmt *stmt = NULL;
    str_clear(&text);
    cr_assert_eq(sqlite3_open_v2(db_file, &handle, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
    cr_assert_eq(sqlite3_prepare_v2(handle, sql, -1, &stmt, NULL), SQLITE_OK, "%s: %s", sql,
                 sqlite3_errmsg(handle));
    while (sqlite3_step(stmt) == SQLITE_ROW) {
        str_append(&text, text.len > 0 ? ";" : "");
        for (int i = 0; i < sqlite3_column_count(stmt); i++) {
            const char *cell = (const char *)sqlite3_column_text(stmt, i);
            str_appendf(&text, "%s%s", i > 0 ? "|" : "", cell ? cell : "NULL");
        }
    }
    sqlite3_finalize(stmt);
    sqlite3_close(handle);
    return str_text(&text);
}

static inline int64_t number(const char *sql) {
    int64_t value = -1;
    cr_assert(str_parse_i64(ask(sql), &value), "%s: %s", sql, ask(sql));
    return value;
}

static inline bool has_file(const char *name) {
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return access(path, F_OK) == 0;
}

static inline int count_entries(const char *path) {
    int count = 0;
    DIR *dir = opendir(path);
    cr_assert_not_null(dir);
    while (readdir(dir))
        count++;
    closedir(dir);
    return count;
}

#endif
