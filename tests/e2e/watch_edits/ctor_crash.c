/*
 * Builds, and crashes while it is loaded.
 */
#include <quasar/strategy.h>

struct params {
    int64_t fast, slow;
    double size;
};

static volatile int *volatile nowhere;

__attribute__((constructor)) static void construct(void) { *nowhere = 1; }

static void on_bar(qs_ctx *c) { qs_target(c, qs_units(1.0)); }

QS_STRATEGY(.id = "edited", .name = "Edited", .version = "1.0.0",
            .inputs = QS_INPUTS(QS_INT(struct params, fast, 3, 1, 50),
                                QS_INT(struct params, slow, 8, 2, 100),
                                QS_FLOAT(struct params, size, 1.0, 0.1, 10.0)),
            .on_bar = on_bar)
