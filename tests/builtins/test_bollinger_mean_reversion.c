/* bollinger_mean_reversion: it acts where bands and an RSI written here say that it must. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "play.h"

struct rules {
    size_t bands, rsi;
    long double deviations, rsi_below;
    bool has_filter;
};

struct band {
    long double low, up;
};

/* Each window anew: the mean, then the mean square of what is off it. */
static struct band band_at(const struct series *s, size_t at, size_t n, long double k) {
    long double mean = 0.0L, square = 0.0L;
    for (size_t i = at + 1 - n; i <= at; i++)
        mean += (long double)s->bars[i].close;
    mean /= (long double)n;
    for (size_t i = at + 1 - n; i <= at; i++)
        square += ((long double)s->bars[i].close - mean) * ((long double)s->bars[i].close - mean);
    long double far = k * sqrtl(square / (long double)n);
    return (struct band){mean - far, mean + far};
}

/* Wilder's index from weights instead of a recursion: bar i of the past counts (1 - 1/n)^age, the
 * first n changes together as their mean. Far pasts weigh nothing and are left out. */
static long double rsi_at(const struct series *s, size_t at, size_t n) {
    long double part[2] = {0.0L, 0.0L}, keep = 1.0L - 1.0L / (long double)n, weight = 1.0L;
    for (size_t i = at; i >= 1; i--) {
        long double move = (long double)s->bars[i].close - (long double)s->bars[i - 1].close;
        part[move > 0.0L] += weight * fabsl(move);
        if (i > n)
            weight *= keep;
        if (weight < 1e-25L)
            break;
    }
    return part[0] + part[1] > 0.0L ? 100.0L * part[1] / (part[0] + part[1]) : 50.0L;
}

static struct acts expected_acts(const struct series *s, const struct rules *r) {
    struct acts acts = {0};
    bool is_in = false;
    size_t first = r->bands - 1 > r->rsi ? r->bands - 1 : r->rsi;
    for (size_t i = first; i < s->count; i++) {
        struct band band = band_at(s, i, r->bands, r->deviations);
        long double close = (long double)s->bars[i].close;
        bool is_due = is_in ? close >= band.up : close <= band.low;
        if (!is_due || band.up <= band.low)
            continue;
        if (!is_in && r->has_filter && rsi_at(s, i, r->rsi) >= r->rsi_below)
            continue;
        acts_push(&acts, (struct act){.at = i, .direction = is_in ? -1 : 1, .closes = is_in});
        is_in = !is_in;
    }
    return acts;
}

static size_t check(struct series series, struct rules rules) {
    struct qs_test *t = qs_test_create(qs_schema());
    cr_assert_eq(qs_test_set_int(t, "bb_period", (int64_t)rules.bands), 0);
    cr_assert_eq(qs_test_set_int(t, "rsi_period", (int64_t)rules.rsi), 0);
    cr_assert_eq(qs_test_set_float(t, "bb_std", (double)rules.deviations), 0);
    cr_assert_eq(qs_test_set_float(t, "rsi_below", (double)rules.rsi_below), 0);
    cr_assert_eq(qs_test_set_bool(t, "rsi_filter", rules.has_filter), 0);
    struct acts found = play(t, &series), expected = expected_acts(&series, &rules);
    acts_compare(&found, &expected);
    for (size_t i = 0; i < found.count; i++)
        cr_assert_str_eq(found.list[i].tag, found.list[i].closes ? "upper band" : "lower band");
    size_t count = found.count;
    acts_fini(&found);
    acts_fini(&expected);
    qs_test_destroy(&t);
    series_fini(&series);
    return count;
}

static const struct rules as_shipped = {20, 14, 2.0L, 40.0L, true};

