/*
 * report/account_series.h - an account over time, as columns: one row an instant, times ascending.
 *
 * Two records of one time are one row: the later one's equity (a run that closes its positions at
 * the end records the last instant twice), the extremes of both, the larger exposure.
 */
#ifndef REPORT_ACCOUNT_SERIES_H
#define REPORT_ACCOUNT_SERIES_H

#include <stdint.h>

#include "base/err.h"

#define SERIES_ROWS_MAX 100000000

struct account_series {
    int64_t *time;
    double *equity, *low, *high, *gross;
    int64_t count, cap;
};

struct account_row {
    int64_t time;
    double equity, low, high, gross;
};

void account_series_init(struct account_series *series);
void account_series_fini(struct account_series *series);
/* ERR_FORMAT when time goes back or a number is not finite (or over 1e100), ERR_LIMIT over
 * SERIES_ROWS_MAX. */
int account_series_add(struct account_series *series, const struct account_row *row,
                       struct err *err) NODISCARD;
/* The sum of several accounts: a row at each of their times, an account counting with its `initial`
 * before its first row and with its last row afterwards. Extremes are added up, as if all had been
 * there at once: bounds. *ret is initialised here. */
void account_series_sum(const struct account_series *parts, const double *initial, int64_t count,
                        struct account_series *ret);

#endif
