/*
 * engine/journal.h - the journal: writer of canonical records, and a reader that trusts no byte.
 *
 *   engine --journal_put_*--> block --(full)--> hash, sink_port
 *
 * The records and their bytes are defined in engine/journal.def; from it come here a struct, a writer
 * and a reader for each. The hash is XXH3-128 over all record bytes in order, whatever the blocks.
 */
#ifndef ENGINE_JOURNAL_H
#define ENGINE_JOURNAL_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/check.h"
#include "base/err.h"
#include "base/hash.h"
#include "engine/ports.h"

#define JOURNAL_FORMAT 1
#define JOURNAL_RECORD_MAX (64 * 1024)
#define JOURNAL_BLOCK (256 * 1024)

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

/* The writer. Init does not allocate beyond its block; a failed sink is kept in `failed` and later
 * writes do nothing but hash (the driver asks journal_flush and stops). */
struct journal {
    uint8_t *block;
    size_t used;
    struct sink_port *sink; /* may be NULL: hash only */
    struct xxh128_state *hash;
    uint64_t records, bytes;
    int failed;
    struct err err;
};

void journal_init(struct journal *j, struct sink_port *sink);
/* Hash and hand out what is in the block. 0, or the sink's error. */
int journal_flush(struct journal *j, struct err *err);
/* The hash of all records so far (flushes). */
struct hash128 journal_hash(struct journal *j);
void journal_fini(struct journal *j);
/* Any record from its struct: slow path, for those with texts. */
void journal_put(struct journal *j, uint16_t kind, const void *record);
/* A record without texts of `fields` fields; `floats` has a bit for each field that is a double. */
void journal_put_fixed(struct journal *j, uint16_t kind, const void *record, uint32_t fields,
                       uint64_t floats);

#define JREC(number, NAME, name, fields)                                                           \
    static inline void journal_put_##name(struct journal *j, const struct j_##name *record) {      \
        journal_put(j, JOURNAL_##NAME, record);                                                    \
    }
#include "engine/journal.def"
#undef JREC

/* One record as found in bytes. */
struct journal_record {
    uint16_t kind;
    const uint8_t *body; /* after the header */
    size_t size;         /* of the body */
};

/* The next whole record of bytes[0..len): 1 and *ret_size bytes eaten; 0 when more bytes are needed;
 * negative with a sentence when the bytes are no journal. Checks sizes, kinds (unknown kinds are
 * refused), texts (inside, zero-terminated, UTF-8) and that doubles of money are not checked: NaN may
 * come. */
int journal_next(const uint8_t *bytes, size_t len, struct journal_record *ret, size_t *ret_size,
                 struct err *err);
/* Fill the struct of the record's kind (struct j_fill for JOURNAL_FILL ...). The record came from
 * journal_next, so this cannot fail; texts point into it. */
void journal_read(const struct journal_record *record, void *ret_struct);

#endif
