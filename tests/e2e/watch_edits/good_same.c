/*
 * Good: good_1 in other words. Another build, and not one other decision.
 */
#include <quasar/strategy.h>

struct params {
    int64_t fast, slow;
    double size;
};

struct locals {
    qs_line lines[2];
};

static int on_init(qs_ctx *c) {
    const struct params *p = qs_params(c);
    struct locals *l = qs_locals(c);
    const int64_t periods[2] = {p->fast, p->slow};
    for (int i = 0; i < 2; i++)
        l->lines[i] = qs_sma(c, QS_CLOSE, periods[i]);
    return l->lines[0] < 0 || l->lines[1] < 0;
}

static void hold(qs_ctx *c, double units) { qs_target(c, qs_units(units)); }

static void on_bar(qs_ctx *c) {
    const struct locals *l = qs_locals(c);
    if (qs_cross_under(c, l->lines[0], l->lines[1]))
        hold(c, 0.0);
    else if (qs_cross_over(c, l->lines[0], l->lines[1]))
        hold(c, ((const struct params *)qs_params(c))->size);
}

QS_STRATEGY(.id = "edited", .name = "Edited", .version = "1.0.0",
            .inputs = QS_INPUTS(QS_INT(struct params, fast, 3, 1, 50),
                                QS_INT(struct params, slow, 8, 2, 100),
                                QS_FLOAT(struct params, size, 1.0, 0.1, 10.0)),
            QS_LOCALS(struct locals), .on_init = on_init, .on_bar = on_bar)
