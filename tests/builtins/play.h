/*
 * tests/builtins/play.h - a builtin played over bars, and what it did, for comparison with a second
 * implementation of its rules in the test.
 *
 * The strategy runs in the SDK's harness. Each of its orders fills at its symbol's next open, as in
 * a backtest by default, without costs. Bars come from arithmetic or from ../shared/data; a test
 * that needs files which are not there is skipped and says so. Times are open times, ns UTC.
 */
#ifndef TESTS_BUILTINS_PLAY_H
#define TESTS_BUILTINS_PLAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <quasar/harness.h>

struct series {
    struct qs_bar *bars;
    size_t count;
    int64_t timeframe; /* ns */
};

/* Something that it did: on instant `at` (0 = the first) it wanted `direction` of feed `feed`: 1
 * buy, -1 sell. */
struct act {
    size_t at;
    int32_t feed, direction;
    bool closes;   /* it held the other side */
    double units;  /* of the order */
    double equity; /* before it */
    double close;  /* of the feed's newest bar */
    char tag[QS_TAG_MAX + 1];
};
struct acts {
    struct act *list;
    size_t count;
};

/* A walk of `count` daily bars around 100 that swings, trends and rests, the same for the same
 * seed. */
struct series series_walk(uint64_t seed, size_t count);
/* A file of ../shared/data (QS_SHARED); at most `limit` bars. Skips the test where it is absent. */
struct series series_read(const char *file, int64_t timeframe, size_t limit);
void series_fini(struct series *series);

/* Runs the test over bars of one feed to the end; the test stays open for a look. */
struct acts play(struct qs_test *test, const struct series *series);
/* Two feeds (bound already, a and b), in the order of their closes. ret_closed[i] tells which
 * closed in instant i: 1 = a, 2 = b, 3 = both; as many as instants, at most a's and b's bars. */
struct acts play_two(struct qs_test *test, const struct series *a, const struct series *b,
                     unsigned char *ret_closed);
void acts_fini(struct acts *acts);

/* Fails the test at the first act that is not the same: instant, feed, direction; `expected` by the
 * test's own rules. */
void acts_compare(const struct acts *found, const struct acts *expected);
void acts_push(struct acts *acts, struct act act);

#endif
