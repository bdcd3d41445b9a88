/* data/replay against a merge that looks at every feed for every instant. */
#include <criterion/criterion.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/rng.h"
#include "data/replay.h"

/* Feeds of close times alone: the replay reads nothing else. */
static void free_feeds(struct feed *feeds, int32_t count) {
    for (int32_t i = 0; i < count; i++)
        free((void *)(uintptr_t)feeds[i].bars.close_time);
    free(feeds);
}

/* Each feed has a bar at `chance` of 1000 times of the steps. */
static struct feed *make_feeds(struct rng *rng, int32_t count, int64_t steps, uint64_t chance) {
    struct feed *feeds = calloc((size_t)count, sizeof(*feeds));
    for (int32_t i = 0; i < count; i++) {
        int64_t *times = malloc((size_t)steps * sizeof(*times) + 1), n = 0;
        for (int64_t t = 0; t < steps; t++)
            if (rng_below(rng, 1000) < chance)
                times[n++] = t * 60 - 1000;
        feeds[i].bars = (struct bar_columns){.close_time = times, .count = n};
    }
    return feeds;
}

/* All instants of the replay are those of the plain merge up to `last`, then it ends. */
static void expect_merge(struct replay *replay, const struct feed *feeds, int32_t count,
                         int64_t last) {
    int64_t *place = calloc((size_t)count, sizeof(*place));
    struct feed_port port = replay_port(replay);
    for (;;) {
        int64_t now = INT64_MAX;
        for (int32_t i = 0; i < count; i++)
            if (place[i] < feeds[i].bars.count && feeds[i].bars.close_time[place[i]] < now)
                now = feeds[i].bars.close_time[place[i]];
        struct instant instant = {.feed_count = -1};
        struct err err;
        int found = port.next(port.self, &instant, &err);
        if (now > last || now == INT64_MAX) {
            cr_assert_eq(found, 0);
            cr_assert_eq(port.next(port.self, &instant, &err), 0, "the end stays the end");
            break;
        }
        cr_assert_eq(found, 1);
        cr_assert_eq(instant.time, now);
        int32_t n = 0;
        for (int32_t i = 0; i < count; i++) {
            if (place[i] == feeds[i].bars.count || feeds[i].bars.close_time[place[i]] != now)
                continue;
            cr_assert_lt(n, instant.feed_count);
            cr_assert_eq(instant.feeds[n++], i);
            place[i]++;
        }
        cr_assert_eq(n, instant.feed_count);
    }
    free(place);
}

Test(replay, merges_feeds_as_a_plain_merge_does) {
    static const int32_t counts[] = {1, 2, 3, 15, 16, 17, 31, 32, 33, 100, 500};
    static const uint64_t chances[] = {2, 30, 500, 1000};
    struct rng rng;
    rng_seed(&rng, 11);
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
        for (size_t k = 0; k < sizeof(chances) / sizeof(chances[0]); k++) {
            struct feed *feeds = make_feeds(&rng, counts[i], 200, chances[k]);
            struct replay replay;
            struct err err;
            cr_assert_eq(replay_init(&replay, feeds, counts[i], &err), 0);
            expect_merge(&replay, feeds, counts[i], INT64_MAX);
            replay_rewind(&replay);
            expect_merge(&replay, feeds, counts[i], INT64_MAX);
            replay_fini(&replay);
            free_feeds(feeds, counts[i]);
        }
}

Test(replay, a_cut_takes_the_future_away) {
    struct rng rng;
    rng_seed(&rng, 12);
    for (int32_t count = 1; count < 60; count += 19) {
        struct feed *feeds = make_feeds(&rng, count, 100, 300);
        struct replay replay;
        struct err err;
        cr_assert_eq(replay_init(&replay, feeds, count, &err), 0);
        for (int64_t last = 100 * 60; last > -1100; last -= 7 * 60 + 1) {
            replay_cut_at(&replay, last);
            expect_merge(&replay, feeds, count, last);
        }
        replay_fini(&replay);
        free_feeds(feeds, count);
    }
}

Test(replay, cuts_after_a_number_of_instants) {
    struct rng rng;
    rng_seed(&rng, 13);
    struct feed *feeds = make_feeds(&rng, 20, 300, 100);
    struct err err;
    struct replay replay;
    cr_assert_eq(replay_init(&replay, feeds, 20, &err), 0);
    int64_t all = replay_count_instants(&replay);
    cr_assert_gt(all, 200);
    replay_cut_after(&replay, all + 10);
    cr_expect_eq(replay_count_instants(&replay), all);
    replay_cut_after(&replay, 57);
    cr_expect_eq(replay_count_instants(&replay), 57);
    replay_cut_after(&replay, 1);
    cr_expect_eq(replay_count_instants(&replay), 1);
    replay_cut_after(&replay, 0);
    cr_expect_eq(replay_count_instants(&replay), 0);
    replay_fini(&replay);
    free_feeds(feeds, 20);
}

Test(replay, feeds_without_bars_never_close) {
    struct feed feeds[3] = {0};
    static const int64_t times[] = {5, 9};
    feeds[1].bars = (struct bar_columns){.close_time = times, .count = 2};
    struct replay replay;
    struct err err;
    cr_assert_eq(replay_init(&replay, feeds, 3, &err), 0);
    expect_merge(&replay, feeds, 3, INT64_MAX);
    replay_fini(&replay);
    cr_assert_eq(replay_init(&replay, feeds, 1, &err), 0);
    expect_merge(&replay, feeds, 1, INT64_MAX);
    replay_fini(&replay);
    replay_fini(&replay);
}

Test(replay, refuses_no_feeds_and_too_many) {
    struct replay replay;
    struct err err = {0};
    struct feed feed = {0};
    cr_expect_eq(replay_init(&replay, &feed, 0, &err), ERR_LIMIT);
    cr_expect_str_eq(err.text, "replay: 0 feeds: one to 65536 can be played");
    cr_expect_eq(replay_init(&replay, &feed, REPLAY_FEEDS_MAX + 1, &err), ERR_LIMIT);
}

Test(replay, allocates_nothing_while_it_plays) {
    struct rng rng;
    rng_seed(&rng, 14);
    struct feed *feeds = make_feeds(&rng, 40, 500, 200);
    struct replay replay;
    struct err err;
    cr_assert_eq(replay_init(&replay, feeds, 40, &err), 0);
    uint64_t before = mem_count();
    cr_expect_gt(replay_count_instants(&replay), 400);
    cr_expect_eq(mem_count(), before);
    replay_fini(&replay);
    free_feeds(feeds, 40);
}
