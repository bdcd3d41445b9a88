/*
 * The spread of the last n values: stddev, bbands. Population: divided by n.
 *
 * Squares are taken of the distance to a value inside the window (the window's base), so a price of
 * a thousand million costs no digits; and the sums are compensated, so that a base which happens to
 * be the one far-off value of a long window costs none either.
 */
#include "ta/kernel.h"
#include "ta/sum.h"

/* Folds: a = sum of d, b = sum of d squared, d = x - base. */
static struct ta_pair spread_scan(const struct ta_window *w, const double *const *past, int64_t at,
                                  int32_t count, struct ta_pair after, double *tail) {
    const double *x = past[0] + at;
    const int32_t block = w->block;
    struct ta_acc sum = {after.a, 0.0};
    struct ta_acc squares = {after.b, 0.0};
    for (int32_t j = count - 1; j >= 0; j--) {
        if (tail) {
            tail[j] = ta_acc_value(&sum);
            tail[block + j] = ta_acc_value(&squares);
        }
        double d = x[j] - w->base;
        ta_acc_add(&sum, d);
        ta_acc_add(&squares, d * d);
    }
    return (struct ta_pair){ta_acc_value(&sum), ta_acc_value(&squares)};
}

static inline double spread_take(struct ta_window *w, double x, const double *const *past,
                                 int64_t at) {
    if (UNLIKELY(!ta_is_number(x))) {
        ta_window_restart(w);
        return NAN;
    }
    double d = x - w->base;
    struct ta_pair all = {NAN, NAN};
    ta_add(&w->a, &w->a_lost, d);
    ta_add(&w->b, &w->b_lost, d * d);
    if (LIKELY(w->full)) {
        struct ta_pair tail = ta_window_tail(w);
        all.a = w->a + tail.a + w->a_lost;
        all.b = w->b + tail.b + w->b_lost;
    }
    if (UNLIKELY(++w->pos == w->turn))
        ta_window_turn(w, past, at, x, spread_scan, &all);
    double variance = (all.b - all.a * (all.a / w->n)) / w->n;
    return variance < 0.0 ? 0.0 : sqrt(variance);
}

static inline double spread_push(struct ta_window *w, double x) {
    double *ring = ta_window_ring(w, 0);
    const double *past = ring;
    ring[w->pos] = x;
    return spread_take(w, x, &past, ta_window_next(w));
}

static void spread_init(struct ta_window *w, int32_t n) {
    ta_window_init(w, n, (struct ta_pair){0.0, 0.0});
}

static void spread_batch(int32_t period, const double *x, int64_t n, double *out) {
    union ta_window_room room;
    spread_init(&room.w, period);
    for (int64_t i = 0; i < n; i++)
        out[i] = spread_take(&room.w, x[i], &x, i + 1 - period);
}

/* ---- stddev ---- */

static size_t stddev_size(const struct ta_spec *spec) { return ta_window_size(spec->n[0], 1); }

static void stddev_init(const struct ta_spec *spec, void *state) { spread_init(state, spec->n[0]); }

static void stddev_push(void *state, const double *in, double *out) {
    out[0] = spread_push(state, in[0]);
}

static void stddev_batch(const struct ta_spec *spec, const double *const *in, int64_t n,
                         double *const *out) {
    spread_batch(spec->n[0], in[0], n, out[0]);
}

const struct ta_kernel ta_kernel_stddev = {stddev_size, stddev_init, stddev_push, stddev_batch};

/* ---- bbands: a mean and a spread side by side, each with its ring ---- */

struct bands {
    double k;
    size_t spread_at; /* bytes from here to the second window */
};

static struct ta_window *bands_mean(struct bands *b) { return (struct ta_window *)(b + 1); }

static struct ta_window *bands_spread(struct bands *b) {
    return (struct ta_window *)((char *)b + b->spread_at);
}

static size_t bands_size(const struct ta_spec *spec) {
    return sizeof(struct bands) + ta_sum_size(spec->n[0]) + stddev_size(spec);
}

static void bands_init(const struct ta_spec *spec, void *state) {
    struct bands *b = state;
    b->k = spec->k;
    b->spread_at = sizeof(struct bands) + ta_sum_size(spec->n[0]);
    ta_sum_init(bands_mean(b), spec->n[0]);
    spread_init(bands_spread(b), spec->n[0]);
}

static void bands_push(void *state, const double *in, double *out) {
    struct bands *b = state;
    double mid = ta_sum_push(bands_mean(b), in[0]);
    double wide = b->k * spread_push(bands_spread(b), in[0]);
    out[0] = mid;
    out[1] = mid + wide;
    out[2] = mid - wide;
}

static void bands_batch(const struct ta_spec *spec, const double *const *in, int64_t n,
                        double *const *out) {
    ta_sum_batch(spec->n[0], in[0], n, out[0]);
    spread_batch(spec->n[0], in[0], n, out[1]);
    for (int64_t i = 0; i < n; i++) {
        double wide = spec->k * out[1][i];
        out[1][i] = out[0][i] + wide;
        out[2][i] = out[0][i] - wide;
    }
}

const struct ta_kernel ta_kernel_bbands = {bands_size, bands_init, bands_push, bands_batch};

_Static_assert(sizeof(struct bands) % 16 == 0, "the windows behind it keep their alignment");
