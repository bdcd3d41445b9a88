/*
 * Numbers as text, without the locale. Both ways have a fast path whose exactness is easy to see,
 * and behind it libc, which is exact for everything:
 *   reading: an integer below 2^53 and a power of ten up to 10^22 are both doubles, so one
 *            multiplication or division gives the correctly rounded value;
 *   writing: a double of ordinary size is a fraction of integers below 2^128, and so is the
 *            middle between it and the next; the shortest decimal between the middles is its text.
 */
#include <fenv.h>
#include <float.h>
#include <locale.h>
#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"

#define EXACT_MAX ((uint64_t)1 << 53)
#define EXPONENT_CLAMP 100000

static const double pow10_exact[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                     1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                     1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
#define POW10_MAX 22

/* Made by whoever comes first and kept; of two at once the second frees its own. */
static locale_t c_locale(void) {
    static _Atomic(locale_t) shared;
    locale_t locale = atomic_load(&shared);
    if (locale != (locale_t)0)
        return locale;
    locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    CHECK(locale != (locale_t)0);
    locale_t expected = (locale_t)0;
    if (atomic_compare_exchange_strong(&shared, &expected, locale))
        return locale;
    freelocale(locale);
    return expected;
}

static double strtod_c(const char *text) { return strtod_l(text, NULL, c_locale()); }

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool str_parse_i64_n(const char *text, size_t len, int64_t *ret) {
    size_t at = len > 0 && (text[0] == '-' || text[0] == '+') ? 1 : 0;
    bool negative = at == 1 && text[0] == '-';
    if (at == len)
        return false;
    int64_t value = 0; /* built below zero, where there is room for INT64_MIN */
    for (; at < len; at++) {
        if (!is_digit(text[at]) || __builtin_mul_overflow(value, INT64_C(10), &value) ||
            __builtin_sub_overflow(value, (int64_t)(text[at] - '0'), &value))
            return false;
    }
    if (!negative && value == INT64_MIN)
        return false;
    *ret = negative ? value : -value;
    return true;
}

bool str_parse_i64(const char *text, int64_t *ret) {
    return str_parse_i64_n(text, strlen(text), ret);
}

/* A number's text taken apart: mantissa * 10^exponent, unless digits were lost (then only libc's
 * reading will do). */
struct scanned {
    bool negative;
    bool lost;
    uint64_t mantissa;
    int exponent;
};

/* Digits from *at on; returns how many. Each one after the point lowers the exponent. */
static size_t scan_digits(const char *text, size_t len, size_t *at, bool fraction,
                          struct scanned *s) {
    size_t start = *at;
    for (; *at < len && is_digit(text[*at]); (*at)++) {
        uint64_t digit = (uint64_t)(text[*at] - '0');
        if (s->mantissa > (UINT64_MAX - 9) / 10) {
            s->lost = true;
            continue;
        }
        s->mantissa = s->mantissa * 10 + digit;
        if (fraction && s->exponent > -EXPONENT_CLAMP)
            s->exponent--;
    }
    return *at - start;
}

static bool scan_exponent(const char *text, size_t len, size_t *at, struct scanned *s) {
    (*at)++; /* the e */
    bool negative = *at < len && text[*at] == '-';
    if (*at < len && (text[*at] == '-' || text[*at] == '+'))
        (*at)++;
    if (*at == len)
        return false;
    int value = 0;
    for (; *at < len; (*at)++) {
        if (!is_digit(text[*at]))
            return false;
        if (value < EXPONENT_CLAMP)
            value = value * 10 + (text[*at] - '0');
    }
    s->exponent += negative ? -value : value;
    return true;
}

static bool scan_number(const char *text, size_t len, struct scanned *s) {
    *s = (struct scanned){0};
    size_t at = 0;
    if (len > 0 && (text[0] == '-' || text[0] == '+')) {
        s->negative = text[0] == '-';
        at = 1;
    }
    size_t digits = scan_digits(text, len, &at, false, s);
    if (at < len && text[at] == '.') {
        at++;
        digits += scan_digits(text, len, &at, true, s);
    }
    if (digits == 0)
        return false;
    if (at < len && (text[at] == 'e' || text[at] == 'E') && !scan_exponent(text, len, &at, s))
        return false;
    return at == len;
}

static double parse_slowly(const char *text, size_t len) {
    char buf[128];
    if (len < sizeof(buf)) {
        memcpy(buf, text, len);
        buf[len] = '\0';
        return strtod_c(buf);
    }
    char *copy = mem_strndup(text, len);
    double value = strtod_c(copy);
    mem_free(copy);
    return value;
}

bool str_parse_f64_n(const char *text, size_t len, double *ret) {
    struct scanned s;
    if (!scan_number(text, len, &s))
        return false;
    double value;
    if (!s.lost && s.mantissa <= EXACT_MAX && s.exponent >= -POW10_MAX && s.exponent <= POW10_MAX) {
        value = (double)s.mantissa;
        if (s.exponent < 0)
            value /= pow10_exact[-s.exponent];
        else
            value *= pow10_exact[s.exponent];
        value = s.negative ? -value : value;
    } else {
        value = parse_slowly(text, len);
    }
    if (!isfinite(value))
        return false;
    *ret = value;
    return true;
}

bool str_parse_f64(const char *text, double *ret) {
    return str_parse_f64_n(text, strlen(text), ret);
}

/* The significant digits of a positive number (no zeros at the end) and the power of ten of the
 * first one. */
struct digits {
    char text[20];
    int count;
    int exponent;
};

static void trim_zeros(struct digits *d) {
    while (d->count > 1 && d->text[d->count - 1] == '0')
        d->count--;
}

static unsigned __int128 pow10_int(int k) {
    unsigned __int128 power = 1;
    for (; k > 0; k--)
        power *= 10;
    return power;
}

/* A double as n / 2^shift * 10^-k, exactly, with k such that n / 2^shift has 17 digits before the
 * point. Decimals of fewer digits are then multiples of 10 and 100, and the distance to the next
 * double is 10^k / 2^shift: all questions are about integers below 2^128. */
struct scaled {
    unsigned __int128 n;
    unsigned __int128 gap; /* 10^k */
    uint64_t mantissa;
    int shift;
    int k;
};

#define MANTISSA_MIN ((uint64_t)1 << 52)

static struct scaled scale(double value) {
    int exponent;
    double fraction = frexp(value, &exponent);
    struct scaled s = {.mantissa = (uint64_t)ldexp(fraction, 53), .shift = 53 - exponent};
    s.k = 16 - (int)floor(log10(value)); /* one off at most, where the logarithm was rounded */
    for (;;) {
        s.gap = pow10_int(s.k);
        s.n = s.mantissa * s.gap;
        uint64_t whole = (uint64_t)(s.n >> s.shift);
        if (whole >= UINT64_C(100000000000000000))
            s.k--;
        else if (whole < UINT64_C(10000000000000000))
            s.k++;
        else
            return s;
    }
}

/* Whether the decimal at this distance reads back as the double: at most half the way to the next
 * one (half the way itself goes to the even mantissa), which below a power of two is half as far.
 */
static bool reads_back(const struct scaled *s, unsigned __int128 distance, bool below) {
    unsigned __int128 limit = s->gap;
    unsigned __int128 ways = distance * (below && s->mantissa == MANTISSA_MIN ? 4 : 2);
    return ways < limit || (ways == limit && s->mantissa % 2 == 0);
}

/* The shortest decimal by integers alone; false outside the range where 128 bits suffice. Fifteen
 * digits are tried first, since every decimal of at most 15 survives the way through a double. */
static bool digits_exact(double value, struct digits *d) {
    if (!(value >= 0x1p-16 && value < 0x1p53))
        return false;
    struct scaled s = scale(value);
    uint64_t whole = (uint64_t)(s.n >> s.shift);
    uint64_t found = 0;
    for (uint64_t unit = 100; found == 0; unit /= 10) {
        CHECKF(unit > 0, "17 digits do not read back: %a", value);
        uint64_t down = whole - whole % unit;
        uint64_t up = down + unit;
        unsigned __int128 to_down = s.n - ((unsigned __int128)down << s.shift);
        unsigned __int128 to_up = ((unsigned __int128)up << s.shift) - s.n;
        bool down_fits = reads_back(&s, to_down, true);
        bool up_fits = reads_back(&s, to_up, false);
        bool down_is_nearer = to_down < to_up || (to_down == to_up && down / unit % 2 == 0);
        if (down_fits && (!up_fits || down_is_nearer))
            found = down;
        else if (up_fits)
            found = up;
    }
    char reversed[20];
    int count = 0;
    for (; found > 0; found /= 10)
        reversed[count++] = (char)('0' + found % 10);
    for (int i = 0; i < count; i++)
        d->text[i] = reversed[count - 1 - i];
    d->count = count;
    d->exponent = count - 1 - s.k;
    trim_zeros(d);
    return true;
}

/* libc's digits at this precision and rounding; whether they read back as value. */
static bool digits_at(double value, int precision, int rounding, struct digits *d) {
    char buf[64];
    int old_rounding = fegetround();
    fesetround(rounding);
    snprintf(buf, sizeof(buf), "%.*e", precision - 1, value);
    fesetround(old_rounding);
    d->count = 0;
    const char *at = buf;
    for (; *at != 'e'; at++) /* steps over the locale's point, whatever it is */
        if (is_digit(*at) && d->count < precision)
            d->text[d->count++] = *at;
    int64_t exponent = 0;
    CHECKF(str_parse_i64(at + 1, &exponent), "%s", buf);
    d->exponent = (int)exponent;
    char plain[64];
    snprintf(plain, sizeof(plain), "%.*se%d", d->count, d->text, d->exponent - (d->count - 1));
    trim_zeros(d);
    return strtod_c(plain) == value;
}

static void digits_of(double value, struct digits *d) {
    if (digits_exact(value, d))
        return;
    int unused;
    bool power_of_two = frexp(value, &unused) == 0.5;
    /* Every decimal of 15 digits survives the way through a (normal) double. */
    for (int precision = value < DBL_MIN ? 1 : DBL_DIG; precision <= 17; precision++) {
        if (digits_at(value, precision, FE_TONEAREST, d))
            return;
        /* Above a power of two doubles lie twice as far apart as below: the nearest decimal may
         * miss, and its neighbour further up may not. */
        if (power_of_two && digits_at(value, precision, FE_UPWARD, d))
            return;
    }
    CHECKF(false, "17 digits do not read back: %a", value);
}

/* Puts the point, zeros and exponent where they belong; room for STR_F64_MAX. */
static void lay_out(char *out, bool negative, const struct digits *d) {
    char *at = out;
    if (negative)
        *at++ = '-';
    int whole = d->exponent + 1; /* digits before the point */
    if (d->exponent < -5 || d->exponent >= 17) {
        *at++ = d->text[0];
        if (d->count > 1) {
            *at++ = '.';
            memcpy(at, d->text + 1, (size_t)d->count - 1);
            at += d->count - 1;
        }
        snprintf(at, 8, "e%d", d->exponent);
        return;
    }
    if (whole <= 0) {
        *at++ = '0';
        *at++ = '.';
        for (int i = whole; i < 0; i++)
            *at++ = '0';
    }
    for (int i = 0; i < max_i64(d->count, whole); i++) {
        if (i == whole && whole > 0)
            *at++ = '.';
        *at++ = i < d->count ? d->text[i] : '0';
    }
    *at = '\0';
}

void str_format_f64(char *buf, size_t cap, double value) {
    char out[STR_F64_MAX];
    bool negative = signbit(value);
    if (isnan(value)) {
        str_copy_fixed(buf, cap, "nan");
    } else if (isinf(value)) {
        str_copy_fixed(buf, cap, negative ? "-inf" : "inf");
    } else if (value == 0) {
        str_copy_fixed(buf, cap, negative ? "-0" : "0");
    } else {
        struct digits d;
        digits_of(fabs(value), &d);
        lay_out(out, negative, &d);
        str_copy_fixed(buf, cap, out);
    }
}
