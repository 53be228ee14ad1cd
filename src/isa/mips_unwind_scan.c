/* SPDX-License-Identifier: ISC */
/*
 * One pass over a function's instructions from its start, in which registers hold symbolic values:
 * what was in them at the entry, the entry's stack pointer plus a constant, the exception's
 * address. Branches forward carry the state to their targets, so that code after an early return
 * has the frame that it really has. Stores of such values to the stack are where the function
 * saved them.
 */
#include "isa/mips_unwind_int.h"

#include "lib/bits.h"

#define CP0_EPC 14

struct unwind_insn {
    enum mips_op op;
    struct mips_insn in;
};

static struct unwind_insn mips_unwind_decode(const struct mips_decoder *d, u32 word)
{
    struct unwind_insn i = {.op = mips_decode_op(d, word)};
    mips_decode_insn(&i.in, i.op, word);
    return i;
}

static void mips_unwind_enter(struct unwind_state *s)
{
    for (unsigned i = 0; i < 32; i++)
        s->r[i] = (struct unwind_value){.kind = UNWIND_ENTRY, .reg = (u8)i};
    s->r[0] = (struct unwind_value){.kind = UNWIND_CONST};
    s->r[R_SP] = mips_unwind_stack(0, 0);
}

/* ---- what an instruction does to registers and stack ---- */

static void mips_unwind_set(struct unwind *u, unsigned reg, struct unwind_value v)
{
    if (reg == 0 || reg == MIPS_SINK)
        return;
    if (reg == R_SP && v.kind != UNWIND_STACK)
        v = mips_unwind_stack(u->bases < 255 ? ++u->bases : 255, 0);
    u->now.r[reg] = v;
}

static void mips_unwind_lose(struct unwind *u, unsigned reg)
{
    mips_unwind_set(u, reg, (struct unwind_value){.kind = UNWIND_UNKNOWN});
}

static void mips_unwind_add(struct unwind *u, unsigned reg, struct unwind_value a, u32 b)
{
    if (b && a.kind != UNWIND_STACK && a.kind != UNWIND_CONST)
        a.kind = UNWIND_UNKNOWN;
    else
        a.off += b;
    mips_unwind_set(u, reg, a);
}

/* A sum of one that is anything and one that is known. */
static void mips_unwind_sum(struct unwind *u, const struct unwind_insn *i)
{
    struct unwind_value s = u->now.r[i->in.rs], t = u->now.r[i->in.rt];
    if (t.kind == UNWIND_CONST)
        mips_unwind_add(u, i->in.rd, s, t.off);
    else if (s.kind == UNWIND_CONST)
        mips_unwind_add(u, i->in.rd, t, s.off);
    else
        mips_unwind_lose(u, i->in.rd);
}

static bool mips_unwind_is_zero(const struct unwind *u, unsigned reg)
{
    return u->now.r[reg].kind == UNWIND_CONST && u->now.r[reg].off == 0;
}

static void mips_unwind_const(struct unwind *u, unsigned reg, u32 value)
{
    mips_unwind_set(u, reg, (struct unwind_value){.kind = UNWIND_CONST, .off = value});
}

static struct unwind_slot *mips_unwind_slot(struct unwind *u, unsigned base, u32 off)
{
    for (unsigned i = 0; i < u->nslots; i++)
        if (u->slot[i].base == base && u->slot[i].off == off)
            return &u->slot[i];
    return NULL;
}

static void mips_unwind_store(struct unwind *u, const struct unwind_insn *i)
{
    struct unwind_value at = u->now.r[i->in.rs], v = u->now.r[i->in.rt];
    u32 off = at.off + i->in.imm;
    if (at.kind != UNWIND_STACK)
        return;
    struct unwind_slot *slot = mips_unwind_slot(u, at.reg, off);
    bool worth = v.kind == UNWIND_ENTRY || v.kind == UNWIND_STACK || v.kind == UNWIND_EPC;
    if (!slot && worth && u->nslots < UNWIND_SLOTS)
        slot = &u->slot[u->nslots++];
    if (slot)
        *slot = (struct unwind_slot){.base = at.reg, .off = off, .saved = v};
}

static void mips_unwind_load(struct unwind *u, const struct unwind_insn *i)
{
    struct unwind_value at = u->now.r[i->in.rs];
    const struct unwind_slot *slot = NULL;
    if (at.kind == UNWIND_STACK)
        slot = mips_unwind_slot(u, at.reg, at.off + i->in.imm);
    if (slot)
        mips_unwind_set(u, i->in.rt, slot->saved);
    else
        mips_unwind_lose(u, i->in.rt);
}

/* Whatever has no meaning here loses what it writes. */
static void mips_unwind_other(struct unwind *u, const struct unwind_insn *i)
{
    if (mips_ops[i->op].flags & WD)
        mips_unwind_lose(u, i->in.rd);
    if (mips_ops[i->op].flags & WT)
        mips_unwind_lose(u, i->in.rt);
}

/* All but branches. */
static void mips_unwind_insn(struct unwind *u, const struct unwind_insn *i)
{
    struct unwind_value s = u->now.r[i->in.rs], t = u->now.r[i->in.rt];
    switch (i->op) {
    case MIPS_OP_add:
    case MIPS_OP_addu:
        return mips_unwind_sum(u, i);
    case MIPS_OP_or:
        if (mips_unwind_is_zero(u, i->in.rs) || mips_unwind_is_zero(u, i->in.rt))
            return mips_unwind_sum(u, i);
        break;
    case MIPS_OP_sub:
    case MIPS_OP_subu:
        if (t.kind == UNWIND_CONST)
            return mips_unwind_add(u, i->in.rd, s, 0u - t.off);
        break;
    case MIPS_OP_addi:
    case MIPS_OP_addiu:
        return mips_unwind_add(u, i->in.rt, s, i->in.imm);
    case MIPS_OP_ori:
        if (s.kind == UNWIND_CONST)
            return mips_unwind_const(u, i->in.rt, s.off | i->in.imm);
        break;
    case MIPS_OP_lui:
        return mips_unwind_const(u, i->in.rt, i->in.imm << 16);
    case MIPS_OP_sw:
        return mips_unwind_store(u, i);
    case MIPS_OP_lw:
        return mips_unwind_load(u, i);
    case MIPS_OP_mfc0:
        if (i->in.rd == CP0_EPC)
            return mips_unwind_set(u, i->in.rt, (struct unwind_value){.kind = UNWIND_EPC});
        break;
    default:
        break;
    }
    mips_unwind_other(u, i);
}

