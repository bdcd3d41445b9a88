/*
 * struct jv is jansson's json_t by another name: the tree, the parser and the order of keys are
 * jansson's. The text that goes out is written by json_write.c, for the sake of its doubles.
 */
#include "base/json.h"

#include <jansson.h>
#include <math.h>
#include <stdarg.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/time.h"

static json_t *tree(struct jv *value) { return (json_t *)(void *)value; }

/* Jansson's iterators want a mutable object and don't change it. */
static json_t *peek(const struct jv *value) { return (json_t *)(uintptr_t)value; }

static struct jv *own(json_t *json) {
    CHECKF(json != NULL, "out of memory");
    return (struct jv *)(void *)json;
}

/* ---- making ---- */

/* UTF-8 without NULs: bad bytes become U+FFFD. Returns text itself when it is good. */
static const char *clean(const char *text, size_t *len, struct str *scratch) {
    size_t bad = 0;
    if (memchr(text, '\0', *len) == NULL && str_is_utf8(text, *len, &bad))
        return text;
    for (size_t at = 0; at < *len;) {
        size_t run = strnlen(text + at, *len - at);
        if (!str_is_utf8(text + at, run, &bad))
            run = bad;
        str_append_n(scratch, text + at, run);
        at += run;
        if (at < *len) {
            str_append(scratch, "\xEF\xBF\xBD");
            at++;
        }
    }
    *len = scratch->len;
    return str_text(scratch);
}

static struct jv *string_n(const char *text, size_t len) {
    struct str scratch;
    str_init(&scratch);
    const char *good = clean(text, &len, &scratch);
    struct jv *value = own(json_stringn_nocheck(good, len));
    str_fini(&scratch);
    return value;
}

struct jv *jv_object(void) {
    return own(json_object());
}

struct jv *jv_array(void) {
    return own(json_array());
}

struct jv *jv_str(const char *text) {
    return text == NULL ? jv_null() : string_n(text, strlen(text));
}

struct jv *jv_i64(int64_t value) {
    return own(json_integer(value));
}

struct jv *jv_f64(double value) {
    return isfinite(value) ? own(json_real(value)) : jv_null();
}

struct jv *jv_bool(bool value) {
    return own(json_boolean(value));
}

struct jv *jv_null(void) {
    return own(json_null());
}

void jv_free(struct jv *value) { json_decref(tree(value)); }

/* ---- putting and pushing ---- */

void jv_put_json(struct jv *object, const char *key, struct jv *value) {
    CHECK(json_is_object(tree(object)));
    CHECK(value != NULL);
    struct str scratch;
    str_init(&scratch);
    size_t len = strlen(key);
    const char *good = clean(key, &len, &scratch);
    CHECK(json_object_set_new_nocheck(tree(object), good, tree(value)) == 0);
    str_fini(&scratch);
}

void jv_put_str(struct jv *object, const char *key, const char *text) {
    jv_put_json(object, key, jv_str(text));
}

void jv_put_str_n(struct jv *object, const char *key, const char *text, size_t len) {
    jv_put_json(object, key, string_n(text, len));
}

void jv_putf(struct jv *object, const char *key, const char *fmt, ...) {
    struct str text;
    str_init(&text);
    va_list args;
    va_start(args, fmt);
    str_vappendf(&text, fmt, args);
    va_end(args);
    jv_put_str_n(object, key, str_text(&text), text.len);
    str_fini(&text);
}

void jv_put_i64(struct jv *object, const char *key, int64_t value) {
    jv_put_json(object, key, jv_i64(value));
}

void jv_put_f64(struct jv *object, const char *key, double value) {
    jv_put_json(object, key, jv_f64(value));
}

void jv_put_bool(struct jv *object, const char *key, bool value) {
    jv_put_json(object, key, jv_bool(value));
}

void jv_put_null(struct jv *object, const char *key) { jv_put_json(object, key, jv_null()); }

void jv_put_time(struct jv *object, const char *key, int64_t time) {
    char text[TIME_ISO_MAX];
    time_format_iso(text, sizeof(text), time);
    jv_put_str(object, key, text);
}

struct jv *jv_put_object(struct jv *object, const char *key) {
    struct jv *child = jv_object();
    jv_put_json(object, key, child);
    return child;
}

struct jv *jv_put_array(struct jv *object, const char *key) {
    struct jv *child = jv_array();
    jv_put_json(object, key, child);
    return child;
}

