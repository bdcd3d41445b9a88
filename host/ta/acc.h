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

/* A sum and what rounding took from it (two-sum of Knuth, after Kahan and Neumaier). */
struct ta_acc {
    double sum, comp;
};

static inline void ta_acc_add(struct ta_acc *a, double x) {
    double sum = a->sum + x;
    double part = sum - a->sum;
    a->comp += (a->sum - (sum - part)) + (x - part);
    a->sum = sum;
}

static inline double ta_acc_value(const struct ta_acc *a) { return a->sum + a->comp; }

#endif
