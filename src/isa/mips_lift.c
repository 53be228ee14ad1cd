/* SPDX-License-Identifier: ISC */
/*
 * The lifter. A guest block becomes one IR block, and up to two more for the delay slot of a
 * conditional branch: where that may leave the region, it is lifted once for each way on, so that
 * where the branch goes is known there.
 */
#include "isa/mips_lift_int.h"

/* ---- slots and points ---- */

u16 mips_lift_slot(struct mips_lifter *l, size_t offset)
{
    return ir_slot_at(l->r, (u32)offset, IR_I32);
}

static u16 mips_lift_reg(struct mips_lifter *l, unsigned reg)
{
    return mips_lift_slot(l, offsetof(struct mips, r) + 4 * reg);
}

u16 mips_lift_point_at(struct mips_lifter *l, u32 pc, u16 unspent, enum mips_left reason)
{
    mips_lift_fpu_settle(l);
    struct ir_point p = {.unspent = unspent, .n = 1, .reason = (u8)reason};
    p.map[0] = (struct ir_binding){.slot = MIPS_LIFT_SLOT(l, pc), .value = pc};
    return ir_add_point(l->r, &p);
}

u16 mips_lift_point(struct mips_lifter *l)
{
    mips_lift_fpu_settle(l);
    return mips_lift_point_to_redo(l);
}

/* Before the branch: where it goes need not be known. Between it and its delay slot others may
 * look. */
static u16 mips_lift_point_at_branch(struct mips_lifter *l)
{
    mips_lift_fpu_settle(l);
    struct ir_point p = {.unspent = (u16)(l->unspent + 1), .n = 3, .reason = MIPS_LEFT_STEP};
    p.map[0] = (struct ir_binding){.slot = MIPS_LIFT_SLOT(l, pc), .value = l->pc - 4};
    p.map[1] = (struct ir_binding){.slot = ir_slot_at(l->r, offsetof(struct mips, bd), IR_I8)};
    p.map[2] = (struct ir_binding){.slot = MIPS_LIFT_SLOT(l, npc), .value = l->pc};
    return ir_add_point(l->r, &p);
}

u16 mips_lift_point_to_redo(struct mips_lifter *l)
{
    if (l->redo)
        return mips_lift_point_at_branch(l);
    struct ir_point p = {.unspent = l->unspent, .n = 2, .reason = MIPS_LEFT_STEP};
    p.map[0] = (struct ir_binding){.slot = MIPS_LIFT_SLOT(l, pc), .value = l->pc};
    p.map[1] = (struct ir_binding){.slot = ir_slot_at(l->r, offsetof(struct mips, bd), IR_I8),
                                   .value = l->bd};
    if (l->npc_known)
        p.map[p.n++] = (struct ir_binding){.slot = MIPS_LIFT_SLOT(l, npc), .value = l->npc};
    return ir_add_point(l->r, &p);
}

/* ---- values and calls ---- */

V mips_lift_k(LIFT, u32 c)
{
    return ir_const(&l->b, IR_I32, c);
}

V mips_lift_r(LIFT, unsigned reg)
{
    return reg == 0 || reg == MIPS_SINK ? mips_lift_k(l, 0) : ir_get(&l->b, mips_lift_reg(l, reg));
}

void mips_lift_w(LIFT, unsigned reg, V v)
{
    if (reg != MIPS_SINK && reg != 0)
        ir_put(&l->b, mips_lift_reg(l, reg), v);
}

V mips_lift_op(LIFT, enum ir_op op, V x, V y)
{
    return ir_binary(&l->b, op, x, y);
}

V mips_lift_and(LIFT, V x, u32 mask)
{
    return mips_lift_op(l, IR_AND, x, mips_lift_k(l, mask));
}

V mips_lift_shift(LIFT, enum ir_op op, V x, u32 by)
{
    return mips_lift_op(l, op, x, mips_lift_k(l, by));
}

