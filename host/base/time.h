/*
 * Time as numbers: int64_t nanoseconds since 1970-01-01T00:00:00 UTC, and its text.
 *
 * Not a clock: nothing here asks what time it is (only the clock port may). No time zones but
 * UTC and fixed offsets, no leap seconds (23:59:60 is refused). Proleptic Gregorian calendar.
 * Range: years 1678 to 2261, which is what int64_t nanoseconds can hold in whole years.
 */
#ifndef QS_BASE_TIME_H
#define QS_BASE_TIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TIME_MICRO INT64_C(1000)
#define TIME_MILLI INT64_C(1000000)
#define TIME_SECOND INT64_C(1000000000)
#define TIME_MINUTE (60 * TIME_SECOND)
#define TIME_HOUR (60 * TIME_MINUTE)
#define TIME_DAY (24 * TIME_HOUR)
#define TIME_WEEK (7 * TIME_DAY)

#define TIME_YEAR_MIN 1678
#define TIME_YEAR_MAX 2261

/* A moment spelt out, UTC. */
struct civil_time {
    int year;
    int month;  /* 1..12 */
    int day;    /* 1..31 */
    int hour;   /* 0..23 */
    int minute; /* 0..59 */
    int second; /* 0..59 */
    int64_t ns; /* 0..999999999 */
};

/* The fields must be a valid moment of the range (CHECK); text from outside goes through
 * time_parse_iso. */
int64_t time_from_civil(int year, int month, int day, int hour, int minute, int second, int64_t ns);

/* Any int64_t, also outside the years of the parser. */
void time_to_civil(int64_t time, struct civil_time *ret);

bool time_is_leap_year(int year);
int time_days_in_month(int year, int month); /* month 1..12 */

/* Room for every result of time_format_iso and time_format_date. */
#define TIME_ISO_MAX 40

/* "2013-03-01T00:00:00Z"; a fraction of 3, 6 or 9 digits only when it is not zero. Returns the
 * length written; cap must be at least TIME_ISO_MAX (CHECK). */
size_t time_format_iso(char *buf, size_t cap, int64_t time);
/* "2013-03-01", the UTC day. Same rules. */
size_t time_format_date(char *buf, size_t cap, int64_t time);

/* Reads len bytes: "2013-03-01", or with 'T', 't' or one space "2013-03-01T14:30", seconds and a
 * fraction of 1 to 9 digits optional, then Z, z, +hh:mm, -hh:mm, +hhmm or nothing (UTC). A fraction
 * needs seconds. Invalid dates, other shapes and trailing bytes: false, ret untouched. Some 20 ns a
 * stamp. */
bool time_parse_iso(const char *text, size_t len, int64_t *ret);

/* "30s" "1m" "4h" "1d" "1w": a whole number from 1 and one unit. No months (not a fixed length).
 * Anything else: false, ret untouched. */
bool time_parse_duration(const char *text, int64_t *ret);

/* The other way, in the largest unit that divides it: "1h", "90m", "1w"; what is no whole number of
 * seconds is written in "ms", "us" or "ns". Returns the length; cap at least TIME_ISO_MAX. */
size_t time_format_duration(char *buf, size_t cap, int64_t duration);

/* Midnight UTC at or before time. */
int64_t time_day_floor(int64_t time);

#endif
