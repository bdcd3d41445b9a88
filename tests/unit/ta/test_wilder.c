#include "unit/ta/series.h"

Test(wilder, rsi_by_hand) {
    /* n = 2, changes +1 -1 +2 -1: G 1/2, 1/2+(2-1/2)/2 = 5/4, 5/8; L 1/2, 1/4, 1/4+(1-1/4)/2 = 5/8
     */
    const double x[] = {1.0, 2.0, 1.0, 3.0, 2.0};
    double rsi[5];
    run_values((struct ta_spec){.kind = TA_RSI, .n = {2}}, x, 5, 0, rsi);
    ASSERT_COLUMN(rsi, NAN, NAN, 50.0, 250.0 / 3.0, 50.0);
}

Test(wilder, rsi_is_50_when_flat_100_without_losses_and_0_without_gains) {
    double flat[60], rising[60], falling[60], rsi[60];
    for (int i = 0; i < 60; i++) {
        flat[i] = 1e-5;
        rising[i] = 1e-5 + 1e-7 * i * i;
        falling[i] = 100.0 - 1.3 * i;
    }
    struct ta_spec spec = {.kind = TA_RSI, .n = {14}};
    run_values(spec, flat, 60, 0, rsi);
    for (int i = 0; i < 60; i++)
        cr_assert(i < 14 ? isnan(rsi[i]) : rsi[i] == 50.0);
    run_values(spec, rising, 60, 0, rsi);
    for (int i = 14; i < 60; i++)
        cr_assert_eq(rsi[i], 100.0);
    run_values(spec, falling, 60, 0, rsi);
    for (int i = 14; i < 60; i++)
        cr_assert_eq(rsi[i], 0.0);
}

Test(wilder, rsi_stays_undefined_after_a_nan) {
    const double inside[] = {NAN, 1.0, 2.0, 1.0, NAN, 2.0, 3.0};
    const double in_seed[] = {NAN, 1.0, NAN, 2.0, 1.0, 2.0, 3.0};
    double rsi[7];
    run_values((struct ta_spec){.kind = TA_RSI, .n = {2}}, inside, 7, 0, rsi);
    ASSERT_COLUMN(rsi, NAN, NAN, NAN, 50.0, NAN, NAN, NAN);
    run_values((struct ta_spec){.kind = TA_RSI, .n = {2}}, in_seed, 7, 0, rsi);
    ASSERT_COLUMN(rsi, NAN, NAN, NAN, NAN, NAN, NAN, NAN);
}

static void run_bars(struct ta_spec spec, const double (*bars)[TA_FIELD_COUNT], int64_t n,
                     double (*ret)[TA_OUT_MAX]) {
    void *state = state_new(&spec);
    for (int64_t i = 0; i < n; i++)
        ta_push(spec.kind)(state, bars[i], ret[i]);
    free(state);
}

Test(wilder, atr_by_hand_with_gaps_and_without_the_range_of_the_first_bar) {
    /* TR: 12-9 = 3 (high to previous close 9), 10-4 = 6 (previous close to low), 5-4 = 1.
     * n = 2: (3+6)/2, 4.5+(1-4.5)/2. The first bar's own range of 50 does not count. */
    static const double bars[][TA_FIELD_COUNT] = {
        {9, 50, 0, 9, NAN}, {11, 12, 10, 10, NAN}, {5, 6, 4, 5, NAN}, {5, 5, 4, 4, NAN}};
    double out[4][TA_OUT_MAX];
    run_bars((struct ta_spec){.kind = TA_ATR, .n = {2}}, bars, 4, out);
    cr_assert(isnan(out[0][0]) && isnan(out[1][0]));
    cr_assert_eq(out[2][0], 4.5);
    cr_assert_eq(out[3][0], 2.75);
}

