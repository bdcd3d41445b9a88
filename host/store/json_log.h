/*
 * store/json_log.h - the JSON-lines logs beside the database: what happened, for grep, jq and
 * log shippers.
 *
 *   <folder of the database>/.quasar/logs/{trades,orders,performance,errors}.log
 *
 * One object a line: {"timestamp": ISO wall time, "component": "backtest", "level": "info",
 * "message": "...", "context": {...}}. Whole lines are appended in one write, so lines of several
 * processes don't mix. A file over 64 MiB is renamed to NAME.1 (which is replaced) before the next
 * line. They are a convenience: the database is the record, and a log that can't be written is a
 * warning once, not the end of a run.
 */
#ifndef STORE_JSON_LOG_H
#define STORE_JSON_LOG_H

#include <stdint.h>

#include "base/err.h"
#include "base/json.h"

enum json_log_stream {
    JSON_LOG_TRADES,
    JSON_LOG_ORDERS,
    JSON_LOG_PERFORMANCE,
    JSON_LOG_ERRORS,
    JSON_LOG_STREAMS
};

struct json_log; /* opaque */

/* Nothing is made before the first line. */
struct json_log *json_log_create(const char *db_path) NODISCARD;
/* Takes context over (may be NULL). timestamp: wall clock, ns UTC. Lines gather in memory up to
 * 256 KiB a stream and are written by json_log_flush or when full. After an error the lines that
 * were gathered are lost and the log can be used on: the caller decides to say it once. */
int json_log_line(struct json_log *log, enum json_log_stream stream, int64_t timestamp,
                  const char *component, const char *level, const char *message, struct jv *context,
                  struct err *err) NODISCARD;
/* The same with a context that is JSON already, for runs with many lines: one object, on one line.
 */
int json_log_text(struct json_log *log, enum json_log_stream stream, int64_t timestamp,
                  const char *component, const char *level, const char *message,
                  const char *context, struct err *err) NODISCARD;
/* All streams, also when one fails; the first error is given. */
int json_log_flush(struct json_log *log, struct err *err) NODISCARD;
/* Flushes what it can, frees and clears; *log may be NULL. */
void json_log_destroy(struct json_log **log);

#endif
