/*
 * report/text_value.h - numbers as people read them: money with thousands, fractions as percent,
 * spans in their largest unit. For terminals only: files and JSON get the exact numbers.
 */
#ifndef REPORT_TEXT_VALUE_H
#define REPORT_TEXT_VALUE_H

#include <stddef.h>
#include <stdint.h>

#include "report/metrics.h"

/* "1,234,567.89"; from 1e15 on "1.23e+15". */
void text_money(char *buffer, size_t cap, double value);
/* "45 s", "3.2 h", "12.5 d". */
void text_span(char *buffer, size_t cap, double seconds);
/* "12.35 %", "1.23", or "- (no trades)". */
void text_metric(char *buffer, size_t cap, const struct metric *metric);
/* "2013-03-01" at midnight, else "2013-03-01T14:30:00Z". cap at least TIME_ISO_MAX. */
void text_time(char *buffer, size_t cap, int64_t time);

#endif
