/*
 * Runs in a database without a worker: a plan of plans.h, records written by hand, and what the
 * tables hold afterwards, asked with plain SQL. Days: three bars from 2024-01-01, the first is open
 * 10, high 12, low 8, close 11; each one is 1 above the one before.
 */
#ifndef TESTS_RUN_RECORDED_H
#define TESTS_RUN_RECORDED_H

#include <sqlite3.h>

#include "base/time.h"
#include "core/reason.h"
#include "engine/intent.h"
#include "run/record.h"
#include "run/recorder.h"
#include "store/run_table.h"
#include "unit/run/plans.h"

#define DAY_1 INT64_C(1704067200000000000) /* date -u -d 2024-01-01 +%s; bars close a day later */
#define T1 (DAY_1 + TIME_DAY)
#define T2 (DAY_1 + 2 * TIME_DAY)
#define T3 (DAY_1 + 3 * TIME_DAY)

static struct run_conf *conf;
static struct plan *plan;
static struct db *db;
static struct run_writer *writer;
static char db_file[128];

static inline void recorded_setup(void) {
    plans_setup();
    write_days("aaa_1d.csv", 10);
    snprintf(db_file, sizeof db_file, "%s/quasar.sqlite", folder);
    cr_assert_eq(db_open(db_file, DB_WRITE, &db, &err), 0, "%s", err.text);
}

static inline void recorded_teardown(void) {
    run_writer_destroy(&writer);
    db_close(&db);
    plan_destroy(&plan);
    run_conf_destroy(&conf);
    plans_teardown();
}

/* The plan of a config, and the run's row. */
static inline void begin_run(const char *yaml) {
    run_writer_destroy(&writer);
    plan_destroy(&plan);
    run_conf_destroy(&conf);
    conf = conf_of(yaml);
    cr_assert_eq(plan_of(conf, &plan), 0, "%s", err.text);
    cr_assert_eq(record_begin(db, plan, 1000, "1.2.3", &writer, &err), 0, "%s", err.text);
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

/* ---- records ---- */

/* Records gather in `told`; take is given each of them. */
static struct kept told;
static struct journal speech;
static struct sink_port told_sink = {&told, keep_bytes};

static inline void speak(void) {
    told.len = 0;
    journal_init(&speech, &told_sink);
}

static inline void end_speech(void) {
    cr_assert_eq(journal_flush(&speech, &err), 0);
    journal_fini(&speech);
}

static inline int each_told(int (*take)(void *, const struct journal_record *, struct err *),
                            void *self) {
    struct journal_record record;
    size_t size;
    for (size_t at = 0; at < told.len; at += size) {
        cr_assert_eq(journal_next(told.bytes + at, told.len - at, &record, &size, &err), 1);
        int r = take(self, &record, &err);
        if (r < 0)
            return r;
    }
    return 0;
}

/* A whole honest run of one strategy that wishes once, is refused, and holds 1000 in cash. */
static inline void speak_whole_run(void) {
    static char hex[HASH128_HEX_SIZE];
    static const int64_t times[] = {T1, T2, T3};
    hash128_hex(plan->series[0]->bars_hash, hex);
    speak();
    plan_write_header(plan, &speech);
    journal_put_start(&speech, &(struct j_start){.time = T1, .bars = 1});
    for (int i = 0; i < 3; i++) {
        if (i == 1) {
            journal_put_intent(&speech, &(struct j_intent){.time = T2,
                                                           .number = 1,
                                                           .kind = INTENT_CANCEL,
                                                           .reason = REASON_UNKNOWN_ORDER});
            journal_put_note(&speech, &(struct j_note){.time = T2, .key = "k", .text = "words"});
        }
        journal_put_plot(&speech, &(struct j_plot){.time = times[i], .value = i, .key = "p"});
        journal_put_equity(
            &speech,
            &(struct j_equity){
                .time = times[i], .cash = 1000, .equity = 1000, .low = 1000, .high = 1000});
    }
    journal_put_bars(
        &speech, &(struct j_bars){.feed = 0, .rows = 3, .first = DAY_1, .last = T3, .hash = hex});
    journal_put_end(&speech, &(struct j_end){.time = T3, .instants = 3, .bars = 3, .rejected = 1});
    end_speech();
}

#endif
