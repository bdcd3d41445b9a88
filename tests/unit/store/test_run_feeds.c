/* The data of a run are counted as they were when it began. */
#include "store/run_feeds.h"

#include "unit/store/run_store.h"

TestSuite(run_feeds, .init = store_setup, .fini = store_teardown);

Test(run_feeds, of_a_run_are_counted_with_their_bars_and_of_no_other) {
    const struct run_start_feed feeds[] = {
        {.symbol = "X", .timeframe = "1m", .file = "/x.csv", .bars_hash = "a", .rows = 5100},
        {.symbol = "Y", .timeframe = "1m", .file = "/y.csv", .bars_hash = "b", .rows = 5}};
    struct db *db = store_open(DB_WRITE);
    struct run_start start = make_start((struct run_log){.kind = RUN_LOG_BARS, .every = 1});
    struct run_writer *writers[2] = {NULL, NULL};
    struct err err;
    start.feeds = feeds;
    for (size_t i = 0; i < 2; i++) {
        start.feed_count = 2 - i;
        cr_assert_eq(run_writer_begin(db, &start, &writers[i], &err), 0, "%s", err.text);
    }
    const int64_t expected[3][2] = {{2, 5105}, {1, 5100}, {0, 0}}; /* run 3: there is none */
    for (int64_t run = 1; run <= 3; run++) {
        int64_t count = -1, bars = -1;
        cr_assert_eq(run_feeds_count(db, run, &count, &bars, &err), 0, "%s", err.text);
        cr_expect_eq(count, expected[run - 1][0]);
        cr_expect_eq(bars, expected[run - 1][1]);
    }
    for (size_t i = 0; i < 2; i++)
        run_writer_destroy(&writers[i]);
    db_close(&db);
}
