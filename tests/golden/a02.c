/*
 * EMA cross, long only: buy a fixed amount when the fast average crosses over the slow one, close
 * everything when it crosses under.
 *
 * It does not look at what it holds: two crosses up without one down between them (the averages may
 * touch and part again) buy twice, and the next cross down closes both.
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
        qs_flatten(c);
}

QS_STRATEGY(.id = "a02_ema_cross_fixed_size", .name = "EMA cross, long only", .version = "1.0.0",
            .description = "Buys where the fast EMA crosses over the slow one, closes where it "
                           "crosses under.",
            .inputs = QS_INPUTS(QS_INT_AS(struct params, fast, "Fast EMA, bars", 12, 1, 1000),
                                QS_INT_AS(struct params, slow, "Slow EMA, bars", 26, 1, 1000),
                                QS_FLOAT_AS(struct params, size, "Order size, units", 10000.0, 1e-9,
                                            1e12)),
            QS_LOCALS(struct locals), .on_init = on_init, .on_bar = on_bar)
