/*
 * Loads, and does not want to run.
 */
#include <quasar/strategy.h>

struct params {
    int64_t fast, slow;
    double size;
};

static int on_init(qs_ctx *c) {
    qs_log(c, QS_LOG_ERROR, "not with these params");
    return 7;
}

static void on_bar(qs_ctx *c) { qs_target(c, qs_units(1.0)); }

QS_STRATEGY(.id = "edited", .name = "Edited", .version = "1.0.0",
            .inputs = QS_INPUTS(QS_INT(struct params, fast, 3, 1, 50),
                                QS_INT(struct params, slow, 8, 2, 100),
                                QS_FLOAT(struct params, size, 1.0, 0.1, 10.0)),
            .on_init = on_init, .on_bar = on_bar)
