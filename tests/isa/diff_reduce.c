/* SPDX-License-Identifier: ISC */
/* Makes a failing program small: fewer slices, fewer happenings, instructions that are none. Every
 * attempt has a process of its own, because it may crash or hang. */
#include "diff_jit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define REDUCE_SECONDS 5u

const char *const diff_withouts[DIFF_WITHOUTS] = {"lines", "outside", "moves", "interp",
                                                  "chaos", "bounds",  "device"};

bool diff_case_is_good(const struct diff_case *k, unsigned *slices)
{
    struct diff_count *count =
        mmap(NULL, sizeof *count, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (count == MAP_FAILED)
        abort();
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        alarm(REDUCE_SECONDS);
        if (k->quiet && !freopen("/dev/null", "w", stdout))
            _exit(2);
        struct diff t = {0};
        bool ok = diff_case_run(&t, k, count);
        fflush(stdout);
        _exit(!ok);
    }
    int status = 1;
    if (pid < 0 || waitpid(pid, &status, 0) < 0)
        abort();
    if (slices)
        *slices = count->slices + 1;
    if (status && !k->quiet && WIFSIGNALED(status))
        printf("  signal %d\n", WTERMSIG(status));
    munmap(count, sizeof *count);
    return status == 0;
}

/* Does it still fail, and how soon? */
static bool reduce_try(struct diff_case *try, struct diff_case *k)
{
    unsigned slices;
    if (diff_case_is_good(try, &slices))
        return false;
    try->slices = slices;
    *k = *try;
    return true;
}

static void reduce_happenings(struct diff_case *k)
{
    for (unsigned bit = 0; bit < DIFF_WITHOUTS; bit++) {
        struct diff_case try = *k;
        try.without |= 1u << bit;
        reduce_try(&try, k);
    }
}

static bool reduce_words(struct diff_case *k, unsigned n, unsigned step)
{
    bool smaller = false;
    for (unsigned at = 0; at < n; at += step) {
        struct diff_case try = *k;
        bool any = false;
        for (unsigned i = at; i < at + step && i < n; i++) {
            any |= !try.nop[i];
            try.nop[i] = true;
        }
        smaller |= any && reduce_try(&try, k);
    }
    return smaller;
}

static void reduce_print_ranges(const struct diff_case *k, unsigned n)
{
    const char *before = " nop=";
    for (unsigned i = 0; i < n; i++) {
        unsigned from = i;
        while (i < n && k->nop[i])
            i++;
        if (i == from)
            continue;
        printf(i - from > 1 ? "%s%u-%u" : "%s%u", before, from, i - 1);
        before = ",";
    }
}

static void reduce_print_command(const struct diff_case *k, const char *program, unsigned n)
{
    printf("# repeat it with: %s 1 %llu slices=%u", program, (unsigned long long)k->seed,
           k->slices);
    for (unsigned bit = 0; bit < DIFF_WITHOUTS; bit++)
        if (k->without & 1u << bit)
            printf(" without=%s", diff_withouts[bit]);
    reduce_print_ranges(k, n);
    printf("\n");
}

static void reduce_print_program(const struct diff_case *k, const uint32_t *pa, unsigned n)
{
    struct diff t = {0};
    diff_machine(&t, k->seed, &vcpu_interp);
    diff_make(&t);
    for (unsigned i = 0; i < n; i++) {
        char text[64];
        uint32_t w = mem_load(mem_ram_ptr(t.mem, pa[i], 4), 4, t.big);
        if (k->nop[i])
            continue;
        mips_disassemble(t.cpu->model, 0x80000000u + pa[i], w, text, sizeof text);
        printf("  %4x  %08x  %s\n", pa[i], w, text);
    }
    diff_end(&t);
    diff_fini(&t);
}

void diff_reduce(struct diff_case *k, const char *program)
{
    uint32_t pa[DIFF_MAKE_WORDS];
    unsigned n = diff_make_words(pa), slices;
    k->quiet = true;
    if (diff_case_is_good(k, &slices)) {
        printf("# does not fail alone: %s 1 %llu\n", program, (unsigned long long)k->seed);
        return;
    }
    k->slices = slices;
    reduce_happenings(k);
    for (unsigned step = 128; step; step /= 2)
        while (reduce_words(k, n, step) && step == 1)
            ;
    reduce_happenings(k);
    k->quiet = false;
    reduce_print_program(k, pa, n);
    diff_case_is_good(k, NULL);
    reduce_print_command(k, program, n);
}
