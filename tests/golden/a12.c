/*
 * SMA cross, long only: buy a fixed amount when the short average crosses over the long one, close
 * everything when it crosses under.
 *
 * Like a02 it does not look at what it holds. Serves a12 and a13, which differ in when their orders
 * fill: that is the run's choice (fill_model, close_at_end), not the strategy's.
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
    l->fast = qs_sma(c, QS_CLOSE, p->fast);
    l->slow = qs_sma(c, QS_CLOSE, p->slow);
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

QS_STRATEGY(
        .id = "a12_sma_cross_long", .name = "SMA cross, long only", .version = "1.0.0",
        .description = "Buys where the short average crosses over the long one, closes where it "
                       "crosses under.",
        .inputs = QS_INPUTS(QS_INT_AS(struct params, fast, "Short average, bars", 30, 1, 1000),
                            QS_INT_AS(struct params, slow, "Long average, bars", 120, 2, 1000),
                            QS_FLOAT_AS(struct params, size, "Order size, units", 2.0, 1e-9, 1e12)),
        QS_LOCALS(struct locals), .on_init = on_init, .on_bar = on_bar)
