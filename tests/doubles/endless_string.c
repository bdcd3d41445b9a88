/*
 * A version that never ends: a page and more of letters.
 */
#include <quasar/strategy.h>

static char letters[1 << 16];
static void on_bar(qs_ctx *c) { (void)c; }

static struct qs_strategy schema = {.magic = QS_MAGIC,
                                    .struct_size = sizeof schema,
                                    .abi_major = QS_ABI_MAJOR,
                                    .abi_minor = QS_ABI_MINOR,
                                    .input_size = sizeof(struct qs_input),
                                    .variable_size = sizeof(struct qs_variable),
                                    .id = "endless_string",
                                    .version = letters,
                                    .on_bar = on_bar};

QS_EXPORT const struct qs_strategy *qs_schema(void) {
    memset(letters, '1', sizeof letters);
    return &schema;
}
