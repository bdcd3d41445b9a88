#include "conf/scalar.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/str.h"
#include "base/time.h"
#include "data/series_name.h"
#include "data/timeframe.h"

#define FAIL(...) conf_fail_as(want.code, &value->place, want.key, err, __VA_ARGS__)

const char *conf_show(char buf[CONF_SHOW_MAX], const char *text) {
    size_t room = CONF_SHOW_MAX - 6;
    size_t len = strlen(text);
    if (len <= room)
        snprintf(buf, CONF_SHOW_MAX, "'%s'", text);
    else
        snprintf(buf, CONF_SHOW_MAX, "'%.*s...'", (int)str_utf8_floor(text, room), text);
    return buf;
}

const char *conf_guess(char *buf, size_t cap, const char *word, const char *const *names,
                       size_t count, const char *fallback) {
    const char *name = str_suggest(word, names, count);
    if (name == NULL)
        snprintf(buf, cap, "%s", fallback);
    else
        snprintf(buf, cap, "did you mean %s?", name);
    return buf;
}

/* ---- numbers ---- */

static int refuse_quotes(const struct conf_text *value, struct conf_want want, const char *expected,
                         struct err *err) {
    char shown[CONF_SHOW_MAX];
    return FAIL("expected %s, found the text %s (remove the quotes)", expected,
                conf_show(shown, value->text));
}

int conf_read_number(const struct conf_text *value, struct conf_want want, double min, double max,
                     double *ret, struct err *err) {
    if (value->quoted)
        return refuse_quotes(value, want, "a number", err);
    char low[STR_F64_MAX], high[STR_F64_MAX], shown[CONF_SHOW_MAX];
    str_format_f64(low, sizeof(low), min);
    str_format_f64(high, sizeof(high), max);
    double x;
    if (!str_parse_f64(value->text, &x))
        return FAIL("expected a number from %s to %s, found %s (write a plain number)", low, high,
                    conf_show(shown, value->text));
    if (x < min || x > max)
        return FAIL("expected a number from %s to %s, found %s (%s %s)", low, high, value->text,
                    x < min ? "at least" : "at most", x < min ? low : high);
    *ret = x + 0.0;
    return 0;
}

int conf_read_integer(const struct conf_text *value, struct conf_want want, int64_t min,
                      int64_t max, int64_t *ret, struct err *err) {
    if (value->quoted)
        return refuse_quotes(value, want, "an integer", err);
    char shown[CONF_SHOW_MAX];
    int64_t x;
    double real;
    if (!str_parse_i64(value->text, &x)) {
        const char *cure = "write a whole number";
        if (str_parse_f64(value->text, &real))
            cure = strpbrk(value->text, ".eE") != NULL ? "no fraction and no exponent"
                                                       : "it does not fit in 64 bits";
        return FAIL("expected an integer from %lld to %lld, found %s (%s)", (long long)min,
                    (long long)max, conf_show(shown, value->text), cure);
    }
    if (x < min || x > max)
        return FAIL("expected an integer from %lld to %lld, found %lld (%s %lld)", (long long)min,
                    (long long)max, (long long)x, x < min ? "at least" : "at most",
                    (long long)(x < min ? min : max));
    *ret = x;
    return 0;
}

int conf_read_decimal(const struct conf_text *value, struct conf_want want, struct decimal *ret,
                      struct err *err) {
    if (value->quoted)
        return refuse_quotes(value, want, "a decimal", err);
    char shown[CONF_SHOW_MAX];
    struct decimal x;
    if (!decimal_parse(value->text, &x))
        return FAIL("expected a decimal such as 0.01, found %s (at most 18 digits)",
                    conf_show(shown, value->text));
    if (x.num < 0)
        return FAIL("expected a decimal from 0 on, found %s (0 = none)", value->text);
    *ret = x;
    return 0;
}

/* ---- words ---- */

static bool parse_bool(const char *text, bool *ret) {
    static const char *const words[] = {"false", "true", "no", "yes", "off", "on", "0", "1"};
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        if (strcasecmp(text, words[i]) == 0) {
            *ret = i % 2 == 1;
            return true;
        }
    }
    return false;
}

bool conf_is_literal(const char *text) {
    double number;
    int64_t whole;
    bool on;
    return str_parse_f64(text, &number) || str_parse_i64(text, &whole) || parse_bool(text, &on);
}

