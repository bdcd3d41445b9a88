/*
 * Crashes while it is loaded.
 */
#include <quasar/strategy.h>

static volatile int *volatile nowhere;

__attribute__((constructor)) static void construct(void) { *nowhere = 1; }

static void on_bar(qs_ctx *c) { (void)c; }
QS_STRATEGY(.id = "ctor_crash", .version = "1.0.0", .on_bar = on_bar)
