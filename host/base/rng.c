/* The published constants and shifts of splitmix64 (Steele, Lea, Flood 2014) and xoshiro256**
 * (Blackman, Vigna 2018): changing one changes every recorded run. */
#include "base/rng.h"

#include "base/check.h"

static uint64_t rotate_left(uint64_t x, int bits) { return x << bits | x >> (64 - bits); }

uint64_t rng_splitmix64(uint64_t *state) {
    *state += UINT64_C(0x9E3779B97F4A7C15);
    uint64_t z = *state;
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

void rng_seed(struct rng *rng, uint64_t seed) {
    /* splitmix64 never gives four zeros in a row, the one state that xoshiro cannot leave */
    for (size_t i = 0; i < ARRAY_LEN(rng->s); i++)
        rng->s[i] = rng_splitmix64(&seed);
}

uint64_t rng_u64(struct rng *rng) {
    uint64_t *s = rng->s;
    uint64_t result = rotate_left(s[1] * 5, 7) * 9;
    uint64_t shifted = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= shifted;
    s[3] = rotate_left(s[3], 45);
    return result;
}

/* The high half of u64 * n is the number; its low half tells whether u64 fell into the 2^64 mod n
 * values that would favour some results (Lemire 2019). */
uint64_t rng_below(struct rng *rng, uint64_t n) {
    CHECK(n > 0);
    unsigned __int128 product = (unsigned __int128)rng_u64(rng) * n;
    if ((uint64_t)product < n) {
        uint64_t excess = (0 - n) % n;
        while ((uint64_t)product < excess)
            product = (unsigned __int128)rng_u64(rng) * n;
    }
    return (uint64_t)(product >> 64);
}

double rng_f64(struct rng *rng) { return (double)(rng_u64(rng) >> 11) * 0x1p-53; }
