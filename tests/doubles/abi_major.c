/*
 * Built for another ABI.
 * qs-flags: -Wno-initializer-overrides
 */
#include <quasar/strategy.h>

static void on_bar(qs_ctx *c) { (void)c; }
QS_STRATEGY(.id = "abi_major", .version = "1.0.0", .abi_major = 3, .on_bar = on_bar)
