/* The last n values and bars compared: highest, lowest, stochastic, roc. */
#include "ta/kernel.h"
#include "ta/sum.h"

/* Folds: a = the largest, b = the smallest. Of equal values the one met first stays (0.0 and -0.0).
 */
static inline struct ta_pair range_fold(struct ta_pair fold, double high, double low) {
    return (struct ta_pair){high > fold.a ? high : fold.a, low < fold.b ? low : fold.b};
}

static inline struct ta_pair range_scan_of(const struct ta_window *w, const double *high,
                                           const double *low, int32_t count, struct ta_pair after,
                                           double *tail) {
    struct ta_pair fold = after;
    const int32_t block = w->block;
    for (int32_t j = count - 1; j >= 0; j--) {
        if (tail) {
            tail[j] = fold.a;
            tail[block + j] = fold.b;
        }
        fold = range_fold(fold, high[j], low[j]);
    }
    return fold;
}

static struct ta_pair value_scan(const struct ta_window *w, const double *const *past, int64_t at,
                                 int32_t count, struct ta_pair after, double *tail) {
    return range_scan_of(w, past[0] + at, past[0] + at, count, after, tail);
}

static struct ta_pair bar_scan(const struct ta_window *w, const double *const *past, int64_t at,
                               int32_t count, struct ta_pair after, double *tail) {
    return range_scan_of(w, past[TA_HIGH] + at, past[TA_LOW] + at, count, after, tail);
}

static void range_init(struct ta_window *w, int32_t n) {
    ta_window_init(w, n, (struct ta_pair){-INFINITY, INFINITY});
}

static const struct ta_pair range_unknown = {NAN, NAN};

/* Takes two numbers: the range of the last n, or NaN before there are n. */
static inline struct ta_pair range_take(struct ta_window *w, double high, double low,
                                        const double *const *past, int64_t at, ta_scan_fn scan) {
    struct ta_pair head = range_fold((struct ta_pair){w->a, w->b}, high, low);
    struct ta_pair all = range_unknown;
    w->a = head.a;
    w->b = head.b;
    if (LIKELY(w->full)) {
        struct ta_pair tail = ta_window_tail(w);
        all = range_fold(tail, head.a, head.b);
    }
    if (UNLIKELY(++w->pos == w->turn))
        ta_window_turn(w, past, at, 0.0, scan, &all);
    return all;
}

/* ---- highest, lowest ---- */

static inline struct ta_pair value_take(struct ta_window *w, double x, const double *const *past,
                                        int64_t at) {
    if (UNLIKELY(!ta_is_number(x))) {
        ta_window_restart(w);
        return range_unknown;
    }
    return range_take(w, x, x, past, at, value_scan);
}

static inline struct ta_pair value_push(struct ta_window *w, double x) {
    double *ring = ta_window_ring(w, 0);
    const double *past = ring;
    ring[w->pos] = x;
    return value_take(w, x, &past, ta_window_next(w));
}

static size_t value_size(const struct ta_spec *spec) { return ta_window_size(spec->n[0], 1); }

static void value_init(const struct ta_spec *spec, void *state) { range_init(state, spec->n[0]); }

static void highest_push(void *state, const double *in, double *out) {
    out[0] = value_push(state, in[0]).a;
}

static void lowest_push(void *state, const double *in, double *out) {
    out[0] = value_push(state, in[0]).b;
}

static void highest_batch(const struct ta_spec *spec, const double *const *in, int64_t n,
                          double *const *out) {
    union ta_window_room room;
    range_init(&room.w, spec->n[0]);
    for (int64_t i = 0; i < n; i++)
        out[0][i] = value_take(&room.w, in[0][i], in, i + 1 - spec->n[0]).a;
}

static void lowest_batch(const struct ta_spec *spec, const double *const *in, int64_t n,
                         double *const *out) {
    union ta_window_room room;
    range_init(&room.w, spec->n[0]);
    for (int64_t i = 0; i < n; i++)
        out[0][i] = value_take(&room.w, in[0][i], in, i + 1 - spec->n[0]).b;
}

const struct ta_kernel ta_kernel_highest = {value_size, value_init, highest_push, highest_batch};
const struct ta_kernel ta_kernel_lowest = {value_size, value_init, lowest_push, lowest_batch};

/* ---- stochastic: a range of bars, a mean of %K, a mean of that ---- */

struct stochastic {
    size_t fast_at, slow_at; /* bytes from here to the windows of the two means */
};

static struct ta_window *stochastic_range(struct stochastic *s) {
    return (struct ta_window *)(s + 1);
}

