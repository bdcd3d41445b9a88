/*
 * The smallest parts of the kernels: what counts as a number, and a compensated sum.
 *
 * Private to ta/. The limit of 1e150 keeps squares and price times volume finite, so that a window
 * is as good as new once an absurd value has left it.
 */
#ifndef QS_TA_ACC_H
#define QS_TA_ACC_H

#include <math.h>

#include "base/check.h"

#define TA_NUMBER_LIMIT 1e150

/* False for NaN and infinities too: no comparison with NaN holds. */
static inline int ta_is_number(double x) { return x > -TA_NUMBER_LIMIT && x < TA_NUMBER_LIMIT; }

/* Adds x to sum; what rounding takes from it goes to lost (two-sum of Knuth, after Neumaier). */
static inline void ta_add(double *sum, double *lost, double x) {
    double before = *sum;
    double after = before + x;
    double part = after - before;
    *lost += (before - (after - part)) + (x - part);
    *sum = after;
}

/* A sum with what it lost. */
struct ta_acc {
    double sum, lost;
};

static inline void ta_acc_add(struct ta_acc *a, double x) { ta_add(&a->sum, &a->lost, x); }

static inline double ta_acc_value(const struct ta_acc *a) { return a->sum + a->lost; }

#endif
