/*
 * Answers in the host's place, with bytes of its own, and leaves.
 */
#include <unistd.h>

#include <quasar/strategy.h>

__attribute__((constructor)) static void construct(void) {
    static const char forged[] = "QSPB this is no answer";
    for (int fd = 3; fd < 16; fd++)
        if (write(fd, forged, sizeof forged) < 0)
            continue;
}

static void on_bar(qs_ctx *c) { (void)c; }
QS_STRATEGY(.id = "ctor_forges", .version = "1.0.0", .on_bar = on_bar)
