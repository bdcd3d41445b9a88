/*
 * Does not compile: line 12 has a slip of the pen.
 */
#include <quasar/strategy.h>

struct params {
    int64_t fast, slow;
    double size;
};

static void on_bar(qs_ctx *c) {
    doubel close = qs_close(c, 0);
    qs_target(c, qs_units(close > 0.0 ? 1.0 : 0.0));
}

QS_STRATEGY(.id = "edited", .name = "Edited", .version = "1.0.0",
            .inputs = QS_INPUTS(QS_INT(struct params, fast, 3, 1, 50),
                                QS_INT(struct params, slow, 8, 2, 100),
                                QS_FLOAT(struct params, size, 1.0, 0.1, 10.0)),
            .on_bar = on_bar)
