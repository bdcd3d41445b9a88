/* data/synth: the walk is the described one, and what is written says that it is invented. */
#include <criterion/criterion.h>
#include <math.h>

#include "base/time.h"
#include "data/csv.h"
#include "data/series.h"
#include "data/synth.h"
#include "data_files.h"

static struct csv_bars made(struct synth_spec spec) {
    struct csv_bars bars;
    struct err err;
    cr_assert_eq(synth_make(&spec, &bars, &err), 0, "%s", err.text);
    cr_assert_eq(bars.count, spec.bars);
    cr_assert(bars.synthetic);
    return bars;
}

/* Printed by synth_walk.py, the same walk written in Python. */
Test(synth, is_the_walk_of_a_second_implementation) {
    static const struct {
        int seed;
        int64_t i, day;
        double open, high, low, close, volume;
    } expected[] = {{1, 0, 0, 100.0, 101.64, 99.95, 101.64, 622690},
                    {1, 1, 1, 101.64, 101.64, 100.34, 100.34, 81040},
                    {1, 500, 500, 82.03, 83.39, 82.03, 83.36, 179031},
                    {1, 999, 999, 74.81, 74.92, 74.36, 74.48, 259688},
                    {7, 0, 0, 50.0, 51.765625, 49.71875, 50.59375, 863091},
                    {7, 1, 1, 50.59375, 51.390625, 50.1875, 51.0, 658878},
                    {7, 500, 819, 17.546875, 18.140625, 17.546875, 17.875, 620031},
                    {7, 999, 1581, 18.40625, 18.40625, 17.578125, 17.578125, 470930},
                    {3, 0, 0, 100.0, 131.14, 100.0, 131.14, 283448},
                    {3, 1, 1, 131.14, 150.51, 108.36, 121.33, 722920},
                    {3, 2000, 2000, 171.82, 210.1, 162.14, 180.07, 743446},
                    {3, 3999, 3999, 33.07, 38.43, 31.0, 31.0, 736223}};
    struct synth_spec specs[8] = {
        [1] = synth_defaults(), [7] = synth_defaults(), [3] = synth_defaults()};
    specs[7].seed = 7, specs[7].price = 50, specs[7].volatility = 0.03, specs[7].grid = 64;
    specs[7].gap_chance = 0.05, specs[7].zero_volume_chance = 0.1;
    specs[3].seed = 3, specs[3].bars = 4000, specs[3].volatility = 0.25;
    for (size_t k = 0; k < sizeof(expected) / sizeof(expected[0]); k++) {
        struct csv_bars bars = made(specs[expected[k].seed]);
        int64_t i = expected[k].i;
        cr_expect_eq(bars.time[i],
                     time_from_civil(2020, 1, 1, 0, 0, 0, 0) + expected[k].day * TIME_DAY);
        cr_expect_eq(bars.open[i], expected[k].open);
        cr_expect_eq(bars.high[i], expected[k].high);
        cr_expect_eq(bars.low[i], expected[k].low);
        cr_expect_eq(bars.close[i], expected[k].close);
        cr_expect_eq(bars.volume[i], expected[k].volume);
        csv_bars_fini(&bars);
    }
}

Test(synth, bars_are_bars_on_the_grid_and_in_the_band) {
    struct synth_spec spec = synth_defaults();
    spec.bars = 100000;
    cr_assert(timeframe_parse("1m", &spec.timeframe));
    spec.grid = 64;
    spec.volatility = 0.2;
    struct csv_bars bars = made(spec);
    for (int64_t i = 0; i < bars.count; i++) {
        cr_assert(bars.low[i] <= bars.open[i] && bars.open[i] <= bars.high[i]);
        cr_assert(bars.low[i] <= bars.close[i] && bars.close[i] <= bars.high[i]);
        cr_assert(bars.low[i] >= 2 - 1.0 / 64 && bars.high[i] <= 5000 + 1.0 / 64);
        cr_assert_eq(bars.high[i] * 64, floor(bars.high[i] * 64));
        cr_assert_eq(bars.low[i] * 64, floor(bars.low[i] * 64));
        if (i > 0)
            cr_assert_eq(bars.open[i], bars.close[i - 1]);
    }
    csv_bars_fini(&bars);
}

/* The logarithm of a bar's return has (nearly) no mean and the deviation that was asked for. */
Test(synth, returns_have_the_volatility_asked_for) {
    struct synth_spec spec = synth_defaults();
    spec.bars = 20000;
    spec.price = 100000;
    struct csv_bars bars = made(spec);
    double sum = 0, squares = 0;
    for (int64_t i = 0; i < bars.count; i++) {
        double r = log(bars.close[i] / bars.open[i]);
        sum += r;
        squares += r * r;
    }
    double n = (double)bars.count;
    cr_expect_lt(fabs(sum / n), 4 * 0.01 / sqrt(n)); /* four standard errors */
    cr_expect_lt(fabs(sqrt(squares / n) - 0.01), 4 * 0.01 / sqrt(2 * n));
    csv_bars_fini(&bars);
}

