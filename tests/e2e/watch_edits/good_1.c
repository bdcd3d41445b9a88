/*
 * Good: long while one average is above the other.
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
        qs_target(c, qs_units(p->size));
    if (qs_cross_under(c, l->fast, l->slow))
        qs_target(c, qs_units(0.0));
}

QS_STRATEGY(.id = "edited", .name = "Edited", .version = "1.0.0",
            .inputs = QS_INPUTS(QS_INT(struct params, fast, 3, 1, 50),
                                QS_INT(struct params, slow, 8, 2, 100),
                                QS_FLOAT(struct params, size, 1.0, 0.1, 10.0)),
            QS_LOCALS(struct locals), .on_init = on_init, .on_bar = on_bar)
