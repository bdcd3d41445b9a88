/*
 * Pair by z-score: two symbols that move together. When the ratio a / b is far from its mean, sell
 * the dear one and buy the cheap one for the same money; close both when it has come back.
 *
 * The ratio and not its logarithm: near the mean they say the same, and a division is the same on
 * every machine. Ratios are kept in the state: they live on when a new build is swapped in, and
 * bars counted back are no pairs where one symbol lacks a bar. Shows roles, state, several symbols.
 */
#include <quasar/strategy.h>

enum { KEPT = 1000 };

struct params {
    qs_feed a, b;
    int64_t lookback;
    double entry, leave, size;
};

struct state {
    double ratio[KEPT], z; /* z is shown beside the params */
    int64_t count;
};

/* How many deviations the newest of the last n ratios is over their mean; 0 = cannot be told. */
static double zscore(const struct state *s, int64_t n) {
    if (s->count < n)
        return 0.0;
    double newest = s->ratio[(s->count - 1) % KEPT], mean = 0.0, square = 0.0;
    for (int64_t i = s->count - n; i < s->count; i++) /* all counted from the newest */
        mean += (s->ratio[i % KEPT] - newest) / (double)n;
    for (int64_t i = s->count - n; i < s->count; i++)
        square += (s->ratio[i % KEPT] - newest - mean) * (s->ratio[i % KEPT] - newest - mean);
    return square > 0.0 ? -mean / sqrt(square / (double)n) : 0.0;
}

static void order(qs_ctx *c, qs_feed feed, int32_t side, struct qs_size size, const char *tag) {
    struct qs_order_req req = qs_order_new(c, side, size);
    req.feed = feed;
    req.tag = tag;
    qs_submit(c, &req);
}

static void close_leg(qs_ctx *c, qs_feed feed, const char *tag) {
    double held = qs_held_of(c, feed);
    if (held != 0.0)
        order(c, feed, held > 0.0 ? QS_SELL : QS_BUY, qs_units(fabs(held)), tag);
}

static void on_bar(qs_ctx *c) {
    const struct params *p = qs_params(c);
    struct state *s = qs_state(c);
    if (qs_this_feed(c) != p->b || !qs_closed(c, p->a)) /* once, when both have closed */
        return;
    s->ratio[s->count++ % KEPT] = qs_close_of(c, p->a, 0) / qs_close_of(c, p->b, 0);
    s->z = zscore(s, p->lookback);
    qs_plot(c, "z", s->z);
    double a = qs_held_of(c, p->a), b = qs_held_of(c, p->b);
    int is_lone = (a != 0.0) != (b != 0.0); /* the other leg was refused: this one bets alone */
    int is_back = a > 0.0 ? s->z > -p->leave : s->z < p->leave; /* or beyond, in one jump */
    if (is_lone || (a != 0.0 && is_back)) {
        close_leg(c, p->a, is_lone ? "lone leg" : "back at the mean");
        close_leg(c, p->b, is_lone ? "lone leg" : "back at the mean");
    } else if (a == 0.0 && fabs(s->z) > p->entry) {
        order(c, p->a, s->z > 0.0 ? QS_SELL : QS_BUY, qs_percent_equity(p->size), "pair");
        order(c, p->b, s->z > 0.0 ? QS_BUY : QS_SELL, qs_percent_equity(p->size), "pair");
    }
}

QS_STRATEGY(.id = "pair_zscore", .name = "Pair by z-score", .version = "1.0.0",
            .description = "Trades the ratio of two symbols back to its mean, both legs alike.",
            .inputs = QS_INPUTS(
                QS_SYMBOL_AS(struct params, a, "First symbol"),
                QS_SYMBOL_AS(struct params, b, "Second symbol"),
                QS_INT_AS(struct params, lookback, "Mean and deviation, bars", 120, 2, KEPT),
                QS_FLOAT_AS(struct params, entry, "Enter over, deviations", 2.0, 0.5, 10.0),
                QS_FLOAT_AS(struct params, leave, "Leave under, deviations", 0.5, 0.0, 0.5),
                QS_FLOAT_AS(struct params, size, "Each leg, fraction of equity", 0.45, 0.01, 0.5)),
            .variables = QS_VARIABLES(QS_STATE_F64(struct state, z)), QS_STATE(struct state, 1),
            .on_bar = on_bar)
