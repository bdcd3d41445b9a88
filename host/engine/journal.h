/*
 * engine/journal.h - the journal: writer of canonical records, and a reader that trusts no byte.
 *
 *   engine --journal_put_*--> block --(full)--> hash, sink_port
 *
 * The records and their bytes are defined in engine/journal.def; from it come here a struct, a
 * writer and a reader for each. The hash is XXH3-128 over all record bytes in order, whatever the
 * blocks.
 */
#ifndef ENGINE_JOURNAL_H
#define ENGINE_JOURNAL_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/check.h"
#include "base/err.h"
#include "base/hash.h"
#include "engine/ports.h"

#define JOURNAL_FORMAT 1
#define JOURNAL_RECORD_MAX (64 * 1024)
#define JOURNAL_TEXT_MAX (16 * 1024)
#define JOURNAL_BLOCK (64 * 1024)

enum journal_kind {
#define JREC(number, NAME, name, fields) JOURNAL_##NAME = number,
#include "engine/journal.def"
#undef JREC
};

/* One struct for each record: struct j_fill, j_equity ... all fields 8 bytes. Texts are borrowed:
 * NUL-terminated when written; when read they point into the record. */
#define JI(field) int64_t field;
#define JF(field) double field;
#define JT(field) const char *field;
#define JREC(number, NAME, name, fields)                                                           \
    struct j_##name {                                                                              \
        fields                                                                                     \
    };
#include "engine/journal.def"
#undef JREC
#undef JI
#undef JF
#undef JT

/* How a record's fields are called and typed: 'i', 'f' or 't'. For exporters and the reader. */
struct journal_field {
    const char *name;
    char type;
};
struct journal_layout {
    const char *name; /* "fill" */
    uint16_t kind;
    uint16_t field_count;
    const struct journal_field *fields;
};
/* NULL for a kind outside the table. */
const struct journal_layout *journal_layout(uint16_t kind);

/* What was written and not handed out. It may be shared with a process that outlives the writer:
 * whenever that dies, block[0..used) are whole records. They come after the first `bytes` bytes of
 * the journal; a reader who was handed more has them already. */
struct journal_memory {
    _Atomic size_t used;
    _Atomic uint64_t bytes; /* hashed and handed out so far: all of them after journal_flush */
    uint8_t block[JOURNAL_BLOCK];
};

/* The writer. Init does not allocate beyond its block; a failed sink is kept in `failed` and later
 * writes do nothing but hash (the driver asks journal_flush and stops). */
struct journal {
    struct journal_memory *memory;
    bool owns_memory;
    struct sink_port *sink; /* may be NULL: hash only */
    struct xxh128_state *hash;
    uint64_t records; /* written so far */
    int failed;
    struct err err;
};

void journal_init(struct journal *j, struct sink_port *sink);
/* In the caller's memory, which stays as the journal left it. NULL: in its own. */
void journal_init_in(struct journal *j, struct sink_port *sink, struct journal_memory *memory);
/* Hash and hand out what is in the block. 0, or the sink's error. */
int journal_flush(struct journal *j, struct err *err) NODISCARD;
/* The hash of all records so far (flushes). */
struct hash128 journal_hash(struct journal *j);
void journal_fini(struct journal *j);
/* Whether a text may go into a record: not NULL, UTF-8, at most JOURNAL_TEXT_MAX bytes. Texts that
 * come from a strategy are asked this first; one that is wrong in journal_put is a bug of ours. */
bool journal_text_is_ok(const char *text);
/* Inside of journal_put_*: a full block out; the one NaN for all NaNs of a record just written. */
void journal_next_block(struct journal *j);
void journal_canonical_nans(uint8_t *body, uint16_t kind);
/* Bytes that a text takes; aborts where journal_text_is_ok is false. NULL is an empty text. */
size_t journal_text_room(const char *text);
uint8_t *journal_put_text(uint8_t *at, const char *text);

