/* One function a member, in the order of the header. */
#include <math.h>

#include <quasar/types.h>

#include "core/reason.h"
#include "engine/intent.h"
#include "report/compare.h"
#include "report/compare_inputs.h"
#include "report/compare_pairs.h"
#include "report/compare_values.h"
#include "report/intent_text.h"

static void put_run(struct jv *object, const char *key, const char *name,
                    const struct report *report) {
    const struct collector *c = report->collector;
    struct jv *run = jv_put_object(object, key);
    jv_put_str(run, "name", name);
    if (report->facts->number > 0)
        jv_put_i64(run, "run", report->facts->number);
    else
        jv_put_null(run, "run");
    jv_put_i64(run, "instants",
               c->has_end ? c->end.instants : collector_account(report->collector)->count);
}

static void put_same(struct jv *object, const struct comparison *c) {
    struct jv *same = jv_put_object(object, "same");
    jv_put_bool(same, "bars", c->same_bars);
    jv_put_bool(same, "config", c->same_config);
    jv_put_bool(same, "journal", c->same_journal);
    jv_put_bool(same, "decisions", !c->decision.has_difference);
    jv_put_bool(same, "results", compare_results_are_same(c));
}

/* NULL: no value. */
static void put_numbers(struct jv *object, const double *before, const double *after) {
    if (before != NULL)
        jv_put_f64(object, "before", *before);
    else
        jv_put_null(object, "before");
    if (after != NULL)
        jv_put_f64(object, "after", *after);
    else
        jv_put_null(object, "after");
    if (before != NULL && after != NULL)
        jv_put_f64(object, "difference", *after - *before);
    else
        jv_put_null(object, "difference");
}

static void put_equity(struct jv *object, const struct comparison *c) {
    struct jv *equity = jv_put_object(object, "equity");
    double before = collector_initial(c->before->collector);
    double after = collector_initial(c->after->collector);
    put_numbers(jv_put_object(equity, "initial"), &before, &after);
    put_numbers(jv_put_object(equity, "final"), &c->before->metrics.final_equity,
                &c->after->metrics.final_equity);
}

static void put_metrics(struct jv *object, const struct comparison *c) {
    struct jv *metrics = jv_put_object(object, "metrics");
    for (int i = 0; i < METRIC_COUNT; i++) {
        const struct metric *before = &c->before->metrics.items[i];
        const struct metric *after = &c->after->metrics.items[i];
        struct jv *item = jv_put_object(metrics, before->name);
        put_numbers(item, before->reason == NULL ? &before->value : NULL,
                    after->reason == NULL ? &after->value : NULL);
        if (before->reason != NULL)
            jv_put_str(item, "before_undefined", before->reason);
        if (after->reason != NULL)
            jv_put_str(item, "after_undefined", after->reason);
    }
}

static void put_count(struct jv *object, const char *key, int64_t before, int64_t after) {
    struct jv *item = jv_put_object(object, key);
    jv_put_i64(item, "before", before);
    jv_put_i64(item, "after", after);
    jv_put_i64(item, "difference", after - before);
}

static void put_counts(struct jv *object, const struct comparison *c) {
    const struct collector *before = c->before->collector, *after = c->after->collector;
    struct jv *counts = jv_put_object(object, "counts");
    put_count(counts, "intents", before->intents, after->intents);
    put_count(counts, "orders", before->order_count, after->order_count);
    put_count(counts, "rejected", before->rejected_total, after->rejected_total);
    put_count(counts, "fills", before->fill_count, after->fill_count);
    put_count(counts, "trades", before->trade_count, after->trade_count);
}

static void put_trade(struct jv *object, const char *key, const struct collector *c,
                      const struct j_trade *trade) {
    if (trade == NULL) {
        jv_put_null(object, key);
        return;
    }
    struct jv *item = jv_put_object(object, key);
    jv_put_i64(item, "id", trade->id);
    jv_put_str(item, "strategy", c->names.strategies[trade->strategy].name);
    jv_put_str(item, "symbol", c->names.symbols[trade->symbol].name);
    jv_put_str(item, "side", trade->quantity < 0.0 ? "short" : "long");
    jv_put_f64(item, "quantity", fabs(trade->quantity));
    jv_put_time(item, "entry_time", trade->entry_time);
    jv_put_time(item, "exit_time", trade->exit_time);
    jv_put_f64(item, "entry_price", trade->entry_price);
    jv_put_f64(item, "exit_price", trade->exit_price);
    jv_put_f64(item, "gross", trade->gross);
    jv_put_f64(item, "fees", trade->fees);
    jv_put_f64(item, "net", trade->net);
    jv_put_f64(item, "mae", trade->mae);
    jv_put_f64(item, "mfe", trade->mfe);
}

static void put_trades(struct jv *object, const struct comparison *c) {
    static const char *const kinds[] = {
        [COMPARE_ADDED] = "added", [COMPARE_GONE] = "gone", [COMPARE_CHANGED] = "changed"};
    struct jv *trades = jv_put_object(object, "trades");
    jv_put_i64(trades, "same", c->same);
    jv_put_i64(trades, "added", c->added);
    jv_put_i64(trades, "gone", c->gone);
    jv_put_i64(trades, "changed", c->changed);
    struct jv *rows = jv_put_array(trades, "rows");
    for (int64_t i = 0; i < c->trade_count; i++) {
        struct jv *row = jv_push_object(rows);
        jv_put_str(row, "kind", kinds[c->trades[i].kind]);
        put_trade(row, "before", c->before->collector, c->trades[i].before);
        put_trade(row, "after", c->after->collector, c->trades[i].after);
    }
}

