#include <criterion/criterion.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>

#include "base/rng.h"

Test(rng, splitmix64_gives_the_published_numbers) {
    uint64_t state = 1234567;
    const uint64_t expected[] = {6457827717110365317u, 3203168211198807973u, 9817491932198370423u,
                                 4593380528125082431u, 16408922859458223821u};
    for (int i = 0; i < 5; i++)
        cr_assert_eq(rng_splitmix64(&state), expected[i]);
}

Test(rng, xoshiro_gives_the_published_numbers) {
    /* by hand for the first: rotl(2 * 5, 7) * 9 = 1280 * 9 = 11520; then s[1] is 0 */
    struct rng rng = {{1, 2, 3, 4}};
    const uint64_t expected[] = {11520, 0, 1509978240, 1215971899390074240};
    for (int i = 0; i < 4; i++)
        cr_assert_eq(rng_u64(&rng), expected[i]);
}

Test(rng, same_seed_same_numbers_and_other_seed_others) {
    struct rng a;
    struct rng b;
    struct rng c;
    rng_seed(&a, 42);
    rng_seed(&b, 42);
    rng_seed(&c, 43);
    int same = 0;
    for (int i = 0; i < 1000; i++) {
        uint64_t x = rng_u64(&a);
        cr_assert_eq(x, rng_u64(&b));
        same += x == rng_u64(&c);
    }
    cr_assert_eq(same, 0);
}

Test(rng, below_is_even_over_a_small_range) {
    struct rng rng;
    rng_seed(&rng, 0);
    int counts[7] = {0};
    for (int i = 0; i < 700000; i++)
        counts[rng_below(&rng, 7)]++;
    double chi2 = 0;
    for (int i = 0; i < 7; i++)
        chi2 += (counts[i] - 1e5) * (counts[i] - 1e5) / 1e5;
    cr_assert_lt(chi2, 22.5); /* 6 degrees of freedom: passed by 99.9 % of seeds, and by this one */
}

Test(rng, below_is_unbiased_where_a_remainder_would_not_be) {
    /* n = 3/4 of 2^64: u64 % n would fall into the lower third twice as often as elsewhere. */
    struct rng rng;
    rng_seed(&rng, 1);
    uint64_t n = (uint64_t)3 << 62;
    int lower_third = 0;
    for (int i = 0; i < 300000; i++) {
        uint64_t x = rng_below(&rng, n);
        cr_assert_lt(x, n);
        lower_third += x < n / 3;
    }
    cr_assert_lt(abs(lower_third - 100000), 1100); /* sd is 258 */
}

Test(rng, below_one_is_zero) {
    struct rng rng;
    rng_seed(&rng, 2);
    for (int i = 0; i < 100; i++)
        cr_assert_eq(rng_below(&rng, 1), 0);
}

Test(rng, below_zero_aborts, .signal = SIGABRT) {
    struct rng rng;
    rng_seed(&rng, 2);
    (void)rng_below(&rng, 0);
}

Test(rng, f64_fills_the_unit_interval_and_excludes_one) {
    struct rng rng;
    rng_seed(&rng, 3);
    double sum = 0;
    double least = 1;
    double most = 0;
    for (int i = 0; i < 1000000; i++) {
        double x = rng_f64(&rng);
        sum += x;
        least = fmin(least, x);
        most = fmax(most, x);
    }
    cr_assert(least >= 0 && least < 1e-5 && most < 1 && most > 1 - 1e-5);
    cr_assert_lt(fabs(sum / 1e6 - 0.5), 0.0015); /* sd is 0.00029 */
}
