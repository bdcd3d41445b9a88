/*
 * Never wants to be called.
 */
#include <quasar/strategy.h>

QS_STRATEGY(.id = "no_on_bar", .version = "1.0.0")
