#include "proc/backtest_job.h"

#include <string.h>

#include "base/fs.h"
#include "base/json.h"
#include "base/mem.h"
#include "proc/clock.h"
#include "report/result_json.h"
#include "run/param_defaults.h"
#include "run/record.h"
#include "store/run_table.h"

struct backtest_facts {
    char bars[HASH128_HEX_SIZE], config[HASH128_HEX_SIZE], code[HASH128_HEX_SIZE],
        journal[HASH128_HEX_SIZE];
    struct run_build *builds;
    struct param_defaults params;
    struct run_timing timings[3];
    struct setting_default defaults[SETTINGS_TOTAL];
    char values[SETTINGS_TOTAL][SETTING_TEXT_MAX];
};

/* The first trouble is the one to tell. */
static void record_failure(struct backtest_job *job, const struct err *err) {
    struct err later;
    if (job->recorder.is_later)
        (void)!recorder_flush(&job->recorder, &later);
    (void)!run_writer_fail(job->writer, err->text, str_text(&job->job.output), wall_now(), &later);
}

static int open_record(struct backtest_job *job, struct err *err) {
    if (job->db || !job->spec.db_path)
        return 0;
    int r = db_open(job->spec.db_path, DB_WRITE, &job->db, err);
    return r == 0 ? run_table_settle(job->db, err) : r;
}

static int begin_record(struct backtest_job *job, struct err *err) {
    int r = open_record(job, err);
    if (r < 0 || !job->db)
        return r;
    r = record_begin(job->db, job->plan, wall_now(), QSHOST_VERSION, &job->writer, err);
    if (r < 0)
        return r;
    job->run = run_writer_id(job->writer);
    r = recorder_record(&job->recorder, job->writer, err);
    if (r < 0)
        record_failure(job, err);
    else if (job->spec.is_recorded_later)
        recorder_record_later(&job->recorder);
    return r;
}

/* A database that is there is opened before a journal file is touched; one that is not is made when
 * nothing else can be refused any more. */
int backtest_job_prepare(const struct backtest_job_spec *spec, struct backtest_job *job,
                         struct err *err) {
    double begin = steady_seconds();
    memset(job, 0, sizeof *job);
    job->spec = *spec;
    job->db = spec->db;
    int r = plan_create(spec->conf, spec->finder, &job->plan, err);
    if (r == 0 && spec->db_path && fs_exists(spec->db_path))
        r = open_record(job, err);
    if (r == 0)
        r = recorder_init(&job->recorder, job->plan, spec->journal_path, NULL, err);
    if (r == 0)
        r = begin_record(job, err);
    job->prepare_seconds = steady_seconds() - begin;
    return r;
}

/* ---- while it runs ---- */

struct ticker {
    const struct backtest_job *job;
    int64_t total;
    double begin;
};

static void tick(void *self, const struct progress *progress) {
    struct ticker *t = self;
    int64_t done = atomic_load_explicit(&progress->bar, memory_order_relaxed);
    t->job->spec.progress(t->job->spec.progress_self, done, t->total, steady_seconds() - t->begin);
}

/* Instants of a run on one feed; several feeds would have to be merged to be counted. */
static int64_t count_instants(const struct backtest_job *job) {
    const struct plan *plan = job->plan;
    int64_t total = plan->feed_count == 1 ? plan->feeds[0].bars.count : 0;
    if (total > 0 && job->spec.cut_after > 0 && job->spec.cut_after < total)
        total = job->spec.cut_after;
    if (total > 0 && plan->settings.max_bars > 0 && plan->settings.max_bars < total)
        total = plan->settings.max_bars;
    return total;
}

static int run_worker(struct backtest_job *job, struct err *err) {
    struct ticker ticker = {.job = job, .total = count_instants(job), .begin = steady_seconds()};
    struct job_spec spec = {.plan = job->plan,
                            .port = job->spec.port,
                            .is_inline = job->spec.is_inline,
                            .cut_after = job->spec.cut_after,
                            .take = recorder_take,
                            .self = &job->recorder,
                            .tick = job->spec.progress ? tick : NULL,
                            .tick_self = &ticker,
                            .cancelled = job->spec.cancelled,
                            .cancel_self = job->spec.cancel_self,
                            .cancel_fd = job->spec.cancel_fd};
    job->started = true;
    int r = job_run(&spec, &job->job, err);
    job->run_seconds = steady_seconds() - ticker.begin;
    if (r == 0 && !hash128_eq(recorder_hash(&job->recorder), job->job.run.journal))
        r = err_set(err, ERR_INTERNAL,
                    "the worker's hash of the journal differs from ours (report this)");
    return r;
}

