/* Each run's inputs become a list of name and text; both lists are sorted and met. */
#include "report/compare_inputs.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "report/text_value.h"

/* One run's list; `after` of its items stays NULL. */
struct listing {
    struct compare_input *items;
    int64_t count, cap;
    const struct report *report;
    const struct compare_side_ids *ids;
};

static void add(struct listing *l, enum compare_input_kind kind, int64_t pair, char *name,
                char *value) {
    l->items = grow(l->items, l->count, &l->cap, sizeof(*l->items));
    l->items[l->count++] =
        (struct compare_input){.kind = kind, .pair = pair, .name = name, .before = value};
}

static void add_builds(struct listing *l) {
    const struct names *names = &l->report->collector->names;
    for (int64_t i = 0; i < names->strategy_count; i++) {
        const struct name_strategy *s = &names->strategies[i];
        const struct run_build *build = report_build(l->report, s->name);
        struct str value;
        str_init(&value);
        str_appendf(&value, "%s %s", s->schema, s->version);
        if (build != NULL && build->sha256 != NULL)
            str_appendf(&value, " (build %.12s)", build->sha256);
        add(l, INPUT_BUILD, l->ids->pair_of[i], mem_strdup(""), str_take(&value));
    }
}

static void add_texts(struct listing *l) {
    const struct collector *c = l->report->collector;
    for (int64_t i = 0; i < c->param_count; i++)
        add(l, INPUT_PARAM, l->ids->pair_of[c->params[i].strategy], mem_strdup(c->params[i].key),
            mem_strdup(c->params[i].value));
    for (int64_t i = 0; i < c->setting_count; i++)
        add(l, INPUT_SETTING, 0, mem_strdup(c->settings[i].key), mem_strdup(c->settings[i].value));
}

static void add_symbols(struct listing *l) {
    const struct names *names = &l->report->collector->names;
    for (int64_t i = 0; i < names->symbol_count; i++) {
        const struct name_symbol *symbol = &names->symbols[i];
        struct str value;
        str_init(&value);
        str_append(&value, "tick ");
        str_append_f64(&value, symbol->tick);
        str_append(&value, ", lot ");
        str_append_f64(&value, symbol->lot);
        str_append(&value, ", multiplier ");
        str_append_f64(&value, symbol->multiplier);
        add(l, INPUT_SYMBOL, 0, mem_strdup(symbol->name), str_take(&value));
    }
}

static void add_money(struct listing *l) {
    const struct names *names = &l->report->collector->names;
    for (int64_t i = 0; i < names->strategy_count; i++) {
        const struct name_strategy *s = &names->strategies[i];
        const struct name_silo *silo = &names->silos[s->silo];
        struct str value;
        str_init(&value);
        str_append_f64(&value, s->budget);
        str_append(&value, " out of ");
        str_append_f64(&value, silo->initial_cash);
        str_appendf(&value, " in %s", silo->name);
        add(l, INPUT_MONEY, l->ids->pair_of[i], mem_strdup(""), str_take(&value));
    }
}

static char *bars_text(const struct collected_bars *bars, int64_t timeframe) {
    char span[TEXT_SPAN_MAX];
    struct str text;
    str_init(&text);
    text_bars_span(span, sizeof(span), bars->first, bars->last, timeframe);
    str_appendf(&text, "%" PRId64 " bars, %s, hash %.16s", bars->rows, span, bars->hash);
    return str_take(&text);
}

static void add_bars(struct listing *l) {
    const struct collector *c = l->report->collector;
    const struct collected_bars **of = mem_zalloc((size_t)c->names.feed_count, sizeof(void *));
    for (int64_t i = 0; i < c->bars_count; i++)
        of[c->bars[i].feed] = &c->bars[i];
    for (int64_t i = 0; i < c->names.feed_count; i++) {
        const struct name_feed *feed = &c->names.feeds[i];
        struct str name;
        str_init(&name);
        str_appendf(&name, "%s %s", c->names.symbols[feed->symbol].name, feed->timeframe_name);
        add(l, INPUT_BARS, 0, str_take(&name),
            of[i] != NULL ? bars_text(of[i], feed->timeframe)
                          : mem_strdup("(the run did not come to its end)"));
    }
    mem_free((void *)of);
}

