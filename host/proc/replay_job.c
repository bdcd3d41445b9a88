#include "proc/replay_job.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "proc/probe.h"
#include "store/run_table.h"

struct replay_work {
    struct db *db, *scratch;
    int64_t run;
    struct run_row row;
    struct run_conf *conf;
    char folder[PATH_MAX]; /* of the scratch database; "" = none yet */
};

/* ---- the build of then ---- */

static int take_build(const struct run_instance_row *row, struct build *ret, struct err *err) {
    struct err ignored;
    if (cache_find(row->build_path, row->build_sha256, ret, err) == 0)
        return 0;
    if (cache_take(row->build_path, NULL, ret, &ignored) == 0 &&
        str_eq(ret->sha, row->build_sha256))
        return 0;
    return err_set(
        err, ERR_NOT_FOUND,
        "build %.12s of %s is not kept any more, and %s is another one (build that source "
        "again)",
        row->build_sha256, row->strategy, row->build_path);
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
            r = take_build(&row, ret_build, err);
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

/* Bars that changed are the most common cause, and the plainest to say. */
static bool has_other_bars(const struct replay_work *w, const struct backtest_job *job,
                           struct str *where) {
    char hex[HASH128_HEX_SIZE];
    hash128_hex(plan_bars_hash(job->plan), hex);
    if (str_eq(hex, w->row.bars_hash))
        return false;
    str_appendf(where, "the bars are not those of then (%s, recorded %s): the file of data changed",
                hex, w->row.bars_hash);
    return true;
}

static int run_again(struct replay_work *w, struct replay_result *ret, struct err *err) {
    struct backtest_job job;
    int r = backtest_job_prepare(
        &(struct backtest_job_spec){.conf = w->conf, .finder = {find_build, w}, .db = w->scratch},
        &job, err);
    if (r == 0 && !has_other_bars(w, &job, &ret->where)) {
        r = backtest_job_run(&job, err);
        if (r == 0) {
            ret->bars = job.job.run.bars;
            ret->orders = job.recorder.collector.order_count;
            ret->trades = job.recorder.collector.trade_count;
            hash128_hex(job.job.run.journal, ret->journal);
            r = run_table_compare(w->db, w->run, w->scratch, job.run, &ret->same, &ret->where, err);
        }
    }
    backtest_job_fini(&job);
    return r;
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
