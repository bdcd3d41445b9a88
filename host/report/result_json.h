/*
 * report/result_json.h - a run's result for programs: what `--json` prints.
 *
 *   {run, strategy{id,name,version,build}, strategies[], data[], hashes{bars,config,code,journal},
 *    metrics{}, undefined{}, counts{orders,fills,trades,rejected ...}, rejected{reason: n},
 *    refused{reason: n}, equity{initial,final}, open_positions[], settings{}, optimistic[],
 * timing{}}
 *
 * A strategy's `net` is that of its closed trades, `equity` that of its ledger at the end, and
 * `open` what its open positions add: budget + net + open = equity (null while a run has no end).
 * `run` is the run's number, null when it was not kept. A metric without a value is null in
 * `metrics` and has its reason in `undefined`. Keys are only ever added. Times are ISO-8601, UTC.
 */
#ifndef REPORT_RESULT_JSON_H
#define REPORT_RESULT_JSON_H

#include "base/json.h"
#include "report/report.h"

/* The caller frees (jv_free). */
struct jv *result_json(const struct report *report) NODISCARD;

#endif
