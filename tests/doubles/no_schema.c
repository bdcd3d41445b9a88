/*
 * A fine library, but no strategy.
 */
#include <quasar/strategy.h>

QS_EXPORT int answer(void) { return 42; }
