/*
 * An int input whose field is too narrow for it; written by hand, for QS_INT would not compile.
 */
#include <quasar/strategy.h>

struct params {
    int32_t fast;
};
static const struct qs_input inputs[] = {{.type = QS_INPUT_INT,
                                          .offset = (uint32_t)offsetof(struct params, fast),
                                          .size = (uint32_t)sizeof(int32_t),
                                          .owner_size = (uint32_t)sizeof(struct params),
                                          .name = "fast",
                                          .i = {12, 1, 200}},
                                         QS_INPUTS_END};
static void on_bar(qs_ctx *c) { (void)c; }
QS_STRATEGY(.id = "narrow_input", .version = "1.0.0", .inputs = inputs, .on_bar = on_bar)
