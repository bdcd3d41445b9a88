/* data/series and data/series_name: from a file to columns with names, ends, range and hashes. */
#include <criterion/criterion.h>

#include "base/hash.h"
#include "base/time.h"
#include "data/series.h"
#include "data/series_name.h"
#include "data_files.h"

static const char *folder;
static char path[128];

static void setup(void) {
    folder = new_folder();
    setenv("QS_CACHE", folder, 1);
    snprintf(path, sizeof(path), "%s/abc_1d.csv", folder);
    write_text(path, "time,open,high,low,close,volume\n2013-03-01,10,12,9.5,11,1000\n"
                     "2013-03-04,11,11.5,10.25,10.5,0\n2013-03-05,10.5,11,10,11,7\n");
}

static void teardown(void) { remove_folder(folder); }

TestSuite(series, .init = setup, .fini = teardown);

static int64_t day(int year, int month, int day_of_month) {
    return time_from_civil(year, month, day_of_month, 0, 0, 0, 0);
}

static struct series *opened(struct series_spec spec) {
    struct series *series = NULL;
    struct err err = {0};
    cr_assert_eq(series_open(&spec, &series, &err), 0, "%s", err.text);
    return series;
}

static void expect_refused(struct series_spec spec, int code, const char *sentence_end) {
    struct series *series = NULL;
    struct err err = {0};
    cr_assert_eq(series_open(&spec, &series, &err), code, "%s", err.text);
    cr_expect_null(series);
    cr_expect_not_null(strstr(err.text, sentence_end), "%s", err.text);
}

Test(series, takes_symbol_and_timeframe_from_the_name) {
    struct series *series = opened((struct series_spec){.path = path});
    cr_expect_str_eq(series->symbol, "ABC");
    cr_expect_str_eq(series->timeframe.name, "1d");
    cr_expect_not(series->inferred);
    cr_expect_not(series->synthetic);
    cr_expect_eq(series->bars.count, 3);
    cr_expect_eq(series->bars.open_time[1], day(2013, 3, 4));
    cr_expect_eq(series->bars.close_time[1], day(2013, 3, 5));
    cr_expect_eq(series->bars.low[1], 10.25);
    cr_expect_eq(series->bars.volume[2], 7);
    cr_expect_eq(series->first_line, 2);
    cr_expect_str_eq(series->path, path);
    struct feed feed = series_feed(series);
    cr_expect_str_eq(feed.symbol, "ABC");
    cr_expect_str_eq(feed.timeframe_name, "1d");
    cr_expect_eq(feed.timeframe, TIME_DAY);
    cr_expect_eq(feed.bars.close, series->bars.close);
    series_close(&series);
    cr_expect_null(series);
    series_close(&series);
}

Test(series, infers_the_timeframe_where_nobody_says_it) {
    char other[160];
    snprintf(other, sizeof(other), "%s/eur.usd.csv", folder);
    write_text(other, "time,open,high,low,close\n1500000000,1,1,1,1\n1500000060,1,1,1,1\n"
                      "1500000120,1,1,1,1\n1500003600,1,1,1,1\n");
    struct series *series = opened((struct series_spec){.path = other});
    cr_expect(series->inferred);
    cr_expect_str_eq(series->timeframe.name, "1m");
    cr_expect_str_eq(series->symbol, "EUR.USD");
    series_close(&series);
    series = opened((struct series_spec){.path = other, .timeframe = "30s", .symbol = "eurusd"});
    cr_expect_not(series->inferred);
    cr_expect_str_eq(series->timeframe.name, "30s");
    cr_expect_str_eq(series->symbol, "eurusd"); /* as said */
    series_close(&series);
    expect_refused(
        (struct series_spec){.path = other, .timeframe = "5m"}, ERR_FORMAT,
        "eur.usd.csv:3: time: 2017-07-14T02:41:00Z: 1m after line 2 (2017-07-14T02:40:00Z), "
        "shorter than the timeframe 5m");
}

