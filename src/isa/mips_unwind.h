/* SPDX-License-Identifier: ISC */
/*
 * Back traces without debugging information: what a function does to its stack pointer and where
 * it saves registers is read off its instructions, up to the place where it stands. Leaf
 * functions, delay slots, frame pointers, alloca and the frames of exception handlers written in
 * assembler come out right; where the code doesn't say, the trace ends.
 */
#ifndef ISA_MIPS_UNWIND_H
#define ISA_MIPS_UNWIND_H

#include "isa/mips_segment.h"

#define MIPS_UNWIND_MAX 64 /* frames worth asking for */

struct mips_unwind_regs {
    u32 r[32];
    u32 pc, epc;
};

struct mips_code;

/* Both functions without side effects on the guest. */
struct mips_unwind_host {
    const struct mips_code *code;               /* knows which instructions there are */
    bool (*read)(void *ctx, gva va, u32 *word); /* one that is aligned; false: nothing there */
    bool (*start)(void *ctx, gva pc, gva *va);  /* of the function there; NULL or false: unknown */
    void *ctx;
};

struct mips_frame {
    u32 pc; /* where it is; of a caller: its call */
    u32 sp;
    bool interrupted; /* an exception came here: the frame before is of its handler */
};

/* Is it a user program's? A kernel that jumped to nowhere still has its stack. */
static inline bool mips_unwind_is_user(u32 pc, u32 sp)
{
    return mips_is_kuseg(pc) && mips_is_kuseg(sp);
}

/* The registers of the user program that an exception interrupted, as its handler saved them. */
struct mips_unwind_interrupted {
    bool any;
    u32 known; /* a bit each; the others were not found */
    struct mips_unwind_regs regs;
};

/* The innermost frame first; returns how many, at least 1 and at most `max`. Hostile stacks and
 * code cost no more than max times some ten thousand reads. `interrupted` may be NULL. */
unsigned mips_unwind(const struct mips_unwind_regs *from, const struct mips_unwind_host *host,
                     struct mips_frame *frames, unsigned max,
                     struct mips_unwind_interrupted *interrupted);

#endif
