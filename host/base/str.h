/*
 * Text: a growing buffer, and the few questions that C's library answers badly (is it UTF-8, what
 * did the user mean, is this whole word a number).
 *
 * Numbers are read and written without the locale: "1.5" everywhere and always.
 * Invariant of struct str: data[len] is 0 whenever data is not NULL; a zeroed struct is an empty
 * one. Aborts when out of memory (mem.h).
 */
#ifndef QS_BASE_STR_H
#define QS_BASE_STR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/check.h"

struct str {
    char *data; /* terminated, or NULL as long as nothing was ever appended; see str_text */
    size_t len; /* bytes before the terminator */
    size_t cap; /* bytes allocated */
};

void str_init(struct str *str);
void str_fini(struct str *str);
/* Empties it and keeps the memory. */
void str_clear(struct str *str);

/* text and data may not point into str itself. */
void str_append(struct str *str, const char *text);
void str_append_n(struct str *str, const char *data, size_t len);
void str_append_char(struct str *str, char c);
void str_appendf(struct str *str, const char *fmt, ...) PRINTF_LIKE(2, 3);
void str_vappendf(struct str *str, const char *fmt, va_list args) PRINTF_LIKE(2, 0);
/* Appends the shortest decimal of value (str_format_f64). */
void str_append_f64(struct str *str, double value);

/* The text, "" when empty; borrowed until the next change. */
const char *str_text(const struct str *str);
/* Hands the text over (mem_free it; never NULL) and leaves str empty. */
char *str_take(struct str *str) NODISCARD;

/* Whether the bytes are UTF-8 (no overlong forms, no surrogates, at most U+10FFFF; NUL is allowed).
 * ret_bad (may be NULL) gets the offset of the first bad byte, only on false. */
bool str_is_utf8(const char *data, size_t len, size_t *ret_bad);

/* The largest n <= len at which text can be cut without halving a UTF-8 character. */
size_t str_utf8_floor(const char *text, size_t len);

/* Code points in UTF-8 text; each byte that is not UTF-8 counts one. */
size_t str_utf8_count(const char *text);

/* Damerau-Levenshtein distance in bytes: insert, delete, change, swap of neighbours. Of words
 * longer than 64 bytes: the longer length ("nothing alike"), unless they are equal. */
size_t str_distance(const char *a, const char *b);

/* The name that the user most likely meant (letter case hardly counts), or NULL when nothing is
 * near: at most a third of the word's letters may differ, one for the shortest. The first of equals
 * wins. NULL entries in names are skipped. */
const char *str_suggest(const char *word, const char *const *names, size_t n);

bool str_starts_with(const char *text, const char *prefix);
bool str_ends_with(const char *text, const char *suffix);
bool str_eq(const char *a, const char *b); /* NULL equals only NULL */

/* Copies what fits (never half a UTF-8 character), always terminates (cap > 0); false when cut. */
bool str_copy_fixed(char *dst, size_t cap, const char *src);

/* The whole text is one decimal integer, "-12" or "+12", within int64. Else false, ret untouched.
 * No spaces, no underscores, no hex. */
bool str_parse_i64(const char *text, int64_t *ret);
bool str_parse_i64_n(const char *text, size_t len, int64_t *ret);

/* The whole text is one finite decimal number: "1", "-.5", "2.", "1e-9". No spaces, hex, inf or
 * nan; what overflows is refused. Correctly rounded, and fast for ordinary numbers. */
bool str_parse_f64(const char *text, double *ret);
bool str_parse_f64_n(const char *text, size_t len, double *ret);

/* Room for every result of str_format_f64. */
#define STR_F64_MAX 32

/* The shortest decimal that reads back as the same double: "0.1", "100", "1e-7", "-0", "nan",
 * "-inf". Plain notation from 1e-5 up to below 1e17. Cut when cap is too small; terminated always
 * (cap > 0). */
void str_format_f64(char *buf, size_t cap, double value);

#endif
