/*
 * report/strategy_sums.h - what each strategy made of its budget: the trades it closed, and what it
 * still holds.
 *
 *   equity = budget + realized - fees + held at its mark     its own ledger at the end
 *   open   = equity - budget - net                           what the closed trades do not tell
 *
 * However fills are paired into trades (setting trades), net and open add up to what was made.
 */
#ifndef REPORT_STRATEGY_SUMS_H
#define REPORT_STRATEGY_SUMS_H

#include "report/collector.h"

struct strategy_sum {
    int64_t trades;
    double net;          /* of closed trades, money */
    double open, equity; /* NaN while the run's end is not recorded: nobody told the marks */
};

/* ret holds one a strategy. */
void strategy_sums(const struct collector *c, struct strategy_sum *ret);

#endif
