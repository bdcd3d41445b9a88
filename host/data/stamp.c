/*
 * Most files write "2013-03-01T14:30:00Z" a hundred times with the same date: its midnight is kept,
 * and only the clock is read. All other shapes go through base/time.
 */
#include "data/stamp.h"

#include <endian.h>
#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "base/time.h"

#define EPOCH_SECONDS_MAX INT64_C(9200000000)
#define EPOCH_DIGITS_MAX 19

static const struct {
    const char *name;
    int64_t ns;
    int fraction_digits; /* that a nanosecond can hold */
} units[] = {[STAMP_UNKNOWN] = {"", 0, 0},
             [STAMP_ISO] = {"ISO-8601", 0, 0},
             [STAMP_SECONDS] = {"epoch seconds", TIME_SECOND, 9},
             [STAMP_MILLIS] = {"epoch milliseconds", TIME_MILLI, 6},
             [STAMP_MICROS] = {"epoch microseconds", TIME_MICRO, 3},
             [STAMP_NANOS] = {"epoch nanoseconds", 1, 0}};

static inline unsigned digit_of(char c) { return (unsigned)(unsigned char)c - '0'; }

/* Two digits as a number; 100 when they are none. */
static inline unsigned two_digits(const char *text) {
    unsigned high = digit_of(text[0]), low = digit_of(text[1]);
    return high > 9 || low > 9 ? 100 : high * 10 + low;
}

/* "hh:mm:ss" at text, all eight bytes at once. */
static inline bool read_clock(const char *text, int64_t *ret) {
    uint64_t bytes;
    memcpy(&bytes, text, sizeof(bytes));
    bytes = le64toh(bytes) ^ 0x30303a30303a3030u; /* digits are 0 to 9 now, and both ':' are 0 */
    uint64_t others = ((bytes + 0x76767f76767f7676u) | bytes) & 0x8080808080808080u;
    bytes = bytes * 10 + (bytes >> 8); /* hours in byte 0, minutes in 3, seconds in 6 */
    unsigned hour = bytes & 0xff, minute = bytes >> 24 & 0xff, second = bytes >> 48 & 0xff;
    if (others != 0 || hour > 23 || minute > 59 || second > 59)
        return false;
    *ret = (int64_t)(hour * 3600 + minute * 60 + second) * TIME_SECOND;
    return true;
}

static bool read_iso(struct stamp_reader *reader, const char *text, size_t len, int64_t *ret) {
    int64_t clock;
    if (len != 20 || text[19] != 'Z' || (text[10] != 'T' && text[10] != ' ') ||
        !read_clock(text + 11, &clock))
        return time_parse_iso(text, len, ret);
    if (memcmp(text, reader->day_text, sizeof(reader->day_text)) != 0) {
        if (!time_parse_iso(text, 10, &reader->day))
            return false;
        memcpy(reader->day_text, text, sizeof(reader->day_text));
    }
    *ret = reader->day + clock;
    return true;
}

/* An epoch's whole part and where its fraction begins (0: none). */
struct epoch {
    int64_t whole; /* without the sign */
    bool negative;
    size_t fraction;
    enum stamp_form form;
};

static bool read_epoch(const char *text, size_t len, struct epoch *ret) {
    struct epoch epoch = {.negative = len > 0 && text[0] == '-'};
    size_t begin = epoch.negative ? 1 : 0, at = begin;
    for (; at < len && digit_of(text[at]) <= 9; at++) {
        if (at - begin == EPOCH_DIGITS_MAX ||
            __builtin_mul_overflow(epoch.whole, INT64_C(10), &epoch.whole) ||
            __builtin_add_overflow(epoch.whole, (int64_t)digit_of(text[at]), &epoch.whole))
            return false;
    }
    if (at == begin)
        return false;
    epoch.form = STAMP_SECONDS;
    for (int64_t most = EPOCH_SECONDS_MAX; epoch.form < STAMP_NANOS && epoch.whole > most;
         most *= 1000)
        epoch.form++;
    if (at < len) {
        if (text[at] != '.' || at + 1 == len)
            return false;
        epoch.fraction = at + 1;
    }
    *ret = epoch;
    return true;
}

