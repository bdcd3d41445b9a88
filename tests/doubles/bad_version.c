/*
 * A version that is none.
 */
#include <quasar/strategy.h>

static void on_bar(qs_ctx *c) { (void)c; }
QS_STRATEGY(.id = "bad_version", .version = "1.0", .on_bar = on_bar)
