#include "base/decimal.h"

#include <math.h>
#include <string.h>

#include "base/check.h"
#include "base/str.h"

#define DIGITS_MAX 18
#define EXACT_MAX ((int64_t)1 << 53)
#define EXPONENT_CLAMP 1000

static const double pow10_f64[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8, 1e9,
                                   1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18};

static void check_valid(struct decimal value) {
    CHECKF(value.scale >= 0 && value.scale <= DECIMAL_SCALE_MAX, "scale %d", value.scale);
}

/* Digits so far: num * 10^(zeros - fraction_len), where zeros are those at the end that have not
 * been worked in (and never are, if no other digit follows). */
struct scan {
    const char *at;
    int64_t num;
    int digits;
    int zeros;
    int fraction_len;
};

/* False when the digits don't fit. ret_count: how many were read, zeros too. */
static bool scan_digits(struct scan *s, bool fraction, size_t *ret_count) {
    const char *start = s->at;
    for (; *s->at >= '0' && *s->at <= '9'; s->at++) {
        if (s->zeros > EXPONENT_CLAMP || s->fraction_len > EXPONENT_CLAMP)
            return false;
        s->fraction_len += fraction ? 1 : 0;
        if (*s->at == '0') {
            s->zeros += s->num != 0 ? 1 : 0;
            continue;
        }
        s->digits += s->zeros + 1;
        if (s->digits > DIGITS_MAX)
            return false;
        for (; s->zeros > 0; s->zeros--)
            s->num *= 10;
        s->num = s->num * 10 + (*s->at - '0');
    }
    *ret_count = (size_t)(s->at - start);
    return true;
}

static bool scan_exponent(struct scan *s, int *ret) {
    int64_t value;
    if (*s->at == '\0')
        return true;
    if (*s->at != 'e' && *s->at != 'E')
        return false;
    if (!str_parse_i64(s->at + 1, &value) || value > EXPONENT_CLAMP || value < -EXPONENT_CLAMP)
        return false;
    *ret = (int)value;
    return true;
}

bool decimal_parse(const char *text, struct decimal *ret) {
    bool negative = text[0] == '-';
    struct scan s = {.at = text + (text[0] == '-' || text[0] == '+' ? 1 : 0)};
    size_t whole = 0;
    size_t fraction = 0;
    int exponent = 0;
    if (!scan_digits(&s, false, &whole))
        return false;
    if (*s.at == '.') {
        s.at++;
        if (!scan_digits(&s, true, &fraction))
            return false;
    }
    if (whole + fraction == 0 || !scan_exponent(&s, &exponent))
        return false;
    exponent += s.zeros - s.fraction_len;
    if (s.num == 0)
        exponent = 0;
    if (s.digits + exponent > DIGITS_MAX || exponent < -DECIMAL_SCALE_MAX)
        return false;
    for (; exponent > 0; exponent--)
        s.num *= 10;
    *ret = (struct decimal){.num = negative ? -s.num : s.num, .scale = -exponent};
    return true;
}

/* Writes the digits of num backwards, the point after `scale` of them, and turns them round. */
static size_t write_plain(char *buf, __int128 num, int scale) {
    bool negative = num < 0;
    unsigned __int128 rest = negative ? -(unsigned __int128)num : (unsigned __int128)num;
    char *at = buf;
    for (int i = 0; rest > 0 || i <= scale; i++) {
        if (i == scale && scale > 0)
            *at++ = '.';
        *at++ = (char)('0' + (int)(rest % 10));
        rest /= 10;
    }
    if (negative)
        *at++ = '-';
    *at = '\0';
    size_t len = (size_t)(at - buf);
    for (size_t i = 0; i < len / 2; i++) {
        char c = buf[i];
        buf[i] = buf[len - 1 - i];
        buf[len - 1 - i] = c;
    }
    return len;
}

size_t decimal_format(char *buf, size_t cap, struct decimal value) {
    check_valid(value);
    CHECK(cap >= DECIMAL_TEXT_MAX);
    return write_plain(buf, value.num, value.scale);
}

/* Correctly rounded, so equal to what the text reads to. Below 2^53 one division does it. */
static double quotient(__int128 num, int scale) {
    if (LIKELY(num <= EXACT_MAX && num >= -EXACT_MAX))
        return (double)num / pow10_f64[scale];
    char text[48];
    double value = 0;
    write_plain(text, num, scale);
    CHECKF(str_parse_f64(text, &value), "%s", text);
    return value;
}

double decimal_to_f64(struct decimal value) {
    check_valid(value);
    return quotient(value.num, value.scale);
}

bool decimal_is_zero(struct decimal value) { return value.num == 0; }

bool decimal_eq(struct decimal a, struct decimal b) {
    check_valid(a);
    check_valid(b);
    __int128 left = a.num;
    __int128 right = b.num;
    for (int scale = a.scale; scale < b.scale; scale++)
        left *= 10;
    for (int scale = b.scale; scale < a.scale; scale++)
        right *= 10;
    return left == right;
}

bool decimal_steps(double x, struct decimal step, enum decimal_rounding rounding, int64_t *ret) {
    check_valid(step);
    CHECKF(step.num >= 0, "step %lld", (long long)step.num);
    if (step.num == 0)
        return false;
    double steps = x * pow10_f64[step.scale] / (double)step.num;
    if (!(fabs(steps) <= (double)EXACT_MAX)) /* NaN too */
        return false;
    double nearest = round(steps);
    if (rounding != DECIMAL_NEAREST && fabs(steps - nearest) > 1e-9 * fmax(1.0, fabs(nearest))) {
        nearest = rounding == DECIMAL_DOWN ? floor(steps)
                  : rounding == DECIMAL_UP ? ceil(steps)
                                           : trunc(steps);
    }
    *ret = (int64_t)nearest;
    return true;
}

double decimal_round(double x, struct decimal step, enum decimal_rounding rounding) {
    int64_t steps;
    if (!decimal_steps(x, step, rounding, &steps))
        return x;
    return quotient((__int128)steps * step.num, step.scale);
}
