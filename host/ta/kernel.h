/*
 * What each kind hands to ta.c: one table of functions per kind, in the file of its family.
 * Private to ta/. Every spec that arrives here has passed ta_check().
 */
#ifndef QS_TA_KERNEL_H
#define QS_TA_KERNEL_H

#include "ta/ta.h"

struct ta_kernel {
    size_t (*size)(const struct ta_spec *spec); /* a multiple of 16 */
    void (*init)(const struct ta_spec *spec, void *state);
    ta_push_fn push;
    void (*batch)(const struct ta_spec *spec, const double *const *in, int64_t n,
                  double *const *out);
};

extern const struct ta_kernel ta_kernel_sma, ta_kernel_ema, ta_kernel_wma,
    ta_kernel_macd;                                                        /* moving */
extern const struct ta_kernel ta_kernel_rsi, ta_kernel_atr, ta_kernel_adx; /* wilder */
extern const struct ta_kernel ta_kernel_stddev, ta_kernel_bbands;          /* bands */
extern const struct ta_kernel ta_kernel_highest, ta_kernel_lowest, ta_kernel_stochastic; /* range */
extern const struct ta_kernel ta_kernel_roc;                                             /* range */
extern const struct ta_kernel ta_kernel_obv, ta_kernel_volume_sma, ta_kernel_vwap; /* volume */

/* sizeof as a size of state. */
#define TA_ROUND16(bytes) (((bytes) + 15) / 16 * 16)

#endif
