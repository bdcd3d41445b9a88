/*
 * Asks for orders that make no sense: NaN, infinities, wrong feeds, wrong kinds.
 */
#include <math.h>

#include <quasar/strategy.h>

static void on_bar(qs_ctx *c) {
    const struct qs_size size = qs_units(1.0);
    qs_buy(c, NAN);
    qs_buy(c, -1.0);
    qs_buy(c, INFINITY);
    qs_buy_limit(c, 1.0, NAN);
    qs_buy_stop(c, 1.0, -5.0);
    qs_order_on(c, 99, QS_BUY, QS_MARKET, qs_units(1.0), 0.0, 0.0, QS_GTC);
    qs_order_on(c, c->feed, 77, QS_MARKET, qs_units(1.0), 0.0, 0.0, QS_GTC);
    qs_order_on(c, c->feed, QS_BUY, 77, qs_units(1.0), 0.0, 0.0, QS_GTC);
    qs_order_on(c, c->feed, QS_BUY, QS_MARKET, qs_units(1.0), 0.0, 0.0, 77);
    qs_cancel(c, 123456789);
    qs_target_of(c, -3, qs_units(1.0));
    qs_plot(c, "x", NAN);
}
QS_STRATEGY(.id = "bar_garbage", .version = "1.0.0", .on_bar = on_bar)
