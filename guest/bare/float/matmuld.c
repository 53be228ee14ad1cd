/* SPDX-License-Identifier: ISC */
/* Matrices of double, 64 by 64: a multiplication and an addition for two loads. */
#include "float.h"

#define MATMULD_N 64u

static void matmuld_multiply(double *c, const double *a, const double *b)
{
    for (unsigned i = 0; i < MATMULD_N; i++)
        for (unsigned j = 0; j < MATMULD_N; j++) {
            double sum = 0;
            for (unsigned k = 0; k < MATMULD_N; k++)
                sum += a[i * MATMULD_N + k] * b[k * MATMULD_N + j];
            c[i * MATMULD_N + j] = sum;
        }
}

unsigned bench_matmuld(unsigned iterations)
{
    double *a = bench_arena, *b = a + MATMULD_N * MATMULD_N;
    double *c = b + MATMULD_N * MATMULD_N;
    unsigned seed = 11, sum = 0;

    for (unsigned i = 0; i < 2 * MATMULD_N * MATMULD_N; i++)
        a[i] = (double)(0.25 * float_random(&seed));
    while (iterations-- > 0) {
        double *t = a;
        matmuld_multiply(c, a, b);
        for (unsigned i = 0; i < MATMULD_N; i++)
            sum = bench_mix(sum, float_bits(c[i * MATMULD_N + i]));
        a = b;
        b = t;
    }
    return sum;
}
