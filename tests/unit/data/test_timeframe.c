/* data/timeframe: names, the most frequent step, contradictions, both ends of a bar. */
#include <criterion/criterion.h>
#include <string.h>

#include "base/time.h"
#include "data/timeframe.h"

static int64_t day(int year, int month, int day_of_month) {
    return time_from_civil(year, month, day_of_month, 0, 0, 0, 0);
}

static struct timeframe parsed(const char *text) {
    struct timeframe timeframe;
    cr_assert(timeframe_parse(text, &timeframe), "%s", text);
    return timeframe;
}

Test(timeframe, reads_durations_and_months) {
    cr_expect_eq(parsed("1d").ns, INT64_C(86400) * 1000000000);
    cr_expect_eq(parsed("5m").ns, INT64_C(300) * 1000000000);
    cr_expect_str_eq(parsed("60m").name, "1h");
    cr_expect_str_eq(parsed("24h").name, "1d");
    cr_expect_str_eq(parsed("1mo").name, "1mo");
    cr_expect_eq(parsed("1mo").months, 1);
    cr_expect_eq(parsed("3mo").months, 3);
    /* A year of 365.2425 days has 31556952 s, a twelfth of it 2629746 s. */
    cr_expect_eq(parsed("12mo").ns, INT64_C(31556952) * 1000000000);
    static const char *const none[] = {"",      "d",   "0d",         "1",    "1x",   "-1d",
                                       "1.5h",  "mo",  "0mo",        "1M",   "+1mo", "01mo",
                                       "121mo", "1 d", "999999999d", "4000d"};
    for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
        struct timeframe timeframe = {.ns = 77};
        cr_expect_not(timeframe_parse(none[i], &timeframe), "%s", none[i]);
        cr_expect_eq(timeframe.ns, 77);
    }
}

Test(timeframe, infers_the_most_frequent_step) {
    struct err err = {0};
    struct timeframe timeframe;
    /* Thursday, Friday, Monday to Wednesday: steps of 1, 3, 1, 1 days */
    int64_t days[] = {day(2013, 2, 28), day(2013, 3, 1), day(2013, 3, 4), day(2013, 3, 5),
                      day(2013, 3, 6)};
    cr_assert_eq(timeframe_infer("f", days, 5, &timeframe, &err), 0);
    cr_expect_str_eq(timeframe.name, "1d");
    cr_expect_eq(timeframe.ns, TIME_DAY);
    /* equally frequent: the shorter one */
    int64_t tied[] = {0, 5 * TIME_MINUTE, 6 * TIME_MINUTE};
    cr_assert_eq(timeframe_infer("f", tied, 3, &timeframe, &err), 0);
    cr_expect_str_eq(timeframe.name, "1m");
    int64_t weeks[] = {day(2020, 1, 6), day(2020, 1, 13), day(2020, 1, 20)};
    cr_assert_eq(timeframe_infer("f", weeks, 3, &timeframe, &err), 0);
    cr_expect_str_eq(timeframe.name, "1w");
    cr_expect_eq(timeframe_infer("f", days, 1, &timeframe, &err), ERR_FORMAT);
    cr_expect_str_eq(err.text,
                     "f: timeframe: one row has no step to tell it from (say it: timeframe: 1d)");
    int64_t ticks[] = {0, 1234567, 2469134};
    cr_expect_eq(timeframe_infer("f", ticks, 3, &timeframe, &err), ERR_FORMAT);
}

Test(timeframe, infers_the_most_frequent_of_thousands_of_steps) {
    static int64_t stamps[20001];
    for (int i = 1; i <= 20000; i++) /* steps of 1 s, 2 s, 3 s, ... with 7 s in between */
        stamps[i] = stamps[i - 1] + (i % 2 == 0 ? 7 : i) * TIME_SECOND;
    struct timeframe timeframe;
    struct err err;
    cr_assert_eq(timeframe_infer("f", stamps, 20001, &timeframe, &err), 0);
    cr_expect_str_eq(timeframe.name, "7s");
}

