#include <criterion/criterion.h>
#include <string.h>

#include "base/rng.h"
#include "base/str.h"

Test(str_suggest, counts_each_kind_of_slip) {
    cr_assert_eq(str_distance("", ""), 0);
    cr_assert_eq(str_distance("fast", "fast"), 0);
    cr_assert_eq(str_distance("", "abc"), 3);
    cr_assert_eq(str_distance("fast", "fst"), 1);   /* left out */
    cr_assert_eq(str_distance("fast", "faast"), 1); /* doubled */
    cr_assert_eq(str_distance("fast", "fest"), 1);  /* changed */
    cr_assert_eq(str_distance("fast", "fsat"), 1);  /* swapped */
    cr_assert_eq(str_distance("ca", "abc"), 2);     /* swapped, then one put between */
    cr_assert_eq(str_distance("kitten", "sitting"), 3);
}

/* Distance by its definition on tiny words: a search over all edits, one at a time. */
static size_t edits(const char *a, const char *b) {
    if (*a == '\0' || *b == '\0')
        return strlen(a) + strlen(b);
    size_t best = edits(a + 1, b + 1) + (*a != *b);
    best = min_size(best, edits(a + 1, b) + 1);
    best = min_size(best, edits(a, b + 1) + 1);
    /* a[0] pairs with b[j], a[i] with b[0]: what lies between is dropped or put in */
    for (size_t i = 1; a[i] != '\0'; i++)
        for (size_t j = 1; b[j] != '\0'; j++)
            if (a[0] == b[j] && a[i] == b[0])
                best = min_size(best, edits(a + i + 1, b + j + 1) + (i - 1) + 1 + (j - 1));
    return best;
}

Test(str_suggest, distance_agrees_with_a_search_over_edits) {
    struct rng rng;
    rng_seed(&rng, 1);
    for (int round = 0; round < 3000; round++) {
        char words[2][7] = {{0}, {0}};
        for (int w = 0; w < 2; w++)
            for (uint64_t i = rng_below(&rng, 7); i > 0; i--)
                words[w][i - 1] = (char)('a' + rng_below(&rng, 3));
        cr_assert_eq(str_distance(words[0], words[1]), edits(words[0], words[1]), "%s %s", words[0],
                     words[1]);
        cr_assert_eq(str_distance(words[0], words[1]), str_distance(words[1], words[0]));
    }
}

Test(str_suggest, calls_long_words_far) {
    char a[100];
    char b[100];
    memset(a, 'a', 99);
    a[99] = '\0';
    memcpy(b, a, 100);
    cr_assert_eq(str_distance(a, b), 0);
    b[0] = 'b';
    cr_assert_eq(str_distance(a, b), 99);
    b[64] = a[64] = '\0';
    cr_assert_eq(str_distance(a, b), 1);
}

Test(str_suggest, finds_what_was_meant) {
    const char *names[] = {"fast", "slow", NULL, "slippage_bps", "commission_bps", "size"};
    size_t n = sizeof(names) / sizeof(names[0]);
    cr_assert_str_eq(str_suggest("fsat", names, n), "fast");
    cr_assert_str_eq(str_suggest("FAST", names, n), "fast");
    cr_assert_str_eq(str_suggest("slipage_bp", names, n), "slippage_bps");
    cr_assert_str_eq(str_suggest("comission_bps", names, n), "commission_bps");
    cr_assert_null(str_suggest("leverage", names, n));
    cr_assert_null(str_suggest("", names, n));
    cr_assert_null(str_suggest("x", names, n));
    cr_assert_null(str_suggest("fast", names, 0));
}

Test(str_suggest, prefers_the_nearest_and_then_the_first) {
    const char *names[] = {"sma_10", "sma_20", "sma_2"};
    cr_assert_str_eq(str_suggest("sma_30", names, 3), "sma_10");
    cr_assert_str_eq(str_suggest("sma_2", names, 3), "sma_2");
}
