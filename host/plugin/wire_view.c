#include "plugin/wire_view.h"

#include <math.h>
#include <string.h>

#include "base/check.h"
#include "base/mem.h"
#include "core/reason.h"

struct post_head {
    int64_t now, bars;
    uint32_t closed_count, feed_count, order_count, event_count;
    struct qs_account account, silo;
};

struct closed_bar {
    int32_t feed, reserved;
    struct qs_bar bar;
};

struct intents_head {
    uint32_t count, text_len;
    int32_t started, reserved;
    uint64_t dropped;
};

/* A cursor over received bytes. */
struct reader {
    const char *at;
    size_t left;
};

static bool take(struct reader *r, void *ret, size_t size) {
    if (size > r->left)
        return false;
    if (size > 0)
        memcpy(ret, r->at, size);
    r->at += size;
    r->left -= size;
    return true;
}

void shadow_init(struct shadow *s, const struct qs_view *view) {
    size_t n = view->feed_count;
    memset(s, 0, sizeof *s);
    s->feeds = mem_zalloc(n, sizeof *s->feeds);
    s->columns = mem_zalloc(n, sizeof *s->columns);
    s->positions = mem_zalloc(n, sizeof *s->positions);
    s->position_at = mem_zalloc(n, sizeof *s->position_at);
    s->closed = mem_zalloc(n, sizeof *s->closed);
    s->history = QS_HISTORY_DEFAULT;
    for (size_t i = 0; i < n; i++) {
        s->feeds[i] = view->feeds[i];
        s->feeds[i].open = s->feeds[i].high = s->feeds[i].low = NULL;
        s->feeds[i].close = s->feeds[i].volume = NULL;
        s->feeds[i].open_time = s->feeds[i].close_time = NULL;
        s->feeds[i].now = -1;
        s->feeds[i].depth = 0;
        s->position_at[i] = &s->positions[i];
    }
    s->account = *view->account;
    s->silo = *view->silo;
    s->view = (struct qs_view){.now = view->now,
                               .feeds = s->feeds,
                               .positions = s->position_at,
                               .account = &s->account,
                               .silo = &s->silo,
                               .feed_count = view->feed_count};
}

void shadow_fini(struct shadow *s) {
    for (uint32_t i = 0; i < s->view.feed_count; i++) {
        struct shadow_columns *c = &s->columns[i];
        mem_free(c->open);
        mem_free(c->high);
        mem_free(c->low);
        mem_free(c->close);
        mem_free(c->volume);
        mem_free(c->open_time);
        mem_free(c->close_time);
    }
    mem_free(s->feeds);
    mem_free(s->columns);
    mem_free(s->positions);
    mem_free(s->position_at);
    mem_free(s->closed);
    mem_free(s->orders);
    mem_free(s->events);
    memset(s, 0, sizeof *s);
}

static void put_bar(struct str *bytes, const struct qs_feed_view *f, int32_t number) {
    int64_t i = f->now;
    struct closed_bar closed = {.feed = number,
                                .bar = {.open_time = f->open_time[i],
                                        .close_time = f->close_time[i],
                                        .open = f->open[i],
                                        .high = f->high[i],
                                        .low = f->low[i],
                                        .close = f->close[i],
                                        .volume = f->volume[i]}};
    str_append_n(bytes, (const char *)&closed, sizeof closed);
}

void wire_put_post(struct str *bytes, const struct strategy_post *post) {
    const struct qs_view *v = post->view;
    struct post_head head = {.now = v->now,
                             .bars = v->bars,
                             .closed_count = (uint32_t)post->closed_count,
                             .feed_count = v->feed_count,
                             .order_count = v->order_count,
                             .event_count = post->event_count,
                             .account = *v->account,
                             .silo = *v->silo};
    str_append_n(bytes, (const char *)&head, sizeof head);
    for (int32_t i = 0; i < post->closed_count; i++)
        put_bar(bytes, &v->feeds[post->closed[i]], post->closed[i]);
    for (uint32_t i = 0; i < v->feed_count; i++)
        str_append_n(bytes, (const char *)v->positions[i], sizeof *v->positions[i]);
    for (uint32_t i = 0; i < v->order_count; i++)
        str_append_n(bytes, (const char *)&v->orders[i], sizeof v->orders[i]);
    for (uint32_t i = 0; i < post->event_count; i++) {
        struct strategy_event event = post->events[i];
        if (event.kind == EVENT_ORDER)
            event.as.order.reason_name = NULL;
        str_append_n(bytes, (const char *)&event, sizeof event);
    }
}

