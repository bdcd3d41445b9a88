/*
 * What it costs to record a run of 1 M bars of ema_cross, everything on (log: bars):
 *   ratio_recorded     from config and CSV (cached) to result, recorded / not recorded
 *   ns_a_bar           its journal, from memory into an empty database, until that is closed
 *   ratio_to_row_loop  that / a plain loop that inserts one SQLite row a bar, found by run and time
 *   ratio_to_keyless_loop  the same, but rows that can only be read from the first to the last
 *   bytes_a_bar        the database's file afterwards
 * The best of ROUNDS each, in turns. Exit code 1 when a limit is passed.
 */
#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/str.h"
#include "data/synth.h"
#include "plugin/cache.h"
#include "plugin/registry.h"
#include "proc/backtest_job.h"
#include "proc/probe.h"
#include "store/journal_file.h"

#define BARS 1000000
#define ROUNDS 5
#define RATIO_MAX 3.0
#define ROW_LOOP_MAX 0.3
#define BYTES_MAX 80.0

static char folder[] = "/tmp/qs_bench_record_XXXXXX";

static double now_seconds(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void need(int rc, const struct err *err) {
    if (rc >= 0)
        return;
    fprintf(stderr, "bench_record: %s\n", err->text);
    exit(1);
}

/* Until the next call. */
static const char *in_folder(const char *name) {
    static char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void drop_database(const char *name) {
    static const char *const ends[] = {"", "-wal", "-shm", "-live"};
    char file[64];
    for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
        snprintf(file, sizeof file, "%s%s", name, ends[i]);
        unlink(in_folder(file));
    }
}

/* ---- one run ---- */

static int find_strategy(void *self, const char *strategy, struct descriptor *ret_descriptor,
                         struct build *ret_build, struct err *err) {
    char path[PATH_MAX];
    int rc = registry_find(self, strategy, path, ret_descriptor, err);
    return rc < 0 ? rc : cache_take(path, NULL, ret_build, err);
}

static struct run_conf *make_conf(void) {
    struct run_conf *conf = NULL;
    struct err err;
    struct str text = {0};
    struct synth_spec spec = synth_defaults();
    struct csv_bars bars = {0};
    spec.bars = BARS;
    need(timeframe_parse("1m", &spec.timeframe) ? 0 : -1, &(struct err){.text = "1m"});
    need(synth_make(&spec, &bars, &err), &err);
    FILE *file = fopen(in_folder("X_1m.csv"), "w");
    need(file ? synth_write(&bars, file, &err) : -1, &err);
    fclose(file);
    csv_bars_fini(&bars);
    str_appendf(&text, "strategy: %s/ema_cross.so\ndata: X_1m.csv\n", QS_PLUGIN_DIR);
    need(run_conf_parse(str_text(&text), text.len, "bench", folder, &conf, &err), &err);
    need(run_conf_require(conf, &err), &err);
    str_fini(&text);
    return conf;
}

/* Seconds of a run from its config to its result; the database is opened before and closed within,
 * which is when the -wal goes back into the file. */
static double run_once(const struct run_conf *conf, struct registry *registry, bool is_recorded,
                       const char *journal_path) {
    struct db *db = NULL;
    struct err err;
    struct backtest_job job;
    if (is_recorded) {
        drop_database("quasar.sqlite");
        need(db_open(in_folder("quasar.sqlite"), DB_WRITE, &db, &err), &err);
    }
    struct backtest_job_spec spec = {
        .conf = conf, .finder = {find_strategy, registry}, .db = db, .journal_path = journal_path};
    double begin = now_seconds();
    need(backtest_job_prepare(&spec, &job, &err), &err);
    need(backtest_job_run(&job, &err), &err);
    backtest_job_fini(&job);
    db_close(&db);
    return now_seconds() - begin;
}

/* ---- recording alone ---- */

struct journal_bytes {
    uint8_t *data;
    size_t len, cap;
    struct journal_record *records; /* taken apart already: whoever records has done that */
    size_t count;
};

static struct journal_bytes load_journal(const char *path) {
    struct journal_bytes all = {0};
    struct journal_reader reader;
    struct journal_record record;
    struct err err;
    int rc;
    need(journal_file_open(path, &reader, &err), &err);
    while ((rc = journal_file_next(&reader, &record, &err)) == 1) {
        size_t size = 8 + record.size;
        if (all.cap - all.len < size) {
            all.cap = 2 * (all.cap + size);
            all.data = mem_realloc_array(all.data, all.cap, 1);
        }
        memcpy(all.data + all.len, record.body - 8, size);
        all.len += size;
        all.count++;
    }
    need(rc, &err);
    all.records = mem_zalloc(all.count, sizeof *all.records);
    for (size_t i = 0, at = 0, size; i < all.count; i++, at += size)
        need(journal_next(all.data + at, all.len - at, &all.records[i], &size, &err), &err);
    journal_file_close(&reader);
    return all;
}

static double record_journal(const struct journal_bytes *journal) {
    const struct run_start_instance instance = {.name = "s",
                                                .strategy = "ema_cross",
                                                .version = "1",
                                                .silo = "main",
                                                .build_sha256 = "0",
                                                .build_path = "/s.so",
                                                .params = "{}"};
    const struct run_start start = {.kind = "backtest",
                                    .host_version = "0",
                                    .config = "{}",
                                    .bars_hash = "0",
                                    .config_hash = "0",
                                    .code_hash = "0",
                                    .log = {RUN_LOG_BARS, 1},
                                    .instances = &instance,
                                    .instance_count = 1};
    struct run_writer *writer = NULL;
    struct db *db = NULL;
    struct err err;
    drop_database("alone.sqlite");
    need(db_open(in_folder("alone.sqlite"), DB_WRITE, &db, &err), &err);
    double begin = now_seconds();
    need(run_writer_begin(db, &start, &writer, &err), &err);
    for (size_t i = 0; i < journal->count; i++)
        need(run_writer_take(writer, &journal->records[i], &err), &err);
    need(run_writer_finish(writer, &(struct run_end){.journal_hash = "0"}, &err), &err);
    run_writer_destroy(&writer);
    db_close(&db);
    return now_seconds() - begin;
}

/* ---- the plain loop ---- */

static void must(sqlite3 *handle, int rc) {
    if (rc == SQLITE_OK || rc == SQLITE_DONE)
        return;
    fprintf(stderr, "bench_record: %s\n", sqlite3_errmsg(handle));
    exit(1);
}

/* table: the columns' definition. */
static double row_loop(const char *table) {
    char sql[320];
    sqlite3 *handle = NULL;
    sqlite3_stmt *stmt = NULL;
    drop_database("loop.sqlite");
    must(handle,
         sqlite3_open_v2(in_folder("loop.sqlite"), &handle,
                         SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL));
    snprintf(
        sql, sizeof sql,
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; CREATE TABLE bar (run INTEGER, "
        "time INTEGER, cash REAL, equity REAL, low REAL, high REAL, gross REAL, net REAL%s",
        table);
    must(handle, sqlite3_exec(handle, sql, NULL, NULL, NULL));
    must(handle, sqlite3_prepare_v2(handle, "INSERT INTO bar VALUES (1, ?, ?, ?, ?, ?, ?, ?)", -1,
                                    &stmt, NULL));
    double begin = now_seconds();
    must(handle, sqlite3_exec(handle, "BEGIN", NULL, NULL, NULL));
    for (int64_t i = 0; i < BARS; i++) {
        double net = (double)(i % 1000) * 0.37, cash = 1e5 - net;
        const double values[] = {cash, cash + net, cash + net - 0.1, cash + net + 0.1, net, net};
        sqlite3_bind_int64(stmt, 1, i * INT64_C(60000000000));
        for (int c = 0; c < (int)ARRAY_LEN(values); c++)
            sqlite3_bind_double(stmt, c + 2, values[c]);
        must(handle, sqlite3_step(stmt));
        sqlite3_reset(stmt);
    }
    must(handle, sqlite3_exec(handle, "COMMIT", NULL, NULL, NULL));
    sqlite3_finalize(stmt);
    sqlite3_close(handle);
    double seconds = now_seconds() - begin;
    drop_database("loop.sqlite");
    return seconds;
}

int main(void) {
    struct stat file = {0};
    if (!mkdtemp(folder))
        return 1;
    setenv("QS_CACHE", folder, 1); /* columns and builds: nothing of the user's is touched */
    struct registry *registry = registry_create(probe_registry_reader());
    struct run_conf *conf = make_conf();
    double plain = 1e9, recorded = 1e9, alone = 1e9, loop = 1e9, keyless = 1e9;
    char journal_path[128];
    snprintf(journal_path, sizeof journal_path, "%s", in_folder("1.qsj"));
    run_once(conf, registry, false, journal_path);
    struct journal_bytes journal = load_journal(journal_path);
    for (int round = 0; round < ROUNDS; round++) {
        plain = fmin(plain, run_once(conf, registry, false, NULL));
        recorded = fmin(recorded, run_once(conf, registry, true, NULL));
        alone = fmin(alone, record_journal(&journal));
        loop = fmin(loop, row_loop(", PRIMARY KEY (run, time)) WITHOUT ROWID"));
        keyless = fmin(keyless, row_loop(")"));
    }
    if (stat(in_folder("quasar.sqlite"), &file) != 0)
        return 1;
    double ratio = recorded / plain, to_loop = alone / loop;
    double bytes = (double)file.st_size / BARS;
    bool ok = ratio <= RATIO_MAX && to_loop <= ROW_LOOP_MAX && bytes <= BYTES_MAX;
    printf("{\"bench\":\"record\",\"ratio\":%.2f,\"against\":\"the same run unrecorded\",\"n\":%d,"
           "\"ratio_recorded\":%.2f,\"ratio_recorded_max\":%.1f,\"bytes_a_bar\":%.1f,"
           "\"bytes_a_bar_max\":%.0f,\"ns_a_bar\":%.0f,\"ratio_to_row_loop\":%.3f,"
           "\"ratio_to_row_loop_max\":%.1f,\"unrecorded_ns_a_bar\":%.0f,"
           "\"row_loop_ns_a_bar\":%.0f,\"ratio_to_keyless_loop\":%.3f,\"within_limits\":%s}\n",
           ratio, BARS, ratio, RATIO_MAX, bytes, BYTES_MAX, alone * 1e9 / BARS, to_loop,
           ROW_LOOP_MAX, plain * 1e9 / BARS, loop * 1e9 / BARS, alone / keyless,
           ok ? "true" : "false");
    mem_free(journal.data);
    mem_free(journal.records);
    run_conf_destroy(&conf);
    registry_destroy(&registry);
    char command[64];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command) != 0 || !ok;
}
