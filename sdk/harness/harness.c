#include "harness_state.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"

int test_refuse(struct qs_test *t, const char *fmt, ...) {
    char text[sizeof t->err.text];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    if (!t->broken)
        err_set(&t->err, ERR_USAGE, "%s", text);
    return -1;
}

int test_break(struct qs_test *t) {
    t->broken = true;
    return -1;
}

static void use_defaults(struct qs_test *t) {
    const struct descriptor *d = t->descriptor;
    t->params = mem_zalloc(d->params_size + 1, 1);
    for (uint32_t i = 0; i < d->input_count; i++) {
        const struct descriptor_input *in = &d->inputs[i];
        int32_t small = (int32_t)in->i_default;
        if (in->type == QS_INPUT_INT)
            memcpy(t->params + in->offset, &in->i_default, sizeof in->i_default);
        else if (in->type == QS_INPUT_FLOAT)
            memcpy(t->params + in->offset, &in->f_default, sizeof in->f_default);
        else
            memcpy(t->params + in->offset, &small, sizeof small);
    }
}

struct qs_test *qs_test_create(const struct qs_strategy *schema) {
    struct qs_test *t = mem_zalloc(1, sizeof *t);
    t->schema = schema;
    t->settings =
        (struct settings){.initial_cash = 100000.0, .leverage = 1.0, .sizing_value = 0.02};
    t->descriptor = mem_zalloc(1, sizeof *t->descriptor);
    if (descriptor_check(schema, t->descriptor, &t->err) < 0)
        test_break(t);
    else
        use_defaults(t);
    return t;
}

static void free_feeds(struct qs_test *t) {
    for (int32_t i = 0; i < t->feed_count; i++) {
        struct test_columns *c = &t->feeds[i].columns;
        mem_free(c->open);
        mem_free(c->high);
        mem_free(c->low);
        mem_free(c->close);
        mem_free(c->volume);
        mem_free(c->open_time);
        mem_free(c->close_time);
    }
    mem_free(t->feeds);
    mem_free(t->call_order);
    mem_free(t->closed);
    mem_free(t->symbols);
    mem_free(t->marks);
    mem_free(t->views);
    mem_free(t->positions);
}

void qs_test_destroy(struct qs_test **test) {
    struct qs_test *t = *test;
    if (!t)
        return;
    instance_destroy(&t->instance);
    ledger_fini(&t->ledger);
    free_feeds(t);
    mem_free(t->descriptor);
    mem_free(t->params);
    mem_free(t->orders);
    mem_free(t->events);
    mem_free(t->intents);
    mem_free(t->annotations);
    mem_free(t->text);
    mem_free(t);
    *test = NULL;
}

const char *qs_test_error(const struct qs_test *t) { return t->err.text; }

int test_before_start(struct qs_test *t, const char *what) {
    if (t->broken)
        return -1;
    if (t->instance)
        return test_refuse(t, "%s: the strategy has started already (do it before the first bar)",
                           what);
    return 0;
}

static int start(struct qs_test *t) {
    if (test_bind_feeds(t) < 0)
        return -1;
    ledger_init(&t->ledger, &t->settings, t->symbol_count, t->settings.initial_cash);
    test_make_view(t);
    t->instance = instance_create(&(struct instance_spec){.schema = t->schema,
                                                          .descriptor = t->descriptor,
                                                          .params = t->params,
                                                          .settings = &t->settings,
                                                          .feed_count = t->feed_count});
    struct strategy_port *port = instance_port(t->instance);
    struct strategy_needs needs = {.history = 1};
    if (port->start(port->self, &t->view, &needs, &t->err) < 0) {
        err_prepend(&t->err, "%s: ", t->descriptor->id);
        struct err kept = t->err;
        (void)test_collect(t); /* its last words */
        t->err = kept;
        return test_break(t);
    }
    t->history = needs.history;
    return test_collect(t) < 0 ? -1 : 0;
}

int test_running(struct qs_test *t) {
    if (t->broken)
        return -1;
    if (t->stopped)
        return test_refuse(t, "the strategy was stopped (create another test)");
    return t->instance ? 0 : start(t);
}

int qs_test_start(struct qs_test *t) { return test_running(t); }

int qs_test_started(const struct qs_test *t) { return t->in_business; }

int64_t qs_test_warm_up(struct qs_test *t, qs_feed feed) {
    if (test_running(t) < 0)
        return -1;
    if (feed < 0 || feed >= t->feed_count)
        return test_refuse(t, "warm_up: feed %d is not bound (there are %d)", feed, t->feed_count);
    return instance_warm_up(t->instance, feed);
}

int qs_test_stop(struct qs_test *t) {
    if (test_running(t) < 0)
        return -1;
    struct strategy_port *port = instance_port(t->instance);
    struct strategy_post last = {
        .view = &t->view, .event_count = t->event_count, .events = t->events};
    t->stopped = true;
    int r = port->stop(port->self, &last, &t->err);
    t->event_count = 0;
    if (r < 0) {
        err_prepend(&t->err, "%s: ", t->descriptor->id);
        return test_break(t);
    }
    return test_collect(t) < 0 ? -1 : 0;
}

/* ---- what the port holds ---- */

static char *keep(char **at, const char *text, uint32_t len) {
    char *kept = *at;
    if (len > 0)
        memcpy(kept, text, len);
    kept[len] = '\0';
    *at += len + 1;
    return kept;
}

static void take_annotations(struct qs_test *t, const struct intent_batch *batch) {
    size_t room = 1;
    uint32_t count = 0;
    for (uint32_t i = 0; i < batch->count; i++) {
        const struct intent *in = &batch->items[i];
        if (in->kind < INTENT_PLOT)
            continue;
        count++;
        room += (size_t)in->key_len + in->text_len + 2;
    }
    mem_free(t->text);
    char *at = t->text = mem_alloc(room);
    if (count > t->annotation_cap) {
        t->annotation_cap = count;
        t->annotations = mem_realloc_array(t->annotations, count, sizeof *t->annotations);
    }
    t->annotation_count = 0;
    for (uint32_t i = 0; i < batch->count; i++) {
        const struct intent *in = &batch->items[i];
        if (in->kind < INTENT_PLOT)
            continue;
        struct qs_seen_annotation *a = &t->annotations[t->annotation_count++];
        *a = (struct qs_seen_annotation){.level = in->level, .value = in->value};
        a->kind = in->kind == INTENT_LOG    ? QS_TEST_LOG
                  : in->kind == INTENT_NOTE ? QS_TEST_NOTE
                                            : QS_TEST_PLOT;
        a->key = keep(&at, batch->text + in->key_at, in->key_len);
        a->text = keep(&at, batch->text + in->text_at, in->text_len);
    }
}

int test_collect(struct qs_test *t) {
    struct strategy_port *port = instance_port(t->instance);
    const struct intent_batch *batch;
    if (port->collect(port->self, &batch, &t->err) < 0)
        return test_break(t);
    t->in_business = batch->started;
    take_annotations(t, batch);
    test_accept(t, batch);
    return (int)t->intent_count;
}
