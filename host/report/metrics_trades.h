/* report/metrics_trades.h - the half of report/metrics.h that is about closed trades; used by
 * metrics.c only. */
#ifndef REPORT_METRICS_TRADES_H
#define REPORT_METRICS_TRADES_H

#include "report/metrics.h"

/* Fills the metrics of group TRADES; there is at least one trade. */
void metrics_trades(const struct metric_input *input, struct metrics *metrics);

#endif
