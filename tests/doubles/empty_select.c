/*
 * A choice without options.
 */
#include <quasar/strategy.h>

struct params {
    int32_t mode;
};
static void on_bar(qs_ctx *c) { (void)c; }
QS_STRATEGY(.id = "empty_select", .version = "1.0.0",
            .inputs = QS_INPUTS(QS_SELECT(struct params, mode, 0, NULL)), .on_bar = on_bar)
