/* Pictures whose every cell follows from arithmetic: heights are eighths of a line, from 1 at the
 * lowest close to 8 * lines at the highest high. */
#include "report/picture.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "base/rng.h"
#include "base/time.h"

static struct account_series series;
static struct str out;

static void begin(void) {
    account_series_init(&series);
    str_init(&out);
}

static void end(void) {
    account_series_fini(&series);
    str_fini(&out);
}

TestSuite(picture, .init = begin, .fini = end);

/* Row i is the close of a day's bar, at the midnight at which day i of 2001 begins. */
static void add_range(double equity, double low, double high) {
    struct account_row row = {.time =
                                  time_from_civil(2001, 1, 1, 0, 0, 0, 0) + series.count * TIME_DAY,
                              .equity = equity,
                              .low = low,
                              .high = high};
    cr_assert_eq(account_series_add(&series, &row, NULL), 0);
}

static void add(double equity) { add_range(equity, equity, equity); }

static const char *draw(double initial, int width, int rows, bool ascii) {
    str_clear(&out);
    picture_equity(&series, initial, width, rows, ascii, &out);
    return str_text(&out);
}

static void shows(const char *text, const char *expected) {
    cr_assert_str_eq(text, expected, "found:\n%s\nexpected:\n%s", text, expected);
}

/* 56 rows in 56 columns of 7 lines: row i is i + 1 eighths high. Axis: two spaces, a label of 8,
 * a space and the line: 12 characters. */
Test(picture, of_a_straight_line_is_a_straight_line) {
    for (int i = 0; i < 56; i++)
        add(100000 + 100 * i);
    shows(draw(100000, 68, 7, false),
          "   105,500 ┤                                                ▁▂▃▄▅▆▇█\n"
          "           │                                        ▁▂▃▄▅▆▇█████████\n"
          "           │                                ▁▂▃▄▅▆▇█████████████████\n"
          "           │                        ▁▂▃▄▅▆▇█████████████████████████\n"
          "           │                ▁▂▃▄▅▆▇█████████████████████████████████\n"
          "           │        ▁▂▃▄▅▆▇█████████████████████████████████████████\n"
          "   100,000 ┤▁▂▃▄▅▆▇█████████████████████████████████████████████████\n"
          "           └2000-12-31             2001-01-28             2001-02-24\n"
          "     0.0 % ┤\n"
          "       0 % ┤\n");
}

static const char *const blocks[] = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};

/* Down from 131 to 100 by 1, up again: 32 levels in 4 lines, value v is v - 99 eighths high, so the
 * picture is its own mirror image. The drawdown is deepest at 100 / 131 - 1 = -23.7 %, and at v it
 * is (131 - v) / 31 of that, in two lines of 8 eighths. */
Test(picture, of_a_v_is_a_v_and_its_drawdown_a_mountain) {
    struct str line;
    str_init(&line);
    for (int i = 131; i >= 100; i--)
        add(i);
    for (int i = 101; i <= 131; i++)
        add(i);
    const char *text = draw(131, 63 + 12, 4, false);
    static const char *const lines[] = {
        "       131 ┤█▇▆▅▄▃▂▁                                               ▁▂▃▄▅▆▇█\n",
        "           │█████████▇▆▅▄▃▂▁                               ▁▂▃▄▅▆▇█████████\n",
        "           │█████████████████▇▆▅▄▃▂▁               ▁▂▃▄▅▆▇█████████████████\n",
        "       100 ┤█████████████████████████▇▆▅▄▃▂▁▂▃▄▅▆▇█████████████████████████\n"};
    for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
        cr_assert_eq(strncmp(text, lines[i], strlen(lines[i])), 0, "line %zu of\n%s", i, text);
        text += strlen(lines[i]);
    }
    str_append(&line, "       0 % ┤ ");
    for (int i = 1; i < 62; i++) {
        int level = (int)lrint((i < 31 ? i : 62 - i) / 31.0 * 16);
        str_append(&line, blocks[level > 8 ? 8 : level]);
    }
    cr_assert_not_null(strstr(text, "   -23.7 % ┤     "), "%s", text);
    cr_assert_not_null(strstr(text, str_text(&line)), "%s\nin:\n%s", str_text(&line), text);
    str_fini(&line);
}

Test(picture, of_a_constant_is_a_level_line) {
    for (int i = 0; i < 10; i++)
        add(5000);
    shows(draw(5000, 40, 3, false), "           │\n"
                                    "  5,000.00 ┤▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄\n"
                                    "           │████████████████████████████\n"
                                    "           └2000-12-31        2001-01-09\n"
                                    "     0.0 % ┤\n"
                                    "       0 % ┤\n");
}

/* 10,000 rows of 100 and one high of 200 inside a bar: one column of 68 is light up to the top, at
 * 5,000 * 68 / 10,000 = 34; all closes stay at the lowest eighth. */
