/* SPDX-License-Identifier: ISC */
/*
 * The computing benchmarks of hearth as a program without a library: `bench NAME ITERATIONS`, with
 * the same output as hearth's. It makes two of Linux's system calls, so that it runs under Linux
 * (or what passes for it) as well as under the kernel beside it.
 */
#include "bench.h"
#include "format.h"
#include "string.h"

#define PROGRAM_ARENA (2u << 20) /* the largest of bench.def */

int main(int argc, char **argv);
int program_write(int file, const void *from, u32 size);

#define BENCH(name, count, bytes)                                                                  \
    _Static_assert((bytes) <= PROGRAM_ARENA, #name " wants a larger arena");
#include "bench.def"
#undef BENCH

static char program_arena[PROGRAM_ARENA] __attribute__((aligned(PAGE_SIZE)));

static int program_run(const struct bench *bench, u32 iterations)
{
    char line[100];
    struct format_text text = {line, sizeof(line), 0};
    u32 sum;

    bench_arena = program_arena;
    iterations = iterations ? iterations : bench->iterations;
    sum = bench->run(iterations);
    format_text(&text, "bench %s iterations %u checksum 0x%08x\n", bench->name, iterations, sum);
    program_write(1, line, text.length);
    return 0;
}

/* Another word than bench does nothing, successfully: so one measures all that is around a run. */
int main(int argc, char **argv)
{
    static const char usage[] = "usage: bench NAME [ITERATIONS]\n";

    if (argc > 1 && strcmp(argv[1], "bench") != 0)
        return 0;
    for (u32 i = 0; i < bench_count && argc > 2; i++)
        if (strcmp(argv[2], bench_table[i].name) == 0)
            return program_run(&bench_table[i], argc > 3 ? string_number(argv[3]) : 0);
    program_write(1, usage, sizeof(usage) - 1);
    return 2;
}
