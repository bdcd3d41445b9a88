/*
 * A default that is no number.
 */
#include <math.h>

#include <quasar/strategy.h>

struct params {
    int64_t fast, slow;
    double size;
};
static void on_bar(qs_ctx *c) { (void)c; }
QS_STRATEGY(.id = "nan_default", .version = "1.0.0",
            .inputs = QS_INPUTS(QS_FLOAT(struct params, size, NAN, 0.0, 1.0)), .on_bar = on_bar)
