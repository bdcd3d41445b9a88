#include "plugin/float_mode.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define EXCEPTION_FLAGS 0x3fu

uint32_t float_mode_get(void) { return _mm_getcsr() & ~EXCEPTION_FLAGS; }
void float_mode_set(uint32_t mode) {
    _mm_setcsr((mode & ~EXCEPTION_FLAGS) | (_mm_getcsr() & EXCEPTION_FLAGS));
}
#elif defined(__aarch64__)
uint32_t float_mode_get(void) {
    uint64_t mode;
    __asm__ volatile("mrs %0, fpcr" : "=r"(mode));
    return (uint32_t)mode;
}
void float_mode_set(uint32_t mode) {
    uint64_t wide = mode;
    __asm__ volatile("msr fpcr, %0" : : "r"(wide));
}
#endif
