/* SPDX-License-Identifier: ISC */
/* Shared inside the translating engine's files. */
#ifndef CPU_CPU_JIT_INT_H
#define CPU_CPU_JIT_INT_H

#include "cpu/cpu_jit.h"
#include "isa/mips_lift.h"

/* What belongs to a compiled region. Kept until all go, because others may still jump to it. */
struct cpu_region {
    struct cpu_region *all;
    struct jit_region *jit;
    u64 number;               /* in the order they were made, from 1 */
    struct mips_block *head;  /* NULL: dropped */
    struct cpu_region *alias; /* of the same head at another virtual address */
    u16 odd;                  /* times that it left floating point to the interpreter */
    u64 odd_since;            /* when the first was */
    unsigned npages;
    struct mips_code_page *page[MIPS_REGION_PAGES];
    struct cpu_region *next[MIPS_REGION_PAGES]; /* on the page's list */
    struct mips_insn insn[];
};

struct cpu_jit {
    struct mips_native native; /* first */
    bool big;
    bool refused;    /* the host has no memory: nothing is translated */
    bool by_page;    /* some code goes by page: all CPUs need the table */
    struct jit *jit; /* NULL: little has been hot so far: */
    u64 warm;        /* so many instructions were interpreted in hot blocks */
    struct ir_region *ir;
    struct mips_region *graph;
    struct mips_jumps *jumps;
    struct cpu_region *all;
    struct cpu_jit_knobs knobs;
    u64 random;
    unsigned built; /* since all went */
    struct cpu_handler {
        struct cpu_region *region;
        u32 pc;   /* in a segment that is not mapped, so that it stays there */
    } handler[2]; /* of exceptions, by place: what was there last */
    struct cpu_jit_counters n;
    struct cpu_jit_watch watch;
    struct host_disasm *disasm;       /* NULL: there is none, or nobody looks on */
    u64 sampled_ticks, sampled_insns; /* of the stretches of interpretation that were timed */
    u64 start_ticks, translate_ticks; /* host_clock_ticks spent so, */
    u64 since_ticks, since_ns;        /* and when both clocks were read, to know how long one is */
};

static inline struct cpu_jit *cpu_jit_of(const struct mips *c)
{
    return (struct cpu_jit *)c->code->native;
}

/* Below n; of what tests leave to chance. */
static inline unsigned cpu_jit_random(struct cpu_jit *t, unsigned n)
{
    t->random = t->random * 6364136223846793005ull + 1442695040888963407ull;
    return (unsigned)((t->random >> 33) % n);
}

/* The region that begins with the block when that is at pc. */
static inline struct cpu_region *cpu_jit_region_at(const struct mips_block *b, u32 pc)
{
    struct cpu_region *r = b->native;
    while (r && (u32)jit_place(r->jit) != pc)
        r = r->alias;
    return r;
}

/* cpu_jit.c */
bool cpu_jit_is_ready(struct cpu_jit *t, struct mips *c); /* false: nothing can be translated */
bool cpu_jit_goes_by_page(struct mips *c); /* some code does, from now on; false: it cannot */

/* cpu_jit_fpu.c */
void cpu_jit_fpu_enter(struct mips *c); /* from C to translated code that computes */
void cpu_jit_fpu_pause(struct mips *c); /* back, for C that leaves fcr31 alone */

/* ...and for good. Whether it did compute. */
static inline bool cpu_jit_fpu_leave(struct mips *c)
{
    bool live = c->fpu.live;
    if (unlikely(live)) {
        cpu_jit_fpu_pause(c);
        mips_fpu_settle(c);
    }
    return live;
}

/* cpu_jit_ops.c: where regions come back to C */
extern const struct jit_ops cpu_jit_ops;

/* cpu_jit_region.c */
/* Of the hot block b at c->pc, unless that is hopeless. */
void cpu_jit_region_make(struct cpu_jit *t, struct mips *c, struct mips_block *b);
void cpu_jit_region_drop(struct cpu_jit *t, struct cpu_region *r);
void cpu_jit_region_flush(struct cpu_jit *t);      /* all */
void cpu_jit_region_forget_all(struct cpu_jit *t); /* their code stays: for the end */
void cpu_jit_region_page_gone(struct mips_native *n, struct mips_code_page *page);

/* cpu_jit_watch.c: what somebody who looks on is told */
void cpu_jit_watch_made(struct cpu_jit *t, const struct mips *c, const struct cpu_region *r);
void cpu_jit_watch_dropped(const struct cpu_jit *t, const struct cpu_region *r);
void cpu_jit_watch_flushed(const struct cpu_jit *t);

/* cpu_jit_dump.c: of the region that was lifted and compiled last */
void cpu_jit_dump_begin(const struct cpu_jit *t);
void cpu_jit_dump_region(const struct cpu_jit *t, const struct mips *c, const struct cpu_region *r);

#endif
