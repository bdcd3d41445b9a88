#include "run/stored_run.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "store/run_feeds.h"
#include "store/run_log.h"

static int next_record(void *self, struct journal_record *ret, struct err *err) {
    return run_reader_next(self, ret, err);
}

int stored_source_open(struct db *db, int64_t run, uint64_t kinds, int64_t from, int64_t to,
                       struct record_source *ret, struct err *err) {
    struct run_reader *reader;
    int r = run_reader_open(db, run, kinds, from, to, &reader, err);
    if (r == 0)
        *ret = (struct record_source){.self = reader, .next = next_record};
    return r;
}

void stored_source_close(struct record_source *source) {
    struct run_reader *reader = source->self;
    run_reader_close(&reader);
    *source = (struct record_source){0};
}

static int load_records(struct db *db, struct stored_run *s, struct err *err) {
    struct record_source source = {0};
    struct journal_record record;
    int r = stored_source_open(db, s->row.id, RUN_READER_ALL, INT64_MIN, INT64_MAX, &source, err);
    if (r < 0)
        return r;
    while ((r = source.next(source.self, &record, err)) == 1) {
        r = collector_take(&s->collector, &record, err);
        if (r < 0)
            break;
    }
    stored_source_close(&source);
    if (r < 0)
        return err_prepend(err, "%s: run %" PRId64 ": ", db_path(db), s->row.id);
    return 0;
}

static int load_instances(struct db *db, struct stored_run *s, struct err *err) {
    int64_t count = s->collector.names.strategy_count;
    s->instances = mem_zalloc((size_t)count + 1, sizeof *s->instances);
    s->builds = mem_zalloc((size_t)count + 1, sizeof *s->builds);
    for (int64_t i = 0; i < count; i++) {
        int r = run_table_instance(db, s->row.id, i, &s->instances[i], err);
        if (r < 0)
            return r;
        s->instance_count++;
        s->builds[i] = (struct run_build){.strategy = s->instances[i].name,
                                          .path = s->instances[i].build_path,
                                          .sha256 = s->instances[i].build_sha256};
    }
    return 0;
}

/* Why a run is not whole; "" when it is. who: "This run", "it". */
static void explain_end(const struct run_row *row, const char *who, char why[STORED_WHY_MAX]) {
    why[0] = '\0';
    if (str_eq(row->status, "failed"))
        snprintf(why, STORED_WHY_MAX, "%s failed: %.400s", who,
                 row->error ? row->error : "nothing says why");
    else if (str_eq(row->status, "running"))
        snprintf(why, STORED_WHY_MAX, "%s is still running: what is here is its beginning", who);
    else if (!str_eq(row->status, "done"))
        snprintf(why, STORED_WHY_MAX,
                 "%s was interrupted: its process ended before it did; what is here is what was "
                 "recorded",
                 who);
}

static bool has_every_bar(const struct run_row *row) {
    struct run_log log;
    return run_log_parse(row->log, &log) && log.kind != RUN_LOG_TRADES && log.every == 1;
}

/* The schema with the defaults is not recorded; what was given is in the config. */
static void fill_given(struct stored_run *s) {
    struct err ignored;
    size_t total = 0;
    if (!s->row.config || run_conf_parse(s->row.config, strlen(s->row.config), "config", NULL,
                                         &s->conf, &ignored) < 0) {
        s->conf = NULL;
        return;
    }
    for (size_t i = 0; i < s->conf->strategy_count; i++)
        total += s->conf->strategies[i].param_count;
    s->given = mem_zalloc(total + 1, sizeof *s->given);
    for (size_t i = 0; i < s->conf->strategy_count; i++)
        for (size_t k = 0; k < s->conf->strategies[i].param_count; k++)
            s->given[s->facts.given_count++] =
                (struct param_given){.strategy = s->conf->strategies[i].name,
                                     .name = s->conf->strategies[i].params[k].name};
    s->facts.given = s->given;
    s->facts.has_given = true;
}

static void fill_facts(struct db *db, struct stored_run *s) {
    struct settings settings;
    settings_default(&settings);
    for (size_t i = 0; i < SETTINGS_TOTAL; i++) {
        settings_print_value(settings_at(i), &settings, s->values[i], SETTING_TEXT_MAX);
        s->defaults[i] = (struct setting_default){settings_at(i)->key, s->values[i]};
    }
    s->facts = (struct run_facts){.number = s->row.id,
                                  .path = db_path(db),
                                  .host_version = s->row.host_version,
                                  .risk = "none",
                                  .bars_hash = s->row.bars_hash,
                                  .config_hash = s->row.config_hash,
                                  .code_hash = s->row.code_hash,
                                  .journal_hash = s->row.journal_hash,
                                  .builds = s->builds,
                                  .build_count = s->instance_count,
                                  .defaults = s->defaults,
                                  .default_count = ARRAY_LEN(s->defaults)};
    s->facts.started = s->row.started_at;
    s->facts.is_sparse = !has_every_bar(&s->row);
    fill_given(s);
    explain_end(&s->row, "This run", s->why);
    s->facts.interruption = s->why[0] ? s->why : NULL;
}

