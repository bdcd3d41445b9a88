/*
 * State whose meaning has no number.
 */
#include <quasar/strategy.h>

static void on_bar(qs_ctx *c) { (void)c; }
QS_STRATEGY(.id = "state_without_version", .version = "1.0.0", .state_size = 8, .on_bar = on_bar)
