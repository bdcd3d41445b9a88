/*
 * Has no id.
 */
#include <quasar/strategy.h>

static void on_bar(qs_ctx *c) { (void)c; }
QS_STRATEGY(.version = "1.0.0", .on_bar = on_bar)
