/* SPDX-License-Identifier: ISC */
/*
 * The translating engine, for those who set how it works or look at what it did. Most knobs are for
 * tests, which make bugs likely; what is 0 is as usual.
 */
#ifndef CPU_CPU_JIT_H
#define CPU_CPU_JIT_H

#include "jit/jit.h"

#include <stdio.h>

struct mips_code;

#define CPU_JIT_MIN_CODE KIB(64)
#define CPU_JIT_MAX_CODE MIB(1024) /* jumps reach twice that */

struct cpu_jit_knobs {
    u64 seed;                     /* of what is left to chance */
    size_t code_bytes;            /* MIN_CODE to MAX_CODE */
    const struct host_code *code; /* of that size, to be used; NULL: one of its own */
    struct jit_chaos chaos;
    bool plain; /* no instruction that only some x86-64 processors have */
    u16 heat;   /* entries before a block is hot; if it is set (to 8 at least, for this): */
    u32 warm;   /* instructions interpreted in hot blocks before there is a translator */
    u16 watch;  /* times that an indirect jump is watched, or a region may leave
                 * floating point to the interpreter */
    u16 blocks, insns, run; /* at most, in a region; run: in a block of it */
    u16 flush_every;        /* so many regions all go */
    u16 drop_every;         /* so many entries from C a region goes */
    u16 trust;              /* so many hints less one may be wrong */
    u8 unlinked;            /* percent of the ways from region to region that are not kept */
};

/* What is built with -Dchaos=true uses; else all 0. */
extern const struct cpu_jit_knobs cpu_jit_usual;

/* ---- what it did ---- */

struct cpu_jit_counters {
#define COUNTER(name) u64 name;
#include "cpu/cpu_jit.def"
#undef COUNTER
    u64 interpret_ticks; /* host_clock_ticks in the interpreter, from samples */
};

/* False: this machine has no translator. */
bool cpu_jit_counters(const struct mips_code *code, struct cpu_jit_counters *out);

/* Before any CPU of the machine runs. False: the host has no memory for code. */
MUST_CHECK bool cpu_jit_prepare(struct mips_code *code, bool big, const struct cpu_jit_knobs *k);

/* ---- looking on ---- */

/* Where to write what is translated; borrowed, NULL: nowhere. */
struct cpu_jit_watch {
    FILE *dump; /* guest code, IR and host code of every region as it is made */
    FILE *perf; /* where it is, for perf (host_perf.h) */
};

/* After cpu_jit_prepare; without, there is nothing to look at. code may be NULL. */
void cpu_jit_watch(struct mips_code *code, const struct cpu_jit_watch *w);

#endif
