/*
 * base/hash_wide.h - XXH3-128 with wide registers where the processor has them: the same hash,
 * about twice as fast as the library's build for every x86-64. For hash.c only.
 */
#ifndef QS_BASE_HASH_WIDE_H
#define QS_BASE_HASH_WIDE_H

#include <stdbool.h>
#include <stddef.h>

/* Whether this processor and this build have them. */
bool hash_wide_available(void);
/* The same as XXH3_128bits_update on the same state; only where available. */
void hash_wide_update(void *xxh3_state, const void *data, size_t len);

#endif
