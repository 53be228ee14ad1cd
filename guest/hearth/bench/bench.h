/* SPDX-License-Identifier: ISC */
/*
 * The benchmarks: pure computation that runs unchanged in a program, in the kernel and on the host.
 * Rules: 32-bit unsigned arithmetic; results don't depend on byte order, pointer size or addresses;
 * no library, no state but the arena, which is bench.def's number of bytes, word-aligned, and may
 * hold anything at the start. Each function returns a checksum of all it did.
 */
#ifndef BENCH_H
#define BENCH_H

struct bench {
    const char *name;
    unsigned (*run)(unsigned iterations);
    unsigned iterations; /* unless told otherwise: some 20 million MIPS instructions */
    unsigned arena;
};

extern const struct bench bench_table[];
extern const unsigned bench_count;
extern void *bench_arena;

#define BENCH(name, count, bytes) unsigned bench_##name(unsigned iterations);
#include "bench.def"
#undef BENCH

/* A sequence of numbers (xorshift). The state must not be 0. */
static inline unsigned bench_random(unsigned *state)
{
    unsigned x = *state;

    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    return *state = x;
}

static inline unsigned bench_mix(unsigned sum, unsigned value)
{
    return (sum << 5 | sum >> 27) + (value ^ 0x9e3779b9u);
}

/* For benchmarks over so many pages, each visit a dependent load. */
unsigned bench_chase_pages(unsigned iterations, unsigned pages);

#endif
