/*
 * The pieces that every section is made of. A table is rendered plain, and colours are put into its
 * lines afterwards: cells must not hold escape codes, for they would count as characters.
 */
#include "report/text_page.h"

#include <string.h>

#include "report/text_value.h"

static const char *const codes[] = {"", "\033[32m", "\033[31m", "\033[33m"};
static const char bold[] = "\033[1m", plain[] = "\033[0m";

void page_time(const struct page *p, char *buffer, size_t cap, int64_t time) {
    text_bar_time(buffer, cap, time, names_timeframe(&p->c->names, -1));
}

void page_heading(struct page *p, const char *title) {
    str_append_char(p->str, '\n');
    if (p->colour)
        str_append(p->str, bold);
    str_append(p->str, title);
    if (p->colour)
        str_append(p->str, plain);
    str_append_char(p->str, '\n');
}

void page_paragraph(struct page *p, const char *text) {
    size_t column = 0;
    while (*text != '\0') {
        size_t word = strcspn(text, " ");
        if (column > 0 && column + 1 + word > p->width) {
            str_append_char(p->str, '\n');
            column = 0;
        }
        str_append(p->str, column == 0 ? "  " : " ");
        column += column == 0 ? 2 : 1;
        str_append_n(p->str, text, word);
        column += word;
        text += word;
        text += strspn(text, " ");
    }
    str_append_char(p->str, '\n');
}

void page_warning(struct page *p, const char *text) {
    if (p->colour)
        str_append(p->str, codes[PAGE_WARN]);
    page_paragraph(p, text);
    if (p->colour) { /* before the newline: a pager colours line by line */
        p->str->data[--p->str->len] = '\0';
        str_append(p->str, plain);
        str_append_char(p->str, '\n');
    }
}

/* ---- tables ---- */

void page_begin_table(struct page_table *t, const enum table_align *aligns, size_t count) {
    *t = (struct page_table){0};
    table_init(&t->table);
    table_column(&t->table, "", TABLE_LEFT);
    for (size_t i = 0; i < count; i++)
        table_column(&t->table, "", aligns[i]);
}

void page_cell_colour(struct page_table *t, enum page_colour colour) {
    if (colour == PAGE_PLAIN)
        return;
    while (t->colours.len + 1 < t->table.cell_count)
        str_append_char(&t->colours, PAGE_PLAIN + '0');
    str_append_char(&t->colours, (char)('0' + colour));
}

void page_words_cell(struct page *p, struct page_table *t, size_t used, const char *words) {
    size_t room = p->width > used ? p->width - used : 0;
    if (str_utf8_count(words) <= room)
        table_cell(&t->table, words);
    else if (room < 20)
        table_cell(&t->table, "");
    else
        table_cellf(&t->table, "%.*s...", (int)str_utf8_floor(words, room - 3), words);
}

void page_money_cell(struct page_table *t, double value) {
    char text[64];
    text_money(text, sizeof(text), value);
    table_cell(&t->table, text);
    bool is_zero = text[strspn(text, "0.,-")] == '\0';
    page_cell_colour(t, is_zero ? PAGE_PLAIN : value < 0.0 ? PAGE_BAD : PAGE_GOOD);
}

size_t page_table_width(const struct page_table *t) {
    size_t width = 0;
    for (size_t i = 0; i < t->table.column_count; i++)
        width += t->table.columns[i].width + (i > 0 ? 2 : 0);
    return width;
}

/* One line of a rendered table, with the colours of the row's cells. */
static void append_coloured(struct page *p, const struct page_table *t, size_t row,
                            const char *line, size_t len) {
    const struct table *table = &t->table;
    for (size_t i = 0, at = 0; at < len && i < table->column_count; i++) {
        size_t cell = row * table->column_count + i, begin = at;
        size_t width = table->columns[i].width + (i + 1 < table->column_count ? 2 : 0);
        for (size_t k = 0; k < width && at < len; k++) {
            at++;
            while (at < len && ((unsigned char)line[at] & 0xc0) == 0x80)
                at++;
        }
        char colour = cell < t->colours.len ? t->colours.data[cell] : PAGE_PLAIN + '0';
        if (colour != PAGE_PLAIN + '0')
            str_append(p->str, codes[colour - '0']);
        str_append_n(p->str, line + begin, at - begin);
        if (colour != PAGE_PLAIN + '0')
            str_append(p->str, plain);
    }
    str_append_char(p->str, '\n');
}

void page_end_table(struct page *p, struct page_table *t) {
    struct str text;
    str_init(&text);
    table_render(&t->table, &text);
    size_t titles = 0, row = 0;
    for (size_t i = 0; i < t->table.column_count; i++)
        titles = t->table.columns[i].title[0] != '\0' ? 1 : titles;
    for (const char *line = str_text(&text); *line != '\0'; row++) {
        size_t len = strcspn(line, "\n");
        if (t->break_row > 0 && row == t->break_row + titles)
            str_appendf(p->str, "%s\n", t->break_line);
        if (p->colour && row >= titles)
            append_coloured(p, t, row - titles, line, len);
        else
            str_appendf(p->str, "%.*s\n", (int)len, line);
        line += len + 1;
    }
    str_fini(&text);
    page_drop_table(t);
}

void page_drop_table(struct page_table *t) {
    table_fini(&t->table);
    str_fini(&t->colours);
}
