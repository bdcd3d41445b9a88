#include <criterion/criterion.h>
#include <stdint.h>
#include <string.h>

#include "base/str.h"
#include "base/time.h"
#include "conf/scalar.h"

static const struct conf_want want = {.key = "key"};

static struct conf_text plain(const char *text) {
    return (struct conf_text){text, false, {"run.yaml", 2, 5}};
}

static struct conf_text quoted(const char *text) {
    return (struct conf_text){text, true, {"run.yaml", 2, 5}};
}

Test(scalar, quoted_text_is_no_number_no_bool_no_decimal) {
    struct err err;
    struct conf_text value = quoted("1");
    double number;
    int64_t whole;
    bool on;
    struct decimal decimal;
    cr_assert_eq(conf_read_number(&value, want, 0, 9, &number, &err), ERR_CONFIG);
    cr_assert_str_eq(err.text, "run.yaml:2:5: key: expected a number, found the text '1' (remove "
                               "the quotes)");
    cr_assert_lt(conf_read_integer(&value, want, 0, 9, &whole, &err), 0);
    cr_assert_lt(conf_read_bool(&value, want, &on, &err), 0);
    cr_assert_lt(conf_read_decimal(&value, want, &decimal, &err), 0);
}

Test(scalar, integers_are_exact_to_the_last_digit) {
    struct err err;
    int64_t whole = 0;
    struct conf_text value = plain("9223372036854775807");
    cr_assert_eq(conf_read_integer(&value, want, INT64_MIN, INT64_MAX, &whole, &err), 0);
    cr_assert_eq(whole, INT64_MAX);
    value = plain("9223372036854775808");
    cr_assert_lt(conf_read_integer(&value, want, INT64_MIN, INT64_MAX, &whole, &err), 0);
    cr_assert_eq(whole, INT64_MAX);
    static const char *const bad[] = {"", " 1", "1 ", "1e3", "20.0", "0x10", "1_000", "one", "--1"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        value = plain(bad[i]);
        cr_assert_lt(conf_read_integer(&value, want, 0, 1000, &whole, &err), 0, "%s", bad[i]);
    }
}

Test(scalar, bools_have_eight_words_in_any_case) {
    static const struct {
        const char *text;
        bool on;
    } rows[] = {{"true", true},   {"True", true}, {"YES", true},  {"on", true}, {"1", true},
                {"false", false}, {"no", false},  {"Off", false}, {"0", false}};
    struct err err;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        bool on = !rows[i].on;
        struct conf_text value = plain(rows[i].text);
        cr_assert_eq(conf_read_bool(&value, want, &on, &err), 0);
        cr_assert_eq(on, rows[i].on, "%s", rows[i].text);
    }
    bool on;
    struct conf_text value = plain("maybe");
    cr_assert_lt(conf_read_bool(&value, want, &on, &err), 0);
    cr_assert_str_eq(err.text, "run.yaml:2:5: key: expected true or false, found 'maybe' (yes, no, "
                               "on, off, 1 and 0 will do too)");
}

Test(scalar, moments_are_dates_or_milliseconds) {
    static const struct {
        const char *text;
        int64_t seconds; /* date -u -d TEXT +%s */
        bool is_day;
    } rows[] = {{"2005-01-01", 1104537600, true},
                {"2005-01-01T12:30", 1104582600, false},
                {"2005-01-01 12:30:15Z", 1104582615, false},
                {"2005-01-01T00:00+01:00", 1104534000, false},
                {"1700000000000", 1700000000, false}};
    struct err err;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        int64_t time = 0;
        bool is_day = !rows[i].is_day;
        struct conf_text value = plain(rows[i].text);
        cr_assert_eq(conf_read_moment(&value, want, &time, &is_day, &err), 0);
        cr_assert_eq(time, rows[i].seconds * TIME_SECOND, "%s", rows[i].text);
        cr_assert_eq(is_day, rows[i].is_day, "%s", rows[i].text);
    }
}

