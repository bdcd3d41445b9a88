/* One function a member, in the order of the header. */
#include "report/result_json.h"

#include "base/mem.h"
#include "report/strategy_sums.h"

static void put_strategy(struct jv *object, const struct report *report, int64_t id,
                         const struct strategy_sum *sum) {
    const struct collector *c = report->collector;
    const struct name_strategy *strategy = &c->names.strategies[id];
    const struct run_build *build = report_build(report, strategy->name);
    jv_put_str(object, "id", strategy->schema);
    jv_put_str(object, "name", strategy->name);
    jv_put_str(object, "version", strategy->version);
    jv_put_str(object, "build", build != NULL ? build->sha256 : NULL);
    jv_put_str(object, "file", build != NULL ? build->path : NULL);
    jv_put_str(object, "silo", c->names.silos[strategy->silo].name);
    jv_put_f64(object, "budget", strategy->budget);
    struct jv *params = jv_put_object(object, "params");
    for (int64_t i = 0; i < c->param_count; i++) {
        if (c->params[i].strategy == id)
            jv_put_str(params, c->params[i].key, c->params[i].value);
    }
    jv_put_i64(object, "trades", sum->trades);
    jv_put_f64(object, "net", sum->net);
    jv_put_f64(object, "open", sum->open);
    jv_put_f64(object, "equity", sum->equity);
}

static void put_strategies(struct jv *object, const struct report *report) {
    const struct collector *c = report->collector;
    const int64_t count = c->names.strategy_count;
    struct strategy_sum *sums = mem_zalloc((size_t)count + 1, sizeof(*sums));
    strategy_sums(c, sums);
    struct jv *first = jv_put_object(object, "strategy");
    if (count > 0)
        put_strategy(first, report, 0, &sums[0]);
    struct jv *strategies = jv_put_array(object, "strategies");
    for (int64_t i = 0; i < count; i++)
        put_strategy(jv_push_object(strategies), report, i, &sums[i]);
    mem_free(sums);
}

static void put_data(struct jv *object, const struct report *report) {
    const struct names *names = &report->collector->names;
    struct jv *data = jv_put_array(object, "data");
    for (int64_t i = 0; i < names->feed_count; i++) {
        const struct name_feed *feed = &names->feeds[i];
        const struct collected_bars *bars = report_bars(report, i);
        struct jv *item = jv_push_object(data);
        jv_put_str(item, "symbol", names->symbols[feed->symbol].name);
        jv_put_str(item, "timeframe", feed->timeframe_name);
        jv_put_bool(item, "synthetic", feed->synthetic);
        if (bars == NULL)
            continue;
        jv_put_i64(item, "rows", bars->rows);
        jv_put_time(item, "first", bars->first);
        jv_put_time(item, "last", bars->last);
        jv_put_str(item, "hash", bars->hash);
    }
}

static void put_hashes(struct jv *object, const struct run_facts *facts) {
    struct jv *hashes = jv_put_object(object, "hashes");
    jv_put_str(hashes, "bars", facts->bars_hash);
    jv_put_str(hashes, "config", facts->config_hash);
    jv_put_str(hashes, "code", facts->code_hash);
    jv_put_str(hashes, "journal", facts->journal_hash);
}

static void put_metrics(struct jv *object, const struct metrics *metrics) {
    struct jv *values = jv_put_object(object, "metrics");
    struct jv *undefined = jv_put_object(object, "undefined");
    for (int i = 0; i < METRIC_COUNT; i++) {
        const struct metric *metric = &metrics->items[i];
        if (metric->reason == NULL) {
            jv_put_f64(values, metric->name, metric->value);
            continue;
        }
        jv_put_null(values, metric->name);
        jv_put_str(undefined, metric->name, metric->reason);
    }
    jv_put_f64(object, "trading_days_a_year", metrics->days_a_year);
}

static void put_reasons(struct jv *object, const char *key, const int64_t *counts) {
    struct jv *reasons = jv_put_object(object, key);
    for (int i = 0; i <= REASON_COUNT; i++) {
        if (counts[i] > 0)
            jv_put_i64(reasons, reason_name(i), counts[i]);
    }
}

static void put_counts(struct jv *object, const struct report *report) {
    const struct collector *c = report->collector;
    struct jv *counts = jv_put_object(object, "counts");
    jv_put_i64(counts, "orders", c->order_count);
    jv_put_i64(counts, "fills", c->fill_count);
    jv_put_i64(counts, "trades", c->trade_count);
    jv_put_i64(counts, "rejected", c->rejected_total);
    jv_put_i64(counts, "intents", c->intents);
    jv_put_i64(counts, "bars", c->end.bars);
    jv_put_i64(counts, "instants", c->end.instants);
    jv_put_i64(counts, "instants_after_warm_up", report->metrics.rows);
    jv_put_i64(counts, "records", (int64_t)c->records);
    put_reasons(object, "rejected", c->rejected);
    put_reasons(object, "refused", c->refused);
    put_reasons(object, "canceled", c->canceled);
}

static void put_positions(struct jv *object, const struct collector *c) {
    struct jv *positions = jv_put_array(object, "open_positions");
    for (int64_t i = 0; i < c->position_count; i++) {
        const struct j_position *position = &c->positions[i];
        const struct name_symbol *symbol = &c->names.symbols[position->symbol];
        struct jv *item = jv_push_object(positions);
        jv_put_str(item, "strategy", c->names.strategies[position->strategy].name);
        jv_put_str(item, "symbol", symbol->name);
        jv_put_f64(item, "quantity", position->quantity);
        jv_put_f64(item, "average_price", position->average_price);
        jv_put_f64(item, "mark", position->mark);
        jv_put_f64(item, "value", position->quantity * position->mark * symbol->multiplier);
        jv_put_f64(item, "unrealized",
                   position->quantity * (position->mark - position->average_price) *
                       symbol->multiplier);
    }
}

static void put_settings(struct jv *object, const struct collector *c) {
    struct jv *settings = jv_put_object(object, "settings");
    struct jv *optimistic = jv_put_array(object, "optimistic");
    for (int64_t i = 0; i < c->setting_count; i++) {
        jv_put_str(settings, c->settings[i].key, c->settings[i].value);
        if (report_is_optimistic(c->settings[i].key, c->settings[i].value))
            jv_push_str(optimistic, c->settings[i].key);
    }
}

struct jv *result_json(const struct report *report) {
    const struct collector *c = report->collector;
    const struct run_facts *facts = report->facts;
    struct jv *object = jv_object();
    if (facts->number > 0)
        jv_put_i64(object, "run", facts->number);
    else
        jv_put_null(object, "run");
    jv_put_str(object, "file", facts->path);
    jv_put_bool(object, "complete", facts->interruption == NULL && c->has_end);
    if (facts->interruption != NULL)
        jv_put_str(object, "interruption", facts->interruption);
    jv_put_str(object, "host_version", facts->host_version);
    jv_put_str(object, "risk", facts->risk);
    put_strategies(object, report);
    put_data(object, report);
    put_hashes(object, facts);
    put_metrics(object, &report->metrics);
    put_counts(object, report);
    struct jv *equity = jv_put_object(object, "equity");
    jv_put_f64(equity, "initial", collector_initial(c));
    jv_put_f64(equity, "final", report->metrics.final_equity);
    put_positions(object, c);
    put_settings(object, c);
    struct jv *timing = jv_put_object(object, "timing");
    for (size_t i = 0; i < facts->timing_count; i++)
        jv_put_f64(timing, facts->timings[i].name, facts->timings[i].seconds);
    return object;
}
