/* SPDX-License-Identifier: ISC */
/*
 * The lifter. A guest block becomes one IR block, and up to two more for the delay slot of a
 * conditional branch: where that may leave the region, it is lifted once for each way on, so that
 * where the branch goes is known there.
 */
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
    /* blocks that the node's own leads to, filled once that is complete */
    struct mips_lift_more {
        u32 pc;
        u16 block;
        bool arm; /* does the delay slot first */
    } more[IR_MAX_CASES + 4];
    unsigned nmore;
};

/* ---- slots and points ---- */

static u16 mips_lift_slot(struct mips_lifter *l, size_t offset)
{
    return ir_slot_at(l->r, (u32)offset, IR_I32);
}

#define MIPS_LIFT_SLOT(l, member) mips_lift_slot(l, offsetof(struct mips, member))

static u16 mips_lift_reg(struct mips_lifter *l, unsigned reg)
{
    return mips_lift_slot(l, offsetof(struct mips, r) + 4 * reg);
}

static u16 mips_lift_fpr(struct mips_lifter *l, unsigned reg)
{
    return mips_lift_slot(l, offsetof(struct mips, fpr) + 4 * reg);
}

static u16 mips_lift_point_at(struct mips_lifter *l, u32 pc, u16 unspent, enum mips_left reason)
{
    struct ir_point p = {.unspent = unspent, .n = 1, .reason = (u8)reason};
    p.map[0] = (struct ir_binding){.slot = MIPS_LIFT_SLOT(l, pc), .value = pc};
    return ir_add_point(l->r, &p);
}

/* Before the instruction at hand. */
static u16 mips_lift_point(struct mips_lifter *l)
{
    struct ir_point p = {.unspent = l->unspent, .n = 2, .reason = MIPS_LEFT_STEP};
    p.map[0] = (struct ir_binding){.slot = MIPS_LIFT_SLOT(l, pc), .value = l->pc};
    p.map[1] = (struct ir_binding){.slot = ir_slot_at(l->r, offsetof(struct mips, bd), IR_I8),
                                   .value = l->bd};
    if (l->npc_known)
        p.map[p.n++] = (struct ir_binding){.slot = MIPS_LIFT_SLOT(l, npc), .value = l->npc};
    return ir_add_point(l->r, &p);
}

/* ---- what CALL calls: the state is that before the instruction ---- */

static bool mips_lift_do_raise(struct mips *c, u64 exc)
{
    mips_raise(c, (enum mips_exc)exc);
    return false;
}

/* ---- the words of mips_sem.inc, spelled in IR ---- */

#define LIFT struct mips_lifter *l

static V mips_lift_k(LIFT, u32 c)
{
    return ir_const(&l->b, IR_I32, c);
}

static V mips_lift_r(LIFT, unsigned reg)
{
    return reg == 0 || reg == MIPS_SINK ? mips_lift_k(l, 0) : ir_get(&l->b, mips_lift_reg(l, reg));
}

static void mips_lift_w(LIFT, unsigned reg, V v)
{
    if (reg != MIPS_SINK && reg != 0)
        ir_put(&l->b, mips_lift_reg(l, reg), v);
}

static V mips_lift_op(LIFT, enum ir_op op, V x, V y)
{
    return ir_binary(&l->b, op, x, y);
}

static V mips_lift_nor(LIFT, V x, V y)
{
    return mips_lift_op(l, IR_XOR, mips_lift_op(l, IR_OR, x, y), mips_lift_k(l, 0xffffffffu));
}

/* Overflowed: the result's sign differs from what both operands say. */
static V mips_lift_checked(LIFT, V x, V a, V b)
{
    V differs =
        mips_lift_op(l, IR_AND, mips_lift_op(l, IR_XOR, a, x), mips_lift_op(l, IR_XOR, b, x));
    ir_guard(&l->b, ir_cmp(&l->b, IR_LTS, differs, mips_lift_k(l, 0)), mips_lift_point(l));
    return x;
}

static V mips_lift_addo(LIFT, V a, V b)
{
    return mips_lift_checked(l, mips_lift_op(l, IR_ADD, a, b), a, b);
}

static V mips_lift_subo(LIFT, V a, V b)
{
    V not_b = mips_lift_op(l, IR_XOR, b, mips_lift_k(l, 0xffffffffu));
    return mips_lift_checked(l, mips_lift_op(l, IR_SUB, a, b), a, not_b);
}

