/*
 * conf/scalar.h - one value as a user wrote it, and what it may be read as: number, integer, yes or
 * no, one word of several, moment, symbol, timeframe.
 *
 * Each reader says in one sentence what it expected, what it found and what to do. Nothing is
 * rounded, cut or guessed; text in quotes is no number. The ret_x are written only on success.
 */
#ifndef CONF_SCALAR_H
#define CONF_SCALAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/decimal.h"
#include "base/err.h"
#include "conf/place.h"
#include "core/feed.h"

struct conf_text {
    const char *text; /* borrowed */
    bool quoted;      /* text for certain: no number, no bool */
    struct conf_place place;
};

/* What to complain about, and how: ret_x of the readers comes before it. */
struct conf_want {
    const char *key;
    int code; /* 0: by the place, as conf_fail does */
};

#define CONF_TIMEFRAME_MAX 16

/* A finite number in [min, max]; -0 reads as 0. */
int conf_read_number(const struct conf_text *value, struct conf_want want, double min, double max,
                     double *ret, struct err *err) NODISCARD;
/* A whole number in [min, max], written without a fraction or an exponent. */
int conf_read_integer(const struct conf_text *value, struct conf_want want, int64_t min,
                      int64_t max, int64_t *ret, struct err *err) NODISCARD;
/* true yes on 1, false no off 0, in any case. */
int conf_read_bool(const struct conf_text *value, struct conf_want want, bool *ret,
                   struct err *err) NODISCARD;
/* The place of the word in names, none of them NULL. */
int conf_read_choice(const struct conf_text *value, struct conf_want want, const char *const *names,
                     size_t count, size_t *ret, struct err *err) NODISCARD;
/* An exact decimal >= 0. */
int conf_read_decimal(const struct conf_text *value, struct conf_want want, struct decimal *ret,
                      struct err *err) NODISCARD;
/* ISO-8601 (UTC where no offset is written), or whole milliseconds since 1970 from 10^11 on (March
 * 1973): what is smaller is more likely seconds or a date without dashes. ns. ret_is_day (may be
 * NULL): a date without a time of day. */
int conf_read_moment(const struct conf_text *value, struct conf_want want, int64_t *ret,
                     bool *ret_is_day, struct err *err) NODISCARD;
/* "90m", "1mo"; canonical in ret_name ("1h" for "60m"); ns, of months the mean. */
int conf_read_timeframe(const struct conf_text *value, struct conf_want want,
                        char ret_name[CONF_TIMEFRAME_MAX], int64_t *ret, struct err *err) NODISCARD;
/* As series_name_is_symbol has it, and no '@', which is SYMBOL@TIMEFRAME here. */
int conf_read_symbol(const struct conf_text *value, struct conf_want want, char ret[SYMBOL_MAX],
                     struct err *err) NODISCARD;
/* 1 to cap - 1 of letters, digits, _ and - */
int conf_read_name(const struct conf_text *value, struct conf_want want, char *ret, size_t cap,
                   struct err *err) NODISCARD;

/* Whether the text without quotes is a number or a bool, so that quotes make a difference. */
bool conf_is_literal(const char *text);

/* Whether it is a name character as above. */
bool conf_is_name_char(char c);

/* Room for every result of conf_show. */
#define CONF_SHOW_MAX 72

/* The text as a sentence shows it: in quotes, cut when long. Returns buf. */
const char *conf_show(char buf[CONF_SHOW_MAX], const char *text);

/* "did you mean X?" or fallback. Returns buf. */
const char *conf_guess(char *buf, size_t cap, const char *word, const char *const *names,
                       size_t count, const char *fallback);

#endif
