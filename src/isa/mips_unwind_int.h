/* SPDX-License-Identifier: ISC */
/*
 * Between mips_unwind.c, which goes from frame to frame, and mips_unwind_scan.c, which reads a
 * function's code.
 */
#ifndef ISA_MIPS_UNWIND_INT_H
#define ISA_MIPS_UNWIND_INT_H

#include "isa/mips_int.h"
#include "isa/mips_unwind.h"

#define UNWIND_PENDING 32
#define UNWIND_SLOTS   48

#define R_SP 29
#define R_FP 30
#define R_RA 31

enum unwind_kind {
    UNWIND_UNKNOWN,
    UNWIND_CONST, /* off */
    UNWIND_ENTRY, /* what register `reg` held when the function was entered */
    UNWIND_STACK, /* stack pointer number `reg` plus off; number 0 is the one at the entry */
    UNWIND_EPC,
};

struct unwind_value {
    u8 kind, reg;
    u32 off;
};

struct unwind_state {
    struct unwind_value r[MIPS_NREGS];
};

struct unwind_slot {
    u8 base; /* at `off` from this stack pointer */
    u32 off;
    struct unwind_value saved;
};

struct unwind {
    const struct mips_unwind_host *host;
    const struct mips_decoder *decoder;
    bool start_known;
    struct unwind_state now;
    bool live;                /* `now` holds: the next instruction is reached from here */
    struct unwind_state body; /* with the largest frame: for code that only a table leads to */
    bool returned;            /* what made it not live was a return */
    struct {
        u32 va;
        struct unwind_state state;
    } pending[UNWIND_PENDING]; /* branches forward */
    unsigned npending;
    struct unwind_slot slot[UNWIND_SLOTS];
    unsigned nslots;
    unsigned bases;
};

static inline struct unwind_value mips_unwind_stack(unsigned base, u32 off)
{
    return (struct unwind_value){.kind = UNWIND_STACK, .reg = (u8)base, .off = off};
}

static inline bool mips_unwind_same(struct unwind_value a, struct unwind_value b)
{
    return a.kind == b.kind && a.reg == b.reg && a.off == b.off;
}

/* mips_unwind_scan.c */
/* The state when the instruction at `end` is about to run. False: the code can't be read. */
bool mips_unwind_scan(struct unwind *u, u32 start, u32 end);
bool mips_unwind_is_call(const struct mips_decoder *d, u32 word);

#endif
