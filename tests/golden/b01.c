/*
 * SMA cross, one position at a time: buy a fixed amount at a cross up when flat, close it at a
 * cross down when not.
 *
 * Unlike a12 it asks what it holds: a cross up that comes while it is long is passed over.
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
    if (qs_is_flat(c)) {
        if (qs_cross_over(c, l->fast, l->slow))
            qs_buy(c, p->size);
    } else if (qs_cross_under(c, l->fast, l->slow)) {
        qs_flatten(c);
    }
}

QS_STRATEGY(.id = "b01_sma_cross_fixed", .name = "SMA cross, one position", .version = "1.0.0",
            .description = "Buys at a cross up when flat, closes at a cross down.",
            .inputs = QS_INPUTS(QS_INT_AS(struct params, fast, "Short average, bars", 10, 1, 1000),
                                QS_INT_AS(struct params, slow, "Long average, bars", 30, 2, 1000),
                                QS_FLOAT_AS(struct params, size, "Order size, units", 20.0, 1e-9,
                                            1e12)),
            QS_LOCALS(struct locals), .on_init = on_init, .on_bar = on_bar)
