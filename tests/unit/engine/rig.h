/*
 * An engine with hand-made ports: bars by one call, strategies ("actors") that make the intents
 * queued for them, a venue that fills market orders at the next open, a sink that keeps the bytes.
 *
 *   rig_bar(&r, A, 10, 12, 9, 11); actor_order(&r, 0, ...); rig_step(&r);   the intent is made at
 * this close rig_trace(&r)   what the ports were asked, in order: "next; meet; post a [FILL 1];
 * collect a; " rig_news(&r)    the records about orders since the last call, in words
 *
 * Bars are an hour long, instant i closes at hour i. Feeds: 0 = A 1h, 1 = B 1h, 2 = A 1d (never an
 * execution feed).
 */
#ifndef TESTS_ENGINE_RIG_H
#define TESTS_ENGINE_RIG_H

#include <criterion/criterion.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/time.h"
#include "engine/driver.h"
#include "engine/execute.h"

enum { A = 0, B = 1, A_DAY = 2, RIG_FEEDS = 3, RIG_SYMBOLS = 2 };
enum { RIG_ACTORS = 3, RIG_BARS = 3000, RIG_INTENTS = 5000, RIG_ORDERS = 6000 };

struct rig;

struct actor {
    struct rig *rig;
    struct strategy_port port;
    struct intent queue[RIG_INTENTS], made[RIG_INTENTS];
    uint32_t queued;
    char text[4096]; /* of the batch */
    uint32_t text_len;
    struct intent_batch batch;
    int64_t numbers;      /* given to orders so far */
    const char *fails_in; /* "start", "post", "collect", "stop" */
    const char *variable; /* its name, before rig_begin */
    double value;
    bool waits; /* has not started */
    /* what it saw at the last post */
    int64_t now, bars, depth, orders;
    int32_t closed[RIG_FEEDS], closed_count;
    double quantity, equity;
    void (*on_post)(struct actor *self, const struct strategy_post *post);
};

struct rig {
    struct settings settings;
    struct instrument symbols[RIG_SYMBOLS];
    struct feed feeds[RIG_FEEDS];
    double column[RIG_FEEDS][5][RIG_BARS];
    int64_t open_time[RIG_FEEDS][RIG_BARS], close_time[RIG_FEEDS][RIG_BARS];
    struct strategy strategies[RIG_ACTORS];
    struct actor actors[RIG_ACTORS];
    struct silo silos[2];
    int32_t strategy_count, silo_count;
    struct feed_port source;
    struct broker_port broker;
    struct sink_port sink;
    struct journal journal;
    struct engine engine;
    struct err err;
    bool source_fails, is_open;
    int sink_fails_after; /* writes; 0 = never */
    int writes;
    /* the next instant */
    int32_t pending[RIG_FEEDS], pending_count;
    int64_t hour;
    /* the venue */
    struct order *open[RIG_ORDERS];
    int open_count;
    bool venue_sleeps; /* offers nothing */
    /* what happened */
    char *bytes;
    size_t len, cap, news_at;
    char trace[32768], news[32768];
    size_t trace_len;
};

/* ---- text ---- */

static inline void __attribute__((format(printf, 2, 3)))
rig_note(struct rig *r, const char *fmt, ...) {
    va_list args;
    if (r->trace_len + 1 >= sizeof r->trace)
        return;
    va_start(args, fmt);
    int n = vsnprintf(r->trace + r->trace_len, sizeof r->trace - r->trace_len, fmt, args);
    va_end(args);
    r->trace_len += (size_t)n;
    if (r->trace_len >= sizeof r->trace)
        r->trace_len = sizeof r->trace - 1;
}

/* What the ports were asked since the last call. */
static inline const char *rig_trace(struct rig *r) {
    static char text[sizeof r->trace];
    memcpy(text, r->trace, r->trace_len);
    text[r->trace_len] = '\0';
    r->trace_len = 0;
    return text;
}

/* ---- ports ---- */

