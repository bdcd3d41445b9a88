/*
 * report/picture.h - equity and drawdown as a picture of Unicode blocks, as wide as the terminal;
 * and a long series made short with its extremes kept.
 */
#ifndef REPORT_PICTURE_H
#define REPORT_PICTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"
#include "report/account_series.h"

/* At most `max` rows (>= 2) of a series: the first and the last row stay, and of every bucket in
 * between the rows of its lowest low and its highest high, with their own times and values. ret
 * holds max rows; returns how many. The whole series when it fits. */
int64_t picture_downsample(const struct account_series *series, int64_t max,
                           struct account_row *ret);

/* Appends some `rows` lines of equity with an axis of money at the left and of time below, then two
 * lines of drawdown. initial: what the run began with. Nothing for a series of under two rows.
 * width >= 40. ascii: only characters of ASCII (a terminal without UTF-8). */
void picture_equity(const struct account_series *series, double initial, int width, int rows,
                    bool ascii, struct str *str);
/* Lowest and highest equity; a second series makes it wider. */
struct picture_range {
    double bottom, top;
    bool has_any; /* false: zeroed, of nothing yet */
};
void picture_range_add(const struct account_series *series, struct picture_range *range);
/* One line, `width` characters: for lists and for two runs under each other, which then have one
 * range. NULL: its own, from the lowest to the highest that is drawn. */
void picture_line(const struct account_series *series, const struct picture_range *range, int width,
                  bool ascii, struct str *str);

#endif
