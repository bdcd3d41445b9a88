/*
 * store/chunk.h - rows of one per-bar series <-> packed bytes, lossless to the last bit.
 *
 *   row = time, values (8 bytes each, as in the journal):  EQUITY  time cash equity low high gross
 * net LEDGER  time cash equity gross net PLOT, VARIABLE  time value u8 version, u8 kind, u16 rows,
 * zstd frame of: a mask of used bytes a column, the first row, the first time step, then plane
 * after plane (byte b of column c of all rows but the first)
 *
 * What is packed is how far a row lies from a guess: times from the step before, cash and net from
 * the row before, equity from cash + net, gross from |net|, low and high from equity. A column that
 * is always as guessed takes no byte. Decoding trusts nothing: any bytes give rows or a sentence,
 * and a changed bit is found by the frame's checksum.
 */
#ifndef STORE_CHUNK_H
#define STORE_CHUNK_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define CHUNK_ROWS_MAX 4096
#define CHUNK_WORDS_MAX 7 /* of a row */

/* Words of a row of a kind (JOURNAL_EQUITY ...); 0: not a per-bar kind. */
size_t chunk_row_words(uint16_t kind);

struct chunk_codec; /* opaque: zstd's contexts and scratch memory, for any number of chunks */

struct chunk_codec *chunk_codec_create(void) NODISCARD;
/* Frees and clears; *codec may be NULL. */
void chunk_codec_destroy(struct chunk_codec **codec);

/* Packs count (1 to CHUNK_ROWS_MAX) rows of `stride` words each, of which the first
 * chunk_row_words(kind) count. *ret_bytes lives in the codec until its next call; returns their
 * number. */
size_t chunk_encode(struct chunk_codec *codec, uint16_t kind, const uint64_t *rows, size_t count,
                    size_t stride, const uint8_t **ret_bytes);
/* Unpacks bytes that should be a chunk of `kind`: *ret_rows (row after row, without holes, in the
 * codec until its next call) and *ret_count. ERR_FORMAT with a sentence. */
int chunk_decode(struct chunk_codec *codec, uint16_t kind, const void *bytes, size_t len,
                 const uint64_t **ret_rows, size_t *ret_count, struct err *err) NODISCARD;

#endif
