/*
 * One run, one arena: everything a run needs while it lives is carved from a fixed reservation
 * and given back by one munmap.
 *
 * Not for what can be freed before the run ends (mem.h), nor for data shared by runs (columns).
 * Invariant: memory never moves and is zero when handed out.
 *
 *   base          base+used                         base+size_max
 *    |## handed out ##|........ reserved, not touched ......|
 */
#ifndef QS_BASE_ARENA_H
#define QS_BASE_ARENA_H

#include <stddef.h>
#include <stdint.h>

#include "base/check.h"

struct arena {
    uint8_t *base;
    size_t size_max;
    size_t used;
};

/* Reserves address space for size_max bytes (> 0, rounded up to pages); physical memory comes with
 * the first touch. Aborts when the kernel refuses. */
void arena_init(struct arena *arena, size_t size_max);

/* Unmaps all of it. Accepts a zeroed or already finished arena. */
void arena_fini(struct arena *arena);

/* `size` zero bytes at a multiple of `align` (a power of two, at most 4096). Aborts over the
 * limit. Size 0 gives a valid pointer to nothing. */
void *arena_alloc(struct arena *arena, size_t size, size_t align) NODISCARD;

/* arena_alloc of n items of `size` bytes each; aborts when the product overflows. */
void *arena_alloc_array(struct arena *arena, size_t n, size_t size, size_t align) NODISCARD;

/* A terminated copy of text. */
char *arena_strdup(struct arena *arena, const char *text) NODISCARD;

#define ARENA_NEW(arena, type) ((type *)arena_alloc((arena), sizeof(type), _Alignof(type)))
#define ARENA_ARRAY(arena, type, n)                                                                \
    ((type *)arena_alloc_array((arena), (n), sizeof(type), _Alignof(type)))

#endif
