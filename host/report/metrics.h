/* clang-format off */
/*
 * report/metrics.h - the numbers of a run, each with its reason where it has no value.
 *
 * Contract: fills-and-metrics.md, "Metrics". What counts here:
 *
 *   rows      E[0..k): equity at the account's rows from the first callback on (the end of
 *             warm-up); E0 = initial cash, the base of the first return
 *   days      the calendar's days (24/7: all UTC days; weekdays: Monday to Friday) from the first
 *             row's to the last row's. A row stamped 00:00 belongs to the day that just ended; a
 *             row on a day outside the calendar to the next day inside. A day's equity is its last
 *             row's, and the day before's when it has none
 *   r[0..n)   daily returns, r[0] from E0
 *   N         trading days a year (setting, else 365 or 260)
 *   span      time from the first callback to the last row, in days of 86400 s
 *
 *   total_return           E_end / E0 - 1
 *   cagr                   (E_end / E0)^(365.25 / span) - 1; -1 when E_end <= 0; too_short under
 *                          one day
 *   annualised_return      (1 + total)^(N / n) - 1; -1 when E_end <= 0
 *   sharpe                 sqrt(N) mean(r - rf/N) / sd(r), sd with n - 1
 *   sortino                sqrt(N) mean(r - m) / sqrt(mean(min(r - m, 0)^2)), over all days
 *   volatility             sqrt(N) sd(r)
 *   max_drawdown           min over rows of E / peak - 1, peak = max of E0 and all E up to the row
 *   .._intrabar            what is sure to have happened: a row's low against the peak of E0 and
 *                          all highs of rows before it, its close against its own high too
 *   longest_drawdown       longest time from a peak to the first row at or above it, or to the end
 *   calmar                 cagr / |max_drawdown|
 *   time_in_market         rows with gross > 0 / rows
 *   exposure               mean(gross / E)
 *   max_daily_loss         min(0, min r)
 *   win_rate .. sqn        over the closed trades' net money; a flat trade is no win; sd with n - 1
 *   turnover               traded value / mean(E) / (span / 365.25)
 *   bps                    0.40 sharpe + 0.30 cagr + 0.20 win_rate - 0.10 |max_drawdown|: the
 *                          "balanced performance score" of seed 002, 8.4. No basis points
 *   sharpe_standard_error  sqrt(N) sqrt((1 - g3 s + (g4 - 1)/4 s^2) / (n - 1)), with s the Sharpe
 *                          ratio of one day, g3 and g4 skewness and kurtosis (of the population;
 *                          3 = normal) [E. Mertens 2002; D. Bailey, M. Lopez de Prado: The Sharpe
 *                          ratio efficient frontier, 2012]
 *   probabilistic_sharpe   Phi(s sqrt(n - 1) / sqrt(1 - g3 s + (g4 - 1)/4 s^2)), same source,
 *                          benchmark 0
 *
 * Undefined is never 0 or infinity; `reason` says
 *
 *   no_trades, no_losses (or no drawdown), no_wins, no_benchmark, no_sweep, overflow
 *   zero_variance          sd at most 1e-15 + 1e-12 of the mean: equal values, up to their rounding
 *   too_short
 *   ruin                   equity was not above 0 at some row: there are no returns
 */
/* clang-format on */
#ifndef REPORT_METRICS_H
#define REPORT_METRICS_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/journal.h"
#include "report/account_series.h"

enum metric_group { METRIC_RESULT, METRIC_RISK, METRIC_TRADES, METRIC_COSTS };
enum metric_unit { METRIC_FRACTION, METRIC_RATIO, METRIC_MONEY, METRIC_SECONDS };

enum metric_id {
#define METRIC(NAME, name, GROUP, UNIT, words) METRIC_##NAME,
#include "report/metrics.def"
#undef METRIC
    METRIC_COUNT
};

struct metric {
    const char *name;
    const char *unit; /* "fraction", "ratio", "money", "s" */
    const char *words;
    enum metric_group group;
    enum metric_unit unit_kind;
    double value;       /* only when reason is NULL */
    const char *reason; /* why there is no value */
};

/* What the ratios lean on. */
struct metric_rules {
    int calendar;        /* enum run_calendar */
    double trading_days; /* N; 0 = 365 or 260 by calendar */
    double risk_free;    /* rf, a year */
    double min_return;   /* m, a day */
};

struct metric_input {
    const struct account_series *account;
    double initial; /* E0 */
    bool has_start;
    int64_t start; /* the first callback */
    const struct j_trade *trades;
    int64_t trade_count;
    double traded_value, fees, slippage;
    struct metric_rules rules;
};

struct metrics {
    struct metric items[METRIC_COUNT];
    double days_a_year;  /* N as used */
    int64_t days, rows;  /* n and k */
    double final_equity; /* E_end; E0 when there is no row */
};

void metrics_compute(const struct metric_input *input, struct metrics *ret);

/* The daily returns that the ratios are made of; mem_free *ret_returns. Returns n; 0 on ruin. */
int64_t metrics_daily_returns(const struct metric_input *input, double **ret_returns);

#endif