/* ---- what came of it ---- */

static void fill_defaults(struct backtest_facts *t) {
    struct settings settings;
    settings_default(&settings);
    for (size_t i = 0; i < SETTINGS_TOTAL; i++) {
        settings_print_value(settings_at(i), &settings, t->values[i], SETTING_TEXT_MAX);
        t->defaults[i] = (struct setting_default){settings_at(i)->key, t->values[i]};
    }
}

static void gather_facts(struct backtest_job *job) {
    const struct plan *plan = job->plan;
    struct backtest_facts *t = job->texts = mem_zalloc(1, sizeof *t);
    hash128_hex(plan_bars_hash(plan), t->bars);
    hash128_hex(plan_config_hash(plan), t->config);
    hash128_hex(plan_code_hash(plan), t->code);
    hash128_hex(job->job.run.journal, t->journal);
    t->builds = mem_zalloc((size_t)plan->strategy_count, sizeof *t->builds);
    for (int32_t i = 0; i < plan->strategy_count; i++)
        t->builds[i] = (struct run_build){.strategy = plan->strategies[i].conf->name,
                                          .path = plan->strategies[i].build.source,
                                          .sha256 = plan->strategies[i].build.sha};
    t->timings[0] = (struct run_timing){"prepare", job->prepare_seconds};
    t->timings[1] = (struct run_timing){"run", job->run_seconds};
    t->timings[2] = (struct run_timing){"record", 0.0};
    fill_defaults(t);
    param_defaults_init(&t->params, plan);
    job->facts = (struct run_facts){.number = job->run,
                                    .path = job->db ? db_path(job->db) : job->spec.journal_path,
                                    .host_version = QSHOST_VERSION,
                                    .risk = "none",
                                    .param_defaults = t->params.items,
                                    .param_default_count = t->params.count,
                                    .warmup_bars = job->job.run.warm_up,
                                    .bars_hash = t->bars,
                                    .config_hash = t->config,
                                    .code_hash = t->code,
                                    .journal_hash = t->journal,
                                    .builds = t->builds,
                                    .build_count = (size_t)plan->strategy_count,
                                    .timings = t->timings,
                                    .timing_count = ARRAY_LEN(t->timings),
                                    .defaults = t->defaults,
                                    .default_count = ARRAY_LEN(t->defaults)};
}

/* The journal file's trailer holds the result as JSON, so that the file alone tells the run. */
static int finish_file(struct backtest_job *job, struct err *err) {
    struct jv *meta = result_json(&job->report);
    char *text = jv_dump(meta, 0);
    int r = recorder_finish(&job->recorder, text, err);
    mem_free(text);
    jv_free(meta);
    return r;
}

static int end_record(struct backtest_job *job, struct err *err) {
    return record_finish(job->writer, &job->report,
                         job->job.output.len > 0 ? str_text(&job->job.output) : NULL, wall_now(),
                         err);
}

static int finish(struct backtest_job *job, struct err *err) {
    double begin = steady_seconds();
    gather_facts(job);
    int r = report_make(&job->recorder.collector, &job->facts, &job->report, err);
    if (r == 0)
        r = finish_file(job, err);
    if (r == 0 && job->writer && !job->spec.is_recorded_later)
        r = end_record(job, err);
    job->record_seconds = steady_seconds() - begin;
    job->texts->timings[2].seconds = job->record_seconds;
    return r;
}

int backtest_job_record(struct backtest_job *job, struct err *err) {
    double begin = steady_seconds();
    if (!job->writer || !job->spec.is_recorded_later)
        return 0;
    job->spec.is_recorded_later = false;
    int r = recorder_flush(&job->recorder, err);
    if (r == 0)
        r = end_record(job, err);
    if (r < 0)
        record_failure(job, err);
    job->record_seconds = steady_seconds() - begin;
    return r;
}

int backtest_job_run(struct backtest_job *job, struct err *err) {
    int r = run_worker(job, err);
    if (r == 0)
        r = finish(job, err);
    if (r < 0 && job->writer)
        record_failure(job, err);
    return r;
}

void backtest_job_fini(struct backtest_job *job) {
    job_result_fini(&job->job);
    recorder_fini(&job->recorder);
    run_writer_destroy(&job->writer);
    if (job->db != job->spec.db)
        db_close(&job->db);
    plan_destroy(&job->plan);
    if (job->texts) {
        mem_free(job->texts->builds);
        param_defaults_fini(&job->texts->params);
    }
    mem_free(job->texts);
    memset(job, 0, sizeof *job);
}
