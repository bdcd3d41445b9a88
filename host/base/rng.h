/*
 * Repeatable chance: xoshiro256**, seeded through splitmix64. The same seed gives the same numbers
 * on every machine, for ever: records name their seed.
 *
 * Not for secrets. One generator per purpose, never shared by threads. Integer ranges are unbiased.
 */
#ifndef QS_BASE_RNG_H
#define QS_BASE_RNG_H

#include <stdint.h>

struct rng {
    uint64_t s[4];
};

/* Any seed is good, 0 too. */
void rng_seed(struct rng *rng, uint64_t seed);

/* All 64 bits. */
uint64_t rng_u64(struct rng *rng);

/* 0 to n - 1, each equally likely; n > 0 (CHECK). May draw more than once. */
uint64_t rng_below(struct rng *rng, uint64_t n);

/* A multiple of 2^-53 in [0, 1). */
double rng_f64(struct rng *rng);

/* One step of splitmix64: moves *state on and returns a well-mixed number. Also good for turning
 * (seed, index) into seeds of their own. */
uint64_t rng_splitmix64(uint64_t *state);

#endif
