/*
 * Compiles and does not link: a function is declared and nowhere defined.
 */
#include <quasar/strategy.h>

struct params {
    int64_t fast, slow;
    double size;
};

double signal_of_another_file(double close);

static void on_bar(qs_ctx *c) { qs_target(c, qs_units(signal_of_another_file(qs_close(c, 0)))); }

QS_STRATEGY(.id = "edited", .name = "Edited", .version = "1.0.0",
            .inputs = QS_INPUTS(QS_INT(struct params, fast, 3, 1, 50),
                                QS_INT(struct params, slow, 8, 2, 100),
                                QS_FLOAT(struct params, size, 1.0, 0.1, 10.0)),
            .on_bar = on_bar)
