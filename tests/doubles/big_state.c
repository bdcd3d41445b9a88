/*
 * More state than a strategy may have.
 */
#include <quasar/strategy.h>

static void on_bar(qs_ctx *c) { (void)c; }
QS_STRATEGY(.id = "big_state", .version = "1.0.0", .state_size = QS_STATE_MAX + 1,
            .state_version = 1, .on_bar = on_bar)