Test(timeframe, infers_calendar_months) {
    struct timeframe timeframe;
    struct err err = {0};
    int64_t firsts[24], lasts[24];
    for (int i = 0; i < 24; i++) {
        firsts[i] = day(2012 + i / 12, i % 12 + 1, 1);
        lasts[i] = day(2012 + i / 12, i % 12 + 1, time_days_in_month(2012 + i / 12, i % 12 + 1));
    }
    cr_assert_eq(timeframe_infer("f", firsts, 24, &timeframe, &err), 0);
    cr_expect_str_eq(timeframe.name, "1mo");
    cr_assert_eq(timeframe_infer("f", lasts, 24, &timeframe, &err), 0);
    cr_expect_str_eq(timeframe.name, "1mo");
    /* Every 28 days is no calendar month: the next stamp comes too soon. */
    int64_t moons[24];
    for (int i = 0; i < 24; i++)
        moons[i] = day(2012, 1, 1) + i * 28 * TIME_DAY;
    cr_assert_eq(timeframe_infer("f", moons, 24, &timeframe, &err), 0);
    cr_expect_str_eq(timeframe.name, "4w");
}

Test(timeframe, bars_end_where_the_next_one_begins) {
    int64_t stamps[] = {day(2013, 3, 1), day(2013, 3, 4)}, ends[2];
    struct timeframe daily = parsed("1d");
    timeframe_other_ends(&daily, BAR_STAMP_OPEN, stamps, 2, ends);
    cr_expect_eq(ends[0], day(2013, 3, 2));
    cr_expect_eq(ends[1], day(2013, 3, 5));
    timeframe_other_ends(&daily, BAR_STAMP_CLOSE, stamps, 2, ends);
    cr_expect_eq(ends[0], day(2013, 2, 28));
    cr_expect_eq(ends[1], day(2013, 3, 3));
}

Test(timeframe, months_end_where_the_next_one_begins) {
    struct timeframe monthly = parsed("1mo");
    int64_t firsts[] = {day(2012, 1, 1), day(2012, 2, 1), day(2012, 12, 1)}, ends[3];
    timeframe_other_ends(&monthly, BAR_STAMP_OPEN, firsts, 3, ends);
    cr_expect_eq(ends[0], day(2012, 2, 1));
    cr_expect_eq(ends[1], day(2012, 3, 1));
    cr_expect_eq(ends[2], day(2013, 1, 1));
    timeframe_other_ends(&monthly, BAR_STAMP_CLOSE, firsts, 3, ends);
    cr_expect_eq(ends[0], day(2011, 12, 1));
    cr_expect_eq(ends[1], day(2012, 1, 1));
    cr_expect_eq(ends[2], day(2012, 11, 1));
    int64_t lasts[] = {day(2012, 1, 31), day(2012, 2, 29), day(2012, 4, 30)};
    timeframe_other_ends(&monthly, BAR_STAMP_OPEN, lasts, 3, ends);
    cr_expect_eq(ends[0], day(2012, 2, 29));
    cr_expect_eq(ends[1], day(2012, 3, 31));
    cr_expect_eq(ends[2], day(2012, 5, 31));
    timeframe_other_ends(&monthly, BAR_STAMP_CLOSE, lasts, 3, ends);
    cr_expect_eq(ends[0], day(2011, 12, 31));
    cr_expect_eq(ends[1], day(2012, 1, 31));
    cr_expect_eq(ends[2], day(2012, 3, 31));
    /* the 30th is clipped in February and comes back */
    int64_t thirtieths[] = {day(2013, 1, 30), day(2013, 2, 28), day(2013, 3, 30)};
    timeframe_other_ends(&monthly, BAR_STAMP_OPEN, thirtieths, 3, ends);
    cr_expect_eq(ends[0], day(2013, 2, 28));
    cr_expect_eq(ends[1], day(2013, 3, 28));
    cr_expect_eq(ends[2], day(2013, 4, 30));
}

