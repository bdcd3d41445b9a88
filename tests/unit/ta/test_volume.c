#include "unit/ta/series.h"

/* Bars whose high, low and close are one price. */
static void run_prices(struct ta_spec spec, const double *price, const double *volume, int64_t n,
                       double *ret) {
    void *state = state_new(&spec);
    for (int64_t i = 0; i < n; i++) {
        double bar[TA_FIELD_COUNT] = {price[i], price[i], price[i], price[i], volume[i]};
        ta_push(spec.kind)(state, bar, &ret[i]);
    }
    free(state);
}

Test(volume, obv_adds_on_a_rise_and_takes_on_a_fall) {
    const double price[] = {5.0, 6.0, 6.0, 4.0, 7.0};
    const double volume[] = {100.0, 10.0, 1000.0, 30.0, 5.0};
    double obv[5];
    run_prices((struct ta_spec){.kind = TA_OBV}, price, volume, 5, obv);
    ASSERT_COLUMN(obv, 0.0, 10.0, 10.0, -20.0, -15.0);
}

Test(volume, obv_stays_undefined_after_a_bad_bar) {
    const double price[] = {NAN, 5.0, 6.0, 6.0, 7.0, 8.0};
    const double volume[] = {100.0, 1.0, 10.0, NAN, 30.0, 5.0};
    double obv[6];
    run_prices((struct ta_spec){.kind = TA_OBV}, price, volume, 6, obv);
    ASSERT_COLUMN(obv, NAN, 0.0, 10.0, NAN, NAN, NAN);
}

/* Up 0.1 and down 0.1 in turn, ten million times: no rounding piles up. */
Test(volume, obv_does_not_drift, .timeout = 60) {
    struct ta_spec spec = {.kind = TA_OBV};
    void *state = state_new(&spec);
    double obv = NAN;
    for (int64_t i = 0; i < 10000001; i++) {
        double bar[TA_FIELD_COUNT] = {1.0, 1.0, 1.0, 1.0 + (double)(i % 2), i < 2 ? 1e9 : 0.1};
        ta_push(TA_OBV)(state, bar, &obv);
    }
    /* bar 1 added 1e9; of bars 2 to 10000000 every even one took 0.1, every odd one added it:
     * 5000000 against 4999999 */
    ASSERT_NEAR(obv, 1e9 - 0.1, 1e-16, 0.0, "the end");
    free(state);
}

Test(volume, volume_sma_by_hand) {
    const double price[] = {1.0, 1.0, NAN, 1.0, 1.0}; /* the price is not read */
    const double volume[] = {NAN, 4.0, 8.0, 0.0, 1.0};
    double mean[5];
    run_prices((struct ta_spec){.kind = TA_VOLUME_SMA, .n = {2}}, price, volume, 5, mean);
    ASSERT_COLUMN(mean, NAN, NAN, 6.0, 4.0, 0.5);
}

Test(volume, volume_sma_of_untraded_bars_is_exactly_zero) {
    double price[500], volume[500], mean[500];
    uint64_t seed = 81;
    for (int i = 0; i < 500; i++) {
        price[i] = 1.0;
        volume[i] = i % 100 < 50 ? 1e7 * random_unit(&seed) * random_unit(&seed) : 0.0;
    }
    run_prices((struct ta_spec){.kind = TA_VOLUME_SMA, .n = {13}}, price, volume, 500, mean);
    for (int i = 12; i < 500; i++)
        cr_assert_eq(mean[i] == 0.0, i % 100 >= 62, "at %d: %g", i, mean[i]);
}

Test(volume, vwap_by_hand) {
    const double price[] = {10.0, 20.0, 40.0, 10.0};
    const double volume[] = {0.0, 1.0, 3.0, 4.0};
    double all[4], two[4];
    run_prices((struct ta_spec){.kind = TA_VWAP}, price, volume, 4, all);
    run_prices((struct ta_spec){.kind = TA_VWAP, .n = {2}}, price, volume, 4, two);
    ASSERT_COLUMN(all, NAN, 20.0, 140.0 / 4.0, 180.0 / 8.0);
    ASSERT_COLUMN(two, NAN, 20.0, 140.0 / 4.0, 160.0 / 7.0);
}

