#include "base/str.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"

#define CAP_MIN ((size_t)64)

void str_init(struct str *str) { *str = (struct str){0}; }

void str_fini(struct str *str) {
    mem_free(str->data);
    *str = (struct str){0};
}

void str_clear(struct str *str) {
    str->len = 0;
    if (str->data != NULL)
        str->data[0] = '\0';
}

/* Room for `more` bytes and the terminator. */
static void reserve(struct str *str, size_t more) {
    CHECKF(more < SIZE_MAX / 4 && str->len < SIZE_MAX / 4, "text of %zu + %zu bytes", str->len,
           more);
    size_t need = str->len + more + 1;
    if (need <= str->cap)
        return;
    size_t cap = max_size(max_size(need, CAP_MIN), str->cap * 2);
    str->data = mem_realloc_array(str->data, cap, 1);
    str->cap = cap;
}

void str_append_n(struct str *str, const char *data, size_t len) {
    reserve(str, len);
    if (len > 0)
        memcpy(str->data + str->len, data, len);
    str->len += len;
    str->data[str->len] = '\0';
}

void str_append(struct str *str, const char *text) { str_append_n(str, text, strlen(text)); }

void str_append_char(struct str *str, char c) { str_append_n(str, &c, 1); }

void str_vappendf(struct str *str, const char *fmt, va_list args) {
    va_list again;
    va_copy(again, args);
    reserve(str, CAP_MIN);
    size_t room = str->cap - str->len;
    int n = vsnprintf(str->data + str->len, room, fmt, args);
    CHECKF(n >= 0, "format %s", fmt);
    if ((size_t)n >= room) {
        reserve(str, (size_t)n);
        CHECK(vsnprintf(str->data + str->len, str->cap - str->len, fmt, again) == n);
    }
    str->len += (size_t)n;
    va_end(again);
}

void str_appendf(struct str *str, const char *fmt, ...) {
    va_list args;
    va_start(args, fmt);
    str_vappendf(str, fmt, args);
    va_end(args);
}

void str_append_f64(struct str *str, double value) {
    char buf[STR_F64_MAX];
    str_format_f64(buf, sizeof(buf), value);
    str_append(str, buf);
}

const char *str_text(const struct str *str) { return str->data == NULL ? "" : str->data; }

char *str_take(struct str *str) {
    char *data = str->data == NULL ? mem_strdup("") : str->data;
    *str = (struct str){0};
    return data;
}

/* Length of the UTF-8 character at data, 0 when there is none: table 3-7 of the Unicode standard,
 * where only the second byte's range depends on the first. */
static size_t utf8_char_len(const uint8_t *data, size_t len) {
    uint8_t first = data[0];
    if (first < 0x80)
        return 1;
    size_t size = first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 0;
    if (size == 0 || size > len)
        return 0;
    uint8_t low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
    uint8_t high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
    if (data[1] < low || data[1] > high)
        return 0;
    for (size_t i = 2; i < size; i++)
        if (data[i] < 0x80 || data[i] > 0xBF)
            return 0;
    return size;
}

bool str_is_utf8(const char *data, size_t len, size_t *ret_bad) {
    const uint8_t *bytes = (const uint8_t *)data;
    for (size_t at = 0; at < len;) {
        size_t size = utf8_char_len(bytes + at, len - at);
        if (size == 0) {
            if (ret_bad != NULL)
                *ret_bad = at;
            return false;
        }
        at += size;
    }
    return true;
}

size_t str_utf8_floor(const char *text, size_t len) {
    /* Back over at most three continuation bytes to the head; keep the character if it is whole. */
    size_t head = len;
    while (head > 0 && len - head < 4) {
        head--;
        uint8_t byte = (uint8_t)text[head];
        if (byte < 0x80)
            return len;
        if (byte >= 0xC0) {
            size_t size = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : 2;
            return len - head >= size ? len : head;
        }
    }
    return len; /* not UTF-8: any cut is as good */
}

size_t str_utf8_count(const char *text) {
    const uint8_t *bytes = (const uint8_t *)text;
    size_t len = strlen(text);
    size_t count = 0;
    for (size_t at = 0; at < len; count++)
        at += max_size(utf8_char_len(bytes + at, len - at), 1);
    return count;
}

bool str_starts_with(const char *text, const char *prefix) {
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

bool str_ends_with(const char *text, const char *suffix) {
    size_t len = strlen(text);
    size_t suffix_len = strlen(suffix);
    return len >= suffix_len && memcmp(text + len - suffix_len, suffix, suffix_len) == 0;
}

bool str_eq(const char *a, const char *b) {
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

bool str_copy_fixed(char *dst, size_t cap, const char *src) {
    CHECK(cap > 0);
    size_t len = strnlen(src, cap);
    bool fits = len < cap;
    if (!fits)
        len = str_utf8_floor(src, cap - 1);
    memcpy(dst, src, len);
    dst[len] = '\0';
    return fits;
}
