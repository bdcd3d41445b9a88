#include "data/series_name.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"

/* The name without folders and without its last extension; `end` is behind it. */
static const char *find_stem(const char *path, const char **ret_end) {
    const char *slash = strrchr(path, '/');
    const char *name = slash == NULL ? path : slash + 1;
    const char *dot = strrchr(name, '.');
    *ret_end = dot == NULL || dot == name ? name + strlen(name) : dot;
    return name;
}

/* Where the timeframe's separator is; NULL when the stem begin..end has none. */
static const char *find_timeframe(const char *begin, const char *end, struct timeframe *ret) {
    for (const char *at = end; at > begin; at--) {
        if (at[-1] != '_' && at[-1] != '-')
            continue;
        char *text = mem_strndup(at, (size_t)(end - at));
        bool found = timeframe_parse(text, ret);
        mem_free(text);
        return found ? at - 1 : NULL;
    }
    return NULL;
}

bool series_name_timeframe(const char *path, struct timeframe *ret) {
    const char *end, *begin = find_stem(path, &end);
    return find_timeframe(begin, end, ret) != NULL;
}

static bool is_symbol_char(char c) {
    return c > ' ' && c < 0x7f && c != ',' && c != '"' && c != '\'' && c != '/' && c != '\\';
}

bool series_name_is_symbol(const char *text) {
    size_t len = strlen(text);
    for (size_t i = 0; i < len; i++)
        if (!is_symbol_char(text[i]))
            return false;
    return len > 0 && len < SYMBOL_MAX;
}

int series_name_symbol(const char *path, bool synthetic, char ret_symbol[SYMBOL_MAX],
                       struct err *err) {
    const char *end, *begin = find_stem(path, &end);
    struct timeframe ignored;
    const char *cut = find_timeframe(begin, end, &ignored);
    int len = (int)((cut == NULL || cut == begin ? end : cut) - begin);
    char symbol[SYMBOL_MAX + 8];
    bool is_labelled = len >= 3 && strncasecmp(begin, "syn", 3) == 0;
    int written = snprintf(symbol, sizeof(symbol), "%s%.*s",
                           synthetic && !is_labelled ? "SYN_" : "", len, begin);
    for (char *at = symbol; *at != '\0'; at++)
        if (*at >= 'a' && *at <= 'z')
            *at = (char)(*at - 'a' + 'A');
    if (written >= SYMBOL_MAX || !series_name_is_symbol(symbol))
        return err_set(
            err, ERR_USAGE,
            "%s: symbol: %.*s: the file's name is none (say it: 1 to %d letters, digits and "
            "signs)",
            path, len, begin, SYMBOL_MAX - 1);
    memcpy(ret_symbol, symbol, SYMBOL_MAX);
    return 0;
}
