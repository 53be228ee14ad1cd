/* SPDX-License-Identifier: ISC */
/*
 * Floating-point benchmarks. Rules, beside those of bench.h: only what IEEE 754 fixes to the bit
 * (add, subtract, multiply, divide, compare, convert), in the order that is written; no fused or
 * wider arithmetic; no library.
 */
#ifndef FLOAT_H
#define FLOAT_H

#include "bench.h"

/* The bits of a number, in whatever order its words are stored. */
static inline unsigned float_bits(double value)
{
    union {
        double value;
        unsigned word[2];
    } u = {value};

    return u.word[0] ^ u.word[1];
}

/* From -1 to 1. */
static inline double float_random(unsigned *state)
{
    return (double)(int)bench_random(state) * (1.0 / 2147483648.0);
}

#endif