static struct ta_window *stochastic_mean(struct stochastic *s, size_t at) {
    return (struct ta_window *)((char *)s + at);
}

static inline double stochastic_take(struct ta_window *w, double high, double low, double close,
                                     const double *const *past, int64_t at) {
    if (UNLIKELY(!(ta_is_number(high) && ta_is_number(low) && ta_is_number(close)))) {
        ta_window_restart(w);
        return NAN;
    }
    struct ta_pair range = range_take(w, high, low, past, at, bar_scan);
    double width = range.a - range.b;
    return width == 0.0 ? 0.0 : 100.0 * ((close - range.b) / width);
}

static size_t stochastic_size(const struct ta_spec *spec) {
    return sizeof(struct stochastic) + ta_window_size(spec->n[0], 2) + ta_sum_size(spec->n[1]) +
           ta_sum_size(spec->n[2]);
}

static void stochastic_init(const struct ta_spec *spec, void *state) {
    struct stochastic *s = state;
    s->fast_at = sizeof(struct stochastic) + ta_window_size(spec->n[0], 2);
    s->slow_at = s->fast_at + ta_sum_size(spec->n[1]);
    range_init(stochastic_range(s), spec->n[0]);
    ta_sum_init(stochastic_mean(s, s->fast_at), spec->n[1]);
    ta_sum_init(stochastic_mean(s, s->slow_at), spec->n[2]);
}

static void stochastic_push(void *state, const double *in, double *out) {
    struct stochastic *s = state;
    struct ta_window *w = stochastic_range(s);
    double *highs = ta_window_ring(w, 0);
    double *lows = ta_window_ring(w, 1);
    const double *past[TA_FIELD_COUNT] = {[TA_HIGH] = highs, [TA_LOW] = lows};
    highs[w->pos] = in[TA_HIGH];
    lows[w->pos] = in[TA_LOW];
    out[0] = stochastic_take(w, in[TA_HIGH], in[TA_LOW], in[TA_CLOSE], past, ta_window_next(w));
    out[1] = ta_sum_push(stochastic_mean(s, s->fast_at), out[0]);
    out[2] = ta_sum_push(stochastic_mean(s, s->slow_at), out[1]);
}

static void stochastic_batch(const struct ta_spec *spec, const double *const *in, int64_t n,
                             double *const *out) {
    union ta_window_room room;
    range_init(&room.w, spec->n[0]);
    for (int64_t i = 0; i < n; i++)
        out[0][i] = stochastic_take(&room.w, in[TA_HIGH][i], in[TA_LOW][i], in[TA_CLOSE][i], in,
                                    i + 1 - spec->n[0]);
    ta_sum_batch(spec->n[1], out[0], n, out[1]);
    ta_sum_batch(spec->n[2], out[1], n, out[2]);
}

const struct ta_kernel ta_kernel_stochastic = {stochastic_size, stochastic_init, stochastic_push,
                                               stochastic_batch};

_Static_assert(sizeof(struct stochastic) % 16 == 0, "the windows behind it keep their alignment");

/* ---- roc: two values, n apart; what lies between does not count ---- */

struct roc {
    int32_t n, pos, full;
    double ring[];
};

static inline double change_percent(double now, double then) {
    return then == 0.0 ? NAN : 100.0 * (now / then - 1.0);
}

static inline double number_or_nan(double x) { return ta_is_number(x) ? x : NAN; }

static size_t roc_size(const struct ta_spec *spec) {
    return TA_ROUND16(sizeof(struct roc) + (size_t)spec->n[0] * sizeof(double));
}

static void roc_init(const struct ta_spec *spec, void *state) {
    struct roc *r = state;
    r->n = spec->n[0];
    r->pos = 0;
    r->full = 0;
}

static void roc_push(void *state, const double *in, double *out) {
    struct roc *r = state;
    double x = number_or_nan(in[0]);
    out[0] = r->full ? change_percent(x, r->ring[r->pos]) : NAN;
    r->ring[r->pos] = x;
    if (++r->pos == r->n) {
        r->pos = 0;
        r->full = 1;
    }
}

static void roc_batch(const struct ta_spec *spec, const double *const *in, int64_t n,
                      double *const *out) {
    const int32_t period = spec->n[0];
    const double *x = in[0];
    for (int64_t i = 0; i < n; i++)
        out[0][i] =
            i < period ? NAN : change_percent(number_or_nan(x[i]), number_or_nan(x[i - period]));
}

const struct ta_kernel ta_kernel_roc = {roc_size, roc_init, roc_push, roc_batch};
