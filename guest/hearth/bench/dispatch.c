/* SPDX-License-Identifier: ISC */
/* Calls through a table of functions whose order can't be foreseen: indirect jumps. */
#include "bench.h"

#define DISPATCH_CALLS 2048u

static unsigned dispatch_add(unsigned x, unsigned y)
{
    return x + y;
}
static unsigned dispatch_sub(unsigned x, unsigned y)
{
    return x - y;
}
static unsigned dispatch_xor(unsigned x, unsigned y)
{
    return x ^ y;
}
static unsigned dispatch_and(unsigned x, unsigned y)
{
    return (x & y) + 1;
}
static unsigned dispatch_left(unsigned x, unsigned y)
{
    return x << (y & 7) | x >> 25;
}
static unsigned dispatch_right(unsigned x, unsigned y)
{
    return x >> (y & 7) | x << 25;
}
static unsigned dispatch_times(unsigned x, unsigned y)
{
    return x * (y | 1);
}
static unsigned dispatch_not(unsigned x, unsigned y)
{
    return ~x + y;
}

static unsigned (*const dispatch_table[])(unsigned x, unsigned y) = {
    dispatch_add,  dispatch_sub,   dispatch_xor,   dispatch_and,
    dispatch_left, dispatch_right, dispatch_times, dispatch_not,
};

unsigned bench_dispatch(unsigned iterations)
{
    unsigned seed = 13, value = 1;

    while (iterations-- > 0)
        for (unsigned i = 0; i < DISPATCH_CALLS; i++) {
            unsigned r = bench_random(&seed);
            value = dispatch_table[r >> 7 & 7](value, r);
        }
    return value;
}
