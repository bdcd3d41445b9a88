/*
 * report/text_why.h - why a run has no trades, and what to change: one sentence or three.
 */
#ifndef REPORT_TEXT_WHY_H
#define REPORT_TEXT_WHY_H

#include "base/str.h"
#include "report/report.h"

/* Appends it, without newline; nothing when there are trades, or when the run is not whole: then
 * that is the reason. */
void text_why_sentence(const struct report *report, struct str *str);

#endif