static inline int rig_next(void *self, struct instant *ret, struct err *err) {
    struct rig *r = self;
    if (r->source_fails)
        return err_set(err, ERR_IO, "the feed broke");
    rig_note(r, "next; ");
    if (r->pending_count == 0)
        return 0;
    static int32_t ids[RIG_FEEDS];
    memcpy(ids, r->pending, sizeof ids);
    *ret =
        (struct instant){.time = r->hour * TIME_HOUR, .feeds = ids, .feed_count = r->pending_count};
    r->pending_count = 0;
    return 1;
}

static inline void rig_submit(void *self, struct order *o) {
    struct rig *r = self;
    rig_note(r, "submit %ld; ", (long)o->id);
    cr_assert_lt(r->open_count, RIG_ORDERS);
    r->open[r->open_count++] = o;
}

static inline void rig_drop(struct rig *r, const struct order *o) {
    for (int i = 0; i < r->open_count; i++)
        if (r->open[i] == o) {
            memmove(&r->open[i], &r->open[i + 1],
                    (size_t)(r->open_count - i - 1) * sizeof *r->open);
            r->open_count--;
            return;
        }
    cr_assert_fail("order %ld is not at the venue", (long)o->id);
}

static inline void rig_cancel(void *self, struct order *o) {
    rig_note(self, "cancel %ld; ", (long)o->id);
    rig_drop(self, o);
}

/* Give an order its chance, as sim/exchange would. */
static inline void rig_execute(struct rig *r, struct order *o, double raw, double cap, bool takes,
                               int phase, int64_t ts_event) {
    struct broker_sink sink = execute_sink(&r->engine);
    sink.execute(sink.self, &(struct execution){.order = o,
                                                .raw = raw,
                                                .cap = cap,
                                                .takes = takes,
                                                .phase = phase,
                                                .ts_event = ts_event,
                                                .ts_known = r->engine.time});
    if (!order_is_open(o))
        rig_drop(r, o);
}

/* Market orders fill at the open of a bar of their symbol, in id order; others never. */
static inline void rig_meet(void *self, const struct instant *now) {
    struct rig *r = self;
    rig_note(r, "meet; ");
    for (int i = 0; i < r->open_count && !r->venue_sleeps;) {
        struct order *o = r->open[i];
        const struct mark *m = &r->engine.marks[o->symbol];
        int before = r->open_count;
        if (o->type == QS_MARKET && m->instant == r->engine.number && o->accepted < now->time)
            rig_execute(r, o, mark_open(m), 0.0, true, PHASE_OPEN, mark_open_time(m));
        i += r->open_count == before;
    }
}

static inline void rig_meet_close(void *self, const struct instant *now) {
    struct rig *r = self;
    rig_note(r, "meet_close; ");
    for (int i = 0; i < r->open_count && !r->venue_sleeps;) {
        struct order *o = r->open[i];
        int before = r->open_count;
        if (o->type == QS_MARKET && o->accepted == now->time)
            rig_execute(r, o, mark_close(&r->engine.marks[o->symbol]), 0.0, true, PHASE_CLOSE,
                        now->time);
        i += r->open_count == before;
    }
}

static inline void rig_each_open(void *self, void (*each)(void *user, struct order *order),
                                 void *user) {
    struct rig *r = self;
    rig_note(r, "each_open; ");
    while (r->open_count > 0) {
        struct order *o = r->open[0];
        rig_drop(r, o);
        each(user, o);
    }
}

static inline int rig_write(void *self, const void *bytes, size_t len, struct err *err) {
    struct rig *r = self;
    if (++r->writes == r->sink_fails_after)
        return err_set(err, ERR_IO, "runs/1.qsj: no space left on the device");
    if (r->len + len > r->cap) {
        r->cap = 2 * (r->len + len);
        r->bytes = mem_realloc_array(r->bytes, r->cap, 1);
    }
    memcpy(r->bytes + r->len, bytes, len);
    r->len += len;
    return 0;
}

/* ---- actors ---- */

static inline const char *actor_name(const struct actor *a) {
    return a->rig->strategies[a - a->rig->actors].name;
}

static inline bool actor_breaks(const struct actor *a, const char *where) {
    return a->fails_in && strcmp(a->fails_in, where) == 0;
}