Test(picture, keeps_a_spike_as_a_light_column) {
    for (int i = 0; i < 10000; i++)
        add_range(100, 100, i == 5000 ? 200 : 100);
    const char *text = draw(100, 80, 3, false);
    char spaces[35], line[200];
    memset(spaces, ' ', 34);
    spaces[34] = '\0';
    snprintf(line, sizeof(line), "       200 ┤%s░\n           │%s░\n       100 ┤▁▁▁", spaces,
             spaces);
    cr_assert_eq(strncmp(text, line, strlen(line)), 0, "%s", text);
}

Test(picture, labels_what_the_run_began_with_where_it_lies_inside) {
    for (int i = 0; i <= 100; i++)
        add(50 + i);
    const char *text = draw(100, 80, 8, false);
    /* 100 is 1 + round(50/100 * 63) = 33 eighths: the fifth line from below, the fourth of eight */
    int line = 0;
    const char *at = text;
    for (; strncmp(at, "       100 ┤", strlen("       100 ┤")) != 0; line++)
        at = strchr(at, '\n') + 1;
    cr_assert_eq(line, 3, "%s", text);
}

Test(picture, is_plain_ascii_when_asked) {
    for (int i = 0; i < 300; i++)
        add_range(1000 + (i * 37) % 211, 900, 1300);
    const char *text = draw(1000, 80, 6, true);
    for (const char *at = text; *at != '\0'; at++)
        cr_assert((*at >= ' ' && *at < 0x7f) || *at == '\n', "%s", text);
    cr_assert_not_null(strstr(text, "#"));
    cr_assert_not_null(strstr(text, ":"));
}

Test(picture, is_as_wide_as_asked_and_never_wider) {
    struct rng rng;
    rng_seed(&rng, 7);
    double equity = 123456.78;
    for (int i = 0; i < 3000; i++) {
        equity *= 0.99 + 0.0203 * rng_f64(&rng);
        add_range(equity, equity * 0.99, equity * 1.01);
    }
    for (int width = 40; width <= 300; width++) {
        for (int ascii = 0; ascii < 2; ascii++) {
            size_t widest = 0, lines = 0;
            for (const char *at = draw(123456.78, width, 8, ascii); *at != '\0'; lines++) {
                size_t bytes = strcspn(at, "\n");
                char *line = mem_strndup(at, bytes);
                size_t size = str_utf8_count(line);
                widest = size > widest ? size : widest;
                cr_assert(bytes == 0 || line[bytes - 1] != ' ', "a space at the end");
                mem_free(line);
                at += bytes + 1;
            }
            cr_assert_eq(widest, (size_t)width, "%d: %zu", width, widest);
            cr_assert_eq(lines, 8 + 1 + 2);
        }
    }
}

Test(picture, of_hours_has_times_on_its_axis) {
    int64_t at = time_from_civil(2020, 5, 4, 9, 30, 0, 0);
    for (int i = 0; i < 60; i++) {
        struct account_row row = {at + i * TIME_MINUTE, 10 + i, 10 + i, 10 + i, 0};
        cr_assert_eq(account_series_add(&series, &row, NULL), 0);
    }
    const char *text = draw(10, 80, 5, false);
    cr_assert_not_null(strstr(text, "└2020-05-04 09:30  "), "%s", text);
    cr_assert_not_null(strstr(text, "  2020-05-04 10:29\n"), "%s", text);
}

Test(picture, of_two_days_has_days_on_its_axis) {
    add(100);
    add(101);
    const char *text = draw(100, 80, 5, false);
    cr_assert_not_null(strstr(text, "└2000-12-31  "), "%s", text);
    cr_assert_not_null(strstr(text, "  2001-01-01\n"), "%s", text);
}

Test(picture, has_nothing_to_show_for_one_row) {
    shows(draw(100, 80, 8, false), "");
    add(100);
    shows(draw(100, 80, 8, false), "");
    add(101);
    cr_assert_gt(strlen(draw(100, 80, 8, false)), 100);
}

Test(picture, lives_through_the_largest_and_smallest_numbers) {
    static const double values[] = {1e100, -1e100, 0, 1e-300, 5, 1e15};
    for (size_t i = 0; i < ARRAY_LEN(values); i++)
        add(values[i]);
    for (int width = 1; width < 1000; width += 37)
        draw(1e100, width, width % 70, false);
    draw(-5, 80, 8, true);
    draw(1e308, 80, 8, true);
}

/* ---- one line ---- */

Test(picture, of_one_line_has_its_lowest_and_highest_eighth) {
    for (int i = 0; i < 8; i++)
        add(10 * i);
    picture_line(&series, NULL, 8, false, &out);
    shows(str_text(&out), "▁▂▃▄▅▆▇█");
    str_clear(&out);
    picture_line(&series, NULL, 16, false, &out); /* each row twice */
    shows(str_text(&out), "▁▁▂▂▃▃▄▄▅▅▆▆▇▇██");
    str_clear(&out);
    picture_line(&series, NULL, 4, true, &out); /* the last of each two: 10 30 50 70 of 10..70 */
    shows(str_text(&out), "_:+#");              /* 1 + round(7 * 0, 1/3, 2/3, 1) = 1, 3, 6, 8 */
    str_clear(&out);
    picture_line(&series, NULL, 0, true, &out);
    shows(str_text(&out), "");
}

