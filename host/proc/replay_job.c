#include "proc/replay_job.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/mem.h"
#include "proc/probe.h"
#include "run/stored_run.h"
#include "store/build_file.h"
#include "store/run_table.h"

struct replay_work {
    struct db *db, *scratch;
    int64_t run;
    struct run_row row;
    struct run_conf *conf;
    char folder[PATH_MAX]; /* of the scratch database; "" = none yet */
};

/* ---- the build of then: in the cache, else in the database, else what is built now ---- */

/* The build that the database kept, put into the cache. */
static int restore_build(struct db *db, const struct run_instance_row *row, struct build *ret,
                         struct err *err) {
    char *bytes = NULL;
    size_t len = 0;
    int r = build_file_load(db, row->build_sha256, &bytes, &len, err);
    if (r == 0)
        return ERR_NOT_FOUND;
    if (r == 1)
        r = cache_restore(row->build_path, row->build_sha256, bytes, len, ret, err);
    mem_free(bytes);
    return r;
}

static int take_build(struct db *db, const struct run_instance_row *row, struct build *ret,
                      struct err *err) {
    struct err why = {0}, ignored;
    if (cache_find(row->build_path, row->build_sha256, ret, err) == 0)
        return 0;
    int r = restore_build(db, row, ret, &why);
    if (r == 0)
        return 0;
    if (cache_take(row->build_path, NULL, ret, &ignored) == 0 &&
        str_eq(ret->sha, row->build_sha256))
        return 0;
    if (r != ERR_NOT_FOUND) { /* damaged, or the cache cannot be written */
        *err = why;
        return r;
    }
    return err_set(err, ERR_NOT_FOUND,
                   "build %.12s of %s is not kept any more, and %s is %s (build that source again)",
                   row->build_sha256, row->strategy, row->build_path,
                   fs_exists(row->build_path) ? "another one" : "gone");
}

static int find_build(void *self, const char *strategy, struct descriptor *ret_descriptor,
                      struct build *ret_build, struct err *err) {
    struct replay_work *w = self;
    for (int64_t i = 0;; i++) {
        struct run_instance_row row;
        int r = run_table_instance(w->db, w->run, i, &row, err);
        if (r < 0)
            return r;
        bool is_it = str_eq(row.strategy, strategy) || str_eq(row.build_path, strategy);
        if (is_it)
            r = take_build(w->db, &row, ret_build, err);
        run_instance_row_fini(&row);
        if (r < 0)
            return r;
        if (is_it)
            return probe_build(ret_build, ret_descriptor, NULL, err);
    }
}

/* ---- the run ---- */

static int open_scratch(struct replay_work *w, struct err *err) {
    const char *tmp = getenv("TMPDIR");
    char file[PATH_MAX + 20];
    snprintf(w->folder, sizeof w->folder, "%s/qshost-replay-XXXXXX",
             tmp && tmp[0] == '/' ? tmp : "/tmp");
    if (!mkdtemp(w->folder)) {
        int r = err_errno(err, "cannot make a folder for the replay (set TMPDIR)", w->folder);
        w->folder[0] = '\0';
        return r;
    }
    snprintf(file, sizeof file, "%s/" DB_FILE, w->folder);
    return db_open(file, DB_WRITE, &w->scratch, err);
}

static void remove_scratch(struct replay_work *w) {
    static const char *const files[] = {DB_FILE, DB_FILE "-wal", DB_FILE "-shm", DB_FILE "-live"};
    char file[PATH_MAX + 20];
    db_close(&w->scratch);
    if (w->folder[0] == '\0')
        return;
    for (size_t i = 0; i < ARRAY_LEN(files); i++) {
        snprintf(file, sizeof file, "%s/%s", w->folder, files[i]);
        (void)unlink(file);
    }
    (void)rmdir(w->folder);
}

/* Whether the bars that a feed has now are those that were played: 1 and said, or 0. */
static int say_other_bars(const struct plan *plan, const struct j_bars *then, struct str *where) {
    char now[HASH128_HEX_SIZE];
    if (then->feed < 0 || then->feed >= plan->feed_count)
        return 0;
    const struct series *series = plan->series[then->feed];
    bool is_whole = then->rows == plan->feeds[then->feed].bars.count;
    hash128_hex(series->bars_hash, now);
    if (is_whole && str_eq(now, then->hash))
        return 0;
    str_appendf(where,
                "the bars of %s are not those of then (%" PRId64 " with hash %s; recorded %" PRId64
                " with %s): the file changed",
                series->path, plan->feeds[then->feed].bars.count, now, then->rows, then->hash);
    return 1;
}

