#include "cmd/cmd_new_files.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "base/fs.h"
#include "base/mem.h"
#include "base/str.h"

#define TEMPLATE_FILE_MAX ((size_t)1 << 20)

void new_put(struct new_puts *puts, const char *from, char *to) {
    CHECK(puts->count < NEW_PUTS_MAX);
    puts->from[puts->count] = from;
    puts->to[puts->count++] = to;
}

void new_puts_fini(struct new_puts *puts) {
    for (size_t i = 0; i < puts->count; i++)
        mem_free(puts->to[i]);
    *puts = (struct new_puts){0};
}

char *new_title(const char *name) {
    char *title = mem_strdup(name);
    for (char *c = title; *c; c++)
        *c = *c == '_' ? ' ' : *c;
    title[0] = (char)toupper((unsigned char)title[0]);
    return title;
}

char *new_yaml_word(char *word) {
    struct str text = {0};
    bool is_plain = word[0] != '-';
    for (const char *c = word; *c; c++)
        is_plain &= isalnum((unsigned char)*c) || strchr("._/-", *c);
    if (is_plain)
        return word;
    str_append_char(&text, '"');
    for (const char *c = word; *c; c++) {
        if (*c == '"' || *c == '\\')
            str_append_char(&text, '\\');
        str_append_char(&text, *c);
    }
    str_append_char(&text, '"');
    mem_free(word);
    return str_take(&text);
}

static bool is_word_char(char c) { return isalnum((unsigned char)c) || c == '_'; }

/* Whether `from` stands at text[at] as a word of its own; "test_" may be in front of it. */
static bool stands_at(const char *text, size_t at, const char *from) {
    size_t len = strlen(from);
    if (strncmp(text + at, from, len) != 0 ||
        (is_word_char(from[len - 1]) && is_word_char(text[at + len])))
        return false;
    return at == 0 || !is_word_char(text[at - 1]) ||
           (at >= 5 && strncmp(text + at - 5, "test_", 5) == 0);
}

static void substitute(const struct new_puts *puts, const char *text, struct str *ret) {
    for (size_t at = 0; text[at];) {
        size_t skip = 0;
        for (size_t i = 0; i < puts->count && skip == 0; i++) {
            if (!stands_at(text, at, puts->from[i]))
                continue;
            str_append(ret, puts->to[i]);
            skip = strlen(puts->from[i]);
        }
        if (skip == 0)
            str_append_char(ret, text[at++]);
        at += skip;
    }
}

int new_write(const char *templates, const char *from, const char *folder, const char *to,
              const struct new_puts *puts, struct err *err) {
    struct str path = {0}, text = {0};
    char *template_text = NULL;
    fs_join(&path, templates, from);
    int rc = fs_read_all(str_text(&path), TEMPLATE_FILE_MAX, &template_text, NULL, err);
    if (rc == 0) {
        substitute(puts, template_text, &text);
        str_clear(&path);
        fs_join(&path, folder, to);
        rc = fs_write_atomic(str_text(&path), str_text(&text), text.len, 0666, err);
    }
    mem_free(template_text);
    str_fini(&path);
    str_fini(&text);
    return rc;
}
