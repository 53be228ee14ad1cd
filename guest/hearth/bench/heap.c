/* SPDX-License-Identifier: ISC */
/* Heap sort of 4096 numbers: loads and stores all over 16 KB, data-dependent branches. */
#include "bench.h"

#define HEAP_COUNT 4096u

static void heap_sink(unsigned *v, unsigned at, unsigned n)
{
    unsigned value = v[at];

    for (;;) {
        unsigned child = 2 * at + 1;
        if (child >= n)
            break;
        if (child + 1 < n && v[child + 1] > v[child])
            child++;
        if (v[child] <= value)
            break;
        v[at] = v[child];
        at = child;
    }
    v[at] = value;
}

static void heap_sort(unsigned *v, unsigned n)
{
    for (unsigned i = n / 2; i-- > 0;)
        heap_sink(v, i, n);
    while (n-- > 1) {
        unsigned t = v[0];
        v[0] = v[n];
        v[n] = t;
        heap_sink(v, 0, n);
    }
}

unsigned bench_heap(unsigned iterations)
{
    unsigned *v = bench_arena, seed = 5, sum = 0;

    while (iterations-- > 0) {
        for (unsigned i = 0; i < HEAP_COUNT; i++)
            v[i] = bench_random(&seed);
        heap_sort(v, HEAP_COUNT);
        for (unsigned i = 0; i < HEAP_COUNT; i += 16)
            sum = bench_mix(sum, v[i]);
    }
    return sum;
}
