/*
 * A choice beyond the last option.
 */
#include <quasar/strategy.h>

struct params {
    int32_t mode;
};
static void on_bar(qs_ctx *c) { (void)c; }
QS_STRATEGY(.id = "bad_select", .version = "1.0.0",
            .inputs = QS_INPUTS(QS_SELECT(struct params, mode, 2, QS_NAMES("a", "b"))),
            .on_bar = on_bar)
