/*
 * An input beyond the end of its struct.
 */
#include <quasar/strategy.h>

struct params {
    int64_t fast, slow;
    double size;
};
static void on_bar(qs_ctx *c) { (void)c; }
QS_STRATEGY(.id = "outside_inputs", .version = "1.0.0",
            .inputs = QS_INPUTS({QS_INPUT_INT,
                                 sizeof(struct params),
                                 8,
                                 sizeof(struct params),
                                 "far",
                                 NULL,
                                 {1, 0, 2},
                                 {0.0},
                                 NULL}),
            .on_bar = on_bar)
