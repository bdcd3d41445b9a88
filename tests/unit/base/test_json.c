#include <criterion/criterion.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/rng.h"

static void assert_dump(const struct jv *value, int indent, const char *expected) {
    char *text = jv_dump(value, indent);
    cr_assert_str_eq(text, expected);
    mem_free(text);
}

static struct jv *parse(const char *text) {
    struct err err;
    struct jv *value = jv_parse(text, strlen(text), &err);
    cr_assert_not_null(value, "%s: %s", text, err.text);
    return value;
}

Test(json, writes_what_was_put_in_the_order_it_was_put) {
    struct jv *o = jv_object();
    jv_put_str(o, "zeta", "z");
    jv_put_i64(o, "alpha", INT64_MIN);
    jv_put_f64(o, "price", 0.1);
    jv_put_bool(o, "yes", true);
    jv_put_null(o, "none");
    jv_put_str(o, "nostr", NULL);
    jv_putf(o, "text", "%d %s", 5, "x");
    jv_put_str_n(o, "part", "abcdef", 3);
    struct jv *list = jv_put_array(o, "list");
    jv_push_i64(list, 1);
    jv_push_f64(list, 2.5);
    jv_push_str(list, "s");
    jv_push_json(list, jv_bool(false));
    jv_push_json(list, jv_null());
    jv_push_object(list);
    jv_put_i64(jv_put_object(o, "child"), "a", 1);
    jv_put_str(o, "zeta", "again");
    assert_dump(o, 0,
                "{\"zeta\":\"again\",\"alpha\":-9223372036854775808,\"price\":0.1,\"yes\":true,"
                "\"none\":null,\"nostr\":null,\"text\":\"5 x\",\"part\":\"abc\","
                "\"list\":[1,2.5,\"s\",false,null,{}],\"child\":{\"a\":1}}");
    jv_free(o);
}

Test(json, indents) {
    struct jv *o = parse("{\"a\":[1,{\"b\":[]}],\"c\":{}}");
    assert_dump(o, 2, "{\n  \"a\": [\n    1,\n    {\n      \"b\": []\n    }\n  ],\n  \"c\": {}\n}");
    jv_free(o);
}

Test(json, escapes_what_must_be_and_nothing_else) {
    struct jv *s = jv_str("\"\\/\b\f\n\r\t\x01\x7f äé€");
    assert_dump(s, 0, "\"\\\"\\\\/\\u0008\\u000c\\n\\u000d\\t\\u0001\\u007f äé€\"");
    jv_free(s);
}

Test(json, replaces_bytes_that_are_no_text) {
    struct jv *o = jv_object();
    jv_put_str(o, "k\xFF", "a\xC3z\xED\xA0\x80");
    jv_put_str_n(o, "nul", "a\0b", 3);
    assert_dump(o, 0,
                "{\"k\xEF\xBF\xBD\":\"a\xEF\xBF\xBDz\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\","
                "\"nul\":\"a\xEF\xBF\xBD"
                "b\"}");
    char *text = jv_dump(o, 0);
    jv_free(parse(text));
    mem_free(text);
    jv_free(o);
}

Test(json, numbers_that_are_none_become_null) {
    struct jv *a = jv_array();
    jv_push_f64(a, NAN);
    jv_push_f64(a, INFINITY);
    jv_push_f64(a, -0.0);
    jv_push_f64(a, 100);
    jv_push_f64(a, 1e100);
    assert_dump(a, 0, "[null,null,-0.0,100,1e100]");
    jv_free(a);
}

Test(json, doubles_read_back_bit_for_bit) {
    struct rng rng;
    rng_seed(&rng, 10);
    for (int i = 0; i < 20000; i++) {
        uint64_t bits = rng_u64(&rng);
        double value;
        memcpy(&value, &bits, sizeof(value));
        if (i % 2 == 0)
            value = (double)(int64_t)(bits >> rng_below(&rng, 60));
        if (!isfinite(value))
            continue;
        struct jv *out = jv_f64(i == 0 ? -0.0 : value);
        char *text = jv_dump(out, 0);
        struct jv *in = parse(text);
        double back = 0;
        cr_assert(jv_as_f64(in, &back));
        cr_assert_eq(back, i == 0 ? 0 : value, "%s", text);
        cr_assert_eq(!!signbit(back), i == 0 || signbit(value), "%s", text);
        mem_free(text);
        jv_free(in);
        jv_free(out);
    }
}

