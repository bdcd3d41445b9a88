/*
 * store/journal_file.h - the file of a run or session: its journal, framed and chained.
 *
 *   "QSJ1" u32 version u64 0
 *   frame*  u32 magic  u32 length  u64 sequence  payload[length]  XXH3-128(hash before, head,
 * payload) trailer the same with another magic: JSON text (run id, wall times, builds ...), in no
 * hash of the journal itself
 *
 * A payload is whole records (engine/journal.h). The file is only ever appended to; what was
 * written before a crash can be read, up to the last whole frame. Not for the meaning of records:
 * the reader checks their form and no more. One writer: it holds a lock on the file while it lives,
 * so a reader can tell a run that goes on from one that was cut off.
 */
#ifndef STORE_JOURNAL_FILE_H
#define STORE_JOURNAL_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/hash.h"
#include "engine/journal.h"

#define JOURNAL_FILE_VERSION 1
#define JOURNAL_FILE_FRAME_MAX (1024 * 1024)

/* ---- writing ---- */

struct journal_writer {
    int fd; /* -1 when closed */
    char *path;
    uint64_t sequence, bytes;
    struct hash128 chain;
    struct xxh128_state *hash;
};

/* The file is made, or emptied, and locked. ERR_BUSY when another
 * process is writing it. On failure nothing has to be closed. */
int journal_file_create(const char *path, struct journal_writer *ret, struct err *err) NODISCARD;
/* len bytes of whole records, as the engine's sink gets them. After an error the file may end in
 * half a frame and only journal_file_drop makes sense. */
int journal_file_append(struct journal_writer *writer, const void *records, size_t len,
                        struct err *err) NODISCARD;
/* What was appended is on the disk when it returns (sessions: once an instant). */
int journal_file_sync(struct journal_writer *writer, struct err *err) NODISCARD;
/* Writes the trailer (meta: JSON text, may be NULL), syncs when asked, and closes in any case. */
int journal_file_finish(struct journal_writer *writer, const char *meta, bool sync,
                        struct err *err) NODISCARD;
/* Closes without a trailer: the run reads as interrupted. Accepts a closed or zero-filled one. */
void journal_file_drop(struct journal_writer *writer);

/* A sink_port for an engine that runs in this process: self is the writer. */
int journal_file_sink(void *writer, const void *bytes, size_t len, struct err *err);

/* ---- reading ---- */

struct journal_reader {
    int fd; /* -1 when closed */
    char *path;
    uint8_t *frame; /* the payload in work */
    size_t len, at;
    uint64_t sequence, records, bytes; /* read so far */
    struct hash128 chain;
    struct xxh128_state *frame_hash, *journal_hash;
    bool ended;
    bool complete; /* at the end: the trailer was there */
    bool running;  /* at the end: no trailer, but the writer lives */
    char *meta;    /* at the end: the trailer's JSON text, or NULL */
    char why[256]; /* at the end, not complete: "interrupted after 12 records: ..." */
};

/* Foreign, newer and empty files are refused with a sentence. */
int journal_file_open(const char *path, struct journal_reader *ret, struct err *err) NODISCARD;
/* 1 and *ret, which points into the reader until the next call; 0 at the end, be it the trailer or
 * the place where the run was cut off (see complete, running, why); negative when the disk or the
 * content of a whole frame is bad. */
int journal_file_next(struct journal_reader *reader, struct journal_record *ret,
                      struct err *err) NODISCARD;
/* The journal's hash over the records read so far, frame by frame: after the end it is the run's.
 */
struct hash128 journal_file_hash(const struct journal_reader *reader);
/* Accepts a closed or zero-filled one. */
void journal_file_close(struct journal_reader *reader);

#endif
