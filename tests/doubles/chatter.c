/*
 * Prints ten megabytes while it is loaded, and is fine otherwise.
 */
#include <quasar/strategy.h>

__attribute__((constructor)) static void construct(void) {
    for (int i = 0; i < 100000; i++)
        printf(
            "line %06d: the quick brown fox jumps over the lazy dog, once more and again, and again, "
            "and.\n",
            i);
    fputs("the last word\n", stderr);
}

static void on_bar(qs_ctx *c) { (void)c; }
QS_STRATEGY(.id = "chatter", .version = "1.0.0", .on_bar = on_bar)
