/* SPDX-License-Identifier: ISC */
/* The benchmarks on the host: same command line, same output as hearth's bench, plus CPU
 * seconds. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench.h"

static double native_seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static int native_run(const struct bench *bench, unsigned iterations)
{
    double start;
    unsigned sum;

    bench_arena = calloc(1, bench->arena);
    if (!bench_arena) {
        fprintf(stderr, "bench: no memory for %s\n", bench->name);
        return 1;
    }
    if (!iterations)
        iterations = bench->iterations;
    start = native_seconds();
    sum = bench->run(iterations);
    printf("bench %s iterations %u checksum 0x%08x seconds %.6f\n", bench->name, iterations, sum,
           native_seconds() - start);
    free(bench_arena);
    return 0;
}

int main(int argc, char **argv)
{
    unsigned iterations = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 0) : 0;
    int all = argc > 1 && strcmp(argv[1], "all") == 0, found = 0, failed = 0;

    for (unsigned i = 0; i < bench_count && argc > 1; i++)
        if (all || strcmp(argv[1], bench_table[i].name) == 0) {
            failed |= native_run(&bench_table[i], iterations);
            found = 1;
        }
    if (found)
        return failed;
    fprintf(stderr, "usage: bench NAME|all [iterations]\nnames:");
    for (unsigned i = 0; i < bench_count; i++)
        fprintf(stderr, " %s", bench_table[i].name);
    fprintf(stderr, "\n");
    return 2;
}
