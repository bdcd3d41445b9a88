/*
 * store/journal_frame.h - the bytes of a journal file's head and frames, shared by its writer and
 * its reader; nobody else includes it. All numbers little endian, laid out without holes.
 */
#ifndef STORE_JOURNAL_FRAME_H
#define STORE_JOURNAL_FRAME_H

#include <stdint.h>

#include "base/hash.h"

#define FRAME_RECORDS UINT32_C(0x524a5351) /* "QSJR" */
#define FRAME_TRAILER UINT32_C(0x544a5351) /* "QSJT" */
#define FILE_MAGIC UINT32_C(0x314a5351)    /* "QSJ1" */

struct file_head {
    uint32_t magic;
    uint32_t version;
    uint64_t zero;
};

struct frame_head {
    uint32_t magic;
    uint32_t length; /* of the payload */
    uint64_t sequence;
};

_Static_assert(sizeof(struct file_head) == 16 && sizeof(struct frame_head) == 16, "no holes");
_Static_assert(sizeof(struct hash128) == 16, "no holes");
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "files are written as they lie");

/* The chain's next link. */
static inline struct hash128 frame_chain(struct xxh128_state *state, struct hash128 before,
                                         const struct frame_head *head, const void *payload) {
    hash128_reset(state);
    hash128_update(state, &before, sizeof(before));
    hash128_update(state, head, sizeof(*head));
    hash128_update(state, payload, head->length);
    return hash128_digest(state);
}

#endif
