/*
 * proc/run_logs.h - a finished backtest in the JSON-lines logs (store/json_log.h).
 *
 * performance.log gets a line for the run; trades.log (fills and closed trades) and orders.log get
 * theirs in event time order, up to RUN_LOGS_ROWS of each, or all with `log: full`: where there are
 * more, one line says how many and that the database has them. errors.log gets what went wrong.
 */
#ifndef PROC_RUN_LOGS_H
#define PROC_RUN_LOGS_H

#include "proc/backtest_job.h"

#define RUN_LOGS_ROWS 10000

/* What `watch` does many times an hour. Of a good try only the line in performance.log. */
void run_logs_performance(const struct backtest_job *job);
/* Of a failed one, whatever it got to: a line in errors.log. database: its file.
 * strategy: an id or a source's name; stage: "compile". */
void run_logs_failure(const char *database, const char *strategy, const char *stage,
                      const struct err *failure);

/* failure: NULL when the run is done. Trouble with the logs is a warning on stderr. */
void run_logs_write(const struct backtest_job *job, const struct err *failure);

#endif
