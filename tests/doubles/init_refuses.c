/*
 * Does not want to run.
 */
#include <quasar/strategy.h>

static int on_init(qs_ctx *c) {
    qs_log(c, QS_LOG_ERROR, "not today");
    return 7;
}
static void on_bar(qs_ctx *c) { (void)c; }
QS_STRATEGY(.id = "init_refuses", .version = "1.0.0", .on_init = on_init, .on_bar = on_bar)
