/* What was in force, and what names the run: settings, hashes, timing. */
#include "report/text_page.h"

#include <stdio.h>

void text_settings(struct page *p) {
    static const enum table_align aligns[] = {TABLE_LEFT, TABLE_LEFT, TABLE_LEFT, TABLE_LEFT};
    const struct collector *c = p->c;
    struct table table;
    page_begin_table(&table, aligns, ARRAY_LEN(aligns));
    for (int64_t i = 0; i < c->setting_count; i++) {
        const char *key = c->settings[i].key, *value = c->settings[i].value;
        const char *standard = report_default(p->report, key);
        bool is_optimistic = report_is_optimistic(key, value);
        if ((standard == NULL || str_eq(standard, value)) && !is_optimistic)
            continue;
        table_cell(&table, "");
        table_cell(&table, key);
        table_cell(&table, value);
        if (standard != NULL && !str_eq(standard, value))
            table_cellf(&table, "(default %s)", standard);
        else
            table_cell(&table, "");
        table_cell(&table, is_optimistic ? "optimistic" : "");
    }
    bool is_told = p->report->facts->default_count > 0 || p->report->facts->risk != NULL;
    if (is_told || table_rows(&table) > 0)
        page_heading(p, "Settings");
    if (table_rows(&table) == 0 && p->report->facts->default_count > 0)
        page_paragraph(p, "all at their defaults");
    page_end_table(p, &table);
    if (p->report->facts->risk != NULL) {
        char line[120];
        snprintf(line, sizeof(line), "risk policy: %.80s", p->report->facts->risk);
        page_paragraph(p, line);
    }
}

static void hash_row(struct table *table, const char *name, const char *hash) {
    if (hash == NULL)
        return;
    table_cell(table, "");
    table_cell(table, name);
    table_cell(table, hash);
}

void text_hashes(struct page *p) {
    static const enum table_align aligns[] = {TABLE_LEFT, TABLE_LEFT};
    const struct run_facts *facts = p->report->facts;
    struct table table;
    page_begin_table(&table, aligns, ARRAY_LEN(aligns));
    hash_row(&table, "bars", facts->bars_hash);
    hash_row(&table, "config", facts->config_hash);
    hash_row(&table, "code", facts->code_hash);
    hash_row(&table, "journal", facts->journal_hash);
    if (table_rows(&table) > 0)
        page_heading(p, "Hashes");
    page_end_table(p, &table);
}

void text_timing(struct page *p) {
    const struct run_facts *facts = p->report->facts;
    struct str line;
    str_init(&line);
    for (size_t i = 0; i < facts->timing_count; i++)
        str_appendf(&line, "%s%s %.3g s", i > 0 ? ", " : "", facts->timings[i].name,
                    facts->timings[i].seconds);
    if (facts->path != NULL)
        str_appendf(&line, "%sjournal in %s", line.len > 0 ? "; " : "", facts->path);
    if (line.len > 0) {
        str_append_char(p->str, '\n');
        page_paragraph(p, str_text(&line));
    }
    str_fini(&line);
}
