/* The pieces that every section is made of. */
#include "report/text_page.h"

#include <string.h>

void page_heading(struct page *p, const char *title) {
    str_append_char(p->str, '\n');
    str_append(p->str, title);
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

void page_words_cell(struct page *p, struct table *table, size_t used, const char *words) {
    size_t room = p->width > used ? p->width - used : 0;
    if (strlen(words) <= room)
        table_cell(table, words);
    else if (room < 20)
        table_cell(table, "");
    else
        table_cellf(table, "%.*s...", (int)str_utf8_floor(words, room - 3), words);
}

void page_begin_table(struct table *table, const enum table_align *aligns, size_t count) {
    table_init(table);
    table_column(table, "", TABLE_LEFT);
    for (size_t i = 0; i < count; i++)
        table_column(table, "", aligns[i]);
}

void page_end_table(struct page *p, struct table *table) {
    table_render(table, p->str);
    table_fini(table);
}
