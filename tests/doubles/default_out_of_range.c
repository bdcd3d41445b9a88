/*
 * A default that its own range forbids.
 */
#include <quasar/strategy.h>

struct params {
    int64_t fast, slow;
    double size;
};
static void on_bar(qs_ctx *c) { (void)c; }
QS_STRATEGY(.id = "default_out_of_range", .version = "1.0.0",
            .inputs = QS_INPUTS(QS_INT(struct params, fast, 300, 1, 200)), .on_bar = on_bar)
