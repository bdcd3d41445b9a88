#include "plugin/instance.h"

#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "base/mem.h"
#include "core/reason.h"
#include "plugin/float_mode.h"
#include "plugin/instance_state.h"

/* Reading the mode waits for every sum in flight: not at every bar. */
#define FLOAT_MODE_EVERY 64

/* Before and after plugin code. */
static void enter(struct instance *in, enum progress_phase phase) {
    in->phase = phase;
    progress_enter(in->spec.progress, phase);
    in->orders_in_callback = 0;
}

/* A callback that left another floating-point mode behind has spoiled numbers since: no result of
 * such a run may be believed, so the run ends. */
static void check_float_mode(struct instance *in) {
    if (LIKELY(float_mode_get() == in->float_mode))
        return;
    float_mode_set(in->float_mode);
    struct err err;
    (void)err_set(&err, ERR_PLUGIN,
                  "a callback changed the floating-point mode (leave MXCSR and fenv alone)");
    instance_fault(in, &err);
}

static int leave(struct instance *in, struct err *err) {
    in->phase = PROGRESS_RUNNING;
    if (UNLIKELY(in->faulted)) {
        *err = in->fault;
        return err->code;
    }
    return 0;
}

static void begin_batch(struct instance *in) {
    if (in->collected) {
        in->batch.count = 0;
        in->batch.text_len = 0;
        in->collected = false;
    }
    in->annotations_in_post = 0;
}

/* How many bars each feed must have shown before the first on_bar. */
static void plan_warm_up(struct instance *in) {
    const struct settings *s = in->spec.settings;
    int64_t least = max_i64(in->spec.descriptor->warmup_steps, s->warmup_steps);
    int32_t feeds = in->spec.feed_count;
    in->feeds_waiting = feeds;
    for (int32_t f = 0; f < feeds; f++) {
        int64_t lookback = lines_lookback(&in->lines, f);
        int64_t ready = lookback + 1 + (s->first_call == FIRST_AFTER_READY ? 1 : 0);
        in->bars_needed[f] = max_i64(ready, least + 1);
    }
}

/* What the strategy logged last: its own words for why it refused. Length 0 when it said nothing.
 */
static int last_words(const struct instance *in, const char **ret) {
    for (uint32_t i = in->batch.count; i-- > 0;) {
        const struct intent *x = &in->batch.items[i];
        if (x->kind == INTENT_LOG) {
            *ret = in->batch.text + x->text_at;
            return (int)x->text_len;
        }
    }
    *ret = "";
    return 0;
}

static uint32_t ignored_events(const struct qs_strategy *schema) {
    return (schema->on_order ? 0 : 1u << EVENT_ORDER) | (schema->on_fill ? 0 : 1u << EVENT_FILL) |
           (schema->on_trade ? 0 : 1u << EVENT_TRADE);
}

static int start(void *self, const struct qs_view *view, struct strategy_needs *ret,
                 struct err *err) {
    struct instance *in = self;
    int refused = 0;
    in->ctx.view = view;
    in->ctx.lines = in->lines.views;
    begin_batch(in);
    progress_of(in->spec.progress, in->spec.number);
    if (in->spec.schema->on_init) {
        enter(in, PROGRESS_INIT);
        refused = in->spec.schema->on_init(&in->ctx);
    }
    check_float_mode(in);
    int r = leave(in, err);
    if (r < 0)
        return err_prepend(err, "on_init: ");
    if (refused != 0) {
        const char *words;
        int len = last_words(in, &words);
        return err_set(err, ERR_PLUGIN, "on_init refused to start%s%.*s (it returned %d)",
                       len > 0 ? ": " : "", len, words, refused);
    }
    lines_settle(&in->lines, in->spec.feed_count);
    plan_warm_up(in);
    ret->history = in->spec.descriptor->history;
    ret->ignores = ignored_events(in->spec.schema);
    progress_enter(in->spec.progress, PROGRESS_RUNNING);
    return 0;
}

