/* SPDX-License-Identifier: ISC */
/*
 * From guest code to the intermediate representation: which blocks make a region, and what their
 * instructions mean there (mips_sem.inc, spelled in IR).
 */
#ifndef ISA_MIPS_LIFT_H
#define ISA_MIPS_LIFT_H

#include "ir/ir.h"
#include "isa/mips_int.h"

/* ir_point.reason: what a CPU needs that left a region. pc is set; after STEP
 * and FPU also npc and bd. */
enum mips_left {
    MIPS_LEFT_SPENT,  /* the budget ends inside the next block */
    MIPS_LEFT_LOOKUP, /* mode, translation or interrupts may have changed */
    MIPS_LEFT_REMAP,  /* the page of pc is mapped elsewhere now */
    MIPS_LEFT_STEP,   /* interpret the next instruction */
    MIPS_LEFT_FPU,    /* likewise, as it is not computed in place */
    MIPS_LEFT_JUMP,   /* an indirect jump that is being watched; npc is its own address */
};

#define MIPS_REGION_PAGES  8
#define MIPS_REGION_COPIES 8
#define MIPS_REGION_COLD   64 /* entered less than this part of what makes a block hot */
/* As usual, and where the targets of an indirect jump are in it. */
#define MIPS_REGION_BLOCKS      32
#define MIPS_REGION_INSNS       280
#define MIPS_REGION_WIDE_BLOCKS 56
#define MIPS_REGION_WIDE_INSNS  400

/* An indirect jump. */
struct mips_jump {
    u32 pc;
    u16 unseen; /* times to be watched still */
    u8 n;
    u32 to[IR_MAX_CASES];
};

#define MIPS_JUMPS 1024

struct mips_jumps {
    u16 enough; /* times to watch one */
    unsigned refused;
    u64 page[MIPS_JUMPS]; /* mips_code_page.id of the one it is in; 0: no jump */
    struct mips_jump at[MIPS_JUMPS];
};

/* A block of the guest's, as the region's graph knows it. */
struct mips_node {
    u32 pc;
    u16 n;       /* instructions, with the delay slot */
    u16 ir;      /* block */
    u8 depth;    /* loops around it */
    bool branch; /* the last but one is a branch */
    u8 end;      /* enum mips_op of a STOP or TRAP at the end; MIPS_NOPS: none */
    u8 nsucc;
    u8 succ[2 + IR_MAX_CASES];    /* nodes */
    const struct mips_jump *jump; /* the branch; NULL: not indirect, or nobody watches */
    struct mips_code_page *page;
    u32 word[MIPS_BLOCK_MAX];
};

struct mips_region {
    struct mips *cpu;
    u32 pc;
    struct mips_jumps *jumps; /* NULL: nobody watches */
    struct mips_node node[MIPS_REGION_WIDE_BLOCKS];
    unsigned nnodes, ninsns;
    struct mips_code_page *page[MIPS_REGION_PAGES];
    unsigned npages;
    bool odd;      /* what is not computed in place is done by calls: it was often left to the
                    * interpreter */
    bool outdated; /* marking breakpoints replaced a page */
    /* bounds that tests make smaller */
    unsigned most_blocks, most_insns, most_run;        /* run: in a block, without a delay slot */
    bool wide;                                         /* bounds are, for the region at hand */
    struct mips_insn insn[2 * MIPS_REGION_WIDE_INSNS]; /* for helpers; see mips_lift */
    unsigned nhelped;
};

/* mips_region.c */
void mips_region_init(struct mips_region *g); /* the bounds as usual */
/* False: no region starts at pc */
MUST_CHECK bool mips_region_find(struct mips_region *g, struct mips *c, u32 pc);
int mips_region_node(const struct mips_region *g, u32 pc); /* -1: not in it */

/* mips_jump.c */
/* NULL: the table has no place. */
struct mips_jump *mips_jump_find(struct mips_jumps *t, const struct mips_code_page *page, u32 pc);
bool mips_jump_saw(struct mips_jump *j, u32 to); /* true: that was enough */
void mips_jump_forget(struct mips_jumps *t);     /* all, also those of a table that is new */

/* mips_lift.c. `keep` holds g->insn's copies: its address is part of the code. */
void mips_lift(struct mips_region *g, struct ir_region *r, const struct mips_insn *keep);

/* What CALL calls. False: an exception was raised. With c->resync set the region is to be left, but
 * the instruction is done. */
typedef bool mips_lift_fn(struct mips *c, u64 arg);

#endif