Test(synth, gaps_and_empty_bars_come_as_often_as_asked) {
    struct synth_spec spec = synth_defaults();
    spec.bars = 20000;
    spec.gap_chance = 0.1;
    spec.zero_volume_chance = 0.2;
    cr_assert(timeframe_parse("1m", &spec.timeframe));
    struct csv_bars bars = made(spec);
    int gaps = 0, empty = 0;
    for (int64_t i = 0; i < bars.count; i++) {
        if (i > 0) {
            int64_t step = (bars.time[i] - bars.time[i - 1]) / TIME_MINUTE;
            cr_assert(step >= 1 && step <= 21 &&
                      (bars.time[i] - bars.time[i - 1]) % TIME_MINUTE == 0);
            gaps += step > 1;
        }
        empty += bars.volume[i] == 0;
        if (bars.volume[i] == 0)
            cr_assert_eq(bars.low[i], bars.high[i]);
    }
    /* binomial: n p within four of sqrt(n p (1 - p)) */
    cr_expect_lt(abs(gaps - 2000), 4 * sqrt(20000 * 0.1 * 0.9));
    cr_expect_lt(abs(empty - 4000), 4 * sqrt(20000 * 0.2 * 0.8));
    csv_bars_fini(&bars);
}

Test(synth, what_is_written_reads_back_and_says_what_it_is) {
    const char *folder = new_folder();
    struct synth_spec spec = synth_defaults();
    spec.seed = 42;
    spec.bars = 100;
    spec.gap_chance = 0.02;
    cr_assert(timeframe_parse("1mo", &spec.timeframe));
    struct csv_bars bars = made(spec);
    struct str name = {0};
    char path[256];
    synth_name(&spec, &name);
    cr_expect_str_eq(str_text(&name), "synthetic_seed42_1mo.csv");
    snprintf(path, sizeof(path), "%s/%s", folder, str_text(&name));
    str_fini(&name);
    FILE *file = fopen(path, "w");
    struct err err;
    cr_assert_eq(synth_write(&bars, file, &err), 0);
    fclose(file);
    struct series_spec series_spec = {.path = path, .no_cache = true};
    struct series *series;
    cr_assert_eq(series_open(&series_spec, &series, &err), 0, "%s", err.text);
    cr_expect(series->synthetic);
    cr_expect_str_eq(series->symbol, "SYNTHETIC_SEED42");
    cr_expect_str_eq(series->timeframe.name, "1mo");
    cr_assert_eq(series->bars.count, bars.count);
    size_t size = (size_t)bars.count * sizeof(double);
    cr_expect_arr_eq(series->bars.open_time, bars.time, size);
    cr_expect_arr_eq(series->bars.open, bars.open, size);
    cr_expect_arr_eq(series->bars.high, bars.high, size);
    cr_expect_arr_eq(series->bars.low, bars.low, size);
    cr_expect_arr_eq(series->bars.close, bars.close, size);
    cr_expect_arr_eq(series->bars.volume, bars.volume, size);
    /* and the rows in memory make the same series */
    struct series *adopted;
    cr_assert_eq(series_adopt(&bars, &series_spec, &adopted, &err), 0, "%s", err.text);
    cr_expect_eq(bars.count, 0);
    cr_expect(adopted->synthetic);
    cr_expect_str_eq(adopted->symbol, "SYNTHETIC_SEED42");
    cr_expect(hash128_eq(adopted->bars_hash, series->bars_hash));
    series_close(&adopted);
    series_close(&series);
    remove_folder(folder);
}

Test(synth, refuses_what_cannot_be) {
    struct csv_bars bars = {.count = -3};
    struct err err;
    struct synth_spec spec = synth_defaults();
    spec.bars = 0;
    cr_expect_eq(synth_make(&spec, &bars, &err), ERR_USAGE);
    cr_expect_str_eq(err.text, "synth: bars: 0: not 1 to 1000000000");
    spec = synth_defaults();
    spec.volatility = NAN;
    cr_expect_eq(synth_make(&spec, &bars, &err), ERR_USAGE);
    cr_expect_str_eq(err.text, "synth: volatility: nan: not 0 to 0.25");
    spec = synth_defaults();
    spec.price = 1;
    cr_expect_eq(synth_make(&spec, &bars, &err), ERR_USAGE);
    spec = synth_defaults();
    spec.gap_chance = 1.5;
    cr_expect_eq(synth_make(&spec, &bars, &err), ERR_USAGE);
    spec = synth_defaults();
    spec.bars = 1000000;
    cr_expect_eq(synth_make(&spec, &bars, &err), ERR_USAGE);
    cr_expect_str_eq(err.text,
                     "synth: bars: 1000000 of 1d: may end after 2261 (fewer or shorter ones)");
    cr_expect_eq(bars.count, -3);
}
