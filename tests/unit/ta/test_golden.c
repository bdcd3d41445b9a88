/* The reference values of golden/indicators_*.csv, by backtrader and Tulip (indicators_README.md).
 */
#include "unit/ta/series.h"

#include "unit/ta/shared_csv.h"

enum { GOLDEN_COLUMNS = 16 };

static const struct golden {
    const char *name;
    struct ta_spec spec;
    int out;
    double absolute; /* for bands: their reference lost digits by cancellation */
} golden[GOLDEN_COLUMNS] = {
    {"sma20", {.kind = TA_SMA, .n = {20}}, 0, 0.0},
    {"ema20", {.kind = TA_EMA, .n = {20}}, 0, 0.0},
    {"rsi14", {.kind = TA_RSI, .n = {14}}, 0, 0.0},
    {"macd", {.kind = TA_MACD, .n = {12, 26, 9}}, 0, 0.0},
    {"macd_signal", {.kind = TA_MACD, .n = {12, 26, 9}}, 1, 0.0},
    {"atr14", {.kind = TA_ATR, .n = {14}}, 0, 0.0},
    {"bb_mid", {.kind = TA_BBANDS, .n = {20}, .k = 2.0}, 0, 0.0},
    {"bb_up", {.kind = TA_BBANDS, .n = {20}, .k = 2.0}, 1, 1e-9},
    {"bb_low", {.kind = TA_BBANDS, .n = {20}, .k = 2.0}, 2, 1e-9},
    {"obv", {.kind = TA_OBV}, 0, 0.0},
    {"stoch_k_fast", {.kind = TA_STOCHASTIC, .n = {14, 3, 3}}, 0, 0.0},
    {"stoch_d_fast", {.kind = TA_STOCHASTIC, .n = {14, 3, 3}}, 1, 0.0},
    {"stoch_d_slow", {.kind = TA_STOCHASTIC, .n = {14, 3, 3}}, 2, 0.0},
    {"pdi14", {.kind = TA_ADX, .n = {14}}, 1, 0.0},
    {"mdi14", {.kind = TA_ADX, .n = {14}}, 2, 0.0},
    {"adx14", {.kind = TA_ADX, .n = {14}}, 0, 0.0},
};

static void compare_column(const struct golden *g, const struct series *s, const double *want,
                           const char *file) {
    struct outputs o;
    int64_t defined = 0;
    outputs_init(&o, s->n);
    run_stream(&g->spec, s, &o);
    for (int64_t i = 0; i < s->n; i++) {
        defined += !isnan(want[i]);
        if (!isnan(want[i]) && g->absolute > 0.0)
            cr_assert(fabs(o.out[g->out][i] - want[i]) <= g->absolute, "%s %s at %lld", file,
                      g->name, (long long)i);
        else
            ASSERT_NEAR(o.out[g->out][i], want[i], 1e-9, 0.0, "%s %s at %lld", file, g->name,
                        (long long)i);
    }
    cr_assert_eq(defined, s->n - ta_lookback(&g->spec, g->out), "%s %s", file, g->name);
    outputs_fini(&o);
}

static void compare_file(const char *name) {
    struct series s;
    char golden_name[64];
    double *want[GOLDEN_COLUMNS];
    snprintf(golden_name, sizeof golden_name, "indicators_%s", name);
    for (int j = 0; j < GOLDEN_COLUMNS; j++)
        want[j] = column_new(TA_SHARED_ROWS);
    if (!shared_bars(name, &s))
        cr_skip_test("no shared data");
    int64_t rows = shared_columns("golden", golden_name, GOLDEN_COLUMNS, want, TA_SHARED_ROWS);
    if (rows < 0)
        cr_skip_test("no golden columns");
    cr_assert_eq(rows, s.n);
    for (int j = 0; j < GOLDEN_COLUMNS; j++) {
        compare_column(&golden[j], &s, want[j], name);
        free(want[j]);
    }
    series_fini(&s);
}

Test(golden, agrees_on_every_cell_of_goog_1d) { compare_file("goog_1d"); }

Test(golden, agrees_on_every_cell_of_eurusd_1h) { compare_file("eurusd_1h"); }
