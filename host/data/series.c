/* Opening has two ways to the same columns, the file and its column file; all the rest is common.
 */
#include "data/series.h"

#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/time.h"
#include "data/column_cache.h"
#include "data/csv.h"
#include "data/series_name.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "bars are hashed as they lie in memory");

/* What owns the columns of `all`. */
struct series_memory {
    struct csv_bars csv;
    int64_t *ends; /* the other end of each bar */
    struct column_file cached;
};

static void free_memory(struct series_memory *memory) {
    csv_bars_fini(&memory->csv);
    mem_free(memory->ends);
    column_file_close(&memory->cached);
    mem_free(memory);
}

/* The timeframe as said or as named by the file; *ret_known false when neither is. */
static int find_timeframe(const struct series_spec *spec, struct timeframe *ret, bool *ret_known,
                          struct err *err) {
    if (spec->timeframe != NULL && !timeframe_parse(spec->timeframe, ret))
        return err_set(err, ERR_USAGE,
                       "%s: timeframe: %s: none (write it like 30s, 5m, 4h, 1d, 1w or 1mo)",
                       spec->path, spec->timeframe);
    *ret_known = spec->timeframe != NULL || series_name_timeframe(spec->path, ret);
    return 0;
}

/* The stamps of memory->csv get their other ends, and `all` its columns. */
static int take_rows(struct series *series, bool is_known, struct err *err) {
    struct csv_bars *csv = &series->memory->csv;
    int error = 0;
    if (!is_known)
        error = timeframe_infer(series->path, csv->time, csv->count, &series->timeframe, err);
    if (error == 0)
        error = timeframe_check(series->path, &series->timeframe, csv->time, csv->count, err);
    if (error != 0)
        return error;
    int64_t *ends = mem_alloc((size_t)csv->count * sizeof(int64_t));
    timeframe_other_ends(&series->timeframe, series->stamp, csv->time, csv->count, ends);
    series->memory->ends = ends;
    bool is_open = series->stamp == BAR_STAMP_OPEN;
    series->all = (struct bar_columns){.open_time = is_open ? csv->time : ends,
                                       .close_time = is_open ? ends : csv->time,
                                       .open = csv->open,
                                       .high = csv->high,
                                       .low = csv->low,
                                       .close = csv->close,
                                       .volume = csv->volume,
                                       .count = csv->count};
    series->inferred = !is_known;
    series->synthetic = csv->synthetic;
    series->source_hash = csv->hash;
    series->all_hash = series_hash_bars(&series->all);
    return 0;
}

static bool take_cached(struct series *series, const struct column_key *key) {
    struct column_file *cached = &series->memory->cached;
    if (!column_cache_find(key, cached))
        return false;
    series->all = cached->columns;
    series->timeframe = cached->facts.timeframe;
    series->inferred = cached->facts.inferred;
    series->synthetic = cached->facts.synthetic;
    series->source_hash = cached->facts.source_hash;
    series->all_hash = cached->facts.columns_hash;
    series->cached = true;
    return true;
}

/* From the cache or the file; what came from the file goes into the cache. */
static int load(struct series *series, bool is_known, bool no_cache, struct err *err) {
    char asked[sizeof(series->timeframe.name)] = ""; /* a copy: the cache fills in the timeframe */
    if (is_known)
        memcpy(asked, series->timeframe.name, sizeof(asked));
    struct column_key key = {series->path, series->stamp, asked};
    if (!no_cache && take_cached(series, &key))
        return 0;
    struct source_identity before, after;
    bool is_identified = source_identify(series->path, &before);
    int error = csv_read(series->path, NULL, &series->memory->csv, err);
    if (error == 0)
        error = take_rows(series, is_known, err);
    if (error != 0)
        return error;
    if (no_cache || !is_identified || !source_identify(series->path, &after) ||
        !source_identity_eq(&before, &after))
        return 0;
    struct column_facts facts = {series->timeframe, series->inferred, series->synthetic,
                                 series->source_hash, series->all_hash};
    column_cache_store(&key, &before, &facts, &series->all);
    return 0;
}

/* The first place whose time is not before `time`. */
static int64_t lower_bound(const int64_t *times, int64_t count, int64_t time) {
    int64_t begin = 0, end = count;
    while (begin < end) {
        int64_t middle = begin + (end - begin) / 2;
        if (times[middle] < time)
            begin = middle + 1;
        else
            end = middle;
    }
    return begin;
}

