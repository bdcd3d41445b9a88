#include "run/run_sight.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "conf/settings_table.h"
#include "run/run_lines.h"

#define KINDS                                                                                      \
    (RUN_READER_KIND(JOURNAL_PLOT) | RUN_READER_KIND(JOURNAL_VARIABLE) |                           \
     RUN_READER_KIND(JOURNAL_NOTE) | RUN_READER_KIND(JOURNAL_EQUITY) |                             \
     RUN_READER_KIND(JOURNAL_LEDGER))

/* ---- data ---- */

static bool is_feed(const struct series *series, const struct names *names, int32_t id) {
    const struct name_feed *feed = &names->feeds[id];
    return str_eq(series->symbol, names->symbols[feed->symbol].name) &&
           str_eq(series->timeframe.name, feed->timeframe_name);
}

void sight_data_open(const struct run_conf *conf, const struct names *names,
                     struct sight_data *ret) {
    *ret = (struct sight_data){.count = (int32_t)names->feed_count};
    ret->feeds = mem_zalloc((size_t)ret->count + 1, sizeof *ret->feeds);
    ret->series = mem_zalloc((size_t)ret->count + 1, sizeof(struct series *));
    for (size_t i = 0; i < conf->data_count; i++) {
        const struct data_conf *d = &conf->data[i];
        bool has_range = conf->has_start || conf->has_end;
        struct series_spec spec = {.path = d->file,
                                   .symbol = d->symbol[0] ? d->symbol : NULL,
                                   .timeframe = d->timeframe[0] ? d->timeframe : NULL,
                                   .stamp = d->stamp == DATA_STAMP_CLOSE ? BAR_STAMP_CLOSE
                                                                         : BAR_STAMP_OPEN,
                                   .start = !has_range        ? 0
                                            : conf->has_start ? conf->start
                                                              : INT64_MIN,
                                   .end = !has_range      ? 0
                                          : conf->has_end ? conf->end
                                                          : INT64_MAX};
        struct series *series = NULL;
        struct err ignored;
        if (series_open(&spec, &series, &ignored) < 0)
            continue;
        for (int32_t id = 0; id < ret->count && series; id++)
            if (!ret->series[id] && is_feed(series, names, id)) {
                ret->feeds[id] = series_feed(series);
                ret->series[id] = series;
                series = NULL;
            }
        series_close(&series);
    }
}

void sight_data_close(struct sight_data *data) {
    for (int32_t i = 0; i < data->count; i++)
        series_close(&data->series[i]);
    mem_free(data->feeds);
    mem_free(data->series);
    *data = (struct sight_data){0};
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

/* The first of the strategy's feeds that closes there. */
static void find_bar(const struct collector *c, int64_t strategy, const struct feed *feeds,
                     int32_t feed_count, int64_t time, struct compare_sight *ret) {
    for (int64_t i = 0; i < c->binding_count && !ret->has_bar; i++) {
        const struct j_binding *binding = &c->bindings[i];
        if (binding->strategy != strategy || binding->feed >= feed_count)
            continue;
        const struct feed *feed = &feeds[binding->feed];
        const struct bar_columns *b = &feed->bars;
        int64_t at = bar_at(b, time);
        char name[sizeof ret->feed];
        snprintf(name, sizeof name, "%.40s %.16s", feed->symbol, feed->timeframe_name);
        if (at >= 0)
            sight_set_bar(ret, name, b->open[at], b->high[at], b->low[at], b->close[at],
                          b->volume[at]);
    }
}

/* ---- records ---- */

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

int run_sight_read(struct record_source *source, struct db *db, int64_t run,
                   const struct collector *c, int64_t strategy, const struct feed *feeds,
                   int32_t feed_count, int64_t time, struct compare_sight *ret, struct err *err) {
    const char *seed = collector_setting(c, "ema_seed");
    int r = source ? sight_collect(source, strategy, -1, time, ret, err)
                   : collect(db, run, strategy, time, time, ret, err);
    if (r == 0 && !source && !ret->has_account) { /* recorded every N bars only */
        compare_sight_fini(ret);
        r = collect(db, run, strategy, INT64_MIN, time, ret, err);
    }
    if (r < 0)
        return r;
    sight_set_position(ret, c, strategy, -1, time);
    find_bar(c, strategy, feeds, feed_count, time, ret);
    run_lines_text(c, strategy, feeds, feed_count,
                   seed && str_eq(seed, "first") ? EMA_SEED_FIRST : EMA_SEED_SMA, time,
                   &ret->values);
    return 0;
}
