#include <criterion/criterion.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"

#define MIB ((size_t)1 << 20)

Test(arena, hands_out_zeroed_aligned_memory_that_does_not_overlap) {
    struct arena arena;
    arena_init(&arena, MIB);
    uint8_t *end = NULL;
    for (size_t i = 0; i < 500; i++) {
        size_t align = (size_t)1 << (i % 13);
        size_t size = i * 7 % 97;
        if (arena.size_max - arena.used < size + align)
            break;
        uint8_t *ptr = arena_alloc(&arena, size, align);
        cr_assert_eq((uintptr_t)ptr % align, 0);
        cr_assert(end == NULL || ptr >= end);
        for (size_t j = 0; j < size; j++)
            cr_assert_eq(ptr[j], 0);
        memset(ptr, 0xFF, size);
        end = ptr + size;
    }
    arena_fini(&arena);
}

Test(arena, counts_what_is_used_with_padding) {
    struct arena arena;
    arena_init(&arena, MIB);
    cr_assert_eq(arena.used, 0);
    (void)!arena_alloc(&arena, 1, 1);
    (void)!ARENA_NEW(&arena, double);
    cr_assert_eq(arena.used, 16); /* 1, 7 of padding, 8 */
    (void)!ARENA_ARRAY(&arena, int32_t, 10);
    cr_assert_eq(arena.used, 56);
    arena_fini(&arena);
}

Test(arena, ends_exactly_at_its_limit) {
    struct arena arena;
    arena_init(&arena, 4096);
    cr_assert_not_null(arena_alloc(&arena, 4095, 1));
    cr_assert_not_null(arena_alloc(&arena, 1, 1));
    cr_assert_not_null(arena_alloc(&arena, 0, 1));
    cr_assert_eq(arena.used, 4096);
    arena_fini(&arena);
}

Test(arena, rounds_its_limit_up_to_pages) {
    struct arena arena;
    arena_init(&arena, 1);
    cr_assert_not_null(arena_alloc(&arena, 4096, 1));
    arena_fini(&arena);
}

Test(arena, aborts_over_the_limit, .signal = SIGABRT) {
    struct arena arena;
    arena_init(&arena, 4096);
    (void)!arena_alloc(&arena, 5000, 8);
}

Test(arena, aborts_on_a_size_near_the_largest, .signal = SIGABRT) {
    struct arena arena;
    arena_init(&arena, 4096);
    (void)!arena_alloc(&arena, 1, 1);
    (void)!arena_alloc(&arena, SIZE_MAX, 1);
}

Test(arena, aborts_on_padding_over_the_limit, .signal = SIGABRT) {
    struct arena arena;
    arena_init(&arena, 4096);
    (void)!arena_alloc(&arena, 4095, 1);
    (void)!arena_alloc(&arena, 1, 8);
}

Test(arena, aborts_when_an_array_s_size_overflows, .signal = SIGABRT) {
    struct arena arena;
    arena_init(&arena, 4096);
    (void)!ARENA_ARRAY(&arena, int64_t, SIZE_MAX / 4);
}

Test(arena, copies_text) {
    struct arena arena;
    arena_init(&arena, 4096);
    cr_assert_str_eq(arena_strdup(&arena, "GOOG"), "GOOG");
    cr_assert_str_eq(arena_strdup(&arena, ""), "");
    cr_assert_eq(arena.used, 6);
    arena_fini(&arena);
}

Test(arena, fini_takes_zeroed_and_finished_ones) {
    struct arena arena = {0};
    arena_fini(&arena);
    arena_init(&arena, 4096);
    arena_fini(&arena);
    arena_fini(&arena);
}

Test(arena, reserves_more_than_the_machine_has) {
    struct arena arena;
    arena_init(&arena, (size_t)1 << 36);
    uint8_t *ptr = arena_alloc(&arena, ((size_t)1 << 36) - 1, 1);
    ptr[(size_t)1 << 35] = 1;
    arena_fini(&arena);
}