static int cut_range(struct series *series, int64_t start, int64_t end, struct err *err) {
    struct bar_columns all = series->all;
    int64_t from = 0, to = all.count;
    if (start != 0 || end != 0) {
        from = lower_bound(all.open_time, all.count, start);
        to = lower_bound(all.open_time, all.count, end);
    }
    if (from >= to) {
        char texts[4][TIME_ISO_MAX];
        int64_t times[4] = {start, end, all.open_time[0], all.open_time[all.count - 1]};
        for (int i = 0; i < 4; i++)
            time_format_iso(texts[i], sizeof(texts[i]), times[i]);
        return err_set(
            err, ERR_USAGE,
            "%s: range: %s to %s: no bars in it (the file has %s to %s; the end does not "
            "count)",
            series->path, texts[0], texts[1], texts[2], texts[3]);
    }
    series->bars = (struct bar_columns){.open_time = all.open_time + from,
                                        .close_time = all.close_time + from,
                                        .open = all.open + from,
                                        .high = all.high + from,
                                        .low = all.low + from,
                                        .close = all.close + from,
                                        .volume = all.volume + from,
                                        .count = to - from};
    series->first_line = csv_line_of(from);
    return 0;
}

static int name_symbol(struct series *series, const char *symbol, struct err *err) {
    if (symbol == NULL)
        return series_name_symbol(series->path, series->synthetic, series->symbol, err);
    if (!series_name_is_symbol(symbol))
        return err_set(err, ERR_USAGE,
                       "%s: symbol: \"%s\": none (1 to %d letters, digits and signs)", series->path,
                       symbol, SYMBOL_MAX - 1);
    CHECK(str_copy_fixed(series->symbol, sizeof(series->symbol), symbol));
    return 0;
}

static struct series *create(const struct series_spec *spec) {
    struct series *series = mem_zalloc(1, sizeof(*series));
    series->path = mem_strdup(spec->path);
    series->stamp = spec->stamp;
    series->memory = mem_zalloc(1, sizeof(*series->memory));
    series->share_count = 1;
    return series;
}

/* What comes after the columns are there; closes the series on failure. */
static int finish(struct series *series, const struct series_spec *spec, int error,
                  struct series **ret, struct err *err) {
    if (error == 0)
        error = name_symbol(series, spec->symbol, err);
    if (error == 0)
        error = cut_range(series, spec->start, spec->end, err);
    if (error != 0) {
        series_close(&series);
        return error;
    }
    series->bars_hash = series->bars.count == series->all.count ? series->all_hash
                                                                : series_hash_bars(&series->bars);
    *ret = series;
    return 0;
}

int series_open(const struct series_spec *spec, struct series **ret, struct err *err) {
    struct series *series = create(spec);
    bool is_known = false;
    int error = find_timeframe(spec, &series->timeframe, &is_known, err);
    if (error == 0)
        error = load(series, is_known, spec->no_cache, err);
    return finish(series, spec, error, ret, err);
}

int series_adopt(struct csv_bars *bars, const struct series_spec *spec, struct series **ret,
                 struct err *err) {
    CHECK(bars->count > 0);
    struct series *series = create(spec);
    series->memory->csv = *bars;
    *bars = (struct csv_bars){0};
    bool is_known = false;
    int error = find_timeframe(spec, &series->timeframe, &is_known, err);
    if (error == 0)
        error = take_rows(series, is_known, err);
    series->source_hash = series->all_hash;
    return finish(series, spec, error, ret, err);
}

struct series *series_share(struct series *series) {
    CHECK(series->share_count > 0);
    series->share_count++;
    return series;
}

void series_close(struct series **series) {
    struct series *closing = *series;
    *series = NULL;
    if (closing == NULL)
        return;
    CHECK(closing->share_count > 0);
    if (--closing->share_count > 0)
        return;
    free_memory(closing->memory);
    mem_free(closing->path);
    mem_free(closing);
}

struct feed series_feed(const struct series *series) {
    struct feed feed = {.timeframe = series->timeframe.ns, .bars = series->bars};
    CHECK(str_copy_fixed(feed.symbol, sizeof(feed.symbol), series->symbol));
    CHECK(str_copy_fixed(feed.timeframe_name, sizeof(feed.timeframe_name), series->timeframe.name));
    return feed;
}

struct hash128 series_hash_bars(const struct bar_columns *bars) {
    const void *columns[] = {bars->open_time, bars->close_time, bars->open,  bars->high,
                             bars->low,       bars->close,      bars->volume};
    struct xxh128_state *state = hash128_create();
    for (size_t i = 0; i < ARRAY_LEN(columns); i++)
        hash128_update(state, columns[i], (size_t)bars->count * sizeof(double));
    struct hash128 hash = hash128_digest(state);
    hash128_destroy(&state);
    return hash;
}