/* Bars that changed are the most common cause, and the plainest to say: 1 when they did. When each
 * feed's are those of then it is the run's row that somebody changed, and the comparison's word. */
static int find_other_bars(const struct replay_work *w, const struct plan *plan, struct str *where,
                           struct err *err) {
    char hex[HASH128_HEX_SIZE];
    struct record_source source = {0};
    struct journal_record record;
    hash128_hex(plan_bars_hash(plan), hex);
    if (str_eq(hex, w->row.bars_hash))
        return 0;
    int r = stored_source_open(w->db, w->run, RUN_READER_KIND(JOURNAL_BARS), INT64_MIN, INT64_MAX,
                               &source, err);
    if (r < 0)
        return r;
    int found = 0;
    while (found == 0 && (r = source.next(source.self, &record, err)) == 1) {
        struct j_bars then;
        if (record.kind != JOURNAL_BARS)
            continue;
        journal_read(&record, &then);
        found = say_other_bars(plan, &then, where);
    }
    stored_source_close(&source);
    return r < 0 ? r : found;
}

/* The last time that a run is named, as `words` instead. */
static void name_side(struct str *where, const char *run, const char *words) {
    char *text = str_take(where);
    const char *last = NULL;
    size_t len = strlen(run);
    for (const char *at = text; (at = strstr(at, run)) != NULL; at += len)
        if (at[len] == '\0' || at[len] == ',' || strncmp(at + len, " (", 2) == 0)
            last = at;
    str_append_n(where, text, last ? (size_t)(last - text) : strlen(text));
    if (last)
        str_appendf(where, "%s%s", words, last + len);
    mem_free(text);
}

/* The comparison names both sides as runs of databases; the replay's is gone in a moment. */
static void name_sides(const struct replay_work *w, int64_t again, struct str *where) {
    struct str record = {0}, replay = {0};
    bool is_one = w->run == again; /* then their databases are named besides */
    str_appendf(&record, " in run %" PRId64 "%s%s", w->run, is_one ? " of " : "",
                is_one ? db_path(w->db) : "");
    str_appendf(&replay, " in run %" PRId64 "%s%s", again, is_one ? " of " : "",
                is_one ? db_path(w->scratch) : "");
    name_side(where, str_text(&replay), " in the replay");
    name_side(where, str_text(&record), " in the record");
    str_fini(&record);
    str_fini(&replay);
}

static int run_again(struct replay_work *w, struct replay_result *ret, struct err *err) {
    struct backtest_job job;
    int r = backtest_job_prepare(
        &(struct backtest_job_spec){.conf = w->conf, .finder = {find_build, w}, .db = w->scratch},
        &job, err);
    if (r == 0)
        r = find_other_bars(w, job.plan, &ret->where, err);
    if (r == 0) {
        r = backtest_job_run(&job, err);
        if (r == 0) {
            ret->bars = job.job.run.bars;
            ret->orders = job.recorder.collector.order_count;
            ret->trades = job.recorder.collector.trade_count;
            hash128_hex(job.job.run.journal, ret->journal);
            r = run_table_compare(w->db, w->run, w->scratch, job.run, &ret->same, &ret->where, err);
            if (r == 0 && !ret->same)
                name_sides(w, job.run, &ret->where);
        }
    }
    backtest_job_fini(&job);
    return r < 0 ? r : 0;
}

static int read_conf(struct replay_work *w, struct err *err) {
    char name[40];
    if (!str_eq(w->row.status, "done"))
        return err_set(err, ERR_USAGE, "it is %s: only a run that is done can be replayed",
                       w->row.status);
    snprintf(name, sizeof name, "config of run %" PRId64, w->run);
    int r = run_conf_parse(w->row.config, strlen(w->row.config), name, NULL, &w->conf, err);
    return r == 0 ? run_conf_require(w->conf, err) : r;
}

int replay_job_run(struct db *db, int64_t run, struct replay_result *ret, struct err *err) {
    struct replay_work w = {.db = db, .run = run};
    memset(ret, 0, sizeof *ret);
    int r = run_table_get(db, run, &w.row, err);
    if (r == 0)
        r = read_conf(&w, err);
    if (r == 0)
        r = open_scratch(&w, err);
    if (r == 0)
        r = run_again(&w, ret, err);
    remove_scratch(&w);
    run_conf_destroy(&w.conf);
    run_row_fini(&w.row);
    return r < 0 ? err_prepend(err, "run %" PRId64 ": ", run) : 0;
}

void replay_result_fini(struct replay_result *result) {
    str_fini(&result->where);
    memset(result, 0, sizeof *result);
}
