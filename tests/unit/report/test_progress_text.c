/* The line of progress: what is known is said, what is not is left out, and nothing jumps. */
#include "report/progress_text.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

static struct progress_rate rate;
static struct str out;

static void fini(void) { str_fini(&out); }

TestSuite(progress_text, .fini = fini);

static const char *line(int64_t done, int64_t total, double seconds, int width) {
    str_clear(&out);
    progress_text(&rate, done, total, seconds, width, &out);
    return str_text(&out);
}

static void is(const char *found, const char *expected) {
    cr_assert_str_eq(found, expected, "found:    '%s'\nexpected: '%s'", found, expected);
}

/* 1.25 M in 0.4 s are 3.125 M a second; the other 8.75 M take 8.75 / 3.125 = 2.8 s. An eighth of
 * the 10 cells that are left of 76: 76 - (62 + 4). */
Test(progress_text, says_count_share_rate_and_time_left) {
    is(line(1250000, 10000000, 0.4, 76),
       "  1,250,000 of 10,000,000 bars  12 %  3.1 M bars/s  2.8 s left  "
       "▕█▎        ▏");
}

Test(progress_text, says_only_what_it_knows_in_the_first_moments) {
    is(line(0, 10000000, 0.0, 40), "  0 of 10,000,000 bars  0 %  ▕         ▏");
    is(line(50000, 10000000, 0.01, 40), "  50,000 of 10,000,000 bars  0 %");
    is(line(0, 10000000, 5.0, 34), "  0 of 10,000,000 bars  0 %");
    is(line(0, 0, 0.0, 80), "  0 bars");
}

Test(progress_text, of_an_unknown_or_wrong_total_has_neither_share_nor_end) {
    is(line(500000, 0, 1.0, 80), "  500,000 bars  500 k bars/s");
    is(line(1000000, 900000, 2.0, 80), "  1,000,000 bars  500 k bars/s");
}

Test(progress_text, is_at_a_hundred_percent_only_at_the_end) {
    is(line(999999, 1000000, 1.0, 68),
       "  999,999 of 1,000,000 bars  99 %  1.0 M bars/s  0.0 s left");
    cr_assert_not_null(strstr(line(1000000, 1000000, 1.0, 80), "  100 %"));
    cr_assert_null(strstr(str_text(&out), "left"));
    cr_assert_not_null(strstr(str_text(&out), "▕█████"));
    cr_assert_null(strstr(str_text(&out), " ▏"));
}

/* A second at 1000, then one at 4000 bars a second: the new speed counts 1 / (1 + 2). */
Test(progress_text, smooths_the_rate) {
    line(1000, 100000, 1.0, 80);
    cr_assert_float_eq(rate.rate, 1000.0, 1e-9);
    line(5000, 100000, 2.0, 80);
    cr_assert_float_eq(rate.rate, 2000.0, 1e-9);
    line(5001, 100000, 2.01, 80); /* too soon to tell */
    cr_assert_float_eq(rate.rate, 2000.0, 1e-9);
    cr_assert_not_null(strstr(str_text(&out), "  47 s left")); /* 94999 / 2000 = 47.5 */
    for (int i = 3; i < 60; i++)
        line(5000 + 4000 * (i - 2), 1000000, i, 80);
    cr_assert_float_eq(rate.rate, 4000.0, 1.0, "it comes to the true one: %g", rate.rate);
}

Test(progress_text, begins_anew_when_time_or_count_go_back) {
    line(1000000, 2000000, 1.0, 80);
    line(10, 2000000, 1.5, 80);
    cr_assert_float_eq(rate.rate, 10 / 1.5, 1e-9);
    line(3000, 2000000, 1.0, 80);
    cr_assert_float_eq(rate.rate, 3000, 1e-9);
}

Test(progress_text, stands_still_without_dividing_by_nothing) {
    line(1000, 100000, 1.0, 80);
    for (int i = 2; i < 4000; i++)
        line(1000, 100000, i, 80);
    cr_assert(isfinite(rate.rate) && rate.rate >= 0.0);
    cr_assert_leq(str_utf8_count(str_text(&out)), 80);
}

Test(progress_text, fits_every_width) {
    static const int64_t totals[] = {0, 7, 123456789, INT64_MAX};
    for (int width = 0; width <= 300; width++) {
        for (size_t i = 0; i < ARRAY_LEN(totals); i++) {
            rate = (struct progress_rate){0};
            line(totals[i] / 3, totals[i], 86400.0 * (double)i, width);
            cr_assert_leq(str_utf8_count(str_text(&out)), (size_t)width, "%d: %s", width,
                          str_text(&out));
        }
    }
}

Test(progress_text, speaks_of_hours_in_hours) {
    rate = (struct progress_rate){.rate = 100.0, .done = 0};
    cr_assert_not_null(strstr(line(1000, 100000000, 10.0, 80), "  100 bars/s  11.6 d left"));
}
