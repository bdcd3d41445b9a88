#include <criterion/criterion.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>

#include "base/mem.h"

Test(mem, counts_allocations_and_not_frees) {
    uint64_t before = mem_count();
    void *a = mem_alloc(10);
    void *b = mem_zalloc(3, 4);
    a = mem_realloc_array(a, 5, 8);
    char *c = mem_strdup("x");
    cr_assert_eq(mem_count() - before, 4);
    mem_free(a);
    mem_free(b);
    mem_free(c);
    mem_free(NULL);
    cr_assert_eq(mem_count() - before, 4);
}

Test(mem, gives_zeroes_where_promised_and_a_pointer_for_size_zero) {
    uint8_t *zeroed = mem_zalloc(100, 3);
    for (size_t i = 0; i < 300; i++)
        cr_assert_eq(zeroed[i], 0);
    void *nothing = mem_alloc(0);
    void *none = mem_zalloc(0, 8);
    cr_assert_not_null(nothing);
    cr_assert_not_null(none);
    mem_free(zeroed);
    mem_free(nothing);
    mem_free(none);
}

Test(mem, keeps_content_when_an_array_grows) {
    int64_t *items = mem_realloc_array(NULL, 2, sizeof(*items));
    items[0] = 5;
    items[1] = 6;
    items = mem_realloc_array(items, 1000, sizeof(*items));
    cr_assert_eq(items[0], 5);
    cr_assert_eq(items[1], 6);
    mem_free(items);
}

Test(mem, copies_text) {
    char *whole = mem_strdup("abc");
    char *part = mem_strndup("abc", 2);
    cr_assert_str_eq(whole, "abc");
    cr_assert_str_eq(part, "ab");
    cr_assert_null(mem_strdup(NULL));
    mem_free(whole);
    mem_free(part);
}

Test(mem, aborts_when_a_product_overflows, .signal = SIGABRT) {
    (void)!mem_realloc_array(NULL, SIZE_MAX / 2, 3);
}

/* ASan has a refusal of its own, which comes first. */
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAS_ASAN
#endif
#endif
#if !defined(HAS_ASAN) && !defined(__SANITIZE_ADDRESS__)
Test(mem, aborts_when_there_is_no_memory, .signal = SIGABRT) {
    (void)!mem_zalloc((size_t)1 << 61, 1);
}
#endif
