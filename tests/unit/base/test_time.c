#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/rng.h"
#include "base/time.h"

static bool parse(const char *text, int64_t *ret) {
    return time_parse_iso(text, strlen(text), ret);
}

Test(time, calendar_agrees_with_libc_on_every_day_of_the_range) {
    int64_t last = time_from_civil(TIME_YEAR_MAX, 12, 31, 0, 0, 0, 0);
    int64_t day = time_from_civil(TIME_YEAR_MIN, 1, 1, 0, 0, 0, 0);
    int count = 0;
    for (; day <= last; day += TIME_DAY, count++) {
        time_t seconds = (time_t)(day / TIME_SECOND);
        struct tm tm;
        gmtime_r(&seconds, &tm);
        struct civil_time civil;
        time_to_civil(day, &civil);
        cr_assert(civil.year == tm.tm_year + 1900 && civil.month == tm.tm_mon + 1 &&
                      civil.day == tm.tm_mday,
                  "%d-%d-%d", civil.year, civil.month, civil.day);
        cr_assert_eq(time_from_civil(civil.year, civil.month, civil.day, 0, 0, 0, 0), day);
    }
    cr_assert_eq(count,
                 213301); /* 584 * 365 + 141 leap years (146 fours less 1700 1800 1900 2100 2200) */
}

Test(time, civil_fields_agree_with_libc_at_random_moments) {
    struct rng rng;
    rng_seed(&rng, 5);
    for (int i = 0; i < 200000; i++) {
        int64_t time = (int64_t)rng_u64(&rng);
        int64_t ns = time % TIME_SECOND + (time % TIME_SECOND < 0 ? TIME_SECOND : 0);
        time_t seconds = (time_t)(time / TIME_SECOND - (time % TIME_SECOND < 0 ? 1 : 0));
        struct tm tm;
        gmtime_r(&seconds, &tm);
        struct civil_time c;
        time_to_civil(time, &c);
        cr_assert(c.year == tm.tm_year + 1900 && c.month == tm.tm_mon + 1 && c.day == tm.tm_mday &&
                  c.hour == tm.tm_hour && c.minute == tm.tm_min && c.second == tm.tm_sec &&
                  c.ns == ns);
    }
}

Test(time, takes_apart_the_extremes_of_int64) {
    struct civil_time c;
    time_to_civil(INT64_MIN, &c);
    cr_assert(c.year == 1677 && c.month == 9 && c.day == 21 && c.hour == 0 && c.minute == 12);
    time_to_civil(INT64_MAX, &c);
    cr_assert(c.year == 2262 && c.month == 4 && c.day == 11 && c.ns == 854775807);
}

Test(time, refuses_to_compose_an_impossible_date, .signal = SIGABRT) {
    (void)time_from_civil(2023, 2, 29, 0, 0, 0, 0);
}

Test(time, knows_leap_years) {
    cr_assert(time_is_leap_year(2000) && time_is_leap_year(2024));
    cr_assert_not(time_is_leap_year(1900) || time_is_leap_year(2023));
    cr_assert_eq(time_days_in_month(2024, 2), 29);
    cr_assert_eq(time_days_in_month(1900, 2), 28);
    cr_assert_eq(time_days_in_month(2023, 12), 31);
}

Test(time, reads_every_accepted_shape) {
    /* 2013-03-01 is 15765 days after 1970-01-01: 43 * 365 + 11 leap days + 31 + 28 */
    int64_t day = 15765 * TIME_DAY;
    int64_t at = day + 14 * TIME_HOUR + 30 * TIME_MINUTE;
    static const struct {
        const char *text;
        int64_t after;
    } good[] = {
        {"2013-03-01T14:30", 0},
        {"2013-03-01 14:30", 0},
        {"2013-03-01t14:30z", 0},
        {"2013-03-01T14:30:00", 0},
        {"2013-03-01T14:30:05Z", 5 * TIME_SECOND},
        {"2013-03-01T14:30:05.5", 5500 * TIME_MILLI},
        {"2013-03-01T14:30:05.123456789Z", 5123456789},
        {"2013-03-01T16:30+02:00", 0},
        {"2013-03-01T09:30:00-0500", 0},
        {"2013-03-01 14:30:00+00:00", 0},
        {"2013-03-01T20:15:00.000000001+05:45", 1},
        {"2013-02-28T23:30:00-15:00", 0},
        {"2013-03-02T00:30+10:00", 0},
    };
    int64_t v = 0;
    cr_assert(parse("2013-03-01", &v));
    cr_assert_eq(v, day);
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        cr_assert(parse(good[i].text, &v), "%s", good[i].text);
        cr_assert_eq(v, at + good[i].after, "%s", good[i].text);
    }
    cr_assert(time_parse_iso("2013-03-01,GOOG", 10, &v) && v == day);
    cr_assert(parse("1969-12-31T23:59:59.999999999Z", &v) && v == -1);
}

