/*
 * Exact decimals, for what the world states in decimals: ticks, lots, fees per share.
 *
 * Not for arithmetic on prices and money, which are doubles in a fixed order of operations. The
 * point is the way back: a double rounded to a step here equals, bit for bit, what parsing the
 * printed result would give, because the work is done in integers and ends in one division.
 * Invariant: value = num / 10^scale with 0 <= scale <= 18.
 */
#ifndef QS_BASE_DECIMAL_H
#define QS_BASE_DECIMAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DECIMAL_SCALE_MAX 18

struct decimal {
    int64_t num;
    int32_t scale;
};

enum decimal_rounding {
    DECIMAL_NEAREST,    /* halves away from zero */
    DECIMAL_DOWN,       /* towards minus infinity */
    DECIMAL_UP,         /* towards plus infinity */
    DECIMAL_TOWARD_ZERO /* never a larger size than asked for */
};

/* Reads "0.05", "-12", ".5", "1e-8", "2.50" (exactly; the result has no trailing zeros, so 2.50 is
 * 25 / 10). Refuses what does not fit in 18 digits and scale 18: false, ret untouched. */
bool decimal_parse(const char *text, struct decimal *ret);

/* Room for every result of decimal_format. */
#define DECIMAL_TEXT_MAX 32

/* Plain notation, "0.05"; reads back as the same value. Returns the length; cap must be at least
 * DECIMAL_TEXT_MAX (CHECK). */
size_t decimal_format(char *buf, size_t cap, struct decimal value);

/* The double that the decimal's text reads to: by one division up to |num| = 2^53 (10^18 is exact
 * in a double), through the text beyond. */
double decimal_to_f64(struct decimal value);

bool decimal_is_zero(struct decimal value);

/* Whether two decimals are the same number: 2.5 and 2.50 are. */
bool decimal_eq(struct decimal a, struct decimal b);

/* x to a multiple of step (>= 0, CHECK), returned as the double that the multiple's text reads to.
 * What lies within 1e-9 relative of a multiple (of one step, near zero) counts as that multiple, so
 * that 0.3 / 0.1 is 3 and DOWN does not eat a tick. x comes back unchanged when step is zero, when
 * |x| / step > 2^53, and when x is not finite. */
double decimal_round(double x, struct decimal step, enum decimal_rounding rounding);

/* x in whole steps, by the same rule. False (ret untouched) in the three cases above. */
bool decimal_steps(double x, struct decimal step, enum decimal_rounding rounding, int64_t *ret);

#endif
