/*
 * The table of inputs is a pointer to nowhere.
 */
#include <quasar/strategy.h>

static void on_bar(qs_ctx *c) { (void)c; }
QS_STRATEGY(.id = "wild_inputs", .version = "1.0.0", .inputs = (const struct qs_input *)0x10,
            .on_bar = on_bar)
