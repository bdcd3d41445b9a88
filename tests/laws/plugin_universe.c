/* An EMA 12/26 cross on each feed of a universe of its own: for the laws and the benches with many
 * symbols. */
#include <quasar/strategy.h>

#define FEEDS 512

struct locals {
    qs_line fast[FEEDS], slow[FEEDS];
};

static int on_init(qs_ctx *c) {
    struct locals *l = qs_locals(c);
    for (qs_feed f = 0; f < qs_feed_count(c); f++) {
        l->fast[f] = qs_ema(c, qs_src(f, QS_CLOSE), 12);
        l->slow[f] = qs_ema(c, qs_src(f, QS_CLOSE), 26);
    }
    return 0;
}

static void on_bar(qs_ctx *c) {
    const struct locals *l = qs_locals(c);
    qs_feed f = qs_this_feed(c);
    if (qs_cross_over(c, l->fast[f], l->slow[f]))
        qs_buy(c, 1.0);
    if (qs_cross_under(c, l->fast[f], l->slow[f]))
        qs_sell(c, 1.0);
}

QS_STRATEGY(.id = "universe", .name = "EMA cross on every feed", .version = "1.0.0",
            .universe_min = 1, .universe_max = FEEDS, QS_LOCALS(struct locals), .on_init = on_init,
            .on_bar = on_bar)
