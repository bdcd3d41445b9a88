/*
 * A number is w * 10^q with a whole w. Three ways, each exact, from the quickest to the rarest:
 *   1. w <= 2^53 and |q| <= 22: both are doubles, so one division or multiplication rounds once.
 *      That is nearly every price; the shortest of them are read in number.h already.
 *   2. w < 10^19 and |q| <= 64: w times the 128 leading bits of 5^q, all in whole numbers (Lemire,
 *      "Number parsing at a gigabyte per second", 2021). That is the 17 digits of prices which
 *      were once floats (45.790000915527344).
 *   3. libc.
 */
#include "data/number.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/check.h"
#include "base/str.h"
#include "data/number_powers.h"

#define EXACT_MAX ((uint64_t)1 << 53)
#define DIGITS_MAX 19 /* 10^19 - 1 fits into 64 bits */
#define EXPONENT_CLAMP 100000

const double number_exact_powers[NUMBER_EXACT_POWERS] = {
    1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
    1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
#define EXACT_POWER_MAX (NUMBER_EXACT_POWERS - 1)

static inline unsigned digit_of(char c) { return (unsigned)(unsigned char)c - '0'; }

/* floor(log2(10^q)) for |q| <= 350. */
static int binary_exponent(int q) { return (q * 217706) >> 16; }

/* w * 10^q rounded to nearest, ties to even, as the bits of a double. w > 0, POWER_MIN <= q <=
 * POWER_MAX, so the result is a normal number. */
static uint64_t scale_by_power(uint64_t w, int q) {
    const struct power *power = &powers[q - POWER_MIN];
    int leading_zeros = __builtin_clzll(w);
    w <<= leading_zeros;
    unsigned __int128 product = (unsigned __int128)w * power->hi;
    uint64_t hi = (uint64_t)(product >> 64), lo = (uint64_t)product;
    /* The 9 bits below the 55 that matter are all ones: the rest of the power may carry. */
    if (UNLIKELY((hi & 0x1ff) == 0x1ff)) {
        uint64_t carry = (uint64_t)(((unsigned __int128)w * power->lo) >> 64);
        lo += carry;
        if (lo < carry)
            hi++;
    }
    int top = (int)(hi >> 63);
    int shift = top + 9; /* leaves 54 bits: the mantissa and one to round by */
    uint64_t mantissa = hi >> shift;
    int exponent = binary_exponent(q) + 63 + top - leading_zeros + 1023;
    /* A true halfway case is only possible where 5^q or w / 5^-q is exact; then even wins. */
    bool is_half = lo <= 1 && q >= -4 && q <= 23 && (mantissa & 3) == 1 && mantissa << shift == hi;
    if (is_half)
        mantissa &= ~(uint64_t)1;
    mantissa += mantissa & 1;
    mantissa >>= 1;
    if (mantissa == EXACT_MAX) {
        mantissa >>= 1;
        exponent++;
    }
    CHECK(exponent > 0 && exponent < 2047);
    return (mantissa & (((uint64_t)1 << 52) - 1)) | (uint64_t)exponent << 52;
}

static double parse_slowly(const char *text, const char *end) {
    double value;
    if (str_parse_f64_n(text, (size_t)(end - text), &value))
        return value;
    return *text == '-' ? -HUGE_VAL : HUGE_VAL; /* the form is right, so it was too large */
}

/* Digits of text..end that count, i.e. without the zeros in front. */
static int64_t significant_digits(const char *text, const char *end) {
    while (text < end && (*text == '0' || *text == '.'))
        text++;
    int64_t n = 0;
    for (; text < end; text++)
        n += digit_of(*text) <= 9;
    return n;
}

/* The e and what follows it, when it is an exponent; moves *at behind it and adds it to *q. */
static void parse_exponent(const char **at, const char *end, int64_t *q) {
    const char *p = *at + 1;
    bool negative = p < end && *p == '-';
    if (p < end && (*p == '-' || *p == '+'))
        p++;
    if (p == end || digit_of(*p) > 9)
        return; /* "1e", "1ex": the number ends before the e */
    int64_t value = 0;
    for (; p < end && digit_of(*p) <= 9; p++)
        if (value < EXPONENT_CLAMP)
            value = value * 10 + digit_of(*p);
    *q += negative ? -value : value;
    *at = p;
}

/* What the text says: w * 10^q, and how much of it is the number. */
struct scanned {
    uint64_t w;
    int64_t q;
    size_t len;
    bool is_long; /* more digits than w can hold */
};

/* Digit by digit, for any text. */
static bool scan_carefully(const char *text, const char *end, struct scanned *ret) {
    const char *p = text;
    if (p < end && (*p == '-' || *p == '+'))
        p++;
    const char *digits = p;
    uint64_t w = 0; /* wraps when there are too many digits; not used then */
    for (; p < end && digit_of(*p) <= 9; p++)
        w = w * 10 + digit_of(*p);
    int64_t count = p - digits, q = 0;
    if (count == 0)
        return false;
    if (p + 1 < end && *p == '.' && digit_of(p[1]) <= 9) {
        const char *fraction = ++p;
        for (; p < end && digit_of(*p) <= 9; p++)
            w = w * 10 + digit_of(*p);
        q = -(p - fraction);
        count -= q;
    }
    bool is_long = count > DIGITS_MAX && significant_digits(digits, p) > DIGITS_MAX;
    if (p < end && (*p | 0x20) == 'e')
        parse_exponent(&p, end, &q);
    *ret = (struct scanned){w, q, (size_t)(p - text), is_long};
    return true;
}

/* Appends up to 15 digits from text on to *w; their count, 16 when there are more. Reads 16 bytes.
 */
static inline unsigned scan_digits(const char *text, uint64_t *w) {
    static const uint32_t powers_of_ten[] = {1,      10,      100,      1000,     10000,
                                             100000, 1000000, 10000000, 100000000};
    uint64_t bytes = number_load(text);
    unsigned n = number_count(number_others(bytes));
    if (n == 0)
        return 0;
    *w = *w * powers_of_ten[n] + number_join(bytes, n);
    if (LIKELY(n < 8))
        return n;
    bytes = number_load(text + 8);
    n = number_count(number_others(bytes));
    if (n > 0)
        *w = *w * powers_of_ten[n] + number_join(bytes, n);
    return 8 + n;
}

/* Eight digits at a time, for the ordinary number: reads up to SCAN_BYTES of text. false when it is
 * none of these. */
#define SCAN_BYTES 40
static inline bool scan_quickly(const char *text, struct scanned *ret) {
    const char *p = text + (*text == '-');
    uint64_t w = 0;
    unsigned whole = scan_digits(p, &w), fraction = 0;
    if (whole == 0 || whole == 16)
        return false;
    p += whole;
    if (*p == '.') {
        fraction = scan_digits(p + 1, &w);
        if (fraction == 0 || fraction == 16 || whole + fraction > DIGITS_MAX)
            return false;
        p += 1 + fraction;
    }
    if ((*p | 0x20) == 'e')
        return false;
    *ret = (struct scanned){w, -(int64_t)fraction, (size_t)(p - text), false};
    return true;
}

size_t number_parse_any(const char *text, const char *end, double *ret) {
    struct scanned s;
    if (UNLIKELY(end - text < SCAN_BYTES || !scan_quickly(text, &s)) &&
        !scan_carefully(text, end, &s))
        return 0;
    double value;
    if (s.w <= EXACT_MAX && s.q >= -EXACT_POWER_MAX && s.q <= EXACT_POWER_MAX && !s.is_long) {
        value = (double)s.w;
        if (s.q < 0)
            value /= number_exact_powers[-s.q];
        else
            value *= number_exact_powers[s.q];
    } else if (s.w != 0 && s.q >= POWER_MIN && s.q <= POWER_MAX && !s.is_long) {
        uint64_t bits = scale_by_power(s.w, (int)s.q);
        memcpy(&value, &bits, sizeof(value));
    } else {
        *ret = parse_slowly(text, text + s.len);
        return s.len;
    }
    *ret = *text == '-' ? -value : value;
    return s.len;
}
