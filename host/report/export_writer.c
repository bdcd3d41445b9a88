/* Rows are put together in a buffer that goes out every 64 KiB; a refusing stream shows at the end.
 */
#include "report/export_writer.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/json.h"
#include "base/time.h"

#define FLUSH_AT (64 * 1024)

void export_writer_init(struct export_writer *w, FILE *file, bool is_json,
                        const struct export_table *table) {
    *w = (struct export_writer){.file = file, .is_json = is_json, .table = table};
    str_init(&w->buffer);
    if (is_json) {
        str_append_char(&w->buffer, '[');
        return;
    }
    for (int i = 0; i < table->column_count; i++)
        str_appendf(&w->buffer, "%s%s", i > 0 ? "," : "", table->columns[i].name);
    str_append_char(&w->buffer, '\n');
}

void export_writer_fini(struct export_writer *w) { str_fini(&w->buffer); }

static void flush_buffer(struct export_writer *w) {
    fwrite(w->buffer.data, 1, w->buffer.len, w->file); /* ferror is asked at the end */
    str_clear(&w->buffer);
}

static struct str *begin_cell(struct export_writer *w) {
    CHECK(w->column < w->table->column_count);
    if (w->is_json) {
        str_append(&w->buffer, w->column > 0 ? ",\"" : w->rows > 0 ? ",\n{\"" : "\n{\"");
        str_append(&w->buffer, w->table->columns[w->column].name);
        str_append(&w->buffer, "\":");
    } else if (w->column > 0) {
        str_append_char(&w->buffer, ',');
    }
    return &w->buffer;
}

static void end_cell(struct export_writer *w) {
    w->column++;
    if (w->column < w->table->column_count)
        return;
    str_append(&w->buffer, w->is_json ? "}" : "\n");
    w->column = 0;
    w->rows++;
    if (w->buffer.len >= FLUSH_AT)
        flush_buffer(w);
}

static void append_csv(struct str *str, const char *text) {
    if (text[strcspn(text, ",\"\r\n")] == '\0') {
        str_append(str, text);
        return;
    }
    str_append_char(str, '"');
    for (; *text != '\0'; text++) {
        if (*text == '"')
            str_append_char(str, '"');
        str_append_char(str, *text);
    }
    str_append_char(str, '"');
}

static bool needs_escape(const char *text) {
    for (; *text != '\0'; text++) {
        if ((unsigned char)*text < 0x20 || *text == '"' || *text == '\\')
            return true;
    }
    return false;
}

static void append_json(struct str *str, const char *text) {
    if (!needs_escape(text)) {
        str_append_char(str, '"');
        str_append(str, text);
        str_append_char(str, '"');
        return;
    }
    struct jv *value = jv_str(text);
    jv_append(str, value, 0);
    jv_free(value);
}

void export_text(struct export_writer *w, const char *text) {
    struct str *str = begin_cell(w);
    if (text == NULL)
        str_append(str, w->is_json ? "null" : "");
    else if (w->is_json)
        append_json(str, text);
    else
        append_csv(str, text);
    end_cell(w);
}

void export_i64(struct export_writer *w, int64_t value) {
    str_appendf(begin_cell(w), "%" PRId64, value);
    end_cell(w);
}

void export_f64(struct export_writer *w, double value) {
    struct str *str = begin_cell(w);
    if (isfinite(value))
        str_append_f64(str, value);
    else
        str_append(str, w->is_json ? "null" : "");
    end_cell(w);
}

void export_time(struct export_writer *w, int64_t time) {
    char text[TIME_ISO_MAX];
    time_format_iso(text, sizeof(text), time);
    export_text(w, text);
}

void export_bool(struct export_writer *w, bool value) {
    str_append(begin_cell(w), value ? "true" : "false");
    end_cell(w);
}

void export_nothing(struct export_writer *w) { export_text(w, NULL); }

int export_writer_finish(struct export_writer *w, struct err *err) {
    CHECK(w->column == 0);
    if (w->is_json)
        str_append(&w->buffer, w->rows > 0 ? "\n]\n" : "]\n");
    flush_buffer(w);
    if (fflush(w->file) != 0 || ferror(w->file))
        return err_errno(err, "write", NULL);
    return 0;
}
