/* SPDX-License-Identifier: ISC */
/* Following a chain that touches another page at each step: here 32 pages, which a TLB of 64
 * entries holds. chasefar.c: many more. */
#include "bench.h"

#define CHASE_WORDS 1024u /* of a page */
#define CHASE_STEPS 4093u /* a prime: where it ends tells how far it came */

/* One word of each page takes part, not always the same one; i to i * odd is a cycle through all
 * pages if their number is a power of two (a full-period generator). */
static unsigned chase_word(unsigned page)
{
    return page * CHASE_WORDS + page * 37 % CHASE_WORDS;
}

unsigned bench_chase_pages(unsigned iterations, unsigned pages)
{
    unsigned *cell = bench_arena, at = 0, sum = 0;

    for (unsigned page = 0; page < pages; page++)
        cell[chase_word(page)] = chase_word((page * 5 + 3) & (pages - 1));
    while (iterations-- > 0) {
        for (unsigned i = 0; i < CHASE_STEPS; i++)
            at = cell[at];
        sum = bench_mix(sum, at);
    }
    return sum;
}

unsigned bench_chase(unsigned iterations)
{
    return bench_chase_pages(iterations, 32);
}
