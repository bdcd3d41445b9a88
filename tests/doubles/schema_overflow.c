/*
 * qs_schema eats the whole stack.
 */
#include <quasar/strategy.h>

static volatile int depth;

static int deeper(int n) {
    volatile char frame[4096];
    frame[0] = (char)n;
    depth++;
    return deeper(n + 1) + frame[0];
}

QS_EXPORT const struct qs_strategy *qs_schema(void) {
    deeper(0);
    return NULL;
}
