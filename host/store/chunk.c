/*
 * Eight rows at a time: guesses are subtracted as integers (of two doubles that are near, the bits
 * are near as well), the sign goes to the lowest bit, and the 8 x 8 bytes of a column are turned,
 * so that each goes to its plane as one store. Planes in which nothing is set are left out before
 * zstd sees them: in a run that is out of the market most of the time these are nearly all.
 */
#include "store/chunk.h"

#include <string.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "base/mem.h"
#include "engine/journal.h"

#define VERSION 1
#define HEAD 4
#define LEVEL (-3)                     /* 30 ns a bar less than level 1, for 3 bytes a bar more */
#define GROUP 8                        /* rows that are turned together */
#define PLANE (CHUNK_ROWS_MAX + GROUP) /* room: a whole group is stored, and no power of two */
#define CONTENT_HEAD_MAX (8 + 8 * CHUNK_WORDS_MAX + 8)
#define CONTENT_MAX (CONTENT_HEAD_MAX + 8 * CHUNK_WORDS_MAX * (CHUNK_ROWS_MAX - 1))

static const uint64_t canonical_nan = UINT64_C(0x7ff8000000000000);

struct chunk_codec {
    ZSTD_CCtx *pack;
    ZSTD_DCtx *unpack;
    uint8_t *planes;  /* encode: of all columns, PLANE bytes each */
    uint8_t *content; /* what zstd packs */
    size_t packed_cap;
    uint8_t *packed;
    uint64_t *rows; /* decoded */
};

size_t chunk_row_words(uint16_t kind) {
    switch (kind) {
    case JOURNAL_EQUITY:
        return 7;
    case JOURNAL_LEDGER:
        return 5;
    case JOURNAL_PLOT:
    case JOURNAL_VARIABLE:
        return 2;
    default:
        return 0;
    }
}

struct chunk_codec *chunk_codec_create(void) {
    struct chunk_codec *codec = mem_zalloc(1, sizeof(*codec));
    codec->pack = ZSTD_createCCtx();
    codec->unpack = ZSTD_createDCtx();
    CHECK(codec->pack && codec->unpack);
    CHECK(!ZSTD_isError(ZSTD_CCtx_setParameter(codec->pack, ZSTD_c_compressionLevel, LEVEL)));
    CHECK(!ZSTD_isError(ZSTD_CCtx_setParameter(codec->pack, ZSTD_c_checksumFlag, 1)));
    codec->planes = mem_alloc((size_t)CHUNK_WORDS_MAX * 8 * PLANE);
    codec->content = mem_alloc(CONTENT_MAX);
    codec->packed_cap = HEAD + ZSTD_compressBound(CONTENT_MAX);
    codec->packed = mem_alloc(codec->packed_cap);
    codec->rows = mem_alloc((size_t)(CHUNK_ROWS_MAX + GROUP) * CHUNK_WORDS_MAX * 8);
    return codec;
}

void chunk_codec_destroy(struct chunk_codec **codec) {
    struct chunk_codec *c = *codec;
    if (!c)
        return;
    ZSTD_freeCCtx(c->pack);
    ZSTD_freeDCtx(c->unpack);
    mem_free(c->planes);
    mem_free(c->content);
    mem_free(c->packed);
    mem_free(c->rows);
    mem_free(c);
    *codec = NULL;
}

/* ---- the guess, and how far from it ---- */

static inline uint64_t sum_bits(uint64_t a, uint64_t b) {
    double x, y, sum;
    uint64_t bits;
    memcpy(&x, &a, 8);
    memcpy(&y, &b, 8);
    sum = x + y;
    memcpy(&bits, &sum, 8);
    return sum == sum ? bits : canonical_nan; /* which NaN depends on the machine */
}

static inline uint64_t absolute_bits(uint64_t a) { return a & ~(UINT64_C(1) << 63); }

/* Signed distance with the sign in the lowest bit, and back. */
static inline uint64_t fold(uint64_t distance) { return distance << 1 ^ (0 - (distance >> 63)); }