Test(bollinger_mean_reversion, has_the_defaults_of_its_name) {
    const struct qs_strategy *schema = qs_schema();
    cr_assert_str_eq(schema->id, "bollinger_mean_reversion");
    cr_assert_eq(schema->inputs[0].i[0], 20);
    cr_assert_eq(schema->inputs[1].f[0], 2.0);
    cr_assert_eq(schema->inputs[2].i[0], 1);
    cr_assert_eq(schema->inputs[3].i[0], 14);
    cr_assert_eq(schema->inputs[4].f[0], 40.0);
}

Test(bollinger_mean_reversion, trades_a_walk_where_second_bands_say_so) {
    size_t count = 0;
    for (uint64_t seed = 1; seed <= 20; seed++)
        count += check(series_walk(seed, 2000), as_shipped);
    cr_assert_gt(count, 400);
}

Test(bollinger_mean_reversion, follows_its_inputs) {
    struct rules tight = {5, 3, 1.0L, 25.0L, true};
    cr_assert_gt(check(series_walk(31, 2000), tight), 100);
    struct rules wide = {50, 14, 2.5L, 45.0L, true};
    cr_assert_gt(check(series_walk(32, 4000), wide), 10);
}

Test(bollinger_mean_reversion, without_the_filter_the_bands_alone_decide) {
    struct rules strict = {20, 14, 1.0L, 20.0L, true}, open = {20, 14, 1.0L, 20.0L, false};
    size_t with = check(series_walk(5, 2000), strict), without = check(series_walk(5, 2000), open);
    cr_assert_gt(without, with);
}

Test(bollinger_mean_reversion, trades_real_bars_where_second_bands_say_so) {
    cr_assert_gt(check(series_read("goog_1d.csv", QS_TEST_DAY, 5000), as_shipped), 20);
    cr_assert_gt(check(series_read("eurusd_1h.csv", QS_TEST_HOUR, 6000), as_shipped), 60);
    cr_assert_gt(check(series_read("btcusd_1h.csv", QS_TEST_HOUR, 21000), as_shipped), 200);
}

Test(bollinger_mean_reversion, leaves_a_market_alone_that_does_not_move) {
    struct qs_test *t = qs_test_create(qs_schema());
    qs_test_set_bool(t, "rsi_filter", 0);
    for (int i = 0; i < 60; i++)
        cr_assert_eq(qs_test_close(t, 100.1), 0);
    cr_assert_eq(qs_test_variable(t, "percent_b"), 0.5);
    qs_test_destroy(&t);
}

/* Closes 100 and 102 in turn, ten each: mean 101, deviation 1. Then 90 for the oldest 100: mean
 * 100.5, squares 9 * 0.25 + 10 * 2.25 + 110.25 = 135, so the low band is 100.5 - 2 * sqrt(6.75)
 * = 95.3. Wilder's losses are about (13 * 0.96 + 12) / 14 = 1.75 against gains of 0.96: RSI 35. */
Test(bollinger_mean_reversion, shows_its_bands_and_where_the_close_lies) {
    struct qs_test *t = qs_test_create(qs_schema());
    for (int i = 0; i < 20; i++)
        qs_test_close(t, i % 2 ? 102.0 : 100.0);
    cr_assert_float_eq(qs_test_plot(t, "bb_up"), 103.0, 1e-9);
    cr_assert_float_eq(qs_test_plot(t, "bb_low"), 99.0, 1e-9);
    cr_assert_float_eq(qs_test_variable(t, "percent_b"), 0.75, 1e-9);
    cr_assert_eq(qs_test_close(t, 90.0), 1);
    cr_assert_float_eq(qs_test_plot(t, "bb_low"), 100.5 - 2.0 * sqrt(6.75), 1e-9);
    cr_assert_lt(qs_test_variable(t, "percent_b"), 0.0);
    cr_assert_float_eq(qs_test_intent(t, 0)->units, 95000.0 / 90.0, 1e-9);
    cr_assert_lt(qs_test_variable(t, "current_rsi"), 40.0);
    qs_test_destroy(&t);
}