void jv_push_json(struct jv *array, struct jv *value) {
    CHECK(json_is_array(tree(array)));
    CHECK(value != NULL);
    CHECK(json_array_append_new(tree(array), tree(value)) == 0);
}

void jv_push_str(struct jv *array, const char *text) { jv_push_json(array, jv_str(text)); }

void jv_push_i64(struct jv *array, int64_t value) { jv_push_json(array, jv_i64(value)); }

void jv_push_f64(struct jv *array, double value) { jv_push_json(array, jv_f64(value)); }

struct jv *jv_push_object(struct jv *array) {
    struct jv *child = jv_object();
    jv_push_json(array, child);
    return child;
}

struct jv *jv_push_array(struct jv *array) {
    struct jv *child = jv_array();
    jv_push_json(array, child);
    return child;
}

/* ---- reading ---- */

struct jv *jv_parse(const char *text, size_t len, struct err *err) {
    json_error_t why;
    json_t *json = json_loadb(text, len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &why);
    if (json == NULL)
        err_set(err, ERR_FORMAT, "line %d, column %d: %s", why.line, why.column, why.text);
    return (struct jv *)(void *)json;
}

enum jv_kind jv_kind(const struct jv *value) {
    const json_t *json = peek(value);
    if (json == NULL)
        return JV_NULL;
    switch (json_typeof(json)) {
    case JSON_OBJECT:
        return JV_OBJECT;
    case JSON_ARRAY:
        return JV_ARRAY;
    case JSON_STRING:
        return JV_STR;
    case JSON_INTEGER:
        return JV_I64;
    case JSON_REAL:
        return JV_F64;
    case JSON_TRUE:
    case JSON_FALSE:
        return JV_BOOL;
    case JSON_NULL:
        break;
    }
    return JV_NULL;
}

const char *jv_kind_name(enum jv_kind kind) {
    static const char *const names[] = {
        [JV_NULL] = "null",        [JV_BOOL] = "a bool",  [JV_I64] = "a whole number",
        [JV_F64] = "a number",     [JV_STR] = "a string", [JV_ARRAY] = "an array",
        [JV_OBJECT] = "an object",
    };
    CHECK((size_t)kind < ARRAY_LEN(names));
    return names[kind];
}

size_t jv_count(const struct jv *value) {
    const json_t *json = peek(value);
    return json_is_array(json) ? json_array_size(json) : json_object_size(json);
}

const struct jv *jv_get(const struct jv *object, const char *key) {
    return (const struct jv *)(const void *)json_object_get(peek(object), key);
}

const struct jv *jv_at(const struct jv *array, size_t index) {
    return (const struct jv *)(const void *)json_array_get(peek(array), index);
}

bool jv_as_i64(const struct jv *value, int64_t *ret) {
    if (jv_kind(value) != JV_I64)
        return false;
    *ret = json_integer_value(peek(value));
    return true;
}

bool jv_as_f64(const struct jv *value, double *ret) {
    if (jv_kind(value) != JV_I64 && jv_kind(value) != JV_F64)
        return false;
    *ret = json_number_value(peek(value));
    return true;
}

bool jv_as_bool(const struct jv *value, bool *ret) {
    if (jv_kind(value) != JV_BOOL)
        return false;
    *ret = json_is_true(peek(value));
    return true;
}

const char *jv_as_str(const struct jv *value) { return json_string_value(peek(value)); }

const char *jv_get_str(const struct jv *object, const char *key, const char *fallback) {
    const char *text = jv_as_str(jv_get(object, key));
    return text == NULL ? fallback : text;
}

int64_t jv_get_i64(const struct jv *object, const char *key, int64_t fallback) {
    jv_as_i64(jv_get(object, key), &fallback);
    return fallback;
}

double jv_get_f64(const struct jv *object, const char *key, double fallback) {
    jv_as_f64(jv_get(object, key), &fallback);
    return fallback;
}

bool jv_get_bool(const struct jv *object, const char *key, bool fallback) {
    jv_as_bool(jv_get(object, key), &fallback);
    return fallback;
}

bool jv_next(const struct jv *object, struct jv_iter *iter) {
    json_t *json = peek(object);
    iter->at = iter->at == NULL ? json_object_iter(json) : json_object_iter_next(json, iter->at);
    if (iter->at == NULL)
        return false;
    iter->key = json_object_iter_key(iter->at);
    iter->value = (const struct jv *)(const void *)json_object_iter_value(iter->at);
    return true;
}
