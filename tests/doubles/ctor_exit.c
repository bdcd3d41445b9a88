/*
 * Ends the process while it is loaded, as if all were well.
 */
#include <stdlib.h>

#include <quasar/strategy.h>

__attribute__((constructor)) static void construct(void) { exit(0); }

static void on_bar(qs_ctx *c) { (void)c; }
QS_STRATEGY(.id = "ctor_exit", .version = "1.0.0", .on_bar = on_bar)
