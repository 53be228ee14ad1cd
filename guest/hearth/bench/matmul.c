/* SPDX-License-Identifier: ISC */
/* Integer matrices, 64 by 64: multiplication, regular and strided loads. */
#include "bench.h"

#define MATMUL_N 64u

static void matmul_multiply(unsigned *c, const unsigned *a, const unsigned *b)
{
    for (unsigned i = 0; i < MATMUL_N; i++)
        for (unsigned j = 0; j < MATMUL_N; j++) {
            unsigned sum = 0;
            for (unsigned k = 0; k < MATMUL_N; k++)
                sum += a[i * MATMUL_N + k] * b[k * MATMUL_N + j];
            c[i * MATMUL_N + j] = sum;
        }
}

unsigned bench_matmul(unsigned iterations)
{
    unsigned *a = bench_arena, *b = a + MATMUL_N * MATMUL_N, *c = b + MATMUL_N * MATMUL_N;
    unsigned seed = 11, sum = 0;

    for (unsigned i = 0; i < 2 * MATMUL_N * MATMUL_N; i++)
        a[i] = bench_random(&seed);
    while (iterations-- > 0) {
        unsigned *t = a;
        matmul_multiply(c, a, b);
        for (unsigned i = 0; i < MATMUL_N; i++)
            sum = bench_mix(sum, c[i * MATMUL_N + i]);
        a = b;
        b = c;
        c = t;
    }
    return sum;
}
