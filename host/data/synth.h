/*
 * data/synth.h - invented bars: a seeded random walk, the same to the last bit on every machine.
 *
 * For demos, benches and tests; it knows nothing of markets (no sessions, no clustering, no jumps)
 * and a strategy that earns on it has found a bug. Only + - * / sqrt and whole numbers are used.
 * What is written says everywhere that it is invented: a column `synthetic`, a name
 * synthetic_*.csv, and so a symbol that begins with SYN.
 */
#ifndef DATA_SYNTH_H
#define DATA_SYNTH_H

#include <stdint.h>
#include <stdio.h>

#include "base/err.h"
#include "base/str.h"
#include "data/csv_bars.h"
#include "data/timeframe.h"

#define SYNTH_BARS_MAX INT64_C(1000000000)
#define SYNTH_GRID_MAX 1000000

struct synth_spec {
    uint64_t seed;
    int64_t bars; /* 1 to SYNTH_BARS_MAX */
    struct timeframe timeframe;
    int64_t start;     /* open time of the first bar */
    double price;      /* of the first open; > 0 */
    double volatility; /* of one bar's return; 0 to 0.25 */
    int32_t grid;      /* prices are multiples of 1/grid: 100 for cents, 64 for a dyadic grid */
    double gap_chance; /* that 1 to 20 bars are left out before a bar; 0 to 1 */
    double zero_volume_chance; /* 0 to 1; such a bar is flat, as one without trades */
};

/* 1,000 daily bars from 2020-01-01 at 100, volatility 1 %, cents, no gaps. */
struct synth_spec synth_defaults(void);

/* ERR_USAGE when the spec asks for something that cannot be (the sentence names the field). */
int synth_make(const struct synth_spec *spec, struct csv_bars *ret, struct err *err) NODISCARD;

/* The bars as CSV with the column that marks them. ERR_IO when the stream refuses them. */
int synth_write(const struct csv_bars *bars, FILE *file, struct err *err) NODISCARD;

/* "synthetic_seed1_1d.csv" */
void synth_name(const struct synth_spec *spec, struct str *ret);

#endif
