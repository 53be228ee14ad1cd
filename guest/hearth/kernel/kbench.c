/* SPDX-License-Identifier: ISC */
/*
 * The same C files that run in user programs (bench/), here in kseg0: the difference is the price
 * of mapped memory. Interrupts are on meanwhile, as in a program; the process isn't preempted,
 * though.
 */
#include "kbench.h"

#include "abi.h"
#include "bench.h"
#include "cp0.h"
#include "mem.h"
#include "sched.h"
#include "trap.h"

#define KBENCH_STACK 16 /* pages */

static struct sched_mutex kbench_mutex; /* bench_arena is one for all */
static const struct bench *kbench_now;

static u32 kbench_call(u32 iterations)
{
    u32 checksum;

    cp0_irq_on();
    checksum = kbench_now->run(iterations);
    cp0_irq_off();
    return checksum;
}

static int kbench_run_locked(u32 iterations, u32 *checksum)
{
    u32 pages = page_up(kbench_now->arena) / PAGE_SIZE + KBENCH_STACK;
    char *run = mem_run(pages);

    if (!run)
        return E_NOMEM;
    bench_arena = run + KBENCH_STACK * PAGE_SIZE;
    *checksum = trap_call_on(kbench_call, iterations, bench_arena);
    mem_free_run(run, pages);
    return 0;
}

int kbench_run(u32 index, u32 iterations, u32 *checksum)
{
    int error;

    if (index >= bench_count)
        return E_INVALID;
    sched_mutex_take(&kbench_mutex);
    kbench_now = &bench_table[index];
    error = kbench_run_locked(iterations ? iterations : kbench_now->iterations, checksum);
    sched_mutex_drop(&kbench_mutex);
    return error;
}
