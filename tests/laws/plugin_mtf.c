/*
 * Two timeframes of one symbol: hold it while the short bars close above the average of the long
 * ones. A long bar is to be seen with the short bar that closes with it or after it, never before.
 */
#include <quasar/strategy.h>

struct params {
    qs_feed fast, slow;
    int64_t length;
    double size;
};

struct locals {
    qs_line mean, range;
};

struct state {
    int64_t slow_bars, together;
};

static int on_init(qs_ctx *c) {
    const struct params *p = qs_params(c);
    struct locals *l = qs_locals(c);
    l->mean = qs_sma(c, qs_src(p->slow, QS_CLOSE), p->length);
    l->range = qs_atr(c, qs_src(p->fast, QS_BARS), 14);
    return 0;
}

static void on_bar(qs_ctx *c) {
    const struct params *p = qs_params(c);
    const struct locals *l = qs_locals(c);
    struct state *s = qs_state(c);
    if (qs_this_feed(c) == p->slow) {
        s->slow_bars++;
        s->together += qs_closed(c, p->fast);
        qs_plot(c, "slow", qs_close_of(c, p->slow, 0));
        return;
    }
    double close = qs_close_of(c, p->fast, 0), mean = qs_value(c, l->mean);
    double range = qs_value(c, l->range);
    qs_plot(c, "mean", mean);
    if (close > mean + range && qs_held_of(c, p->fast) <= 0.0)
        qs_target_of(c, p->fast, qs_percent_equity(p->size));
    if (close < mean - range && qs_held_of(c, p->slow) >= 0.0)
        qs_target_of(c, p->slow, qs_percent_equity(-p->size));
}

QS_STRATEGY(.id = "law_mtf", .name = "Two timeframes", .version = "1.0.0",
            .description = "Short bars against the average of long ones, for the laws.",
            .inputs = QS_INPUTS(QS_SYMBOL(struct params, fast), QS_SYMBOL(struct params, slow),
                                QS_INT(struct params, length, 5, 1, 200),
                                QS_FLOAT(struct params, size, 0.8, 0.0, 1.0)),
            .variables = QS_VARIABLES(QS_STATE_I64(struct state, slow_bars),
                                      QS_STATE_I64(struct state, together)),
            QS_LOCALS(struct locals), QS_STATE(struct state, 1), .on_init = on_init,
            .on_bar = on_bar)
