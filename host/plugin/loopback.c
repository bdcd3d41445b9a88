#include "plugin/loopback.h"

#include "base/mem.h"
#include "plugin/wire_view.h"

struct loopback {
    struct strategy_port port;
    struct strategy_port *inner;
    struct shadow shadow;
    struct str to, from;
    struct intent *items;
    uint32_t items_cap;
    struct intent_batch batch;
};

static int start(void *self, const struct qs_view *view, struct strategy_needs *ret,
                 struct err *err) {
    struct loopback *l = self;
    shadow_init(&l->shadow, view);
    int r = l->inner->start(l->inner->self, &l->shadow.view, ret, err);
    l->shadow.history = ret->history;
    return r;
}

static int cross(struct loopback *l, const struct strategy_post *post, struct strategy_post *ret,
                 struct err *err) {
    str_clear(&l->to);
    wire_put_post(&l->to, post);
    return wire_take_post(&l->shadow, l->to.data, l->to.len, ret, err);
}

static int post(void *self, const struct strategy_post *post, struct err *err) {
    struct loopback *l = self;
    struct strategy_post seen;
    int r = cross(l, post, &seen, err);
    return r < 0 ? r : l->inner->post(l->inner->self, &seen, err);
}

static int stop(void *self, const struct strategy_post *post, struct err *err) {
    struct loopback *l = self;
    struct strategy_post seen;
    int r = cross(l, post, &seen, err);
    return r < 0 ? r : l->inner->stop(l->inner->self, &seen, err);
}

static int collect(void *self, const struct intent_batch **ret, struct err *err) {
    struct loopback *l = self;
    const struct intent_batch *batch;
    int r = l->inner->collect(l->inner->self, &batch, err);
    if (r < 0)
        return r;
    str_clear(&l->from);
    wire_put_intents(&l->from, batch);
    *ret = &l->batch;
    return wire_take_intents(l->from.data, l->from.len, &l->items, &l->items_cap, &l->batch, err);
}

static int variable(void *self, int32_t place, const char **ret_name, double *ret_value) {
    struct loopback *l = self;
    return l->inner->variable(l->inner->self, place, ret_name, ret_value);
}

static int indicator(void *self, int32_t line, struct strategy_indicator *ret) {
    struct loopback *l = self;
    return l->inner->indicator(l->inner->self, line, ret);
}

struct loopback *loopback_create(struct strategy_port *inner) {
    struct loopback *l = mem_zalloc(1, sizeof *l);
    l->inner = inner;
    str_init(&l->to);
    str_init(&l->from);
    l->port = (struct strategy_port){.self = l,
                                     .start = start,
                                     .post = post,
                                     .collect = collect,
                                     .stop = stop,
                                     .variable = variable,
                                     .indicator = indicator};
    return l;
}

struct strategy_port *loopback_port(struct loopback *l) {
    return &l->port;
}

void loopback_destroy(struct loopback **l) {
    if (!*l)
        return;
    shadow_fini(&(*l)->shadow);
    str_fini(&(*l)->to);
    str_fini(&(*l)->from);
    mem_free((*l)->items);
    mem_free(*l);
    *l = NULL;
}
