/*
 * My strategy: hold the symbol while its close is above its average.
 *
 * A template: change what on_bar wants, and the inputs that it reads. `qshost watch` builds and
 * runs it whenever it is saved; its unit test is beside it (`make test`).
 */
#include <quasar/strategy.h>

/* What a run may set. The host checks the values and writes them here before on_init. */
struct params {
    int64_t period;
    double units;
};

/* Handles and scratch. Zeroed by the host, filled by on_init, never saved. */
struct locals {
    qs_line average;
};

/* Once, before the first bar. All indicators are asked for here; the host computes them. Anything
 * but 0 refuses to start. */
static int on_init(qs_ctx *c) {
    const struct params *p = qs_params(c);
    struct locals *l = qs_locals(c);
    l->average = qs_sma(c, QS_CLOSE, p->period);
    return 0;
}

/* Each time a bar has closed, from the bar on which all indicators have a value. Nothing trades
 * here: qs_buy and the like say what you want, and the order meets the market after this bar. */
static void on_bar(qs_ctx *c) {
    const struct params *p = qs_params(c);
    const struct locals *l = qs_locals(c);
    if (qs_cross_over(c, QS_CLOSE, l->average) && qs_is_flat(c))
        qs_buy(c, p->units);
    if (qs_cross_under(c, QS_CLOSE, l->average))
        qs_flatten(c);
    qs_plot(c, "average", qs_value(c, l->average));
}

/* Inputs: struct, member, label, default, smallest, largest. The member is the input's name. */
QS_STRATEGY(.id = "my_strategy", .name = "My strategy", .version = "0.1.0",
            .inputs = QS_INPUTS(QS_INT_AS(struct params, period, "Average, bars", 20, 2, 500),
                                QS_FLOAT_AS(struct params, units, "Units", 10.0, 1.0, 1e6)),
            QS_LOCALS(struct locals), .on_init = on_init, .on_bar = on_bar)
