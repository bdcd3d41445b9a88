/*
 * Ends the process while it is loaded, without goodbye.
 */
#include <unistd.h>

#include <quasar/strategy.h>

__attribute__((constructor)) static void construct(void) { _exit(3); }

static void on_bar(qs_ctx *c) { (void)c; }
QS_STRATEGY(.id = "ctor_exit_fast", .version = "1.0.0", .on_bar = on_bar)