Test(scalar, moments_that_may_be_something_else_are_refused) {
    /* seconds, a date without dashes, months that no year has, nanoseconds */
    static const char *const bad[] = {"1700000000", "20050101", "2005-13-01",
                                      "2005-02-29", "0",        "1700000000000000000",
                                      "yesterday",  "",         "2005-01"};
    struct err err;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        int64_t time = 7;
        struct conf_text value = plain(bad[i]);
        cr_assert_lt(conf_read_moment(&value, want, &time, NULL, &err), 0, "%s", bad[i]);
        cr_assert_eq(time, 7);
    }
    struct conf_text value = plain("1700000000");
    int64_t time;
    cr_assert_lt(conf_read_moment(&value, want, &time, NULL, &err), 0);
    cr_assert_str_eq(err.text, "run.yaml:2:5: key: expected a date or milliseconds since 1970, "
                               "found 1700000000, which as milliseconds is before March 1973 "
                               "(write a date such as 2013-03-01)");
}

Test(scalar, timeframes_have_one_spelling) {
    static const struct {
        const char *text, *name;
        int64_t minutes;
    } rows[] = {{"60m", "1h", 60}, {"15m", "15m", 15}, {"24h", "1d", 1440}, {"7d", "1w", 10080}};
    struct err err;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        char name[CONF_TIMEFRAME_MAX];
        int64_t ns;
        struct conf_text value = plain(rows[i].text);
        cr_assert_eq(conf_read_timeframe(&value, want, name, &ns, &err), 0);
        cr_assert_str_eq(name, rows[i].name);
        cr_assert_eq(ns, rows[i].minutes * TIME_MINUTE);
    }
    char name[CONF_TIMEFRAME_MAX] = "kept";
    int64_t ns;
    struct conf_text value = plain("daily");
    cr_assert_lt(conf_read_timeframe(&value, want, name, &ns, &err), 0);
    cr_assert_str_eq(name, "kept");
    cr_assert_str_eq(err.text,
                     "run.yaml:2:5: key: expected a timeframe such as 30s, 15m, 4h, 1d, 1w or 1mo, "
                     "found 'daily' (a whole number and s, m, h, d, w or mo)");
}

Test(scalar, symbols_and_names_keep_their_letters) {
    static const char *const good[] = {"GOOG", "BRK.B", "^GSPC", "EURUSD=X", "btc-perp", "ES:1"};
    static const char *const bad[] = {
        "", "A B", "A,B", "A@1d", "A/B", "caf\xc3\xa9", "A\nB", "ABCDEFGHIJKLMNOPQRSTUVWXYZ789012"};
    struct err err;
    char symbol[SYMBOL_MAX];
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        struct conf_text value = plain(good[i]);
        cr_assert_eq(conf_read_symbol(&value, want, symbol, &err), 0, "%s", good[i]);
        cr_assert_str_eq(symbol, good[i]);
    }
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct conf_text value = plain(bad[i]);
        cr_assert_lt(conf_read_symbol(&value, want, symbol, &err), 0, "%s", bad[i]);
        cr_assert_null(strchr(err.text, '\n'));
    }
    char name[8];
    struct conf_text fits = plain("abc-D_7"), longer = plain("abcdefgh"), dotted = plain("a.b");
    cr_assert_eq(conf_read_name(&fits, want, name, sizeof(name), &err), 0);
    cr_assert_lt(conf_read_name(&longer, want, name, sizeof(name), &err), 0);
    cr_assert_lt(conf_read_name(&dotted, want, name, sizeof(name), &err), 0);
    cr_assert_str_eq(name, "abc-D_7");
}

Test(scalar, long_values_are_shown_cut_at_a_whole_character) {
    char text[400], buf[CONF_SHOW_MAX];
    for (size_t i = 0; i + 2 < sizeof(text); i += 2)
        memcpy(text + i, "\xc3\xa9", 3);
    conf_show(buf, text);
    cr_assert(str_is_utf8(buf, strlen(buf), NULL));
    cr_assert(str_ends_with(buf, "...'"));
    cr_assert_str_eq(conf_show(buf, "short"), "'short'");
}

Test(scalar, decimals_are_exact_and_not_negative) {
    struct err err;
    struct decimal x;
    struct conf_text value = plain("0.010");
    cr_assert_eq(conf_read_decimal(&value, want, &x, &err), 0);
    cr_assert_eq(x.num, 1);
    cr_assert_eq(x.scale, 2);
    value = plain("-0.01");
    cr_assert_lt(conf_read_decimal(&value, want, &x, &err), 0);
    value = plain("abc");
    cr_assert_lt(conf_read_decimal(&value, want, &x, &err), 0);
}