void mips_lift_calls(LIFT, mips_lift_fn *fn, u64 arg)
{
    ir_do_call(&l->b, ir_add_call(l->r, (u64)(uintptr_t)fn, arg), mips_lift_point(l));
}

/* The copy lives as long as the code. */
void mips_lift_helper(LIFT, mips_lift_fn *fn)
{
    l->g->insn[l->g->nhelped] = *l->in;
    mips_lift_calls(l, fn, (u64)(uintptr_t)&l->keep[l->g->nhelped++]);
}

/* ---- blocks ---- */

enum mips_op mips_lift_decode(const struct mips_lifter *l, u32 word, struct mips_insn *in)
{
    enum mips_op op = mips_decode_op(mips_code_decoder(l->g->cpu->code), word);
    mips_decode_insn(in, op, word);
    return op;
}

void mips_lift_insn(struct mips_lifter *l, unsigned i)
{
    struct mips_insn in;
    enum mips_op op = mips_lift_decode(l, l->node->word[i], &in);
    l->in = &in;
    l->pc = l->r->origin = l->node->pc + 4 * i;
    if (!l->bd) {
        l->npc = l->pc + 4;
        l->npc_known = true;
    }
    l->unspent = (u16)(l->node->n - i);
    mips_lift_sem[op](l);
}

/* Code there runs in kernel mode, so may use CP0. */
bool mips_lift_in_kseg(const struct mips_lifter *l)
{
    return mips_is_unmapped(l->node->pc);
}

/* Its meaning may leave the region. */
bool mips_lift_is_risky(const struct mips_lifter *l, u32 word)
{
    struct mips_insn in;
    switch (mips_lift_decode(l, word, &in)) {
    case MIPS_OP_add:
    case MIPS_OP_addi:
    case MIPS_OP_sub:
        return true;
    default:
        return word >> 30 == 1 || word >> 31; /* coprocessors, loads and stores */
    }
}

/* Is pc's page the same as the block's, or one that cannot be mapped elsewhere? */
static bool mips_lift_is_safe(const struct mips_lifter *l, u32 pc)
{
    return (pc ^ l->node->pc) < MEM_PAGE || mips_is_unmapped(pc);
}

/* Leaves unless pc's page is mapped to where it was when the region was made. */
static void mips_lift_check_page(struct mips_lifter *l, u32 pc, const struct mips_code_page *page)
{
    struct ir_builder *b = &l->b;
    if (mips_is_unmapped(pc)) { /* fixed, but for the kernel only */
        V user = mips_lift_op(l, IR_AND, ir_get(b, MIPS_LIFT_SLOT(l, tag_low)),
                              mips_lift_k(l, MIPS_STLB_USER));
        ir_guard(b, user, mips_lift_point_at(l, pc, 0, MIPS_LEFT_REMAP));
        return;
    }
    u32 slot = (u32)(mips_ftlb_slot_for(l->g->cpu, pc, 0) - l->g->cpu->ftlb);
    u32 tag = offsetof(struct mips, ftlb) + offsetof(struct mips_ftlb, tag);
    u32 where = offsetof(struct mips, ftlb) + offsetof(struct mips_ftlb, page);
    u16 point = mips_lift_point_at(l, pc, 0, MIPS_LEFT_REMAP);
    V at = ir_binary(b, IR_XOR, ir_get(b, MIPS_LIFT_SLOT(l, mix)), mips_lift_k(l, slot << 4));
    V is = ir_peek(b, IR_I32, at, tag);
    V want = ir_binary(b, IR_ADD, ir_get(b, MIPS_LIFT_SLOT(l, tag_low)),
                       mips_lift_k(l, pc & ~(MEM_PAGE - 1)));
    ir_guard(b, ir_cmp(b, IR_NE, want, is), point);
    V there = ir_const(b, IR_I64, (u64)(uintptr_t)page);
    ir_guard(b, ir_cmp(b, IR_NE, ir_peek(b, IR_I64, at, where), there), point);
}

