/*
 * Sleeps for ever while it is loaded, with every signal blocked.
 * qs-flags: -D_GNU_SOURCE
 */
#include <signal.h>
#include <unistd.h>

#include <quasar/strategy.h>

__attribute__((constructor)) static void construct(void) {
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
    for (;;)
        pause();
}

static void on_bar(qs_ctx *c) { (void)c; }
QS_STRATEGY(.id = "ctor_hang", .version = "1.0.0", .on_bar = on_bar)