static void mips_lift_mul(LIFT, bool is_signed, V a, V b)
{
    enum ir_op widen = is_signed ? IR_SX32 : IR_ZX32;
    V product = ir_binary(&l->b, IR_MUL, ir_unary(&l->b, widen, a), ir_unary(&l->b, widen, b));
    mips_lift_w(l, MIPS_LO, ir_unary(&l->b, IR_LO32, product));
    mips_lift_w(l, MIPS_HI, ir_unary(&l->b, IR_HI32, product));
}

/* What mips_div_zero in mips_interp.c says. */
static void mips_lift_div_zero(LIFT, bool is_signed, V a, V *lo, V *hi)
{
    bool is161 = l->g->cpu->model->is161;
    V zero = mips_lift_k(l, 0), ones = mips_lift_k(l, 0xffffffffu);
    V negative = ir_cmp(&l->b, IR_LTS, a, zero);
    *hi = is161 ? zero : a;
    *lo = ones;
    if (is_signed && is161)
        *lo = ir_select(&l->b, negative, ones, mips_lift_k(l, 0x7fffffffu));
    else if (is_signed)
        *lo = ir_select(&l->b, negative, mips_lift_k(l, 1), ones);
}

/* Signed ones are 64 bits wide, where -2^31 / -1 is no overflow. */
static void mips_lift_div(LIFT, bool is_signed, V a, V b)
{
    struct ir_builder *ib = &l->b;
    V zero_lo, zero_hi;
    V by_zero = ir_cmp(ib, IR_EQ, b, mips_lift_k(l, 0));
    mips_lift_div_zero(l, is_signed, a, &zero_lo, &zero_hi);
    V x = a, y = ir_select(ib, by_zero, mips_lift_k(l, 1), b);
    if (is_signed) {
        x = ir_unary(ib, IR_SX32, x);
        y = ir_unary(ib, IR_SX32, y);
    }
    V q = ir_binary(ib, is_signed ? IR_DIVS : IR_DIVU, x, y);
    V rem = ir_binary(ib, is_signed ? IR_REMS : IR_REMU, x, y);
    if (is_signed) {
        q = ir_unary(ib, IR_LO32, q);
        rem = ir_unary(ib, IR_LO32, rem);
    }
    mips_lift_w(l, MIPS_LO, ir_select(ib, by_zero, zero_lo, q));
    mips_lift_w(l, MIPS_HI, ir_select(ib, by_zero, zero_hi, rem));
}

static void mips_lift_calls(LIFT, mips_lift_fn *fn, u64 arg)
{
    ir_do_call(&l->b, ir_add_call(l->r, (u64)(uintptr_t)fn, arg), mips_lift_point(l));
}

/* The copy lives as long as the code. */
static u64 mips_lift_keep_insn(LIFT)
{
    l->g->insn[l->g->nhelped] = *l->in;
    return (u64)(uintptr_t)&l->keep[l->g->nhelped++];
}

static void mips_lift_if(LIFT, V cond)
{
    l->way = LIFT_IF;
    l->cond = cond;
    l->target_pc = l->pc + l->in->imm;
}

static void mips_lift_to(LIFT, u32 pc)
{
    l->way = LIFT_TO;
    l->target_pc = pc;
}

static void mips_lift_anywhere(LIFT, V target)
{
    u64 pc;
    l->way = LIFT_ANYWHERE;
    l->target = target;
    if (ir_is_const(&l->b, target, &pc) && !(pc & 3))
        mips_lift_to(l, (u32)pc);
}

static void mips_lift_w_f(LIFT, unsigned reg, V v)
{
    ir_put(&l->b, mips_lift_fpr(l, reg), v);
}

static bool mips_lift_do_mips_no_cop1(struct mips *c, u64 arg);

static void mips_lift_cp1(LIFT)
{
    V on = mips_lift_op(l, IR_AND, ir_get(&l->b, MIPS_LIFT_SLOT(l, status)),
                        mips_lift_k(l, MIPS_ST_CU1));
    if (l->g->cpu->model->fir)
        ir_guard(&l->b, ir_cmp(&l->b, IR_EQ, on, mips_lift_k(l, 0)), mips_lift_point(l));
    else
        mips_lift_calls(l, mips_lift_do_mips_no_cop1, 0); /* whatever it is */
}

