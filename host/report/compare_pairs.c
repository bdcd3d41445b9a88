/* Names are sorted on both sides and met like the teeth of a zip: no search a name. */
#include "report/compare_pairs.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct named {
    const char *name;
    int64_t id;
};

static int by_name(const void *left, const void *right) {
    const struct named *a = left, *b = right;
    int order = strcmp(a->name, b->name);
    return order != 0 ? order : (a->id > b->id) - (a->id < b->id);
}

static struct named *sorted_strategies(const struct names *names) {
    struct named *items = mem_zalloc((size_t)names->strategy_count, sizeof(*items));
    for (int64_t i = 0; i < names->strategy_count; i++)
        items[i] = (struct named){names->strategies[i].name, i};
    qsort(items, (size_t)names->strategy_count, sizeof(*items), by_name);
    return items;
}

/* partner[id of before] = id of after or -1; found[id of after] says that it has one. */
static void match_strategies(const struct names *before, const struct names *after,
                             int64_t *partner, bool *found) {
    struct named *left = sorted_strategies(before), *right = sorted_strategies(after);
    int64_t i = 0, k = 0;
    while (i < before->strategy_count && k < after->strategy_count) {
        int order = strcmp(left[i].name, right[k].name);
        if (order == 0) {
            partner[left[i].id] = right[k].id;
            found[right[k].id] = true;
        }
        i += order <= 0;
        k += order >= 0;
    }
    if (before->strategy_count == 1 && after->strategy_count == 1) {
        partner[0] = 0;
        found[0] = true;
    }
    mem_free(left);
    mem_free(right);
}

static void add_pair(struct compare_pairs *p, int64_t before, int64_t after) {
    if (before >= 0)
        p->before.pair_of[before] = p->count;
    if (after >= 0)
        p->after.pair_of[after] = p->count;
    p->pairs[p->count++] = (struct compare_pair){before, after};
}

static void pair_strategies(struct compare_pairs *p, const struct names *before,
                            const struct names *after) {
    size_t left = (size_t)before->strategy_count, right = (size_t)after->strategy_count;
    int64_t *partner = mem_zalloc(left, sizeof(*partner));
    bool *found = mem_zalloc(right, sizeof(*found));
    for (size_t i = 0; i < left; i++)
        partner[i] = -1;
    match_strategies(before, after, partner, found);
    p->pairs = mem_zalloc(left + right, sizeof(*p->pairs));
    p->before.pair_of = mem_zalloc(left, sizeof(*p->before.pair_of));
    p->after.pair_of = mem_zalloc(right, sizeof(*p->after.pair_of));
    for (int64_t i = 0; i < before->strategy_count; i++)
        add_pair(p, i, partner[i]);
    for (int64_t i = 0; i < after->strategy_count; i++) {
        if (!found[i])
            add_pair(p, -1, i);
    }
    mem_free(partner);
    mem_free(found);
}

/* Ids of the run after count on from those of the run before. */
static void rank_symbols(struct compare_pairs *p, const struct names *before,
                         const struct names *after) {
    int64_t left = before->symbol_count, count = left + after->symbol_count, rank = -1;
    struct named *items = mem_zalloc((size_t)count, sizeof(*items));
    p->before.symbol_rank = mem_zalloc((size_t)left, sizeof(int64_t));
    p->after.symbol_rank = mem_zalloc((size_t)after->symbol_count, sizeof(int64_t));
    for (int64_t i = 0; i < count; i++)
        items[i] =
            (struct named){i < left ? before->symbols[i].name : after->symbols[i - left].name, i};
    qsort(items, (size_t)count, sizeof(*items), by_name);
    for (int64_t i = 0; i < count; i++) {
        rank += i == 0 || strcmp(items[i - 1].name, items[i].name) != 0;
        if (items[i].id < left)
            p->before.symbol_rank[items[i].id] = rank;
        else
            p->after.symbol_rank[items[i].id - left] = rank;
    }
    mem_free(items);
}

void compare_pairs_init(struct compare_pairs *pairs, const struct names *before,
                        const struct names *after) {
    *pairs = (struct compare_pairs){0};
    pair_strategies(pairs, before, after);
    rank_symbols(pairs, before, after);
}

void compare_pairs_fini(struct compare_pairs *pairs) {
    mem_free(pairs->pairs);
    mem_free(pairs->before.pair_of);
    mem_free(pairs->after.pair_of);
    mem_free(pairs->before.symbol_rank);
    mem_free(pairs->after.symbol_rank);
    *pairs = (struct compare_pairs){0};
}

const char *compare_pair_name(const struct comparison *c, const struct compare_pair *pair) {
    return pair->before >= 0 ? c->before->collector->names.strategies[pair->before].name
                             : c->after->collector->names.strategies[pair->after].name;
}

const struct j_intent *compare_next_intent(const struct collector *c, const struct j_intent *at) {
    int64_t strategy = at->strategy;
    do {
        at++;
        CHECK(at < c->intent_rows + c->intents);
    } while (at->strategy != strategy);
    return at;
}

bool compare_bits_are_equal(double a, double b) {
    uint64_t x, y;
    memcpy(&x, &a, sizeof(x));
    memcpy(&y, &b, sizeof(y));
    return x == y;
}
