#include "unit/ta/series.h"

/* Expected values: the arithmetic beside them. */
Test(moving, sma_of_three_by_hand) {
    const double x[] = {1.0, 2.0, 3.0, 5.0, 10.0};
    double sma[5];
    run_values((struct ta_spec){.kind = TA_SMA, .n = {3}}, x, 5, 0, sma);
    ASSERT_COLUMN(sma, NAN, NAN, 6.0 / 3.0, 10.0 / 3.0, 18.0 / 3.0);
}

Test(moving, ema_of_three_starts_with_the_mean_of_three) {
    const double x[] = {1.0, 2.0, 6.0, 5.0, 0.0}; /* alpha 2/4: 3, 3+(5-3)/2, 4+(0-4)/2 */
    double ema[5];
    run_values((struct ta_spec){.kind = TA_EMA, .n = {3}}, x, 5, 0, ema);
    ASSERT_COLUMN(ema, NAN, NAN, 3.0, 4.0, 2.0);
}

Test(moving, ema_seeded_with_the_first_value) {
    const double x[] = {NAN, 4.0, 2.0, 6.0, 5.0}; /* 4, 4+(2-4)/2, 3+(6-3)/2, 4.5+(5-4.5)/2 */
    double ema[5];
    run_values((struct ta_spec){.kind = TA_EMA, .n = {3}, .seed = TA_SEED_FIRST}, x, 5, 0, ema);
    ASSERT_COLUMN(ema, NAN, 4.0, 3.0, 4.5, 4.75);
}

Test(moving, wma_of_three_weighs_the_newest_most) {
    const double x[] = {1.0, 2.0, 4.0, 0.0, 3.0, 3.0};
    double wma[6];
    run_values((struct ta_spec){.kind = TA_WMA, .n = {3}}, x, 6, 0, wma);
    ASSERT_COLUMN(wma, NAN, NAN, (1.0 + 4.0 + 12.0) / 6.0, (2.0 + 8.0 + 0.0) / 6.0,
                  (4.0 + 0.0 + 9.0) / 6.0, (0.0 + 6.0 + 9.0) / 6.0);
}

Test(moving, macd_by_hand) {
    /* fast 1: the values. slow 2, alpha 2/3: 1.5, 1.5+2.5*2/3 = 19/6, 19/6+(29/6)*2/3 = 115/18.
     * line: 1/2, 5/6, 29/18; signal 2: mean 2/3, then 2/3 + (29/18-12/18)*2/3 = 35/27. */
    const double x[] = {1.0, 2.0, 4.0, 8.0};
    double line[4], signal[4], hist[4];
    struct ta_spec spec = {.kind = TA_MACD, .n = {1, 2, 2}};
    run_values(spec, x, 4, 0, line);
    run_values(spec, x, 4, 1, signal);
    run_values(spec, x, 4, 2, hist);
    ASSERT_COLUMN(line, NAN, 0.5, 5.0 / 6.0, 29.0 / 18.0);
    ASSERT_COLUMN(signal, NAN, NAN, 2.0 / 3.0, 35.0 / 27.0);
    ASSERT_COLUMN(hist, NAN, NAN, 1.0 / 6.0, 17.0 / 54.0);
}

Test(moving, macd_seeded_with_the_first_value_starts_at_zero) {
    const double x[] = {3.0, 6.0}; /* fast 1: 6; slow 2: 3+3*2/3 = 5; signal 3: 0+1*2/4 */
    double line[2], signal[2];
    struct ta_spec spec = {.kind = TA_MACD, .n = {1, 2, 3}, .seed = TA_SEED_FIRST};
    run_values(spec, x, 2, 0, line);
    run_values(spec, x, 2, 1, signal);
    ASSERT_COLUMN(line, 0.0, 1.0);
    ASSERT_COLUMN(signal, 0.0, 0.5);
}

