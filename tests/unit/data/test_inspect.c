/* data/inspect against counts by hand and the table of shared/data/README.md. */
#include <criterion/criterion.h>
#include <math.h>

#include "base/time.h"
#include "data/inspect.h"
#include "data_files.h"

static struct inspection inspected(const char *path, const char *timeframe) {
    struct series_spec spec = {.path = path, .timeframe = timeframe, .no_cache = true};
    struct series *series;
    struct err err;
    cr_assert_eq(series_open(&spec, &series, &err), 0, "%s", err.text);
    struct inspection in = inspect_series(series);
    series_close(&series);
    return in;
}

Test(inspect, counts_what_is_odd) {
    const char *folder = new_folder();
    char path[128];
    snprintf(path, sizeof(path), "%s/x.csv", folder);
    write_text(path, "time,open,high,low,close,volume\n"
                     "2020-01-01T00:00:00Z,10,11,9,10,5\n"    /* line 2 */
                     "2020-01-01T00:01:00Z,10,10,10,10,0\n"   /* 3: flat, no volume */
                     "2020-01-01T00:05:00Z,20,20,19,20,1\n"   /* 4: a gap of 3 minutes, doubled */
                     "2020-01-01T00:06:00Z,10,10.5,8,9,0\n"   /* 5: halved, no volume */
                     "2020-01-01T00:06:30Z,9,9,9,9,2\n"       /* 6: flat */
                     "2020-01-01T02:00:00Z,17,17,16,17,2\n"); /* 7: a gap of 6780 s */
    struct inspection in = inspected(path, "30s");
    cr_expect_eq(in.rows, 6);
    cr_expect_eq(in.first_open, time_from_civil(2020, 1, 1, 0, 0, 0, 0));
    cr_expect_eq(in.last_close, time_from_civil(2020, 1, 1, 2, 0, 30, 0));
    cr_expect_eq(in.step_longest, 6810 * TIME_SECOND);
    cr_expect_eq(in.gap_count, 4);
    cr_expect_eq(in.longest.line, 7);
    cr_expect_eq(in.longest.to - in.longest.from, 6780 * TIME_SECOND);
    cr_expect_eq(in.gaps[1].line, 4);
    cr_expect_eq(in.gaps[1].from, time_from_civil(2020, 1, 1, 0, 1, 30, 0));
    cr_expect_eq(in.zero_volumes.count, 2);
    cr_expect_eq(in.zero_volumes.lines[1], 5);
    cr_expect_eq(in.flats.count, 2);
    cr_expect_eq(in.flats.lines[0], 3);
    cr_expect_eq(in.flats.lines[1], 6);
    cr_expect_eq(in.jumps.count, 2);
    cr_expect_eq(in.jumps.lines[0], 4);
    cr_expect_eq(in.jumps.lines[1], 5);
    cr_expect_eq(in.low_least, 8);
    cr_expect_eq(in.high_most, 20);
    remove_folder(folder);
}

/* file, gaps, longest step in hours, zero volumes, flat bars: from the README */
static const struct {
    const char *name;
    int64_t gaps;
    double longest_h;
    int64_t zero_volumes, flats;
} shared_files[] = {{"goog_1d", 463, 120, 0, 0},
                    {"eurusd_1h", 42, 73, 0, 2},
                    {"btcusd_1mo", 0, 744, 0, 0},
                    {"nvda_1d", 870, 168, 0, 0},
                    {"fesx_1m", 765, 59.02, 0, 5736},
                    {"sx5e_5m", 20, 63.58, 2142, 0},
                    {"lean_qqq_1d", 864, 55296, 0, 0},
                    {"lean_eem_1d", 1324, 3048, 0, 490},
                    {"lean_uso_1d", 876, 63792, 0, 56},
                    {"lean_spy_1h", 5848, 162, 0, 3},
                    {"lean_aapl_1h", 5849, 162, 0, 7},
                    {"lean_spy_1m", 446, 56.02, 0, 784},
                    {"lean_btcusd_1d", 8, 504, 0, 3},
                    {"btcperp_1m", 0, 0.02, 0, 5},
                    {"gbpusd_ask_1m", 111, 48.05, 30117, 197},
                    {"6eh4_1m", 375, 49.02, 0, 3400},
                    {"eurusd_1m", 306, 48.03, 186348, 2455},
                    {"btcusd_1h", 0, 1, 28, 30},
                    {"spy_2019_1d", 55, 96, 0, 0},
                    {"xyz_1m", 82, 89.52, 0, 28},
                    {"us2019_gld_1m", 27, 17.52, 1, 641},
                    {"us2019_vix_1m", 24, 17.55, 1923, 1920},
                    {"unittest_btc_1m", 538, 0.13, 0, 1935}};

Test(inspect, agrees_with_the_table_of_the_shared_files) {
    char path[256];
    if (!shared_file(path, sizeof(path), "goog_1d.csv"))
        cr_skip("no shared data");
    for (size_t i = 0; i < sizeof(shared_files) / sizeof(shared_files[0]); i++) {
        char name[64];
        snprintf(name, sizeof(name), "%s.csv", shared_files[i].name);
        shared_file(path, sizeof(path), name);
        struct inspection in = inspected(path, NULL);
        cr_expect_eq(in.gap_count, shared_files[i].gaps, "%s: %lld gaps", name,
                     (long long)in.gap_count);
        double hours = (double)in.step_longest / (double)TIME_HOUR;
        cr_expect_lt(fabs(hours - shared_files[i].longest_h), 0.0051, "%s: %g h", name, hours);
        cr_expect_eq(in.zero_volumes.count, shared_files[i].zero_volumes, "%s", name);
        cr_expect_eq(in.flats.count, shared_files[i].flats, "%s: %lld flat", name,
                     (long long)in.flats.count);
    }
}
