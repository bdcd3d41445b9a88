/*
 * The heap, without failure: out of memory aborts, since workers are supervised and every size
 * that comes from outside is limited before it is allocated.
 *
 * Not for a run's own memory (arena.h). Every allocation of the process is counted, which is how
 * tests and benches prove that a steady bar allocates nothing. Safe from several threads.
 */
#ifndef QS_BASE_MEM_H
#define QS_BASE_MEM_H

#include <stddef.h>
#include <stdint.h>

#include "base/check.h"

/* size bytes, not cleared; never NULL, not even for size 0. Free with mem_free. */
void *mem_alloc(size_t size) NODISCARD __attribute__((malloc));

/* n items of `size` bytes, all zero. Aborts when the product overflows. */
void *mem_zalloc(size_t n, size_t size) NODISCARD __attribute__((malloc));

/* ptr (may be NULL) made to hold n items of `size` bytes; old content kept, new bytes not cleared.
 * Aborts when the product overflows. */
void *mem_realloc_array(void *ptr, size_t n, size_t size) NODISCARD;

/* A terminated copy. NULL gives NULL. */
char *mem_strdup(const char *text) NODISCARD;

/* A terminated copy of exactly len bytes. */
char *mem_strndup(const char *text, size_t len) NODISCARD;

/* NULL is fine. Also frees what libc's malloc gave. */
void mem_free(void *ptr);

/* Calls of the functions above that allocated, since the process began. Never goes down. */
uint64_t mem_count(void);

#endif
