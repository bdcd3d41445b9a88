#include "base/mem.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* Relaxed: a count, not an order. */
static _Atomic uint64_t alloc_count;

static void *counted(void *ptr, size_t size) {
    CHECKF(ptr != NULL, "out of memory: %zu bytes", size);
    atomic_fetch_add_explicit(&alloc_count, 1, memory_order_relaxed);
    return ptr;
}

static size_t product(size_t n, size_t size) {
    size_t total = 0;
    CHECKF(!__builtin_mul_overflow(n, size, &total), "%zu items of %zu bytes", n, size);
    return max_size(total, 1);
}

void *mem_alloc(size_t size) { return counted(malloc(max_size(size, 1)), size); }

void *mem_zalloc(size_t n, size_t size) {
    size_t total = product(n, size);
    return counted(calloc(total, 1), total);
}

void *mem_realloc_array(void *ptr, size_t n, size_t size) {
    size_t total = product(n, size);
    return counted(realloc(ptr, total), total);
}

char *mem_strndup(const char *text, size_t len) {
    CHECK(len < SIZE_MAX);
    char *copy = mem_alloc(len + 1);
    if (len > 0)
        memcpy(copy, text, len);
    copy[len] = '\0';
    return copy;
}

char *mem_strdup(const char *text) { return text == NULL ? NULL : mem_strndup(text, strlen(text)); }

void mem_free(void *ptr) { free(ptr); }

uint64_t mem_count(void) { return atomic_load_explicit(&alloc_count, memory_order_relaxed); }
