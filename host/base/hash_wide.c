/*
 * xxhash compiled once more into this file, with AVX2 (tools/cmake sets the flag for this file
 * alone). The state is the library's own: its layout is fixed by xxhash.h, the version of which is
 * checked in hash.c, and one may go on where the other stopped.
 */
#include "base/hash_wide.h"

#include "base/check.h"

#if defined(__AVX2__)
#define XXH_INLINE_ALL
#include <xxhash.h>

bool hash_wide_available(void) { return __builtin_cpu_supports("avx2"); }

void hash_wide_update(void *xxh3_state, const void *data, size_t len) {
    CHECK(XXH3_128bits_update(xxh3_state, data, len) == XXH_OK);
}
#else
bool hash_wide_available(void) { return false; }

void hash_wide_update(void *xxh3_state, const void *data, size_t len) {
    (void)xxh3_state;
    (void)data;
    (void)len;
    CHECK(!"no wide registers in this build");
}
#endif
