/*
 * Ends the process at its 30th bar, as if all were well.
 */
#include <stdlib.h>

#include <quasar/strategy.h>

static int bars;

static void on_bar(qs_ctx *c) {
    (void)c;
    if (++bars == 30)
        exit(0);
}
QS_STRATEGY(.id = "bar_exit", .version = "1.0.0", .on_bar = on_bar)
