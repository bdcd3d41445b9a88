/*
 * conf/settings_table.h - the table of settings.def at run time: names, ranges, words; text to
 * value and back.
 *
 * Not the file reader (run_conf.h). Invariant: a struct settings that went through settings_default
 * and any number of settings_set holds only values in range; canonical text of a value, set again,
 * gives the same bits.
 */
#ifndef CONF_SETTINGS_TABLE_H
#define CONF_SETTINGS_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "conf/place.h"
#include "core/settings.h"

struct str; /* base/str.h */

enum setting_kind {
    SETTING_NUMBER, /* double */
    SETTING_COUNT,  /* int64_t */
    SETTING_CHOICE, /* int32_t, place in choices */
    SETTING_FLAG    /* int32_t, 0 or 1 */
};

struct setting {
    const char *key; /* "slippage_bps", "sizing.type" */
    enum setting_kind kind;
    size_t offset;        /* in struct settings */
    double default_value; /* number, count, choice, flag */
    double min, max;      /* number, count: both allowed */
    const char *unit;     /* "" = none */
    const char *choices;  /* "a\0b\0" and one more 0; "" unless a choice */
    const char *words;
};

/* How many there are; a constant, to size arrays. */
enum {
    SETTINGS_TOTAL = 0
#define NUMBER(...) +1
#define COUNT(...) +1
#define CHOICE(...) +1
#define FLAG(...) +1
#include "conf/settings.def"
#undef NUMBER
#undef COUNT
#undef CHOICE
#undef FLAG
};

/* Room for every canonical text. */
#define SETTING_TEXT_MAX 64

/* In table order; index < SETTINGS_TOTAL (CHECK). Static. */
const struct setting *settings_at(size_t index);
/* By key; NULL when there is none. */
const struct setting *settings_find(const char *key);
/* Its place in the table. */
size_t settings_index(const struct setting *setting);

void settings_default(struct settings *settings);

/* One value as a user writes it: a finite number in range, a whole number, the word of a choice,
 * true/false. ERR_CONFIG or ERR_USAGE (place.h) with one sentence; then settings is untouched.
 * Unknown keys are refused with the nearest name. */
int settings_set(struct settings *settings, const char *key, const char *value,
                 const struct conf_place *place, struct err *err) NODISCARD;

/* What only the whole shows: where a commission was given, the commissions that were not become 0.
 * given[i] belongs to settings_at(i). */
void settings_finish(struct settings *settings, const bool given[SETTINGS_TOTAL]);

/* The canonical text, for journal, hash and report: shortest doubles, words of choices. buf holds
 * at least SETTING_TEXT_MAX bytes (CHECK). */
void settings_print_value(const struct setting *setting, const struct settings *settings, char *buf,
                          size_t cap);

/* The i-th word of a choice, NULL past the last. */
const char *setting_choice(const struct setting *setting, size_t index);

/* All settings with default, range and words, for `--help-settings`. Lines of at most 100 columns.
 */
void settings_help(struct str *str);
/* Words of a key as settings_help has them: lines behind four spaces. */
void settings_help_words(struct str *str, const char *words);

#endif
