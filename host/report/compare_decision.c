/*
 * Both runs' intents are walked instant by instant (their times ascend). Most instants are equal
 * intent by intent; only one that is not is taken apart by strategy, since the order of strategies
 * within an instant decides nothing.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "engine/intent.h"
#include "report/compare_pairs.h"

struct wish {
    int64_t pair;
    const struct j_intent *intent;
};

/* The intents of one instant. */
struct walk {
    const struct collector *c;
    const struct compare_side_ids *ids;
    int64_t begin, end;
    struct wish *wishes; /* of an instant that is taken apart: by pair, then as they came */
};

static int64_t rank(const struct walk *walk, const struct j_intent *intent) {
    return intent->symbol < 0 ? -1 : walk->ids->symbol_rank[intent->symbol];
}

/* Of a cancel the order's number is the wish; its symbol is known only when the order was open. */
static bool is_same_wish(const struct walk *before, const struct j_intent *a,
                         const struct walk *after, const struct j_intent *b) {
    if (a->kind == INTENT_CANCEL && b->kind == INTENT_CANCEL && a->number != b->number)
        return false;
    if (a->kind != INTENT_CANCEL && rank(before, a) != rank(after, b))
        return false;
    return a->kind == b->kind && a->side == b->side && a->type == b->type && a->tif == b->tif &&
           a->flags == b->flags && a->size_kind == b->size_kind &&
           compare_bits_are_equal(a->size_value, b->size_value) &&
           compare_bits_are_equal(a->stop_distance, b->stop_distance) &&
           compare_bits_are_equal(a->limit_price, b->limit_price) &&
           compare_bits_are_equal(a->stop_price, b->stop_price);
}

static int64_t pair_of(const struct walk *walk, int64_t at) {
    return walk->ids->pair_of[walk->c->intent_rows[at].strategy];
}

static bool is_at_end(const struct walk *walk) { return walk->end == walk->c->intents; }

/* To the intents at `time`, which follow the ones at hand; maybe there are none. */
static void step(struct walk *walk, int64_t time) {
    const struct j_intent *rows = walk->c->intent_rows;
    walk->begin = walk->end;
    while (!is_at_end(walk) && rows[walk->end].time == time)
        walk->end++;
}

static bool is_same_list(const struct walk *before, const struct walk *after) {
    int64_t count = before->end - before->begin;
    if (count != after->end - after->begin)
        return false;
    for (int64_t i = 0; i < count; i++) {
        int64_t left = before->begin + i, right = after->begin + i;
        if (pair_of(before, left) != pair_of(after, right) ||
            !is_same_wish(before, &before->c->intent_rows[left], after,
                          &after->c->intent_rows[right]))
            return false;
    }
    return true;
}

/* Places in one array: what came first has the lower address. */
static int by_pair(const void *left, const void *right) {
    const struct wish *a = left, *b = right;
    if (a->pair != b->pair)
        return a->pair < b->pair ? -1 : 1;
    return (a->intent > b->intent) - (a->intent < b->intent);
}

static void take_apart(struct walk *walk) {
    int64_t count = walk->end - walk->begin;
    walk->wishes = mem_realloc_array(walk->wishes, (size_t)count, sizeof(*walk->wishes));
    for (int64_t i = 0; i < count; i++)
        walk->wishes[i] =
            (struct wish){pair_of(walk, walk->begin + i), &walk->c->intent_rows[walk->begin + i]};
    if (count > 0)
        qsort(walk->wishes, (size_t)count, sizeof(*walk->wishes), by_pair);
}

/* How many wishes from `at` on are of the pair. */
static int64_t run_length(const struct walk *walk, int64_t at, int64_t pair) {
    int64_t count = walk->end - walk->begin, length = 0;
    while (at + length < count && walk->wishes[at + length].pair == pair)
        length++;
    return length;
}

static int64_t next_pair(const struct walk *walk, int64_t at) {
    return at < walk->end - walk->begin ? walk->wishes[at].pair : INT64_MAX;
}

/* The first pair that wished for something else at this instant. */
static bool find_pair(struct walk *before, struct walk *after, const struct compare_pairs *pairs,
                      struct compare_decision *ret) {
    int64_t left = 0, right = 0;
    take_apart(before);
    take_apart(after);
    for (;;) {
        int64_t pair = next_pair(before, left), other = next_pair(after, right);
        pair = other < pair ? other : pair;
        if (pair == INT64_MAX)
            return false;
        int64_t before_count = run_length(before, left, pair);
        int64_t after_count = run_length(after, right, pair);
        bool is_same = before_count == after_count;
        for (int64_t i = 0; is_same && i < before_count; i++)
            is_same = is_same_wish(before, before->wishes[left + i].intent, after,
                                   after->wishes[right + i].intent);
        if (!is_same) {
            ret->before_strategy = pairs->pairs[pair].before;
            ret->after_strategy = pairs->pairs[pair].after;
            ret->before = before_count > 0 ? before->wishes[left].intent : NULL;
            ret->after = after_count > 0 ? after->wishes[right].intent : NULL;
            ret->before_count = before_count;
            ret->after_count = after_count;
            return true;
        }
        left += before_count;
        right += after_count;
    }
}

static int64_t rows_before(const struct account_series *series, int64_t time) {
    int64_t low = 0, high = series->count;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (series->time[middle] < time)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Instants have a row of the account each, whether the strategy wished for something or not. */
static int64_t count_common(const struct account_series *a, int64_t a_end,
                            const struct account_series *b, int64_t b_end) {
    int64_t count = 0;
    for (int64_t i = 0, k = 0; i < a_end && k < b_end;) {
        count += a->time[i] == b->time[k];
        int64_t time = a->time[i] < b->time[k] ? a->time[i] : b->time[k];
        i += a->time[i] == time;
        k += b->time[k] == time;
    }
    return count;
}

static void count_instants(struct comparison *c) {
    struct compare_decision *d = &c->decision;
    const struct account_series *before = collector_account(c->before->collector);
    const struct account_series *after = collector_account(c->after->collector);
    int64_t left = before->count, right = after->count;
    d->has_begin = left > 0 && right > 0;
    d->before_begin = d->has_begin ? before->time[0] : 0;
    d->after_begin = d->has_begin ? after->time[0] : 0;
    if (d->has_difference) {
        left = rows_before(before, d->time);
        right = rows_before(after, d->time);
    }
    d->same_instants = left > right ? left : right;
    d->common_instants = count_common(before, left, after, right);
}

void compare_find_decision(struct comparison *c, const struct compare_pairs *pairs) {
    struct walk before = {.c = c->before->collector, .ids = &pairs->before};
    struct walk after = {.c = c->after->collector, .ids = &pairs->after};
    struct compare_decision *d = &c->decision;
    d->before_strategy = d->after_strategy = -1;
    while (!d->has_difference && !(is_at_end(&before) && is_at_end(&after))) {
        int64_t left = is_at_end(&before) ? INT64_MAX : before.c->intent_rows[before.end].time;
        int64_t right = is_at_end(&after) ? INT64_MAX : after.c->intent_rows[after.end].time;
        int64_t time = left < right ? left : right;
        step(&before, time);
        step(&after, time);
        if (!is_same_list(&before, &after) && find_pair(&before, &after, pairs, d)) {
            d->has_difference = true;
            d->time = time;
        }
    }
    count_instants(c);
    mem_free(before.wishes);
    mem_free(after.wishes);
}
