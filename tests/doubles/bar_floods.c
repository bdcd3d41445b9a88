/*
 * Asks for more orders in one callback than a strategy may.
 */
#include <quasar/strategy.h>

static void on_bar(qs_ctx *c) {
    for (int i = 0; i < QS_INTENTS_MAX + 10; i++)
        qs_buy(c, 1.0);
}
QS_STRATEGY(.id = "bar_floods", .version = "1.0.0", .on_bar = on_bar)
