/* donchian_breakout: it acts where channels recomputed here say that it must. */
#include <criterion/criterion.h>

#include "play.h"

/* Of the n bars before `at`, that bar not included; NaN where there are fewer. */
static double high_before(const struct series *s, size_t at, size_t n) {
    double high = at < n ? (double)NAN : 0.0;
    for (size_t i = at - n; at >= n && i < at; i++)
        high = fmax(high, s->bars[i].high);
    return high;
}
static double low_before(const struct series *s, size_t at, size_t n) {
    double low = at < n ? (double)NAN : 1e300;
    for (size_t i = at - n; at >= n && i < at; i++)
        low = fmin(low, s->bars[i].low);
    return low;
}

/* What it should hold after a bar: -1, 0, 1. */
static int wanted(const struct series *s, size_t at, size_t entry, size_t leave, bool is_both,
                  int held) {
    double close = s->bars[at].close;
    bool is_up = close > high_before(s, at, entry);
    bool is_down = is_both && close < low_before(s, at, entry);
    if (held != 1 && is_up)
        return 1;
    if (held != -1 && is_down)
        return -1;
    if (held == 1 && close < low_before(s, at, leave))
        return 0;
    if (held == -1 && close > high_before(s, at, leave))
        return 0;
    return held;
}

static struct acts expected_acts(const struct series *s, size_t entry, size_t leave, bool is_both) {
    struct acts acts = {0};
    int held = 0;
    size_t first = (entry > leave ? entry : leave) - 1;
    for (size_t i = first; i < s->count; i++) {
        int next = wanted(s, i, entry, leave, is_both, held);
        if (next != held)
            acts_push(&acts, (struct act){
                                 .at = i, .direction = next > held ? 1 : -1, .closes = held != 0});
        held = next;
    }
    return acts;
}

static size_t check(struct series series, int64_t entry, int64_t leave, const char *direction) {
    struct qs_test *t = qs_test_create(qs_schema());
    cr_assert_eq(qs_test_set_int(t, "entry", entry), 0);
    cr_assert_eq(qs_test_set_int(t, "leave", leave), 0);
    cr_assert_eq(qs_test_set_select(t, "direction", direction), 0);
    bool is_both = strcmp(direction, "both") == 0;
    struct acts found = play(t, &series);
    struct acts expected = expected_acts(&series, (size_t)entry, (size_t)leave, is_both);
    acts_compare(&found, &expected);
    size_t count = found.count;
    acts_fini(&found);
    acts_fini(&expected);
    qs_test_destroy(&t);
    series_fini(&series);
    return count;
}

Test(donchian_breakout, has_the_defaults_of_its_name) {
    const struct qs_strategy *schema = qs_schema();
    cr_assert_str_eq(schema->id, "donchian_breakout");
    cr_assert_eq(schema->inputs[0].i[0], 20);
    cr_assert_eq(schema->inputs[1].i[0], 10);
    cr_assert_eq(schema->inputs[2].i[0], 0);
    cr_assert_str_eq(schema->inputs[2].options[0], "long");
}

Test(donchian_breakout, trades_a_walk_where_second_channels_say_so) {
    size_t count = 0;
    for (uint64_t seed = 1; seed <= 20; seed++)
        count += check(series_walk(seed, 3000), 20, 10, "long");
    cr_assert_gt(count, 400);
}

Test(donchian_breakout, both_ways_it_sells_breaks_down_too) {
    size_t count = 0;
    for (uint64_t seed = 21; seed <= 30; seed++)
        count += check(series_walk(seed, 3000), 20, 10, "both");
    cr_assert_gt(count, 400);
}

Test(donchian_breakout, follows_its_inputs) {
    cr_assert_gt(check(series_walk(41, 2000), 2, 2, "both"), 100);
    cr_assert_gt(check(series_walk(42, 2000), 55, 20, "both"), 10);
    cr_assert_gt(check(series_walk(43, 2000), 5, 40, "both"), 10); /* the long channel last */
}

Test(donchian_breakout, trades_real_bars_where_second_channels_say_so) {
    cr_assert_gt(check(series_read("goog_1d.csv", QS_TEST_DAY, 5000), 20, 10, "long"), 20);
    cr_assert_gt(check(series_read("goog_1d.csv", QS_TEST_DAY, 5000), 20, 10, "both"), 50);
    cr_assert_gt(check(series_read("eurusd_1h.csv", QS_TEST_HOUR, 6000), 20, 10, "both"), 100);
    cr_assert_gt(check(series_read("btcusd_1h.csv", QS_TEST_HOUR, 21000), 20, 10, "both"), 500);
}

/* Entry 3, exit 2 over bars of range 2: highs 11, so 11 is not beyond them and 11.5 is. */
Test(donchian_breakout, a_bar_does_not_count_in_its_own_channel) {
    struct qs_test *t = qs_test_create(qs_schema());
    qs_test_set_int(t, "entry", 3);
    qs_test_set_int(t, "leave", 2);
    for (int i = 0; i < 4; i++)
        cr_assert_eq(qs_test_bar(t, 10.0, 11.0, 9.0, 10.0, 1.0), 0);
    cr_assert_eq(qs_test_bar(t, 10.0, 11.0, 9.0, 11.0, 1.0), 0);
    cr_assert_eq(qs_test_bar(t, 10.0, 12.0, 9.0, 11.5, 1.0), 1);
    cr_assert_eq(qs_test_plot(t, "upper"), 11.0);
    cr_assert_eq(qs_test_variable(t, "lower"), 9.0);
    cr_assert_str_eq(qs_test_note(t, "reason"), "over the entry channel");
    cr_assert_float_eq(qs_test_intent(t, 0)->units, 95000.0 / 11.5, 1e-9);
    qs_test_destroy(&t);
}

Test(donchian_breakout, a_fall_out_of_the_exit_channel_closes_all) {
    struct qs_test *t = qs_test_create(qs_schema());
    qs_test_set_int(t, "entry", 3);
    qs_test_set_int(t, "leave", 2);
    for (int i = 0; i < 4; i++)
        qs_test_bar(t, 10.0, 11.0, 9.0, 10.0, 1.0);
    qs_test_set_position(t, 0, 100.0, 10.0);
    cr_assert_eq(qs_test_bar(t, 9.0, 10.0, 9.0, 9.0, 1.0), 0);
    cr_assert_eq(qs_test_bar(t, 9.0, 10.0, 8.0, 8.5, 1.0), 1);
    cr_assert_eq(qs_test_intent(t, 0)->units, 100.0);
    cr_assert_str_eq(qs_test_note(t, "reason"), "under the exit channel");
    qs_test_destroy(&t);
}
