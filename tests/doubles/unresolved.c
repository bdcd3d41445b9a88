/*
 * Calls a function that nobody has.
 * qs-flags: -Wno-unused-command-line-argument -Wl,-z,undefs
 */
#include <quasar/strategy.h>

int not_there(void);
static void on_bar(qs_ctx *c) {
    (void)c;
    (void)not_there();
}
QS_STRATEGY(.id = "unresolved", .version = "1.0.0", .on_bar = on_bar)
