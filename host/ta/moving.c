/* Moving averages of one value: sma, ema, wma, macd. */
#include "ta/kernel.h"
#include "ta/smooth.h"
#include "ta/sum.h"

/* ---- sma ---- */

struct ta_pair ta_sum_scan(const struct ta_window *w, const double *const *past, int64_t at,
                           int32_t count, struct ta_pair after, double *tail) {
    const double *x = past[0] + at;
    struct ta_pair fold = after;
    const int32_t block = w->block;
    for (int32_t j = count - 1; j >= 0; j--) {
        if (tail) {
            tail[j] = fold.a;
            tail[block + j] = fold.b;
        }
        ta_add(&fold.a, &fold.b, x[j]);
    }
    return fold;
}

void ta_sum_batch(int32_t period, const double *x, int64_t n, double *out) {
    union ta_window_room room;
    ta_sum_init(&room.w, period);
    for (int64_t i = 0; i < n; i++)
        out[i] = ta_sum_take(&room.w, x[i], &x, i + 1 - period);
}

static size_t sma_size(const struct ta_spec *spec) { return ta_sum_size(spec->n[0]); }

static void sma_init(const struct ta_spec *spec, void *state) { ta_sum_init(state, spec->n[0]); }

static void sma_push(void *state, const double *in, double *out) {
    out[0] = ta_sum_push(state, in[0]);
}

static void sma_batch(const struct ta_spec *spec, const double *const *in, int64_t n,
                      double *const *out) {
    ta_sum_batch(spec->n[0], in[0], n, out[0]);
}

const struct ta_kernel ta_kernel_sma = {sma_size, sma_init, sma_push, sma_batch};

/* ---- ema ---- */

static void ema_start(struct ta_smooth *s, int32_t n, int32_t seed) {
    ta_smooth_init(s, 2.0 / (n + 1), seed == TA_SEED_FIRST ? 1 : n);
}

static size_t ema_size(const struct ta_spec *spec) {
    (void)spec;
    return TA_ROUND16(sizeof(struct ta_smooth));
}

static void ema_init(const struct ta_spec *spec, void *state) {
    ema_start(state, spec->n[0], spec->seed);
}

static void ema_push(void *state, const double *in, double *out) {
    out[0] = ta_smooth_first(state, in[0]);
}

static void ema_batch(const struct ta_spec *spec, const double *const *in, int64_t n,
                      double *const *out) {
    const double *x = in[0];
    double *to = out[0];
    struct ta_smooth s;
    ema_start(&s, spec->n[0], spec->seed);
    for (int64_t i = 0; i < n; i++)
        to[i] = ta_smooth_first(&s, x[i]);
}

const struct ta_kernel ta_kernel_ema = {ema_size, ema_init, ema_push, ema_batch};

/* ---- wma ---- */

/* Folds: a = sum of d, b = sum of d weighted 1, 2, ... from the oldest; d = x - base. */
static struct ta_pair wma_scan(const struct ta_window *w, const double *const *past, int64_t at,
                               int32_t count, struct ta_pair after, double *tail) {
    const double *x = past[0] + at;
    struct ta_pair fold = after;
    const int32_t block = w->block;
    for (int32_t j = count - 1; j >= 0; j--) {
        if (tail) {
            tail[j] = fold.a;
            tail[block + j] = fold.b;
        }
        fold.a += x[j] - w->base;
        fold.b += fold.a; /* one more in front: each weight grows by one */
    }
    return fold;
}

static inline double wma_take(struct ta_window *w, double x, const double *const *past,
                              int64_t at) {
    if (UNLIKELY(!ta_is_number(x))) {
        ta_window_restart(w);
        return NAN;
    }
    double d = x - w->base;
    double weighted = NAN;
    w->a += d;
    w->b += d * (w->pos + 1);
    if (LIKELY(w->full)) {
        struct ta_pair tail = ta_window_tail(w);
        weighted = tail.b + w->b + w->a * (w->n - 1 - w->pos);
    }
    if (UNLIKELY(++w->pos == w->turn)) {
        struct ta_pair all;
        if (ta_window_turn(w, past, at, x, wma_scan, &all))
            weighted = all.b; /* and w->base is now the base of that */
    }
    double n = w->n;
    return w->base + weighted / (n * (n + 1.0) / 2.0);
}

static void wma_init(const struct ta_spec *spec, void *state) {
    ta_window_init(state, spec->n[0], (struct ta_pair){0.0, 0.0});
}

static void wma_push(void *state, const double *in, double *out) {
    struct ta_window *w = state;
    double *ring = ta_window_ring(w, 0);
    const double *past = ring;
    ring[w->pos] = in[0];
    out[0] = wma_take(w, in[0], &past, ta_window_next(w));
}

static void wma_batch(const struct ta_spec *spec, const double *const *in, int64_t n,
                      double *const *out) {
    union ta_window_room room;
    wma_init(spec, &room.w);
    for (int64_t i = 0; i < n; i++)
        out[0][i] = wma_take(&room.w, in[0][i], in, i + 1 - spec->n[0]);
}

const struct ta_kernel ta_kernel_wma = {sma_size, wma_init, wma_push, wma_batch};

/* ---- macd ---- */

struct macd {
    struct ta_smooth fast, slow, signal;
};

static inline void macd_take(struct macd *m, double x, double *line, double *signal, double *hist) {
    double fast = ta_smooth_first(&m->fast, x);
    double slow = ta_smooth_first(&m->slow, x);
    *line = fast - slow;
    *signal = m->fast.left || m->slow.left ? NAN : ta_smooth_take(&m->signal, *line);
    *hist = *line - *signal;
}

static size_t macd_size(const struct ta_spec *spec) {
    (void)spec;
    return TA_ROUND16(sizeof(struct macd));
}

static void macd_init(const struct ta_spec *spec, void *state) {
    struct macd *m = state;
    ema_start(&m->fast, spec->n[0], spec->seed);
    ema_start(&m->slow, spec->n[1], spec->seed);
    ema_start(&m->signal, spec->n[2], spec->seed);
}

static void macd_push(void *state, const double *in, double *out) {
    macd_take(state, in[0], &out[0], &out[1], &out[2]);
}

static void macd_batch(const struct ta_spec *spec, const double *const *in, int64_t n,
                       double *const *out) {
    struct macd m;
    macd_init(spec, &m);
    for (int64_t i = 0; i < n; i++)
        macd_take(&m, in[0][i], &out[0][i], &out[1][i], &out[2][i]);
}

const struct ta_kernel ta_kernel_macd = {macd_size, macd_init, macd_push, macd_batch};
