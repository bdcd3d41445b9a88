#include "proc/compile_words.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "proc/child.h"

/* Whether a path may begin behind this character. */
static bool is_border(char c) { return !isalnum((unsigned char)c) && !strchr("/._-", c); }

/* Appends text[0..len) with the aliases put in. */
static void put_aliases(const char *text, size_t len, const struct compile_alias *aliases,
                        size_t count, struct str *ret) {
    for (size_t at = 0; at < len;) {
        size_t skip = 0;
        for (size_t i = 0; i < count && skip == 0; i++) {
            size_t from = strlen(aliases[i].from);
            if (from == 0 || from > len - at || memcmp(text + at, aliases[i].from, from) != 0 ||
                (at > 0 && !is_border(text[at - 1])))
                continue;
            str_append(ret, aliases[i].to);
            skip = from;
        }
        if (skip == 0)
            str_append_char(ret, text[at]);
        at += skip > 0 ? skip : 1;
    }
}

void compile_words_clean(const struct str *raw, const struct compile_alias *aliases, size_t count,
                         struct str *ret) {
    struct str named = {0};
    put_aliases(str_text(raw), raw->len, aliases, count, &named);
    child_clean_text(str_text(&named), named.len, ret);
    if (ret->len > 0 && ret->data[ret->len - 1] != '\n')
        str_append_char(ret, '\n');
    str_fini(&named);
}

void compile_words_first(const char *words, struct str *ret) {
    static const char *const signs[] = {": error: ", ": fatal error: ", ": undefined reference",
                                        ": multiple definition"};
    const char *first = NULL;
    for (const char *line = words; *line && !first;) {
        size_t len = strcspn(line, "\n");
        for (size_t i = 0; i < ARRAY_LEN(signs) && !first; i++)
            if (memmem(line, len, signs[i], strlen(signs[i])) != NULL &&
                !str_starts_with(line, "collect2:"))
                first = line;
        line += len + (line[len] == '\n');
    }
    if (!first)
        first = words + strspn(words, "\n");
    str_append_n(ret, first, strcspn(first, "\n"));
}

static bool has_line(const struct str *lines, const struct str *line) {
    for (const char *at = str_text(lines); *at;) {
        size_t len = strcspn(at, "\n");
        if (len == line->len && memcmp(at, str_text(line), len) == 0)
            return true;
        at += len + (at[len] == '\n');
    }
    return false;
}

void compile_words_depends(const char *rule, const struct compile_alias *aliases, size_t count,
                           struct str *ret) {
    struct str file = {0}, named = {0};
    const char *at = strstr(rule, ": ");
    for (at = at ? at + 2 : ""; *at;) {
        str_clear(&file);
        str_clear(&named);
        at += strspn(at, " \n");
        for (; *at && *at != ' ' && *at != '\n'; at++) {
            if (at[0] == '\\' && at[1] == '\n')
                break;
            if ((at[0] == '\\' && strchr(" #\\", at[1])) || (at[0] == '$' && at[1] == '$'))
                at++;
            str_append_char(&file, *at);
        }
        at += *at == '\\' ? 2 : 0;
        put_aliases(str_text(&file), file.len, aliases, count, &named);
        if (named.len > 0 && !has_line(ret, &named))
            str_appendf(ret, "%s\n", str_text(&named));
    }
    str_fini(&file);
    str_fini(&named);
}