#define RS                      l->in->rs
#define RT                      l->in->rt
#define RD                      l->in->rd
#define R(f)                    mips_lift_r(l, f)
#define HI                      mips_lift_r(l, MIPS_HI)
#define LO                      mips_lift_r(l, MIPS_LO)
#define K(c)                    mips_lift_k(l, c)
#define SIMM                    mips_lift_k(l, l->in->imm)
#define UIMM                    mips_lift_k(l, l->in->imm)
#define SA                      mips_lift_k(l, l->in->imm)
#define LINKPC                  mips_lift_k(l, l->pc + 8)
#define ADD(a, b)               mips_lift_op(l, IR_ADD, a, b)
#define SUB(a, b)               mips_lift_op(l, IR_SUB, a, b)
#define AND(a, b)               mips_lift_op(l, IR_AND, a, b)
#define OR(a, b)                mips_lift_op(l, IR_OR, a, b)
#define XOR(a, b)               mips_lift_op(l, IR_XOR, a, b)
#define NOR(a, b)               mips_lift_nor(l, a, b)
#define SHL(a, b)               mips_lift_op(l, IR_SHL, a, b)
#define SHR(a, b)               mips_lift_op(l, IR_SHR, a, b)
#define SAR(a, b)               mips_lift_op(l, IR_SAR, a, b)
#define EQ(x, y)                ir_cmp(&l->b, IR_EQ, x, y)
#define NE(x, y)                ir_cmp(&l->b, IR_NE, x, y)
#define LTS(x, y)               ir_cmp(&l->b, IR_LTS, x, y)
#define LTU(x, y)               ir_cmp(&l->b, IR_LTU, x, y)
#define W(f, v)                 mips_lift_w(l, f, v)
#define W_HI(v)                 mips_lift_w(l, MIPS_HI, v)
#define W_LO(v)                 mips_lift_w(l, MIPS_LO, v)
#define W_LINK(v)               mips_lift_w(l, 31, v)
#define F(f)                    ir_get(&l->b, mips_lift_fpr(l, f))
#define W_F(f, v)               mips_lift_w_f(l, f, v)
#define FCC                     mips_lift_op(l, IR_AND, ir_get(&l->b, MIPS_LIFT_SLOT(l, fcr31)), K(MIPS_FCR31_C))
#define CP1                     mips_lift_cp1(l)
#define ADDO(x, a, b)           ((x) = mips_lift_addo(l, a, b))
#define SUBO(x, a, b)           ((x) = mips_lift_subo(l, a, b))
#define LOAD(x, size, address)  ((x) = ir_load(&l->b, IR_##size, address, mips_lift_point(l)))
#define STORE(size, address, v) mips_lift_store(l, IR_##size, address, v)
#define MUL(sign, a, b)         mips_lift_mul(l, LIFT_SIGNED_##sign, a, b)
#define DIV(sign, a, b)         mips_lift_div(l, LIFT_SIGNED_##sign, a, b)
#define LIFT_SIGNED_S           true
#define LIFT_SIGNED_U           false
#define BRANCH(cond)            mips_lift_if(l, cond)
#define JUMP(v)                 mips_lift_anywhere(l, v)
#define JUMP26                  mips_lift_to(l, ((l->pc + 4) & 0xf0000000u) | l->in->imm)
#define RAISE(exc)              mips_lift_calls(l, mips_lift_do_raise, MIPS_EXC_##exc)
#define HELPER(fn)              mips_lift_##fn(l)

/* C leaves the order of arguments open; the address comes first. */
static void mips_lift_store(LIFT, enum ir_size size, V at, V v)
{
    ir_store(&l->b, size, at, v, mips_lift_point(l));
}

/* A call of `fn`, after which `ok` is what it said. */
#define CALL_AS(name, fn, ok)                                                                      \
    static bool mips_lift_do_##name(struct mips *c, u64 arg)                                       \
    {                                                                                              \
        bool ok = fn(c, (const struct mips_insn *)(uintptr_t)arg);                                 \
        return CALLED(c, ok);                                                                      \
    }
