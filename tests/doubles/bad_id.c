/*
 * An id that could not be a file's name.
 */
#include <quasar/strategy.h>

static void on_bar(qs_ctx *c) { (void)c; }
QS_STRATEGY(.id = "../evil", .version = "1.0.0", .on_bar = on_bar)
