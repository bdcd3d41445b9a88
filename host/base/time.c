/*
 * The calendar by counting years from March: leap days then fall at the end of a year, so the days
 * before a month are one formula and the days before a year another. Day 0 of that count is
 * 0000-03-01; every day of an int64_t lies after it, so no division here meets a negative number.
 */
#include "base/time.h"

#include <stdio.h>

#include "base/check.h"

#define EPOCH_DAY INT64_C(719468) /* 1970-01-01 counted from 0000-03-01 */

static const int64_t pow10_i64[] = {1,      10,      100,      1000,      10000,
                                    100000, 1000000, 10000000, 100000000, 1000000000};

/* Days before 1 March of that year. */
static int64_t days_before_year(int64_t year) {
    return year * 365 + year / 4 - year / 100 + year / 400;
}

/* Days before a month's first, month 0 = March. The months' lengths 31 30 31 30 31 | 31 30 31 30 31
 * | 31 are a slope of 153 days in five months. */
static int64_t days_before_month(int64_t month) { return (153 * month + 2) / 5; }

static int64_t day_number(int year, int month, int day) {
    bool before_march = month < 3;
    int64_t march_year = before_march ? year - 1 : year;
    int64_t march_month = before_march ? month + 9 : month - 3;
    return days_before_year(march_year) + days_before_month(march_month) + day - 1 - EPOCH_DAY;
}

static int64_t floor_div(int64_t a, int64_t b) {
    int64_t quotient = a / b;
    return a % b < 0 ? quotient - 1 : quotient;
}

