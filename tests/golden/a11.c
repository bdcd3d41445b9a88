/*
 * Bollinger reversion, both ways: bet against a close outside the bands, leave at the middle one.
 *
 * One position at a time, each with a fraction of the buying power. Entry and exit are never asked
 * for on the same bar: a close outside a band says nothing while a position is held.
 */
#include <quasar/strategy.h>

struct params {
    int64_t period;
    double deviations, size;
};

struct locals {
    struct qs_bbands_lines bands;
};

static int on_init(qs_ctx *c) {
    const struct params *p = qs_params(c);
    struct locals *l = qs_locals(c);
    l->bands = qs_bbands(c, QS_CLOSE, p->period, p->deviations);
    return 0;
}

static void enter(qs_ctx *c, int32_t side, double size) {
    struct qs_order_req entry = qs_order_new(c, side, qs_percent_buying_power(size));
    qs_submit(c, &entry);
}

static void on_bar(qs_ctx *c) {
    const struct params *p = qs_params(c);
    const struct locals *l = qs_locals(c);
    double close = qs_close(c, 0), held = qs_held(c), mid = qs_value(c, l->bands.mid);
    if (held > 0.0 ? close >= mid : held < 0.0 && close <= mid)
        qs_flatten(c);
    if (held != 0.0)
        return;
    if (close < qs_value(c, l->bands.low))
        enter(c, QS_BUY, p->size);
    else if (close > qs_value(c, l->bands.up))
        enter(c, QS_SELL, p->size);
}

QS_STRATEGY(.id = "a11_bollinger_reversion", .name = "Bollinger reversion, long and short",
            .version = "1.0.0",
            .description = "Bets against a close outside the bands, leaves at the middle one.",
            .inputs = QS_INPUTS(
                QS_INT_AS(struct params, period, "Bands, bars", 20, 1, 1000),
                QS_FLOAT_AS(struct params, deviations, "Bands, deviations", 2.0, 0.1, 10.0),
                QS_FLOAT_AS(struct params, size, "Size, fraction of buying power", 0.3, 0.01, 1.0)),
            QS_LOCALS(struct locals), .on_init = on_init, .on_bar = on_bar)
