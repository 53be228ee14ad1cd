/* SPDX-License-Identifier: ISC */
/* Quicksort of 4096 numbers through a comparison function: calls, recursion, loads and stores. */
#include "bench.h"

#define SORT_COUNT 4096u

static int sort_by_value(unsigned a, unsigned b)
{
    return a < b ? -1 : a > b;
}

static int sort_by_low_half(unsigned a, unsigned b)
{
    return sort_by_value(a << 16 | a >> 16, b << 16 | b >> 16);
}

static void sort_quick(unsigned *v, unsigned n, int (*compare)(unsigned a, unsigned b))
{
    while (n > 1) {
        unsigned pivot = v[n / 2], i = 0, j = n - 1;
        for (;; i++, j--) {
            while (compare(v[i], pivot) < 0)
                i++;
            while (compare(v[j], pivot) > 0)
                j--;
            if (i >= j)
                break;
            unsigned t = v[i];
            v[i] = v[j];
            v[j] = t;
        }
        sort_quick(v, i, compare);
        v += i;
        n -= i;
        if (i == 0) { /* the pivot was the least: it is in place */
            v++;
            n--;
        }
    }
}

unsigned bench_sort(unsigned iterations)
{
    unsigned *v = bench_arena, seed = 3, sum = 0;

    while (iterations-- > 0) {
        for (unsigned i = 0; i < SORT_COUNT; i++)
            v[i] = bench_random(&seed);
        sort_quick(v, SORT_COUNT, iterations & 1 ? sort_by_value : sort_by_low_half);
        for (unsigned i = 0; i < SORT_COUNT; i += 16)
            sum = bench_mix(sum, v[i]);
    }
    return sum;
}