Test(picture, of_two_lines_with_one_range_have_one_scale) {
    struct picture_range range = {0};
    double higher[] = {105, 175}, levels[] = {1, 1};
    int64_t times[] = {1, 2};
    struct account_series other = {.time = times,
                                   .equity = higher,
                                   .low = higher,
                                   .high = higher,
                                   .gross = levels,
                                   .count = 2};
    for (int i = 0; i < 8; i++)
        add(100 + 5 * i); /* 100..135 */
    picture_range_add(&series, &range);
    picture_range_add(&other, &range);
    cr_assert(range.bottom == 100 && range.top == 175);
    picture_line(&series, &range, 8, false, &out);
    /* 1 + round(7 * (0 5 10 15 20 25 30 35) / 75) = 1 1 2 2 3 3 4 4 */
    shows(str_text(&out), "▁▁▂▂▃▃▄▄");
    str_clear(&out);
    picture_line(&other, &range, 2, false, &out); /* 1 + round(7 * 5 / 75) = 1; 8 */
    shows(str_text(&out), "▁█");
}

/* ---- downsampling ---- */

Test(picture, downsampling_keeps_the_ends_and_every_extreme) {
    struct account_row rows[64];
    struct rng rng;
    rng_seed(&rng, 3);
    for (int i = 0; i < 10000; i++) {
        double equity = 100 + rng_f64(&rng);
        add_range(equity, i == 777 ? 1 : equity - 1, i == 8123 ? 900 : equity + 1);
    }
    for (int64_t max = 4; max <= 64; max++) {
        int64_t count = picture_downsample(&series, max, rows);
        bool has_low = false, has_high = false;
        cr_assert_leq(count, max);
        cr_assert_eq(rows[0].time, series.time[0]);
        cr_assert_eq(rows[count - 1].time, series.time[9999]);
        for (int64_t i = 0; i < count; i++) {
            int64_t at = (rows[i].time - series.time[0]) / TIME_DAY;
            cr_assert(i == 0 || rows[i].time > rows[i - 1].time, "not in order");
            cr_assert_eq(rows[i].equity, series.equity[at], "a row of the series, untouched");
            cr_assert_eq(rows[i].low, series.low[at]);
            has_low = has_low || at == 777;
            has_high = has_high || at == 8123;
        }
        cr_assert(has_low && has_high, "max %ld", (long)max);
    }
}

Test(picture, downsampling_leaves_a_short_series_whole) {
    struct account_row rows[8];
    for (int i = 0; i < 8; i++)
        add(i);
    cr_assert_eq(picture_downsample(&series, 8, rows), 8);
    for (int i = 0; i < 8; i++)
        cr_assert_eq(rows[i].equity, i);
    cr_assert_eq(picture_downsample(&series, 2, rows), 2);
    cr_assert_eq(rows[1].equity, 7);
    cr_assert_eq(picture_downsample(&series, 3, rows), 2);
    account_series_fini(&series);
    account_series_init(&series);
    cr_assert_eq(picture_downsample(&series, 2, rows), 0);
}

/* One pass each: well under a second optimised; the limit leaves room for sanitizers. */
Test(picture, of_ten_million_rows_comes_in_bounded_time) {
    const int64_t count = 10000000;
    double *equity = mem_alloc((size_t)count * sizeof(*equity));
    int64_t *time = mem_alloc((size_t)count * sizeof(*time));
    struct account_row *rows = mem_zalloc(2000, sizeof(*rows));
    for (int64_t i = 0; i < count; i++) {
        equity[i] = 1e5 + (double)(i % 1000003);
        time[i] = i * TIME_SECOND;
    }
    equity[7654321] = 2e6;
    struct account_series big = {.time = time,
                                 .equity = equity,
                                 .low = equity,
                                 .high = equity,
                                 .gross = equity,
                                 .count = count};
    clock_t before = clock();
    picture_equity(&big, 1e5, 80, 8, false, &out);
    picture_line(&big, NULL, 40, false, &out);
    int64_t kept = picture_downsample(&big, 2000, rows);
    double seconds = (double)(clock() - before) / CLOCKS_PER_SEC;
    cr_assert_lt(seconds, 8.0, "%g s", seconds);
    cr_assert_not_null(strstr(str_text(&out), "2,000,000 ┤"));
    bool has_spike = false;
    for (int64_t i = 0; i < kept; i++)
        has_spike = has_spike || rows[i].time == time[7654321];
    cr_assert(has_spike);
    mem_free(rows);
    mem_free(time);
    mem_free(equity);
}
