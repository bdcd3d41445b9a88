/* What was in force, and what names the run: settings, hashes, timing. */
#include "report/text_page.h"

#include <inttypes.h>
#include <stdio.h>

void text_settings(struct page *p) {
    static const enum table_align aligns[] = {TABLE_LEFT, TABLE_LEFT, TABLE_LEFT, TABLE_LEFT};
    const struct collector *c = p->c;
    struct page_table t;
    page_begin_table(&t, aligns, ARRAY_LEN(aligns));
    for (int64_t i = 0; i < c->setting_count; i++) {
        const char *key = c->settings[i].key, *value = c->settings[i].value;
        const char *standard = report_default(p->report, key);
        bool is_optimistic = report_is_optimistic(key, value);
        if ((standard == NULL || str_eq(standard, value)) && !is_optimistic)
            continue;
        table_cell(&t.table, "");
        table_cell(&t.table, key);
        table_cell(&t.table, value);
        if (standard != NULL && !str_eq(standard, value))
            table_cellf(&t.table, "(default %s)", standard);
        else
            table_cell(&t.table, "");
        table_cell(&t.table, is_optimistic ? "optimistic" : "");
        page_cell_colour(&t, is_optimistic ? PAGE_WARN : PAGE_PLAIN);
    }
    bool is_told = p->report->facts->default_count > 0 || p->report->facts->risk != NULL;
    if (is_told || table_rows(&t.table) > 0)
        page_heading(p, "Settings");
    if (table_rows(&t.table) == 0 && p->report->facts->default_count > 0)
        page_paragraph(p, "all at their defaults");
    page_end_table(p, &t);
    if (p->report->facts->risk != NULL) {
        char line[120];
        snprintf(line, sizeof(line), "risk policy: %.80s", p->report->facts->risk);
        page_paragraph(p, line);
    }
}

static void hash_row(struct page_table *t, const char *name, const char *hash) {
    if (hash == NULL)
        return;
    table_cell(&t->table, "");
    table_cell(&t->table, name);
    table_cell(&t->table, hash);
}

void text_hashes(struct page *p) {
    static const enum table_align aligns[] = {TABLE_LEFT, TABLE_LEFT};
    const struct run_facts *facts = p->report->facts;
    struct page_table t;
    page_begin_table(&t, aligns, ARRAY_LEN(aligns));
    hash_row(&t, "bars", facts->bars_hash);
    hash_row(&t, "config", facts->config_hash);
    hash_row(&t, "code", facts->code_hash);
    hash_row(&t, "journal", facts->journal_hash);
    if (table_rows(&t.table) > 0)
        page_heading(p, "Hashes");
    page_end_table(p, &t);
}

void text_timing(struct page *p) {
    const struct run_facts *facts = p->report->facts;
    struct str line;
    str_init(&line);
    for (size_t i = 0; i < facts->timing_count; i++)
        str_appendf(&line, "%s%s %.3g s", i > 0 ? ", " : "", facts->timings[i].name,
                    facts->timings[i].seconds);
    if (facts->path != NULL && facts->number > 0)
        str_appendf(&line, "%srecorded as run %" PRId64 " in %s", line.len > 0 ? "; " : "",
                    facts->number, facts->path);
    else if (facts->path != NULL)
        str_appendf(&line, "%srecorded in %s", line.len > 0 ? "; " : "", facts->path);
    if (line.len > 0) {
        str_append_char(p->str, '\n');
        page_paragraph(p, str_text(&line));
    }
    str_fini(&line);
}