Test(wilder, adx_by_hand) {
    /* n = 1, alpha 1. Bar 1: up 2, down -1: +DM 2, TR 12-9 = 3. Bar 2: up -3, down 4: -DM 4,
     * TR 11-6 = 5. Bar 3: up 1, down 1: neither; TR 10-6 = 4. Without movement pdi = mdi = DX = 0.
     */
    static const double bars[][TA_FIELD_COUNT] = {
        {9, 10, 8, 9, 0}, {11, 12, 9, 11, 0}, {8, 9, 5 + 1, 6, 0}, {8, 10, 5, 8, 0}};
    double out[4][TA_OUT_MAX];
    run_bars((struct ta_spec){.kind = TA_ADX, .n = {1}}, bars, 4, out);
    const double pdi[] = {NAN, 200.0 / 3.0, 0.0, 0.0};
    const double mdi[] = {NAN, 0.0, 300.0 / 5.0, 0.0};
    const double adx[] = {NAN, 100.0, 100.0, 0.0};
    for (int i = 0; i < 4; i++) {
        ASSERT_NEAR(out[i][1], pdi[i], 1e-14, 0.0, "pdi at %d", i);
        ASSERT_NEAR(out[i][2], mdi[i], 1e-14, 0.0, "mdi at %d", i);
        ASSERT_NEAR(out[i][0], adx[i], 1e-14, 0.0, "adx at %d", i);
    }
}

Test(wilder, adx_of_a_flat_series_is_zero) {
    struct series s;
    struct outputs o;
    series_init(&s, 100);
    outputs_init(&o, s.n);
    for (int f = 0; f < TA_FIELD_COUNT; f++)
        for (int64_t i = 0; i < s.n; i++)
            s.col[f][i] = 1.1;
    run_stream(&(struct ta_spec){.kind = TA_ADX, .n = {14}}, &s, &o);
    for (int64_t i = 0; i < s.n; i++) {
        cr_assert(i < 27 ? isnan(o.out[0][i]) : o.out[0][i] == 0.0);
        cr_assert(i < 14 ? isnan(o.out[1][i]) : o.out[1][i] == 0.0 && o.out[2][i] == 0.0);
    }
    outputs_fini(&o);
    series_fini(&s);
}

/* wilder(x, n) of indicators_README.md over x[first ..], in long double; ret[i] belongs to x[i]. */
static void naive_wilder(const double *x, int64_t first, int64_t count, int32_t n, double *ret) {
    long double mean = 0.0L;
    for (int64_t i = 0; i < count; i++) {
        int64_t place = i - first;
        if (place >= 0 && place < n)
            mean += x[i] / (long double)n;
        else if (place >= n)
            mean += (x[i] - mean) / n;
        ret[i] = place < n - 1 ? NAN : (double)mean;
    }
}

enum { G, L, TR, PLUS, MINUS, DX, MEAN, SECOND, THIRD, COLUMNS };

static void naive_movements(const struct series *s, double **c) {
    const double *high = s->col[TA_HIGH], *low = s->col[TA_LOW], *close = s->col[TA_CLOSE];
    for (int64_t i = 1; i < s->n; i++) {
        double change = close[i] - close[i - 1];
        double up = high[i] - high[i - 1], down = low[i - 1] - low[i];
        c[G][i] = fmax(change, 0.0);
        c[L][i] = fmax(-change, 0.0);
        c[TR][i] =
            fmax(high[i] - low[i], fmax(fabs(high[i] - close[i - 1]), fabs(low[i] - close[i - 1])));
        c[PLUS][i] = up > down ? fmax(up, 0.0) : 0.0;
        c[MINUS][i] = down > up ? fmax(down, 0.0) : 0.0;
    }
}