static void recall_metric(const struct jv *result, struct metric *metric) {
    double value;
    if (jv_as_f64(jv_get(jv_get(result, "metrics"), metric->name), &value)) {
        metric->value = value;
        metric->reason = NULL;
    } else {
        metric->value = 0.0;
        metric->reason = jv_get_str(jv_get(result, "undefined"), metric->name, "not recorded");
    }
}

/* The result of then in the place of what some of the bars would give. */
static int recall_metrics(struct stored_run *s, struct err *err) {
    struct metrics *metrics = &s->report.metrics;
    if (!s->row.has_counts || !s->row.result || has_every_bar(&s->row))
        return 0;
    s->result = jv_parse(s->row.result, strlen(s->row.result), err);
    if (!s->result)
        return err_prepend(err, "strategy_run: result: ");
    for (size_t i = 0; i < METRIC_COUNT; i++)
        recall_metric(s->result, &metrics->items[i]);
    const struct jv *counts = jv_get(s->result, "counts");
    metrics->rows = jv_get_i64(counts, "instants_after_warm_up", metrics->rows);
    int64_t records = jv_get_i64(counts, "records", (int64_t)s->collector.records);
    s->collector.records = (uint64_t)records;
    metrics->final_equity = s->row.final_equity;
    return 0;
}

/* Bars of several feeds are not instants: those of one are. */
static int count_data(struct db *db, struct stored_run *s, struct err *err) {
    int64_t feeds = 0, bars = 0;
    int r = run_feeds_count(db, s->row.id, &feeds, &bars, err);
    if (r == 0 && feeds == 1)
        s->facts.data_bars = bars;
    return r;
}

int stored_run_load(struct db *db, int64_t run, struct stored_run *ret, struct err *err) {
    memset(ret, 0, sizeof *ret);
    collector_init(&ret->collector);
    int r = run_table_get(db, run, &ret->row, err);
    if (r == 0)
        r = load_records(db, ret, err);
    if (r == 0)
        r = load_instances(db, ret, err);
    if (r < 0)
        return r;
    fill_facts(db, ret);
    r = count_data(db, ret, err);
    if (r < 0)
        return r;
    r = report_make(&ret->collector, &ret->facts, &ret->report, err);
    if (r == 0)
        r = recall_metrics(ret, err);
    return r < 0 ? err_prepend(err, "%s: run %" PRId64 ": ", db_path(db), run) : 0;
}

void stored_run_close(struct stored_run *s) {
    for (size_t i = 0; i < s->instance_count; i++)
        run_instance_row_fini(&s->instances[i]);
    mem_free(s->instances);
    mem_free(s->builds);
    mem_free(s->given);
    run_conf_destroy(&s->conf);
    jv_free(s->result);
    collector_fini(&s->collector);
    run_row_fini(&s->row);
    memset(s, 0, sizeof *s);
}

/* ---- for export ---- */

static int open_export(void *self, uint64_t kinds, struct record_source *ret, struct err *err) {
    struct stored_export *stored = self;
    int r = stored_source_open(stored->db, stored->run, kinds, INT64_MIN, INT64_MAX,
                               &stored->source, err);
    if (r == 0)
        *ret = stored->source;
    return r;
}

static void close_export(void *self) {
    struct stored_export *stored = self;
    stored_source_close(&stored->source);
}

static bool is_whole(void *self, const char **ret_why) {
    const struct stored_export *stored = self;
    *ret_why = stored->why;
    return stored->why[0] == '\0';
}

int stored_export_init(struct stored_export *stored, struct db *db, int64_t run,
                       struct export_source *ret, struct err *err) {
    struct run_row row = {0};
    *stored = (struct stored_export){.db = db, .run = run};
    snprintf(stored->name, sizeof stored->name, "run %" PRId64, run);
    int r = run_table_get(db, run, &row, err);
    if (r == 0) {
        explain_end(&row, "it", stored->why);
        *ret = (struct export_source){.self = stored,
                                      .open = open_export,
                                      .close = close_export,
                                      .is_whole = is_whole,
                                      .name = stored->name};
    }
    run_row_fini(&row);
    return r;
}
