/* SPDX-License-Identifier: ISC */
/*
 * How the translating engine works, for tests that make bugs likely. What is 0 is as usual.
 */
#ifndef CPU_CPU_JIT_H
#define CPU_CPU_JIT_H

#include "jit/jit.h"

struct mips_code;

struct cpu_jit_knobs {
    u64 seed; /* of what is left to chance */
    size_t code_bytes;
    struct jit_chaos chaos;
    bool plain;             /* no instruction that only some x86-64 processors have */
    u16 heat;               /* entries before a block is hot */
    u16 blocks, insns, run; /* at most, in a region; run: in a block of it */
    u16 flush_every;        /* so many regions all go */
    u16 drop_every;         /* so many entries from C a region goes */
    u8 unlinked;            /* percent of the ways from region to region that are not kept */
};

/* What is built with -Dchaos=true uses; else all 0. */
extern const struct cpu_jit_knobs cpu_jit_usual;

/* ---- what it did ---- */

struct cpu_jit_counters {
#define COUNTER(name) u64 name;
#include "cpu/cpu_jit.def"
#undef COUNTER
};

/* False: nothing of this machine was translated. */
bool cpu_jit_counters(const struct mips_code *code, struct cpu_jit_counters *out);

/* Before any CPU of the machine runs. False: the host has no memory for code. */
MUST_CHECK bool cpu_jit_prepare(struct mips_code *code, bool big, const struct cpu_jit_knobs *k);

#endif
