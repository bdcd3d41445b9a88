/*
 * The trades of both runs are sorted by what makes them the same (strategy, symbol, entry time) and
 * then by their numbers. Within one such key, equal ones cancel out first; what is left is met in
 * the order of the runs as changed, and the rest was added or is gone.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "report/compare_pairs.h"

struct item {
    int64_t pair, symbol;
    const struct j_trade *trade;
};

struct side {
    struct item *items;
    int64_t count, at;
    const struct j_trade **left; /* of the key at hand, without their equals */
    int64_t left_count;
};

static int order_i64(int64_t a, int64_t b) { return (a > b) - (a < b); }

static int order_bits(double a, double b) {
    int64_t left, right;
    memcpy(&left, &a, sizeof(left));
    memcpy(&right, &b, sizeof(right));
    return order_i64(left, right);
}

static int order_keys(const struct item *a, const struct item *b) {
    int order = order_i64(a->pair, b->pair);
    if (order == 0)
        order = order_i64(a->symbol, b->symbol);
    if (order == 0)
        order = order_i64(a->trade->entry_time, b->trade->entry_time);
    return order;
}

/* All numbers of a trade but its id and what the key says. */
static int order_contents(const struct j_trade *a, const struct j_trade *b) {
    const int64_t times[][2] = {{a->exit_time, b->exit_time},
                                {a->entry_known, b->entry_known},
                                {a->exit_known, b->exit_known}};
    const double numbers[][2] = {{a->quantity, b->quantity},
                                 {a->entry_price, b->entry_price},
                                 {a->exit_price, b->exit_price},
                                 {a->gross, b->gross},
                                 {a->fees, b->fees},
                                 {a->net, b->net},
                                 {a->mae, b->mae},
                                 {a->mfe, b->mfe}};
    for (size_t i = 0; i < ARRAY_LEN(times); i++) {
        if (times[i][0] != times[i][1])
            return order_i64(times[i][0], times[i][1]);
    }
    for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
        int order = order_bits(numbers[i][0], numbers[i][1]);
        if (order != 0)
            return order;
    }
    return 0;
}

static int by_key_and_contents(const void *left, const void *right) {
    const struct item *a = left, *b = right;
    int order = order_keys(a, b);
    if (order == 0)
        order = order_contents(a->trade, b->trade);
    return order != 0 ? order : order_i64(a->trade->id, b->trade->id);
}

static void side_init(struct side *side, const struct collector *c,
                      const struct compare_side_ids *ids) {
    *side = (struct side){.count = c->trade_count};
    side->items = mem_zalloc((size_t)c->trade_count, sizeof(*side->items));
    side->left = mem_zalloc((size_t)c->trade_count, sizeof(struct j_trade *));
    for (int64_t i = 0; i < c->trade_count; i++) {
        const struct j_trade *trade = &c->trades[i];
        side->items[i] = (struct item){.pair = ids->pair_of[trade->strategy],
                                       .symbol = ids->symbol_rank[trade->symbol],
                                       .trade = trade};
    }
    qsort(side->items, (size_t)side->count, sizeof(*side->items), by_key_and_contents);
}

static void side_fini(struct side *side) {
    mem_free(side->items);
    mem_free((void *)side->left);
}

static const struct item *peek(const struct side *side) {
    return side->at < side->count ? &side->items[side->at] : NULL;
}

static void leave(struct side *side) {
    side->left[side->left_count++] = side->items[side->at++].trade;
}

/* Whether the next item of the side has the key. */
static bool is_next(const struct side *side, const struct item *key) {
    const struct item *next = peek(side);
    return next != NULL && order_keys(next, key) == 0;
}

/* Goes past all items of a key; those without an equal stay in `left`. */
static void take_key(struct comparison *c, struct side *before, struct side *after,
                     const struct item *key) {
    before->left_count = after->left_count = 0;
    for (;;) {
        bool has_before = is_next(before, key), has_after = is_next(after, key);
        if (!has_before && !has_after)
            return;
        int order = !has_after    ? -1
                    : !has_before ? 1
                                  : order_contents(peek(before)->trade, peek(after)->trade);
        if (order < 0) {
            leave(before);
        } else if (order > 0) {
            leave(after);
        } else {
            c->same++;
            before->at++;
            after->at++;
        }
    }
}

static int by_id(const void *left, const void *right) {
    const struct j_trade *a = *(const struct j_trade *const *)left;
    const struct j_trade *b = *(const struct j_trade *const *)right;
    return order_i64(a->id, b->id);
}

static void sort_left(struct side *side) {
    qsort((void *)side->left, (size_t)side->left_count, sizeof(struct j_trade *), by_id);
}

static void add(struct comparison *c, int64_t *cap, const struct j_trade *before,
                const struct j_trade *after) {
    enum compare_trade_kind kind = before == NULL  ? COMPARE_ADDED
                                   : after == NULL ? COMPARE_GONE
                                                   : COMPARE_CHANGED;
    c->added += kind == COMPARE_ADDED;
    c->gone += kind == COMPARE_GONE;
    c->changed += kind == COMPARE_CHANGED;
    c->trades = grow(c->trades, c->trade_count, cap, sizeof(*c->trades));
    c->trades[c->trade_count++] = (struct compare_trade){kind, before, after};
}

static const struct j_trade *either(const struct compare_trade *trade) {
    return trade->before != NULL ? trade->before : trade->after;
}

static int by_entry(const void *left, const void *right) {
    const struct compare_trade *a = left, *b = right;
    int order = order_i64(either(a)->entry_time, either(b)->entry_time);
    if (order == 0)
        order = order_i64(a->kind, b->kind);
    return order != 0 ? order : order_i64(either(a)->id, either(b)->id);
}

void compare_find_trades(struct comparison *c, const struct compare_pairs *pairs) {
    struct side before, after;
    int64_t cap = 0;
    side_init(&before, c->before->collector, &pairs->before);
    side_init(&after, c->after->collector, &pairs->after);
    while (peek(&before) != NULL || peek(&after) != NULL) {
        const struct item *left = peek(&before), *right = peek(&after);
        struct item key = left == NULL                                    ? *right
                          : right == NULL || order_keys(left, right) <= 0 ? *left
                                                                          : *right;
        take_key(c, &before, &after, &key);
        sort_left(&before);
        sort_left(&after);
        for (int64_t i = 0; i < before.left_count || i < after.left_count; i++)
            add(c, &cap, i < before.left_count ? before.left[i] : NULL,
                i < after.left_count ? after.left[i] : NULL);
    }
    if (c->trade_count > 0)
        qsort(c->trades, (size_t)c->trade_count, sizeof(*c->trades), by_entry);
    side_fini(&before);
    side_fini(&after);
}
