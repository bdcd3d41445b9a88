#include "data/inspect.h"

#include "base/time.h"

static void note(struct inspect_count *count, int64_t line) {
    if (count->count < INSPECT_SHOWN)
        count->lines[count->count] = line;
    count->count++;
}

static void note_gap(struct inspection *in, struct inspect_gap gap) {
    if (in->gap_count < INSPECT_SHOWN)
        in->gaps[in->gap_count] = gap;
    if (in->gap_count == 0 || gap.to - gap.from > in->longest.to - in->longest.from)
        in->longest = gap;
    in->gap_count++;
}

static void inspect_step(const struct series *series, int64_t i, struct inspection *in) {
    const struct bar_columns *bars = &series->bars;
    int64_t step = bars->open_time[i] - bars->open_time[i - 1];
    int64_t slack = series->timeframe.ns % TIME_DAY == 0 ? TIME_HOUR : 0;
    in->step_longest = max_i64(in->step_longest, step);
    struct inspect_gap gap = {series->first_line + i, bars->close_time[i - 1], bars->open_time[i]};
    if (gap.to - gap.from > slack)
        note_gap(in, gap);
    if (bars->open[i] >= 2 * bars->close[i - 1] || bars->open[i] * 2 <= bars->close[i - 1])
        note(&in->jumps, series->first_line + i);
}

struct inspection inspect_series(const struct series *series) {
    const struct bar_columns *bars = &series->bars;
    struct inspection in = {.rows = bars->count,
                            .first_open = bars->open_time[0],
                            .last_close = bars->close_time[bars->count - 1],
                            .low_least = bars->low[0],
                            .high_most = bars->high[0]};
    for (int64_t i = 0; i < bars->count; i++) {
        if (i > 0)
            inspect_step(series, i, &in);
        if (bars->volume[i] == 0)
            note(&in.zero_volumes, series->first_line + i);
        if (bars->high[i] == bars->low[i]) /* then open and close are that too */
            note(&in.flats, series->first_line + i);
        in.low_least = bars->low[i] < in.low_least ? bars->low[i] : in.low_least;
        in.high_most = bars->high[i] > in.high_most ? bars->high[i] : in.high_most;
    }
    return in;
}
