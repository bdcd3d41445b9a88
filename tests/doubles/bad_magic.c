/*
 * Not a schema at all: the first word is another.
 * qs-flags: -Wno-initializer-overrides
 */
#include <quasar/strategy.h>

static void on_bar(qs_ctx *c) { (void)c; }
QS_STRATEGY(.id = "bad_magic", .version = "1.0.0", .magic = 0x12345678u, .on_bar = on_bar)