/* The fraction's nanoseconds; digits that a nanosecond can't hold must be zeros. */
static bool read_fraction(const char *text, size_t len, enum stamp_form form, int64_t *ret) {
    int64_t scale = units[form].ns, ns = 0;
    for (size_t i = 0; i < len; i++) {
        unsigned digit = digit_of(text[i]);
        if (digit > 9 || (digit != 0 && (int)i >= units[form].fraction_digits))
            return false;
        scale /= 10;
        ns += (int64_t)digit * scale;
    }
    *ret = ns;
    return true;
}

/* 20130301, 201303011430 or 20130301143000: a date, or an odd moment of the seventies? */
static bool looks_like_date(const char *text, size_t len) {
    if (len != 8 && len != 12 && len != 14)
        return false;
    for (size_t i = 0; i < len; i++)
        if (digit_of(text[i]) > 9)
            return false;
    unsigned century = two_digits(text), month = two_digits(text + 4), day = two_digits(text + 6);
    return (century == 19 || century == 20) && month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

static bool looks_like_iso(const char *text, size_t len) { return len >= 10 && text[4] == '-'; }

bool stamp_read(struct stamp_reader *reader, const char *text, size_t len, int64_t *ret) {
    if (LIKELY(reader->form == STAMP_ISO))
        return read_iso(reader, text, len, ret);
    if (reader->form == STAMP_UNKNOWN && looks_like_iso(text, len)) {
        if (!read_iso(reader, text, len, ret))
            return false;
        reader->form = STAMP_ISO;
        return true;
    }
    struct epoch epoch;
    if (!read_epoch(text, len, &epoch))
        return false;
    if (reader->form == STAMP_UNKNOWN && looks_like_date(text, len))
        return false;
    /* Around 1970 a stamp of the finer unit looks like one of the coarser; only zero is both. */
    if (reader->form != STAMP_UNKNOWN && epoch.form != reader->form && epoch.whole != 0)
        return false;
    enum stamp_form form = reader->form == STAMP_UNKNOWN ? epoch.form : reader->form;
    int64_t fraction = 0;
    if (epoch.fraction != 0 &&
        !read_fraction(text + epoch.fraction, len - epoch.fraction, form, &fraction))
        return false;
    int64_t value;
    if (__builtin_mul_overflow(epoch.whole, units[form].ns, &value) ||
        __builtin_add_overflow(value, fraction, &value))
        return false;
    reader->form = form;
    *ret = epoch.negative ? -value : value;
    return true;
}

void stamp_why(const struct stamp_reader *reader, const char *text, size_t len,
               char ret_text[STAMP_WHY_MAX]) {
    struct epoch epoch;
    bool is_epoch = read_epoch(text, len, &epoch);
    int64_t ignored;
    if (reader->form == STAMP_UNKNOWN && looks_like_date(text, len))
        snprintf(ret_text, STAMP_WHY_MAX,
                 "a date without dashes, or an epoch (write 2013-03-01 or 2013-03-01T14:30:00Z)");
    else if (is_epoch && reader->form != STAMP_UNKNOWN && epoch.form != reader->form)
        snprintf(ret_text, STAMP_WHY_MAX,
                 "%s, where the rows before have %s (one form in one file)", units[epoch.form].name,
                 units[reader->form].name);
    else if (reader->form > STAMP_ISO && time_parse_iso(text, len, &ignored))
        snprintf(ret_text, STAMP_WHY_MAX,
                 "ISO-8601, where the rows before have %s (one form in one file)",
                 units[reader->form].name);
    else
        snprintf(ret_text, STAMP_WHY_MAX,
                 "not a time (write 2013-03-01, 2013-03-01T14:30:00Z or an epoch)");
}
