/* SPDX-License-Identifier: ISC */
/*
 * bench NAME [ITERATIONS]: the computing kernels of bench/, and loops over the kernel's own work.
 * kbench NAME [ITERATIONS] (the same program by another name): the kernels in kernel mode.
 */
#include "bench.h"

#include "user.h"

static const char *bench_self;

/* --- the kernel's work: system calls, switches, faults, processes --- */

static u32 bench_getpid(u32 iterations)
{
    u32 sum = 0, me = (u32)sys_getpid();

    while (iterations-- > 0)
        sum += (u32)sys_getpid() - me + 1;
    return sum;
}

/* Two processes that do nothing but let each other run. */
static u32 bench_yield(u32 iterations)
{
    int status, pid = sys_fork();

    for (u32 i = 0; i < iterations; i++)
        sys_yield();
    if (pid == 0)
        sys_exit(0);
    sys_wait(pid, &status);
    return iterations;
}

static void bench_echo(int in, int out)
{
    u32 value;

    while (sys_read(in, &value, sizeof(value)) == sizeof(value)) {
        value = bench_mix(value, 1);
        sys_write(out, &value, sizeof(value));
    }
    sys_exit(0);
}

/* A word to another process and back, through two pipes. */
static u32 bench_pipe(u32 iterations)
{
    int there[2], back[2], status, pid;
    u32 value = 1;

    if (sys_pipe(there) || sys_pipe(back))
        return 0;
    pid = sys_fork();
    if (pid == 0) {
        sys_close(there[1]);
        bench_echo(there[0], back[1]);
    }
    while (iterations-- > 0) {
        sys_write(there[1], &value, sizeof(value));
        sys_read(back[0], &value, sizeof(value));
    }
    sys_close(there[1]);
    sys_wait(pid, &status);
    for (int i = 3; i < ABI_FILES; i++)
        sys_close(i);
    return value;
}

/* One load from each of 128 mapped pages in turn: twice what the TLB holds. */
static u32 bench_tlb(u32 iterations)
{
    volatile u32 *page = memory(128 * PAGE_SIZE);
    u32 sum = 0;

    for (u32 i = 0; i < 128; i++)
        page[i * (PAGE_SIZE / 4)] = i;
    while (iterations-- > 0)
        for (u32 i = 0; i < 128; i++)
            sum += page[i * (PAGE_SIZE / 4)];
    sys_sbrk(-(int)(128 * PAGE_SIZE));
    return sum;
}

/* Get 16 pages, touch them for the first time, give them back. */
static u32 bench_fault(u32 iterations)
{
    u32 sum = 0;

    while (iterations-- > 0) {
        u32 *page = memory(16 * PAGE_SIZE);
        for (u32 i = 0; i < 16; i++)
            sum += ++page[i * (PAGE_SIZE / 4)];
        sys_sbrk(-(int)(16 * PAGE_SIZE));
    }
    return sum;
}

static u32 bench_fork(u32 iterations)
{
    u32 sum = 0;

    while (iterations-- > 0) {
        int status = 0, pid = sys_fork();
        if (pid == 0)
            sys_exit((int)(iterations & 63));
        sys_wait(pid, &status);
        sum = bench_mix(sum, (u32)status);
    }
    return sum;
}

static u32 bench_spawn(u32 iterations)
{
    char number[12];
    u32 sum = 0;

    while (iterations-- > 0) {
        struct format_text text = {number, sizeof(number), 0};
        format_text(&text, "%u", iterations & 63);
        sum = bench_mix(sum, (u32)run((const char *[]){"exit", number, NULL}));
    }
    return sum;
}

static const struct bench bench_kernel[] = {
    {"getpid", bench_getpid, 100000, 0}, {"yield", bench_yield, 25000, 0},
    {"pipe", bench_pipe, 5000, 0},       {"tlb", bench_tlb, 6000, 0},
    {"fault", bench_fault, 500, 0},      {"fork", bench_fork, 200, 0},
    {"spawn", bench_spawn, 400, 0},
};

/* --- choosing and reporting --- */

static void bench_report(const struct bench *bench, u32 iterations, u32 sum)
{
    print("%s %s iterations %u checksum 0x%08x\n", bench_self, bench->name, iterations, sum);
}

static int bench_user(const struct bench *bench, u32 iterations)
{
    u32 sum;

    bench_arena = memory(bench->arena);
    if (!bench_arena) {
        print("bench: no memory for %s\n", bench->name);
        return 1;
    }
    sum = bench->run(iterations);
    bench_report(bench, iterations, sum);
    sys_sbrk(-(int)page_up(bench->arena));
    return 0;
}

static int bench_in_kernel(const struct bench *bench, u32 iterations)
{
    u32 sum;
    int error = sys_kbench((u32)(bench - bench_table), iterations, &sum);

    if (error) {
        print("kbench: %s: %s\n", bench->name, error_text(error));
        return 1;
    }
    bench_report(bench, iterations, sum);
    return 0;
}

static int bench_from(const struct bench *table, u32 count, const char *name, u32 iterations,
                      int (*function)(const struct bench *bench, u32 iterations), bool *found)
{
    int failed = 0;

    for (u32 i = 0; i < count; i++)
        if (strcmp(name, "all") == 0 || strcmp(name, table[i].name) == 0) {
            *found = true;
            failed |= function(&table[i], iterations ? iterations : table[i].iterations);
        }
    return failed;
}

static int bench_usage(void)
{
    print("usage: %s NAME|all [iterations]\nnames:", bench_self);
    for (u32 i = 0; i < bench_count; i++)
        print(" %s", bench_table[i].name);
    for (u32 i = 0; i < COUNT_OF(bench_kernel) && bench_self[0] == 'b'; i++)
        print(" %s", bench_kernel[i].name);
    print("\n");
    return 2;
}

int main(int argc, char **argv)
{
    u32 iterations = argc > 2 ? string_number(argv[2]) : 0;
    bool found = false, in_kernel = argv[0][0] == 'k';
    int failed = 0;

    bench_self = in_kernel ? "kbench" : "bench";
    if (argc > 1)
        failed = bench_from(bench_table, bench_count, argv[1], iterations,
                            in_kernel ? bench_in_kernel : bench_user, &found);
    if (argc > 1 && !in_kernel)
        failed |= bench_from(bench_kernel, COUNT_OF(bench_kernel), argv[1], iterations, bench_user,
                             &found);
    return found ? failed : bench_usage();
}
