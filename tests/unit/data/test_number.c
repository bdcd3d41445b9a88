/* data/number against strtod, which glibc rounds exactly. */
#include <criterion/criterion.h>
#include <inttypes.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "data/number.h"
#include "data/number_powers.h"

static uint64_t bits_of(double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof(bits));
    return bits;
}

/* The whole text is read, to the bits of strtod. */
static void same_as_strtod(const char *text) {
    double expected = strtod(text, NULL);
    char
        row[2200]; /* the text as a field: with much behind it, there is a quicker way to read it */
    size_t text_len = strlen(text);
    memcpy(row, text, text_len);
    memset(row + text_len, ',', 48);
    for (size_t room = 0; room <= 48; room += 48) {
        double value = -7;
        size_t len = number_parse(row, row + text_len + room, &value);
        if (len != text_len || bits_of(value) != bits_of(expected))
            cr_assert_fail("%s: read %zu bytes as %a, strtod says %a", text, len, value, expected);
    }
}

static char *put_digits(char *at, struct rng *rng, uint64_t n) {
    while (n-- > 0)
        *at++ = (char)('0' + rng_below(rng, 10));
    return at;
}

Test(number, rounds_as_strtod_in_four_million_random_decimals) {
    struct rng rng;
    rng_seed(&rng, 1);
    char text[128];
    for (int i = 0; i < 4000000; i++) {
        char *at = text;
        uint64_t sign = rng_below(&rng, 8);
        if (sign < 2)
            *at++ = sign == 0 ? '-' : '+';
        at = put_digits(at, &rng, 1 + rng_below(&rng, i % 4 == 0 ? 22 : 8));
        if (rng_below(&rng, 4) != 0) {
            *at++ = '.';
            at = put_digits(at, &rng, 1 + rng_below(&rng, i % 4 == 1 ? 22 : 9));
        }
        if (rng_below(&rng, 3) == 0) {
            int64_t exponent = (int64_t)rng_below(&rng, i % 2 == 0 ? 700 : 140);
            at += sprintf(at, "%c%+" PRId64, rng_below(&rng, 2) ? 'e' : 'E',
                          exponent - (i % 2 == 0 ? 350 : 70));
        }
        *at = '\0';
        same_as_strtod(text);
    }
}

/* w below 2^64 and exponents of the table: the second way of three. */
Test(number, rounds_as_strtod_in_four_million_long_mantissas) {
    struct rng rng;
    rng_seed(&rng, 2);
    char text[128];
    for (int i = 0; i < 4000000; i++) {
        uint64_t w = rng_u64(&rng) >> rng_below(&rng, 12);
        int exponent = (int)rng_below(&rng, 160) - 80;
        snprintf(text, sizeof(text), "%" PRIu64 "e%d", w, exponent);
        same_as_strtod(text);
    }
}

/* 17 digits of random doubles of market size: what binary floats look like in a file. */
Test(number, rounds_as_strtod_in_two_million_printed_doubles) {
    struct rng rng;
    rng_seed(&rng, 3);
    char text[128];
    for (int i = 0; i < 1000000; i++) {
        double value = (rng_f64(&rng) + 0.001) * (double)(UINT64_C(1) << rng_below(&rng, 40));
        snprintf(text, sizeof(text), "%.17g", value);
        same_as_strtod(text);
        cr_assert_eq(strtod(text, NULL), value);
        snprintf(text, sizeof(text), "%.*f", (int)rng_below(&rng, 20), value);
        same_as_strtod(text);
    }
}

