/*
 * Always in the market: long while the short average is above the long one, short while it is
 * below.
 *
 * Each cross closes what is held and opens the other side with nearly all buying power. Two
 * intents, in this order: the new side is sized on what is free after the close, so it never
 * depends on how large the old one was. With size_resolve: fill that happens at the fill's price,
 * fee included.
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

static void turn(qs_ctx *c, int32_t side, double size) {
    qs_flatten(c);
    struct qs_order_req entry = qs_order_new(c, side, qs_percent_buying_power(size));
    qs_submit(c, &entry);
}

static void on_bar(qs_ctx *c) {
    const struct params *p = qs_params(c);
    const struct locals *l = qs_locals(c);
    if (qs_cross_over(c, l->fast, l->slow))
        turn(c, QS_BUY, p->size);
    if (qs_cross_under(c, l->fast, l->slow))
        turn(c, QS_SELL, p->size);
}

QS_STRATEGY(.id = "a01_sma_cross_flip", .name = "SMA cross, long and short", .version = "1.0.0",
            .description = "Turns from long to short and back where two averages cross.",
            .inputs = QS_INPUTS(QS_INT_AS(struct params, fast, "Short average, bars", 10, 1, 1000),
                                QS_INT_AS(struct params, slow, "Long average, bars", 20, 2, 1000),
                                QS_FLOAT_AS(struct params, size, "Size, fraction of buying power",
                                            0.95, 0.01, 1.0)),
            QS_LOCALS(struct locals), .on_init = on_init, .on_bar = on_bar)
