/* SPDX-License-Identifier: ISC */
/*
 * usage: diff_test [COUNT [FIRST-SEED [trace]]]
 * Speaks TAP: one case for each thousandth part of the programs would say nothing, so one for all.
 */
#include "diff.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv)
{
    uint64_t count = argc > 1 ? strtoull(argv[1], NULL, 0) : 20000;
    uint64_t first = argc > 2 ? strtoull(argv[2], NULL, 0) : 1;
    bool verbose = argc > 3 && !strcmp(argv[3], "trace");
    struct diff_stats st = {0};
    printf("1..1\n");
    for (uint64_t i = 0; i < count; i++) {
        if (!diff_program(first + i, verbose, &st)) {
            printf("# repeat it with: %s 1 %llu trace\n", argv[0], (unsigned long long)(first + i));
            printf("not ok 1 - engine and reference agree\n");
            return 1;
        }
    }
    printf("# %llu programs, %llu instructions, %llu exceptions and interrupts, %llu stops\n",
           (unsigned long long)st.programs, (unsigned long long)st.instructions,
           (unsigned long long)st.exceptions, (unsigned long long)st.stops);
    printf("ok 1 - engine and reference agree\n");
    return 0;
}
