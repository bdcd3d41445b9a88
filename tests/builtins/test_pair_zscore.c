/* pair_zscore: both legs act where a z-score computed here says that they must, also where one of
 * the symbols lacks bars. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "play.h"

struct rules {
    size_t lookback;
    long double entry, leave;
};

/* Of the last n of count ratios: two passes over the ratios themselves. */
static long double zscore(const long double *ratio, size_t count, size_t n) {
    long double mean = 0.0L, square = 0.0L;
    for (size_t i = count - n; i < count; i++)
        mean += ratio[i];
    mean /= (long double)n;
    for (size_t i = count - n; i < count; i++)
        square += (ratio[i] - mean) * (ratio[i] - mean);
    return (ratio[count - 1] - mean) / sqrtl(square / (long double)n);
}

/* +1 = a held and b sold short, -1 the other way; what a z-score makes of it. */
static int wanted(long double z, int held, const struct rules *r) {
    if (held == 0)
        return z > r->entry ? -1 : z < -r->entry ? 1 : 0;
    return (long double)held * z > -r->leave ? 0 : held;
}

/* Both legs at each change, a first. closed: which bars each instant has. */
static struct acts expected_acts(const struct series *a, const struct series *b,
                                 const unsigned char *closed, const struct rules *r) {
    struct acts acts = {0};
    long double *ratio = malloc(a->count * sizeof *ratio);
    cr_assert(ratio);
    size_t count = 0, i = 0, k = 0;
    int held = 0;
    for (size_t at = 0; i < a->count || k < b->count; at++) {
        i += closed[at] & 1;
        k += closed[at] >> 1;
        if (closed[at] != 3)
            continue;
        ratio[count++] = (long double)a->bars[i - 1].close / (long double)b->bars[k - 1].close;
        int next = count < r->lookback ? 0 : wanted(zscore(ratio, count, r->lookback), held, r);
        if (next == held)
            continue;
        int direction = next - held;
        for (int32_t feed = 0; feed < 2; feed++)
            acts_push(&acts, (struct act){.at = at,
                                          .feed = feed,
                                          .direction = feed == 0 ? direction : -direction,
                                          .closes = held != 0});
        held = next;
    }
    free(ratio);
    return acts;
}

static struct qs_test *pair_test(const struct rules *r, int64_t timeframe) {
    struct qs_test *t = qs_test_create(qs_schema());
    cr_assert_eq(qs_test_set_int(t, "lookback", (int64_t)r->lookback), 0);
    cr_assert_eq(qs_test_set_float(t, "entry", (double)r->entry), 0);
    cr_assert_eq(qs_test_set_float(t, "leave", (double)r->leave), 0);
    cr_assert_eq(qs_test_add_feed(t, "A", timeframe), 0);
    cr_assert_eq(qs_test_add_feed(t, "B", timeframe), 1);
    return t;
}

static size_t check(struct series a, struct series b, struct rules rules) {
    struct qs_test *t = pair_test(&rules, a.timeframe);
    unsigned char *closed = calloc(a.count + b.count, 1);
    struct acts found = play_two(t, &a, &b, closed);
    struct acts expected = expected_acts(&a, &b, closed, &rules);
    acts_compare(&found, &expected);
    for (size_t i = 0; i < found.count; i += 2) {
        const struct act *first = &found.list[i], *second = first + 1;
        if (first->closes)
            continue; /* else worth the same, 45 % of equity each */
        cr_assert_float_eq(first->units * first->close, 0.45 * first->equity, 1e-9 * first->equity);
        cr_assert_float_eq(second->units * second->close, first->units * first->close,
                           1e-9 * first->equity);
    }
    size_t count = found.count;
    acts_fini(&found);
    acts_fini(&expected);
    free(closed);
    qs_test_destroy(&t);
    series_fini(&a);
    series_fini(&b);
    return count;
}

/* Every so manieth bar is left out, by a rule of its own for each series. */
static struct series with_gaps(struct series s, size_t step) {
    size_t kept = 0;
    for (size_t i = 0; i < s.count; i++)
        if (i % step != step / 2)
            s.bars[kept++] = s.bars[i];
    s.count = kept;
    return s;
}

static const struct rules as_shipped = {120, 2.0L, 0.5L};

Test(pair_zscore, has_the_defaults_of_its_name) {
    const struct qs_strategy *schema = qs_schema();
    cr_assert_str_eq(schema->id, "pair_zscore");
    cr_assert_eq(schema->inputs[2].i[0], 120);
    cr_assert_eq(schema->inputs[3].f[0], 2.0);
    cr_assert_eq(schema->inputs[4].f[0], 0.5);
    cr_assert_eq(schema->state_version, 1);
}

