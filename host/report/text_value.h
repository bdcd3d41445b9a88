/*
 * report/text_value.h - numbers as people read them: money with thousands, fractions as percent,
 * spans in their largest unit. For terminals only: files and JSON get the exact numbers.
 */
#ifndef REPORT_TEXT_VALUE_H
#define REPORT_TEXT_VALUE_H

#include <stddef.h>
#include <stdint.h>

#include "base/str.h"
#include "report/metrics.h"

/* "1,234,567.89"; from 1e15 on "1.23e+15". */
void text_money(char *buffer, size_t cap, double value);
/* Appends "5,105". */
void text_count(struct str *str, int64_t count);
/* "45 s", "3.2 h", "12.5 d". */
void text_span(char *buffer, size_t cap, double seconds);
/* "12.35 %", "1.23", or "- (no trades)". */
void text_metric(char *buffer, size_t cap, const struct metric *metric);
/* "2013-03-01" at midnight, else "2013-03-01T14:30:00Z". cap at least TIME_ISO_MAX. */
void text_time(char *buffer, size_t cap, int64_t time);
/* The same of a bar's close: the bar of a day or more is called by its own (last) day, which at its
 * close at midnight is over. timeframe: ns, of the shortest bars that close there; 0: unknown, the
 * time as it is. */
void text_bar_time(char *buffer, size_t cap, int64_t time, int64_t timeframe);
/* The same of a fill: what is known at its own time came at a close or within the bar that ended
 * there, all else at an open, which the bar's day is named by. */
void text_fill_time(char *buffer, size_t cap, int64_t time, int64_t known, int64_t timeframe);
/* "2000-01-03 to 2020-04-17": from the first bar's open to the last one's close. cap at least
 * TEXT_SPAN_MAX. */
#define TEXT_SPAN_MAX 88
void text_bars_span(char *buffer, size_t cap, int64_t first_open, int64_t last_close,
                    int64_t timeframe);

#endif
