/*
 * Dual moving average crossover: hold the symbol while its short average is above its long one,
 * hold nothing while it is below.
 *
 * Long only, always all in or all out. It says what it wants to hold (a target) instead of which
 * order gets it there, so an order that was refused or not yet filled never adds up with the next.
 * Averages that are the wrong way round are refused before the run starts.
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
    if (p->fast >= p->slow) {
        qs_log(c, QS_LOG_ERROR, "fast (%lld) must be less than slow (%lld)", (long long)p->fast,
               (long long)p->slow);
        return -1;
    }
    l->fast = qs_sma(c, QS_CLOSE, p->fast);
    l->slow = qs_sma(c, QS_CLOSE, p->slow);
    return 0;
}

static void on_bar(qs_ctx *c) {
    const struct params *p = qs_params(c);
    const struct locals *l = qs_locals(c);
    if (qs_cross_over(c, l->fast, l->slow))
        qs_target(c, qs_percent_equity(p->size));
    if (qs_cross_under(c, l->fast, l->slow))
        qs_target(c, qs_units(0.0));
}

QS_STRATEGY(.id = "dual_ma_crossover", .name = "Dual moving average crossover", .version = "1.0.0",
            .description = "Long while the short moving average is above the long one, else flat.",
            .inputs = QS_INPUTS(QS_INT_AS(struct params, fast, "Short average, bars", 10, 1, 1000),
                                QS_INT_AS(struct params, slow, "Long average, bars", 30, 2, 1000),
                                QS_FLOAT_AS(struct params, size, "Size, fraction of equity", 0.95,
                                            0.01, 1.0)),
            QS_LOCALS(struct locals), .on_init = on_init, .on_bar = on_bar)
