/*
 * Needs a library that a strategy may not need.
 * qs-flags: -Wno-unused-command-line-argument -Wl,--no-as-needed -l:librt.so.1
 */
#include <quasar/strategy.h>

static void on_bar(qs_ctx *c) { (void)c; }
QS_STRATEGY(.id = "needs_library", .version = "1.0.0", .on_bar = on_bar)
