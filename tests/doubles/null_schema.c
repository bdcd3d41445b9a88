/*
 * qs_schema returns NULL.
 */
#include <quasar/strategy.h>

QS_EXPORT const struct qs_strategy *qs_schema(void) { return NULL; }
