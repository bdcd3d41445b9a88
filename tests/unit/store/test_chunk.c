/* Rows to bytes and back: every bit, the size of what is usual, and bytes that are no chunk. */
#include "store/chunk.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "base/rng.h"
#include "engine/journal.h"

static const uint16_t kinds[] = {JOURNAL_EQUITY, JOURNAL_LEDGER, JOURNAL_PLOT, JOURNAL_VARIABLE};
static const size_t counts[] = {1, 2, 3, 7, 8, 9, 10, 17, 100, 4095, 4096};

static void round_trip(struct chunk_codec *codec, uint16_t kind, const uint64_t *rows, size_t count,
                       size_t stride) {
    const uint8_t *packed;
    const uint64_t *found;
    size_t words = chunk_row_words(kind), found_count;
    struct err err;
    size_t len = chunk_encode(codec, kind, rows, count, stride, &packed);
    cr_assert_eq(chunk_decode(codec, kind, packed, len, &found, &found_count, &err), 0, "%s",
                 err.text);
    cr_assert_eq(found_count, count);
    for (size_t i = 0; i < count; i++)
        cr_assert_eq(memcmp(found + i * words, rows + i * stride, words * 8), 0, "row %zu of %zu",
                     i, count);
}

/* how: 0 any bits, 1 extremes, 2 nearly regular. */
static uint64_t word(struct rng *rng, int how, size_t i, size_t c) {
    static const uint64_t extremes[] = {0,
                                        UINT64_MAX,
                                        UINT64_C(1) << 63,
                                        UINT64_C(0x7ff8000000000000),
                                        UINT64_C(0x7ff0000000000000),
                                        UINT64_C(0xfff0000000000000),
                                        UINT64_C(0x7ff0000000000001),
                                        1,
                                        UINT64_C(0x7fefffffffffffff),
                                        UINT64_C(0x3ff0000000000000)};
    uint64_t x = rng_u64(rng);
    if (how == 0)
        return x;
    if (how == 1)
        return extremes[x % ARRAY_LEN(extremes)];
    return x % 16 == 0 ? x : i * 60000000000 + c;
}

Test(chunk, gives_back_every_bit) {
    struct chunk_codec *codec = chunk_codec_create();
    uint64_t *rows = mem_zalloc(4096 * 9, 8);
    struct rng rng;
    rng_seed(&rng, 1);
    for (size_t k = 0; k < ARRAY_LEN(kinds); k++)
        for (size_t n = 0; n < ARRAY_LEN(counts); n++)
            for (int how = 0; how < 3; how++) {
                size_t words = chunk_row_words(kinds[k]), stride = words + (size_t)how % 2 * 2;
                for (size_t i = 0; i < counts[n] * stride; i++)
                    rows[i] = word(&rng, how, i / stride, i % stride);
                round_trip(codec, kinds[k], rows, counts[n], stride);
            }
    mem_free(rows);
    chunk_codec_destroy(&codec);
    cr_assert_null(codec);
}

Test(chunk, knows_the_kinds_that_have_a_value_a_bar) {
    cr_assert_eq(chunk_row_words(JOURNAL_EQUITY), 7); /* time and 6 numbers */
    cr_assert_eq(chunk_row_words(JOURNAL_LEDGER), 5);
    cr_assert_eq(chunk_row_words(JOURNAL_PLOT), 2);
    cr_assert_eq(chunk_row_words(JOURNAL_VARIABLE), 2);
    cr_assert_eq(chunk_row_words(JOURNAL_FILL), 0);
    cr_assert_eq(chunk_row_words(0), 0);
    cr_assert_eq(chunk_row_words(65535), 0);
}

/* The account of one unit, held in every second stretch of 20 bars, prices in cents. */
static void make_account(struct rng *rng, uint64_t *rows, size_t count) {
    double cash = 1e5, price = 100.0, held = 0.0;
    for (size_t i = 0; i < count; i++) {
        price += (double)(int64_t)(rng_u64(rng) % 201) / 100.0 - 1.0;
        if (i % 20 == 0) {
            double trade = held == 0.0 ? 1.0 : -1.0;
            cash -= trade * price + price * 0.001;
            held += trade;
        }
        double net = held * price, equity = cash + net;
        double row[] = {cash, equity, equity - 0.37 * held, equity + 0.21 * held, fabs(net), net};
        rows[i * 7] = i * 60000000000;
        memcpy(rows + i * 7 + 1, row, sizeof(row));
    }
}