Test(time, refuses_everything_else) {
    const char *bad[] = {"",
                         "2013",
                         "2013-03",
                         "2013-3-1",
                         "13-03-01",
                         "2013/03/01",
                         "20130301",
                         " 2013-03-01",
                         "2013-03-01 ",
                         "2013-03-01T",
                         "2013-03-01T14",
                         "2013-03-01T1430",
                         "2013-03-01T14:3",
                         "2013-03-01T14:30:",
                         "2013-03-01T14:30:5",
                         "2013-03-01T14:30:05.",
                         "2013-03-01T14:30.5",
                         "2013-03-01T14:30:05.1234567890",
                         "2013-03-01  14:30",
                         "2013-03-01T14:30 Z",
                         "2013-03-01T14:30+2",
                         "2013-03-01T14:30+02",
                         "2013-03-01T14:30+02:",
                         "2013-03-01T14:30+24:00",
                         "2013-03-01T14:30+02:60",
                         "2013-03-01T14:30ZZ",
                         "2013-03-01Z",
                         "2013-03-01+02:00",
                         "2013-00-01",
                         "2013-13-01",
                         "2013-02-29",
                         "1900-02-29",
                         "2013-04-31",
                         "2013-03-00",
                         "2013-03-32",
                         "2013-03-01T24:00",
                         "2013-03-01T23:60",
                         "2013-03-01T23:59:60",
                         "1677-12-31",
                         "2262-01-01",
                         "0000-01-01",
                         "9999-12-31",
                         "-2013-03-01",
                         "2013-0a-01",
                         "2013-03-01T-4:30",
                         "2013-03-01T14:+3",
                         "\xB2\xB2\xB2\xB2-01-01"};
    int64_t v = 77;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        cr_assert_not(parse(bad[i], &v), "%s", bad[i]);
    cr_assert_eq(v, 77);
    cr_assert_not(time_parse_iso("2013-03-01", 9, &v));
}

Test(time, text_reads_back_at_random_moments) {
    struct rng rng;
    rng_seed(&rng, 6);
    int64_t units[] = {1, TIME_MICRO, TIME_MILLI, TIME_SECOND, TIME_MINUTE, TIME_DAY};
    int64_t first = time_from_civil(TIME_YEAR_MIN, 1, 1, 0, 0, 0, 0);
    int64_t last = time_from_civil(TIME_YEAR_MAX, 12, 31, 23, 59, 59, 999999999);
    for (int i = 0; i < 200000; i++) {
        uint64_t span = (uint64_t)last - (uint64_t)first + 1;
        int64_t time = (int64_t)((uint64_t)first + rng_below(&rng, span));
        time -= time % units[rng_below(&rng, 6)];
        char text[TIME_ISO_MAX];
        size_t len = time_format_iso(text, sizeof(text), time);
        cr_assert_eq(len, strlen(text));
        int64_t back = 0;
        cr_assert(time_parse_iso(text, len, &back), "%s", text);
        cr_assert_eq(back, time, "%s", text);
    }
}

Test(time, writes_fractions_only_where_there_are_any) {
    char text[TIME_ISO_MAX];
    int64_t t = time_from_civil(2013, 3, 1, 0, 0, 0, 0);
    time_format_iso(text, sizeof(text), t);
    cr_assert_str_eq(text, "2013-03-01T00:00:00Z");
    time_format_iso(text, sizeof(text), t + 50 * TIME_MILLI);
    cr_assert_str_eq(text, "2013-03-01T00:00:00.050Z");
    time_format_iso(text, sizeof(text), t + TIME_MICRO);
    cr_assert_str_eq(text, "2013-03-01T00:00:00.000001Z");
    time_format_iso(text, sizeof(text), t - 1);
    cr_assert_str_eq(text, "2013-02-28T23:59:59.999999999Z");
    cr_assert_eq(time_format_date(text, sizeof(text), t - 1), 10);
    cr_assert_str_eq(text, "2013-02-28");
}

Test(time, reads_durations) {
    static const struct {
        const char *text;
        int64_t value;
    } good[] = {{"30s", 30 * TIME_SECOND}, {"1m", TIME_MINUTE},  {"5m", 5 * TIME_MINUTE},
                {"15m", 15 * TIME_MINUTE}, {"1h", TIME_HOUR},    {"4h", 4 * TIME_HOUR},
                {"1d", TIME_DAY},          {"1w", 7 * TIME_DAY}, {"90m", 90 * TIME_MINUTE}};
    int64_t v = 0;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        cr_assert(time_parse_duration(good[i].text, &v), "%s", good[i].text);
        cr_assert_eq(v, good[i].value);
    }
    const char *bad[] = {"",     "m",   "1",   "0m",     "01m",
                         "-1m",  "+1m", "1M",  "1mo",    "1 m",
                         "1.5h", "1hh", " 1h", "15251w", "99999999999999999999s",
                         "1y"};
    v = 77;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        cr_assert_not(time_parse_duration(bad[i], &v), "%s", bad[i]);
    cr_assert_eq(v, 77);
}

Test(time, writes_durations_in_the_largest_unit) {
    static const struct {
        int64_t value;
        const char *text;
    } pairs[] = {{TIME_MINUTE, "1m"},
                 {60 * TIME_MINUTE, "1h"},
                 {24 * TIME_HOUR, "1d"},
                 {TIME_WEEK, "1w"},
                 {90 * TIME_MINUTE, "90m"},
                 {30 * TIME_SECOND, "30s"},
                 {1500 * TIME_MILLI, "1500ms"},
                 {0, "0s"},
                 {1, "1ns"},
                 {-TIME_HOUR, "-1h"}};
    char text[TIME_ISO_MAX];
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        cr_assert_eq(time_format_duration(text, sizeof(text), pairs[i].value),
                     strlen(pairs[i].text));
        cr_assert_str_eq(text, pairs[i].text);
    }
    time_format_duration(text, sizeof(text), INT64_MIN);
    cr_assert_str_eq(text, "-9223372036854775808ns");
}

Test(time, floors_towards_the_past_on_both_sides_of_1970) {
    cr_assert_eq(time_day_floor(TIME_DAY - 1), 0);
    cr_assert_eq(time_day_floor(TIME_DAY), TIME_DAY);
    cr_assert_eq(time_day_floor(-1), -TIME_DAY);
    cr_assert_eq(time_day_floor(-TIME_DAY), -TIME_DAY);
}