u16 mips_lift_later(struct mips_lifter *l, u32 pc, bool arm)
{
    u16 block = ir_new_block(l->r);
    l->r->block[block].depth = l->node->depth;
    l->more[l->nmore++] = (struct mips_lift_more){.pc = pc, .block = block, .arm = arm};
    return block;
}

/* The block to go to for pc. */
u16 mips_lift_way(struct mips_lifter *l, u32 pc)
{
    int to = mips_region_node(l->g, pc);
    if (to >= 0 && mips_lift_is_safe(l, pc))
        return l->g->node[to].ir;
    return mips_lift_later(l, pc, false);
}

static void mips_lift_fill_way(struct mips_lifter *l, u32 pc)
{
    int to = mips_region_node(l->g, pc);
    if (to < 0) {
        ir_chain(&l->b, pc);
        return;
    }
    mips_lift_check_page(l, pc, l->g->node[to].page);
    ir_jump(&l->b, l->g->node[to].ir);
}

/* The last instruction may have changed what all the others rely on. */
void mips_lift_look_up(struct mips_lifter *l, u32 pc)
{
    ir_leave(&l->b, mips_lift_point_at(l, pc, 0, MIPS_LEFT_LOOKUP));
}

bool mips_lift_stops(const struct mips_lifter *l)
{
    return l->node->end != MIPS_NOPS && !mips_lift_in_kseg(l);
}

/* Does the delay slot and goes on at pc. */
static void mips_lift_fill_arm(struct mips_lifter *l, u32 pc)
{
    l->bd = true;
    l->npc = pc;
    l->npc_known = true;
    mips_lift_insn(l, l->node->n - 1u);
    mips_lift_fpu_settle(l);
    l->bd = false;
    if (l->node->end != MIPS_NOPS)
        mips_lift_look_up(l, pc);
    else
        ir_jump(&l->b, mips_lift_way(l, pc));
}

static void mips_lift_fill_more(struct mips_lifter *l)
{
    for (unsigned i = 0; i < l->nmore; i++) {
        struct mips_lift_more more = l->more[i];
        ir_begin(&l->b, l->r, more.block);
        if (more.arm)
            mips_lift_fill_arm(l, more.pc);
        else
            mips_lift_fill_way(l, more.pc);
    }
    l->nmore = 0;
}

static void mips_lift_node(struct mips_lifter *l, const struct mips_node *node)
{
    l->node = node;
    l->bd = false;
    l->way = LIFT_NO_BRANCH;
    struct ir_block *block = &l->r->block[node->ir];
    block->charge = node->n;
    block->depth = node->depth;
    block->point = mips_lift_point_at(l, node->pc, 0, MIPS_LEFT_SPENT);
    ir_begin(&l->b, l->r, node->ir);
    for (unsigned i = 0; i < node->n - (node->branch ? 1u : 0); i++)
        mips_lift_insn(l, i);
    mips_lift_fpu_settle(l);
    u32 next = node->pc + 4u * node->n;
    if (node->branch)
        mips_lift_branch_end(l);
    else if (mips_lift_stops(l))
        mips_lift_look_up(l, next);
    else
        ir_jump(&l->b, mips_lift_way(l, next));
    mips_lift_fill_more(l);
}

void mips_lift(struct mips_region *g, struct ir_region *r, const struct mips_insn *keep)
{
    struct mips_lifter l = {.g = g, .r = r, .keep = keep, .node = &g->node[0]};
    ir_region_clear(r);
    for (unsigned i = 0; i < g->nnodes; i++)
        g->node[i].ir = ir_new_block(r);
    r->entry = g->node[0].ir;
    r->check = ir_new_block(r);
    ir_begin(&l.b, r, r->check);
    mips_lift_check_page(&l, g->pc, g->node[0].page);
    ir_jump(&l.b, r->entry);
    for (unsigned i = 0; i < g->nnodes; i++)
        mips_lift_node(&l, &g->node[i]);
}