/* Straight from the definition, in long double: mean with equal or with rising weights. */
static double naive_mean(const double *x, int64_t i, int32_t n, int weighted) {
    long double sum = 0.0L, weights = 0.0L;
    for (int32_t j = 0; j < n; j++) {
        long double weight = weighted ? n - j : 1;
        sum += weight * x[i - j];
        weights += weight;
    }
    return (double)(sum / weights);
}

static void naive_ema(const double *x, int64_t n, int32_t period, double *ret) {
    long double alpha = 2.0L / (period + 1), ema = 0.0L;
    for (int64_t i = 0; i < n; i++) {
        ema = i < period - 1    ? 0.0L
              : i == period - 1 ? naive_mean(x, i, period, 0)
                                : x[i] * alpha + ema * (1.0L - alpha);
        ret[i] = i < period - 1 ? NAN : (double)ema;
    }
}

Test(moving, means_agree_with_the_definition_on_random_values) {
    static const int32_t periods[] = {1, 2, 3, 7, 20, 200, 511, 512, 513, 1100, 1537};
    struct series s;
    struct outputs o;
    series_random(&s, 6000, 51);
    outputs_init(&o, s.n);
    const double *x = s.col[TA_CLOSE];
    for (size_t p = 0; p < ARRAY_LEN(periods); p++)
        for (int weighted = 0; weighted < 2; weighted++) {
            int32_t n = periods[p];
            struct ta_spec spec = {.kind = weighted ? TA_WMA : TA_SMA, .n = {n}};
            run_stream(&spec, &s, &o);
            for (int64_t i = n - 1; i < s.n; i++)
                ASSERT_NEAR(o.out[0][i], naive_mean(x, i, n, weighted), 4e-15, 0.0,
                            "weighted %d n %d at %lld", weighted, n, (long long)i);
        }
    outputs_fini(&o);
    series_fini(&s);
}

Test(moving, ema_and_macd_agree_with_the_definition_on_random_values) {
    struct series s;
    struct outputs o, fast, slow;
    series_random(&s, 3000, 52);
    outputs_init(&o, s.n);
    outputs_init(&fast, s.n);
    outputs_init(&slow, s.n);
    const double *x = s.col[TA_CLOSE];
    naive_ema(x, s.n, 12, fast.out[0]);
    naive_ema(x, s.n, 600, slow.out[0]);
    run_stream(&(struct ta_spec){.kind = TA_EMA, .n = {600}}, &s, &o);
    for (int64_t i = 0; i < s.n; i++)
        ASSERT_NEAR(o.out[0][i], slow.out[0][i], 1e-12, 0.0, "ema at %lld", (long long)i);
    for (int64_t i = 0; i < s.n; i++)
        slow.out[1][i] = fast.out[0][i] - slow.out[0][i];
    naive_ema(slow.out[1] + 599, s.n - 599, 9, slow.out[2]);
    run_stream(&(struct ta_spec){.kind = TA_MACD, .n = {12, 600, 9}}, &s, &o);
    for (int64_t i = 599; i < s.n; i++) {
        ASSERT_NEAR(o.out[0][i], slow.out[1][i], 1e-9, 1e-3, "line at %lld", (long long)i);
        ASSERT_NEAR(o.out[1][i], slow.out[2][i - 599], 1e-9, 1e-3, "signal at %lld", (long long)i);
    }
    outputs_fini(&o);
    outputs_fini(&fast);
    outputs_fini(&slow);
    series_fini(&s);
}

Test(moving, windows_are_undefined_while_they_hold_no_number) {
    static const int32_t kinds[] = {TA_SMA, TA_WMA};
    static const double bad[] = {NAN, INFINITY, -1e200};
    for (size_t k = 0; k < ARRAY_LEN(kinds); k++)
        for (size_t b = 0; b < ARRAY_LEN(bad); b++) {
            const double x[] = {NAN, 5.0, 5.0, bad[b], 3.0, 3.0, 3.0, 3.0};
            double mean[8];
            run_values((struct ta_spec){.kind = kinds[k], .n = {2}}, x, 8, 0, mean);
            ASSERT_COLUMN(mean, NAN, NAN, 5.0, NAN, NAN, 3.0, 3.0, 3.0);
        }
}