static inline int actor_start(void *self, const struct qs_view *view, struct strategy_needs *ret,
                              struct err *err) {
    struct actor *a = self;
    (void)ret;
    if (actor_breaks(a, "start"))
        return err_set(err, ERR_PLUGIN, "it broke");
    rig_note(a->rig, "start %s with %u feeds; ", actor_name(a), view->feed_count);
    return 0;
}

static inline void actor_events(struct actor *a, const struct strategy_post *post) {
    for (uint32_t i = 0; i < post->event_count; i++) {
        const struct strategy_event *e = &post->events[i];
        const char *comma = i ? ", " : "";
        if (e->kind == EVENT_ORDER) {
            rig_note(a->rig, "%s%s %ld", comma, order_state_name(e->as.order.state),
                     (long)e->as.order.order);
            if (e->as.order.reason)
                rig_note(a->rig, " %s", reason_name(e->as.order.reason));
        } else if (e->kind == EVENT_FILL) {
            rig_note(a->rig, "%sFILL %ld %+g@%g", comma, (long)e->as.fill.order,
                     e->as.fill.quantity, e->as.fill.price);
        } else {
            rig_note(a->rig, "%sTRADE %+g net %g", comma, e->as.trade.quantity,
                     e->as.trade.net + 0.0); /* -0 is 0 */
        }
    }
}

static inline void actor_look(struct actor *a, const struct strategy_post *post) {
    const struct qs_view *view = post->view;
    a->now = view->now;
    a->bars = view->bars;
    a->depth = view->feeds[0].depth;
    a->orders = view->order_count;
    a->quantity = view->positions[0]->quantity;
    a->equity = view->account->equity;
    a->closed_count = post->closed_count;
    for (int32_t i = 0; i < post->closed_count; i++)
        a->closed[i] = post->closed[i];
}

static inline int actor_post(void *self, const struct strategy_post *post, struct err *err) {
    struct actor *a = self;
    if (actor_breaks(a, "post"))
        return err_set(err, ERR_PLUGIN, "it broke");
    rig_note(a->rig, "post %s [", actor_name(a));
    actor_events(a, post);
    rig_note(a->rig, "]; ");
    actor_look(a, post);
    if (a->on_post)
        a->on_post(a, post);
    return 0;
}

static inline int actor_collect(void *self, const struct intent_batch **ret, struct err *err) {
    struct actor *a = self;
    if (actor_breaks(a, "collect"))
        return err_set(err, ERR_PLUGIN, "it broke");
    rig_note(a->rig, "collect %s; ", actor_name(a));
    memcpy(a->made, a->queue, a->queued * sizeof *a->queue);
    a->batch = (struct intent_batch){.items = a->made,
                                     .count = a->queued,
                                     .text = a->text,
                                     .text_len = a->text_len,
                                     .started = !a->waits};
    a->queued = 0;
    *ret = &a->batch;
    return 0;
}

static inline int actor_stop(void *self, const struct strategy_post *post, struct err *err) {
    struct actor *a = self;
    if (actor_breaks(a, "stop"))
        return err_set(err, ERR_PLUGIN, "it broke");
    rig_note(a->rig, "stop %s [", actor_name(a));
    actor_events(a, post);
    rig_note(a->rig, "]; ");
    actor_look(a, post);
    return 0;
}

static inline int actor_variable(void *self, int32_t place, const char **ret_name,
                                 double *ret_value) {
    struct actor *a = self;
    if (!a->variable || place > 0)
        return 0;
    *ret_name = a->variable;
    *ret_value = a->value;
    return 1;
}

static inline int actor_indicator(void *self, int32_t line, struct strategy_indicator *ret) {
    (void)self;
    (void)line;
    (void)ret;
    return 0;
}

/* ---- the rig ---- */

/* Before rig_open: one strategy on all feeds in one silo of 1000, no costs, no tests but those
 * asked for. */
