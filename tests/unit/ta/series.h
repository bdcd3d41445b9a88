/*
 * What the tests of ta/ share: random bars from a seed, and a spec run as a stream or as a batch.
 * Values are compared with references that each test writes itself, never with another kernel.
 */
#ifndef QS_TESTS_TA_SERIES_H
#define QS_TESTS_TA_SERIES_H

#include <criterion/criterion.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "ta/ta.h"

/* Columns of bars: open high low close volume. Value kinds are fed the closes. */
struct series {
    int64_t n;
    double *col[TA_FIELD_COUNT];
};

struct outputs {
    double *out[TA_OUT_MAX];
};

static inline double *column_new(int64_t n) {
    double *column = malloc((size_t)(n > 0 ? n : 1) * sizeof(double));
    cr_assert(column != NULL);
    return column;
}

static inline void series_init(struct series *s, int64_t n) {
    s->n = n;
    for (int f = 0; f < TA_FIELD_COUNT; f++)
        s->col[f] = column_new(n);
}

static inline void series_fini(struct series *s) {
    for (int f = 0; f < TA_FIELD_COUNT; f++)
        free(s->col[f]);
}

/* SplitMix64: the same numbers everywhere. */
static inline uint64_t random_u64(uint64_t *state) {
    uint64_t z = (*state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

/* Uniform in [0, 1). */
static inline double random_unit(uint64_t *state) {
    return (double)(random_u64(state) >> 11) * 0x1p-53;
}

/* Bars that wander between 50 and 150, volumes with fractions, one bar in eight untraded. */
static inline void series_random(struct series *s, int64_t n, uint64_t seed) {
    series_init(s, n);
    double price = 100.0;
    for (int64_t i = 0; i < n; i++) {
        double open = price;
        price += 2.0 * random_unit(&seed) - 1.0;
        price = price < 50.0 ? 50.0 : price > 150.0 ? 150.0 : price;
        s->col[TA_OPEN][i] = open;
        s->col[TA_HIGH][i] = fmax(open, price) + random_unit(&seed);
        s->col[TA_LOW][i] = fmin(open, price) - random_unit(&seed);
        s->col[TA_CLOSE][i] = price;
        s->col[TA_VOLUME][i] = random_u64(&seed) % 8 ? 1000.0 * random_unit(&seed) : 0.0;
    }
}

static inline void outputs_init(struct outputs *o, int64_t n) {
    for (int j = 0; j < TA_OUT_MAX; j++)
        o->out[j] = column_new(n);
}

static inline void outputs_fini(struct outputs *o) {
    for (int j = 0; j < TA_OUT_MAX; j++)
        free(o->out[j]);
}

/* in[] as ta_batch() wants it. */
static inline void series_inputs(const struct series *s, int32_t kind, const double *in[]) {
    for (int f = 0; f < TA_FIELD_COUNT; f++)
        in[f] = s->col[f];
    if (ta_info(kind)->input == TA_IN_VALUE)
        in[0] = s->col[TA_CLOSE];
}

static inline void *state_new(const struct ta_spec *spec) {
    size_t bytes = ta_state_size(spec);
    cr_assert(bytes > 0 && bytes % 16 == 0);
    void *state = aligned_alloc(16, bytes);
    cr_assert(state != NULL);
    memset(state, 0xa5, bytes); /* a kernel that reads what it did not write shows */
    ta_init(spec, state);
    return state;
}

static inline void run_stream(const struct ta_spec *spec, const struct series *s,
                              struct outputs *o) {
    const double *in[TA_FIELD_COUNT];
    series_inputs(s, spec->kind, in);
    void *state = state_new(spec);
    ta_push_fn push = ta_push(spec->kind);
    for (int64_t i = 0; i < s->n; i++) {
        double bar[TA_FIELD_COUNT], out[TA_OUT_MAX];
        for (int f = 0; f < TA_FIELD_COUNT; f++)
            bar[f] = in[f][i];
        push(state, bar, out);
        for (int j = 0; j < ta_info(spec->kind)->out_count; j++)
            o->out[j][i] = out[j];
    }
    free(state);
}

static inline void run_batch(const struct ta_spec *spec, const struct series *s,
                             struct outputs *o) {
    const double *in[TA_FIELD_COUNT];
    series_inputs(s, spec->kind, in);
    ta_batch(spec, in, s->n, o->out);
}

/* The stream of `closes`, one output: for values worked out by hand. */
static inline void run_values(struct ta_spec spec, const double *closes, int64_t n, int out,
                              double *ret) {
    void *state = state_new(&spec);
    for (int64_t i = 0; i < n; i++) {
        double all[TA_OUT_MAX];
        ta_push(spec.kind)(state, &closes[i], all);
        ret[i] = all[out];
    }
    free(state);
}

/* Equal bits, where one NaN is as good as another. */
static inline int same_bits(double a, double b) {
    return memcmp(&a, &b, sizeof a) == 0 || (isnan(a) && isnan(b));
}

/* Both undefined, or within `rel` of the larger of the reference and `scale`. */
static inline int is_near(double value, double reference, double rel, double scale) {
    if (isnan(reference) || isnan(value))
        return isnan(reference) && isnan(value);
    return fabs(value - reference) <= rel * fmax(fabs(reference), scale);
}

#define ASSERT_NEAR(value, reference, rel, scale, ...)                                             \
    do {                                                                                           \
        double value_ = (value), reference_ = (reference);                                         \
        if (!is_near(value_, reference_, (rel), (scale))) {                                        \
            char where_[200];                                                                      \
            snprintf(where_, sizeof where_, __VA_ARGS__);                                          \
            cr_assert_fail("%s: %.17g, expected %.17g", where_, value_, reference_);               \
        }                                                                                          \
    } while (0)

#define ASSERT_COLUMN(value, ...)                                                                  \
    do {                                                                                           \
        const double expected_[] = {__VA_ARGS__};                                                  \
        for (size_t i_ = 0; i_ < sizeof expected_ / sizeof expected_[0]; i_++)                     \
            ASSERT_NEAR((value)[i_], expected_[i_], 1e-14, 0.0, "%s at %zu", #value, i_);          \
    } while (0)

#endif
