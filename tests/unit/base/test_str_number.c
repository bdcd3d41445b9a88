#include <criterion/criterion.h>
#include <locale.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "base/str.h"

static double from_bits(uint64_t bits) {
    double value;
    memcpy(&value, &bits, sizeof(value));
    return value;
}

static uint64_t bits_of(double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof(bits));
    return bits;
}

Test(str_number, reads_whole_integers_only) {
    int64_t v = 99;
    const char *bad[] = {"",
                         "-",
                         "+",
                         " 1",
                         "1 ",
                         "1.0",
                         "0x10",
                         "1e3",
                         "--1",
                         "+-1",
                         "1_000",
                         "9223372036854775808",
                         "-9223372036854775809",
                         "99999999999999999999"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        cr_assert_not(str_parse_i64(bad[i], &v), "%s", bad[i]);
    cr_assert_eq(v, 99);
    cr_assert(str_parse_i64("9223372036854775807", &v) && v == INT64_MAX);
    cr_assert(str_parse_i64("-9223372036854775808", &v) && v == INT64_MIN);
    cr_assert(str_parse_i64("+007", &v) && v == 7);
    cr_assert(str_parse_i64("-0", &v) && v == 0);
    cr_assert(str_parse_i64_n("12345", 3, &v) && v == 123);
}

Test(str_number, refuses_what_is_no_finite_decimal) {
    double v = 99;
    const char *bad[] = {"",       "-",
                         ".",      "+.",
                         "e5",     "1e",
                         "1e+",    " 1",
                         "1 ",     "1,5",
                         "nan",    "inf",
                         "-inf",   "0x1p3",
                         "1e5x",   "1.2.3",
                         "1e1.5",  "1e400",
                         "-1e400", "infinity",
                         "1f",     "1e99999999999999999999"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        cr_assert_not(str_parse_f64(bad[i], &v), "%s", bad[i]);
    cr_assert_eq(v, 99);
}

Test(str_number, reads_every_shape_of_number) {
    static const struct {
        const char *text;
        double value;
    } good[] = {{"1", 1},
                {"-.5", -.5},
                {"2.", 2.},
                {"+0.1", 0.1},
                {"1e-9", 1e-9},
                {"1E+5", 1e5},
                {"0e999", 0},
                {"1e-400", 0},
                {"4.9e-324", 0x0.0000000000001p-1022},
                {"1.7976931348623157e308", 0x1.fffffffffffffp1023},
                {"9007199254740993", 9007199254740992.0},
                {"123456789.123456789", 123456789.123456789},
                {"0.000000000000000000000000000001", 1e-30}};
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        double v = 99;
        cr_assert(str_parse_f64(good[i].text, &v), "%s", good[i].text);
        cr_assert_eq(bits_of(v), bits_of(good[i].value), "%s: %a", good[i].text, v);
    }
    double v;
    cr_assert(str_parse_f64("-0", &v) && v == 0 && signbit(v));
    cr_assert(str_parse_f64_n("1.25;3", 4, &v) && v == 1.25);
}

Test(str_number, reads_long_texts_like_libc) {
    char text[3000];
    for (int zeros = 0; zeros < 2500; zeros += 311) {
        int n = snprintf(text, sizeof(text), "0.");
        memset(text + n, '0', (size_t)zeros);
        snprintf(text + n + zeros, 64, "123456789012345678901e%d", zeros);
        double v = 0;
        cr_assert(str_parse_f64(text, &v));
        cr_assert_eq(bits_of(v), bits_of(strtod(text, NULL)), "%d", zeros);
    }
}

Test(str_number, reads_random_decimals_like_libc) {
    struct rng rng;
    rng_seed(&rng, 2);
    for (int i = 0; i < 300000; i++) {
        char text[64];
        int digits = 1 + (int)rng_below(&rng, 22);
        int len = 0;
        if (rng_below(&rng, 2))
            text[len++] = '-';
        int point = (int)rng_below(&rng, (uint64_t)digits + 4);
        for (int d = 0; d < digits; d++) {
            if (d == point)
                text[len++] = '.';
            text[len++] = (char)('0' + rng_below(&rng, 10));
        }
        text[len] = '\0';
        if (rng_below(&rng, 2))
            snprintf(text + len, 16, "e%d", (int)rng_below(&rng, 60) - 30);
        double v = 0;
        cr_assert(str_parse_f64(text, &v), "%s", text);
        cr_assert_eq(bits_of(v), bits_of(strtod(text, NULL)), "%s", text);
    }
}

static void assert_text(double value, const char *expected) {
    char buf[STR_F64_MAX];
    str_format_f64(buf, sizeof(buf), value);
    cr_assert_str_eq(buf, expected);
}

Test(str_number, writes_numbers_as_people_would) {
    assert_text(0, "0");
    assert_text(-0.0, "-0");
    assert_text(0.1, "0.1");
    assert_text(0.1 + 0.2, "0.30000000000000004");
    assert_text(100, "100");
    assert_text(-1234.5, "-1234.5");
    assert_text(1e16, "10000000000000000");
    assert_text(1e17, "1e17");
    assert_text(625730195677127.75, "625730195677127.8"); /* both fit: the even one, as printf */
    assert_text(0x1p53, "9007199254740992");
    assert_text(0x1p-16, "0.0000152587890625");
    assert_text(0.00001, "0.00001");
    assert_text(0.0000012, "1.2e-6");
    assert_text(1e22, "1e22");
    assert_text(1.0 / 3, "0.3333333333333333");
    assert_text(0x1p-1074, "5e-324");
    assert_text(0x1.fffffffffffffp1023, "1.7976931348623157e308");
    assert_text(0x1p-1022, "2.2250738585072014e-308");
    assert_text(NAN, "nan");
    assert_text(-INFINITY, "-inf");
    assert_text(0x1p-44, "5.684341886080802e-14"); /* ...801 with 16 digits reads back lower */
}

Test(str_number, cuts_to_the_room_there_is) {
    char buf[4];
    str_format_f64(buf, sizeof(buf), 0.125);
    cr_assert_str_eq(buf, "0.1");
}

static int digit_count(const char *text) {
    int first = -1;
    int last = -1;
    int count = 0;
    for (; *text != '\0' && *text != 'e'; text++) {
        if (*text < '0' || *text > '9')
            continue;
        if (*text != '0') {
            last = count;
            first = first < 0 ? count : first;
        }
        count++;
    }
    return last - first + 1;
}

/* Reads back, and no nearest decimal of fewer digits would. */
static void assert_shortest(double value) {
    char buf[STR_F64_MAX];
    str_format_f64(buf, sizeof(buf), value);
    cr_assert_eq(bits_of(strtod(buf, NULL)), bits_of(value), "%s %a", buf, value);
    double back = 0;
    cr_assert(str_parse_f64(buf, &back));
    cr_assert_eq(bits_of(back), bits_of(value), "%s", buf);
    char fewer[64];
    int precision = 1;
    for (; precision < 17; precision++) {
        snprintf(fewer, sizeof(fewer), "%.*e", precision - 1, value);
        if (strtod(fewer, NULL) == value)
            break;
    }
    cr_assert_leq(digit_count(buf), precision, "%s, but %s", buf, fewer);
}

Test(str_number, writes_random_doubles_shortest_and_exact) {
    struct rng rng;
    rng_seed(&rng, 3);
    for (int i = 0; i < 100000; i++) {
        double value = from_bits(rng_u64(&rng));
        if (isfinite(value) && value != 0)
            assert_shortest(value);
    }
}

Test(str_number, writes_prices_and_money_shortest_and_exact) {
    struct rng rng;
    rng_seed(&rng, 4);
    double scales[] = {1, 10, 100, 1e3, 1e5, 1e8, 1e9, 1e12};
    for (int i = 0; i < 100000; i++) {
        double value = (double)rng_below(&rng, (uint64_t)1 << (1 + rng_below(&rng, 53)));
        value /= scales[rng_below(&rng, 8)];
        if (value != 0)
            assert_shortest(rng_below(&rng, 2) ? -value : value);
        assert_shortest(value * 1.0000001 + 1e-7);
    }
}

Test(str_number, writes_all_powers_of_two_and_ten_and_their_neighbours) {
    for (int e = -1074; e < 1024; e++) {
        double value = ldexp(1, e);
        assert_shortest(value);
        assert_shortest(nextafter(value, INFINITY));
        if (nextafter(value, 0) != 0)
            assert_shortest(nextafter(value, 0));
    }
    for (int e = -323; e < 309; e++) {
        char text[16];
        snprintf(text, sizeof(text), "1e%d", e);
        double value = strtod(text, NULL);
        assert_shortest(value);
        assert_shortest(nextafter(value, INFINITY));
    }
}

/* The machine may have no locale with a decimal comma: one is made for the test. */
static bool set_comma_locale(void) {
    if (setlocale(LC_ALL, "de_DE.UTF-8") != NULL)
        return true;
    char folder[] = "/tmp/qs_locale_XXXXXX";
    char command[200];
    if (mkdtemp(folder) == NULL)
        return false;
    snprintf(command, sizeof(command), "localedef -i de_DE -f UTF-8 %s/de_DE.UTF-8 2>/dev/null",
             folder);
    setenv("LOCPATH", folder, 1);
    bool made = system(command) >= 0 && setlocale(LC_ALL, "de_DE.UTF-8") != NULL;
    snprintf(command, sizeof(command), "rm -r %s", folder);
    return system(command) == 0 && made;
}

Test(str_number, ignores_the_locale) {
    if (!set_comma_locale())
        cr_skip_test("no locale with a decimal comma is installed");
    char comma[16];
    snprintf(comma, sizeof(comma), "%.1f", 1.5);
    cr_assert_str_eq(comma, "1,5");
    double v = 0;
    cr_assert(str_parse_f64("1.5", &v) && v == 1.5);
    cr_assert(str_parse_f64("1.2345678901234567890123", &v));
    cr_assert_eq(v, 1.2345678901234567890123);
    assert_text(1.0 / 3, "0.3333333333333333");
    assert_text(1.25e-31, "1.25e-31");
}
