/*
 * An int input whose field is too narrow for it.
 */
#include <quasar/strategy.h>

struct params {
    int32_t fast;
};
static void on_bar(qs_ctx *c) { (void)c; }
QS_STRATEGY(.id = "narrow_input", .version = "1.0.0",
            .inputs = QS_INPUTS(QS_INT(struct params, fast, 12, 1, 200)), .on_bar = on_bar)
