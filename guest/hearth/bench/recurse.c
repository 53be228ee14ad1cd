/* SPDX-License-Identifier: ISC */
/* Recursion: Fibonacci, Ackermann, the towers of Hanoi. Nothing but calls and returns. */
#include "bench.h"

__attribute__((noinline)) static unsigned recurse_fibonacci(unsigned n)
{
    return n < 2 ? n : recurse_fibonacci(n - 1) + recurse_fibonacci(n - 2);
}

__attribute__((noinline)) static unsigned recurse_ackermann(unsigned m, unsigned n)
{
    if (m == 0)
        return n + 1;
    if (n == 0)
        return recurse_ackermann(m - 1, 1);
    return recurse_ackermann(m - 1, recurse_ackermann(m, n - 1));
}

__attribute__((noinline)) static unsigned recurse_towers(unsigned *peg, unsigned n, unsigned from,
                                                         unsigned to)
{
    unsigned moves, spare = 3 - from - to;

    if (n == 0)
        return 0;
    moves = recurse_towers(peg, n - 1, from, spare);
    peg[from]--;
    peg[to]++;
    return moves + 1 + recurse_towers(peg, n - 1, spare, to);
}

unsigned bench_recurse(unsigned iterations)
{
    unsigned *peg = bench_arena, sum = 0;

    while (iterations-- > 0) {
        peg[0] = 12;
        peg[1] = peg[2] = 0;
        sum = bench_mix(sum, recurse_fibonacci(18 + iterations % 3));
        sum = bench_mix(sum, recurse_ackermann(2, 40 + iterations % 5));
        sum = bench_mix(sum, recurse_towers(peg, 12, 0, 1 + iterations % 2));
        sum = bench_mix(sum, peg[1]);
    }
    return sum;
}
