/*
 * The next close of every feed lies in one array, cut into blocks of 16 with their minima beside
 * it. An instant visits the blocks whose minimum is now: there it takes the feeds that close, and
 * finds the block's new minimum in the same pass. So feeds that close together are one sweep over
 * the array, and lonely ones cost the minima and one block.
 */
#include "data/replay.h"

#include "base/mem.h"

#define BLOCK 16
#define NEVER INT64_MAX

static void rewind_feed(struct replay *r, int32_t feed) {
    r->at[feed] = r->begin[feed];
    r->next[feed] = r->begin[feed] < r->end[feed] ? *r->begin[feed] : NEVER;
}

void replay_rewind(struct replay *r) {
    for (int32_t i = 0; i < r->count; i++)
        rewind_feed(r, i);
    for (int32_t i = r->count; i < r->block_count * BLOCK; i++)
        r->next[i] = NEVER;
    r->now = NEVER;
    for (int32_t b = 0; b < r->block_count; b++) {
        r->block_next[b] = NEVER;
        for (int32_t i = b * BLOCK; i < (b + 1) * BLOCK; i++)
            r->block_next[b] = min_i64(r->block_next[b], r->next[i]);
        r->now = min_i64(r->now, r->block_next[b]);
    }
}

int replay_init(struct replay *replay, const struct feed *feeds, int32_t count, struct err *err) {
    if (count < 1 || count > REPLAY_FEEDS_MAX)
        return err_set(err, ERR_LIMIT, "replay: %d feeds: one to %d can be played", count,
                       REPLAY_FEEDS_MAX);
    size_t n = (size_t)count, blocks = (n + BLOCK - 1) / BLOCK;
    size_t size = (3 * n + blocks * BLOCK + blocks) * sizeof(int64_t) + n * sizeof(int32_t);
    struct replay r = {.count = count, .block_count = (int32_t)blocks};
    r.memory = mem_zalloc(1, size);
    r.next = r.memory;
    r.block_next = r.next + blocks * BLOCK;
    r.begin = (const int64_t **)(r.block_next + blocks);
    r.at = r.begin + n;
    r.end = r.at + n;
    r.ids = (int32_t *)(r.end + n);
    for (int32_t i = 0; i < count; i++) {
        CHECK(feeds[i].bars.count >= 0);
        r.begin[i] = feeds[i].bars.close_time;
        r.end[i] = r.begin[i] + feeds[i].bars.count;
    }
    replay_rewind(&r);
    *replay = r;
    return 0;
}

void replay_fini(struct replay *replay) {
    mem_free(replay->memory);
    *replay = (struct replay){0};
}

static int next_of_one(void *self, struct instant *ret, struct err *err) {
    (void)err;
    struct replay *r = self;
    const int64_t *at = r->at[0];
    if (UNLIKELY(at == r->end[0]))
        return 0;
    *ret = (struct instant){*at, r->ids, 1};
    r->at[0] = at + 1;
    return 1;
}

/* Takes the feeds of the block that close now and returns the block's next close; *count counts. */
static inline int64_t advance_block(struct replay *r, int32_t block, int64_t now, int32_t *count) {
    int64_t earliest = NEVER;
    for (int32_t feed = block * BLOCK; feed < (block + 1) * BLOCK; feed++) {
        int64_t next = r->next[feed];
        if (next == now) {
            r->ids[(*count)++] = feed;
            const int64_t *at = ++r->at[feed];
            next = at < r->end[feed] ? *at : NEVER;
            r->next[feed] = next;
        }
        earliest = min_i64(earliest, next);
    }
    return earliest;
}

static int next_of_many(void *self, struct instant *ret, struct err *err) {
    (void)err;
    struct replay *r = self;
    int64_t now = r->now, earliest = NEVER;
    if (UNLIKELY(now == NEVER))
        return 0;
    int32_t count = 0;
    for (int32_t b = 0; b < r->block_count; b++) {
        int64_t next = r->block_next[b];
        if (next == now) {
            next = advance_block(r, b, now, &count);
            r->block_next[b] = next;
        }
        earliest = min_i64(earliest, next);
    }
    CHECK(earliest > now); /* a feed's close times ascend */
    r->now = earliest;
    *ret = (struct instant){now, r->ids, count};
    return 1;
}

struct feed_port replay_port(struct replay *replay) {
    return (struct feed_port){replay, replay->count == 1 ? next_of_one : next_of_many};
}

/* The first place in begin..end whose time is after `time`. */
static const int64_t *upper_bound(const int64_t *begin, const int64_t *end, int64_t time) {
    while (begin < end) {
        const int64_t *middle = begin + (end - begin) / 2;
        if (*middle <= time)
            begin = middle + 1;
        else
            end = middle;
    }
    return begin;
}

void replay_cut_at(struct replay *replay, int64_t time) {
    for (int32_t i = 0; i < replay->count; i++)
        replay->end[i] = upper_bound(replay->begin[i], replay->end[i], time);
    replay_rewind(replay);
}

void replay_cut_after(struct replay *replay, int64_t count) {
    CHECK(count >= 0);
    struct feed_port port = replay_port(replay);
    struct instant instant = {.time = INT64_MIN};
    replay_rewind(replay);
    for (int64_t i = 0; i < count; i++)
        if (port.next(port.self, &instant, NULL) != 1)
            break;
    replay_cut_at(replay, instant.time);
}

int64_t replay_count_instants(struct replay *replay) {
    struct feed_port port = replay_port(replay);
    struct instant instant;
    int64_t count = 0;
    replay_rewind(replay);
    while (port.next(port.self, &instant, NULL) == 1)
        count++;
    replay_rewind(replay);
    return count;
}