/* Exactly between two doubles, and one unit of the last digit to either side. */
Test(number, rounds_halfway_cases_to_even) {
    struct rng rng;
    rng_seed(&rng, 4);
    char text[1200];
    for (int i = 0; i < 200000; i++) {
        uint64_t mantissa = (UINT64_C(1) << 53) + (rng_u64(&rng) >> 11); /* 54 bits, odd below */
        mantissa |= 1;
        int shift = (int)rng_below(&rng, 60) - 40; /* halfway value = mantissa * 2^shift */
        /* 2^-k = 5^k / 10^k, so the decimal ends; printf of a long double writes it exactly. */
        long double halfway = ldexpl((long double)mantissa, shift);
        int places = shift < 0 ? -shift : 0;
        int len = snprintf(text, sizeof(text), "%.*Lf", places, halfway);
        same_as_strtod(text);
        char last = text[len - 1];
        text[len - 1] = (char)(last == '9' ? '8' : last + 1);
        same_as_strtod(text);
        text[len - 1] = (char)(last == '0' ? '1' : last - 1);
        same_as_strtod(text);
    }
    same_as_strtod("9007199254740993"); /* 2^53 + 1: down to even */
    same_as_strtod("9007199254740995"); /* 2^53 + 3: up to even */
    same_as_strtod("9007199254740993.00000000000000000000000000000000000000000001");
    same_as_strtod("1.00000000000000011102230246251565404236316680908203125");
    same_as_strtod("1.00000000000000011102230246251565404236316680908203124");
    same_as_strtod("1.00000000000000011102230246251565404236316680908203126");
}

Test(number, rounds_subnormals_and_the_ends_of_the_range) {
    struct rng rng;
    rng_seed(&rng, 5);
    char text[128];
    for (int i = 0; i < 500000; i++) {
        uint64_t bits = rng_u64(&rng) >> (12 + rng_below(&rng, 50));
        double value;
        memcpy(&value, &bits, sizeof(value));
        snprintf(text, sizeof(text), "%.*e", (int)rng_below(&rng, 25), value);
        same_as_strtod(text);
        bits = rng_u64(&rng) & ~(UINT64_C(1) << 63); /* any finite double */
        memcpy(&value, &bits, sizeof(value));
        if (!isfinite(value))
            continue;
        snprintf(text, sizeof(text), "%.16e", value);
        same_as_strtod(text);
    }
    const char *const ends[] = {"0",
                                "-0",
                                "+0",
                                "0.0",
                                "0e5",
                                "0e999999999999",
                                "-0.000e-400",
                                "4.9406564584124654e-324",
                                "2.4703282292062327e-324",
                                "2.4703282292062328e-324",
                                "2.2250738585072011e-308",
                                "2.2250738585072014e-308",
                                "1.7976931348623157e308",
                                "1.7976931348623158e308",
                                "1.7976931348623159e308",
                                "-1e309",
                                "1e99999999999999999999",
                                "1e-99999999999999999999",
                                "18446744073709551615",
                                "18446744073709551616",
                                "9999999999999999999",
                                "99999999999999999999",
                                "0000000000000000000000000000001.5",
                                "123456789012345678901234567890"};
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
        same_as_strtod(ends[i]);
}

Test(number, reads_numbers_of_a_thousand_digits) {
    char text[2100];
    for (size_t len = 20; len < 1000; len += 7) {
        memset(text, '7', len);
        text[len] = '\0';
        same_as_strtod(text);
        text[1] = '.';
        same_as_strtod(text);
    }
}

Test(number, refuses_what_is_no_decimal_number) {
    const char *const words[] = {"",    "-",    "+",   ".",  ".5",  "-.5", "e5", "inf", "nan",
                                 "NaN", "-inf", "abc", " 1", "--1", "+-1", "x1", ",",   "\n"};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        double value = 42;
        cr_expect_eq(number_parse(words[i], words[i] + strlen(words[i]), &value), 0, "%s",
                     words[i]);
        cr_expect_eq(value, 42);
    }
}

Test(number, says_how_many_bytes_are_the_number) {
    static const struct {
        const char *text;
        size_t len;
        double value;
    } cases[] = {{"1,2", 1, 1},     {"1.5,", 3, 1.5},  {"5.", 1, 5},     {"5.e3", 1, 5},
                 {"1e", 1, 1},      {"1e+", 1, 1},     {"1e5", 3, 1e5},  {"1.2.3", 3, 1.2},
                 {"0x10", 1, 0},    {"1e5.5", 3, 1e5}, {"12abc", 2, 12}, {"-3\r\n", 2, -3},
                 {"1E-2 ", 4, 0.01}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        double value = 42;
        const char *text = cases[i].text;
        cr_expect_eq(number_parse(text, text + strlen(text), &value), cases[i].len, "%s", text);
        cr_expect_eq(value, cases[i].value, "%s", text);
        char row[80];
        int row_len = snprintf(row, sizeof(row), "%s%48s", text, "");
        cr_expect_eq(number_parse(row, row + row_len, &value), cases[i].len, "%s", text);
        cr_expect_eq(value, cases[i].value, "%s", text);
    }
}

