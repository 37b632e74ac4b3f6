#ifndef BASE_RNG_H
#define BASE_RNG_H

#include <stdint.h>

/* xoshiro256** by Blackman and Vigna, seeded through splitmix64. Every stream is derived from the run's seed and
 * the numbers that name the stream, so the same scenario and seed give the same draws whatever runs beside them. */
struct rng {
    uint64_t state[4];
};

/* Mixes a seed with the numbers that name a stream (block, user, purpose): the same inputs, the same seed. */
uint64_t rng_mix(uint64_t seed, uint64_t a, uint64_t b);
void rng_init(struct rng *, uint64_t seed);
uint64_t rng_next(struct rng *);
/* Uniform in 0 .. bound-1 without modulo bias; bound > 0. */
uint64_t rng_below(struct rng *, uint64_t bound);
/* Uniform in [0, 1). */
double rng_unit(struct rng *);

#endif
