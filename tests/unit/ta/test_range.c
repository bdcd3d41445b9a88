#include "unit/ta/series.h"

Test(range, highest_and_lowest_by_hand) {
    const double x[] = {3.0, 1.0, 2.0, 5.0, 4.0, 0.0, 1.0};
    double high[7], low[7];
    run_values((struct ta_spec){.kind = TA_HIGHEST, .n = {3}}, x, 7, 0, high);
    run_values((struct ta_spec){.kind = TA_LOWEST, .n = {3}}, x, 7, 0, low);
    ASSERT_COLUMN(high, NAN, NAN, 3.0, 5.0, 5.0, 5.0, 4.0);
    ASSERT_COLUMN(low, NAN, NAN, 1.0, 1.0, 2.0, 0.0, 0.0);
}

static double naive_extreme(const double *x, int64_t i, int32_t n, int sign) {
    double best = x[i];
    for (int32_t j = 1; j < n; j++)
        if (sign * x[i - j] > sign * best)
            best = x[i - j];
    return best;
}

Test(range, highest_and_lowest_agree_with_a_search_of_the_window) {
    static const int32_t periods[] = {1, 2, 3, 20, 511, 512, 513, 1024, 1300};
    struct series s;
    struct outputs high, low;
    series_random(&s, 4000, 71);
    outputs_init(&high, s.n);
    outputs_init(&low, s.n);
    const double *x = s.col[TA_CLOSE];
    for (size_t p = 0; p < ARRAY_LEN(periods); p++) {
        run_stream(&(struct ta_spec){.kind = TA_HIGHEST, .n = {periods[p]}}, &s, &high);
        run_stream(&(struct ta_spec){.kind = TA_LOWEST, .n = {periods[p]}}, &s, &low);
        for (int64_t i = periods[p] - 1; i < s.n; i++) {
            cr_assert_eq(high.out[0][i], naive_extreme(x, i, periods[p], 1));
            cr_assert_eq(low.out[0][i], naive_extreme(x, i, periods[p], -1));
        }
    }
    outputs_fini(&high);
    outputs_fini(&low);
    series_fini(&s);
}

Test(range, extremes_are_undefined_while_the_window_holds_no_number) {
    const double x[] = {NAN, 9.0, 8.0, INFINITY, 1.0, 2.0, 1.0};
    double high[7];
    run_values((struct ta_spec){.kind = TA_HIGHEST, .n = {2}}, x, 7, 0, high);
    ASSERT_COLUMN(high, NAN, NAN, 9.0, NAN, NAN, 2.0, 2.0);
}

static void run_bars(struct ta_spec spec, const double (*bars)[TA_FIELD_COUNT], int64_t n,
                     double (*ret)[TA_OUT_MAX]) {
    void *state = state_new(&spec);
    for (int64_t i = 0; i < n; i++)
        ta_push(spec.kind)(state, bars[i], ret[i]);
    free(state);
}

Test(range, stochastic_by_hand) {
    /* Two bars: HH 10 12 12 12, LL 6 6 8 8; k: (9-6)/4, (12-6)/6, (8-8)/4, (11-8)/4.
     * d: means of two k; slow d: means of two d. */
    static const double bars[][TA_FIELD_COUNT] = {
        {7, 9, 7, 8, 0}, {8, 10, 6, 9, 0}, {9, 12, 8, 12, 0}, {12, 12, 8, 8, 0}, {8, 11, 9, 11, 0},
    };
    double out[5][TA_OUT_MAX];
    run_bars((struct ta_spec){.kind = TA_STOCHASTIC, .n = {2, 2, 2}}, bars, 5, out);
    const double k[] = {NAN, 75.0, 100.0, 0.0, 75.0};
    const double d[] = {NAN, NAN, 87.5, 50.0, 37.5};
    const double slow[] = {NAN, NAN, NAN, 68.75, 43.75};
    for (int i = 0; i < 5; i++) {
        ASSERT_NEAR(out[i][0], k[i], 1e-14, 0.0, "k at %d", i);
        ASSERT_NEAR(out[i][1], d[i], 1e-14, 0.0, "d at %d", i);
        ASSERT_NEAR(out[i][2], slow[i], 1e-14, 0.0, "slow d at %d", i);
    }
}

Test(range, stochastic_is_zero_where_the_range_is_empty) {
    static const double bars[][TA_FIELD_COUNT] = {
        {7, 7, 7, 7, 1}, {7, 7, 7, 7, 1}, {7, 7, 7, 7, 1}};
    double out[3][TA_OUT_MAX];
    run_bars((struct ta_spec){.kind = TA_STOCHASTIC, .n = {2, 1, 2}}, bars, 3, out);
    cr_assert(isnan(out[0][0]));
    cr_assert_eq(out[1][0], 0.0);
    cr_assert_eq(out[2][2], 0.0);
}