Test(volume, vwap_is_undefined_while_nothing_traded_and_comes_back) {
    const double price[] = {10.0, 20.0, 30.0, 40.0, 50.0, 60.0};
    const double volume[] = {0.3, 0.1, 0.0, 0.0, 0.2, 0.0};
    double two[6];
    run_prices((struct ta_spec){.kind = TA_VWAP, .n = {2}}, price, volume, 6, two);
    ASSERT_COLUMN(two, NAN, 12.5, 20.0, NAN, 50.0, 50.0);
}

Test(volume, vwap_after_a_bad_bar) {
    const double price[] = {NAN, 20.0, NAN, 40.0, 50.0};
    const double volume[] = {1.0, 1.0, 1.0, 1.0, 1.0};
    double all[5], two[5];
    run_prices((struct ta_spec){.kind = TA_VWAP}, price, volume, 5, all);
    run_prices((struct ta_spec){.kind = TA_VWAP, .n = {2}}, price, volume, 5, two);
    ASSERT_COLUMN(all, NAN, 20.0, NAN, NAN, NAN);
    ASSERT_COLUMN(two, NAN, NAN, NAN, NAN, 45.0);
}

static double naive_vwap(const struct series *s, int64_t from, int64_t to) {
    long double money = 0.0L, volume = 0.0L;
    for (int64_t i = from; i <= to; i++) {
        long double price = s->col[TA_HIGH][i];
        price = (price + s->col[TA_LOW][i] + s->col[TA_CLOSE][i]) / 3.0L;
        money += price * s->col[TA_VOLUME][i];
        volume += s->col[TA_VOLUME][i];
    }
    return volume == 0.0L ? NAN : (double)(money / volume);
}

Test(volume, vwap_agrees_with_the_definition_on_random_bars) {
    static const int32_t periods[] = {0, 1, 2, 20, 512, 513, 1100};
    struct series s;
    struct outputs o;
    series_random(&s, 2500, 82);
    outputs_init(&o, s.n);
    for (size_t p = 0; p < ARRAY_LEN(periods); p++) {
        int32_t n = periods[p];
        run_stream(&(struct ta_spec){.kind = TA_VWAP, .n = {n}}, &s, &o);
        for (int64_t i = n ? n - 1 : 0; i < s.n; i++)
            ASSERT_NEAR(o.out[0][i], naive_vwap(&s, n ? i + 1 - n : 0, i), 1e-14, 0.0,
                        "n %d at %lld", n, (long long)i);
    }
    outputs_fini(&o);
    series_fini(&s);
}

Test(volume, vwap_of_one_price_is_that_price) {
    double price[300], volume[300], vwap[300];
    uint64_t seed = 83;
    for (int i = 0; i < 300; i++) {
        price[i] = 1.0715;
        volume[i] = 1.0 + 1e5 * random_unit(&seed);
    }
    for (int32_t n = 0; n < 12; n += 11) {
        run_prices((struct ta_spec){.kind = TA_VWAP, .n = {n}}, price, volume, 300, vwap);
        for (int i = n; i < 300; i++)
            cr_assert_eq(vwap[i], (1.0715 + 1.0715 + 1.0715) / 3.0);
    }
}

Test(volume, vwap_is_undefined_where_volumes_cancel) {
    const double price[] = {10.0, 20.0, 30.0};
    const double volume[] = {1.0, -1.0, 1.0};
    double all[3], two[3];
    run_prices((struct ta_spec){.kind = TA_VWAP}, price, volume, 3, all);
    run_prices((struct ta_spec){.kind = TA_VWAP, .n = {2}}, price, volume, 3, two);
    ASSERT_COLUMN(all, 10.0, NAN, 20.0); /* (10 - 20 + 30) / 1 */
    ASSERT_COLUMN(two, NAN, NAN, NAN);
}
