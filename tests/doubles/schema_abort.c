/*
 * qs_schema gives up by abort().
 */
#include <stdlib.h>

#include <quasar/strategy.h>

QS_EXPORT const struct qs_strategy *qs_schema(void) {
    fputs("I give up\n", stderr);
    abort();
}