Test(number, reads_nothing_beyond_the_end) {
    /* On the heap without a terminator, so that a sanitizer sees a step too far. */
    const char *const texts[] = {"1",   "12.5", "1.", "1e",
                                 "1e+", "1e5",  "-",  "12345678901234567890123"};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        size_t len = strlen(texts[i]);
        char *copy = malloc(len);
        memcpy(copy, texts[i], len);
        double value;
        cr_expect_leq(number_parse(copy, copy + len, &value), len);
        free(copy);
    }
    double value = 0;
    const char *long_text = "12345";
    cr_expect_eq(number_parse(long_text, long_text, &value), 0);
    cr_expect_eq(number_parse(long_text, long_text + 3, &value), 3);
    cr_expect_eq(value, 123);
}

/* Whole numbers of 32-bit limbs, the smallest first: enough for 5^64 * 2^128. */
#define LIMBS 16
struct whole {
    uint32_t limb[LIMBS];
};

static void multiply(struct whole *n, uint32_t by) {
    uint64_t carry = 0;
    for (int i = 0; i < LIMBS; i++) {
        carry += (uint64_t)n->limb[i] * by;
        n->limb[i] = (uint32_t)carry;
        carry >>= 32;
    }
    cr_assert_eq(carry, 0);
}

static int bit_length(const struct whole *n) {
    for (int i = LIMBS * 32; i-- > 0;)
        if (n->limb[i / 32] >> (i % 32) & 1)
            return i + 1;
    return 0;
}

static void add_product(struct whole *sum, const struct whole *a, const uint32_t b[4]) {
    for (int j = 0; j < 4; j++) {
        uint64_t carry = 0;
        for (int i = 0; i + j < LIMBS; i++) {
            carry += (uint64_t)a->limb[i] * b[j] + sum->limb[i + j];
            sum->limb[i + j] = (uint32_t)carry;
            carry >>= 32;
        }
    }
}

Test(number, every_power_in_the_table_is_what_it_says) {
    for (int q = POWER_MIN; q <= POWER_MAX; q++) {
        struct power power = powers[q - POWER_MIN];
        uint32_t words[4] = {(uint32_t)power.lo, (uint32_t)(power.lo >> 32), (uint32_t)power.hi,
                             (uint32_t)(power.hi >> 32)};
        cr_assert_neq(power.hi >> 63, 0);
        struct whole five = {{1}};
        for (int i = 0; i < abs(q); i++)
            multiply(&five, 5);
        int bits = bit_length(&five);
        if (q >= 0) { /* its bits are the leading ones of 5^q, zeros below them */
            for (int i = 0; i < 128; i++) {
                int at = bits - 1 - i;
                unsigned expected = at >= 0 ? five.limb[at / 32] >> (at % 32) & 1 : 0;
                unsigned found = words[(127 - i) / 32] >> ((127 - i) % 32) & 1;
                cr_assert_eq(found, expected, "1e%d bit %d", q, i);
            }
            continue;
        }
        /* The least n with n * 5^-q >= 2^(bits + 127): so n * 5^-q - 2^(bits + 127) < 5^-q. */
        struct whole product = {{0}};
        add_product(&product, &five, words);
        int top = bits + 127;
        cr_assert_eq(bit_length(&product), top + 1, "1e%d", q);
        product.limb[top / 32] &= ~(UINT32_C(1) << (top % 32));
        bool is_less = false;
        for (int i = LIMBS; i-- > 0;)
            if (product.limb[i] != five.limb[i]) {
                is_less = product.limb[i] < five.limb[i];
                break;
            }
        cr_assert(is_less, "1e%d", q);
    }
}
