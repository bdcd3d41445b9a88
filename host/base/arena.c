/* A reservation with PROT_READ|WRITE and no backing: the kernel gives zeroed pages on first touch,
 * so nothing is ever cleared by hand, and the sum of the reservations may exceed the memory. */
#include "base/arena.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define ALIGN_MAX ((size_t)4096)

void arena_init(struct arena *arena, size_t size_max) {
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    CHECK(size_max > 0);
    CHECKF(size_max <= SIZE_MAX - page, "%zu bytes", size_max);
    size_max = (size_max + page - 1) / page * page;
    void *base = mmap(NULL, size_max, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    CHECKF(base != MAP_FAILED, "no address space for an arena of %zu bytes", size_max);
    *arena = (struct arena){.base = base, .size_max = size_max};
}

void arena_fini(struct arena *arena) {
    if (arena->base != NULL)
        CHECK(munmap(arena->base, arena->size_max) == 0);
    *arena = (struct arena){0};
}

void *arena_alloc(struct arena *arena, size_t size, size_t align) {
    CHECK(arena->base != NULL);
    CHECKF(align > 0 && (align & (align - 1)) == 0 && align <= ALIGN_MAX, "align %zu", align);
    /* used <= size_max, so neither side of the comparisons below can wrap */
    size_t start = (arena->used + align - 1) & ~(align - 1);
    CHECKF(start <= arena->size_max && size <= arena->size_max - start,
           "arena of %zu bytes has %zu used, no room for %zu more", arena->size_max, arena->used,
           size);
    arena->used = start + size;
    return arena->base + start;
}

void *arena_alloc_array(struct arena *arena, size_t n, size_t size, size_t align) {
    size_t total = 0;
    CHECKF(!__builtin_mul_overflow(n, size, &total), "%zu items of %zu bytes", n, size);
    return arena_alloc(arena, total, align);
}

char *arena_strdup(struct arena *arena, const char *text) {
    size_t size = strlen(text) + 1;
    return memcpy(arena_alloc(arena, size, 1), text, size);
}
