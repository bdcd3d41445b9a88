/*
 * The recursive mean: prev + (x - prev) * alpha, seeded with the mean of the first inputs. With
 * alpha = 2/(n+1) it is the EMA, with 1/n the mean of Wilder. Private to ta/.
 *
 * Once seeded nothing is tested: NaN stays by the arithmetic itself.
 */
#ifndef QS_TA_SMOOTH_H
#define QS_TA_SMOOTH_H

#include <stdint.h>

#include "ta/acc.h"

struct ta_smooth {
    double value, alpha;
    int32_t left; /* inputs that the seed still wants */
    int32_t seed_n;
    struct ta_acc seed;
};

static inline void ta_smooth_init(struct ta_smooth *s, double alpha, int32_t seed_n) {
    *s = (struct ta_smooth){.value = NAN, .alpha = alpha, .left = seed_n, .seed_n = seed_n};
}

static inline void ta_wilder_init(struct ta_smooth *s, int32_t n) { ta_smooth_init(s, 1.0 / n, n); }

/* The cold half: an input of the seed. */
static inline double ta_smooth_seed(struct ta_smooth *s, double x) {
    ta_acc_add(&s->seed, ta_is_number(x) ? x : NAN);
    if (--s->left == 0)
        s->value = ta_acc_value(&s->seed) / s->seed_n;
    return s->value;
}

/* Takes any input; NaN until seeded. */
static inline double ta_smooth_take(struct ta_smooth *s, double x) {
    if (UNLIKELY(s->left))
        return ta_smooth_seed(s, x);
    s->value += (x - s->value) * s->alpha;
    return s->value;
}

/* The same for the first in a chain, which skips what comes before the first number. */
static inline double ta_smooth_first(struct ta_smooth *s, double x) {
    if (UNLIKELY(s->left))
        return s->left == s->seed_n && !ta_is_number(x) ? NAN : ta_smooth_seed(s, x);
    s->value += (x - s->value) * s->alpha;
    return s->value;
}

#endif