static void put_intent(struct jv *item, const struct collector *c, const struct j_intent *r) {
    const char *symbol = r->symbol >= 0 ? c->names.symbols[r->symbol].name : NULL;
    struct str text = {0};
    intent_text(r, symbol, &text);
    jv_put_str(item, "text", str_text(&text));
    str_fini(&text);
    jv_put_str(item, "kind", intent_kind_name(r->kind));
    jv_put_str(item, "symbol", symbol);
    jv_put_i64(item, "number", r->number);
    jv_put_str(item, "side", order_side_name(r->side));
    jv_put_str(item, "type", order_type_name(r->type));
    jv_put_str(item, "tif", order_tif_name(r->tif));
    jv_put_bool(item, "reduce_only", (r->flags & QS_REDUCE_ONLY) != 0);
    jv_put_str(item, "size", size_kind_name(r->size_kind));
    jv_put_f64(item, "size_value", r->size_value);
    jv_put_f64(item, "stop_distance", r->stop_distance);
    jv_put_f64(item, "limit_price", r->limit_price);
    jv_put_f64(item, "stop_price", r->stop_price);
    if (r->order != 0)
        jv_put_i64(item, "order", r->order);
    else
        jv_put_null(item, "order");
    jv_put_str(item, "reason", r->reason != 0 ? reason_name(r->reason) : NULL);
}

static void put_bar(struct jv *object, const struct compare_sight *sight) {
    if (!sight->has_bar) {
        jv_put_null(object, "bar");
        return;
    }
    struct jv *bar = jv_put_object(object, "bar");
    jv_put_str(bar, "feed", sight->feed);
    jv_put_f64(bar, "open", sight->open);
    jv_put_f64(bar, "high", sight->high);
    jv_put_f64(bar, "low", sight->low);
    jv_put_f64(bar, "close", sight->close);
    jv_put_f64(bar, "volume", sight->volume);
}

static void put_sight(struct jv *object, const struct compare_sight *sight) {
    if (sight == NULL) {
        jv_put_null(object, "sight");
        return;
    }
    struct jv *item = jv_put_object(object, "sight");
    put_bar(item, sight);
    jv_put_f64(item, "equity", sight->has_account ? sight->equity : (double)NAN);
    jv_put_f64(item, "cash", sight->has_account ? sight->cash : (double)NAN);
    jv_put_f64(item, "position", sight->position);
    jv_put_str(item, "average_price",
               sight->average_price[0] != '\0' ? sight->average_price : NULL);
    struct jv *list = jv_put_array(item, "values");
    struct compare_values values;
    compare_values_make(sight, NULL, &values);
    for (int64_t i = 0; i < values.count; i++) {
        struct jv *value = jv_push_object(list);
        jv_put_str(value, "name", values.items[i].name);
        jv_put_str(value, "value", values.items[i].before);
    }
    compare_values_fini(&values);
}

static void put_wishes(struct jv *side, const struct collector *c, int64_t strategy,
                       const struct j_intent *first, int64_t count) {
    jv_put_str(side, "strategy", strategy >= 0 ? c->names.strategies[strategy].name : NULL);
    struct jv *intents = jv_put_array(side, "intents");
    for (int64_t i = 0; i < count; i++) {
        put_intent(jv_push_object(intents), c, first);
        if (i + 1 < count)
            first = compare_next_intent(c, first);
    }
}

static void put_decision(struct jv *object, const struct comparison *c,
                         const struct compare_text *how) {
    const struct compare_decision *d = &c->decision;
    struct jv *decision = jv_put_object(object, "decision");
    jv_put_bool(decision, "differs", d->has_difference);
    jv_put_i64(decision, "same_instants", d->same_instants);
    jv_put_i64(decision, "common_instants", d->common_instants);
    if (!d->has_difference)
        return;
    jv_put_time(decision, "time", d->time);
    struct jv *before = jv_put_object(decision, "before");
    put_wishes(before, c->before->collector, d->before_strategy, d->before, d->before_count);
    put_sight(before, how->before_sight);
    struct jv *after = jv_put_object(decision, "after");
    put_wishes(after, c->after->collector, d->after_strategy, d->after, d->after_count);
    put_sight(after, how->after_sight);
}

static void put_inputs(struct jv *object, const struct comparison *c) {
    struct compare_inputs inputs;
    struct jv *list = jv_put_array(object, "inputs");
    compare_inputs_make(c, &inputs);
    for (int64_t i = 0; i < inputs.count; i++) {
        struct jv *item = jv_push_object(list);
        jv_put_str(item, "kind", compare_input_kind_name(inputs.items[i].kind));
        jv_put_str(item, "name", inputs.items[i].name);
        jv_put_str(item, "before", inputs.items[i].before);
        jv_put_str(item, "after", inputs.items[i].after);
    }
    compare_inputs_fini(&inputs);
}

struct jv *compare_json(const struct comparison *c, const struct compare_text *how) {
    struct jv *object = jv_object();
    put_run(object, "before", how->before_name, c->before);
    put_run(object, "after", how->after_name, c->after);
    put_same(object, c);
    put_equity(object, c);
    put_metrics(object, c);
    put_counts(object, c);
    put_trades(object, c);
    put_decision(object, c, how);
    put_inputs(object, c);
    return object;
}
