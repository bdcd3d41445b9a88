/* Indicators of volume: obv, volume_sma, vwap. */
#include "ta/kernel.h"
#include "ta/sum.h"

/* ---- obv ---- */

struct obv {
    struct ta_acc total; /* compensated: fractional volumes add up for millions of bars */
    double close;        /* of the previous bar */
    int32_t started;
};

static inline double obv_take(struct obv *o, double close, double volume) {
    int bar = ta_is_number(close) && ta_is_number(volume);
    if (UNLIKELY(!o->started)) {
        o->started = bar;
        o->close = close;
        return bar ? 0.0 : NAN;
    }
    if (UNLIKELY(!bar))
        o->total.sum = NAN;
    else if (close > o->close)
        ta_acc_add(&o->total, volume);
    else if (close < o->close)
        ta_acc_add(&o->total, -volume);
    o->close = close;
    return ta_acc_value(&o->total);
}

static size_t obv_size(const struct ta_spec *spec) {
    (void)spec;
    return TA_ROUND16(sizeof(struct obv));
}

static void obv_init(const struct ta_spec *spec, void *state) {
    (void)spec;
    struct obv *o = state;
    *o = (struct obv){.started = 0};
}

static void obv_push(void *state, const double *in, double *out) {
    out[0] = obv_take(state, in[TA_CLOSE], in[TA_VOLUME]);
}

static void obv_batch(const struct ta_spec *spec, const double *const *in, int64_t n,
                      double *const *out) {
    struct obv o;
    obv_init(spec, &o);
    for (int64_t i = 0; i < n; i++)
        out[0][i] = obv_take(&o, in[TA_CLOSE][i], in[TA_VOLUME][i]);
}

const struct ta_kernel ta_kernel_obv = {obv_size, obv_init, obv_push, obv_batch};

/* ---- volume_sma ---- */

static size_t volume_sma_size(const struct ta_spec *spec) { return ta_sum_size(spec->n[0]); }

static void volume_sma_init(const struct ta_spec *spec, void *state) {
    ta_sum_init(state, spec->n[0]);
}

static void volume_sma_push(void *state, const double *in, double *out) {
    out[0] = ta_sum_push(state, in[TA_VOLUME]);
}

static void volume_sma_batch(const struct ta_spec *spec, const double *const *in, int64_t n,
                             double *const *out) {
    ta_sum_batch(spec->n[0], in[TA_VOLUME], n, out[0]);
}

const struct ta_kernel ta_kernel_volume_sma = {volume_sma_size, volume_sma_init, volume_sma_push,
                                               volume_sma_batch};

/* ---- vwap: a window; with n = 0 only its head is used, and full says that it has begun ---- */

#define VWAP_RINGS 4

static inline double typical(double high, double low, double close) {
    return (high + low + close) / 3.0;
}

/* Folds: a = sum of (typical - base) * volume, b = sum of volume. */
static struct ta_pair vwap_scan(const struct ta_window *w, const double *const *past, int64_t at,
                                int32_t count, struct ta_pair after, double *tail) {
    const double *high = past[TA_HIGH] + at;
    const double *low = past[TA_LOW] + at;
    const double *close = past[TA_CLOSE] + at;
    const double *volume = past[TA_VOLUME] + at;
    struct ta_pair fold = after;
    const int32_t block = w->block;
    for (int32_t j = count - 1; j >= 0; j--) {
        if (tail) {
            tail[j] = fold.a;
            tail[block + j] = fold.b;
        }
        fold.a += (typical(high[j], low[j], close[j]) - w->base) * volume[j];
        fold.b += volume[j];
    }
    return fold;
}

static inline int is_traded_bar(double high, double low, double close, double volume) {
    return ta_is_number(high) && ta_is_number(low) && ta_is_number(close) && ta_is_number(volume);
}

static inline double vwap_value(double base, double money, double volume) {
    return volume == 0.0 ? NAN : base + money / volume;
}

/* The whole series so far: compensated sums that only grow. */
static inline double vwap_grow(struct ta_window *w, double high, double low, double close,
                               double volume) {
    int bar = is_traded_bar(high, low, close, volume);
    double price = typical(high, low, close);
    if (UNLIKELY(!w->full)) {
        if (!bar)
            return NAN;
        w->full = 1;
        w->base = price;
    }
    ta_add(&w->a, &w->a_lost, LIKELY(bar) ? (price - w->base) * volume : NAN);
    ta_add(&w->b, &w->b_lost, volume);
    return vwap_value(w->base, w->a + w->a_lost, w->b + w->b_lost);
}

/* The last n bars. */
static inline double vwap_roll(struct ta_window *w, double high, double low, double close,
                               double volume, const double *const *past, int64_t at) {
    if (UNLIKELY(!is_traded_bar(high, low, close, volume))) {
        ta_window_restart(w);
        return NAN;
    }
    double price = typical(high, low, close);
    struct ta_pair all = {NAN, NAN};
    w->a += (price - w->base) * volume;
    w->b += volume;
    if (LIKELY(w->full)) {
        struct ta_pair tail = ta_window_tail(w);
        all.a = w->a + tail.a;
        all.b = w->b + tail.b;
    }
    if (UNLIKELY(++w->pos == w->turn))
        ta_window_turn(w, past, at, price, vwap_scan, &all); /* the base goes with the fold */
    return vwap_value(w->base, all.a, all.b);
}

static size_t vwap_size(const struct ta_spec *spec) {
    return ta_window_size(spec->n[0], VWAP_RINGS);
}

static void vwap_init(const struct ta_spec *spec, void *state) {
    ta_window_init(state, spec->n[0], (struct ta_pair){0.0, 0.0});
}

static void vwap_push(void *state, const double *in, double *out) {
    struct ta_window *w = state;
    if (w->n == 0) {
        out[0] = vwap_grow(w, in[TA_HIGH], in[TA_LOW], in[TA_CLOSE], in[TA_VOLUME]);
        return;
    }
    const double *past[TA_FIELD_COUNT] = {NULL};
    for (int field = TA_HIGH; field <= TA_VOLUME; field++) {
        double *ring = ta_window_ring(w, field - TA_HIGH);
        ring[w->pos] = in[field];
        past[field] = ring;
    }
    out[0] =
        vwap_roll(w, in[TA_HIGH], in[TA_LOW], in[TA_CLOSE], in[TA_VOLUME], past, ta_window_next(w));
}

static void vwap_batch(const struct ta_spec *spec, const double *const *in, int64_t n,
                       double *const *out) {
    union ta_window_room room;
    vwap_init(spec, &room.w);
    int32_t period = spec->n[0];
    for (int64_t i = 0; i < n; i++) {
        double high = in[TA_HIGH][i], low = in[TA_LOW][i], close = in[TA_CLOSE][i];
        double volume = in[TA_VOLUME][i];
        out[0][i] = period == 0 ? vwap_grow(&room.w, high, low, close, volume)
                                : vwap_roll(&room.w, high, low, close, volume, in, i + 1 - period);
    }
}

const struct ta_kernel ta_kernel_vwap = {vwap_size, vwap_init, vwap_push, vwap_batch};
