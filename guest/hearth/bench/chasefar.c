/* SPDX-License-Identifier: ISC */
/* As chase.c, over 512 pages: with 64 TLB entries nearly every step is a miss. */
#include "bench.h"

unsigned bench_chasefar(unsigned iterations)
{
    return bench_chase_pages(iterations, 512);
}
