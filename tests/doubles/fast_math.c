/*
 * Built with -ffast-math: its constructor changes the floating-point mode of the process.
 * qs-flags: -ffast-math
 */
#include <quasar/strategy.h>

static void on_bar(qs_ctx *c) { (void)c; }
QS_STRATEGY(.id = "fast_math", .version = "1.0.0", .on_bar = on_bar)
