/*
 * run/record.h - a plan as the first row of a run in the database, and a report as its last.
 */
#ifndef RUN_RECORD_H
#define RUN_RECORD_H

#include "report/report.h"
#include "run/assemble.h"
#include "store/run_writer.h"

#define RECORD_EQUITY_ROWS 2000 /* of equity_curve; longer runs keep their extremes */

/* The run's row, its instances and feeds. started_at: wall clock, ns UTC. */
int record_begin(struct db *db, const struct plan *plan, int64_t started_at,
                 const char *host_version, struct run_writer **ret, struct err *err) NODISCARD;
/* Metrics, equity_curve, result, counts; status done. output may be NULL. */
int record_finish(struct run_writer *writer, const struct report *report, const char *output,
                  int64_t ended_at, struct err *err) NODISCARD;

#endif
