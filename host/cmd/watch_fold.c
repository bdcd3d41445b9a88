#include "cmd/watch_fold.h"

#include <string.h>

#define GOES_ON "  "

/* The bytes of the character or the escape sequence at `at`, and its columns. */
static size_t piece(const char *at, int *ret_columns) {
    size_t len = 1;
    *ret_columns = 0;
    if (at[0] == '\033' && at[1] == '[')
        return 2 + strcspn(at + 2, "m\n") + (at[2 + strcspn(at + 2, "m\n")] == 'm');
    *ret_columns = 1;
    while (((unsigned char)at[len] & 0xc0) == 0x80)
        len++;
    return len;
}

/* How many bytes of a line (to its end at `end`) go on one line of the screen. */
static size_t fitting(const char *line, const char *end, int width) {
    const char *at = line, *space = NULL;
    for (int used = 0; at < end;) {
        int columns;
        size_t len = piece(at, &columns);
        if (used + columns > width)
            return (size_t)((space ? space : at) - line);
        if (*at == ' ' && used > width / 2)
            space = at;
        used += columns;
        at += len;
    }
    return (size_t)(end - line);
}

void watch_fold(const char *text, int width, struct str *ret) {
    const int indent = (int)strlen(GOES_ON);
    width = width < 20 ? 20 : width;
    while (*text != '\0') {
        const char *end = text + strcspn(text, "\n");
        size_t len = fitting(text, end, width);
        str_append_n(ret, text, len);
        for (text += len; text < end; text += len) {
            text += strspn(text, " ");
            len = fitting(text, end, width - indent);
            if (text < end) {
                str_append(ret, "\n" GOES_ON);
                str_append_n(ret, text, len);
            }
        }
        if (*text == '\n') {
            str_append_char(ret, '\n');
            text++;
        }
    }
}

/* Characters after which a path may begin. */
static bool may_begin(const char *text, const char *at) {
    return at == text || strchr(" \t\n'\"(`=:,", at[-1]) != NULL;
}

void watch_shorten(const char *text, const char *folder, struct str *ret) {
    size_t len = strlen(folder);
    const char *from = text;
    for (const char *at = text; len > 1 && (at = strstr(at, folder)) != NULL;) {
        if (!may_begin(text, at) || at[len] != '/') {
            at++;
            continue;
        }
        str_append_n(ret, from, (size_t)(at - from));
        at += len + 1;
        from = at;
    }
    str_append(ret, from);
}
