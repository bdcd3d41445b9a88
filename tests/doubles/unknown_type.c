/*
 * An input of a type that does not exist.
 */
#include <quasar/strategy.h>

struct params {
    int64_t fast, slow;
    double size;
};
static void on_bar(qs_ctx *c) { (void)c; }
QS_STRATEGY(.id = "unknown_type", .version = "1.0.0",
            .inputs = QS_INPUTS({9, 0, 8, sizeof(struct params), "fast", NULL, {0}, {0.0}, NULL}),
            .on_bar = on_bar)
