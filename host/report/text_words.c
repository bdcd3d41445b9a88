/* What the strategies said: counts, the last errors and warnings, and where their variables stand.
 */
#include "report/text_page.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include <quasar/types.h>

#include "base/time.h"

enum { LINES_SHOWN = 3, VARIABLES_SHOWN = 20 };

static void count_of(struct str *line, int64_t count, const char *one, const char *many) {
    if (count > 0)
        str_appendf(line, "%s%" PRId64 " %s", line->len > 0 ? ", " : "", count,
                    count == 1 ? one : many);
}

static void say_counts(struct page *p) {
    const struct collector *c = p->c;
    const int64_t *seen = c->words.seen;
    struct str line;
    str_init(&line);
    count_of(&line, seen[QS_LOG_ERROR], "error", "errors");
    count_of(&line, seen[QS_LOG_WARN], "warning", "warnings");
    count_of(&line, seen[QS_LOG_INFO], "line of info", "lines of info");
    count_of(&line, seen[QS_LOG_DEBUG], "line of debug", "lines of debug");
    count_of(&line, seen[WORDS_LEVELS - 1], "line of no known level", "lines of no known level");
    count_of(&line, c->notes, "note", "notes");
    count_of(&line, c->plots, "plotted value", "plotted values");
    if (p->report->facts->number > 0)
        str_appendf(&line, " (qshost export %" PRId64 " log, notes, plots)",
                    p->report->facts->number);
    page_paragraph(p, str_text(&line));
    str_fini(&line);
}

static void last_lines(struct page *p, int level, const char *name) {
    int64_t kept = words_kept(&p->c->words, level);
    int64_t shown = kept < LINES_SHOWN ? kept : LINES_SHOWN;
    for (int64_t i = kept - shown; i < kept; i++) {
        const struct said_line *said = words_line(&p->c->words, level, i);
        char when[TIME_ISO_MAX];
        struct str line;
        str_init(&line);
        page_time(p, when, sizeof(when), said->time);
        str_appendf(&line, "%s %s", name, when);
        if (p->c->names.strategy_count > 1)
            str_appendf(&line, " %s", p->c->names.strategies[said->strategy].name);
        str_appendf(&line, ": %s", said->text);
        page_warning(p, str_text(&line));
        str_fini(&line);
    }
    if (p->c->words.seen[level] > shown)
        str_appendf(p->str, "    ... and %" PRId64 " before\n", p->c->words.seen[level] - shown);
}

void text_words(struct page *p) {
    const struct collector *c = p->c;
    if (c->logs + c->notes + c->plots == 0)
        return;
    page_heading(p,
                 c->names.strategy_count > 1 ? "Words of the strategies" : "Words of the strategy");
    say_counts(p);
    last_lines(p, QS_LOG_ERROR, "error");
    last_lines(p, QS_LOG_WARN, "warning");
}

/* ---- params and variables ---- */

/* Whose it is, where there are several. */
static void owner_cell(const struct page *p, struct page_table *t, int64_t strategy) {
    if (p->c->names.strategy_count > 1)
        table_cell(&t->table, p->c->names.strategies[strategy].name);
}

/* Where the default is not known. */
static const char *param_origin(const struct page *p, const char *strategy, const char *name) {
    if (!p->report->facts->has_given)
        return "param";
    return report_param_is_given(p->report, strategy, name) ? "param, given" : "param, default";
}

static void param_rows(struct page *p, struct page_table *t, int64_t strategy) {
    const struct name_strategy *owner = &p->c->names.strategies[strategy];
    for (int64_t i = 0; i < p->c->param_count; i++) {
        const struct collected_text *param = &p->c->params[i];
        if (param->strategy != strategy)
            continue;
        const char *standard = report_param_default(p->report, owner->name, param->key);
        table_cell(&t->table, "");
        owner_cell(p, t, strategy);
        table_cell(&t->table, param->key);
        table_cell(&t->table, param->value);
        if (standard == NULL)
            table_cell(&t->table, param_origin(p, owner->name, param->key));
        else if (str_eq(standard, param->value))
            table_cell(&t->table, "param, default");
        else
            table_cellf(&t->table, "param, given (default %s)", standard);
    }
}

static int64_t variable_rows(struct page *p, struct page_table *t, int64_t strategy) {
    const struct words *words = &p->c->words;
    int64_t shown = 0;
    for (int64_t i = 0; i < words->variable_count; i++) {
        const struct said_variable *variable = &words->variables[i];
        if (variable->strategy != strategy || shown++ >= VARIABLES_SHOWN)
            continue;
        char when[TIME_ISO_MAX], value[STR_F64_MAX];
        page_time(p, when, sizeof(when), variable->time);
        snprintf(value, sizeof(value), "%.8g", variable->value);
        table_cell(&t->table, "");
        owner_cell(p, t, strategy);
        table_cell(&t->table, variable->name);
        table_cell(&t->table, isnan(variable->value) ? "-" : value);
        table_cellf(&t->table, "at %s", when);
    }
    return shown;
}

void text_variables(struct page *p) {
    static const enum table_align aligns[] = {TABLE_LEFT, TABLE_LEFT, TABLE_LEFT, TABLE_LEFT};
    const struct collector *c = p->c;
    struct page_table t;
    int64_t more = c->words.variables_more;
    if (c->words.variable_count + c->param_count == 0)
        return;
    page_heading(p, c->words.variable_count > 0 ? "Params, and variables at the end" : "Params");
    page_begin_table(&t, aligns, c->names.strategy_count > 1 ? 4 : 3);
    for (int64_t i = 0; i < c->names.strategy_count; i++) {
        param_rows(p, &t, i);
        int64_t shown = variable_rows(p, &t, i);
        more += shown > VARIABLES_SHOWN ? shown - VARIABLES_SHOWN : 0;
    }
    page_end_table(p, &t);
    if (more > 0)
        str_appendf(p->str, "    ... and more: qshost export %" PRId64 " variables\n",
                    p->report->facts->number);
}
