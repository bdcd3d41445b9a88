/*
 * Fine, but wants an executable stack, and never to be unloaded.
 * qs-flags: -Wno-unused-command-line-argument -Wl,-z,execstack -Wl,-z,nodelete -Wl,--build-id=none
 */
#include <quasar/strategy.h>

static void on_bar(qs_ctx *c) { (void)c; }
QS_STRATEGY(.id = "exec_stack", .version = "1.0.0", .on_bar = on_bar)
