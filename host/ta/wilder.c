/* Wilder's indicators: rsi, atr, adx. Comparisons drop a NaN, so each input is tested and a bad one
 * poisons the means by hand. */
#include "ta/kernel.h"
#include "ta/smooth.h"

static inline double larger(double a, double b) { return a > b ? a : b; }

static inline double smaller(double a, double b) { return a < b ? a : b; }

/* ---- rsi ---- */

struct rsi {
    struct ta_smooth gain, loss;
    double prev;
    int32_t started;
};

static inline double rsi_take(struct rsi *r, double x) {
    int number = ta_is_number(x);
    if (UNLIKELY(!r->started)) {
        r->started = number;
        r->prev = x;
        return NAN;
    }
    double change = x - r->prev;
    double up = change > 0.0 ? change : 0.0;
    double down = change < 0.0 ? -change : 0.0;
    r->prev = x;
    double gain = ta_smooth_take(&r->gain, LIKELY(number) ? up : NAN);
    double loss = ta_smooth_take(&r->loss, LIKELY(number) ? down : NAN);
    double both = gain + loss;
    return both == 0.0 ? 50.0 : 100.0 * (gain / both);
}

static size_t rsi_size(const struct ta_spec *spec) {
    (void)spec;
    return TA_ROUND16(sizeof(struct rsi));
}

static void rsi_init(const struct ta_spec *spec, void *state) {
    struct rsi *r = state;
    *r = (struct rsi){.started = 0};
    ta_wilder_init(&r->gain, spec->n[0]);
    ta_wilder_init(&r->loss, spec->n[0]);
}

static void rsi_push(void *state, const double *in, double *out) {
    out[0] = rsi_take(state, in[0]);
}

static void rsi_batch(const struct ta_spec *spec, const double *const *in, int64_t n,
                      double *const *out) {
    struct rsi r;
    rsi_init(spec, &r);
    for (int64_t i = 0; i < n; i++)
        out[0][i] = rsi_take(&r, in[0][i]);
}

const struct ta_kernel ta_kernel_rsi = {rsi_size, rsi_init, rsi_push, rsi_batch};

/* ---- atr ---- */

struct atr {
    struct ta_smooth range;
    double close; /* of the previous bar */
    int32_t started;
};

static inline int is_bar(double high, double low, double close) {
    return ta_is_number(high) && ta_is_number(low) && ta_is_number(close);
}

static inline double true_range(double high, double low, double prev_close) {
    return larger(high, prev_close) - smaller(low, prev_close);
}

static inline double atr_take(struct atr *a, double high, double low, double close) {
    int bar = is_bar(high, low, close);
    if (UNLIKELY(!a->started)) {
        a->started = bar;
        a->close = close;
        return NAN;
    }
    double range = LIKELY(bar) ? true_range(high, low, a->close) : NAN;
    a->close = close;
    return ta_smooth_take(&a->range, range);
}

static size_t atr_size(const struct ta_spec *spec) {
    (void)spec;
    return TA_ROUND16(sizeof(struct atr));
}

static void atr_init(const struct ta_spec *spec, void *state) {
    struct atr *a = state;
    *a = (struct atr){.started = 0};
    ta_wilder_init(&a->range, spec->n[0]);
}

static void atr_push(void *state, const double *in, double *out) {
    out[0] = atr_take(state, in[TA_HIGH], in[TA_LOW], in[TA_CLOSE]);
}

static void atr_batch(const struct ta_spec *spec, const double *const *in, int64_t n,
                      double *const *out) {
    struct atr a;
    atr_init(spec, &a);
    for (int64_t i = 0; i < n; i++)
        out[0][i] = atr_take(&a, in[TA_HIGH][i], in[TA_LOW][i], in[TA_CLOSE][i]);
}

const struct ta_kernel ta_kernel_atr = {atr_size, atr_init, atr_push, atr_batch};

/* ---- adx ---- */

struct adx {
    struct ta_smooth range, plus, minus, dx;
    double high, low, close; /* of the previous bar */
    int32_t started;
};

/* A directional indicator: where nothing ever moved, 0. */
static inline double directional(double movement, double range) {
    return range == 0.0 ? 0.0 : 100.0 * (movement / range);
}

static inline void adx_move(struct adx *a, double high, double low, double close) {
    double up = high - a->high;
    double down = a->low - low;
    double plus = up > down && up > 0.0 ? up : 0.0;
    double minus = down > up && down > 0.0 ? down : 0.0;
    double range = true_range(high, low, a->close);
    if (UNLIKELY(!is_bar(high, low, close)))
        range = NAN; /* enough: all three outputs are made of the mean range */
    ta_smooth_take(&a->range, range);
    ta_smooth_take(&a->plus, plus);
    ta_smooth_take(&a->minus, minus);
}

static inline void adx_take(struct adx *a, double high, double low, double close, double *adx,
                            double *pdi, double *mdi) {
    *adx = *pdi = *mdi = NAN;
    if (LIKELY(a->started))
        adx_move(a, high, low, close);
    else
        a->started = is_bar(high, low, close);
    a->high = high;
    a->low = low;
    a->close = close;
    if (UNLIKELY(a->range.left))
        return;
    *pdi = directional(a->plus.value, a->range.value);
    *mdi = directional(a->minus.value, a->range.value);
    double sum = *pdi + *mdi;
    double apart = larger(*pdi, *mdi) - smaller(*pdi, *mdi);
    *adx = ta_smooth_take(&a->dx, sum == 0.0 ? 0.0 : 100.0 * (apart / sum));
}

static size_t adx_size(const struct ta_spec *spec) {
    (void)spec;
    return TA_ROUND16(sizeof(struct adx));
}

static void adx_init(const struct ta_spec *spec, void *state) {
    struct adx *a = state;
    *a = (struct adx){.started = 0};
    ta_wilder_init(&a->range, spec->n[0]);
    ta_wilder_init(&a->plus, spec->n[0]);
    ta_wilder_init(&a->minus, spec->n[0]);
    ta_wilder_init(&a->dx, spec->n[0]);
}

static void adx_push(void *state, const double *in, double *out) {
    adx_take(state, in[TA_HIGH], in[TA_LOW], in[TA_CLOSE], &out[0], &out[1], &out[2]);
}

static void adx_batch(const struct ta_spec *spec, const double *const *in, int64_t n,
                      double *const *out) {
    struct adx a;
    adx_init(spec, &a);
    for (int64_t i = 0; i < n; i++)
        adx_take(&a, in[TA_HIGH][i], in[TA_LOW][i], in[TA_CLOSE][i], &out[0][i], &out[1][i],
                 &out[2][i]);
}

const struct ta_kernel ta_kernel_adx = {adx_size, adx_init, adx_push, adx_batch};
