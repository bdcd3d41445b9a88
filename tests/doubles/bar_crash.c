/*
 * Crashes at its 30th bar.
 */
#include <quasar/strategy.h>

static volatile int *volatile nowhere;
static int bars;

static void on_bar(qs_ctx *c) {
    (void)c;
    if (++bars == 30)
        *nowhere = 1;
}
QS_STRATEGY(.id = "bar_crash", .version = "1.0.0", .on_bar = on_bar)
