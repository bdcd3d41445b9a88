/*
 * A cheat: it takes the pointer that it was given for the past and reads one bar further. Law 2 has
 * to catch it; a check that lets it pass checks nothing.
 */
#include <quasar/strategy.h>

static void on_bar(qs_ctx *c) {
    const struct qs_feed_view *f = qs_feed_of(c, 0);
    double tomorrow = *(f->close + f->now + 1);
    qs_target(c, qs_units(tomorrow > f->close[f->now] ? 1.0 : 0.0));
}

QS_STRATEGY(.id = "law_cheat", .name = "Cheat", .version = "1.0.0",
            .description = "Reads the next close, for law 2 to catch.", .on_bar = on_bar)