/* ---- where it goes on ---- */

enum unwind_way {
    UNWIND_ON,     /* no branch, or one that may not be taken */
    UNWIND_CALL,   /* comes back */
    UNWIND_AWAY,   /* goes elsewhere, never on */
    UNWIND_RETURN, /* jr $ra */
};

static enum unwind_way mips_unwind_way(const struct unwind_insn *i)
{
    switch (i->op) {
    case MIPS_OP_jal:
    case MIPS_OP_jalr:
    case MIPS_OP_bltzal:
    case MIPS_OP_bgezal:
        return UNWIND_CALL;
    case MIPS_OP_j:
        return UNWIND_AWAY;
    case MIPS_OP_beq:
        return i->in.rs == i->in.rt ? UNWIND_AWAY : UNWIND_ON;
    case MIPS_OP_jr:
        return i->in.rs == R_RA ? UNWIND_RETURN : UNWIND_AWAY;
    default:
        return UNWIND_ON;
    }
}

static bool mips_unwind_is_branch(const struct unwind_insn *i)
{
    return mips_ops[i->op].flags & BRANCH;
}

static bool mips_unwind_target(u32 pc, const struct unwind_insn *i, u32 *target)
{
    if (i->op == MIPS_OP_jr || mips_unwind_way(i) == UNWIND_CALL)
        return false;
    *target = i->op == MIPS_OP_j ? ((pc + 4) & 0xf0000000u) | i->in.imm : pc + i->in.imm;
    return true;
}

bool mips_unwind_is_call(const struct mips_decoder *d, u32 word)
{
    struct unwind_insn i = mips_unwind_decode(d, word);
    return mips_unwind_way(&i) == UNWIND_CALL;
}

static void mips_unwind_clobber(struct unwind *u)
{
    static const u8 callers[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, R_RA};
    for (unsigned i = 0; i < sizeof callers; i++)
        mips_unwind_lose(u, callers[i]);
}

/* What both ways agree on; a stack pointer in dispute becomes one of its own. */
static void mips_unwind_meet(struct unwind *u, const struct unwind_state *other)
{
    for (unsigned i = 0; i < 32; i++)
        if (!mips_unwind_same(u->now.r[i], other->r[i]))
            mips_unwind_lose(u, i);
}

/* Takes in the branches that lead here; those that the pass has gone by are dropped. */
static void mips_unwind_arrive(struct unwind *u, u32 pc)
{
    unsigned kept = 0;
    for (unsigned i = 0; i < u->npending; i++) {
        if (u->pending[i].va > pc) {
            u->pending[kept++] = u->pending[i];
        } else if (u->live) {
            mips_unwind_meet(u, &u->pending[i].state);
        } else {
            u->now = u->pending[i].state;
            u->live = true;
        }
    }
    u->npending = kept;
    if (u->live)
        return;
    if (u->returned && !u->start_known)
        mips_unwind_enter(&u->now);
    else
        u->now = u->body;
    u->live = true;
}

static u32 mips_unwind_frame_size(const struct unwind_state *s)
{
    return s->r[R_SP].kind == UNWIND_STACK && s->r[R_SP].reg == 0 ? 0u - s->r[R_SP].off : 0;
}

static void mips_unwind_branch(struct unwind *u, u32 pc, const struct unwind_insn *branch, u32 end)
{
    u32 target;
    if (mips_unwind_frame_size(&u->now) >= mips_unwind_frame_size(&u->body))
        u->body = u->now;
    if (mips_unwind_target(pc, branch, &target) && target > pc + 4 && target <= end &&
        u->npending < UNWIND_PENDING) {
        u->pending[u->npending].va = target;
        u->pending[u->npending++].state = u->now;
    }
    enum unwind_way way = mips_unwind_way(branch);
    if (way == UNWIND_CALL)
        mips_unwind_clobber(u);
    u->live = way == UNWIND_ON || way == UNWIND_CALL;
    u->returned = way == UNWIND_RETURN;
}

bool mips_unwind_scan(struct unwind *u, u32 start, u32 end)
{
    struct unwind_insn branch = {.op = MIPS_OP_reserved};
    bool slot = false;
    mips_unwind_enter(&u->now);
    u->body = u->now;
    u->live = true;
    for (u32 pc = start; pc < end; pc += 4) {
        u32 word;
        if (!slot)
            mips_unwind_arrive(u, pc);
        if (!u->host->read(u->host->ctx, pc, &word))
            return false;
        struct unwind_insn i = mips_unwind_decode(u->decoder, word);
        if (!mips_unwind_is_branch(&i))
            mips_unwind_insn(u, &i);
        else if (mips_unwind_way(&i) == UNWIND_CALL)
            mips_unwind_lose(u, R_RA);
        if (slot)
            mips_unwind_branch(u, pc - 4, &branch, end);
        slot = mips_unwind_is_branch(&i) && !slot;
        branch = i;
    }
    if (!slot)
        mips_unwind_arrive(u, end);
    return true;
}