static inline void rig_init(struct rig *r) {
    static const char *const names[] = {"A", "B"};
    memset(r, 0, sizeof *r);
    r->settings =
        (struct settings){.leverage = 1.0, .sizing_value = 1.0, .sizing_type = SIZING_FIXED};
    for (int i = 0; i < RIG_SYMBOLS; i++) {
        snprintf(r->symbols[i].symbol, sizeof r->symbols[i].symbol, "%s", names[i]);
        r->symbols[i].multiplier = 1.0;
    }
    for (int i = 0; i < RIG_FEEDS; i++) {
        r->feeds[i] = (struct feed){.symbol_id = i == A_DAY ? A : i,
                                    .is_execution = i != A_DAY,
                                    .timeframe = i == A_DAY ? TIME_DAY : TIME_HOUR};
        snprintf(r->feeds[i].symbol, sizeof r->feeds[i].symbol, "%s", names[r->feeds[i].symbol_id]);
        r->feeds[i].bars = (struct bar_columns){.open_time = r->open_time[i],
                                                .close_time = r->close_time[i],
                                                .open = r->column[i][0],
                                                .high = r->column[i][1],
                                                .low = r->column[i][2],
                                                .close = r->column[i][3],
                                                .volume = r->column[i][4]};
    }
    r->strategy_count = 1;
    r->silo_count = 1;
    snprintf(r->silos[0].name, sizeof r->silos[0].name, "main");
    snprintf(r->silos[1].name, sizeof r->silos[1].name, "second");
    r->silos[0].initial = r->silos[1].initial = 1000.0;
}

/* Opens the engine with the rig's settings, symbols and counts. Budgets: equal parts of their silo,
 * where nothing was said. */
static inline void rig_open(struct rig *r) {
    static const int32_t all[] = {0, 1, 2};
    static const char *const names[] = {"a", "b", "c"};
    r->source = (struct feed_port){r, rig_next};
    r->sink = (struct sink_port){r, rig_write};
    r->broker = (struct broker_port){.self = r,
                                     .submit = rig_submit,
                                     .cancel = rig_cancel,
                                     .meet = rig_meet,
                                     .meet_close = rig_meet_close,
                                     .each_open = rig_each_open};
    for (int32_t i = 0; i < r->strategy_count; i++) {
        struct strategy *s = &r->strategies[i];
        struct actor *a = &r->actors[i];
        a->rig = r;
        a->port = (struct strategy_port){.self = a,
                                         .start = actor_start,
                                         .post = actor_post,
                                         .collect = actor_collect,
                                         .stop = actor_stop,
                                         .variable = actor_variable,
                                         .indicator = actor_indicator};
        snprintf(s->name, sizeof s->name, "%s", names[i]);
        s->id = i;
        s->port = &a->port;
        if (!s->feeds) {
            s->feeds = all;
            s->feed_count = RIG_FEEDS;
        }
        s->history = s->history ? s->history : 100;
        if (s->budget == 0.0)
            s->budget = r->silos[s->silo].initial / r->strategy_count;
    }
    journal_init(&r->journal, &r->sink);
    r->engine = (struct engine){.settings = &r->settings,
                                .feeds = r->feeds,
                                .feed_count = RIG_FEEDS,
                                .symbols = r->symbols,
                                .symbol_count = RIG_SYMBOLS,
                                .strategies = r->strategies,
                                .strategy_count = r->strategy_count,
                                .silos = r->silos,
                                .silo_count = r->silo_count,
                                .source = &r->source,
                                .broker = &r->broker,
                                .journal = &r->journal};
    engine_init(&r->engine);
    r->is_open = true;
}

/* Opens it and runs driver_begin. */
static inline void rig_begin(struct rig *r) {
    rig_open(r);
    cr_assert_eq(driver_begin(&r->engine, &r->err), 0, "%s", r->err.text);
    rig_trace(r);
}

static inline void rig_close(struct rig *r) {
    if (!r->is_open)
        return;
    engine_fini(&r->engine);
    journal_fini(&r->journal);
    mem_free(r->bytes);
}

/* A bar of a feed that closes in the next instant. */
static inline void rig_bar(struct rig *r, int feed, double open, double high, double low,
                           double close) {
    int64_t at = r->feeds[feed].bars.count++;
    double values[] = {open, high, low, close, 1.0};
    cr_assert_lt(at, RIG_BARS);
    if (r->pending_count == 0)
        r->hour++;
    for (int i = 0; i < 5; i++)
        r->column[feed][i][at] = values[i];
    r->open_time[feed][at] = (r->hour - 1) * TIME_HOUR;
    r->close_time[feed][at] = r->hour * TIME_HOUR;
    r->pending[r->pending_count++] = feed;
}