Test(timeframe, refuses_steps_shorter_than_it) {
    struct err err = {0};
    struct timeframe hourly = parsed("1h"), daily = parsed("1d"), monthly = parsed("1mo");
    int64_t stamps[] = {day(2020, 1, 1), day(2020, 1, 1) + TIME_HOUR,
                        day(2020, 1, 1) + TIME_HOUR + 30 * TIME_MINUTE};
    cr_expect_eq(timeframe_check("f.csv", &hourly, stamps, 2, &err), 0);
    cr_expect_eq(timeframe_check("f.csv", &hourly, stamps, 3, &err), ERR_FORMAT);
    cr_expect_str_eq(
        err.text, "f.csv:4: time: 2020-01-01T01:30:00Z: 30m after line 3 (2020-01-01T01:00:00Z), "
                  "shorter than the timeframe 1h (correct the row, or say another timeframe)");
    cr_expect_eq(timeframe_check("f.csv", &daily, stamps, 2, &err), ERR_FORMAT);
    int64_t days[] = {day(2012, 1, 30), day(2012, 2, 28)};
    cr_expect_eq(timeframe_check("f.csv", &monthly, days, 2, &err), ERR_FORMAT);
    days[1] = day(2012, 2, 29);
    cr_expect_eq(timeframe_check("f.csv", &monthly, days, 2, &err), 0);
}

Test(timeframe, a_local_day_may_be_an_hour_short) {
    struct err err = {0};
    struct timeframe daily = parsed("1d"), hourly = parsed("1h");
    /* New York midnights around 2020-03-08: 05:00Z, 05:00Z, 04:00Z */
    int64_t stamps[] = {day(2020, 3, 7) + 5 * TIME_HOUR, day(2020, 3, 8) + 5 * TIME_HOUR,
                        day(2020, 3, 9) + 4 * TIME_HOUR};
    cr_expect_eq(timeframe_check("f", &daily, stamps, 3, &err), 0);
    stamps[2]--;
    cr_expect_eq(timeframe_check("f", &daily, stamps, 3, &err), ERR_FORMAT);
    int64_t hours[] = {0, TIME_HOUR - 1};
    cr_expect_eq(timeframe_check("f", &hourly, hours, 2, &err), ERR_FORMAT);
}

Test(timeframe, refuses_one_that_no_step_has) {
    struct err err = {0};
    struct timeframe minutes = parsed("1m");
    int64_t days[20];
    for (int i = 0; i < 20; i++)
        days[i] = day(2020, 1, 1) + i * TIME_DAY;
    cr_expect_eq(timeframe_check("f.csv", &minutes, days, 20, &err), ERR_FORMAT);
    cr_expect_str_eq(err.text,
                     "f.csv: timeframe: 1m: no two rows are this close, most are 1d apart (say "
                     "the timeframe of the file)");
    cr_expect_eq(timeframe_check("f.csv", &minutes, days, 5, &err), 0); /* too few to judge */
}

Test(timeframe, refuses_what_time_cannot_hold) {
    struct err err = {0};
    struct timeframe daily = parsed("1d"), timeframe;
    int64_t wide[] = {-INT64_C(9200000000) * TIME_SECOND, INT64_C(9200000000) * TIME_SECOND};
    cr_expect_eq(timeframe_check("f.csv", &daily, wide, 2, &err), ERR_FORMAT);
    cr_expect_eq(timeframe_infer("f.csv", wide, 2, &timeframe, &err), ERR_FORMAT);
    cr_expect_not_null(
        strstr(err.text, "f.csv: time: 1678-06-18 to 2261-07-15: more than 292 years"), "%s",
        err.text);
    int64_t late[] = {INT64_MAX - 5};
    cr_expect_eq(timeframe_check("f.csv", &daily, late, 1, &err), ERR_FORMAT);
}
