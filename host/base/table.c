#include "base/table.h"

#include <stdarg.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"

#define GAP 2

void table_init(struct table *table) { *table = (struct table){0}; }

void table_fini(struct table *table) {
    for (size_t i = 0; i < table->column_count; i++)
        mem_free(table->columns[i].title);
    for (size_t i = 0; i < table->cell_count; i++)
        mem_free(table->cells[i]);
    mem_free(table->cells);
    *table = (struct table){0};
}

/* A copy that stays on its line. */
static char *one_line(const char *text) {
    char *copy = mem_strdup(text == NULL ? "" : text);
    for (char *at = copy; *at != '\0'; at++)
        if ((unsigned char)*at < 0x20 || *at == 0x7f)
            *at = ' ';
    return copy;
}

void table_column(struct table *table, const char *title, enum table_align align) {
    CHECK(table->cell_count == 0);
    CHECK(table->column_count < TABLE_COLUMNS_MAX);
    char *copy = one_line(title);
    table->columns[table->column_count++] =
        (struct table_column){.title = copy, .align = align, .width = str_utf8_count(copy)};
}

void table_cell(struct table *table, const char *text) {
    CHECK(table->column_count > 0);
    if (table->cell_count == table->cell_cap) {
        table->cell_cap = max_size(table->cell_cap * 2, 64);
        table->cells = mem_realloc_array(table->cells, table->cell_cap, sizeof(*table->cells));
    }
    char *copy = one_line(text);
    struct table_column *column = &table->columns[table->cell_count % table->column_count];
    column->width = max_size(column->width, str_utf8_count(copy));
    table->cells[table->cell_count++] = copy;
}

void table_cellf(struct table *table, const char *fmt, ...) {
    struct str text;
    str_init(&text);
    va_list args;
    va_start(args, fmt);
    str_vappendf(&text, fmt, args);
    va_end(args);
    table_cell(table, str_text(&text));
    str_fini(&text);
}

size_t table_rows(const struct table *table) {
    return table->column_count == 0 ? 0 : table->cell_count / table->column_count;
}

static void append_spaces(struct str *str, size_t n) {
    for (; n > 0; n--)
        str_append_char(str, ' ');
}

/* Spaces are held back until text follows them, so no line ends in one. */
static void append_cell(struct str *str, const struct table_column *column, const char *text,
                        size_t *held) {
    size_t pad = column->width - str_utf8_count(text);
    if (column->align == TABLE_RIGHT)
        *held += pad;
    if (text[0] != '\0') {
        append_spaces(str, *held);
        *held = 0;
        str_append(str, text);
    }
    *held += GAP + (column->align == TABLE_LEFT ? pad : 0);
}

void table_render(const struct table *table, struct str *str) {
    size_t columns = table->column_count;
    CHECK(columns == 0 || table->cell_count % columns == 0);
    bool titled = false;
    for (size_t i = 0; i < columns; i++)
        titled = titled || table->columns[i].title[0] != '\0';
    size_t held = 0;
    if (titled) {
        for (size_t i = 0; i < columns; i++)
            append_cell(str, &table->columns[i], table->columns[i].title, &held);
        str_append_char(str, '\n');
    }
    for (size_t row = 0; row < table_rows(table); row++) {
        held = 0;
        for (size_t i = 0; i < columns; i++)
            append_cell(str, &table->columns[i], table->cells[row * columns + i], &held);
        str_append_char(str, '\n');
    }
}
