#include <criterion/criterion.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/decimal.h"
#include "base/rng.h"

static struct decimal dec(const char *text) {
    struct decimal d = {0, 0};
    cr_assert(decimal_parse(text, &d), "%s", text);
    return d;
}

static uint64_t bits_of(double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof(bits));
    return bits;
}

Test(decimal, reads_exactly_and_without_trailing_zeros) {
    static const struct {
        const char *text;
        int64_t num;
        int32_t scale;
    } good[] = {{"0.05", 5, 2},
                {"-12", -12, 0},
                {".5", 5, 1},
                {"1e-8", 1, 8},
                {"2.50", 25, 1},
                {"100", 100, 0},
                {"1e3", 1000, 0},
                {"+7.", 7, 0},
                {"0", 0, 0},
                {"-0.000", 0, 0},
                {"0e500", 0, 0},
                {"1200e-2", 12, 0},
                {"0.000000000000000001", 1, 18},
                {"999999999999999999", 999999999999999999, 0},
                {"1e17", 100000000000000000, 0},
                {"00012.3400", 1234, 2},
                {"1000000000000000000000e-21", 1, 0}};
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        struct decimal d = dec(good[i].text);
        cr_assert(d.num == good[i].num && d.scale == good[i].scale, "%s: %lld %d", good[i].text,
                  (long long)d.num, d.scale);
    }
}

Test(decimal, refuses_what_is_no_number_or_does_not_fit) {
    const char *bad[] = {"",
                         "-",
                         ".",
                         "1.2.3",
                         "abc",
                         " 1",
                         "1 ",
                         "1,5",
                         "nan",
                         "inf",
                         "0x1",
                         "1e",
                         "1e1.5",
                         "1e18",
                         "1000000000000000000",
                         "1e-19",
                         "0.1234567890123456789",
                         "1e99999",
                         "1e-99999",
                         "1234567890123456789",
                         "1e+-3",
                         "--1"};
    struct decimal d = {7, 7};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        cr_assert_not(decimal_parse(bad[i], &d), "%s", bad[i]);
    cr_assert(d.num == 7 && d.scale == 7);
}

Test(decimal, survives_megabytes_of_zeros) {
    size_t len = 1 << 20;
    char *text = malloc(len + 1);
    memset(text, '0', len);
    text[len] = '\0';
    struct decimal d;
    cr_assert(decimal_parse(text, &d));
    cr_assert_eq(d.num, 0);
    text[0] = '1';
    cr_assert_not(decimal_parse(text, &d));
    free(text);
}

Test(decimal, text_reads_back_and_value_equals_libc_s) {
    struct rng rng;
    rng_seed(&rng, 7);
    for (int i = 0; i < 200000; i++) {
        int64_t num = (int64_t)(rng_u64(&rng) >> (5 + rng_below(&rng, 58))); /* up to 2^59 */
        num %= 1000000000000000000;
        struct decimal d = {rng_below(&rng, 2) ? num : -num, (int32_t)rng_below(&rng, 19)};
        char text[DECIMAL_TEXT_MAX];
        cr_assert_eq(decimal_format(text, sizeof(text), d), strlen(text));
        struct decimal back;
        cr_assert(decimal_parse(text, &back), "%s", text);
        cr_assert(decimal_eq(back, d), "%s", text);
        if (d.num != 0)
            cr_assert_eq(bits_of(decimal_to_f64(d)), bits_of(strtod(text, NULL)), "%s", text);
    }
}

Test(decimal, writes_plain_notation) {
    char text[DECIMAL_TEXT_MAX];
    static const struct {
        struct decimal value;
        const char *text;
    } pairs[] = {{{5, 2}, "0.05"},
                 {{-5, 2}, "-0.05"},
                 {{250, 2}, "2.50"},
                 {{0, 0}, "0"},
                 {{0, 3}, "0.000"},
                 {{1, 18}, "0.000000000000000001"},
                 {{1000, 0}, "1000"},
                 {{INT64_MIN, 0}, "-9223372036854775808"},
                 {{INT64_MIN, 18}, "-9.223372036854775808"}};
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        decimal_format(text, sizeof(text), pairs[i].value);
        cr_assert_str_eq(text, pairs[i].text);
    }
}

Test(decimal, compares_across_scales) {
    cr_assert(decimal_eq((struct decimal){25, 1}, (struct decimal){250, 2}));
    cr_assert(decimal_eq((struct decimal){0, 0}, (struct decimal){0, 18}));
    cr_assert_not(decimal_eq((struct decimal){25, 1}, (struct decimal){25, 2}));
    cr_assert_not(decimal_eq((struct decimal){INT64_MAX, 0}, (struct decimal){INT64_MAX, 18}));
    cr_assert(decimal_is_zero((struct decimal){0, 5}));
    cr_assert_not(decimal_is_zero((struct decimal){1, 18}));
}

