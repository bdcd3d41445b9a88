/*
 * report/text.h - a run's result for people, as wide as the terminal.
 *
 * Says what ran on what, why there were no trades when there were none and what to do about it,
 * shows equity and drawdown, the metrics in groups (a missing one with its reason), trades, what
 * was refused, what is still held, what the strategy said, which settings are not the default and
 * which of all flatter ("optimistic"), and the hashes. Not for machines: report/result_json.h.
 * Coloured or not, the characters are the same.
 */
#ifndef REPORT_TEXT_H
#define REPORT_TEXT_H

#include <stdbool.h>

#include "base/str.h"
#include "report/report.h"

#define REPORT_WIDTH 80 /* where nobody knows better */

struct report_style {
    int width;   /* columns; under 40 counts as 40 */
    bool colour; /* ANSI colours: the caller knows whether this is a terminal, and NO_COLOR */
    bool ascii;  /* the picture in ASCII */
};

/* Appends it. */
void report_text(const struct report *report, const struct report_style *style, struct str *str);

#endif
