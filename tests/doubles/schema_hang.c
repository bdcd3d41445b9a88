/*
 * qs_schema never returns.
 */
#include <quasar/strategy.h>

static volatile int stop;

QS_EXPORT const struct qs_strategy *qs_schema(void) {
    while (!stop) {
    }
    return NULL;
}