static inline int rig_step(struct rig *r) { return driver_step(&r->engine, &r->err); }

/* An instant in which A alone has a bar, flat at one price. */
static inline void rig_price(struct rig *r, double price) {
    rig_bar(r, A, price, price, price, price);
    cr_assert_eq(rig_step(r), 1, "%s", r->err.text);
}

/* ---- intents, made with the next instant ---- */

static inline struct intent *actor_add(struct rig *r, int actor, struct intent in) {
    struct actor *a = &r->actors[actor];
    cr_assert_lt(a->queued, RIG_INTENTS);
    if (in.kind < INTENT_PLOT && in.kind != INTENT_CANCEL)
        in.number = ++a->numbers;
    a->queue[a->queued] = in;
    return &a->queue[a->queued++];
}

/* Units of symbol A by default; change what is returned for the rest. */
static inline struct intent *actor_order(struct rig *r, int actor, int side, int type, double units,
                                         double limit, double stop) {
    return actor_add(r, actor,
                     (struct intent){.kind = INTENT_ORDER,
                                     .feed = A,
                                     .side = side,
                                     .type = type,
                                     .size = {.kind = QS_SIZE_UNITS, .value = units},
                                     .limit_price = limit,
                                     .stop_price = stop});
}
static inline struct intent *actor_buy(struct rig *r, double units) {
    return actor_order(r, 0, QS_BUY, QS_MARKET, units, 0.0, 0.0);
}
static inline struct intent *actor_sell(struct rig *r, double units) {
    return actor_order(r, 0, QS_SELL, QS_MARKET, units, 0.0, 0.0);
}
static inline struct intent *actor_target(struct rig *r, int kind, double value) {
    return actor_add(
        r, 0,
        (struct intent){.kind = INTENT_TARGET, .feed = A, .size = {.kind = kind, .value = value}});
}
static inline struct intent *actor_flatten(struct rig *r) {
    return actor_add(r, 0, (struct intent){.kind = INTENT_FLATTEN, .feed = A});
}
static inline void actor_cancel(struct rig *r, int64_t number) {
    actor_add(r, 0, (struct intent){.kind = INTENT_CANCEL, .number = number});
}

/* Text of a batch, for tags and annotations. */
static inline uint32_t actor_text(struct rig *r, int actor, const char *text) {
    struct actor *a = &r->actors[actor];
    uint32_t at = a->text_len;
    memcpy(a->text + at, text, strlen(text));
    a->text_len += (uint32_t)strlen(text);
    return at;
}

/* ---- what the journal says ---- */

union rig_record {
    struct j_intent intent;
    struct j_order order;
    struct j_order_event event;
    struct j_fill fill;
    struct j_allocation allocation;
    struct j_trade trade;
    struct j_equity equity;
    struct j_ledger ledger;
    struct j_start start;
    struct j_plot plot;
    struct j_note note;
    struct j_log log;
    struct j_variable variable;
    struct j_position position;
    struct j_end end;
    char room[2048];
};

static inline void rig_flush(struct rig *r) {
    cr_assert_eq(journal_flush(&r->journal, &r->err), 0, "%s", r->err.text);
}

/* The last record of a kind; its count is returned. */
static inline int rig_last(struct rig *r, int kind, union rig_record *ret) {
    struct journal_record record;
    size_t at = 0, size;
    int count = 0;
    rig_flush(r);
    while (journal_next((const uint8_t *)r->bytes + at, r->len - at, &record, &size, &r->err) > 0) {
        if (record.kind == kind) {
            count++;
            journal_read(&record, ret);
        }
        at += size;
    }
    return count;
}

