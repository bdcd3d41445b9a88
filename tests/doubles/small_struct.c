/*
 * Says that its struct ends early.
 * qs-flags: -Wno-initializer-overrides
 */
#include <quasar/strategy.h>

static void on_bar(qs_ctx *c) { (void)c; }
QS_STRATEGY(.id = "small_struct", .version = "1.0.0", .struct_size = 40, .on_bar = on_bar)