int conf_read_bool(const struct conf_text *value, struct conf_want want, bool *ret,
                   struct err *err) {
    if (value->quoted)
        return refuse_quotes(value, want, "true or false", err);
    if (parse_bool(value->text, ret))
        return 0;
    char shown[CONF_SHOW_MAX];
    return FAIL("expected true or false, found %s (yes, no, on, off, 1 and 0 will do too)",
                conf_show(shown, value->text));
}

int conf_read_choice(const struct conf_text *value, struct conf_want want, const char *const *names,
                     size_t count, size_t *ret, struct err *err) {
    for (size_t i = 0; i < count; i++) {
        if (str_eq(value->text, names[i])) {
            *ret = i;
            return 0;
        }
    }
    struct str list = {0};
    for (size_t i = 0; i < count; i++)
        str_appendf(&list, "%s%s", i == 0 ? "" : (i + 1 < count ? ", " : " or "), names[i]);
    char shown[CONF_SHOW_MAX], guess[128];
    int rc = FAIL("expected %s, found %s (%s)", str_text(&list), conf_show(shown, value->text),
                  conf_guess(guess, sizeof(guess), value->text, names, count,
                             count == 1 ? "it is the only one" : "choose one of them"));
    str_fini(&list);
    return rc;
}

bool conf_is_name_char(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
}

int conf_read_symbol(const struct conf_text *value, struct conf_want want, char ret[SYMBOL_MAX],
                     struct err *err) {
    char shown[CONF_SHOW_MAX];
    if (!series_name_is_symbol(value->text) || strchr(value->text, '@') != NULL)
        return FAIL(
            "expected a symbol, found %s (1 to %d letters, digits and signs, but no , @ / \\ or quotes)",
            conf_show(shown, value->text), SYMBOL_MAX - 1);
    str_copy_fixed(ret, SYMBOL_MAX, value->text);
    return 0;
}

int conf_read_name(const struct conf_text *value, struct conf_want want, char *ret, size_t cap,
                   struct err *err) {
    size_t len = strlen(value->text);
    bool ok = len > 0 && len < cap;
    for (size_t i = 0; ok && i < len; i++)
        ok = conf_is_name_char(value->text[i]);
    char shown[CONF_SHOW_MAX];
    if (!ok)
        return FAIL("expected a name, found %s (1 to %zu of letters, digits, _ and -)",
                    conf_show(shown, value->text), cap - 1);
    str_copy_fixed(ret, cap, value->text);
    return 0;
}

/* ---- time ---- */

int conf_read_moment(const struct conf_text *value, struct conf_want want, int64_t *ret,
                     bool *ret_is_day, struct err *err) {
    const int64_t ms_min = INT64_C(100000000000);
    const int64_t ms_max = INT64_MAX / TIME_MILLI;
    size_t len = strlen(value->text);
    char shown[CONF_SHOW_MAX];
    int64_t time, ms;
    if (time_parse_iso(value->text, len, &time)) {
        *ret = time;
        if (ret_is_day != NULL)
            *ret_is_day = len == strlen("2013-03-01");
        return 0;
    }
    if (!str_parse_i64(value->text, &ms))
        return FAIL("expected a date such as 2013-03-01 or milliseconds since 1970, found %s (%s)",
                    conf_show(shown, value->text), "write it as 2013-03-01 or 2013-03-01T14:30Z");
    if (ms < ms_min || ms > ms_max)
        return FAIL("expected a date or milliseconds since 1970, found %lld, which %s (%s)",
                    (long long)ms,
                    ms > ms_max ? "is after 2261" : "as milliseconds is before March 1973",
                    "write a date such as 2013-03-01");
    *ret = ms * TIME_MILLI;
    if (ret_is_day != NULL)
        *ret_is_day = false;
    return 0;
}

int conf_read_timeframe(const struct conf_text *value, struct conf_want want,
                        char ret_name[CONF_TIMEFRAME_MAX], int64_t *ret, struct err *err) {
    char shown[CONF_SHOW_MAX];
    struct timeframe timeframe;
    if (!timeframe_parse(value->text, &timeframe))
        return FAIL("expected a timeframe such as 30s, 15m, 4h, 1d, 1w or 1mo, found %s (%s)",
                    conf_show(shown, value->text), "a whole number and s, m, h, d, w or mo");
    CHECK(str_copy_fixed(ret_name, CONF_TIMEFRAME_MAX, timeframe.name));
    *ret = timeframe.ns;
    return 0;
}