Test(pair_zscore, trades_two_walks_where_a_second_zscore_says_so) {
    size_t count = 0;
    for (uint64_t seed = 1; seed <= 10; seed++)
        count += check(series_walk(seed, 3000), series_walk(seed + 100, 3000), as_shipped);
    cr_assert_gt(count, 400);
}

Test(pair_zscore, pairs_bars_of_one_moment_where_some_are_missing) {
    size_t count = 0;
    for (uint64_t seed = 1; seed <= 10; seed++)
        count += check(with_gaps(series_walk(seed, 3000), 7),
                       with_gaps(series_walk(seed + 50, 3000), 11), as_shipped);
    cr_assert_gt(count, 200);
}

Test(pair_zscore, follows_its_inputs) {
    struct rules fast = {10, 1.0L, 0.0L}, most = {1000, 1.5L, 0.25L};
    cr_assert_gt(check(series_walk(3, 2000), series_walk(4, 2000), fast), 100);
    cr_assert_gt(check(series_walk(5, 4000), series_walk(6, 4000), most), 10);
}

Test(pair_zscore, trades_real_pairs_where_a_second_zscore_says_so) {
    cr_assert_gt(check(series_read("orcl_1d.csv", QS_TEST_DAY, 6000),
                       series_read("nvda_1d.csv", QS_TEST_DAY, 6000), as_shipped),
                 100);
    cr_assert_gt(check(series_read("us2019_spy_1m.csv", QS_TEST_MINUTE, 3000),
                       series_read("us2019_gld_1m.csv", QS_TEST_MINUTE, 3000), as_shipped),
                 20);
}

/* One instant with both bars, flat. */
static int both(struct qs_test *t, double a, double b) {
    struct qs_bar bar = {.open = a, .high = a, .low = a, .close = a};
    cr_assert_eq(qs_test_put(t, 0, &bar), 0);
    bar.open = bar.high = bar.low = bar.close = b;
    cr_assert_eq(qs_test_put(t, 1, &bar), 0);
    return qs_test_step(t);
}

/* Nine ratios of 1 and one of 2: mean 1.1, deviation 0.3, so z = 0.9 / 0.3 = 3. */
static struct qs_test *entered(void) {
    struct rules ten = {10, 2.0L, 0.5L};
    struct qs_test *t = pair_test(&ten, QS_TEST_DAY);
    for (int i = 0; i < 9; i++)
        cr_assert_eq(both(t, 50.0, 50.0), 0);
    cr_assert_eq(both(t, 100.0, 50.0), 2);
    return t;
}

Test(pair_zscore, sells_the_dear_one_and_buys_the_cheap_one) {
    struct qs_test *t = entered();
    cr_assert_float_eq(qs_test_variable(t, "z"), 3.0, 1e-12);
    cr_assert_float_eq(qs_test_plot(t, "z"), 3.0, 1e-12);
    const struct qs_seen_intent *a = qs_test_intent(t, 0), *b = qs_test_intent(t, 1);
    cr_assert(a->feed == 0 && a->side == QS_SELL && b->feed == 1 && b->side == QS_BUY);
    cr_assert_float_eq(a->units, 450.0, 1e-9);
    cr_assert_float_eq(b->units, 900.0, 1e-9);
    cr_assert_str_eq(a->tag, "pair");
    qs_test_destroy(&t);
}

Test(pair_zscore, a_leg_that_was_left_alone_is_closed) {
    struct qs_test *t = entered();
    int64_t a = qs_test_intent(t, 0)->number, b = qs_test_intent(t, 1)->number;
    qs_test_end_order(t, a, QS_ORDER_REJECTED, "insufficient_margin");
    qs_test_fill(t, b, 50.0, 0.0);
    cr_assert_eq(both(t, 100.0, 50.0), 1);
    const struct qs_seen_intent *leave = qs_test_intent(t, 0);
    cr_assert(leave->feed == 1 && leave->side == QS_SELL && leave->units == 900.0);
    cr_assert_str_eq(leave->tag, "lone leg");
    qs_test_destroy(&t);
}

Test(pair_zscore, a_ratio_that_does_not_move_is_no_signal) {
    struct rules ten = {10, 0.5L, 0.0L};
    struct qs_test *t = pair_test(&ten, QS_TEST_DAY);
    for (int i = 1; i <= 40; i++) { /* 1.1 / 0.7 has no exact sum, but always the same value */
        cr_assert_eq(both(t, 1.1, 0.7), 0);
        cr_assert_eq(qs_test_variable(t, "z"), 0.0);
    }
    qs_test_destroy(&t);
}