static void agrees_with_definition(const struct series *s, int32_t n, double **c) {
    struct outputs o;
    outputs_init(&o, s->n);
    naive_wilder(c[G], 1, s->n, n, c[MEAN]);
    naive_wilder(c[L], 1, s->n, n, c[SECOND]);
    run_stream(&(struct ta_spec){.kind = TA_RSI, .n = {n}}, s, &o);
    for (int64_t i = 0; i < s->n; i++)
        ASSERT_NEAR(o.out[0][i], 100.0 * c[MEAN][i] / (c[MEAN][i] + c[SECOND][i]), 1e-9, 1e-3,
                    "rsi n %d at %lld", n, (long long)i);
    naive_wilder(c[TR], 1, s->n, n, c[MEAN]);
    run_stream(&(struct ta_spec){.kind = TA_ATR, .n = {n}}, s, &o);
    for (int64_t i = 0; i < s->n; i++)
        ASSERT_NEAR(o.out[0][i], c[MEAN][i], 1e-12, 0.0, "atr n %d at %lld", n, (long long)i);
    naive_wilder(c[PLUS], 1, s->n, n, c[SECOND]);
    naive_wilder(c[MINUS], 1, s->n, n, c[THIRD]);
    run_stream(&(struct ta_spec){.kind = TA_ADX, .n = {n}}, s, &o);
    for (int64_t i = 0; i < s->n; i++) {
        double pdi = 100.0 * c[SECOND][i] / c[MEAN][i], mdi = 100.0 * c[THIRD][i] / c[MEAN][i];
        ASSERT_NEAR(o.out[1][i], pdi, 1e-9, 1e-3, "pdi n %d at %lld", n, (long long)i);
        ASSERT_NEAR(o.out[2][i], mdi, 1e-9, 1e-3, "mdi n %d at %lld", n, (long long)i);
        c[DX][i] = pdi + mdi == 0.0 ? 0.0 : 100.0 * fabs(pdi - mdi) / (pdi + mdi);
    }
    naive_wilder(c[DX], n, s->n, n, c[MEAN]);
    for (int64_t i = 0; i < s->n; i++)
        ASSERT_NEAR(o.out[0][i], c[MEAN][i], 1e-9, 1e-3, "adx n %d at %lld", n, (long long)i);
    outputs_fini(&o);
}

Test(wilder, all_agree_with_the_definition_on_random_bars) {
    static const int32_t periods[] = {2, 3, 14, 50, 300};
    struct series s;
    double *c[COLUMNS];
    series_random(&s, 3000, 91);
    for (int j = 0; j < COLUMNS; j++)
        c[j] = column_new(s.n);
    naive_movements(&s, c);
    for (size_t p = 0; p < ARRAY_LEN(periods); p++)
        agrees_with_definition(&s, periods[p], c);
    for (int j = 0; j < COLUMNS; j++)
        free(c[j]);
    series_fini(&s);
}

static void dies_at(const struct ta_spec *spec, const struct series *s, int64_t bad) {
    struct outputs o;
    outputs_init(&o, s->n);
    run_stream(spec, s, &o);
    for (int j = 0; j < ta_info(spec->kind)->out_count; j++)
        for (int64_t i = 0; i < s->n; i++)
            cr_assert_eq(!isnan(o.out[j][i]), i < bad && i >= ta_lookback(spec, j),
                         "%s output %d at %lld", ta_info(spec->kind)->name, j, (long long)i);
    outputs_fini(&o);
}

Test(wilder, atr_and_adx_stay_undefined_after_a_bad_bar) {
    static const enum ta_field fields[] = {TA_HIGH, TA_LOW, TA_CLOSE};
    for (size_t f = 0; f < ARRAY_LEN(fields); f++)
        for (int32_t n = 1; n < 4; n++)
            for (int64_t bad = 1; bad < 20; bad++)
                for (int flat = 0; flat < 2; flat++) {
                    struct series s;
                    series_random(&s, 40, 92);
                    for (int64_t i = 0; flat && i < s.n; i++)
                        s.col[TA_HIGH][i] = s.col[TA_LOW][i] = s.col[TA_CLOSE][i] = 1.1;
                    s.col[fields[f]][bad] = bad % 2 ? NAN : INFINITY;
                    dies_at(&(struct ta_spec){.kind = TA_ATR, .n = {n}}, &s, bad);
                    dies_at(&(struct ta_spec){.kind = TA_ADX, .n = {n}}, &s, bad);
                    series_fini(&s);
                }
}
