/*
 * A table of inputs without an end.
 */
#include <quasar/strategy.h>

struct params {
    double v[100];
};
static struct qs_input endless[100];
static char names[100][8];
static void on_bar(qs_ctx *c) { (void)c; }

static struct qs_strategy schema = {.magic = QS_MAGIC,
                                    .struct_size = sizeof schema,
                                    .abi_major = QS_ABI_MAJOR,
                                    .abi_minor = QS_ABI_MINOR,
                                    .input_size = sizeof(struct qs_input),
                                    .variable_size = sizeof(struct qs_variable),
                                    .id = "endless_inputs",
                                    .version = "1.0.0",
                                    .inputs = endless,
                                    .on_bar = on_bar};

QS_EXPORT const struct qs_strategy *qs_schema(void) {
    for (int i = 0; i < 100; i++) {
        snprintf(names[i], sizeof names[i], "v%d", i);
        endless[i] = (struct qs_input){QS_INPUT_FLOAT,
                                       (uint32_t)(8 * i),
                                       8,
                                       sizeof(struct params),
                                       names[i],
                                       NULL,
                                       {0},
                                       {1.0, 0.0, 2.0},
                                       NULL};
    }
    return &schema;
}
