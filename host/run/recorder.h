/*
 * run/recorder.h - the parent's side of a run: every record that a worker claims is taken apart,
 * checked and kept.
 *
 *   records --+-> store/run_writer      (rows and chunks in the database; with log: full its steps)
 *             +-> journal file          (where one was asked for)
 *             +-> report/conservation   (law 3 from the fills alone, marked at the data's own
 * closes)
 *             +-> report/collector      (what reports are made of)
 *             +-> hash                  (whoever computes it, it is the same)
 *
 * The bytes are hostile: a worker runs code of strangers. The first wrong byte refuses the run.
 */
#ifndef RUN_RECORDER_H
#define RUN_RECORDER_H

#include "base/hash.h"
#include "report/collector.h"
#include "report/conservation.h"
#include "run/assemble.h"
#include "run/steps.h"
#include "store/journal_file.h"
#include "store/run_writer.h"

/* Of one run: a strategy that floods the journal shall not fill the disk. */
#define RECORDER_BYTES_MAX (INT64_C(16) << 30)

struct recorder {
    const struct plan *plan;
    int64_t bytes; /* of records taken */
    struct collector collector;
    struct conservation conservation;
    struct journal_writer file;
    bool has_file;
    struct run_writer *writer; /* borrowed; may be NULL */
    struct steps *steps;       /* only with log: full */
    bool is_later;             /* the writer gets them by recorder_flush */
    struct str kept;           /* then: all records so far, as bytes */
    struct xxh128_state *hash;
    uint8_t *header; /* what the run must say first: the plan's own words */
    size_t header_len, header_seen;
    int64_t *mark_at; /* by symbol: newest bar of its execution feed */
    int32_t *mark_feed;
};

/* path: the journal file to write, NULL for none; writer: of the run's record, NULL for none. plan
 * and writer outlive the recorder. */
int recorder_init(struct recorder *r, const struct plan *plan, const char *path,
                  struct run_writer *writer, struct err *err);
/* The writer later, before the first record: of a recorder that was made with none. */
int recorder_record(struct recorder *r, struct run_writer *writer, struct err *err);
void recorder_fini(struct recorder *r);

/* len bytes of whole records. Usable as a sink_port's write with self = recorder. */
int recorder_take(void *self, const void *bytes, size_t len, struct err *err);
/* From now on records are kept in memory, and written by recorder_flush: who waits for a result
 * need not wait for its record. Over RECORDER_KEPT_MAX bytes they are written at once all the same.
 */
#define RECORDER_KEPT_MAX ((size_t)256 << 20)
void recorder_record_later(struct recorder *r);
int recorder_flush(struct recorder *r, struct err *err) NODISCARD;
/* What is kept as records, from the first on; false when nothing is. state: 0 to begin with. */
bool recorder_kept_next(const struct recorder *r, size_t *state, struct journal_record *ret);
/* The hash of all records taken. */
struct hash128 recorder_hash(const struct recorder *r);
/* The run is whole: end the file with its trailer (JSON text, may be NULL). The writer is ended by
 * run/record.h. */
int recorder_finish(struct recorder *r, const char *meta, struct err *err);

#endif
