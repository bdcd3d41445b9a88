#include "proc/run_logs.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/log.h"
#include "base/str.h"
#include "base/time.h"
#include "core/reason.h"
#include "proc/clock.h"
#include "store/json_log.h"

#define COMPONENT "backtest"

struct lines {
    const struct backtest_job *job;
    const struct collector *c;
    struct json_log *log;
    struct str context; /* of the line in work */
    int64_t now;
    struct err *err;
    int code; /* of the first trouble */
};

static void line(struct lines *l, enum json_log_stream stream, const char *level,
                 const char *message, struct jv *context) {
    if (l->code < 0) {
        jv_free(context);
        return;
    }
    l->code = json_log_line(l->log, stream, l->now, COMPONENT, level, message, context, l->err);
}

/* ---- of orders, fills and trades there are many: their context is written as text ---- */

static void put(struct lines *l, const char *key, struct jv *value) {
    str_append(&l->context, l->context.len > 0 ? ",\"" : "{\"");
    str_append(&l->context, key);
    str_append(&l->context, "\":");
    jv_append(&l->context, value, 0);
    jv_free(value);
}

static void put_text(struct lines *l, const char *key, const char *text) {
    put(l, key, jv_str(text));
}

static void put_number(struct lines *l, const char *key, double value) {
    put(l, key, jv_f64(value));
}

static void put_count(struct lines *l, const char *key, int64_t value) {
    put(l, key, jv_i64(value));
}

static void put_time(struct lines *l, const char *key, int64_t time) {
    char text[TIME_ISO_MAX];
    time_format_iso(text, sizeof text, time);
    put_text(l, key, text);
}

static void begin_line(struct lines *l, int64_t strategy, int64_t symbol) {
    str_clear(&l->context);
    put_count(l, "run", l->job->run);
    put_text(l, "strategy", l->c->names.strategies[strategy].name);
    put_text(l, "symbol", l->c->names.symbols[symbol].name);
}

static void end_line(struct lines *l, enum json_log_stream stream, const char *message) {
    str_append(&l->context, "}");
    if (l->code == 0)
        l->code = json_log_text(l->log, stream, l->now, COMPONENT, "info", message,
                                str_text(&l->context), l->err);
}

static void fill_line(struct lines *l, const struct j_allocation *a) {
    const struct j_fill *f = &l->c->fills[a->fill - 1];
    begin_line(l, a->strategy, f->symbol);
    put_time(l, "time", f->ts_event);
    put_count(l, "fill", f->id);
    put_count(l, "order", f->order);
    put_number(l, "quantity", a->quantity);
    put_number(l, "price", f->price);
    put_number(l, "fee", a->fee);
    put_number(l, "position", a->position);
    end_line(l, JSON_LOG_TRADES, "fill");
}

static void trade_line(struct lines *l, const struct j_trade *t) {
    begin_line(l, t->strategy, t->symbol);
    put_count(l, "trade", t->id);
    put_time(l, "entry_time", t->entry_time);
    put_number(l, "entry_price", t->entry_price);
    put_time(l, "exit_time", t->exit_time);
    put_number(l, "exit_price", t->exit_price);
    put_number(l, "quantity", t->quantity);
    put_number(l, "gross", t->gross);
    put_number(l, "fees", t->fees);
    put_number(l, "net", t->net);
    end_line(l, JSON_LOG_TRADES, "trade closed");
}

static void order_line(struct lines *l, const struct j_order *o) {
    begin_line(l, o->strategy, o->symbol);
    put_time(l, "time", o->time);
    put_count(l, "order", o->id);
    put_text(l, "side", o->side == QS_BUY ? "buy" : "sell");
    put_number(l, "quantity", o->quantity);
    if (o->limit_price > 0)
        put_number(l, "limit_price", o->limit_price);
    if (o->stop_price > 0)
        put_number(l, "stop_price", o->stop_price);
    if (o->tag[0] != '\0')
        put_text(l, "tag", o->tag);
    end_line(l, JSON_LOG_ORDERS, "order");
}

/* ---- */

static void too_many(struct lines *l, enum json_log_stream stream, const char *what,
                     int64_t count) {
    char text[120];
    struct jv *object = jv_object();
    jv_put_i64(object, "run", l->job->run);
    jv_put_i64(object, what, count);
    snprintf(text, sizeof text,
             "%" PRId64 " %s: in the database (log: full writes each of them here)", count, what);
    line(l, stream, "info", text, object);
}

