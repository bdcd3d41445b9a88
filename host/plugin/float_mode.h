/*
 * plugin/float_mode.h - the floating-point mode of this thread (MXCSR, FPCR): rounding, flush to
 * zero, traps. Taken before a plugin's code runs and put back after it.
 *
 * A plugin built with -ffast-math changes it for the whole process. Flags of past exceptions are
 * not part of it.
 */
#ifndef PLUGIN_FLOAT_MODE_H
#define PLUGIN_FLOAT_MODE_H

#include <stdint.h>

uint32_t float_mode_get(void);
void float_mode_set(uint32_t mode);

#endif
