/*
 * Prints at every bar.
 */
#include <quasar/strategy.h>

static void on_bar(qs_ctx *c) { printf("bar %lld\n", (long long)c->view->bars); }
QS_STRATEGY(.id = "bar_prints", .version = "1.0.0", .on_bar = on_bar)
