/* Cutting is on the careful way only: ordinary rows are read in place by csv.c. */
#include "data/csv_field.h"

#include <stdio.h>
#include <string.h>

#include "base/str.h"

static bool is_blank(char c) { return c == ' ' || c == '\t'; }

/* *at is at the opening quote; moves behind the closing one. */
static bool skip_quoted(const char **at, const char *end) {
    for (const char *p = *at + 1; p < end; p++) {
        if (*p != '"')
            continue;
        if (p + 1 < end && p[1] == '"') {
            p++;
            continue;
        }
        *at = p + 1;
        return true;
    }
    return false;
}

static struct csv_field trimmed(const char *begin, const char *end) {
    while (begin < end && is_blank(*begin))
        begin++;
    while (begin < end && is_blank(end[-1]))
        end--;
    return (struct csv_field){begin, (size_t)(end - begin)};
}

bool csv_field_next(const char **at, const char *end, struct csv_field *ret) {
    const char *p = *at;
    while (p < end && is_blank(*p))
        p++;
    struct csv_field field;
    if (p < end && *p == '"') {
        const char *opening = p;
        if (!skip_quoted(&p, end))
            return false;
        field = trimmed(opening + 1, p - 1);
        while (p < end && is_blank(*p))
            p++;
        if (p < end && *p != ',')
            return false;
    } else {
        while (p < end && *p != ',')
            p++;
        field = trimmed(*at, p);
    }
    *at = p < end ? p + 1 : NULL;
    *ret = field;
    return true;
}

void csv_field_show(struct csv_field field, char ret_text[CSV_SHOWN_MAX]) {
    if (field.len == 0) {
        snprintf(ret_text, CSV_SHOWN_MAX, "\"\"");
        return;
    }
    size_t len = field.len;
    if (len > 40)
        len = str_utf8_floor(field.text, 40);
    memcpy(ret_text, field.text, len);
    snprintf(ret_text + len, CSV_SHOWN_MAX - len, "%s", len < field.len ? "..." : "");
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)ret_text[i] < ' ' || ret_text[i] == 0x7f)
            ret_text[i] = '?';
}

bool csv_field_is(struct csv_field field, const char *word) {
    if (field.len != strlen(word))
        return false;
    for (size_t i = 0; i < field.len; i++) {
        char c = field.text[i];
        if (c >= 'A' && c <= 'Z')
            c = (char)(c - 'A' + 'a');
        if (c != word[i])
            return false;
    }
    return true;
}
