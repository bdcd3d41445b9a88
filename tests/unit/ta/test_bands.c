#include "unit/ta/series.h"

Test(bands, stddev_by_hand) {
    /* mean 5, squares of the distances 9 1 1 1 0 0 4 16 = 32, / 8 = 4, root 2 */
    const double x[] = {2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0};
    double sd[8];
    run_values((struct ta_spec){.kind = TA_STDDEV, .n = {8}}, x, 8, 0, sd);
    ASSERT_COLUMN(sd, NAN, NAN, NAN, NAN, NAN, NAN, NAN, 2.0);
    run_values((struct ta_spec){.kind = TA_STDDEV, .n = {2}}, x, 8, 0, sd); /* half the distance */
    ASSERT_COLUMN(sd, NAN, 1.0, 0.0, 0.0, 0.5, 0.0, 1.0, 1.0);
}

Test(bands, lie_k_deviations_around_the_mean) {
    const double x[] = {2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0};
    double mid[8], up[8], low[8];
    struct ta_spec spec = {.kind = TA_BBANDS, .n = {8}, .k = 2.5};
    run_values(spec, x, 8, 0, mid);
    run_values(spec, x, 8, 1, up);
    run_values(spec, x, 8, 2, low);
    cr_assert_eq(mid[7], 5.0);
    cr_assert_eq(up[7], 10.0);
    cr_assert_eq(low[7], 0.0);
    cr_assert(isnan(mid[6]) && isnan(up[6]) && isnan(low[6]));
}

Test(bands, the_middle_has_the_bits_of_the_sma) {
    struct series s;
    struct outputs bands, sma;
    series_random(&s, 3000, 61);
    outputs_init(&bands, s.n);
    outputs_init(&sma, s.n);
    for (int32_t n = 1; n < 1000; n = 3 * n + 1) {
        run_stream(&(struct ta_spec){.kind = TA_BBANDS, .n = {n}, .k = 2.0}, &s, &bands);
        run_stream(&(struct ta_spec){.kind = TA_SMA, .n = {n}}, &s, &sma);
        for (int64_t i = 0; i < s.n; i++)
            cr_assert(same_bits(bands.out[0][i], sma.out[0][i]), "n %d at %lld", n, (long long)i);
    }
    outputs_fini(&bands);
    outputs_fini(&sma);
    series_fini(&s);
}

Test(bands, a_flat_series_has_no_spread_at_any_price) {
    static const double prices[] = {0.0, 1.0715, -3.3, 1e9 + 0.1, 1e-7, 123456789.123};
    double x[100], sd[100];
    for (size_t p = 0; p < ARRAY_LEN(prices); p++) {
        for (int i = 0; i < 100; i++)
            x[i] = prices[p];
        run_values((struct ta_spec){.kind = TA_STDDEV, .n = {7}}, x, 100, 0, sd);
        for (int i = 6; i < 100; i++)
            cr_assert_eq(sd[i], 0.0);
    }
}

/* Two passes in long double: the mean, then the squares of the distances to it. */
static double naive_stddev(const double *x, int64_t i, int32_t n) {
    long double mean = 0.0L, squares = 0.0L;
    for (int32_t j = 0; j < n; j++)
        mean += x[i - j];
    mean /= n;
    for (int32_t j = 0; j < n; j++)
        squares += (x[i - j] - mean) * (x[i - j] - mean);
    return (double)sqrtl(squares / n);
}

static void agrees_with_two_passes(const double *x, int64_t count, int32_t n, int64_t step,
                                   const char *what) {
    double *sd = column_new(count);
    run_values((struct ta_spec){.kind = TA_STDDEV, .n = {n}}, x, count, 0, sd);
    for (int64_t i = n - 1; i < count; i += step)
        ASSERT_NEAR(sd[i], naive_stddev(x, i, n), 1e-9, 0.0, "%s n %d at %lld", what, n,
                    (long long)i);
    free(sd);
}

Test(bands, stddev_agrees_with_two_passes_on_random_values) {
    static const int32_t periods[] = {2, 3, 20, 511, 512, 513, 1300};
    struct series s;
    series_random(&s, 4000, 62);
    for (size_t p = 0; p < ARRAY_LEN(periods); p++)
        agrees_with_two_passes(s.col[TA_CLOSE], s.n, periods[p], 1, "random");
    series_fini(&s);
}

Test(bands, stddev_does_not_cancel_at_large_prices) {
    static const double noises[] = {1.0, 1e-2, 1e-5};
    enum { COUNT = 3000 };
    double *x = column_new(COUNT);
    for (size_t k = 0; k < ARRAY_LEN(noises); k++) {
        uint64_t seed = 63;
        for (int i = 0; i < COUNT; i++)
            x[i] = 1e9 + noises[k] * random_unit(&seed);
        agrees_with_two_passes(x, COUNT, 20, 1, "large price");
        agrees_with_two_passes(x, COUNT, 600, 1, "large price");
    }
    free(x);
}

/* One value far off, anywhere in the lap: inside the window it dominates, outside it is gone. */
Test(bands, stddev_survives_a_far_off_value_at_any_place_of_the_window) {
    enum { N = 10, COUNT = 60 };
    double x[COUNT];
    for (int place = N; place < 3 * N; place++) {
        uint64_t seed = 64;
        for (int i = 0; i < COUNT; i++)
            x[i] = 1.0 + 1e-6 * random_unit(&seed);
        x[place] = 1e12;
        agrees_with_two_passes(x, COUNT, N, 1, "far off");
    }
}

/* The last value of the first lap is the base of the second: all distances are one large number,
 * whose square is added fifty thousand times, and all of it must cancel but one part in fifty
 * thousand. Sums that are not compensated fail here. */
Test(bands, stddev_of_a_long_window_survives_a_base_that_is_far_off) {
    enum { N = 50000, COUNT = 3 * N };
    double *x = column_new(COUNT);
    for (int i = 0; i < COUNT; i++)
        x[i] = 0.1;
    x[N - 1] = 1e6 / 7.0;
    agrees_with_two_passes(x, 2 * N - 1, N, 2503, "far-off base");
    free(x);
}

Test(bands, are_undefined_while_the_window_holds_no_number) {
    const double x[] = {NAN, 1.0, 3.0, NAN, 5.0, 9.0, 9.0, INFINITY, 2.0, 2.0};
    double sd[10];
    run_values((struct ta_spec){.kind = TA_STDDEV, .n = {2}}, x, 10, 0, sd);
    ASSERT_COLUMN(sd, NAN, NAN, 1.0, NAN, NAN, 2.0, 0.0, NAN, NAN, 0.0);
}