static inline uint64_t unfold(uint64_t folded) { return folded >> 1 ^ (0 - (folded & 1)); }

/* Words of the kinds, as in engine/journal.def. */
enum { E_CASH = 1, E_EQUITY, E_LOW, E_HIGH, E_GROSS, E_NET };
enum { L_CASH = 1, L_EQUITY, L_GROSS, L_NET };

static inline __attribute__((always_inline)) void residual_row(uint16_t kind, const uint64_t *row,
                                                               const uint64_t *before,
                                                               uint64_t *step,
                                                               uint64_t (*ret)[GROUP], size_t i) {
    uint64_t now = row[0] - before[0];
    ret[0][i] = fold(now - *step);
    *step = now;
    if (kind == JOURNAL_EQUITY) {
        ret[E_CASH][i] = fold(row[E_CASH] - before[E_CASH]);
        ret[E_EQUITY][i] = fold(row[E_EQUITY] - sum_bits(row[E_CASH], row[E_NET]));
        ret[E_LOW][i] = fold(row[E_LOW] - row[E_EQUITY]);
        ret[E_HIGH][i] = fold(row[E_HIGH] - row[E_EQUITY]);
        ret[E_GROSS][i] = fold(row[E_GROSS] - absolute_bits(row[E_NET]));
        ret[E_NET][i] = fold(row[E_NET] - before[E_NET]);
    } else if (kind == JOURNAL_LEDGER) {
        ret[L_CASH][i] = fold(row[L_CASH] - before[L_CASH]);
        ret[L_EQUITY][i] = fold(row[L_EQUITY] - sum_bits(row[L_CASH], row[L_NET]));
        ret[L_GROSS][i] = fold(row[L_GROSS] - absolute_bits(row[L_NET]));
        ret[L_NET][i] = fold(row[L_NET] - before[L_NET]);
    } else {
        ret[1][i] = fold(row[1] - before[1]);
    }
}

static inline __attribute__((always_inline)) void
restore_row(uint16_t kind, uint64_t *row, const uint64_t *before, uint64_t *step,
            uint64_t (*residuals)[GROUP], size_t i) {
    *step += unfold(residuals[0][i]);
    row[0] = before[0] + *step;
    if (kind == JOURNAL_EQUITY) {
        row[E_CASH] = before[E_CASH] + unfold(residuals[E_CASH][i]);
        row[E_NET] = before[E_NET] + unfold(residuals[E_NET][i]);
        row[E_EQUITY] = sum_bits(row[E_CASH], row[E_NET]) + unfold(residuals[E_EQUITY][i]);
        row[E_LOW] = row[E_EQUITY] + unfold(residuals[E_LOW][i]);
        row[E_HIGH] = row[E_EQUITY] + unfold(residuals[E_HIGH][i]);
        row[E_GROSS] = absolute_bits(row[E_NET]) + unfold(residuals[E_GROSS][i]);
    } else if (kind == JOURNAL_LEDGER) {
        row[L_CASH] = before[L_CASH] + unfold(residuals[L_CASH][i]);
        row[L_NET] = before[L_NET] + unfold(residuals[L_NET][i]);
        row[L_EQUITY] = sum_bits(row[L_CASH], row[L_NET]) + unfold(residuals[L_EQUITY][i]);
        row[L_GROSS] = absolute_bits(row[L_NET]) + unfold(residuals[L_GROSS][i]);
    } else {
        row[1] = before[1] + unfold(residuals[1][i]);
    }
}

/* ---- planes ---- */

