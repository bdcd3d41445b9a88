/*
 * JSON values: build, write, read. The only door to jansson.
 *
 * Ownership in one line: builders that take a `struct jv *` value own it from then on, readers
 * borrow; what jv_object, jv_array, jv_parse and the other makers give you is freed by jv_free or
 * by being put into something. Keys keep the order in which they were put.
 * Text that is no UTF-8 gets U+FFFD for its bad bytes, and doubles that are no number become null,
 * so that what is written is always valid. Doubles are written as the shortest decimal that reads
 * back to the same bits.
 */
#ifndef QS_BASE_JSON_H
#define QS_BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/err.h"

struct jv;  /* a value; opaque */
struct str; /* base/str.h */

enum jv_kind { JV_NULL, JV_BOOL, JV_I64, JV_F64, JV_STR, JV_ARRAY, JV_OBJECT };

/* Makers. */
struct jv *jv_object(void) NODISCARD;
struct jv *jv_array(void) NODISCARD;
struct jv *jv_str(const char *text) NODISCARD; /* NULL gives a null */
struct jv *jv_i64(int64_t value) NODISCARD;
struct jv *jv_f64(double value) NODISCARD;
struct jv *jv_bool(bool value) NODISCARD;
struct jv *jv_null(void) NODISCARD;
/* NULL is fine. */
void jv_free(struct jv *value);

/* Into an object; a key that is there already is replaced and keeps its place. */
void jv_put_str(struct jv *object, const char *key, const char *text); /* NULL: null */
void jv_put_str_n(struct jv *object, const char *key, const char *text, size_t len);
void jv_putf(struct jv *object, const char *key, const char *fmt, ...) PRINTF_LIKE(3, 4);
void jv_put_i64(struct jv *object, const char *key, int64_t value);
void jv_put_f64(struct jv *object, const char *key, double value);
void jv_put_bool(struct jv *object, const char *key, bool value);
void jv_put_null(struct jv *object, const char *key);
/* A time, ns UTC, as ISO-8601. */
void jv_put_time(struct jv *object, const char *key, int64_t time);
/* Takes value over. */
void jv_put_json(struct jv *object, const char *key, struct jv *value);
/* A new empty child that belongs to the parent; borrowed, to be filled. */
struct jv *jv_put_object(struct jv *object, const char *key);
struct jv *jv_put_array(struct jv *object, const char *key);

/* To the end of an array. */
void jv_push_str(struct jv *array, const char *text);
void jv_push_i64(struct jv *array, int64_t value);
void jv_push_f64(struct jv *array, double value);
void jv_push_json(struct jv *array, struct jv *value);
struct jv *jv_push_object(struct jv *array);
struct jv *jv_push_array(struct jv *array);

/* The text, mem_free it. indent 0: one line without spaces; else that many spaces a level, the last
 * line without newline. */
char *jv_dump(const struct jv *value, int indent) NODISCARD;
void jv_append(struct str *str, const struct jv *value, int indent);
/* The text and a newline. ERR_IO when the stream refuses it; what stdio still holds back is the
 * caller's to flush, and its fclose to check. */
int jv_write(FILE *file, const struct jv *value, int indent, struct err *err) NODISCARD;

/* One JSON text, all len bytes of it. Refused with ERR_FORMAT and "line L, column C: why":
 * duplicate keys, trailing bytes, bad UTF-8, numbers out of range, \u0000, nesting over 2048.
 * Returns NULL then. The caller frees. */
struct jv *jv_parse(const char *text, size_t len, struct err *err) NODISCARD;

/* Readers; all of them take NULL as a null, so that they chain. */
enum jv_kind jv_kind(const struct jv *value);
const char *jv_kind_name(enum jv_kind kind); /* "an object", "a string": for sentences */
size_t jv_count(const struct jv *value);     /* items or members; 0 for anything else */
const struct jv *jv_get(const struct jv *object, const char *key); /* NULL when there is none */
const struct jv *jv_at(const struct jv *array, size_t index);      /* NULL past the end */

/* False (ret untouched) when the kind does not fit. An integer is a fine f64; not the reverse. */
bool jv_as_i64(const struct jv *value, int64_t *ret);
bool jv_as_f64(const struct jv *value, double *ret);
bool jv_as_bool(const struct jv *value, bool *ret);
const char *jv_as_str(const struct jv *value); /* NULL when it is no string; borrowed */

/* The member, or fallback when it is missing or of another kind: for text that we wrote ourselves,
 * not for a user's. */
const char *jv_get_str(const struct jv *object, const char *key, const char *fallback);
int64_t jv_get_i64(const struct jv *object, const char *key, int64_t fallback);
double jv_get_f64(const struct jv *object, const char *key, double fallback);
bool jv_get_bool(const struct jv *object, const char *key, bool fallback);

/* Members in order: struct jv_iter it = {0}; while (jv_next(object, &it)) use it.key, it.value; */
struct jv_iter {
    const char *key;
    const struct jv *value;
    void *at; /* private */
};
bool jv_next(const struct jv *object, struct jv_iter *iter);

#endif
