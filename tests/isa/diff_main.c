/* SPDX-License-Identifier: ISC */
/*
 * usage: diff_test [--debug] [COUNT [FIRST-SEED [trace]]]
 * Speaks TAP: one case for each thousandth part of the programs would say nothing, so one for all.
 */
#include "diff.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void report(const struct diff_stats *st, bool debug)
{
    printf("# %llu programs, %llu instructions, %llu exceptions and interrupts, %llu stops\n",
           (unsigned long long)st->programs, (unsigned long long)st->instructions,
           (unsigned long long)st->exceptions, (unsigned long long)st->stops);
    if (debug)
        printf("# %llu stops at breakpoints, %llu at watchpoints\n", (unsigned long long)st->breaks,
               (unsigned long long)st->watches);
}

int main(int argc, char **argv)
{
    const char *program = argv[0];
    bool debug = argc > 1 && !strcmp(argv[1], "--debug");
    argc -= debug;
    argv += debug;
    uint64_t count = argc > 1 ? strtoull(argv[1], NULL, 0) : 20000;
    uint64_t first = argc > 2 ? strtoull(argv[2], NULL, 0) : 1;
    bool verbose = argc > 3 && !strcmp(argv[3], "trace");
    bool (*run)(uint64_t, bool, struct diff_stats *) = debug ? diff_debug_program : diff_program;
    struct diff_stats st = {0};
    printf("1..1\n");
    for (uint64_t i = 0; i < count; i++) {
        if (!run(first + i, verbose, &st)) {
            printf("# repeat it with: %s %s1 %llu trace\n", program, debug ? "--debug " : "",
                   (unsigned long long)(first + i));
            printf("not ok 1 - engine and reference agree\n");
            return 1;
        }
    }
    report(&st, debug);
    bool idle = debug && count >= 100 && (!st.breaks || !st.watches);
    printf("%sok 1 - engine and reference agree\n", idle ? "not " : "");
    return idle;
}
