/*
 * Sends bytes without end to every descriptor that it finds.
 */
#include <unistd.h>

#include <quasar/strategy.h>

__attribute__((constructor)) static void construct(void) {
    static char flood[4096];
    for (;;)
        if (write(3, flood, sizeof flood) < 0)
            _exit(1);
}

static void on_bar(qs_ctx *c) { (void)c; }
QS_STRATEGY(.id = "ctor_floods", .version = "1.0.0", .on_bar = on_bar)
