#include "plugin/lines.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <quasar/indicators.h>

#include "base/check.h"
#include "base/mem.h"

/* All rings of an instance together: half a gigabyte. */
#define LINES_VALUES_MAX (INT64_C(1) << 26)

enum {
    COLUMN_VOLUME = 4,
    COLUMN_HL2 = 5,
    COLUMN_HLC3 = 6,
    COLUMN_OHLC4 = 7,
    COLUMN_BARS = 8,
    COLUMN_LINE = -1
};

void lines_init(struct lines *l, int64_t limit, int32_t seed) {
    memset(l, 0, sizeof *l);
    l->limit = limit;
    l->seed = seed;
}

void lines_fini(struct lines *l) {
    for (int32_t i = 0; i < l->item_count; i++)
        free(l->items[i].state);
    for (int32_t i = 0; i < l->count; i++)
        mem_free((void *)(uintptr_t)l->views[i].values);
    mem_free(l->items);
    mem_free(l->feed_first);
    memset(l, 0, sizeof *l);
}

static int64_t ring_capacity(int64_t limit) {
    int64_t capacity = 2;
    while (capacity < limit)
        capacity *= 2;
    return capacity;
}

/* Split an encoded source into feed and column, or line. */
static int decode_source(const struct lines *l, int32_t source, int32_t feed_count,
                         struct indicator *ret, struct err *err) {
    if (source >= 0) {
        if (source >= l->count)
            return err_set(err, ERR_PLUGIN, "source %d is no line of this strategy", source);
        ret->column = COLUMN_LINE;
        ret->feed = l->feed_of[source];
        return 0;
    }
    int32_t feed = -(source / 16) - 1, column = -(source % 16);
    if (source > QS_OPEN || column > COLUMN_BARS)
        return err_set(err, ERR_PLUGIN,
                       "source %d is no column (use QS_CLOSE, qs_src(feed, QS_CLOSE) or a line)",
                       source);
    if (feed >= feed_count)
        return err_set(err, ERR_PLUGIN, "source names feed %d, but only %d are bound", feed,
                       feed_count);
    ret->column = column;
    ret->feed = feed;
    return 0;
}

static int32_t find_same(const struct lines *l, const struct indicator *x) {
    for (int32_t i = 0; i < l->item_count; i++) {
        const struct indicator *y = &l->items[i];
        if (y->source == x->source && y->spec.kind == x->spec.kind &&
            memcmp(y->spec.n, x->spec.n, sizeof y->spec.n) == 0 && y->spec.k == x->spec.k)
            return y->first_line;
    }
    return -1;
}

static const double *make_ring(int64_t capacity) {
    double *values = mem_alloc((size_t)capacity * sizeof *values);
    for (int64_t i = 0; i < capacity; i++)
        values[i] = (double)NAN;
    return values;
}

static void make_lines(struct lines *l, struct indicator *x, int64_t source_lookback) {
    int64_t capacity = ring_capacity(l->limit);
    x->first_line = l->count;
    for (int32_t i = 0; i < x->out_count; i++) {
        int64_t lookback = source_lookback + ta_lookback(&x->spec, i);
        l->views[l->count] = (struct qs_line_view){
            .values = make_ring(capacity), .mask = capacity - 1, .limit = max_i64(l->limit, 2)};
        l->feed_of[l->count] = x->feed;
        l->lookback_of[l->count] = lookback;
        x->lookback = max_i64(x->lookback, lookback);
        l->count++;
    }
}

static int check_request(const struct ta_info *info, const struct indicator *x, struct err *err) {
    if (info->input == TA_IN_BAR && x->column != COLUMN_BARS)
        return err_set(err, ERR_PLUGIN, "indicator %s: needs whole bars (source QS_BARS)",
                       info->name);
    if (info->input == TA_IN_VALUE && x->column == COLUMN_BARS)
        return err_set(err, ERR_PLUGIN,
                       "indicator %s: needs one column (e.g. QS_CLOSE), not QS_BARS", info->name);
    return ta_check(&x->spec, err);
}

