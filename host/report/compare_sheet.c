/* Widths count code points, as base/table.h does. */
#include "report/compare_sheet.h"

#include "base/mem.h"
#include "report/names.h"

#define SIDE_WIDTH_MIN 24 /* of a side whose texts go on in the next line */

void sheet_init(struct sheet *sheet, struct str *str, int width) {
    *sheet = (struct sheet){str, width < SHEET_WIDTH_MIN ? SHEET_WIDTH_MIN : (size_t)width};
}

static void append_spaces(struct str *str, size_t count) {
    for (; count > 0; count--)
        str_append_char(str, ' ');
}

static bool continues_character(char c) { return ((unsigned char)c & 0xc0) == 0x80; }

/* Bytes of text that fit into `width` columns: up to the last space, or through a long word. */
static size_t piece_length(const char *text, size_t width) {
    size_t columns = 0, at = 0, space = 0;
    while (text[at] != '\0') {
        if (text[at] == ' ')
            space = at;
        if (!continues_character(text[at]) && ++columns > width) {
            at = space > 0 ? space : at;
            break;
        }
        at++;
    }
    while (at > 0 && text[at - 1] == ' ')
        at--;
    return at;
}

static void append_clean(struct str *str, const char *text, size_t length) {
    for (size_t i = 0; i < length; i++)
        str_append_char(str, (unsigned char)text[i] < ' ' || text[i] == 0x7f ? ' ' : text[i]);
}

static const char *skip_spaces(const char *text) {
    while (*text == ' ')
        text++;
    return text;
}

void sheet_line(struct sheet *sheet, size_t indent, size_t hang, const char *text) {
    do {
        size_t length = piece_length(text, sheet->width - indent);
        append_spaces(sheet->str, indent);
        append_clean(sheet->str, text, length);
        str_append_char(sheet->str, '\n');
        text = skip_spaces(text + length);
        indent = hang;
    } while (*text != '\0');
}

void sheet_heading(struct sheet *sheet, const char *text) {
    str_append_char(sheet->str, '\n');
    sheet_line(sheet, 0, 2, text);
}

/* Columns that the table takes; its last one may be narrower in each row, but not in the widest. */
static size_t table_width(const struct table *table) {
    size_t width = 0;
    for (size_t i = 0; i < table->column_count; i++)
        width += table->columns[i].width + (i > 0 ? 2 : 0);
    return width;
}

bool sheet_fits(const struct sheet *sheet, const struct table *table) {
    return table_width(table) <= sheet->width;
}

void sheet_table(struct sheet *sheet, const struct table *table) {
    struct str line = {0};
    if (sheet_fits(sheet, table)) {
        table_render(table, sheet->str);
        return;
    }
    for (size_t row = 0; row < table_rows(table); row++) {
        str_clear(&line);
        for (size_t i = 0; i < table->column_count; i++) {
            const char *cell = table->cells[row * table->column_count + i];
            const char *title = table->columns[i].title;
            if (cell[0] != '\0')
                str_appendf(&line, "%s%s%s%s", line.len > 0 ? "  " : "", title,
                            title[0] != '\0' ? " " : "", cell);
        }
        sheet_line(sheet, 2, 6, str_text(&line));
    }
    str_fini(&line);
}

void sides_add(struct sides *sides, bool is_marked, const char *label, const char *before,
               const char *after) {
    sides->rows = grow(sides->rows, sides->count, &sides->cap, sizeof(*sides->rows));
    sides->rows[sides->count++] = (struct sides_row){
        .is_marked = is_marked,
        .label = mem_strdup(label != NULL ? label : ""),
        .before = mem_strdup(before != NULL ? before : ""),
        .after = mem_strdup(after != NULL ? after : ""),
    };
}

static size_t at_most(size_t value, size_t limit) { return value < limit ? value : limit; }

static size_t at_least(size_t value, size_t limit) { return value > limit ? value : limit; }

struct widths {
    size_t label, before, after;
};