static void grow_columns(struct qs_feed_view *f, struct shadow_columns *c) {
    if (f->now + 1 < c->cap)
        return;
    c->cap = c->cap ? c->cap * 2 : 1024;
    size_t n = (size_t)c->cap;
    f->open = c->open = mem_realloc_array(c->open, n, sizeof(double));
    f->high = c->high = mem_realloc_array(c->high, n, sizeof(double));
    f->low = c->low = mem_realloc_array(c->low, n, sizeof(double));
    f->close = c->close = mem_realloc_array(c->close, n, sizeof(double));
    f->volume = c->volume = mem_realloc_array(c->volume, n, sizeof(double));
    f->open_time = c->open_time = mem_realloc_array(c->open_time, n, sizeof(int64_t));
    f->close_time = c->close_time = mem_realloc_array(c->close_time, n, sizeof(int64_t));
}

static void append_bar(struct shadow *s, const struct closed_bar *closed) {
    struct qs_feed_view *f = &s->feeds[closed->feed];
    struct shadow_columns *c = &s->columns[closed->feed];
    grow_columns(f, c);
    int64_t i = ++f->now;
    c->open_time[i] = closed->bar.open_time;
    c->close_time[i] = closed->bar.close_time;
    c->open[i] = closed->bar.open;
    c->high[i] = closed->bar.high;
    c->low[i] = closed->bar.low;
    c->close[i] = closed->bar.close;
    c->volume[i] = closed->bar.volume;
    f->depth = min_i64(i + 1, s->history);
}

static bool take_bars(struct shadow *s, struct reader *r, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        struct closed_bar closed;
        if (!take(r, &closed, sizeof closed) || closed.feed < 0 ||
            (uint32_t)closed.feed >= s->view.feed_count)
            return false;
        append_bar(s, &closed);
        s->closed[i] = closed.feed;
    }
    return true;
}

static bool take_orders(struct shadow *s, struct reader *r, uint32_t count) {
    if (count > r->left / sizeof *s->orders)
        return false;
    if (count > s->orders_cap) {
        s->orders_cap = count;
        s->orders = mem_realloc_array(s->orders, count, sizeof *s->orders);
    }
    return take(r, s->orders, count * sizeof *s->orders);
}

static bool take_events(struct shadow *s, struct reader *r, uint32_t count) {
    if (count > r->left / sizeof *s->events)
        return false;
    if (count > s->events_cap) {
        s->events_cap = count;
        s->events = mem_realloc_array(s->events, count, sizeof *s->events);
    }
    return take(r, s->events, count * sizeof *s->events);
}

int wire_take_post(struct shadow *s, const char *bytes, size_t len, struct strategy_post *ret,
                   struct err *err) {
    struct reader r = {bytes, len};
    struct post_head head;
    bool ok = take(&r, &head, sizeof head) && head.feed_count == s->view.feed_count &&
              head.closed_count <= head.feed_count && take_bars(s, &r, head.closed_count) &&
              take(&r, s->positions, head.feed_count * sizeof *s->positions) &&
              take_orders(s, &r, head.order_count) && take_events(s, &r, head.event_count) &&
              r.left == 0;
    if (!ok)
        return err_set(err, ERR_FORMAT, "a post of %zu bytes is torn", len);
    s->account = head.account;
    s->silo = head.silo;
    s->view.now = head.now;
    s->view.bars = head.bars;
    s->view.orders = s->orders;
    s->view.order_count = head.order_count;
    *ret = (struct strategy_post){.view = &s->view,
                                  .closed = s->closed,
                                  .closed_count = (int32_t)head.closed_count,
                                  .event_count = head.event_count,
                                  .events = s->events};
    return 0;
}

