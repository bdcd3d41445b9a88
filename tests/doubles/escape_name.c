/*
 * A name that would repaint a terminal.
 */
#include <quasar/strategy.h>

static void on_bar(qs_ctx *c) { (void)c; }
QS_STRATEGY(.id = "escape_name", .version = "1.0.0", .name = "\033[2Jgone", .on_bar = on_bar)