/* 8 x 8 bytes: byte b of word i becomes byte i of word b. Its own inverse. */
static inline void turn(uint64_t w[GROUP]) {
    const uint64_t low8 = UINT64_C(0x00ff00ff00ff00ff), low16 = UINT64_C(0x0000ffff0000ffff);
    for (int i = 0; i < 8; i += 2) {
        uint64_t t = (w[i] >> 8 ^ w[i + 1]) & low8;
        w[i + 1] ^= t;
        w[i] ^= t << 8;
    }
    for (int i = 0; i < 8; i += i & 1 ? 3 : 1) {
        uint64_t t = (w[i] >> 16 ^ w[i + 2]) & low16;
        w[i + 2] ^= t;
        w[i] ^= t << 16;
    }
    for (int i = 0; i < 4; i++) {
        uint64_t t = (w[i] >> 32 ^ w[i + 4]) & UINT32_MAX;
        w[i + 4] ^= t;
        w[i] ^= t << 32;
    }
}

/* Planes of all rows but the first; used[c] gets the bits that are set in any row of column c. */
static inline void make_planes(uint16_t kind, size_t words, uint8_t *planes, const uint64_t *rows,
                               size_t count, size_t stride, uint64_t used[CHUNK_WORDS_MAX]) {
    uint64_t group[CHUNK_WORDS_MAX][GROUP];
    uint64_t step = count > 1 ? rows[stride] - rows[0] : 0;
    for (size_t row = 1; row < count; row += GROUP) {
        size_t n = min_size(GROUP, count - row);
        if (n < GROUP)
            memset(group, 0, sizeof(group));
        for (size_t i = 0; i < n; i++) {
            const uint64_t *at = rows + (row + i) * stride;
            residual_row(kind, at, at - stride, &step, group, i);
        }
        for (size_t c = 0; c < words; c++) {
            uint64_t any = 0, *w = group[c];
            for (int i = 0; i < GROUP; i++)
                any |= w[i];
            used[c] |= any;
            uint8_t *plane = planes + c * 8 * PLANE + (row - 1);
            if (any != 0)
                turn(w);
            for (size_t b = 0; b < 8; b++)
                memcpy(plane + b * PLANE, &w[b], 8);
        }
    }
}

static uint8_t bytes_used(uint64_t bits) {
    uint8_t mask = 0;
    for (int b = 0; b < 8; b++)
        mask = (uint8_t)(mask | ((bits >> 8 * b & 0xff) != 0) << b);
    return mask;
}

static size_t plane_count(const uint8_t masks[8]) {
    uint64_t all;
    memcpy(&all, masks, 8);
    return (size_t)__builtin_popcountll(all);
}

size_t chunk_encode(struct chunk_codec *codec, uint16_t kind, const uint64_t *rows, size_t count,
                    size_t stride, const uint8_t **ret_bytes) {
    size_t words = chunk_row_words(kind);
    uint64_t used[CHUNK_WORDS_MAX] = {0};
    CHECK(words > 0 && stride >= words && count >= 1 && count <= CHUNK_ROWS_MAX);
    if (kind == JOURNAL_EQUITY) /* each with a kind that the compiler knows */
        make_planes(JOURNAL_EQUITY, 7, codec->planes, rows, count, stride, used);
    else if (kind == JOURNAL_LEDGER)
        make_planes(JOURNAL_LEDGER, 5, codec->planes, rows, count, stride, used);
    else
        make_planes(JOURNAL_PLOT, 2, codec->planes, rows, count, stride, used);
    uint8_t *at = codec->content;
    uint64_t step = count > 1 ? rows[stride] - rows[0] : 0;
    memset(at, 0, 8);
    for (size_t c = 0; c < words; c++)
        at[c] = bytes_used(used[c]);
    memcpy(at + 8, rows, 8 * words);
    memcpy(at + 8 + 8 * words, &step, 8);
    at += 16 + 8 * words;
    for (size_t c = 0; c < words; c++)
        for (size_t b = 0; b < 8; b++)
            if (codec->content[c] >> b & 1) {
                memcpy(at, codec->planes + (c * 8 + b) * PLANE, count - 1);
                at += count - 1;
            }
    uint16_t rows16 = (uint16_t)count;
    codec->packed[0] = VERSION;
    codec->packed[1] = (uint8_t)kind;
    memcpy(codec->packed + 2, &rows16, 2);
    size_t len = ZSTD_compress2(codec->pack, codec->packed + HEAD, codec->packed_cap - HEAD,
                                codec->content, (size_t)(at - codec->content));
    CHECKF(!ZSTD_isError(len), "zstd: %s", ZSTD_getErrorName(len));
    *ret_bytes = codec->packed;
    return HEAD + len;
}