#define CALL_OF(fn)                                                                                \
    CALL_AS(fn, fn, ok)                                                                            \
    static void mips_lift_##fn(LIFT)                                                               \
    {                                                                                              \
        mips_lift_calls(l, mips_lift_do_##fn, mips_lift_keep_insn(l));                             \
    }

#define CALLED(c, ok) (ok)
CALL_OF(mips_lwl)
CALL_OF(mips_lwr)
CALL_OF(mips_swl)
CALL_OF(mips_swr)
CALL_OF(mips_ll)
CALL_OF(mips_sc)
CALL_OF(mips_sync)
CALL_OF(mips_tlbp)
CALL_OF(mips_cp0_pin)
CALL_OF(mips_tlbwi)
CALL_OF(mips_tlbwr)
CALL_OF(mips_no_cop0)
CALL_AS(mips_no_cop1, mips_no_cop1, ok)
CALL_OF(mips_no_cop2)
CALL_OF(mips_no_cop3)
CALL_OF(mips_cfc1)
CALL_OF(mips_ctc1)
CALL_OF(mips_fpu_arith)
CALL_OF(mips_fpu_sign)
CALL_OF(mips_fpu_move)
CALL_OF(mips_fpu_convert)
CALL_OF(mips_fpu_compare)
CALL_OF(mips_fpu_unimplemented)
CALL_AS(mips_mfc0, mips_mfc0, ok)
#undef CALLED

/* After what may change mode, translation or interrupts. Code in kseg0 and kseg1 goes on, unless
 * something is to be seen to, or it is in user mode without having left for there. */
static bool mips_lift_settled(struct mips *c, bool ok)
{
    if (!ok)
        return false;
    if (c->waiting || c->retime || c->tag_low & MIPS_STLB_BYPASS || mips_irq_pending(c) ||
        (mips_user_mode(c) && !c->bd))
        c->resync = true;
    return true;
}

#define CALLED(c, ok) mips_lift_settled(c, ok)
CALL_OF(mips_tlbr)
CALL_AS(mips_rfe, mips_rfe, ok)
CALL_OF(mips_wait)
CALL_OF(mips_cache)
CALL_AS(mips_mtc0, mips_mtc0, ok)
#undef CALLED

/* Code there runs in kernel mode, so may use CP0. */
static bool mips_lift_in_kseg(const struct mips_lifter *l)
{
    return mips_is_unmapped(l->node->pc);
}

#define MIPS_LIFT_GET(l, member) ir_get(&(l)->b, MIPS_LIFT_SLOT(l, member))

static V mips_lift_and(LIFT, V x, u32 mask)
{
    return mips_lift_op(l, IR_AND, x, mips_lift_k(l, mask));
}

static V mips_lift_shift(LIFT, enum ir_op op, V x, u32 by)
{
    return mips_lift_op(l, op, x, mips_lift_k(l, by));
}

/* Not 0 where mips_irq_pending would say so, with these registers. */
static V mips_lift_pending(LIFT, V status, V cause)
{
    V lines =
        mips_lift_op(l, IR_OR, MIPS_LIFT_GET(l, irq_lines), mips_lift_and(l, cause, MIPS_CAUSE_SW));
    V pending = mips_lift_and(l, mips_lift_op(l, IR_AND, status, lines), MIPS_ST_IM);
    V enabled = mips_lift_op(l, IR_SUB, mips_lift_k(l, 0), mips_lift_and(l, status, MIPS_ST_IEC));
    return mips_lift_op(l, IR_AND, pending, enabled);
}

/* What only the interpreter does, or goes on from. */
static void mips_lift_unless(LIFT, V rare)
{
    ir_guard(&l->b, rare, mips_lift_point(l));
}

/* mips_set_tag_low in the same address space. */
static void mips_lift_set_tag_low(LIFT, V tag_low, V user)
{
    V mix = mips_lift_op(l, IR_MUL, mips_lift_and(l, mips_lift_shift(l, IR_SHR, tag_low, 2), 127),
                         mips_lift_k(l, MIPS_STLB_SPREAD));
    mix = mips_lift_shift(l, IR_SHL, mips_lift_and(l, mix, MIPS_STLB_SIZE - 1), 4);
    ir_put(&l->b, MIPS_LIFT_SLOT(l, tag_low), tag_low);
    ir_put(&l->b, MIPS_LIFT_SLOT(l, mix), mix);
    V high = mips_lift_shift(l, IR_SHL, user, 30);
    ir_put(&l->b, MIPS_LIFT_SLOT(l, forbid[0]), high);
    ir_put(&l->b, MIPS_LIFT_SLOT(l, forbid[1]), mips_lift_op(l, IR_OR, high, mips_lift_k(l, 1)));
    ir_put(&l->b, MIPS_LIFT_SLOT(l, forbid[2]), mips_lift_op(l, IR_OR, high, mips_lift_k(l, 3)));
}

/* User mode begins after this instruction, if at all. */
static void mips_lift_begin_user(LIFT, V user)
{
    u16 since = ir_slot_at(l->r, offsetof(struct mips, user_since), IR_I64);
    u16 stop = ir_slot_at(l->r, offsetof(struct mips, stop), IR_I64);
    V now = ir_binary(&l->b, IR_SUB, ir_get(&l->b, stop), ir_left(&l->b, (u16)(l->unspent - 1)));
    ir_put(&l->b, since, ir_select(&l->b, user, now, ir_get(&l->b, since)));
}

/* The kernel's. */
static void mips_lift_mips_rfe(LIFT)
{
    if (!mips_lift_in_kseg(l)) {
        mips_lift_calls(l, mips_lift_do_mips_rfe, mips_lift_keep_insn(l));
        return;
    }
    V status = MIPS_LIFT_GET(l, status), tag_low = MIPS_LIFT_GET(l, tag_low);
    V popped = mips_lift_and(l, mips_lift_shift(l, IR_SHR, status, 2), 0xf);
    status = mips_lift_op(l, IR_OR, mips_lift_and(l, status, ~0xfu), popped);
    V user = mips_lift_and(l, status, MIPS_ST_KUC);
    V pending = mips_lift_pending(l, status, MIPS_LIFT_GET(l, cause));
    mips_lift_unless(l, l->bd ? pending : mips_lift_op(l, IR_OR, pending, user));
    ir_put(&l->b, MIPS_LIFT_SLOT(l, status), status);
    mips_lift_begin_user(l, user);
    V bit = mips_lift_shift(l, IR_SHL, user, 7);
    mips_lift_set_tag_low(l, mips_lift_op(l, IR_OR, tag_low, bit), user);
}

static void mips_lift_mtc0_status(LIFT, V v)
{
    u32 rare = MIPS_ST_ISC | MIPS_ST_SWC | MIPS_ST_KUC;
    V pending = mips_lift_pending(l, v, MIPS_LIFT_GET(l, cause));
    mips_lift_unless(l, mips_lift_op(l, IR_OR, pending, mips_lift_and(l, v, rare)));
    V kept = mips_lift_and(l, MIPS_LIFT_GET(l, status), MIPS_ST_CM);
    v = mips_lift_op(l, IR_OR, mips_lift_and(l, v, MIPS_STATUS_WRITABLE), kept);
    ir_put(&l->b, MIPS_LIFT_SLOT(l, status), v);
}

static void mips_lift_mtc0_cause(LIFT, V v)
{
    V cause = mips_lift_and(l, MIPS_LIFT_GET(l, cause), ~(u32)MIPS_CAUSE_SW);
    cause = mips_lift_op(l, IR_OR, cause, mips_lift_and(l, v, MIPS_CAUSE_SW));
    mips_lift_unless(l, mips_lift_pending(l, MIPS_LIFT_GET(l, status), cause));
    ir_put(&l->b, MIPS_LIFT_SLOT(l, cause), cause);
}

static void mips_lift_mtc0_context(LIFT, V v)
{
    V kept = mips_lift_and(l, MIPS_LIFT_GET(l, context), ~MIPS_CONTEXT_PTEBASE);
    V base = mips_lift_and(l, v, MIPS_CONTEXT_PTEBASE);
    ir_put(&l->b, MIPS_LIFT_SLOT(l, context), mips_lift_op(l, IR_OR, base, kept));
}

/* Register 0 of its number, and the kernel's. */
static bool mips_lift_is_plain(const struct mips_lifter *l)
{
    bool selected = l->in->imm && l->g->cpu->model->is161;
    return mips_lift_in_kseg(l) && !selected;
}

static void mips_lift_mips_mfc0(LIFT)
{
    u16 at = mips_cp0_plain[l->in->rd].at;
    if (mips_lift_is_plain(l) && at)
        mips_lift_w(l, l->in->rt, ir_get(&l->b, mips_lift_slot(l, at)));
    else if (mips_lift_is_plain(l) && l->in->rd == MIPS_CP0_CAUSE)
        mips_lift_w(l, l->in->rt,
                    mips_lift_op(l, IR_OR, MIPS_LIFT_GET(l, cause), MIPS_LIFT_GET(l, irq_lines)));
    else
        mips_lift_calls(l, mips_lift_do_mips_mfc0, mips_lift_keep_insn(l));
}

static void mips_lift_mips_mtc0(LIFT)
{
    static void (*const own[32])(struct mips_lifter *,
                                 V) = {[MIPS_CP0_CONTEXT] = mips_lift_mtc0_context,
                                       [MIPS_CP0_STATUS] = mips_lift_mtc0_status,
                                       [MIPS_CP0_CAUSE] = mips_lift_mtc0_cause};
    const struct mips_cp0_plain *p = &mips_cp0_plain[l->in->rd];
    bool plain = mips_lift_is_plain(l);
    if (plain && p->writable)
        ir_put(&l->b, mips_lift_slot(l, p->at),
               mips_lift_and(l, mips_lift_r(l, l->in->rt), p->writable));
    else if (plain && own[l->in->rd])
        own[l->in->rd](l, mips_lift_r(l, l->in->rt));
    else
        mips_lift_calls(l, mips_lift_do_mips_mtc0, mips_lift_keep_insn(l));
}

/* mips_sem.inc lends each meaning its name; here they are functions. */
#undef BRANCH
#define SEM(name)    static void mips_lift_sem_##name(LIFT __attribute__((unused)))
#define BRANCH(cond) mips_lift_if(l, cond)
#include "isa/mips_sem.inc"
#undef SEM
#undef BRANCH

static void (*const mips_lift_sem[MIPS_NOPS])(struct mips_lifter *) = {
#define INSN(name, syntax, match, mask, levels, flags) [MIPS_OP_##name] = mips_lift_sem_##name,
#include "isa/mips.def"
#undef INSN
};

/* ---- blocks ---- */

static enum mips_op mips_lift_decode(const struct mips_lifter *l, u32 word, struct mips_insn *in)
{
    enum mips_op op = mips_decode_op(mips_code_decoder(l->g->cpu->code), word);
    mips_decode_insn(in, op, word);
    return op;
}

static void mips_lift_insn(struct mips_lifter *l, unsigned i)
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

/* Its meaning may leave the region. */
static bool mips_lift_is_risky(const struct mips_lifter *l, u32 word)
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

static u16 mips_lift_later(struct mips_lifter *l, u32 pc, bool arm)
{
    u16 block = ir_new_block(l->r);
    l->r->block[block].depth = l->node->depth;
    l->more[l->nmore++] = (struct mips_lift_more){.pc = pc, .block = block, .arm = arm};
    return block;
}

/* The block to go to for pc. */
static u16 mips_lift_way(struct mips_lifter *l, u32 pc)
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
static void mips_lift_look_up(struct mips_lifter *l, u32 pc)
{
    ir_leave(&l->b, mips_lift_point_at(l, pc, 0, MIPS_LEFT_LOOKUP));
}

static bool mips_lift_stops(const struct mips_lifter *l)
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

static void mips_lift_delay_slot(struct mips_lifter *l, bool known, u32 npc)
{
    l->bd = true;
    l->npc_known = known;
    l->npc = npc;
    mips_lift_insn(l, l->node->n - 1u);
    l->bd = false;
    l->r->origin -= 4; /* what follows is the branch's */
}

static void mips_lift_end_if(struct mips_lifter *l)
{
    u32 taken = l->target_pc, next = l->node->pc + 4u * l->node->n;
    if (l->node->end != MIPS_NOPS || mips_lift_is_risky(l, l->node->word[l->node->n - 1])) {
        V cond = l->cond;
        u16 t = mips_lift_later(l, taken, true), f = mips_lift_later(l, next, true);
        ir_branch(&l->b, cond, t, f);
        return;
    }
    V cond = l->cond;
    mips_lift_delay_slot(l, true, 0);
    u16 t = mips_lift_way(l, taken), f = mips_lift_way(l, next);
    const struct ir_insn *cmp = &l->r->insn[cond];
    if (cmp->op == IR_CMP) /* again, next to its branch */
        cond = ir_cmp(&l->b, (enum ir_cc)cmp->cc, cmp->a, cmp->b);
    ir_branch(&l->b, cond, t, f);
}

static void mips_lift_end_to(struct mips_lifter *l)
{
    u32 to = l->target_pc;
    mips_lift_delay_slot(l, true, to);
    if (l->node->end != MIPS_NOPS)
        mips_lift_look_up(l, to);
    else
        ir_jump(&l->b, mips_lift_way(l, to));
}

/* The ways on that an indirect jump may take inside the region, each once. */
struct mips_lift_ways {
    struct ir_case to[IR_MAX_CASES];
    unsigned n;
};

static void mips_lift_may_go(struct mips_lifter *l, struct mips_lift_ways *w, u32 pc)
{
    if (mips_region_node(l->g, pc) < 0 || w->n == ARRAY_LEN(w->to))
        return;
    for (unsigned i = 0; i < w->n; i++)
        if (w->to[i].value == pc)
            return;
    w->to[w->n++] = (struct ir_case){.value = pc, .block = mips_lift_way(l, pc)};
}

/* Returns: to where the region's calls come back. */
static void mips_lift_returns(struct mips_lifter *l, struct mips_lift_ways *w)
{
    for (unsigned i = 0; i < l->g->nnodes; i++) {
        const struct mips_node *node = &l->g->node[i];
        struct mips_insn in;
        if (!node->branch)
            continue;
        enum mips_op op = mips_lift_decode(l, node->word[node->n - 2], &in);
        if (op == MIPS_OP_jal || op == MIPS_OP_jalr)
            mips_lift_may_go(l, w, node->pc + 4u * node->n);
    }
}

static void mips_lift_ways(struct mips_lifter *l, struct mips_lift_ways *w, bool is_return)
{
    const struct mips_jump *jump = l->node->jump;
    w->n = 0;
    if (is_return)
        mips_lift_returns(l, w);
    for (unsigned i = 0; jump && i < jump->n; i++)
        mips_lift_may_go(l, w, jump->to[i]);
}

/* To C, which will know where it went. */
static void mips_lift_watched(struct mips_lifter *l)
{
    struct ir_point p = {.n = 1, .reason = MIPS_LEFT_JUMP};
    p.map[0] = (struct ir_binding){.slot = MIPS_LIFT_SLOT(l, npc), .value = l->node->jump->pc};
    ir_put(&l->b, MIPS_LIFT_SLOT(l, pc), l->target);
    ir_leave(&l->b, ir_add_point(l->r, &p));
}

static void mips_lift_end_anywhere(struct mips_lifter *l, bool is_return)
{
    V target = l->target;
    const struct mips_jump *jump = l->node->jump;
    struct mips_lift_ways ways = {.n = 0};
    if (mips_lift_is_risky(l, l->node->word[l->node->n - 1]))
        ir_put(&l->b, MIPS_LIFT_SLOT(l, npc), target);
    mips_lift_delay_slot(l, false, 0);
    if (mips_lift_stops(l)) {
        ir_put(&l->b, MIPS_LIFT_SLOT(l, pc), target);
        struct ir_point p = {.reason = MIPS_LEFT_LOOKUP};
        ir_leave(&l->b, ir_add_point(l->r, &p));
        return;
    }
    if (jump && jump->unseen) {
        mips_lift_watched(l);
        return;
    }
    /* with a STOP in the delay slot the mode may be another: INDIRECT checks */
    if (l->node->end == MIPS_NOPS)
        mips_lift_ways(l, &ways, is_return);
    if (!ways.n) {
        ir_indirect(&l->b, target);
        return;
    }
    u16 other = ir_new_block(l->r);
    ir_put(&l->b, MIPS_LIFT_SLOT(l, npc), target);
    ir_switch(&l->b, target, ways.to, ways.n, other);
    ir_begin(&l->b, l->r, other);
    ir_indirect(&l->b, ir_get(&l->b, MIPS_LIFT_SLOT(l, npc)));
}

static void mips_lift_end_branch(struct mips_lifter *l)
{
    u32 word = l->node->word[l->node->n - 2];
    switch (l->way) {
    case LIFT_IF:
        mips_lift_end_if(l);
        return;
    case LIFT_TO:
        mips_lift_end_to(l);
        return;
    default:
        mips_lift_end_anywhere(l, !l->node->jump && bits_get(word, 21, 5) == 31);
    }
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
    u32 next = node->pc + 4u * node->n;
    if (node->branch)
        mips_lift_end_branch(l);
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