static void deliver(struct instance *in, const struct strategy_event *event) {
    const struct qs_strategy *schema = in->spec.schema;
    struct strategy_event copy = *event;
    in->ctx.feed = 0;
    if (event->kind == EVENT_ORDER && schema->on_order) {
        copy.as.order.reason_name = reason_name(copy.as.order.reason);
        enter(in, PROGRESS_ORDER);
        schema->on_order(&in->ctx, &copy.as.order);
    } else if (event->kind == EVENT_FILL && schema->on_fill) {
        enter(in, PROGRESS_FILL);
        schema->on_fill(&in->ctx, &copy.as.fill);
    } else if (event->kind == EVENT_TRADE && schema->on_trade) {
        enter(in, PROGRESS_TRADE);
        schema->on_trade(&in->ctx, &copy.as.trade);
    }
}

/* Push the bars of this instant; true when the strategy may be called. */
static void take_bars(struct instance *in, const struct strategy_post *post) {
    for (int32_t i = 0; i < post->closed_count; i++) {
        int32_t f = post->closed[i];
        lines_push(&in->lines, &post->view->feeds[f], f);
        if (UNLIKELY(!in->started) && ++in->bars_seen[f] == in->bars_needed[f])
            in->feeds_waiting--;
    }
}

static int post(void *self, const struct strategy_post *post, struct err *err) {
    struct instance *in = self;
    const struct qs_strategy *schema = in->spec.schema;
    in->ctx.view = post->view;
    begin_batch(in);
    take_bars(in, post);
    if (UNLIKELY(in->feeds_waiting > 0))
        return 0;
    progress_of(in->spec.progress, in->spec.number);
    progress_at(in->spec.progress, post->view->bars, post->view->now);
    if (UNLIKELY(!in->started)) {
        in->started = true;
        if (schema->on_start) {
            enter(in, PROGRESS_ON_START);
            schema->on_start(&in->ctx);
        }
    }
    for (uint32_t i = 0; i < post->event_count; i++)
        deliver(in, &post->events[i]);
    for (int32_t i = 0; i < post->closed_count; i++) {
        in->ctx.feed = post->closed[i];
        enter(in, PROGRESS_BAR);
        schema->on_bar(&in->ctx);
    }
    in->ctx.feed = 0;
    if (UNLIKELY(--in->float_mode_in == 0)) {
        check_float_mode(in);
        in->float_mode_in = FLOAT_MODE_EVERY;
    }
    int r = leave(in, err);
    progress_enter(in->spec.progress, PROGRESS_RUNNING);
    return r;
}

static int collect(void *self, const struct intent_batch **ret, struct err *err) {
    struct instance *in = self;
    (void)err;
    in->batch.started = in->started;
    in->collected = true;
    *ret = &in->batch;
    return 0;
}

static int stop(void *self, const struct strategy_post *last, struct err *err) {
    struct instance *in = self;
    in->ctx.view = last->view;
    begin_batch(in);
    progress_of(in->spec.progress, in->spec.number);
    if (in->started) {
        for (uint32_t i = 0; i < last->event_count; i++)
            deliver(in, &last->events[i]);
        if (in->spec.schema->on_stop) {
            enter(in, PROGRESS_STOP);
            in->spec.schema->on_stop(&in->ctx);
        }
    }
    if (in->batch.dropped > 0) {
        char text[128];
        snprintf(text, sizeof text,
                 "host: %llu intents, notes or plots were dropped (over the limits, or no number)",
                 (unsigned long long)in->batch.dropped);
        in->annotations_in_post = 0;
        in->ctx.host->log(&in->ctx, QS_LOG_WARN, text);
    }
    check_float_mode(in);
    int r = leave(in, err);
    progress_enter(in->spec.progress, PROGRESS_RUNNING);
    return r;
}