Test(range, stochastic_agrees_with_the_definition_on_random_bars) {
    static const int32_t periods[][3] = {{14, 3, 3}, {1, 1, 1}, {5, 600, 2}, {700, 3, 513}};
    struct series s;
    struct outputs o;
    series_random(&s, 3000, 72);
    outputs_init(&o, s.n);
    for (size_t p = 0; p < ARRAY_LEN(periods); p++) {
        const int32_t *n = periods[p];
        run_stream(&(struct ta_spec){.kind = TA_STOCHASTIC, .n = {n[0], n[1], n[2]}}, &s, &o);
        for (int64_t i = n[0] - 1; i < s.n; i++) {
            double hh = naive_extreme(s.col[TA_HIGH], i, n[0], 1);
            double ll = naive_extreme(s.col[TA_LOW], i, n[0], -1);
            ASSERT_NEAR(o.out[0][i], 100.0 * (s.col[TA_CLOSE][i] - ll) / (hh - ll), 1e-13, 0.0,
                        "k at %lld", (long long)i);
            for (int32_t d = 0, first = n[0] - 1; d < 2; d++) {
                long double sum = 0.0L;
                first += n[1 + d] - 1;
                if (i < first)
                    break;
                for (int32_t j = 0; j < n[1 + d]; j++)
                    sum += o.out[d][i - j];
                ASSERT_NEAR(o.out[1 + d][i], (double)(sum / n[1 + d]), 1e-14, 0.0, "d%d at %lld", d,
                            (long long)i);
            }
        }
    }
    outputs_fini(&o);
    series_fini(&s);
}

/* An inner bad bar: k is undefined for n bars, d for as many more as it looks back. */
Test(range, stochastic_recovers_after_a_bad_bar_with_the_lookback_of_the_start) {
    struct series s;
    struct outputs o;
    series_random(&s, 100, 73);
    outputs_init(&o, s.n);
    s.col[TA_LOW][50] = NAN;
    struct ta_spec spec = {.kind = TA_STOCHASTIC, .n = {5, 3, 4}};
    run_stream(&spec, &s, &o);
    for (int j = 0; j < 3; j++)
        for (int64_t i = 0; i < s.n; i++) {
            int64_t since = i < 50 ? i : i - 51;
            cr_assert_eq(!isnan(o.out[j][i]), since >= ta_lookback(&spec, j), "%d at %lld", j,
                         (long long)i);
        }
    outputs_fini(&o);
    series_fini(&s);
}

Test(range, roc_by_hand) {
    const double x[] = {100.0, 50.0, 110.0, 75.0, 0.0, 75.0, 8.0};
    double roc[7];
    run_values((struct ta_spec){.kind = TA_ROC, .n = {2}}, x, 7, 0, roc);
    ASSERT_NEAR(roc[2], 10.0, 1e-13, 0.0, "110 / 100");
    cr_assert(isnan(roc[0]) && isnan(roc[1]));
    ASSERT_COLUMN(roc + 3, 50.0, -100.0, 0.0, NAN); /* 75/50, 0/110, 75/75, 8/0 */
}

Test(range, roc_is_undefined_only_where_one_of_its_two_values_is) {
    const double x[] = {NAN, NAN, 1.0, NAN, 2.0, 4.0, INFINITY, 8.0, 4.0};
    double roc[9];
    run_values((struct ta_spec){.kind = TA_ROC, .n = {2}}, x, 9, 0, roc);
    ASSERT_COLUMN(roc, NAN, NAN, NAN, NAN, 100.0, NAN, NAN, 100.0, NAN);
}

Test(range, roc_agrees_with_the_definition_on_random_values) {
    struct series s;
    struct outputs o;
    series_random(&s, 2000, 74);
    outputs_init(&o, s.n);
    for (int32_t n = 1; n < 1500; n = 3 * n + 1) {
        run_stream(&(struct ta_spec){.kind = TA_ROC, .n = {n}}, &s, &o);
        for (int64_t i = n; i < s.n; i++) {
            long double now = s.col[TA_CLOSE][i], then = s.col[TA_CLOSE][i - n];
            ASSERT_NEAR(o.out[0][i], (double)(100.0L * (now - then) / then), 1e-9, 1e-4,
                        "n %d at %lld", n, (long long)i);
        }
    }
    outputs_fini(&o);
    series_fini(&s);
}
