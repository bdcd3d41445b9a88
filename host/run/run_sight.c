#include "run/run_sight.h"

#include <stdio.h>

#include "data/series.h"
#include "run/stored_run.h"

#define KINDS                                                                                      \
    (RUN_READER_KIND(JOURNAL_PLOT) | RUN_READER_KIND(JOURNAL_VARIABLE) |                           \
     RUN_READER_KIND(JOURNAL_NOTE) | RUN_READER_KIND(JOURNAL_EQUITY) |                             \
     RUN_READER_KIND(JOURNAL_LEDGER) | RUN_READER_KIND(JOURNAL_FILL) |                             \
     RUN_READER_KIND(JOURNAL_ALLOCATION))

static int collect(struct db *db, int64_t run, int64_t strategy, int64_t from, int64_t time,
                   struct compare_sight *ret, struct err *err) {
    struct record_source source = {0};
    int r = stored_source_open(db, run, KINDS, from, time, &source, err);
    if (r < 0)
        return r;
    r = sight_collect(&source, strategy, -1, time, ret, err);
    stored_source_close(&source);
    return r;
}

/* The place of the bar that closed at time, or -1. */
static int64_t bar_at(const struct bar_columns *bars, int64_t time) {
    int64_t low = 0, high = bars->count - 1;
    while (low <= high) {
        int64_t middle = low + (high - low) / 2;
        if (bars->close_time[middle] == time)
            return middle;
        if (bars->close_time[middle] < time)
            low = middle + 1;
        else
            high = middle - 1;
    }
    return -1;
}

/* Of the first file that has a bar there. Data that is gone by now is no error: the record says
 * enough without it. */
static void find_bar(const struct run_conf *conf, int64_t time, struct compare_sight *ret) {
    for (size_t i = 0; i < conf->data_count && !ret->has_bar; i++) {
        const struct data_conf *d = &conf->data[i];
        struct series *series = NULL;
        struct err ignored;
        struct series_spec spec = {.path = d->file,
                                   .symbol = d->symbol[0] ? d->symbol : NULL,
                                   .timeframe = d->timeframe[0] ? d->timeframe : NULL,
                                   .stamp = d->stamp == DATA_STAMP_CLOSE ? BAR_STAMP_CLOSE
                                                                         : BAR_STAMP_OPEN};
        if (series_open(&spec, &series, &ignored) < 0)
            continue;
        const struct bar_columns *b = &series->bars;
        int64_t at = bar_at(b, time);
        char feed[sizeof ret->feed];
        snprintf(feed, sizeof feed, "%.40s %.16s", series->symbol, series->timeframe.name);
        if (at >= 0)
            sight_set_bar(ret, feed, b->open[at], b->high[at], b->low[at], b->close[at],
                          b->volume[at]);
        series_close(&series);
    }
}

int run_sight_read(struct db *db, int64_t run, const struct run_conf *conf, int64_t strategy,
                   int64_t time, struct compare_sight *ret, struct err *err) {
    int r = 0;
    if (strategy >= 0)
        r = collect(db, run, strategy, time, time, ret, err);
    if (r == 0 && strategy >= 0 && !ret->has_account) { /* recorded every N bars only */
        compare_sight_fini(ret);
        r = collect(db, run, strategy, INT64_MIN, time, ret, err);
    }
    if (r == 0 && conf)
        find_bar(conf, time, ret);
    return r;
}
