/*
 * report/text.h - a run's result for people: plain text, no colour, as wide as the terminal.
 *
 * Says what ran on what, the metrics in groups (a missing one with its reason), why there were no
 * trades when there were none, what was refused, what is still held, which settings are not the
 * default and which of all flatter ("optimistic"), and the hashes.
 */
#ifndef REPORT_TEXT_H
#define REPORT_TEXT_H

#include "base/str.h"
#include "report/report.h"

#define REPORT_WIDTH 80 /* where nobody knows better */

/* Appends it. width: columns of the terminal; under 40 counts as 40. */
void report_text(const struct report *report, int width, struct str *str);

#endif
