/*
 * MACD cross, one position at a time: buy a fixed amount when the line crosses over its signal,
 * close it when the line crosses under.
 *
 * Nothing here says that orders fill at the close that gave the signal: that is the run's choice
 * (fill_model: close_to_close), and an optimistic one.
 */
#include <quasar/strategy.h>

struct params {
    int64_t fast, slow, signal;
    double size;
};

struct locals {
    struct qs_macd_lines macd;
};

static int on_init(qs_ctx *c) {
    const struct params *p = qs_params(c);
    struct locals *l = qs_locals(c);
    l->macd = qs_macd(c, QS_CLOSE, p->fast, p->slow, p->signal);
    return 0;
}

static void on_bar(qs_ctx *c) {
    const struct params *p = qs_params(c);
    const struct locals *l = qs_locals(c);
    if (qs_is_flat(c)) {
        if (qs_cross_over(c, l->macd.line, l->macd.signal))
            qs_buy(c, p->size);
    } else if (qs_cross_under(c, l->macd.line, l->macd.signal)) {
        qs_flatten(c);
    }
}

QS_STRATEGY(.id = "b14_macd_cross", .name = "MACD cross, one position", .version = "1.0.0",
            .description = "Buys where the MACD line crosses over its signal, closes where it "
                           "crosses under.",
            .inputs = QS_INPUTS(QS_INT_AS(struct params, fast, "Fast EMA, bars", 12, 1, 1000),
                                QS_INT_AS(struct params, slow, "Slow EMA, bars", 26, 1, 1000),
                                QS_INT_AS(struct params, signal, "Signal EMA, bars", 9, 1, 1000),
                                QS_FLOAT_AS(struct params, size, "Order size, units", 500.0, 1e-9,
                                            1e12)),
            QS_LOCALS(struct locals), .on_init = on_init, .on_bar = on_bar)