static void trade_lines(struct lines *l, bool all) {
    const struct collector *c = l->c;
    int64_t trade = 0;
    if (!all && c->allocation_count > RUN_LOGS_ROWS) {
        too_many(l, JSON_LOG_TRADES, "fills", c->allocation_count);
        return;
    }
    for (int64_t i = 0; i < c->allocation_count; i++) {
        int64_t known = c->fills[c->allocations[i].fill - 1].ts_known;
        for (; trade < c->trade_count && c->trades[trade].exit_known < known; trade++)
            trade_line(l, &c->trades[trade]);
        fill_line(l, &c->allocations[i]);
    }
    for (; trade < c->trade_count; trade++)
        trade_line(l, &c->trades[trade]);
}

static void order_lines(struct lines *l, bool all) {
    if (!all && l->c->order_count > RUN_LOGS_ROWS) {
        too_many(l, JSON_LOG_ORDERS, "orders", l->c->order_count);
        return;
    }
    for (int64_t i = 0; i < l->c->order_count; i++)
        order_line(l, &l->c->orders[i]);
}

static void refusal_lines(struct lines *l) {
    for (int i = 0; i <= REASON_COUNT; i++) {
        int64_t count = l->c->rejected[i] + l->c->refused[i];
        if (count == 0)
            continue;
        struct jv *object = jv_object();
        jv_put_i64(object, "run", l->job->run);
        jv_put_str(object, "reason", reason_name(i));
        jv_put_i64(object, "count", count);
        line(l, JSON_LOG_ORDERS, "warning", reason_words(i), object);
    }
}

static void performance_line(struct lines *l) {
    const struct metrics *m = &l->job->report.metrics;
    struct jv *object = jv_object();
    jv_put_i64(object, "run", l->job->run);
    jv_put_str(object, "strategy",
               l->c->names.strategy_count > 0 ? l->c->names.strategies[0].name : NULL);
    jv_put_f64(object, "initial_equity", collector_initial(l->c));
    jv_put_f64(object, "final_equity", m->final_equity);
    jv_put_i64(object, "bars", l->c->end.bars);
    jv_put_i64(object, "trades", l->c->trade_count);
    for (int i = 0; i < METRIC_COUNT; i++)
        if (!m->items[i].reason)
            jv_put_f64(object, m->items[i].name, m->items[i].value);
    line(l, JSON_LOG_PERFORMANCE, "info", "backtest done", object);
}

static void error_line(struct lines *l, const struct err *failure) {
    struct jv *object = jv_object();
    jv_put_i64(object, "run", l->job->run);
    jv_put_str(object, "code", err_name(failure->code));
    line(l, JSON_LOG_ERRORS, "error", failure->text, object);
}

void run_logs_write(const struct backtest_job *job, const struct err *failure) {
    struct err err = {0};
    struct lines l = {.job = job,
                      .c = &job->recorder.collector,
                      .log = json_log_create(db_path(job->db)),
                      .now = wall_now(),
                      .err = &err};
    bool all = job->spec.conf->log.kind == RUN_LOG_FULL;
    if (failure) {
        error_line(&l, failure);
    } else {
        order_lines(&l, all);
        refusal_lines(&l);
        trade_lines(&l, all);
        performance_line(&l);
    }
    if (l.code == 0)
        l.code = json_log_flush(l.log, &err);
    if (l.code < 0 && !failure) /* else there is a sentence already, perhaps the same */
        LOG_WARN("%s: the logs are not whole; the database has everything", err.text);
    json_log_destroy(&l.log);
    str_fini(&l.context);
}

static void end(struct lines *l) {
    struct err err = {0};
    int r = json_log_flush(l->log, &err);
    if (l->code < 0 || r < 0)
        LOG_WARN("%s: the logs are not whole; the database has everything",
                 l->code < 0 ? l->err->text : err.text);
    json_log_destroy(&l->log);
    str_fini(&l->context);
}

void run_logs_performance(const struct backtest_job *job) {
    struct err err = {0};
    struct lines l = {.job = job,
                      .c = &job->recorder.collector,
                      .log = json_log_create(db_path(job->db)),
                      .now = wall_now(),
                      .err = &err};
    performance_line(&l);
    end(&l);
}

void run_logs_failure(const char *database, const char *strategy, const char *stage,
                      const struct err *failure) {
    struct err err = {0};
    struct lines l = {.log = json_log_create(database), .now = wall_now(), .err = &err};
    struct jv *object = jv_object();
    jv_put_str(object, "strategy", strategy);
    jv_put_str(object, "stage", stage);
    jv_put_str(object, "code", err_name(failure->code));
    l.code = json_log_line(l.log, JSON_LOG_ERRORS, l.now, "watch", "error", failure->text, object,
                           l.err);
    end(&l);
}
