/*
 * report/progress_text.h - how far a long run is, as one line.
 *
 *   1,250,000 of 10,000,000 bars  12 %  3.1 M bars/s  2.8 s left  ▕███▏                  ▏
 *
 * Pure: the caller says how much time has passed and decides where, when and whether to print. What
 * is not known yet is left out, and so is what a narrow line has no room for.
 */
#ifndef REPORT_PROGRESS_TEXT_H
#define REPORT_PROGRESS_TEXT_H

#include <stdint.h>

#include "base/str.h"

/* Bars a second, smoothed over some 2 s, so that the time left does not jump. Begins zeroed. */
struct progress_rate {
    int64_t done;
    double seconds; /* when that was */
    double rate;    /* 0: unknown */
};

/* Appends the line, without newline, at most `width` characters. total: 0 where nobody knows.
 * seconds: since the run began; neither it nor done goes back, or the rate begins anew. */
void progress_text(struct progress_rate *rate, int64_t done, int64_t total, double seconds,
                   int width, struct str *str);

#endif
