/*
 * The last n inputs, folded: what sma, wma, stddev, highest, stochastic, vwap ... have in common.
 *
 * Nothing is ever subtracted from a running sum, so nothing drifts, cancels or leaves a residue.
 * The stream is cut into laps of n inputs. A window is the end of the finished lap plus the start
 * of the current one:
 *
 *      finished lap            current lap
 *     [ . . . . x x x x x ]   [ x x x o              ]      n = 9, pos = 3, o = the newest
 *               `- tail -'      `head-'                     tail[pos] = fold of the last n-1-pos
 *
 * The head grows by one fold per input. The tails are folded backwards when a lap ends, in blocks
 * of TA_BLOCK: at the end of a lap only the fold behind each block is kept (edge), and a block's
 * own tails are made when the head gets there. So beside the raw values (a ring in a stream, the
 * columns themselves in a batch) it takes little memory, and at most 2 n folds in one push.
 *
 * A kind that folds distances from a base (to lose no digits at large prices) uses the last value
 * of the finished lap: it is in every window of the lap but the last, and the last window is folded
 * whole, with the next base, when the lap ends.
 *
 * Private to ta/. Invariant between two calls: pos < turn, and when full, tail[pos - from] is
 * valid.
 */
#ifndef QS_TA_WINDOW_H
#define QS_TA_WINDOW_H

#include <stddef.h>
#include <stdint.h>

#include "ta/acc.h"
#include "ta/ta.h"

#define TA_BLOCK 512
#define TA_EDGE_MAX ((TA_N_MAX + TA_BLOCK - 1) / TA_BLOCK)

/* A fold; each kind has its own meaning for the two. */
struct ta_pair {
    double a, b;
};

struct ta_window {
    int32_t n, block; /* block: min(n, TA_BLOCK) */
    int32_t pos;      /* inputs of the current lap */
    int32_t from;     /* where the block that tail[] covers starts */
    int32_t turn;     /* pos at which ta_window_turn() is due */
    int32_t full;     /* a lap is finished: every push has a value */
    double base;
    struct ta_pair empty;  /* the fold of nothing */
    double a, b;           /* the head */
    double a_lost, b_lost; /* what its sums lost, where they are compensated */
    double tail[]; /* a of the block's tails, b of them; a, b of the edges; the rings of a stream */
};

/* The tails are two columns, not pairs: side by side, gcc makes one vector of a fold, and then
 * waits for halves of it on every push (measured: twice the time). */
static inline struct ta_pair ta_window_tail(const struct ta_window *w) {
    const double *tail = w->tail + (w->pos - w->from);
    return (struct ta_pair){tail[0], tail[w->block]};
}

/* Room for a window of any n without rings, for batches. */
union ta_window_room {
    struct ta_window w;
    char bytes[sizeof(struct ta_window) + 2 * (TA_BLOCK + TA_EDGE_MAX) * sizeof(double)];
};

/*
 * Folds past[..][at] to past[..][at + count - 1], from the last to the first, onto `after`, with
 * w->base. Where tail is not NULL, tail[j] and tail[w->block + j] get the fold of all behind at +
 * j.
 */
typedef struct ta_pair (*ta_scan_fn)(const struct ta_window *w, const double *const *past,
                                     int64_t at, int32_t count, struct ta_pair after, double *tail);

/* Bytes of a window with `rings` rings of n values, a multiple of 16. */
size_t ta_window_size(int32_t n, int rings);

void ta_window_init(struct ta_window *w, int32_t n, struct ta_pair empty);

/* Forgets all inputs: the next one is the first. */
void ta_window_restart(struct ta_window *w);

/*
 * Due when pos has reached turn. `past` holds the raw values, and past[..][at] is the one that the
 * next push drops. Returns 1 at the end of a lap, with the fold of the whole window in ret_all and
 * `base` as the new base; else 0.
 */
int ta_window_turn(struct ta_window *w, const double *const *past, int64_t at, double base,
                   ta_scan_fn scan, struct ta_pair *ret_all);

/* Ring j of a stream. */
static inline double *ta_window_ring(struct ta_window *w, int j) {
    int32_t edges = (w->n + w->block - 1) / w->block;
    return w->tail + 2 * (w->block + edges) + (ptrdiff_t)j * w->n;
}

/* Where a stream's rings hold what the next push drops: `at` of ta_window_turn() after one more. */
static inline int64_t ta_window_next(const struct ta_window *w) {
    return w->pos + 1 == w->n ? 0 : w->pos + 1;
}

#endif
