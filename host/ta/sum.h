/*
 * The sum of the last n values, as good as rounded once: sma, volume_sma, the middle band, %D.
 * Ties between two means of decimal prices therefore stay ties. Private to ta/.
 */
#ifndef QS_TA_SUM_H
#define QS_TA_SUM_H

#include "ta/window.h"

/* The scan of a sum: a is the sum, b what it lost. Reads past[0]. */
struct ta_pair ta_sum_scan(const struct ta_window *w, const double *const *past, int64_t at,
                           int32_t count, struct ta_pair after, double *tail);

static inline void ta_sum_init(struct ta_window *w, int32_t n) {
    ta_window_init(w, n, (struct ta_pair){0.0, 0.0});
}

static inline size_t ta_sum_size(int32_t n) { return ta_window_size(n, 1); }

/* Takes x and returns the mean of the last n; past and at as in ta_window_turn(). */
static inline double ta_sum_take(struct ta_window *w, double x, const double *const *past,
                                 int64_t at) {
    if (UNLIKELY(!ta_is_number(x))) {
        ta_window_restart(w);
        return NAN;
    }
    double total = NAN;
    ta_add(&w->a, &w->a_lost, x);
    if (LIKELY(w->full)) {
        struct ta_pair tail = ta_window_tail(w);
        double sum = w->a;
        double lost = w->a_lost + tail.b;
        ta_add(&sum, &lost, tail.a);
        total = sum + lost;
    }
    if (UNLIKELY(++w->pos == w->turn)) {
        struct ta_pair all;
        if (ta_window_turn(w, past, at, 0.0, ta_sum_scan, &all))
            total = all.a + all.b;
    }
    return total / w->n;
}

/* ta_sum_take() of a stream: the window has its ring. */
static inline double ta_sum_push(struct ta_window *w, double x) {
    double *ring = ta_window_ring(w, 0);
    const double *past = ring;
    ring[w->pos] = x;
    return ta_sum_take(w, x, &past, ta_window_next(w));
}

/* The means of a column; out may not overlap x. */
void ta_sum_batch(int32_t period, const double *x, int64_t n, double *out);

#endif
