/* rsi_mean_reversion: it acts where a second RSI, written here, says that it must. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "play.h"

/* Wilder's index at each bar, from running sums S <- S - S/n + x instead of means (the ratio is the
 * same), in long double. -1 before bar n. */
static long double *rsi_of(const struct series *s, size_t n) {
    long double *rsi = malloc(s->count * sizeof *rsi), gains = 0.0L, losses = 0.0L;
    cr_assert(rsi);
    rsi[0] = -1.0L;
    for (size_t i = 1; i < s->count; i++) {
        long double move = (long double)s->bars[i].close - (long double)s->bars[i - 1].close;
        if (i > n) {
            gains -= gains / (long double)n;
            losses -= losses / (long double)n;
        }
        *(move > 0.0L ? &gains : &losses) += fabsl(move);
        long double all = gains + losses;
        rsi[i] = i < n ? -1.0L : all > 0.0L ? 100.0L * gains / all : 50.0L;
    }
    return rsi;
}

/* The rules: in under `low` when flat, out over `high` when not. */
static struct acts expected_acts(const struct series *s, size_t n, long double low,
                                 long double high) {
    struct acts acts = {0};
    long double *rsi = rsi_of(s, n);
    bool is_in = false;
    for (size_t i = n; i < s->count; i++) {
        if (is_in ? rsi[i] > high : rsi[i] < low) {
            acts_push(&acts, (struct act){.at = i, .direction = is_in ? -1 : 1, .closes = is_in});
            is_in = !is_in;
        }
    }
    free(rsi);
    return acts;
}

static size_t check(struct series series, int64_t period, double low, double high) {
    struct qs_test *t = qs_test_create(qs_schema());
    cr_assert_eq(qs_test_set_int(t, "rsi_period", period), 0);
    cr_assert_eq(qs_test_set_float(t, "oversold", low), 0);
    cr_assert_eq(qs_test_set_float(t, "overbought", high), 0);
    struct acts found = play(t, &series);
    struct acts expected =
        expected_acts(&series, (size_t)period, (long double)low, (long double)high);
    acts_compare(&found, &expected);
    for (size_t i = 0; i < found.count; i++) {
        const struct act *act = &found.list[i];
        cr_assert_str_eq(act->tag, act->closes ? "overbought" : "oversold");
        if (!act->closes) /* 95 % of equity at the close that it saw */
            cr_assert_float_eq(act->units * act->close, 0.95 * act->equity, 1e-9 * act->equity);
    }
    size_t count = found.count;
    acts_fini(&found);
    acts_fini(&expected);
    qs_test_destroy(&t);
    series_fini(&series);
    return count;
}

Test(rsi_mean_reversion, has_the_defaults_of_its_name) {
    const struct qs_strategy *schema = qs_schema();
    cr_assert_str_eq(schema->id, "rsi_mean_reversion");
    cr_assert_eq(schema->inputs[0].i[0], 14);
    cr_assert_eq(schema->inputs[1].f[0], 30.0);
    cr_assert_eq(schema->inputs[2].f[0], 70.0);
}

Test(rsi_mean_reversion, trades_a_walk_where_a_second_rsi_says_so) {
    size_t count = 0;
    for (uint64_t seed = 1; seed <= 20; seed++)
        count += check(series_walk(seed, 3000), 14, 30.0, 70.0);
    cr_assert_gt(count, 400);
}

Test(rsi_mean_reversion, follows_its_inputs) {
    cr_assert_gt(check(series_walk(7, 2000), 3, 20.0, 80.0), 50);
    cr_assert_gt(check(series_walk(8, 2000), 5, 40.0, 55.0), 50);
    cr_assert_eq(check(series_walk(9, 2000), 14, 0.0, 100.0), 0);
}

Test(rsi_mean_reversion, trades_real_bars_where_a_second_rsi_says_so) {
    cr_assert_gt(check(series_read("goog_1d.csv", QS_TEST_DAY, 5000), 14, 30.0, 70.0), 10);
    cr_assert_gt(check(series_read("eurusd_1h.csv", QS_TEST_HOUR, 6000), 14, 30.0, 70.0), 40);
    cr_assert_gt(check(series_read("btcusd_1h.csv", QS_TEST_HOUR, 21000), 14, 30.0, 70.0), 100);
}

Test(rsi_mean_reversion, says_why_and_shows_the_index) {
    struct qs_test *t = qs_test_create(qs_schema());
    cr_assert_eq(qs_test_warm_up(t, 0), 15);
    for (int i = 0; i < 15; i++) /* fourteen falls and no rise: 0 */
        qs_test_close(t, 100.0 - i);
    cr_assert_eq(qs_test_intent_count(t), 1);
    cr_assert_str_eq(qs_test_note(t, "reason"), "oversold: RSI 0.0");
    cr_assert_eq(qs_test_plot(t, "rsi"), 0.0);
    cr_assert_eq(qs_test_variable(t, "current_rsi"), 0.0);
    cr_assert_float_eq(qs_test_intent(t, 0)->units, 95000.0 / 86.0, 1e-9);
    qs_test_destroy(&t);
}

Test(rsi_mean_reversion, an_exit_sells_all_and_never_more) {
    struct qs_test *t = qs_test_create(qs_schema());
    for (int i = 0; i < 15; i++)
        qs_test_close(t, 100.0 - i);
    qs_test_fill(t, qs_test_intent(t, 0)->number, 86.0, 1.0);
    double held = qs_held_of(qs_test_ctx(t), 0);
    for (int i = 1; i < 60; i++)
        if (qs_test_close(t, 86.0 + 3.0 * i) == 1)
            break;
    const struct qs_seen_intent *leave = qs_test_intent(t, 0);
    cr_assert(leave && leave->side == QS_SELL && leave->flags == QS_REDUCE_ONLY);
    cr_assert_eq(leave->units, held);
    qs_test_destroy(&t);
}

Test(rsi_mean_reversion, asks_again_after_a_refusal) {
    struct qs_test *t = qs_test_create(qs_schema());
    for (int i = 0; i < 15; i++)
        qs_test_close(t, 100.0 - i);
    qs_test_end_order(t, qs_test_intent(t, 0)->number, QS_ORDER_REJECTED, "insufficient_cash");
    cr_assert_eq(qs_test_close(t, 85.0), 1);
    qs_test_destroy(&t);
}

Test(rsi_mean_reversion, refuses_levels_the_wrong_way_round) {
    struct qs_test *t = qs_test_create(qs_schema());
    qs_test_set_float(t, "oversold", 80.0);
    cr_assert_lt(qs_test_start(t), 0);
    cr_assert(qs_test_logged(t, "oversold (80) must be less than overbought (70)"));
    qs_test_destroy(&t);
}
