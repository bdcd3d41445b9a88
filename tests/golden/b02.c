/*
 * EMA cross between two targets: so much of the equity long after a cross up, as much short after a
 * cross down.
 *
 * It says what it wants to hold and leaves the arithmetic to the host: one order closes the old
 * side and opens the new one. Equity is taken at the close that gave the signal.
 */
#include <quasar/strategy.h>

struct params {
    int64_t fast, slow;
    double target;
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
        qs_target(c, qs_percent_equity(p->target));
    if (qs_cross_under(c, l->fast, l->slow))
        qs_target(c, qs_percent_equity(-p->target));
}

QS_STRATEGY(.id = "b02_ema_cross_target", .name = "EMA cross between targets", .version = "1.0.0",
            .description = "A fraction of equity long after a cross up, short after a cross down.",
            .inputs = QS_INPUTS(QS_INT_AS(struct params, fast, "Fast EMA, bars", 20, 1, 1000),
                                QS_INT_AS(struct params, slow, "Slow EMA, bars", 80, 1, 1000),
                                QS_FLOAT_AS(struct params, target, "Target, fraction of equity",
                                            0.9, 0.01, 10.0)),
            QS_LOCALS(struct locals), .on_init = on_init, .on_bar = on_bar)