Test(json, reads_kinds_values_and_members) {
    struct jv *o = parse("{\"i\": 7, \"f\": 2.5, \"b\": true, \"n\": null, \"s\": \"x\","
                         " \"a\": [10, 20], \"o\": {\"k\": \"v\"}}");
    cr_assert_eq(jv_kind(o), JV_OBJECT);
    cr_assert_eq(jv_count(o), 7);
    cr_assert_eq(jv_kind(jv_get(o, "i")), JV_I64);
    cr_assert_eq(jv_kind(jv_get(o, "f")), JV_F64);
    cr_assert_eq(jv_kind(jv_get(o, "b")), JV_BOOL);
    cr_assert_eq(jv_kind(jv_get(o, "n")), JV_NULL);
    cr_assert_not_null(jv_get(o, "n"));
    cr_assert_eq(jv_kind(jv_get(o, "s")), JV_STR);
    cr_assert_eq(jv_kind(jv_get(o, "a")), JV_ARRAY);
    cr_assert_eq(jv_count(jv_get(o, "a")), 2);
    cr_assert_null(jv_get(o, "missing"));
    cr_assert_eq(jv_kind(jv_get(o, "missing")), JV_NULL);
    cr_assert_null(jv_get(jv_get(jv_get(o, "missing"), "x"), "y"));
    cr_assert_null(jv_at(jv_get(o, "a"), 2));
    int64_t i = 0;
    double f = 0;
    bool b = false;
    cr_assert(jv_as_i64(jv_at(jv_get(o, "a"), 1), &i) && i == 20);
    cr_assert(jv_as_f64(jv_get(o, "i"), &f) && f == 7);
    cr_assert_not(jv_as_i64(jv_get(o, "f"), &i));
    cr_assert_not(jv_as_f64(jv_get(o, "s"), &f));
    cr_assert_not(jv_as_bool(jv_get(o, "i"), &b));
    cr_assert(jv_as_bool(jv_get(o, "b"), &b) && b);
    cr_assert(i == 20 && f == 7);
    cr_assert_str_eq(jv_as_str(jv_get(jv_get(o, "o"), "k")), "v");
    cr_assert_null(jv_as_str(jv_get(o, "i")));
    cr_assert_null(jv_as_str(NULL));
    cr_assert_str_eq(jv_kind_name(jv_kind(o)), "an object");
    jv_free(o);
}

Test(json, falls_back_where_a_member_is_missing_or_of_another_kind) {
    struct jv *o = parse("{\"i\": 7, \"s\": \"x\", \"b\": true}");
    cr_assert_eq(jv_get_i64(o, "i", 1), 7);
    cr_assert_eq(jv_get_i64(o, "s", 1), 1);
    cr_assert_eq(jv_get_f64(o, "i", 1), 7);
    cr_assert_eq(jv_get_f64(o, "x", 1.5), 1.5);
    cr_assert_str_eq(jv_get_str(o, "s", "-"), "x");
    cr_assert_str_eq(jv_get_str(o, "i", "-"), "-");
    cr_assert(jv_get_bool(o, "b", false));
    cr_assert(jv_get_bool(o, "i", true));
    jv_free(o);
}

Test(json, walks_members_in_order) {
    struct jv *o = parse("{\"c\":1,\"a\":2,\"b\":3}");
    struct jv_iter it = {0};
    char keys[8] = "";
    int64_t sum = 0;
    while (jv_next(o, &it)) {
        int64_t v = 0;
        cr_assert(jv_as_i64(it.value, &v));
        strcat(keys, it.key);
        sum = sum * 10 + v;
    }
    cr_assert_str_eq(keys, "cab");
    cr_assert_eq(sum, 123);
    jv_free(o);
    struct jv_iter none = {0};
    cr_assert_not(jv_next(NULL, &none));
}

Test(json, refuses_bad_text_with_line_and_column) {
    static const struct {
        const char *text, *where;
    } bad[] = {
        {"{\"a\":1,\n \"a\":2}", "line 2, column 4: duplicate"},
        {"[1,\n 2,\n 3", "line 3, column 2: "},
        {"{} x", "line 1, column 4: "},
        {"", "line 1, column 0: "},
        {"[1e999]", "line 1, column 6: "},
        {"[99999999999999999999]", "line 1, column "},
        {"\"\xFF\"", "line 1, column "},
        {"\"\\u0000\"", "line 1, column "},
        {"{a:1}", "line 1, column 2: "},
        {"[1,]", "line 1, column "},
        {"// c\n1", "line 1, column "},
        {"NaN", "line 1, column "},
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct err err = {0};
        cr_assert_null(jv_parse(bad[i].text, strlen(bad[i].text), &err), "%s", bad[i].text);
        cr_assert_eq(err.code, ERR_FORMAT);
        cr_assert_eq(strncmp(err.text, bad[i].where, strlen(bad[i].where)), 0, "%s: %s",
                     bad[i].text, err.text);
    }
}

Test(json, refuses_endless_nesting) {
    size_t depth = 1000000;
    char *text = malloc(depth);
    memset(text, '[', depth);
    struct err err;
    cr_assert_null(jv_parse(text, depth, &err));
    cr_assert_eq(err.code, ERR_FORMAT);
    free(text);
}

Test(json, writes_lines_and_reports_a_full_disk) {
    char buf[64] = "";
    FILE *f = fmemopen(buf, sizeof(buf), "w");
    struct jv *o = parse("{\"a\":1}");
    struct err err;
    cr_assert_eq(jv_write(f, o, 0, &err), 0);
    fclose(f);
    cr_assert_str_eq(buf, "{\"a\":1}\n");
    f = fopen("/dev/full", "w");
    setvbuf(f, NULL, _IONBF, 0);
    cr_assert_eq(jv_write(f, o, 0, &err), ERR_IO);
    fclose(f);
    jv_free(o);
}

Test(json, aborts_when_something_is_put_into_no_object, .signal = SIGABRT) {
    jv_put_i64(jv_array(), "a", 1);
}

Test(json, frees_null) { jv_free(NULL); }
