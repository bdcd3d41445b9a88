/*
 * Crashes in on_init.
 */
#include <quasar/strategy.h>

static volatile int *volatile nowhere;

static int on_init(qs_ctx *c) {
    (void)c;
    *nowhere = 1;
    return 0;
}
static void on_bar(qs_ctx *c) { (void)c; }
QS_STRATEGY(.id = "init_crash", .version = "1.0.0", .on_init = on_init, .on_bar = on_bar)
