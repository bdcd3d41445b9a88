/*
 * The grip on our own bugs: CHECK aborts, in release builds too.
 *
 * For what can only be wrong when *we* are wrong. Never for what a plugin, a file, the network or
 * a user handed in: that is an int with a struct err. The supervisor reports the abort of a worker
 * and starts another, which is what lets this be so strict.
 * Also the few compiler words that every file needs.
 */
#ifndef QS_BASE_CHECK_H
#define QS_BASE_CHECK_H

#include <stddef.h>
#include <stdint.h>

#define LIKELY(x) (__builtin_expect(!!(x), 1))
#define UNLIKELY(x) (__builtin_expect(!!(x), 0))

/* On each int that means an error: the compiler complains where it is dropped. */
#define NODISCARD __attribute__((warn_unused_result))
/* Format string at argument `a`, its values from argument `b` on (both counted from 1). */
#define PRINTF_LIKE(a, b) __attribute__((format(printf, a, b)))

/* Items of a true array; a pointer does not compile. */
#define ARRAY_LEN(a)                                                                               \
    (sizeof(a) / sizeof((a)[0]) +                                                                  \
     0 * sizeof(struct {                                                                           \
         _Static_assert(!__builtin_types_compatible_p(__typeof__(a), __typeof__(&(a)[0])),         \
                        "ARRAY_LEN wants an array, not a pointer");                                \
         char unused;                                                                              \
     }))

/* Aborts with the condition, file:line and a backtrace on stderr when cond is false. */
#define CHECK(cond)                                                                                \
    do {                                                                                           \
        if (UNLIKELY(!(cond)))                                                                     \
            check_failed(__FILE__, __LINE__, __func__, #cond, NULL);                               \
    } while (0)

/* CHECK with a sentence: the values that explain what was found. */
#define CHECKF(cond, ...)                                                                          \
    do {                                                                                           \
        if (UNLIKELY(!(cond)))                                                                     \
            check_failed(__FILE__, __LINE__, __func__, #cond, __VA_ARGS__);                        \
    } while (0)

/* What CHECK and CHECKF call; fmt may be NULL. Allocates nothing. */
_Noreturn void check_failed(const char *file, int line, const char *func, const char *cond,
                            const char *fmt, ...) PRINTF_LIKE(5, 6);

static inline size_t min_size(size_t a, size_t b) { return a < b ? a : b; }
static inline size_t max_size(size_t a, size_t b) { return a > b ? a : b; }
static inline int64_t min_i64(int64_t a, int64_t b) { return a < b ? a : b; }
static inline int64_t max_i64(int64_t a, int64_t b) { return a > b ? a : b; }

#endif
