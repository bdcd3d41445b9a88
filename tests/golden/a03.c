/*
 * RSI reversion: buy a fixed amount when the market is oversold, sell it when the index has
 * recovered.
 *
 * One position at a time. The levels are asked for on every bar, not on the bar that passes them,
 * so a market that stays oversold after an exit is bought again at once. Serves a03 and b03.
 */
#include <quasar/strategy.h>

struct params {
    int64_t period;
    double entry, exit, size;
};

struct locals {
    qs_line rsi;
};

static int on_init(qs_ctx *c) {
    const struct params *p = qs_params(c);
    struct locals *l = qs_locals(c);
    l->rsi = qs_rsi(c, QS_CLOSE, p->period);
    return 0;
}

static void on_bar(qs_ctx *c) {
    const struct params *p = qs_params(c);
    const struct locals *l = qs_locals(c);
    double rsi = qs_value(c, l->rsi);
    if (qs_is_flat(c)) {
        if (rsi < p->entry)
            qs_buy(c, p->size);
    } else if (rsi > p->exit) {
        qs_flatten(c);
    }
}

QS_STRATEGY(.id = "a03_rsi_reversion", .name = "RSI reversion", .version = "1.0.0",
            .description = "Buys below one level of the RSI, sells above another.",
            .inputs = QS_INPUTS(QS_INT_AS(struct params, period, "RSI, bars", 14, 1, 1000),
                                QS_FLOAT_AS(struct params, entry, "Buy below", 30.0, 0.0, 100.0),
                                QS_FLOAT_AS(struct params, exit, "Sell above", 55.0, 0.0, 100.0),
                                QS_FLOAT_AS(struct params, size, "Order size, units", 200.0, 1e-9,
                                            1e12)),
            QS_LOCALS(struct locals), .on_init = on_init, .on_bar = on_bar)