Test(moving, recursive_means_stay_undefined_after_a_nan) {
    static const double inside[] = {NAN, 1.0, 1.0, 1.0, 1.0, NAN, 1.0, 1.0};
    static const double in_seed[] = {NAN, 1.0, NAN, 1.0, 1.0, 1.0, 1.0, 1.0};
    double out[8];
    run_values((struct ta_spec){.kind = TA_EMA, .n = {2}}, inside, 8, 0, out);
    ASSERT_COLUMN(out, NAN, NAN, 1.0, 1.0, 1.0, NAN, NAN, NAN);
    run_values((struct ta_spec){.kind = TA_EMA, .n = {2}}, in_seed, 8, 0, out);
    ASSERT_COLUMN(out, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN);
    run_values((struct ta_spec){.kind = TA_MACD, .n = {1, 2, 1}}, inside, 8, 1, out);
    ASSERT_COLUMN(out, NAN, NAN, 0.0, 0.0, 0.0, NAN, NAN, NAN);
}

/* The exact sum of 20 prices is twice that of the 10 which repeat, so the two means are one. */
Test(moving, means_of_repeating_prices_tie_exactly) {
    uint64_t seed = 53;
    double x[400], ten[400], twenty[400];
    for (int i = 0; i < 400; i++)
        x[i] = i % 100 < 10 ? (double)(random_u64(&seed) % 100000) / 100.0 : x[i - 10];
    run_values((struct ta_spec){.kind = TA_SMA, .n = {10}}, x, 400, 0, ten);
    run_values((struct ta_spec){.kind = TA_SMA, .n = {20}}, x, 400, 0, twenty);
    for (int i = 0; i < 400; i++)
        if (i % 100 >= 19)
            cr_assert(same_bits(ten[i], twenty[i]), "at %d: %a %a", i, ten[i], twenty[i]);
}

Test(moving, an_absurd_value_leaves_no_trace_once_it_has_left_the_window) {
    double x[200], mean[200];
    static const int32_t kinds[] = {TA_SMA, TA_WMA};
    for (int i = 0; i < 200; i++)
        x[i] = 1e-5 * (1.0 + i % 7);
    x[77] = 3e140;
    for (size_t k = 0; k < ARRAY_LEN(kinds); k++) {
        run_values((struct ta_spec){.kind = kinds[k], .n = {10}}, x, 200, 0, mean);
        for (int i = 87; i < 200; i++)
            ASSERT_NEAR(mean[i], naive_mean(x, i, 10, kinds[k] == TA_WMA), 1e-14, 0.0, "at %d", i);
    }
}

/* Ten million values, and the last windows are as exact as the first. */
Test(moving, sma_and_wma_do_not_drift_over_ten_million_values, .timeout = 120) {
    enum { PERIOD = 50, LAST = 10000000 };
    static const int32_t kinds[] = {TA_SMA, TA_WMA};
    for (size_t k = 0; k < ARRAY_LEN(kinds); k++) {
        struct ta_spec spec = {.kind = kinds[k], .n = {PERIOD}};
        double tail[PERIOD], mean = NAN;
        uint64_t seed = 54;
        void *state = state_new(&spec);
        for (int64_t i = 0; i < LAST; i++) {
            double x = 30000.0 + 1000.0 * random_unit(&seed);
            ta_push(spec.kind)(state, &x, &mean);
            if (i >= LAST - PERIOD)
                tail[i - (LAST - PERIOD)] = x;
        }
        ASSERT_NEAR(mean, naive_mean(tail, PERIOD - 1, PERIOD, kinds[k] == TA_WMA), 1e-15, 0.0,
                    "kind %d", kinds[k]);
        free(state);
    }
}
