/*
 * data/replay.h - bars at rest as a feed port: the instants of N feeds, merged by close time.
 *
 * All bars that close at one time are one instant, feed ids ascending. One feed costs a few
 * instructions an instant; N feeds that all close together about a nanosecond a feed; N feeds of
 * which few close at a time cost about 2 * sqrt(N) comparisons an instant. Nothing is allocated
 * after init. Close times within a feed must ascend strictly (series.h sees to that).
 */
#ifndef DATA_REPLAY_H
#define DATA_REPLAY_H

#include <stdint.h>

#include "core/feed.h"
#include "engine/ports.h"

#define REPLAY_FEEDS_MAX 65536

struct replay {
    int32_t count;
    const int64_t **begin; /* of each feed's close times */
    const int64_t **at;    /* the next one */
    const int64_t **end;   /* behind the last one that is played */
    int64_t *next;       /* each feed's next close, INT64_MAX at its end; padded to whole blocks */
    int64_t *block_next; /* the earliest of each block of feeds */
    int32_t block_count;
    int64_t now;  /* the earliest of all */
    int32_t *ids; /* of the instant last given */
    void *memory;
};

/* Feeds without bars are fine (they never close). ERR_LIMIT for fewer than one feed or more than
 * REPLAY_FEEDS_MAX. The columns are borrowed until fini. */
int replay_init(struct replay *replay, const struct feed *feeds, int32_t count,
                struct err *err) NODISCARD;
/* Accepts a zeroed or finished one. */
void replay_fini(struct replay *replay);

/* The port, borrowing replay, which must stay where it is. */
struct feed_port replay_port(struct replay *replay);

/* Back to the first instant. A cut stays. */
void replay_rewind(struct replay *replay);

/* Nothing that closes after `time` is played: the future does not exist. Rewinds. Cuts only
 * shorten; what an earlier cut took away does not come back. */
void replay_cut_at(struct replay *replay, int64_t time);

/* Only the first `count` instants are played. Rewinds. */
void replay_cut_after(struct replay *replay, int64_t count);

/* How many instants there are from the first to the (cut) end. Rewinds; one pass over all bars. */
int64_t replay_count_instants(struct replay *replay);

#endif
