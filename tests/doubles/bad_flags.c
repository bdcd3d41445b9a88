/*
 * Uses a flag that no host knows.
 */
#include <quasar/strategy.h>

static void on_bar(qs_ctx *c) { (void)c; }
QS_STRATEGY(.id = "bad_flags", .version = "1.0.0", .flags = 4, .on_bar = on_bar)
