/*
 * data/number.h - decimal text to double, rounded exactly as strtod in the C locale rounds it, some
 * ten times as fast.
 *
 * Grammar: [+-] digits [. digits] [e|E [+-] digits]. No spaces, no hex, no inf, no nan, no ".5" and
 * no "5." (the point is left over then). For words that must be one whole number use str_parse_f64.
 */
#ifndef DATA_NUMBER_H
#define DATA_NUMBER_H

#include <endian.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/check.h"

/* Reads the longest number that begins at text and lies before end. Returns its length in bytes, 0
 * when there is none (ret untouched then). What is too large becomes an infinity of its sign, what
 * is too small a zero: the caller decides whether it wants them. */
static inline size_t number_parse(const char *text, const char *end, double *ret);

/* The parts of it; not for others. */

#define NUMBER_EXACT_POWERS 23
extern const double number_exact_powers[NUMBER_EXACT_POWERS]; /* 10^0 to 10^22 */

/* number_parse for every text. */
size_t number_parse_any(const char *text, const char *end, double *ret);

/* Eight bytes of text as digits, the first one lowest; those that are none become more than 9. */
static inline uint64_t number_load(const char *text) {
    uint64_t bytes;
    memcpy(&bytes, text, sizeof(bytes));
    return le64toh(bytes) ^ 0x3030303030303030u;
}

/* The top bit of each byte that is no digit. Bits above the first are right only if it is the first
 * or has none but digits and points below it (what is larger may carry). */
static inline uint64_t number_others(uint64_t bytes) {
    return ((bytes + 0x7676767676767676u) | bytes) & 0x8080808080808080u;
}

/* How many of the eight are digits before the first that is none. */
static inline unsigned number_count(uint64_t others) {
    return others == 0 ? 8 : (unsigned)__builtin_ctzll(others) / 8;
}

/* The first n (1 to 8) bytes as a number: neighbours are joined to pairs, fours, eight. */
static inline uint64_t number_join(uint64_t bytes, unsigned n) {
    bytes <<= 64 - 8 * n; /* zeros in front */
    bytes = bytes * 10 + (bytes >> 8);
    uint64_t even = (bytes & 0x000000ff000000ffu) * (100 + (UINT64_C(1000000) << 32));
    uint64_t odd = (bytes >> 16 & 0x000000ff000000ffu) * (1 + (UINT64_C(10000) << 32));
    return (even + odd) >> 32;
}

/* The usual price: at most eight bytes in all ("1.05209", "46377.0", "12") and the end of a field
 * behind them. Whole digits and fraction are joined in one go, the point between them taken out.
 * Returns 0 for anything else. Reads nine bytes. */
static inline size_t number_parse_short(const char *text, double *ret) {
    uint64_t bytes = number_load(text), others = number_others(bytes);
    unsigned whole = number_count(others), len = whole, fraction = 0;
    if (UNLIKELY(whole == 0))
        return 0;
    if (text[whole] == '.' && whole < 8) {
        len = number_count(others & (others - 1));
        fraction = len - whole - 1;
        uint64_t before = ((uint64_t)1 << (8 * whole)) - 1;
        bytes = (bytes & before) | (bytes >> 8 & ~before);
        if (UNLIKELY(fraction == 0))
            return 0;
    }
    if (UNLIKELY(text[len] != ',' && text[len] != '\n' && text[len] != '\r'))
        return 0;
    *ret = (double)number_join(bytes, whole + fraction) / number_exact_powers[fraction];
    return len;
}

static inline size_t number_parse(const char *text, const char *end, double *ret) {
    size_t len = end - text > 8 ? number_parse_short(text, ret) : 0;
    return LIKELY(len > 0) ? len : number_parse_any(text, end, ret);
}

#endif
