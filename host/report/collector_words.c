/* Variables come bar after bar in the same order, so each is looked for behind the one before. */
#include "report/collector_words.h"

#include <quasar/types.h>

#include "base/check.h"
#include "base/mem.h"
#include "base/str.h"
#include "report/names.h"

void words_fini(struct words *words) {
    for (int64_t i = 0; i < words->variable_count; i++)
        mem_free(words->variables[i].name);
    mem_free(words->variables);
    *words = (struct words){0};
}

static const struct said_lines *lines_of(const struct words *words, int level) {
    CHECK(level == QS_LOG_WARN || level == QS_LOG_ERROR);
    return level == QS_LOG_WARN ? &words->warns : &words->errors;
}

void words_take_log(struct words *words, const struct j_log *log) {
    bool is_known = log->level >= QS_LOG_DEBUG && log->level <= QS_LOG_ERROR;
    int64_t *seen = &words->seen[is_known ? log->level : WORDS_LEVELS - 1];
    if (log->level == QS_LOG_WARN || log->level == QS_LOG_ERROR) {
        struct said_lines *kept = log->level == QS_LOG_WARN ? &words->warns : &words->errors;
        struct said_line *line = &kept->lines[*seen % WORDS_KEPT];
        line->time = log->time;
        line->strategy = log->strategy;
        if (!str_copy_fixed(line->text, sizeof(line->text), log->text)) {
            size_t len = str_utf8_floor(line->text, sizeof(line->text) - 4);
            str_copy_fixed(line->text + len, sizeof(line->text) - len, "...");
        }
        for (char *at = line->text; *at != '\0'; at++)
            if ((unsigned char)*at < 0x20 || *at == 0x7f)
                *at = ' ';
    }
    ++*seen;
}

int64_t words_kept(const struct words *words, int level) {
    (void)lines_of(words, level);
    return words->seen[level] < WORDS_KEPT ? words->seen[level] : WORDS_KEPT;
}

const struct said_line *words_line(const struct words *words, int level, int64_t i) {
    int64_t kept = words_kept(words, level);
    CHECK(i >= 0 && i < kept);
    return &lines_of(words, level)->lines[(words->seen[level] - kept + i) % WORDS_KEPT];
}

void words_take_variable(struct words *words, const struct j_variable *r) {
    struct said_variable *v = NULL;
    for (int64_t i = 0; i < words->variable_count && v == NULL; i++) {
        int64_t at = (words->variable_next + i) % words->variable_count;
        if (words->variables[at].strategy == r->strategy &&
            str_eq(words->variables[at].name, r->name)) {
            v = &words->variables[at];
            words->variable_next = at + 1;
        }
    }
    if (v == NULL && words->variable_count == WORDS_VARIABLES_MAX) {
        words->variables_more++;
        return;
    }
    if (v == NULL) {
        words->variables = grow(words->variables, words->variable_count, &words->variable_cap,
                                sizeof(*words->variables));
        v = &words->variables[words->variable_count++];
        *v = (struct said_variable){.strategy = r->strategy, .name = mem_strdup(r->name)};
        words->variable_next = 0;
    }
    v->time = r->time;
    v->value = r->value;
}
