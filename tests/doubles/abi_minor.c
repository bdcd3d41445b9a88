/*
 * Built with a newer SDK than the host's.
 * qs-flags: -Wno-initializer-overrides
 */
#include <quasar/strategy.h>

static void on_bar(qs_ctx *c) { (void)c; }
QS_STRATEGY(.id = "abi_minor", .version = "1.0.0", .abi_minor = QS_ABI_MINOR + 1, .on_bar = on_bar)
