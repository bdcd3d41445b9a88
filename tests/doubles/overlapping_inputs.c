/*
 * Two inputs write the same bytes.
 */
#include <quasar/strategy.h>

struct params {
    int64_t fast, slow;
    double size;
};
static void on_bar(qs_ctx *c) { (void)c; }
QS_STRATEGY(.id = "overlapping_inputs", .version = "1.0.0",
            .inputs = QS_INPUTS(QS_INT(struct params, fast, 12, 1, 200),
                                {QS_INPUT_INT,
                                 offsetof(struct params, fast),
                                 8,
                                 sizeof(struct params),
                                 "slow",
                                 NULL,
                                 {26, 1, 200},
                                 {0.0},
                                 NULL}),
            .on_bar = on_bar)