static struct widths measure(const struct sides *sides, const char *before, const char *after) {
    struct widths w = {0, str_utf8_count(before), str_utf8_count(after)};
    for (int64_t i = 0; i < sides->count; i++) {
        w.label = at_least(w.label, str_utf8_count(sides->rows[i].label));
        w.before = at_least(w.before, str_utf8_count(sides->rows[i].before));
        w.after = at_least(w.after, str_utf8_count(sides->rows[i].after));
    }
    return w;
}

/* The label gets a third at most, and each side half of the rest or what the other one leaves. */
static struct widths fit(struct widths w, size_t width) {
    w.label = at_most(w.label, width / 3);
    size_t rest = width - w.label - 7; /* the star and three gaps */
    if (w.before + w.after > rest) {
        w.before = at_most(w.before, at_least(rest / 2, rest - at_most(w.after, rest)));
        w.after = at_most(w.after, rest - w.before);
    }
    return w;
}

static const char *cell_piece(struct table *table, const char *text, size_t width) {
    size_t length = piece_length(text, width);
    table_cellf(table, "%.*s", (int)length, text);
    return skip_spaces(text + length);
}

static void add_row(struct table *table, const struct sides_row *row, const struct widths *w) {
    const char *label = row->label, *before = row->before, *after = row->after;
    bool is_first = true;
    while (is_first || *label != '\0' || *before != '\0' || *after != '\0') {
        table_cell(table, is_first && row->is_marked ? "*" : "");
        label = cell_piece(table, label, w->label);
        before = cell_piece(table, before, w->before);
        after = cell_piece(table, after, w->after);
        is_first = false;
    }
}

/* Where two columns would be too narrow: a label, and the sides under each other. */
static void stack(const struct sides *sides, struct sheet *sheet, const char *before,
                  const char *after) {
    struct str line = {0};
    for (int64_t i = 0; i < sides->count; i++) {
        const struct sides_row *row = &sides->rows[i];
        const char *texts[] = {row->before, row->after}, *names[] = {before, after};
        str_clear(&line);
        str_appendf(&line, "%s%s", row->is_marked ? "* " : "", row->label);
        if (str_eq(row->before, row->after)) {
            str_appendf(&line, "  %s", row->before);
            sheet_line(sheet, 2, 6, str_text(&line));
            continue;
        }
        if (line.len > 0)
            sheet_line(sheet, 2, 6, str_text(&line));
        for (int k = 0; k < 2; k++) {
            str_clear(&line);
            str_appendf(&line, "%s  %s", names[k], texts[k]);
            if (texts[k][0] != '\0')
                sheet_line(sheet, 4, 6, str_text(&line));
        }
    }
    str_fini(&line);
}

static void put_beside(const struct sides *sides, struct sheet *sheet, const struct widths *w,
                       const char *before, const char *after) {
    struct sides_row titles = {false, (char[]){""}, mem_strdup(before), mem_strdup(after)};
    struct table table;
    table_init(&table);
    for (int i = 0; i < 4; i++)
        table_column(&table, "", TABLE_LEFT);
    add_row(&table, &titles, w);
    for (int64_t i = 0; i < sides->count; i++)
        add_row(&table, &sides->rows[i], w);
    table_render(&table, sheet->str);
    table_fini(&table);
    mem_free(titles.before);
    mem_free(titles.after);
}

void sides_end(struct sides *sides, struct sheet *sheet, const char *before, const char *after) {
    struct widths wish = measure(sides, before, after);
    struct widths w = fit(wish, sheet->width);
    bool is_narrow = (w.before < wish.before && w.before < SIDE_WIDTH_MIN) ||
                     (w.after < wish.after && w.after < SIDE_WIDTH_MIN);
    if (is_narrow)
        stack(sides, sheet, before, after);
    else
        put_beside(sides, sheet, &w, before, after);
    for (int64_t i = 0; i < sides->count; i++) {
        mem_free(sides->rows[i].label);
        mem_free(sides->rows[i].before);
        mem_free(sides->rows[i].after);
    }
    mem_free(sides->rows);
    *sides = (struct sides){0};
}
