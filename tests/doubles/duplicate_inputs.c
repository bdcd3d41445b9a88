/*
 * Two inputs of one name.
 */
#include <quasar/strategy.h>

struct params {
    int64_t fast, slow;
    double size;
};
static void on_bar(qs_ctx *c) { (void)c; }
QS_STRATEGY(.id = "duplicate_inputs", .version = "1.0.0",
            .inputs = QS_INPUTS(QS_INT(struct params, fast, 12, 1, 200),
                                QS_INT(struct params, slow, 26, 1, 200),
                                {QS_INPUT_FLOAT,
                                 offsetof(struct params, size),
                                 8,
                                 sizeof(struct params),
                                 "fast",
                                 NULL,
                                 {0},
                                 {1.0, 0.0, 2.0},
                                 NULL}),
            .on_bar = on_bar)
