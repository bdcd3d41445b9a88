/*
 * JSON as text, over json.h's own readers: jansson would write 0.1 as 0.10000000000000001.
 */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/json.h"
#include "base/str.h"

#define INDENT_MAX 16

/* No value of ours holds a NUL: the makers replace it, the parser refuses it. */
static void append_string(struct str *str, const char *text) {
    size_t len = strlen(text);
    str_append_char(str, '"');
    size_t start = 0;
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c >= 0x20 && c != '"' && c != '\\' && c != 0x7f)
            continue;
        str_append_n(str, text + start, i - start);
        start = i + 1;
        if (c == '"' || c == '\\')
            str_appendf(str, "\\%c", c);
        else if (c == '\n')
            str_append(str, "\\n");
        else if (c == '\t')
            str_append(str, "\\t");
        else
            str_appendf(str, "\\u%04x", c);
    }
    str_append_n(str, text + start, len - start);
    str_append_char(str, '"');
}

/* An integer's text would come back as an integer, which knows no -0. */
static void append_real(struct str *str, double value) {
    if (value == 0 && signbit(value))
        str_append(str, "-0.0");
    else
        str_append_f64(str, value);
}

static void append_break(struct str *str, int indent, int depth) {
    if (indent == 0)
        return;
    str_append_char(str, '\n');
    for (int i = 0; i < indent * depth; i++)
        str_append_char(str, ' ');
}

static void append_value(struct str *str, const struct jv *value, int indent, int depth);

static void append_array(struct str *str, const struct jv *array, int indent, int depth) {
    size_t count = jv_count(array);
    str_append_char(str, '[');
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            str_append_char(str, ',');
        append_break(str, indent, depth + 1);
        append_value(str, jv_at(array, i), indent, depth + 1);
    }
    if (count > 0)
        append_break(str, indent, depth);
    str_append_char(str, ']');
}

static void append_object(struct str *str, const struct jv *object, int indent, int depth) {
    struct jv_iter it = {0};
    bool first = true;
    str_append_char(str, '{');
    while (jv_next(object, &it)) {
        if (!first)
            str_append_char(str, ',');
        first = false;
        append_break(str, indent, depth + 1);
        append_string(str, it.key);
        str_append(str, indent == 0 ? ":" : ": ");
        append_value(str, it.value, indent, depth + 1);
    }
    if (!first)
        append_break(str, indent, depth);
    str_append_char(str, '}');
}

static void append_value(struct str *str, const struct jv *value, int indent, int depth) {
    int64_t whole = 0;
    double real = 0;
    bool yes = false;
    switch (jv_kind(value)) {
    case JV_NULL:
        str_append(str, "null");
        break;
    case JV_BOOL:
        jv_as_bool(value, &yes);
        str_append(str, yes ? "true" : "false");
        break;
    case JV_I64:
        jv_as_i64(value, &whole);
        str_appendf(str, "%" PRId64, whole);
        break;
    case JV_F64:
        jv_as_f64(value, &real);
        append_real(str, real);
        break;
    case JV_STR:
        append_string(str, jv_as_str(value));
        break;
    case JV_ARRAY:
        append_array(str, value, indent, depth);
        break;
    case JV_OBJECT:
        append_object(str, value, indent, depth);
        break;
    }
}

void jv_append(struct str *str, const struct jv *value, int indent) {
    CHECKF(indent >= 0 && indent <= INDENT_MAX, "indent %d", indent);
    append_value(str, value, indent, 0);
}

char *jv_dump(const struct jv *value, int indent) {
    struct str str;
    str_init(&str);
    jv_append(&str, value, indent);
    return str_take(&str);
}

int jv_write(FILE *file, const struct jv *value, int indent, struct err *err) {
    struct str str;
    str_init(&str);
    jv_append(&str, value, indent);
    str_append_char(&str, '\n');
    int rc = 0;
    if (fwrite(str.data, 1, str.len, file) != str.len)
        rc = err_errno(err, "write JSON", NULL);
    str_fini(&str);
    return rc;
}