/* ---- back ---- */

static inline void restore_rows(uint16_t kind, size_t words, const uint8_t *content, size_t count,
                                uint64_t *rows) {
    const uint8_t *planes = content + 16 + 8 * words, *source[CHUNK_WORDS_MAX][8];
    uint64_t group[CHUNK_WORDS_MAX][GROUP], step;
    for (size_t c = 0; c < words; c++)
        for (size_t b = 0; b < 8; b++) {
            source[c][b] = content[c] >> b & 1 ? planes : NULL;
            planes += source[c][b] ? count - 1 : 0;
        }
    memcpy(rows, content + 8, 8 * words);
    memcpy(&step, content + 8 + 8 * words, 8);
    for (size_t row = 1; row < count; row += GROUP) {
        size_t n = min_size(GROUP, count - row);
        memset(group, 0, sizeof(group));
        for (size_t c = 0; c < words; c++) {
            if (content[c] == 0)
                continue;
            for (size_t b = 0; b < 8; b++)
                if (source[c][b])
                    memcpy(&group[c][b], source[c][b] + row - 1, n);
            turn(group[c]);
        }
        for (size_t i = 0; i < n; i++) {
            uint64_t *at = rows + (row + i) * words;
            restore_row(kind, at, at - words, &step, group, i);
        }
    }
}

static int bad(struct err *err, const char *why) {
    return err_set(err, ERR_FORMAT, "packed rows that cannot be read: %s", why);
}

/* The content, unpacked and of the size that its own head asks for. */
static int unpack(struct chunk_codec *codec, const uint8_t *bytes, size_t len, size_t words,
                  size_t count, struct err *err) {
    size_t least = 16 + 8 * words, most = least + 8 * words * (count - 1);
    size_t size = ZSTD_decompressDCtx(codec->unpack, codec->content, most, bytes, len);
    if (ZSTD_isError(size))
        return bad(err, ZSTD_getErrorName(size));
    if (size < least)
        return bad(err, "they end before the first row");
    for (size_t c = words; c < 8; c++)
        if (codec->content[c] != 0)
            return bad(err, "a column too many");
    if (size != least + plane_count(codec->content) * (count - 1))
        return bad(err, "their length is not that of their rows");
    return 0;
}

int chunk_decode(struct chunk_codec *codec, uint16_t kind, const void *bytes, size_t len,
                 const uint64_t **ret_rows, size_t *ret_count, struct err *err) {
    const uint8_t *at = bytes;
    size_t words = chunk_row_words(kind);
    uint16_t count;
    CHECK(words > 0);
    if (len < HEAD)
        return bad(err, "less than a head");
    if (at[0] != VERSION)
        return err_set(err, ERR_FORMAT, "packed rows of version %d (this host reads %d)", at[0],
                       VERSION);
    memcpy(&count, at + 2, 2);
    if (at[1] != kind || count < 1 || count > CHUNK_ROWS_MAX)
        return bad(err, "a head that is none, or of another record");
    int rc = unpack(codec, at + HEAD, len - HEAD, words, count, err);
    if (rc != 0)
        return rc;
    if (kind == JOURNAL_EQUITY)
        restore_rows(JOURNAL_EQUITY, 7, codec->content, count, codec->rows);
    else if (kind == JOURNAL_LEDGER)
        restore_rows(JOURNAL_LEDGER, 5, codec->content, count, codec->rows);
    else
        restore_rows(JOURNAL_PLOT, 2, codec->content, count, codec->rows);
    *ret_rows = codec->rows;
    *ret_count = count;
    return 0;
}
