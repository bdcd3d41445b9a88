#include "cmd/watch_json.h"

#include <string.h>

#include "cmd/strategy_text.h"
#include "proc/clock.h"
#include "report/text_why.h"

const char *watch_json_what(enum watch_what what) {
    static const char *const names[] = {
        [WATCH_SOURCE] = "source", [WATCH_SO] = "so", [WATCH_ACTIVE] = "active"};
    return names[what];
}

struct jv *watch_json_event(const char *event, const struct watch_unit *unit) {
    struct jv *o = jv_object();
    jv_put_str(o, "event", event);
    jv_put_time(o, "time", wall_now());
    if (!unit)
        return o;
    jv_put_str(o, "name", unit->name);
    jv_put_str(o, "strategy", unit->id[0] ? unit->id : NULL);
    jv_put_str(o, "source", unit->source[0] ? unit->source : NULL);
    jv_put_str(o, "so", unit->so);
    jv_put_str(o, "active", unit->active.sha[0] ? unit->active.sha : NULL);
    return o;
}

static void put_lines(struct jv *object, const char *key, const struct str *text) {
    struct jv *array = jv_put_array(object, key);
    struct str line = {0};
    const char *at = str_text(text);
    while (*at != '\0') {
        size_t len = strcspn(at, "\n");
        str_clear(&line);
        str_append_n(&line, at, len);
        jv_push_str(array, str_text(&line));
        at += len + (at[len] == '\n');
    }
    str_fini(&line);
}

static void put_seconds(struct jv *o, const struct watch_outcome *outcome) {
    struct jv *seconds = jv_put_object(o, "seconds");
    jv_put_f64(seconds, "compile", outcome->compile_seconds);
    jv_put_f64(seconds, "check", outcome->check_seconds);
    jv_put_f64(seconds, "prepare", outcome->prepare_seconds);
    jv_put_f64(seconds, "run", outcome->run_seconds);
    jv_put_f64(seconds, "record", outcome->record_seconds);
    jv_put_f64(seconds, "compare", outcome->compare_seconds);
}

/* An edit after which nothing is traded is a good build, and yet perhaps not what was meant. */
static void put_counts(struct jv *o, const struct report *report) {
    const struct collector *c = report->collector;
    struct jv *counts = jv_put_object(o, "counts");
    struct str why = {0};
    jv_put_i64(counts, "orders", c->order_count);
    jv_put_i64(counts, "fills", c->fill_count);
    jv_put_i64(counts, "trades", c->trade_count);
    jv_put_i64(counts, "rejected", c->rejected_total);
    text_why_sentence(report, &why);
    jv_put_str(o, "why_no_trades", why.len > 0 ? str_text(&why) : NULL);
    str_fini(&why);
}

static void put_result(struct jv *o, const struct watch_unit *unit,
                       const struct watch_outcome *outcome, const struct compare_text *how) {
    const struct watch_result *good = unit->good;
    const struct metrics *m = &good->job.report.metrics;
    jv_put_i64(o, "run", good->run);
    jv_put_str(o, "build", good->build.sha);
    jv_put_str(o, "version", good->version);
    jv_put_str(o, "origin", outcome->origin);
    struct jv *metrics = jv_put_object(o, "metrics");
    for (int i = 0; i < METRIC_COUNT; i++)
        if (m->items[i].reason)
            jv_put_null(metrics, m->items[i].name);
        else
            jv_put_f64(metrics, m->items[i].name, m->items[i].value);
    jv_put_f64(o, "final_equity", m->final_equity);
    jv_put_i64(o, "trades", good->job.recorder.collector.trade_count);
    put_counts(o, &good->job.report);
    if (outcome->before) {
        jv_put_i64(o, "before_run", outcome->before->run);
        struct comparison some = outcome->comparison;
        some.trade_count = min_i64(some.trade_count, how->trade_max);
        jv_put_json(o, "comparison", compare_json(&some, how));
    } else {
        jv_put_null(o, "comparison");
    }
}

struct jv *watch_json_outcome(const struct watch_unit *unit, const struct watch_outcome *outcome,
                              const struct compare_text *how) {
    static const char *const events[] = {[WATCH_GOOD] = "result",
                                         [WATCH_UNCHANGED] = "unchanged",
                                         [WATCH_FAILED] = "failed",
                                         [WATCH_CANCELLED] = "cancelled"};
    struct jv *o = watch_json_event(events[outcome->verdict], unit);
    jv_put_str(o, "what", watch_json_what(outcome->what));
    put_seconds(o, outcome);
    put_lines(o, "notes", &outcome->notes);
    jv_put_str(o, "words", str_text(&outcome->words));
    if (outcome->verdict == WATCH_GOOD)
        put_result(o, unit, outcome, how);
    if (outcome->verdict == WATCH_FAILED) {
        jv_put_str(o, "stage", watch_stage_name(outcome->stage));
        jv_put_json(o, "error", strategy_text_error(&outcome->err));
    }
    return o;
}
