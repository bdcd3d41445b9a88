/*
 * Never comes back from its 30th bar.
 */
#include <quasar/strategy.h>

static volatile int stop;
static int bars;

static void on_bar(qs_ctx *c) {
    (void)c;
    if (++bars == 30)
        while (!stop) {
        }
}
QS_STRATEGY(.id = "bar_hang", .version = "1.0.0", .on_bar = on_bar)