static int variable(void *self, int32_t place, const char **ret_name, double *ret_value) {
    const struct instance *in = self;
    const struct descriptor *d = in->spec.descriptor;
    if (place < 0 || (uint32_t)place >= d->variable_count)
        return 0;
    const struct descriptor_variable *v = &d->variables[place];
    const char *block = v->block == QS_IN_STATE ? in->ctx.state : in->ctx.locals;
    if (v->type == QS_VAR_F64) {
        memcpy(ret_value, block + v->offset, sizeof *ret_value);
    } else {
        int64_t integer;
        memcpy(&integer, block + v->offset, sizeof integer);
        *ret_value = (double)integer;
    }
    *ret_name = v->name;
    return 1;
}

static int indicator(void *self, int32_t line, struct strategy_indicator *ret) {
    const struct instance *in = self;
    for (int32_t i = 0; i < in->lines.item_count; i++) {
        const struct indicator *x = &in->lines.items[i];
        if (x->first_line != line)
            continue;
        *ret = (struct strategy_indicator){.line = line,
                                           .lines = x->out_count,
                                           .source = x->source,
                                           .kind = x->spec.kind,
                                           .n = {x->spec.n[0], x->spec.n[1], x->spec.n[2]},
                                           .k = x->spec.k};
        return 1;
    }
    return 0;
}

static void *make_block(size_t size) { return mem_zalloc(size + 16, 1); }

struct instance *instance_create(const struct instance_spec *spec) {
    struct instance *in = mem_zalloc(1, sizeof *in);
    const struct descriptor *d = spec->descriptor;
    size_t feeds = (size_t)spec->feed_count;
    in->spec = *spec;
    in->phase = PROGRESS_RUNNING;
    in->float_mode = float_mode_get();
    in->float_mode_in = 1;
    lines_init(&in->lines, d->history, spec->settings->ema_seed);
    void *params = make_block(d->params_size);
    memcpy(params, spec->params, d->params_size);
    in->ctx = (struct qs_ctx){.struct_size = sizeof(struct qs_ctx),
                              .cross_rule = spec->settings->cross,
                              .view = &in->no_view,
                              .lines = in->lines.views,
                              .params = params,
                              .locals = make_block(d->locals_size),
                              .state = make_block(d->state_size),
                              .host = &host_table};
    in->intent_cap = 64;
    in->batch.items = mem_zalloc(in->intent_cap, sizeof(struct intent));
    in->text_cap = 4096;
    in->batch.text = mem_zalloc(in->text_cap, 1);
    in->bars_seen = mem_zalloc(feeds, sizeof *in->bars_seen);
    in->bars_needed = mem_zalloc(feeds, sizeof *in->bars_needed);
    in->port = (struct strategy_port){.self = in,
                                      .start = start,
                                      .post = post,
                                      .collect = collect,
                                      .stop = stop,
                                      .variable = variable,
                                      .indicator = indicator};
    return in;
}

struct strategy_port *instance_port(struct instance *in) {
    return &in->port;
}

const struct qs_ctx *instance_ctx(const struct instance *in) { return &in->ctx; }

int64_t instance_warm_up(const struct instance *in, int32_t feed) {
    CHECK(feed >= 0 && feed < in->spec.feed_count);
    return in->bars_needed[feed];
}

void instance_destroy(struct instance **ret) {
    struct instance *in = *ret;
    if (!in)
        return;
    if (in->spec.schema->on_destroy && in->ctx.view != &in->no_view) {
        enter(in, PROGRESS_DESTROY);
        in->spec.schema->on_destroy(&in->ctx);
    }
    lines_fini(&in->lines);
    mem_free((void *)(uintptr_t)in->ctx.params);
    mem_free(in->ctx.locals);
    mem_free(in->ctx.state);
    mem_free(in->bars_seen);
    mem_free(in->bars_needed);
    mem_free((void *)(uintptr_t)in->batch.items);
    mem_free((void *)(uintptr_t)in->batch.text);
    mem_free(in);
    *ret = NULL;
}
