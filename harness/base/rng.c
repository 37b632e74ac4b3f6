#include "harness/base/rng.h"

/* One step of splitmix64: a bijection of 64 bits that scatters neighbouring inputs. */
static uint64_t scatter(uint64_t *x)
{
    uint64_t z = (*x += UINT64_C(0x9e3779b97f4a7c15));

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static uint64_t rotate_left(uint64_t x, int k)
{
    return (x << k) | (x >> (64 - k));
}

uint64_t rng_mix(uint64_t seed, uint64_t a, uint64_t b)
{
    uint64_t x = seed;

    /* Each number is folded into a scattered state, so that (a, b), (b, a) and (a + 1, b - 1) name different streams.
     */
    x = scatter(&x) ^ a;
    x = scatter(&x) ^ b;
    return scatter(&x);
}

void rng_init(struct rng *rng, uint64_t seed)
{
    for (int i = 0; i < 4; i++)
        rng->state[i] = scatter(&seed);
}

uint64_t rng_next(struct rng *rng)
{
    uint64_t *s = rng->state;
    uint64_t result = rotate_left(s[1] * 5, 7) * 9;
    uint64_t t = s[1] << 17;

    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate_left(s[3], 45);
    return result;
}

uint64_t rng_below(struct rng *rng, uint64_t bound)
{
    /* 2^64 mod bound: draws below it belong to an incomplete last round and are thrown away. */
    uint64_t incomplete = (0 - bound) % bound;
    uint64_t x;

    do
        x = rng_next(rng);
    while (x < incomplete);
    return x % bound;
}

double rng_unit(struct rng *rng)
{
    /* 53 bits: every multiple of 2^-53 in [0, 1), and never 1. */
    return (double)(rng_next(rng) >> 11) * 0x1.0p-53;
}
