/* SPDX-License-Identifier: ISC */
/* The sieve of Eratosthenes over 32,768 odd and even numbers: byte stores with strides. */
#include "bench.h"

#define SIEVE_SIZE 32768u

unsigned bench_sieve(unsigned iterations)
{
    unsigned char *composite = bench_arena;
    unsigned sum = 0;

    while (iterations-- > 0) {
        for (unsigned i = 0; i < SIEVE_SIZE; i++)
            composite[i] = 0;
        for (unsigned i = 2; i < SIEVE_SIZE; i++) {
            if (composite[i])
                continue;
            sum = bench_mix(sum, i);
            for (unsigned j = i + i; j < SIEVE_SIZE; j += i)
                composite[j] = 1;
        }
    }
    return sum;
}