Test(decimal, rounds_each_way) {
    struct decimal tick = dec("0.05");
    cr_assert_eq(decimal_round(10.02, tick, DECIMAL_NEAREST), 10.0);
    cr_assert_eq(decimal_round(10.03, tick, DECIMAL_NEAREST), 10.05);
    cr_assert_eq(decimal_round(10.04, tick, DECIMAL_DOWN), 10.0);
    cr_assert_eq(decimal_round(10.01, tick, DECIMAL_UP), 10.05);
    cr_assert_eq(decimal_round(-10.01, tick, DECIMAL_DOWN), -10.05);
    cr_assert_eq(decimal_round(-10.04, tick, DECIMAL_UP), -10.0);
    cr_assert_eq(decimal_round(-10.04, tick, DECIMAL_TOWARD_ZERO), -10.0);
    cr_assert_eq(decimal_round(10.04, tick, DECIMAL_TOWARD_ZERO), 10.0);
    struct decimal one = dec("1");
    cr_assert_eq(decimal_round(2.5, one, DECIMAL_NEAREST), 3);
    cr_assert_eq(decimal_round(-2.5, one, DECIMAL_NEAREST), -3);
    cr_assert_eq(decimal_round(0.49, one, DECIMAL_NEAREST), 0);
}

Test(decimal, lets_noise_not_eat_a_step) {
    struct decimal tenth = dec("0.1");
    int64_t steps = 0;
    cr_assert_lt(0.3 / 0.1, 3.0); /* what division alone would make of it: 2.9999999999999996 */
    cr_assert(decimal_steps(0.3, tenth, DECIMAL_DOWN, &steps) && steps == 3);
    cr_assert_gt(0.1 + 0.2, 0.3);
    cr_assert(decimal_steps(0.1 + 0.2, tenth, DECIMAL_UP, &steps) && steps == 3);
    cr_assert(decimal_steps(0.1 + 0.2 - 0.3, tenth, DECIMAL_UP, &steps) && steps == 0);
    cr_assert(decimal_steps(2 * (1 - 0.9e-9), dec("1"), DECIMAL_DOWN, &steps) && steps == 2);
    cr_assert(decimal_steps(2 * (1 - 1.1e-9), dec("1"), DECIMAL_DOWN, &steps) && steps == 1);
    cr_assert(decimal_steps(2 * (1 + 1.1e-9), dec("1"), DECIMAL_UP, &steps) && steps == 3);
}

Test(decimal, leaves_alone_what_it_cannot_round) {
    struct decimal none = {0, 0};
    cr_assert_eq(decimal_round(1.23456, none, DECIMAL_DOWN), 1.23456);
    cr_assert_eq(decimal_round(1e300, dec("0.01"), DECIMAL_DOWN), 1e300);
    cr_assert_eq(decimal_round(-1e15, dec("0.01"), DECIMAL_UP), -1e15); /* 1e17 steps > 2^53 */
    cr_assert(isnan(decimal_round(NAN, dec("0.01"), DECIMAL_UP)));
    cr_assert_eq(decimal_round(INFINITY, dec("0.01"), DECIMAL_UP), INFINITY);
    int64_t steps = 77;
    cr_assert_not(decimal_steps(1, none, DECIMAL_UP, &steps));
    cr_assert_not(decimal_steps(NAN, dec("1"), DECIMAL_UP, &steps));
    cr_assert_eq(steps, 77);
}

Test(decimal, aborts_on_a_negative_step, .signal = SIGABRT) {
    (void)decimal_round(1, (struct decimal){-1, 2}, DECIMAL_UP);
}

/* The law that the header promises: the result is the double that its own decimal text reads to.
 * The text is made by integers alone: (n * step.num) with the point put in. */
Test(decimal, rounded_value_equals_the_parsed_text_of_the_multiple) {
    struct rng rng;
    rng_seed(&rng, 8);
    const char *steps[] = {"0.01",  "0.05", "0.25",    "1",      "100",   "0.00001",  "1e-8",
                           "0.005", "2.5",  "0.03125", "0.0001", "1e-12", "12345.678"};
    for (int i = 0; i < 300000; i++) {
        struct decimal step = dec(steps[rng_below(&rng, sizeof(steps) / sizeof(steps[0]))]);
        int64_t n = (int64_t)(rng_u64(&rng) >> (20 + rng_below(&rng, 43)));
        n %= INT64_C(900000000000000000) / step.num; /* the product must fit */
        n = rng_below(&rng, 2) ? n : -n;
        struct decimal multiple = {n * step.num, step.scale};
        char text[DECIMAL_TEXT_MAX];
        decimal_format(text, sizeof(text), multiple);
        double expected = strtod(text, NULL) + 0.0;
        /* from the multiple itself, a hair beside it, and a third of a step off */
        double third = (rng_f64(&rng) - 0.5) * 0.6 * (double)step.num / pow(10, step.scale);
        enum decimal_rounding any = (enum decimal_rounding)rng_below(&rng, 4);
        cr_assert_eq(decimal_round(expected, step, any), expected, "%s", text);
        cr_assert_eq(decimal_round(nextafter(expected, 1e300), step, any), expected, "%s", text);
        cr_assert_eq(decimal_round(expected + third, step, DECIMAL_NEAREST), expected, "%s", text);
    }
}
