#include <criterion/criterion.h>
#include <signal.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"

Test(str, grows_and_stays_terminated) {
    struct str s;
    str_init(&s);
    cr_assert_str_eq(str_text(&s), "");
    for (int i = 0; i < 1000; i++) {
        str_append(&s, "ab");
        str_append_char(&s, 'c');
        cr_assert_eq(s.len, (size_t)(i + 1) * 3);
        cr_assert_eq(s.data[s.len], '\0');
        cr_assert_lt(s.len, s.cap);
    }
    cr_assert(str_ends_with(s.data, "abcabc"));
    str_fini(&s);
    cr_assert_null(s.data);
}

Test(str, formats_short_and_long_values) {
    struct str s = {0};
    char wide[5000];
    memset(wide, 'w', sizeof(wide) - 1);
    wide[sizeof(wide) - 1] = '\0';
    str_appendf(&s, "%d-", 5);
    str_appendf(&s, "%s|%d", wide, 7);
    cr_assert_eq(s.len, 2 + 4999 + 2);
    cr_assert(str_starts_with(s.data, "5-www"));
    cr_assert(str_ends_with(s.data, "www|7"));
    str_append_f64(&s, 0.1);
    cr_assert(str_ends_with(s.data, "|70.1"));
    str_fini(&s);
}

Test(str, formats_exactly_what_fits_and_one_more) {
    for (size_t len = 50; len < 140; len++) {
        struct str s = {0};
        char text[200];
        memset(text, 'x', len);
        text[len] = '\0';
        str_appendf(&s, "%s", text);
        cr_assert_eq(s.len, len);
        cr_assert_str_eq(s.data, text);
        str_fini(&s);
    }
}

Test(str, keeps_bytes_and_nuls_that_are_appended_by_length) {
    struct str s = {0};
    str_append_n(&s, "a\0b", 3);
    str_append_n(&s, NULL, 0);
    cr_assert_eq(s.len, 3);
    cr_assert_arr_eq(s.data, "a\0b", 4);
    str_clear(&s);
    cr_assert_eq(s.len, 0);
    cr_assert_str_eq(str_text(&s), "");
    str_fini(&s);
}

Test(str, hands_its_text_over) {
    struct str s = {0};
    char *empty = str_take(&s);
    cr_assert_str_eq(empty, "");
    str_append(&s, "x");
    char *text = str_take(&s);
    cr_assert_str_eq(text, "x");
    cr_assert_eq(s.len, 0);
    cr_assert_null(s.data);
    mem_free(text);
    mem_free(empty);
}

/* A second decoder: builds the code point and asks the rules in words. */
static size_t slow_utf8(const unsigned char *p, size_t n) {
    int extra = p[0] < 0x80         ? 0
                : (p[0] >> 5) == 6  ? 1
                : (p[0] >> 4) == 14 ? 2
                : (p[0] >> 3) == 30 ? 3
                                    : -1;
    if (extra < 0 || (size_t)extra >= n)
        return 0;
    unsigned code = extra == 0 ? p[0] : p[0] & (0x3Fu >> extra);
    for (int i = 1; i <= extra; i++) {
        if (p[i] >> 6 != 2)
            return 0;
        code = code << 6 | (p[i] & 0x3Fu);
    }
    unsigned least[] = {0, 0x80, 0x800, 0x10000};
    bool surrogate = code >= 0xD800 && code <= 0xDFFF;
    return code < least[extra] || surrogate || code > 0x10FFFF ? 0 : (size_t)extra + 1;
}

Test(str, knows_utf8_as_a_second_decoder_does) {
    unsigned char p[4];
    for (unsigned a = 0; a < 256; a++)
        for (unsigned b = 0; b < 256; b++)
            for (unsigned c = 0x70; c < 0xD0; c += 0x10)
                for (unsigned n = 1; n <= 4; n++) {
                    p[0] = (unsigned char)a;
                    p[1] = (unsigned char)b;
                    p[2] = (unsigned char)c;
                    p[3] = 0xBF;
                    size_t at = 0;
                    while (at < n && slow_utf8(p + at, n - at) > 0)
                        at += slow_utf8(p + at, n - at);
                    size_t bad = n;
                    bool good = str_is_utf8((char *)p, n, &bad);
                    cr_assert_eq(good, at == n);
                    cr_assert_eq(bad, at);
                }
}

Test(str, counts_code_points_and_single_bad_bytes) {
    cr_assert_eq(str_utf8_count(""), 0);
    cr_assert_eq(str_utf8_count("abc"), 3);
    cr_assert_eq(str_utf8_count("\xE2\x82\xAC\xC3\xA4\xF0\x9F\x98\x80"), 3); /* € ä 😀 */
    cr_assert_eq(str_utf8_count("a\xFF\xC3"), 3);
}

Test(str, cuts_only_between_characters) {
    const char *text = "a\xE2\x82\xAC\xF0\x9F\x98\x80z"; /* bounds 0 1 4 8 9 */
    size_t expected[] = {0, 1, 1, 1, 4, 4, 4, 4, 8, 9};
    for (size_t i = 0; i < 10; i++)
        cr_assert_eq(str_utf8_floor(text, i), expected[i], "at %zu", i);
}

Test(str, copies_into_fixed_room) {
    char buf[4];
    cr_assert(str_copy_fixed(buf, sizeof(buf), "abc"));
    cr_assert_str_eq(buf, "abc");
    cr_assert_not(str_copy_fixed(buf, sizeof(buf), "abcd"));
    cr_assert_str_eq(buf, "abc");
    cr_assert_not(str_copy_fixed(buf, sizeof(buf), "ab\xC3\xA4"));
    cr_assert_str_eq(buf, "ab");
    cr_assert(str_copy_fixed(buf, sizeof(buf), ""));
    cr_assert_str_eq(buf, "");
    cr_assert_not(str_copy_fixed(buf, 1, "a"));
    cr_assert_str_eq(buf, "");
}

Test(str, refuses_to_copy_into_no_room, .signal = SIGABRT) {
    char buf[1];
    str_copy_fixed(buf, 0, "a");
}

Test(str, compares_ends_and_wholes) {
    cr_assert(str_starts_with("params.fast", "params."));
    cr_assert(str_starts_with("a", ""));
    cr_assert_not(str_starts_with("par", "params"));
    cr_assert(str_ends_with("sma.so", ".so"));
    cr_assert(str_ends_with("a", ""));
    cr_assert_not(str_ends_with("so", ".so"));
    cr_assert(str_eq("a", "a"));
    cr_assert(str_eq(NULL, NULL));
    cr_assert_not(str_eq(NULL, ""));
    cr_assert_not(str_eq("a", "b"));
}