void wire_put_intents(struct str *bytes, const struct intent_batch *batch) {
    struct intents_head head = {.count = batch->count,
                                .text_len = batch->text_len,
                                .started = batch->started,
                                .dropped = batch->dropped};
    str_append_n(bytes, (const char *)&head, sizeof head);
    if (batch->count > 0)
        str_append_n(bytes, (const char *)batch->items, batch->count * sizeof *batch->items);
    if (batch->text_len > 0)
        str_append_n(bytes, batch->text, batch->text_len);
}

/* A text inside the batch: UTF-8, without a terminator in it. */
static bool text_sound(const struct intent_batch *b, uint32_t at, uint32_t len, uint32_t max) {
    return len <= max && at <= b->text_len && len <= b->text_len - at &&
           !memchr(b->text + at, '\0', len) && str_is_utf8(b->text + at, len, NULL);
}

/* Only what an instance can have made (host_table.c) is taken: nobody behind this looks again. */
static bool intent_sound(const struct intent_batch *b, const struct intent *x) {
    uint32_t key_max = 0, text_max = 0;
    switch (x->kind) {
    case INTENT_ORDER:
        key_max = QS_TAG_MAX;
        break;
    case INTENT_CANCEL:
    case INTENT_FLATTEN:
    case INTENT_TARGET:
        break;
    case INTENT_PLOT:
        key_max = INTENT_KEY_MAX;
        if (!isfinite(x->value))
            return false;
        break;
    case INTENT_NOTE:
        key_max = INTENT_KEY_MAX;
        text_max = INTENT_TEXT_MAX;
        break;
    case INTENT_LOG:
        text_max = INTENT_TEXT_MAX;
        if (x->level < QS_LOG_DEBUG || x->level > QS_LOG_ERROR)
            return false;
        break;
    default:
        return false;
    }
    return x->reason >= REASON_NONE && x->reason < REASON_COUNT &&
           text_sound(b, x->key_at, x->key_len, key_max) &&
           text_sound(b, x->text_at, x->text_len, text_max);
}

/* Numbers of new orders ascend: the engine finds open orders by them. */
static bool numbers_ascend(const struct intent_batch *b) {
    int64_t last = 0;
    for (uint32_t i = 0; i < b->count; i++) {
        const struct intent *x = &b->items[i];
        if (x->kind >= INTENT_PLOT || x->kind == INTENT_CANCEL)
            continue;
        if (x->number <= last)
            return false;
        last = x->number;
    }
    return true;
}

int wire_take_intents(const char *bytes, size_t len, struct intent **items, uint32_t *items_cap,
                      struct intent_batch *ret, struct err *err) {
    struct reader r = {bytes, len};
    struct intents_head head;
    if (!take(&r, &head, sizeof head) || head.count > r.left / sizeof **items ||
        r.left != head.count * sizeof **items + head.text_len)
        return err_set(err, ERR_FORMAT, "a batch of intents of %zu bytes is torn", len);
    if (head.count > *items_cap) {
        *items_cap = head.count;
        *items = mem_realloc_array(*items, head.count, sizeof **items);
    }
    take(&r, *items, head.count * sizeof **items);
    struct intent_batch batch = {.items = *items,
                                 .count = head.count,
                                 .text = r.at,
                                 .text_len = head.text_len,
                                 .dropped = head.dropped,
                                 .started = head.started != 0};
    for (uint32_t i = 0; i < batch.count; i++)
        if (!intent_sound(&batch, &batch.items[i]))
            return err_set(err, ERR_FORMAT, "intent %u of a batch is none that a strategy can make",
                           i);
    if (!numbers_ascend(&batch))
        return err_set(err, ERR_FORMAT, "the order numbers of a batch of intents do not ascend");
    *ret = batch;
    return 0;
}
