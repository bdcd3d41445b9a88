/*
 * Leaves a process behind while it is loaded, which keeps every pipe open.
 */
#include <unistd.h>

#include <quasar/strategy.h>

__attribute__((constructor)) static void construct(void) {
    if (fork() == 0)
        for (;;)
            pause();
}

static void on_bar(qs_ctx *c) { (void)c; }
QS_STRATEGY(.id = "ctor_fork", .version = "1.0.0", .on_bar = on_bar)