Test(chunk, needs_few_bytes_for_an_account) {
    struct chunk_codec *codec = chunk_codec_create();
    uint64_t *rows = mem_zalloc(4096 * 7, 8);
    const uint8_t *packed;
    struct rng rng;
    rng_seed(&rng, 2);
    make_account(&rng, rows, 4096);
    cr_assert_leq(chunk_encode(codec, JOURNAL_EQUITY, rows, 4096, 7, &packed), 30 * 4096);
    round_trip(codec, JOURNAL_EQUITY, rows, 4096, 7);
    for (size_t i = 0; i < 4096; i++) /* nothing ever happens: some hundred bytes in all */
        memcpy(rows + i * 7 + 1, rows + 1, 48);
    cr_assert_leq(chunk_encode(codec, JOURNAL_EQUITY, rows, 4096, 7, &packed), 256);
    mem_free(rows);
    chunk_codec_destroy(&codec);
}

Test(chunk, gives_equal_bytes_for_equal_rows_whatever_came_before) {
    struct chunk_codec *a = chunk_codec_create(), *b = chunk_codec_create();
    uint64_t *rows = mem_zalloc(4096 * 7, 8), *other = mem_zalloc(4096 * 7, 8);
    const uint8_t *packed_a, *packed_b, *ignored;
    struct rng rng;
    rng_seed(&rng, 3);
    make_account(&rng, rows, 1000);
    for (size_t i = 0; i < 4096 * 7; i++)
        other[i] = rng_u64(&rng);
    chunk_encode(b, JOURNAL_EQUITY, other, 4096, 7, &ignored);
    size_t len_a = chunk_encode(a, JOURNAL_EQUITY, rows, 1000, 7, &packed_a);
    size_t len_b = chunk_encode(b, JOURNAL_EQUITY, rows, 1000, 7, &packed_b);
    cr_assert_eq(len_a, len_b);
    cr_assert_eq(memcmp(packed_a, packed_b, len_a), 0);
    mem_free(rows);
    mem_free(other);
    chunk_codec_destroy(&a);
    chunk_codec_destroy(&b);
}

Test(chunk, refuses_bytes_that_are_no_chunk) {
    struct chunk_codec *codec = chunk_codec_create();
    uint64_t rows[3 * 7] = {1, 2, 3};
    uint8_t bytes[512];
    const uint8_t *packed;
    const uint64_t *found;
    size_t count;
    struct err err;
    size_t len = chunk_encode(codec, JOURNAL_EQUITY, rows, 3, 7, &packed);
    cr_assert_leq(len, sizeof(bytes));
    memcpy(bytes, packed, len);
    for (size_t cut = 0; cut < len; cut++)
        cr_assert_eq(chunk_decode(codec, JOURNAL_EQUITY, bytes, cut, &found, &count, &err),
                     ERR_FORMAT);
    cr_assert_eq(chunk_decode(codec, JOURNAL_EQUITY, bytes, len + 1, &found, &count, &err),
                 ERR_FORMAT);
    cr_assert_eq(chunk_decode(codec, JOURNAL_LEDGER, bytes, len, &found, &count, &err), ERR_FORMAT);
    bytes[0] = 2;
    cr_assert_eq(chunk_decode(codec, JOURNAL_EQUITY, bytes, len, &found, &count, &err), ERR_FORMAT);
    cr_assert_not_null(strstr(err.text, "version 2"), "%s", err.text);
    chunk_codec_destroy(&codec);
}

/* Any changed byte is found: rows are given back as they were, or not at all. */
Test(chunk, survives_mutations) {
    struct chunk_codec *codec = chunk_codec_create(), *other = chunk_codec_create();
    uint64_t *rows = mem_zalloc(300 * 7, 8);
    const uint8_t *packed;
    const uint64_t *found;
    size_t count, refused = 0;
    struct err err;
    struct rng rng;
    rng_seed(&rng, 4);
    make_account(&rng, rows, 300);
    size_t len = chunk_encode(codec, JOURNAL_EQUITY, rows, 300, 7, &packed);
    uint8_t *bytes = mem_alloc(len);
    for (int i = 0; i < 20000; i++) {
        memcpy(bytes, packed, len);
        for (uint64_t n = 1 + rng_u64(&rng) % 4; n > 0; n--)
            bytes[rng_u64(&rng) % (i % 2 ? len : 40)] = (uint8_t)rng_u64(&rng);
        size_t cut = i % 3 == 0 ? rng_u64(&rng) % (len + 1) : len;
        if (chunk_decode(other, JOURNAL_EQUITY, bytes, cut, &found, &count, &err) != 0) {
            refused++;
            continue;
        }
        cr_assert_eq(count, 300);
        cr_assert_eq(memcmp(found, rows, 300 * 7 * 8), 0);
    }
    cr_assert_gt(refused, 19000);
    mem_free(bytes);
    mem_free(rows);
    chunk_codec_destroy(&codec);
    chunk_codec_destroy(&other);
}
