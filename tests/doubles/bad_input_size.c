/*
 * Says that its table entries are smaller than they can be.
 * qs-flags: -Wno-initializer-overrides
 */
#include <quasar/strategy.h>

static void on_bar(qs_ctx *c) { (void)c; }
QS_STRATEGY(.id = "bad_input_size", .version = "1.0.0", .input_size = 8, .on_bar = on_bar)
