/*
 * EMA cross: buy when the fast exponential average crosses over the slow one, sell the same amount
 * when it crosses under.
 *
 * The idea is to go with a trend that has begun. It knows no position and no stop: the first cross
 * down of a run opens a short. The smallest strategy that trades; copy it to begin one of your own.
 */
#include <quasar/strategy.h>

struct params {
    int64_t fast, slow;
    double size;
};

struct locals {
    qs_line fast, slow;
};

static int on_init(qs_ctx *c) {
    const struct params *p = qs_params(c);
    struct locals *l = qs_locals(c);
    l->fast = qs_ema(c, QS_CLOSE, p->fast);
    l->slow = qs_ema(c, QS_CLOSE, p->slow);
    return 0;
}

static void on_bar(qs_ctx *c) {
    const struct params *p = qs_params(c);
    const struct locals *l = qs_locals(c);
    if (qs_cross_over(c, l->fast, l->slow))
        qs_buy(c, p->size);
    if (qs_cross_under(c, l->fast, l->slow))
        qs_sell(c, p->size);
}

QS_STRATEGY(
        .id = "ema_cross", .name = "EMA cross", .version = "1.0.0",
        .description = "Buys when the fast EMA crosses over the slow one, sells when it crosses "
                       "under.",
        .inputs = QS_INPUTS(QS_INT_AS(struct params, fast, "Fast EMA, bars", 12, 1, 200),
                            QS_INT_AS(struct params, slow, "Slow EMA, bars", 26, 1, 200),
                            QS_FLOAT_AS(struct params, size, "Order size, units", 1.0, 0.1, 10.0)),
        QS_LOCALS(struct locals), .on_init = on_init, .on_bar = on_bar)
