/*
 * store/run_log.h - how much of a run is recorded: `log:` of a run config.
 *
 *   full            all below, and a strategy_step row for each decision
 *   bars            every bar's account, ledgers, plots and variables (default)
 *   every N bars    those of each Nth instant, and the last
 *   trades          none of those
 *
 * Signals, orders, events, fills, trades, positions, notes, log lines, metrics and equity_curve are
 * always recorded. It changes no hash of a run: the journal is what it is.
 */
#ifndef STORE_RUN_LOG_H
#define STORE_RUN_LOG_H

#include <stdbool.h>
#include <stdint.h>

enum run_log_kind { RUN_LOG_BARS = 0, RUN_LOG_FULL, RUN_LOG_EVERY, RUN_LOG_TRADES };

struct run_log {
    enum run_log_kind kind;
    int64_t every; /* >= 1; 1 but for RUN_LOG_EVERY */
};

#define RUN_LOG_TEXT_MAX 40

/* "full", "bars", "trades", "every 10 bars" (also "every bar", "every 10"); false for anything
 * else. */
bool run_log_parse(const char *text, struct run_log *ret);
void run_log_print(struct run_log log, char buffer[RUN_LOG_TEXT_MAX]);

#endif