int32_t lines_add(struct lines *l, const struct qs_indicator_req *req, int32_t feed_count,
                  struct err *err) {
    const struct ta_info *info = ta_info(req->kind);
    struct indicator x = {.spec = {.kind = req->kind,
                                   .n = {req->n[0], req->n[1], req->n[2]},
                                   .k = req->k,
                                   .seed = l->seed},
                          .source = req->source};
    if (!info)
        return err_set(err, ERR_PLUGIN,
                       "indicator kind %d is not known to this host (build with "
                       "an older SDK, or use a newer host)",
                       req->kind);
    int r = decode_source(l, req->source, feed_count, &x, err);
    if (r < 0)
        return err_prepend(err, "indicator %s: ", info->name);
    r = check_request(info, &x, err);
    if (r < 0)
        return r;
    int32_t same = find_same(l, &x);
    if (same >= 0)
        return same;
    x.out_count = info->out_count;
    if (l->count + x.out_count > QS_LINES_MAX)
        return err_set(err, ERR_PLUGIN, "more than %d indicator lines", QS_LINES_MAX);
    if ((l->count + x.out_count) * ring_capacity(l->limit) > LINES_VALUES_MAX)
        return err_set(err, ERR_PLUGIN,
                       "%d lines with a history of %lld bars are more than %lld values (declare a "
                       "shorter history)",
                       l->count + x.out_count, (long long)l->limit, (long long)LINES_VALUES_MAX);
    x.push = ta_push(req->kind);
    x.state = aligned_alloc(16, (ta_state_size(&x.spec) + 15) & ~(size_t)15);
    CHECK(x.state && x.push);
    ta_init(&x.spec, x.state);
    make_lines(l, &x, req->source >= 0 ? l->lookback_of[req->source] : 0);
    if (l->item_count == l->item_cap) {
        l->item_cap = l->item_cap ? l->item_cap * 2 : 8;
        l->items = mem_realloc_array(l->items, (size_t)l->item_cap, sizeof *l->items);
    }
    l->items[l->item_count++] = x;
    return x.first_line;
}

static int by_feed(const void *a, const void *b) {
    const struct indicator *x = a, *y = b;
    if (x->feed != y->feed)
        return x->feed < y->feed ? -1 : 1;
    return x->first_line < y->first_line ? -1 : 1;
}

void lines_settle(struct lines *l, int32_t feed_count) {
    if (l->item_count > 0)
        qsort(l->items, (size_t)l->item_count, sizeof *l->items, by_feed);
    l->feed_first = mem_zalloc((size_t)feed_count + 1, sizeof *l->feed_first);
    for (int32_t f = 0, i = 0; f < feed_count; f++) {
        l->feed_first[f] = i;
        while (i < l->item_count && l->items[i].feed == f)
            i++;
        l->feed_first[f + 1] = i;
    }
    l->settled = true;
}

int64_t lines_lookback(const struct lines *l, int32_t feed) {
    int64_t lookback = 0;
    for (int32_t i = 0; i < l->item_count; i++)
        if (l->items[i].feed == feed)
            lookback = max_i64(lookback, l->items[i].lookback);
    return lookback;
}

static inline double newest(const struct qs_line_view *v) {
    return v->values[(v->count - 1) & v->mask];
}

/* What an indicator that does not eat a plain column eats: a mean of columns, the bar, a line. */
static void gather(const struct lines *l, const struct indicator *x, const struct qs_feed_view *f,
                   double in[5]) {
    int64_t i = f->now;
    switch (x->column) {
    case COLUMN_LINE:
        in[0] = newest(&l->views[x->source]);
        break;
    case COLUMN_HL2:
        in[0] = (f->high[i] + f->low[i]) / 2.0;
        break;
    case COLUMN_HLC3:
        in[0] = (f->high[i] + f->low[i] + f->close[i]) / 3.0;
        break;
    case COLUMN_OHLC4:
        in[0] = (f->open[i] + f->high[i] + f->low[i] + f->close[i]) / 4.0;
        break;
    default:
        in[0] = f->open[i];
        in[1] = f->high[i];
        in[2] = f->low[i];
        in[3] = f->close[i];
        in[4] = f->volume[i];
        break;
    }
}

/* The place of a line's next value. */
static inline double *next_place(const struct qs_line_view *v) {
    return (double *)(uintptr_t)&v->values[v->count & v->mask];
}

/* Off the hot path: its arrays would cost every bar a larger frame. */
__attribute__((noinline)) static void push_many(struct lines *l, const struct indicator *x,
                                                const double *in) {
    double out[TA_OUT_MAX];
    x->push(x->state, in, out);
    for (int32_t k = 0; k < x->out_count; k++) {
        struct qs_line_view *v = &l->views[x->first_line + k];
        *next_place(v) = out[k];
        v->count++;
    }
}

__attribute__((noinline)) static void push_gathered(struct lines *l, const struct indicator *x,
                                                    const struct qs_feed_view *feed) {
    double in[5];
    gather(l, x, feed, in);
    push_many(l, x, in);
}

void lines_push(struct lines *l, const struct qs_feed_view *feed, int32_t number) {
    const struct indicator *x = l->items + l->feed_first[number];
    const struct indicator *end = l->items + l->feed_first[number + 1];
    int64_t now = feed->now;
    for (; x < end; x++) {
        if (UNLIKELY((uint32_t)x->column > COLUMN_VOLUME)) {
            push_gathered(l, x, feed);
            continue;
        }
        /* the columns are the first members of the view, in this order */
        const double *column = (&feed->open)[x->column];
        if (LIKELY(x->out_count == 1)) {
            struct qs_line_view *v = &l->views[x->first_line];
            x->push(x->state, &column[now], next_place(v));
            v->count++;
        } else {
            push_many(l, x, &column[now]);
        }
    }
}

_Static_assert(offsetof(struct qs_feed_view, volume) == 4 * sizeof(double *),
               "the columns of a feed view lie one after the other");
