/* SPDX-License-Identifier: ISC */
/* Matrices of float, 64 by 64: a multiplication and an addition for two loads. */
#include "float.h"

#define MATMULS_N 64u

static void matmuls_multiply(float *c, const float *a, const float *b)
{
    for (unsigned i = 0; i < MATMULS_N; i++)
        for (unsigned j = 0; j < MATMULS_N; j++) {
            float sum = 0;
            for (unsigned k = 0; k < MATMULS_N; k++)
                sum += a[i * MATMULS_N + k] * b[k * MATMULS_N + j];
            c[i * MATMULS_N + j] = sum;
        }
}

unsigned bench_matmuls(unsigned iterations)
{
    float *a = bench_arena, *b = a + MATMULS_N * MATMULS_N;
    float *c = b + MATMULS_N * MATMULS_N;
    unsigned seed = 11, sum = 0;

    for (unsigned i = 0; i < 2 * MATMULS_N * MATMULS_N; i++)
        a[i] = (float)(0.25 * float_random(&seed));
    while (iterations-- > 0) {
        float *t = a;
        matmuls_multiply(c, a, b);
        for (unsigned i = 0; i < MATMULS_N; i++)
            sum = bench_mix(sum, float_bits(c[i * MATMULS_N + i]));
        a = b;
        b = t;
    }
    return sum;
}