Test(series, stamps_may_be_closes) {
    struct series *series = opened((struct series_spec){.path = path, .stamp = BAR_STAMP_CLOSE});
    cr_expect_eq(series->bars.open_time[0], day(2013, 2, 28));
    cr_expect_eq(series->bars.close_time[0], day(2013, 3, 1));
    series_close(&series);
}

Test(series, a_range_is_half_open_and_copies_nothing) {
    struct series *series = opened(
        (struct series_spec){.path = path, .start = day(2013, 3, 2), .end = day(2013, 3, 5)});
    cr_expect_eq(series->bars.count, 1);
    cr_expect_eq(series->all.count, 3);
    cr_expect_eq(series->bars.open, series->all.open + 1);
    cr_expect_eq(series->first_line, 3);
    series_close(&series);
    series = opened((struct series_spec){.path = path, .start = day(2013, 3, 1), .end = INT64_MAX});
    cr_expect_eq(series->bars.count, 3);
    series_close(&series);
    expect_refused(
        (struct series_spec){.path = path, .start = day(2014, 1, 1), .end = INT64_MAX}, ERR_USAGE,
        "no bars in it (the file has 2013-03-01T00:00:00Z to 2013-03-05T00:00:00Z; the end "
        "does not count)");
    expect_refused(
        (struct series_spec){.path = path, .start = day(2013, 3, 4), .end = day(2013, 3, 4)},
        ERR_USAGE, "range: 2013-03-04T00:00:00Z to 2013-03-04T00:00:00Z: no bars in it");
}

Test(series, hashes_are_those_of_file_and_columns) {
    struct series *series = opened((struct series_spec){.path = path});
    FILE *file = fopen(path, "rb");
    char bytes[1024];
    size_t len = fread(bytes, 1, sizeof(bytes), file);
    fclose(file);
    cr_expect(hash128_eq(series->source_hash, hash128(bytes, len)));
    double columns[7][3];
    const void *from[7] = {series->bars.open_time, series->bars.close_time, series->bars.open,
                           series->bars.high,      series->bars.low,        series->bars.close,
                           series->bars.volume};
    for (int i = 0; i < 7; i++)
        memcpy(columns[i], from[i], sizeof(columns[i]));
    cr_expect(hash128_eq(series->bars_hash, hash128(columns, sizeof(columns))));
    struct series *part =
        opened((struct series_spec){.path = path, .start = day(2013, 3, 4), .end = INT64_MAX});
    cr_expect(hash128_eq(part->source_hash, series->source_hash));
    cr_expect_not(hash128_eq(part->bars_hash, series->bars_hash));
    series_close(&part);
    series_close(&series);
}

Test(series, is_shared_until_the_last_one_closes) {
    struct series *series = opened((struct series_spec){.path = path});
    struct series *other = series_share(series);
    series_close(&series);
    cr_expect_eq(other->bars.close[2], 11);
    series_close(&other);
}

Test(series, refuses_symbols_and_timeframes_that_are_none) {
    expect_refused((struct series_spec){.path = path, .timeframe = "1y"}, ERR_USAGE,
                   "timeframe: 1y: none (write it like 30s, 5m, 4h, 1d, 1w or 1mo)");
    expect_refused((struct series_spec){.path = path, .symbol = ""}, ERR_USAGE,
                   "symbol: \"\": none");
    expect_refused((struct series_spec){.path = path, .symbol = "a b"}, ERR_USAGE,
                   "symbol: \"a b\": none");
    expect_refused((struct series_spec){.path = "/nowhere.csv"}, ERR_NOT_FOUND, "/nowhere.csv");
    char other[200];
    snprintf(other, sizeof(other), "%s/two words_1d.csv", folder);
    write_text(other, "time,open,high,low,close\n2020-01-01,1,1,1,1\n");
    expect_refused((struct series_spec){.path = other}, ERR_USAGE,
                   "symbol: two words: the file's name is none");
}

Test(series, invented_bars_are_called_so) {
    char other[160];
    snprintf(other, sizeof(other), "%s/walk_1d.csv", folder);
    write_text(other, "time,open,high,low,close,synthetic\n2020-01-01,1,1,1,1,1\n");
    struct series *series = opened((struct series_spec){.path = other});
    cr_expect(series->synthetic);
    cr_expect_str_eq(series->symbol, "SYN_WALK");
    series_close(&series);
}

