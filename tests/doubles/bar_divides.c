/*
 * Divides by zero at its 30th bar.
 */
#include <quasar/strategy.h>

static volatile int zero;
static int bars;

static void on_bar(qs_ctx *c) {
    (void)c;
    if (++bars == 30)
        bars = bars / zero;
}
QS_STRATEGY(.id = "bar_divides", .version = "1.0.0", .on_bar = on_bar)
