#include "run/record.h"

#include <stdlib.h>

#include "base/json.h"
#include "base/mem.h"
#include "conf/run_conf_write.h"
#include "report/picture.h"
#include "report/result_json.h"

/* Storage behind a struct run_start. */
struct start_texts {
    struct str config;
    struct run_start_instance *instances;
    struct run_start_feed *feeds;
    char **params, **files;
    char (*hashes)[HASH128_HEX_SIZE];
    char bars[HASH128_HEX_SIZE], conf[HASH128_HEX_SIZE], code[HASH128_HEX_SIZE];
};

static char *params_json(const struct plan_strategy *s) {
    struct jv *object = jv_object();
    for (size_t i = 0; i < s->text_count; i++)
        jv_put_str(object, s->texts[i].name, s->texts[i].text);
    char *text = jv_dump(object, 0);
    jv_free(object);
    return text;
}

static void fill_instances(const struct plan *plan, struct start_texts *t) {
    size_t count = (size_t)plan->strategy_count;
    t->instances = mem_zalloc(count, sizeof *t->instances);
    t->params = mem_zalloc(count, sizeof *t->params);
    for (size_t i = 0; i < count; i++) {
        const struct plan_strategy *s = &plan->strategies[i];
        t->params[i] = params_json(s);
        t->instances[i] = (struct run_start_instance){.name = s->conf->name,
                                                      .strategy = s->descriptor.id,
                                                      .version = s->descriptor.version,
                                                      .silo = plan->silos[s->silo].name,
                                                      .build_sha256 = s->build.sha,
                                                      .build_path = s->build.source,
                                                      .params = t->params[i],
                                                      .build_file = s->build.path,
                                                      .budget = s->budget};
    }
}

static void fill_feeds(const struct plan *plan, struct start_texts *t) {
    size_t count = (size_t)plan->feed_count;
    t->feeds = mem_zalloc(count, sizeof *t->feeds);
    t->files = mem_zalloc(count, sizeof *t->files);
    t->hashes = mem_zalloc(count, sizeof *t->hashes);
    for (size_t i = 0; i < count; i++) {
        const struct series *series = plan->series[i];
        const struct bar_columns *bars = &plan->feeds[i].bars;
        t->files[i] = realpath(series->path, NULL);
        hash128_hex(series->bars_hash, t->hashes[i]);
        t->feeds[i] = (struct run_start_feed){
            .symbol_id = plan->feeds[i].symbol_id,
            .symbol = plan->feeds[i].symbol,
            .timeframe = plan->feeds[i].timeframe_name,
            .file = t->files[i] ? t->files[i] : series->path,
            .bars_hash = t->hashes[i],
            .rows = bars->count,
            .first_time = bars->count > 0 ? bars->close_time[0] : 0,
            .last_time = bars->count > 0 ? bars->close_time[bars->count - 1] : 0,
            .synthetic = series->synthetic};
    }
}

static void start_texts_fini(const struct plan *plan, struct start_texts *t) {
    for (int32_t i = 0; i < plan->strategy_count; i++)
        mem_free(t->params[i]);
    for (int32_t i = 0; i < plan->feed_count; i++)
        mem_free(t->files[i]);
    mem_free(t->params);
    mem_free(t->files);
    mem_free(t->hashes);
    mem_free(t->instances);
    mem_free(t->feeds);
    str_fini(&t->config);
}

int record_begin(struct db *db, const struct plan *plan, int64_t started_at,
                 const char *host_version, struct run_writer **ret, struct err *err) {
    struct start_texts t = {0};
    run_conf_write(plan->conf, &t.config);
    fill_instances(plan, &t);
    fill_feeds(plan, &t);
    hash128_hex(plan_bars_hash(plan), t.bars);
    hash128_hex(plan_config_hash(plan), t.conf);
    hash128_hex(plan_code_hash(plan), t.code);
    struct run_start start = {.kind = "backtest",
                              .name = plan->conf->name[0] ? plan->conf->name : NULL,
                              .host_version = host_version,
                              .config = str_text(&t.config),
                              .bars_hash = t.bars,
                              .config_hash = t.conf,
                              .code_hash = t.code,
                              .started_at = started_at,
                              .log = plan->conf->log,
                              .instances = t.instances,
                              .instance_count = (size_t)plan->strategy_count,
                              .feeds = t.feeds,
                              .feed_count = (size_t)plan->feed_count};
    int r = run_writer_begin(db, &start, ret, err);
    start_texts_fini(plan, &t);
    return r;
}

static void fill_metrics(const struct report *report, struct run_end_metric *ret) {
    for (int i = 0; i < METRIC_COUNT; i++) {
        const struct metric *m = &report->metrics.items[i];
        ret[i] = (struct run_end_metric){
            .instance = -1, .name = m->name, .value = m->value, .reason = m->reason};
    }
}

/* Returns the rows, mem_free them. */
static struct run_end_equity *fill_equity(const struct report *report, size_t *ret_count) {
    const struct account_series *account = collector_account(report->collector);
    struct account_row *rows = mem_zalloc(RECORD_EQUITY_ROWS, sizeof *rows);
    int64_t count = picture_downsample(account, RECORD_EQUITY_ROWS, rows);
    struct run_end_equity *ret = mem_zalloc((size_t)count + 1, sizeof *ret);
    for (int64_t i = 0; i < count; i++)
        ret[i] = (struct run_end_equity){rows[i].time, rows[i].equity, rows[i].low, rows[i].high};
    mem_free(rows);
    *ret_count = (size_t)count;
    return ret;
}

int record_finish(struct run_writer *writer, const struct report *report, const char *output,
                  int64_t ended_at, struct err *err) {
    const struct collector *c = report->collector;
    struct run_end_metric metrics[METRIC_COUNT];
    struct run_end end = {.journal_hash = report->facts->journal_hash,
                          .output = output,
                          .ended_at = ended_at,
                          .bars = c->end.bars,
                          .intents = c->intents,
                          .orders = c->order_count,
                          .fills = c->fill_count,
                          .trades = c->trade_count,
                          .rejected = c->rejected_total,
                          .initial_equity = collector_initial(c),
                          .final_equity = report->metrics.final_equity,
                          .metrics = metrics,
                          .metric_count = METRIC_COUNT};
    fill_metrics(report, metrics);
    struct run_end_equity *equity = fill_equity(report, &end.equity_count);
    struct jv *result = result_json(report);
    char *text = jv_dump(result, 0);
    end.equity = equity;
    end.result = text;
    int r = run_writer_finish(writer, &end, err);
    mem_free(text);
    jv_free(result);
    mem_free(equity);
    return r;
}
