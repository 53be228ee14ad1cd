/* SPDX-License-Identifier: ISC */
/* The random numbers of the tests: splitmix64, the same everywhere for the same seed. */
#ifndef TESTS_ISA_RNG_H
#define TESTS_ISA_RNG_H

#include <stdint.h>

struct rng {
    uint64_t state;
};

static inline uint32_t rng_next(struct rng *r)
{
    uint64_t z = (r->state += 0x9e3779b97f4a7c15ull);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
    return (uint32_t)(z ^ (z >> 31));
}

static inline uint32_t rng_below(struct rng *r, uint32_t n)
{
    return (uint32_t)((uint64_t)rng_next(r) * n >> 32);
}

/* True in n of 100 cases. */
static inline int rng_percent(struct rng *r, uint32_t n)
{
    return rng_below(r, 100) < n;
}

#endif
