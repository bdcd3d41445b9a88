/*
 * A range that ends before it begins.
 */
#include <quasar/strategy.h>

struct params {
    int64_t fast, slow;
    double size;
};
static void on_bar(qs_ctx *c) { (void)c; }
QS_STRATEGY(.id = "min_over_max", .version = "1.0.0",
            .inputs = QS_INPUTS(QS_INT(struct params, fast, 12, 200, 1)), .on_bar = on_bar)
