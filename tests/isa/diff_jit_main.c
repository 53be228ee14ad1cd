/* SPDX-License-Identifier: ISC */
/*
 * usage: diff_jit [COUNT [FIRST-SEED]] [progress] [noreduce] [compare] [trace] [slices=N]
 * [without=WHAT]... [nop=FROM-TO,...] Speaks TAP. A program that fails is made small, unless it is
 * one that the command line made so. compare: whether machines that ran others are as good as new.
 */
#include "diff_jit.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PART 2000u /* programs in one process */

struct options {
    const char *program;
    uint64_t count, first;
    bool progress, single, compare;
    struct diff_case like;
};

static void options_nop(struct diff_case *k, const char *s)
{
    while (*s) {
        char *end;
        unsigned long from = strtoul(s, &end, 10), to = from;
        if (*end == '-')
            to = strtoul(end + 1, &end, 10);
        for (; from <= to && from < DIFF_MAKE_WORDS; from++)
            k->nop[from] = true;
        s = end + (*end == ',');
        if (*end && *end != ',')
            exit(2);
    }
}

static void options_without(struct diff_case *k, const char *s)
{
    for (unsigned bit = 0; bit < DIFF_WITHOUTS; bit++)
        if (!strcmp(s, diff_withouts[bit]))
            k->without |= 1u << bit;
}

static void options_word(struct options *o, const char *s)
{
    o->single |= !strncmp(s, "nop=", 4) || !strncmp(s, "slices=", 7);
    if (!strncmp(s, "nop=", 4))
        options_nop(&o->like, s + 4);
    else if (!strncmp(s, "slices=", 7))
        o->like.slices = (unsigned)strtoul(s + 7, NULL, 10);
    else if (!strncmp(s, "without=", 8))
        options_without(&o->like, s + 8);
    else if (!strcmp(s, "progress"))
        o->progress = true;
    else if (!strcmp(s, "compare"))
        o->compare = o->single = true;
    else if (!strcmp(s, "noreduce"))
        o->single = true;
    else if (!strcmp(s, "trace"))
        o->like.trace = true;
    else
        exit(2);
}

static struct options options_read(int argc, char **argv)
{
    struct options o = {.program = argv[0], .count = 20000, .first = 1};
    int i = 1;
    if (i < argc && *argv[i] >= '0' && *argv[i] <= '9')
        o.count = strtoull(argv[i++], NULL, 0);
    if (i < argc && *argv[i] >= '0' && *argv[i] <= '9')
        o.first = strtoull(argv[i++], NULL, 0);
    for (; i < argc; i++)
        options_word(&o, argv[i]);
    return o;
}

static bool run_programs(const struct options *o, uint64_t first, uint64_t n,
                         struct diff_count *count)
{
    struct diff t = {0};
    bool ok = true;
    for (uint64_t i = 0; i < n && ok; i++) {
        struct diff_case k = o->like;
        k.seed = first + i;
        alarm(20);
        ok = o->compare ? diff_case_compare(&t, &k, count) : diff_case_run(&t, &k, count);
    }
    diff_fini(&t);
    return ok;
}

/* A process for so many programs: one that crashes or hangs is known by its seed. */
static bool run_part(const struct options *o, uint64_t first, uint64_t n, struct diff_count *count)
{
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        bool ok = run_programs(o, first, n, count);
        fflush(stdout);
        _exit(!ok);
    }
    int status = 1;
    if (pid < 0 || waitpid(pid, &status, 0) < 0)
        abort();
    if (status && WIFSIGNALED(status))
        printf("seed %llu: signal %d\n", (unsigned long long)count->seed, WTERMSIG(status));
    return status == 0;
}

static void show_progress(const struct diff_count *count, time_t start)
{
    double seconds = difftime(time(NULL), start);
    printf("# %llu programs, %.0f a second\n", (unsigned long long)count->programs,
           seconds > 0 ? (double)count->programs / seconds : 0);
    fflush(stdout);
}

static bool run_all(const struct options *o, struct diff_count *count)
{
    time_t start = time(NULL), said = start;
    for (uint64_t i = 0; i < o->count; i += PART) {
        uint64_t n = o->count - i < PART ? o->count - i : PART;
        if (!run_part(o, o->first + i, n, count))
            return false;
        if (o->progress && difftime(time(NULL), said) >= 10) {
            said = time(NULL);
            show_progress(count, start);
        }
    }
    return true;
}

int main(int argc, char **argv)
{
    struct options o = options_read(argc, argv);
    struct diff_count *count =
        mmap(NULL, sizeof *count, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (count == MAP_FAILED)
        abort();
    mallopt(M_MMAP_THRESHOLD, 1 << 28); /* each program is a new machine: let its memory stay */
    mallopt(M_TRIM_THRESHOLD, 1 << 28);
    printf("1..1\n");
    bool ok = run_all(&o, count);
    if (!ok && !o.single) {
        struct diff_case k = o.like;
        k.seed = count->seed;
        diff_reduce(&k, o.program);
    }
    printf("# %llu programs, %llu instructions, %llu exceptions and interrupts, %llu stops\n",
           (unsigned long long)count->programs, (unsigned long long)count->instructions,
           (unsigned long long)count->exceptions, (unsigned long long)count->stops);
    printf("%sok 1 - translator and reference agree\n", ok ? "" : "not ");
    return !ok;
}
