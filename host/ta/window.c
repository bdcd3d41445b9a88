/* The turns of a window; the drawing is in window.h. Laps and blocks count from the first number,
 * so the order of every fold depends on nothing but the inputs: a stream and a batch do the same.
 */
#include "ta/window.h"

static int32_t block_end(const struct ta_window *w, int32_t from) {
    return w->n - from < w->block ? w->n : from + w->block;
}

/* The fold behind the block that starts at `from`. */
static double *edge_at(struct ta_window *w, int32_t from) {
    return w->tail + 2 * (w->block + from / w->block);
}

static void head_reset(struct ta_window *w) {
    w->a = w->empty.a;
    w->b = w->empty.b;
    w->a_lost = 0.0;
    w->b_lost = 0.0;
}

size_t ta_window_size(int32_t n, int rings) {
    size_t count = (size_t)n;
    size_t block = min_size(count, TA_BLOCK);
    size_t edges = block ? (count + block - 1) / block : 0;
    size_t values = 2 * (block + edges) + count * (size_t)rings;
    size_t bytes = sizeof(struct ta_window) + values * sizeof(double);
    return (bytes + 15) / 16 * 16;
}

void ta_window_init(struct ta_window *w, int32_t n, struct ta_pair empty) {
    *w = (struct ta_window){.n = n, .block = n < TA_BLOCK ? n : TA_BLOCK, .empty = empty};
    ta_window_restart(w);
}

void ta_window_restart(struct ta_window *w) {
    w->pos = 0;
    w->from = 0;
    w->turn = w->n; /* the first lap has no tails to make */
    w->full = 0;
    w->base = 0.0;
    head_reset(w);
}

int ta_window_turn(struct ta_window *w, const double *const *past, int64_t at, double base,
                   ta_scan_fn scan, struct ta_pair *ret_all) {
    if (w->pos < w->n) {
        const double *edge = edge_at(w, w->pos);
        w->from = w->pos;
        w->turn = block_end(w, w->from);
        scan(w, past, at, w->turn - w->from, (struct ta_pair){edge[0], edge[1]}, w->tail);
        return 0;
    }
    w->base = base;
    struct ta_pair behind = w->empty;
    for (int32_t from = (w->n - 1) / w->block * w->block; from > 0; from -= w->block) {
        double *edge = edge_at(w, from);
        edge[0] = behind.a;
        edge[1] = behind.b;
        behind = scan(w, past, at + from, block_end(w, from) - from, behind, NULL);
    }
    *ret_all = scan(w, past, at, block_end(w, 0), behind, w->tail);
    w->pos = 0;
    w->from = 0;
    w->turn = block_end(w, 0);
    w->full = 1;
    head_reset(w);
    return 1;
}
