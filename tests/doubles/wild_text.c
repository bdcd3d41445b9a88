/*
 * A name that points to nowhere.
 */
#include <quasar/strategy.h>

static void on_bar(qs_ctx *c) { (void)c; }
QS_STRATEGY(.id = "wild_text", .version = "1.0.0", .name = (const char *)0x20, .on_bar = on_bar)
