/* Fills are told to the harness when the next bar of their symbol is there, before it is stepped:
 * what the strategy sees in that bar is what it would see in a backtest. */
#include "play.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdlib.h>
#include <time.h>

enum { PENDING_MAX = 8 };

struct pending {
    int64_t number[PENDING_MAX];
    int32_t feed[PENDING_MAX];
    size_t count;
};

/* ---- bars ---- */

static double chance(uint64_t *state) {
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (double)(*state >> 40) / (double)(1 << 24);
}

struct series series_walk(uint64_t seed, size_t count) {
    struct series s = {calloc(count, sizeof *s.bars), count, QS_TEST_DAY};
    cr_assert(s.bars);
    double price = 100.0, drift = 0.0;
    for (size_t i = 0; i < count; i++) {
        if (i % 40 == 0)
            drift = (chance(&seed) - 0.5) * 0.02;
        double swing = i / 200 % 3 == 2 ? 0.001 : 0.02; /* some calm stretches */
        double open = price * (1.0 + (chance(&seed) - 0.5) * 0.005);
        double close = open * (1.0 + drift + (chance(&seed) - 0.5) * 2.0 * swing);
        close += (100.0 - close) * 0.01;
        s.bars[i] = (struct qs_bar){.open_time = QS_TEST_BEGIN + (int64_t)i * QS_TEST_DAY,
                                    .close_time = QS_TEST_BEGIN + (int64_t)(i + 1) * QS_TEST_DAY,
                                    .open = open,
                                    .close = close,
                                    .high = fmax(open, close) * (1.0 + chance(&seed) * swing),
                                    .low = fmin(open, close) * (1.0 - chance(&seed) * swing),
                                    .volume = 1000.0};
        price = close;
    }
    return s;
}

static FILE *open_shared(const char *file) {
    char path[4096];
    const char *shared = getenv("QS_SHARED");
    if (shared && *shared)
        snprintf(path, sizeof path, "%s/data/%s", shared, file);
    else
        snprintf(path, sizeof path, "%s/../shared/data/%s", QS_SOURCE_DIR, file);
    FILE *stream = fopen(path, "r");
    if (!stream)
        cr_skip_test("%s is not there (set QS_SHARED)", path);
    return stream;
}

struct series series_read(const char *file, int64_t timeframe, size_t limit) {
    FILE *stream = open_shared(file);
    struct series s = {calloc(limit, sizeof *s.bars), 0, timeframe};
    char line[512];
    cr_assert(s.bars && fgets(line, sizeof line, stream)); /* the header */
    while (s.count < limit && fgets(line, sizeof line, stream)) {
        struct tm day = {0};
        struct qs_bar *bar = &s.bars[s.count++];
        const char *rest = strptime(line, "%Y-%m-%dT%H:%M:%SZ", &day);
        cr_assert(rest, "%s: %s", file, line);
        int fields = sscanf(rest, ",%lf,%lf,%lf,%lf,%lf", &bar->open, &bar->high, &bar->low,
                            &bar->close, &bar->volume);
        cr_assert(fields >= 4, "%s: %s", file, line);
        bar->open_time = (int64_t)timegm(&day) * 1000000000;
        bar->close_time = bar->open_time + timeframe;
    }
    fclose(stream);
    return s;
}

void series_fini(struct series *series) {
    free(series->bars);
    *series = (struct series){0};
}

/* ---- acts ---- */

void acts_push(struct acts *acts, struct act act) {
    if ((acts->count & (acts->count - 1)) == 0) {
        size_t room = acts->count ? acts->count * 2 : 1;
        acts->list = realloc(acts->list, room * sizeof *acts->list);
        cr_assert(acts->list);
    }
    acts->list[acts->count++] = act;
}

void acts_fini(struct acts *acts) {
    free(acts->list);
    *acts = (struct acts){0};
}

void acts_compare(const struct acts *found, const struct acts *expected) {
    for (size_t i = 0; i < found->count && i < expected->count; i++) {
        const struct act *f = &found->list[i], *e = &expected->list[i];
        cr_assert(f->at == e->at && f->feed == e->feed && f->direction == e->direction &&
                      f->closes == e->closes,
                  "act %zu: expected instant %zu feed %d direction %d closes %d, found instant %zu "
                  "feed %d direction %d closes %d",
                  i, e->at, e->feed, e->direction, e->closes, f->at, f->feed, f->direction,
                  f->closes);
    }
    cr_assert_eq(found->count, expected->count);
}

/* ---- playing ---- */

static void fill_due(struct qs_test *test, struct pending *due, qs_feed feed, double open) {
    size_t kept = 0;
    for (size_t i = 0; i < due->count; i++) {
        if (due->feed[i] == feed) {
            cr_assert_eq(qs_test_fill(test, due->number[i], open, 0.0), 0, "%s",
                         qs_test_error(test));
        } else {
            due->number[kept] = due->number[i];
            due->feed[kept++] = due->feed[i];
        }
    }
    due->count = kept;
}

static void note_acts(struct qs_test *test, struct pending *due, size_t at, struct acts *acts) {
    for (int i = 0; i < qs_test_intent_count(test); i++) {
        const struct qs_seen_intent *in = qs_test_intent(test, i);
        if (in->side == 0) /* a target that is held already */
            continue;
        const struct qs_ctx *c = qs_test_ctx(test);
        cr_assert_str_eq(in->reason, "none");
        cr_assert_lt(due->count, (size_t)PENDING_MAX);
        due->number[due->count] = in->number;
        due->feed[due->count++] = in->feed;
        struct act act = {.at = at,
                          .feed = in->feed,
                          .direction = in->side == QS_BUY ? 1 : -1,
                          .units = in->units,
                          .equity = qs_equity(c),
                          .close = qs_close_of(c, in->feed, 0)};
        act.closes = qs_held_of(c, in->feed) * act.direction < 0.0;
        memcpy(act.tag, in->tag, sizeof act.tag);
        acts_push(acts, act);
    }
}

static void put(struct qs_test *test, struct pending *due, qs_feed feed, const struct qs_bar *bar) {
    fill_due(test, due, feed, bar->open);
    cr_assert_eq(qs_test_put(test, feed, bar), 0, "%s", qs_test_error(test));
}

struct acts play(struct qs_test *test, const struct series *series) {
    struct acts acts = {0};
    struct pending due = {0};
    for (size_t i = 0; i < series->count; i++) {
        put(test, &due, 0, &series->bars[i]);
        cr_assert_geq(qs_test_step(test), 0, "bar %zu: %s", i, qs_test_error(test));
        note_acts(test, &due, i, &acts);
    }
    return acts;
}

struct acts play_two(struct qs_test *test, const struct series *a, const struct series *b,
                     unsigned char *ret_closed) {
    struct acts acts = {0};
    struct pending due = {0};
    size_t instant = 0;
    for (size_t i = 0, k = 0; i < a->count || k < b->count; instant++) {
        int64_t of_a = i < a->count ? a->bars[i].close_time : INT64_MAX;
        int64_t of_b = k < b->count ? b->bars[k].close_time : INT64_MAX;
        if (of_a <= of_b)
            put(test, &due, 0, &a->bars[i++]);
        if (of_b <= of_a)
            put(test, &due, 1, &b->bars[k++]);
        ret_closed[instant] = (unsigned char)((of_a <= of_b) | (of_b <= of_a) << 1);
        cr_assert_geq(qs_test_step(test), 0, "instant %zu: %s", instant, qs_test_error(test));
        note_acts(test, &due, instant, &acts);
    }
    return acts;
}