static inline int rig_order_words(char *out, size_t cap, const struct j_order *o) {
    static const char *const tifs[] = {"", " day", " ioc"};
    int n =
        snprintf(out, cap, "order %ld %c#%ld %s %s %.10g", (long)o->id, (char)('a' + o->strategy),
                 (long)o->number, order_side_name(o->side), order_type_name(o->type), o->quantity);
    if (o->limit_price != 0.0)
        n += snprintf(out + n, cap - (size_t)n, " L%.10g", o->limit_price);
    if (o->stop_price != 0.0)
        n += snprintf(out + n, cap - (size_t)n, " P%.10g", o->stop_price);
    return n + snprintf(out + n, cap - (size_t)n, "%s%s ref %.10g; ",
                        o->tif >= 0 && o->tif <= 2 ? tifs[o->tif] : " ?",
                        o->flags & QS_REDUCE_ONLY ? " reduce" : "", o->reference);
}

static inline int rig_event_words(char *out, size_t cap, const struct j_order_event *e) {
    int n = snprintf(out, cap, "%s %ld", order_state_name(e->state), (long)e->order);
    if (e->reason)
        n += snprintf(out + n, cap - (size_t)n, " %s", reason_name(e->reason));
    if (e->needed != 0.0 || e->available != 0.0)
        n += snprintf(out + n, cap - (size_t)n, " %.10g>%.10g", e->needed, e->available);
    return n + snprintf(out + n, cap - (size_t)n, "; ");
}

static inline int rig_words(char *out, size_t cap, int kind, const union rig_record *u) {
    switch (kind) {
    case JOURNAL_INTENT:
        return snprintf(out, cap, "intent %c#%ld -> %ld %s; ", (char)('a' + u->intent.strategy),
                        (long)u->intent.number, (long)u->intent.order,
                        reason_name(u->intent.reason));
    case JOURNAL_ORDER:
        return rig_order_words(out, cap, &u->order);
    case JOURNAL_ORDER_EVENT:
        return rig_event_words(out, cap, &u->event);
    case JOURNAL_FILL:
        return snprintf(out, cap, "fill of %ld %+.10g@%.10g fee %.10g; ", (long)u->fill.order,
                        u->fill.quantity, u->fill.price, u->fill.fee);
    case JOURNAL_TRADE:
        return snprintf(out, cap, "trade %c %+.10g %.10g->%.10g net %.10g; ",
                        (char)('a' + u->trade.strategy), u->trade.quantity, u->trade.entry_price,
                        u->trade.exit_price, u->trade.net);
    case JOURNAL_POSITION:
        return snprintf(out, cap, "position %c %s %+.10g@%.10g mark %.10g; ",
                        (char)('a' + u->position.strategy), u->position.symbol == A ? "A" : "B",
                        u->position.quantity, u->position.average_price, u->position.mark);
    case JOURNAL_VARIABLE:
        return snprintf(out, cap, "variable %s %.10g; ", u->variable.name, u->variable.value);
    case JOURNAL_PLOT:
        return snprintf(out, cap, "plot %s %.10g; ", u->plot.key, u->plot.value);
    case JOURNAL_NOTE:
        return snprintf(out, cap, "note %s %s; ", u->note.key, u->note.text);
    case JOURNAL_LOG:
        return snprintf(out, cap, "log %ld %s; ", (long)u->log.level, u->log.text);
    default:
        return 0; /* START, EQUITY, LEDGER, ALLOCATION, END: by rig_last */
    }
}

/* The records since the last call that say what became of intents and orders. */
static inline const char *rig_news(struct rig *r) {
    struct journal_record record;
    union rig_record u;
    size_t size, len = 0;
    rig_flush(r);
    r->news[0] = '\0';
    while (journal_next((const uint8_t *)r->bytes + r->news_at, r->len - r->news_at, &record, &size,
                        &r->err) > 0) {
        journal_read(&record, &u);
        len += (size_t)rig_words(r->news + len, sizeof r->news - len, record.kind, &u);
        cr_assert_lt(len, sizeof r->news);
        r->news_at += size;
    }
    return r->news;
}

#define same(found, expected)                                                                      \
    cr_expect_float_eq(found, expected, 1e-9, "%s: found %.17g, expected %.17g", #found,           \
                       (double)(found), (double)(expected))

#endif
