/*
 * data/csv_field.h - one line of CSV cut into fields, and what a sentence may show of a field.
 *
 * Fields are separated by commas, may be quoted ("" inside is a quote) and may have spaces or tabs
 * around. A field never spans lines. Private to the csv files of data/.
 */
#ifndef DATA_CSV_FIELD_H
#define DATA_CSV_FIELD_H

#include <stdbool.h>
#include <stddef.h>

/* Borrowed from the line: without the spaces around and without its quotes. */
struct csv_field {
    const char *text;
    size_t len;
};

/* The field that begins at *at, which moves behind it and its comma; *at becomes NULL after the
 * last field. false when a quote is not closed, or when something follows the closing quote. */
bool csv_field_next(const char **at, const char *end, struct csv_field *ret);

/* Room for every result of csv_field_show. */
#define CSV_SHOWN_MAX 64

/* The field for a sentence: at most 40 characters, control characters as '?', "" when empty. */
void csv_field_show(struct csv_field field, char ret_text[CSV_SHOWN_MAX]);

/* Whether the field is the word, in any letter case; word is lower case. */
bool csv_field_is(struct csv_field field, const char *word);

#endif