static inline size_t journal_used(const struct journal_memory *memory) {
    return atomic_load_explicit(&memory->used, memory_order_relaxed);
}

/* Where a record of that size goes: bytes of the block that are used before it. */
static inline size_t journal_reserve(struct journal *j, size_t size) {
    if (UNLIKELY(JOURNAL_BLOCK - journal_used(j->memory) < size))
        journal_next_block(j);
    j->records++;
    return journal_used(j->memory);
}

/* The records of the block are whole up to there. */
static inline void journal_publish(struct journal_memory *memory, size_t used) {
    atomic_store_explicit(&memory->used, used, memory_order_release);
}

/* Adding 0 makes -0 to 0 and changes nothing else. */
static inline void journal_store_double(uint8_t *at, double value, double *sum) {
    value += 0.0;
    memcpy(at, &value, 8);
    *sum += value; /* a NaN stays one */
}

/* journal_put_fill(j, &(struct j_fill){...}) and so on. A record is copied field by field with all
 * types known to the compiler: an EQUITY record costs some 3 ns. */
#define JI(field)
#define JF(field)
#define JT(field) size += journal_text_room(record->field) - 8;
#define JREC(number, NAME, name, fields)                                                           \
    static inline size_t journal_size_##name(const struct j_##name *record) {                      \
        size_t size = 8 + sizeof(*record);                                                         \
        (void)record;                                                                              \
        fields return size;                                                                        \
    }
/* clang-format off */
#include "engine/journal.def"
/* clang-format on */
#undef JREC
#undef JI
#undef JF
#undef JT

#define JI(field)                                                                                  \
    memcpy(at, &record->field, 8);                                                                 \
    at += 8;
#define JF(field)                                                                                  \
    journal_store_double(at, record->field, &sum);                                                 \
    at += 8;
#define JT(field) at = journal_put_text(at, record->field);
#define JREC(number, NAME, name, fields)                                                           \
    static inline void journal_put_##name(struct journal *j, const struct j_##name *record) {      \
        const size_t size = journal_size_##name(record);                                           \
        const uint64_t header = size | (uint64_t)(number) << 32;                                   \
        const size_t used = journal_reserve(j, size);                                              \
        struct journal_memory *const memory = j->memory;                                           \
        uint8_t *const start = memory->block + used;                                               \
        uint8_t *at = start + 8;                                                                   \
        double sum = 0.0;                                                                          \
        memcpy(start, &header, 8);                                                                 \
        fields(void) at;                                                                           \
        if (UNLIKELY(sum != sum))                                                                  \
            journal_canonical_nans(start + 8, JOURNAL_##NAME);                                     \
        journal_publish(memory, used + size);                                                      \
    }
/* clang-format off */
#include "engine/journal.def"
/* clang-format on */
#undef JREC
#undef JI
#undef JF
#undef JT

/* One record as found in bytes. */
struct journal_record {
    uint16_t kind;
    const uint8_t *body; /* after the header */
    size_t size;         /* of the body */
};

/* Records one after the other, from wherever a run is kept: a file, a database. */
struct record_source {
    void *self;
    /* 1 and *ret, which lives until the next call; 0 at the end; negative with err. */
    int (*next)(void *self, struct journal_record *ret, struct err *err);
};

/* The next whole record of bytes[0..len): 1 and *ret_size bytes eaten; 0 when more bytes are
 * needed; negative with a sentence when the bytes are no journal. Trusts nothing: sizes, kinds
 * (unknown ones are refused), texts (inside the record, zeros after them, UTF-8). Numbers are not
 * checked: ids may be anything and NaN may come. */
int journal_next(const uint8_t *bytes, size_t len, struct journal_record *ret, size_t *ret_size,
                 struct err *err) NODISCARD;
/* Fill the struct of the record's kind (struct j_fill for JOURNAL_FILL ...). The record came from
 * journal_next, so this cannot fail; texts point into it. */
void journal_read(const struct journal_record *record, void *ret_struct);

#endif