Test(series, names_are_taken_apart) {
    static const struct {
        const char *path, *symbol, *timeframe;
    } cases[] = {{"goog_1d.csv", "GOOG", "1d"},
                 {"/a/b_1h/lean_spy_1h.csv", "LEAN_SPY", "1h"},
                 {"sp500-2000.csv", "SP500-2000", NULL},
                 {"UNITTEST_BTC-1m.csv", "UNITTEST_BTC", "1m"},
                 {"btcusd_1mo.csv", "BTCUSD", "1mo"},
                 {"es=f", "ES=F", NULL},
                 {"_1d.csv", "_1D", "1d"},
                 {"a.b.csv", "A.B", NULL}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char symbol[SYMBOL_MAX];
        struct timeframe timeframe;
        struct err err;
        cr_assert_eq(series_name_symbol(cases[i].path, false, symbol, &err), 0);
        cr_expect_str_eq(symbol, cases[i].symbol);
        bool found = series_name_timeframe(cases[i].path, &timeframe);
        cr_expect_eq(found, cases[i].timeframe != NULL, "%s", cases[i].path);
        if (found && cases[i].timeframe != NULL)
            cr_expect_str_eq(timeframe.name, cases[i].timeframe);
    }
}

Test(series, opens_all_shared_files_with_the_timeframe_of_their_name) {
    char file[256];
    if (!shared_file(file, sizeof(file), "goog_1d.csv"))
        cr_skip("no shared data");
    static const char *const names[] = {
        "goog_1d",        "eurusd_1h",      "btcusd_1mo",     "nvda_1d",       "orcl_1d",
        "yhoo_1d",        "fesx_1m",        "sx5e_5m",        "sx5e_1d",       "lean_spy_1d",
        "lean_qqq_1d",    "lean_iwm_1d",    "lean_eem_1d",    "lean_aapl_1d",  "lean_ibm_1d",
        "lean_bac_1d",    "lean_aig_1d",    "lean_uso_1d",    "lean_spy_1h",   "lean_aapl_1h",
        "lean_spy_1m",    "lean_ibm_1m",    "lean_bac_1m",    "lean_aig_1m",   "lean_aapl_1m",
        "lean_btcusd_1d", "btcperp_1m",     "gbpusd_bid_1m",  "gbpusd_ask_1m", "6eh4_1m",
        "eurusd_1m",      "btcusd_1h",      "spy_2019_1d",    "tlt_2019_1d",   "gld_2019_1d",
        "ief_2019_1d",    "djp_2019_1d",    "xyz_1m",         "us2019_spy_1m", "us2019_qqq_1m",
        "us2019_gld_1m",  "us2019_aapl_1m", "us2019_msft_1m", "us2019_vix_1m", "unittest_btc_1m"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        char name[64], bare[200];
        snprintf(name, sizeof(name), "%s.csv", names[i]);
        shared_file(file, sizeof(file), name);
        struct series *series = opened((struct series_spec){.path = file, .no_cache = true});
        const char *suffix = strrchr(names[i], '_') + 1;
        cr_expect_str_eq(series->timeframe.name, suffix);
        for (int64_t k = 0; k < series->bars.count; k++) {
            cr_assert_lt(series->bars.open_time[k], series->bars.close_time[k]);
            if (k > 0)
                cr_assert_lt(series->bars.close_time[k - 1], series->bars.close_time[k]);
        }
        series_close(&series);
        /* and without a name the steps say the same */
        snprintf(bare, sizeof(bare), "%s/x.csv", folder);
        unlink(bare);
        cr_assert_eq(symlink(file, bare), 0);
        series = opened((struct series_spec){.path = bare, .no_cache = true});
        cr_expect(series->inferred);
        cr_expect_str_eq(series->timeframe.name, suffix, "%s: inferred %s", names[i],
                         series->timeframe.name);
        series_close(&series);
    }
}
