/* SPDX-License-Identifier: ISC */
/* Shared inside the lifter: a region as it is being made, and what all its files say it with. */
#ifndef ISA_MIPS_LIFT_INT_H
#define ISA_MIPS_LIFT_INT_H

#include "isa/mips_lift.h"

#include <stddef.h>

typedef ir_ref V;

struct mips_lifter {
    struct ir_builder b;
    struct mips_region *g;
    struct ir_region *r;
    const struct mips_insn *keep;
    const struct mips_node *node;
    /* the instruction at hand */
    u32 pc, npc;
    bool bd, npc_known;
    bool redo; /* it is the delay slot of a branch that may be done again */
    u16 unspent;
    const struct mips_insn *in;
    /* what the branch said */
    enum {
        LIFT_NO_BRANCH,
        LIFT_IF,
        LIFT_TO,
        LIFT_ANYWHERE
    } way;
    V cond, target;
    u32 target_pc;
    /* floating point: what this block has made sure of, by the value that was looked at; the
     * condition, known where fcr31 is this; the operation whose causes nobody has put down yet */
    V usable, live, fcr31, condition;
    u32 last;
    u16 odd; /* the block of what the operation at hand does not compute in place */
    V last_a, last_b;
    /* blocks that the node's own leads to, filled once that is complete */
    struct mips_lift_more {
        u32 pc;
        u16 block;
        bool arm; /* does the delay slot first */
    } more[IR_MAX_CASES + 4];
    unsigned nmore;
};

#define LIFT struct mips_lifter *l

/* mips_lift.c: slots and points */
u16 mips_lift_slot(LIFT, size_t offset);
#define MIPS_LIFT_SLOT(l, member) mips_lift_slot(l, offsetof(struct mips, member))
#define MIPS_LIFT_GET(l, member)  ir_get(&(l)->b, MIPS_LIFT_SLOT(l, member))
u16 mips_lift_point_at(LIFT, u32 pc, u16 unspent, enum mips_left reason);
u16 mips_lift_point(LIFT);         /* before the instruction at hand */
u16 mips_lift_point_to_redo(LIFT); /* likewise; it is done at once, and then nobody minds causes */

/* ...and values, calls */
V mips_lift_k(LIFT, u32 c);
V mips_lift_r(LIFT, unsigned reg);
void mips_lift_w(LIFT, unsigned reg, V v);
V mips_lift_op(LIFT, enum ir_op op, V x, V y);
V mips_lift_and(LIFT, V x, u32 mask);
V mips_lift_shift(LIFT, enum ir_op op, V x, u32 by);
void mips_lift_calls(LIFT, mips_lift_fn *fn, u64 arg);
void mips_lift_helper(LIFT, mips_lift_fn *fn); /* with the instruction */
#define MIPS_LIFT_INSN(arg) ((const struct mips_insn *)(uintptr_t)(arg))

/* ...and blocks */
enum mips_op mips_lift_decode(const struct mips_lifter *l, u32 word, struct mips_insn *in);
void mips_lift_insn(LIFT, unsigned i);
bool mips_lift_in_kseg(const struct mips_lifter *l);
bool mips_lift_is_risky(const struct mips_lifter *l, u32 word); /* it may leave the region */
bool mips_lift_stops(const struct mips_lifter *l);
u16 mips_lift_later(LIFT, u32 pc, bool arm);
u16 mips_lift_way(LIFT, u32 pc); /* the block to go to for pc */
void mips_lift_look_up(LIFT, u32 pc);

/* mips_lift_sem.c */
extern void (*const mips_lift_sem[MIPS_NOPS])(LIFT);

/* mips_lift_alu.c */
V mips_lift_alu_nor(LIFT, V x, V y);
V mips_lift_alu_addo(LIFT, V a, V b);
V mips_lift_alu_subo(LIFT, V a, V b);
void mips_lift_alu_mul(LIFT, bool is_signed, V a, V b);
void mips_lift_alu_div(LIFT, bool is_signed, V a, V b);

/* mips_lift_branch.c */
void mips_lift_branch_if(LIFT, V cond);
void mips_lift_branch_to(LIFT, u32 pc);
void mips_lift_branch_anywhere(LIFT, V target);
void mips_lift_branch_end(LIFT);

/* mips_lift_cp0.c */
bool mips_lift_cp0_settled(struct mips *c, bool ok);
void mips_lift_cp0_rfe(LIFT);
void mips_lift_cp0_mfc0(LIFT);
void mips_lift_cp0_mtc0(LIFT);

/* mips_lift_fpu.c */
V mips_lift_fpu_f(LIFT, unsigned reg);
void mips_lift_fpu_w_f(LIFT, unsigned reg, V v);
V mips_lift_fpu_condition(LIFT);
void mips_lift_fpu_cp1(LIFT);
bool mips_lift_fpu_is_live(LIFT);
bool mips_lift_fpu_is_easy(LIFT, u32 word); /* leaves by mips_lift_point_to_redo at most */
void mips_lift_fpu_settle(LIFT);            /* before others look at the state */
void mips_lift_fpu_arith(LIFT);
void mips_lift_fpu_sign(LIFT);
void mips_lift_fpu_move(LIFT);
void mips_lift_fpu_convert(LIFT);
void mips_lift_fpu_compare(LIFT);

#endif