bool time_is_leap_year(int year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

int time_days_in_month(int year, int month) {
    static const int8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    CHECKF(month >= 1 && month <= 12, "month %d", month);
    return month == 2 && time_is_leap_year(year) ? 29 : days[month - 1];
}

static bool is_valid_date(int year, int month, int day) {
    return year >= TIME_YEAR_MIN && year <= TIME_YEAR_MAX && month >= 1 && month <= 12 &&
           day >= 1 && day <= time_days_in_month(year, month);
}

static int64_t compose(int64_t day, int hour, int minute, int second, int64_t ns) {
    return day * TIME_DAY + ((hour * INT64_C(60) + minute) * 60 + second) * TIME_SECOND + ns;
}

int64_t time_from_civil(int year, int month, int day, int hour, int minute, int second,
                        int64_t ns) {
    CHECKF(is_valid_date(year, month, day), "%d-%d-%d", year, month, day);
    CHECKF(hour >= 0 && hour < 24, "hour %d", hour);
    CHECKF(minute >= 0 && minute < 60, "minute %d", minute);
    CHECKF(second >= 0 && second < 60, "second %d", second);
    CHECK(ns >= 0 && ns < TIME_SECOND);
    return compose(day_number(year, month, day), hour, minute, second, ns);
}

void time_to_civil(int64_t time, struct civil_time *ret) {
    int64_t day = floor_div(time, TIME_DAY);
    int64_t ns = time % TIME_DAY + (time % TIME_DAY < 0 ? TIME_DAY : 0);
    int64_t count = day + EPOCH_DAY;
    int64_t year = count * 400 / 146097; /* at most one too high: 146097 days are 400 years */
    if (days_before_year(year) > count)
        year--;
    if (days_before_year(year + 1) <= count)
        year++;
    int64_t in_year = count - days_before_year(year);
    int64_t month = (5 * in_year + 2) / 153;
    ret->day = (int)(in_year - days_before_month(month)) + 1;
    ret->month = (int)(month < 10 ? month + 3 : month - 9);
    ret->year = (int)(month < 10 ? year : year + 1);
    ret->hour = (int)(ns / TIME_HOUR);
    ret->minute = (int)(ns / TIME_MINUTE % 60);
    ret->second = (int)(ns / TIME_SECOND % 60);
    ret->ns = ns % TIME_SECOND;
}

static char *put_digits(char *at, int64_t value, int width) {
    for (int i = width - 1; i >= 0; i--) {
        at[i] = (char)('0' + value % 10);
        value /= 10;
    }
    return at + width;
}

static char *put_date(char *at, const struct civil_time *civil) {
    at = put_digits(at, civil->year, 4);
    *at++ = '-';
    at = put_digits(at, civil->month, 2);
    *at++ = '-';
    return put_digits(at, civil->day, 2);
}

size_t time_format_date(char *buf, size_t cap, int64_t time) {
    CHECK(cap >= TIME_ISO_MAX);
    struct civil_time civil;
    time_to_civil(time, &civil);
    char *at = put_date(buf, &civil);
    *at = '\0';
    return (size_t)(at - buf);
}

size_t time_format_iso(char *buf, size_t cap, int64_t time) {
    CHECK(cap >= TIME_ISO_MAX);
    struct civil_time civil;
    time_to_civil(time, &civil);
    char *at = put_date(buf, &civil);
    *at++ = 'T';
    at = put_digits(at, civil.hour, 2);
    *at++ = ':';
    at = put_digits(at, civil.minute, 2);
    *at++ = ':';
    at = put_digits(at, civil.second, 2);
    if (civil.ns != 0) {
        int width = civil.ns % TIME_MILLI == 0 ? 3 : civil.ns % TIME_MICRO == 0 ? 6 : 9;
        *at++ = '.';
        at = put_digits(at, civil.ns / pow10_i64[9 - width], width);
    }
    *at++ = 'Z';
    *at = '\0';
    return (size_t)(at - buf);
}

/* What is left of the text. */
struct reader {
    const char *at;
    const char *end;
};

static bool take_char(struct reader *r, char c) {
    if (r->at == r->end || *r->at != c)
        return false;
    r->at++;
    return true;
}

/* Exactly `width` digits. */
static bool take_digits(struct reader *r, int width, int *ret) {
    if (r->end - r->at < width)
        return false;
    int value = 0;
    for (int i = 0; i < width; i++) {
        unsigned digit = (unsigned)(unsigned char)r->at[i] - '0';
        if (digit > 9)
            return false;
        value = value * 10 + (int)digit;
    }
    r->at += width;
    *ret = value;
    return true;
}

/* 1 to 9 digits, read as nanoseconds. */
static bool take_fraction(struct reader *r, int64_t *ret) {
    int64_t value = 0;
    int width = 0;
    int digit;
    while (width < 9 && take_digits(r, 1, &digit)) {
        value = value * 10 + digit;
        width++;
    }
    *ret = value * pow10_i64[9 - width];
    return width > 0;
}

/* Z, +hh:mm, -hh:mm, +hhmm or nothing; ret is what to subtract to get UTC. */
static bool take_zone(struct reader *r, int64_t *ret) {
    *ret = 0;
    if (r->at == r->end || take_char(r, 'Z') || take_char(r, 'z'))
        return true;
    bool west = take_char(r, '-');
    if (!west && !take_char(r, '+'))
        return false;
    int hour;
    int minute;
    if (!take_digits(r, 2, &hour))
        return false;
    take_char(r, ':');
    if (!take_digits(r, 2, &minute) || hour > 23 || minute > 59)
        return false;
    int64_t offset = hour * TIME_HOUR + minute * TIME_MINUTE;
    *ret = west ? -offset : offset;
    return true;
}

static bool take_clock(struct reader *r, int64_t *ret) {
    int hour;
    int minute;
    int second = 0;
    int64_t ns = 0;
    int64_t offset;
    if (!take_digits(r, 2, &hour) || !take_char(r, ':') || !take_digits(r, 2, &minute))
        return false;
    if (take_char(r, ':')) {
        if (!take_digits(r, 2, &second))
            return false;
        if (take_char(r, '.') && !take_fraction(r, &ns))
            return false;
    }
    if (!take_zone(r, &offset) || hour > 23 || minute > 59 || second > 59)
        return false;
    *ret = compose(0, hour, minute, second, ns) - offset;
    return true;
}

bool time_parse_iso(const char *text, size_t len, int64_t *ret) {
    struct reader r = {.at = text, .end = text + len};
    int year;
    int month;
    int day;
    if (!take_digits(&r, 4, &year) || !take_char(&r, '-') || !take_digits(&r, 2, &month) ||
        !take_char(&r, '-') || !take_digits(&r, 2, &day) || !is_valid_date(year, month, day))
        return false;
    int64_t clock = 0;
    if (r.at != r.end) {
        if (!take_char(&r, 'T') && !take_char(&r, ' ') && !take_char(&r, 't'))
            return false;
        if (!take_clock(&r, &clock))
            return false;
    }
    if (r.at != r.end)
        return false;
    *ret = day_number(year, month, day) * TIME_DAY + clock;
    return true;
}

bool time_parse_duration(const char *text, int64_t *ret) {
    static const struct {
        char letter;
        int64_t length;
    } units[] = {{'s', TIME_SECOND},
                 {'m', TIME_MINUTE},
                 {'h', TIME_HOUR},
                 {'d', TIME_DAY},
                 {'w', TIME_WEEK}};
    int64_t count = 0;
    const char *at = text;
    for (; *at >= '0' && *at <= '9'; at++) {
        if (at == text && *at == '0')
            return false;
        if (__builtin_mul_overflow(count, INT64_C(10), &count) ||
            __builtin_add_overflow(count, (int64_t)(*at - '0'), &count))
            return false;
    }
    if (at == text || at[0] == '\0' || at[1] != '\0')
        return false;
    for (size_t i = 0; i < ARRAY_LEN(units); i++)
        if (units[i].letter == *at) {
            int64_t value;
            if (__builtin_mul_overflow(count, units[i].length, &value))
                return false;
            *ret = value;
            return true;
        }
    return false;
}

size_t time_format_duration(char *buf, size_t cap, int64_t duration) {
    static const struct {
        const char *name;
        int64_t length;
    } units[] = {{"w", TIME_WEEK},   {"d", TIME_DAY},    {"h", TIME_HOUR},   {"m", TIME_MINUTE},
                 {"s", TIME_SECOND}, {"ms", TIME_MILLI}, {"us", TIME_MICRO}, {"ns", 1}};
    CHECK(cap >= TIME_ISO_MAX);
    size_t i = 0;
    if (duration == 0)
        return (size_t)snprintf(buf, cap, "0s");
    while (duration % units[i].length != 0)
        i++;
    return (size_t)snprintf(buf, cap, "%lld%s", (long long)(duration / units[i].length),
                            units[i].name);
}

int64_t time_day_floor(int64_t time) { return floor_div(time, TIME_DAY) * TIME_DAY; }