static int by_key(const void *left, const void *right) {
    const struct compare_input *a = left, *b = right;
    if (a->kind != b->kind)
        return a->kind < b->kind ? -1 : 1;
    if (a->pair != b->pair)
        return a->pair < b->pair ? -1 : 1;
    return strcmp(a->name, b->name);
}

static int by_key_and_value(const void *left, const void *right) {
    const struct compare_input *a = left, *b = right;
    int order = by_key(a, b);
    return order != 0 ? order : strcmp(a->before, b->before);
}

static void list(struct listing *l) {
    add_builds(l);
    add_texts(l);
    add_symbols(l);
    add_money(l);
    add_bars(l);
    if (l->count > 0)
        qsort(l->items, (size_t)l->count, sizeof(*l->items), by_key_and_value);
}

static void drop(struct compare_input *item) {
    mem_free(item->name);
    mem_free(item->before);
    mem_free(item->after);
}

static void keep(struct compare_inputs *inputs, struct compare_input item) {
    inputs->items = grow(inputs->items, inputs->count, &inputs->cap, sizeof(*inputs->items));
    inputs->items[inputs->count++] = item;
    inputs->count_of[item.kind]++;
}

/* Takes the items of both over. */
static void meet(struct listing *before, struct listing *after, struct compare_inputs *ret) {
    int64_t i = 0, k = 0;
    while (i < before->count || k < after->count) {
        struct compare_input *left = i < before->count ? &before->items[i] : NULL;
        struct compare_input *right = k < after->count ? &after->items[k] : NULL;
        int order = right == NULL ? -1 : left == NULL ? 1 : by_key(left, right);
        if (order == 0 && str_eq(left->before, right->before)) {
            drop(left);
            drop(right);
        } else if (order == 0) {
            left->after = right->before;
            right->before = NULL;
            drop(right);
            keep(ret, *left);
        } else if (order < 0) {
            keep(ret, *left);
        } else {
            right->after = right->before;
            right->before = NULL;
            keep(ret, *right);
        }
        i += order <= 0;
        k += order >= 0;
    }
}

/* Builds and money are called as their strategies, params after them where there are several. */
static void name_pairs(const struct comparison *c, const struct compare_pairs *pairs,
                       struct compare_inputs *inputs) {
    for (int64_t i = 0; i < inputs->count; i++) {
        struct compare_input *item = &inputs->items[i];
        bool is_param = item->kind == INPUT_PARAM && pairs->count > 1;
        if (!is_param && item->kind != INPUT_BUILD && item->kind != INPUT_MONEY)
            continue;
        struct str name;
        str_init(&name);
        str_append(&name, compare_pair_name(c, &pairs->pairs[item->pair]));
        if (is_param)
            str_appendf(&name, ".%s", item->name);
        mem_free(item->name);
        item->name = str_take(&name);
    }
}

void compare_inputs_make(const struct comparison *c, struct compare_inputs *ret) {
    struct compare_pairs pairs;
    compare_pairs_init(&pairs, &c->before->collector->names, &c->after->collector->names);
    struct listing before = {.report = c->before, .ids = &pairs.before};
    struct listing after = {.report = c->after, .ids = &pairs.after};
    *ret = (struct compare_inputs){0};
    list(&before);
    list(&after);
    meet(&before, &after, ret);
    name_pairs(c, &pairs, ret);
    mem_free(before.items);
    mem_free(after.items);
    compare_pairs_fini(&pairs);
}

void compare_inputs_fini(struct compare_inputs *inputs) {
    for (int64_t i = 0; i < inputs->count; i++)
        drop(&inputs->items[i]);
    mem_free(inputs->items);
    *inputs = (struct compare_inputs){0};
}

bool compare_input_moves_results(enum compare_input_kind kind) {
    return kind != INPUT_BUILD && kind != INPUT_PARAM;
}

const char *compare_input_kind_name(enum compare_input_kind kind) {
    static const char *const names[] = {
        [INPUT_BUILD] = "code",    [INPUT_PARAM] = "param", [INPUT_SETTING] = "setting",
        [INPUT_SYMBOL] = "symbol", [INPUT_MONEY] = "money", [INPUT_BARS] = "bars",
    };
    return names[kind];
}
