/*
 * A bar is a walk of eight steps; its open is the close before, its high and low the extremes of
 * the walk. A step multiplies the price by 1 + v * z, z being twelve uniforms summed less 6 (nearly
 * normal, variance 1), and half the variance on top so that the logarithm has no drift. The price
 * is held between a fiftieth and fifty times the first one by reflection. It walks unrounded; only
 * what is written down is put on the grid, as whole steps of it.
 */
#include "data/synth.h"

#include <math.h>

#include "base/rng.h"
#include "base/time.h"

#define STEPS 8
#define BAND 50.0
#define GAP_MAX 20
#define VOLATILITY_MAX 0.25 /* a step is at most half the price then: one reflection is enough */

struct walk {
    struct rng rng;
    double price, least, most;
    double step_volatility;
    int32_t grid;
};

struct synth_spec synth_defaults(void) {
    struct synth_spec spec = {.seed = 1,
                              .bars = 1000,
                              .start = time_from_civil(2020, 1, 1, 0, 0, 0, 0),
                              .price = 100,
                              .volatility = 0.01,
                              .grid = 100};
    CHECK(timeframe_parse("1d", &spec.timeframe));
    return spec;
}

static int check_spec(const struct synth_spec *spec, struct err *err) {
    if (spec->bars < 1 || spec->bars > SYNTH_BARS_MAX)
        return err_set(err, ERR_USAGE, "synth: bars: %lld: not 1 to %lld", (long long)spec->bars,
                       (long long)SYNTH_BARS_MAX);
    if (spec->grid < 1 || spec->grid > SYNTH_GRID_MAX)
        return err_set(err, ERR_USAGE, "synth: grid: %d: not 1 to %d", spec->grid, SYNTH_GRID_MAX);
    if (!(spec->price * spec->grid >= 1000) || !(spec->price <= 1e9))
        return err_set(err, ERR_USAGE, "synth: price: %g: not 1000 steps of the grid to 1e9",
                       spec->price);
    if (!(spec->volatility >= 0 && spec->volatility <= VOLATILITY_MAX))
        return err_set(err, ERR_USAGE, "synth: volatility: %g: not 0 to %g", spec->volatility,
                       VOLATILITY_MAX);
    if (!(spec->gap_chance >= 0 && spec->gap_chance <= 1))
        return err_set(err, ERR_USAGE, "synth: gaps: %g: not a chance of 0 to 1", spec->gap_chance);
    if (!(spec->zero_volume_chance >= 0 && spec->zero_volume_chance <= 1))
        return err_set(err, ERR_USAGE, "synth: zero-volume: %g: not a chance of 0 to 1",
                       spec->zero_volume_chance);
    int64_t span, last;
    if (__builtin_mul_overflow((spec->bars + 1) * (spec->gap_chance > 0 ? GAP_MAX + 1 : 1),
                               spec->timeframe.ns, &span) ||
        __builtin_add_overflow(spec->start, span, &last) ||
        last > time_from_civil(TIME_YEAR_MAX, 1, 1, 0, 0, 0, 0))
        return err_set(err, ERR_USAGE,
                       "synth: bars: %lld of %s: may end after %d (fewer or shorter ones)",
                       (long long)spec->bars, spec->timeframe.name, TIME_YEAR_MAX);
    return 0;
}

static double draw_normal(struct rng *rng) {
    double sum = 0;
    for (int i = 0; i < 12; i++)
        sum += rng_f64(rng);
    return sum - 6;
}

static void step(struct walk *walk) {
    double v = walk->step_volatility;
    double price = walk->price * (1 + v * draw_normal(&walk->rng) + v * v / 2);
    if (price < walk->least)
        price = walk->least + (walk->least - price);
    if (price > walk->most)
        price = walk->most - (price - walk->most);
    walk->price = price;
}

/* On the grid: a whole number of steps, by one exact-as-can-be division the double that its text
 * is. */
static double on_grid(double price, int32_t grid) {
    int64_t steps = (int64_t)(price * grid + 0.5);
    return (double)max_i64(steps, 1) / grid;
}

static void walk_bar(struct walk *walk, struct csv_bars *bars, int64_t i,
                     double zero_volume_chance) {
    double open = on_grid(walk->price, walk->grid), high = open, low = open, close = open;
    double volume = 0;
    if (rng_f64(&walk->rng) >= zero_volume_chance) {
        for (int k = 0; k < STEPS; k++) {
            step(walk);
            close = on_grid(walk->price, walk->grid);
            high = close > high ? close : high;
            low = close < low ? close : low;
        }
        volume = (double)(1 + rng_below(&walk->rng, 1000000));
    }
    bars->open[i] = open;
    bars->high[i] = high;
    bars->low[i] = low;
    bars->close[i] = close;
    bars->volume[i] = volume;
}

int synth_make(const struct synth_spec *spec, struct csv_bars *ret, struct err *err) {
    int error = check_spec(spec, err);
    if (error != 0)
        return error;
    struct walk walk = {.price = spec->price,
                        .least = spec->price / BAND,
                        .most = spec->price * BAND,
                        .step_volatility = spec->volatility / sqrt(STEPS),
                        .grid = spec->grid};
    rng_seed(&walk.rng, spec->seed);
    struct csv_bars bars = {.synthetic = true};
    csv_bars_reserve(&bars, spec->bars);
    int64_t time = spec->start;
    for (int64_t i = 0; i < spec->bars; i++) {
        uint64_t steps = i == 0 ? 0 : 1;
        if (i > 0 && rng_f64(&walk.rng) < spec->gap_chance)
            steps += 1 + rng_below(&walk.rng, GAP_MAX);
        for (; steps > 0; steps--)
            timeframe_other_ends(&spec->timeframe, BAR_STAMP_OPEN, &time, 1, &time);
        bars.time[i] = time;
        walk_bar(&walk, &bars, i, spec->zero_volume_chance);
    }
    bars.count = spec->bars;
    *ret = bars;
    return 0;
}

int synth_write(const struct csv_bars *bars, FILE *file, struct err *err) {
    CHECK(bars->synthetic);
    struct str row = {0};
    str_append(&row, "time,open,high,low,close,volume,synthetic\n");
    bool is_written = true;
    for (int64_t i = 0; i < bars->count && is_written; i++) {
        char time[TIME_ISO_MAX];
        time_format_iso(time, sizeof(time), bars->time[i]);
        str_append(&row, time);
        const double values[] = {bars->open[i], bars->high[i], bars->low[i], bars->close[i],
                                 bars->volume[i]};
        for (size_t k = 0; k < ARRAY_LEN(values); k++) {
            str_append_char(&row, ',');
            str_append_f64(&row, values[k]);
        }
        str_append(&row, ",1\n");
        is_written = fwrite(row.data, 1, row.len, file) == row.len;
        str_clear(&row);
    }
    str_fini(&row);
    if (!is_written || fflush(file) != 0)
        return err_errno(err, "write", "the bars");
    return 0;
}

void synth_name(const struct synth_spec *spec, struct str *ret) {
    str_appendf(ret, "synthetic_seed%llu_%s.csv", (unsigned long long)spec->seed,
                spec->timeframe.name);
}
