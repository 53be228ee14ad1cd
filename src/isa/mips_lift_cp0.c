/* SPDX-License-Identifier: ISC */
/*
 * The system coprocessor. What has no side effects, in kernel segments, where the mode is known, is
 * done in place; the rest calls C, and what that may have changed is looked at.
 */
#include "isa/mips_lift_int.h"

/* After what may change mode, translation or interrupts. Code in kseg0 and kseg1 goes on, unless
 * something is to be seen to, or it is in user mode without having left for there. */
bool mips_lift_cp0_settled(struct mips *c, bool ok)
{
    if (!ok)
        return false;
    if (c->waiting || c->retime || c->tag_low & MIPS_STLB_BYPASS || mips_irq_pending(c) ||
        (mips_user_mode(c) && !c->bd))
        c->resync = true;
    return true;
}

static bool mips_lift_cp0_do_mfc0(struct mips *c, u64 arg)
{
    return mips_mfc0(c, MIPS_LIFT_INSN(arg));
}

static bool mips_lift_cp0_do_rfe(struct mips *c, u64 arg)
{
    return mips_lift_cp0_settled(c, mips_rfe(c, MIPS_LIFT_INSN(arg)));
}

static bool mips_lift_cp0_do_mtc0(struct mips *c, u64 arg)
{
    return mips_lift_cp0_settled(c, mips_mtc0(c, MIPS_LIFT_INSN(arg)));
}

/* Not 0 where mips_irq_pending would say so, with these registers, if interrupts were enabled. */
static V mips_lift_cp0_waiting(LIFT, V status, V cause)
{
    V lines =
        mips_lift_op(l, IR_OR, MIPS_LIFT_GET(l, irq_lines), mips_lift_and(l, cause, MIPS_CAUSE_SW));
    return mips_lift_and(l, mips_lift_op(l, IR_AND, status, lines), MIPS_ST_IM);
}

/* Not 0 where it would say so. */
static V mips_lift_cp0_pending(LIFT, V status, V cause)
{
    V pending = mips_lift_cp0_waiting(l, status, cause);
    V enabled = mips_lift_op(l, IR_SUB, mips_lift_k(l, 0), mips_lift_and(l, status, MIPS_ST_IEC));
    return mips_lift_op(l, IR_AND, pending, enabled);
}

/* What only the interpreter does, or goes on from. */
static void mips_lift_cp0_unless(LIFT, V rare)
{
    ir_guard(&l->b, rare, mips_lift_point(l));
}

/* mips_set_tag_low where user mode may begin in the same address space. */
static void mips_lift_cp0_set_tag_low(LIFT, V user)
{
    V bit = mips_lift_shift(l, IR_SHL, user, 7);
    V mix = mips_lift_op(l, IR_MUL, user, mips_lift_k(l, MIPS_STLB_USERS << 4 >> 1));
    ir_put(&l->b, MIPS_LIFT_SLOT(l, tag_low),
           mips_lift_op(l, IR_OR, MIPS_LIFT_GET(l, tag_low), bit));
    ir_put(&l->b, MIPS_LIFT_SLOT(l, mix), mips_lift_op(l, IR_XOR, MIPS_LIFT_GET(l, mix), mix));
    V high = mips_lift_shift(l, IR_SHL, user, 30);
    ir_put(&l->b, MIPS_LIFT_SLOT(l, forbid[0]), high);
    ir_put(&l->b, MIPS_LIFT_SLOT(l, forbid[1]), mips_lift_op(l, IR_OR, high, mips_lift_k(l, 1)));
    ir_put(&l->b, MIPS_LIFT_SLOT(l, forbid[2]), mips_lift_op(l, IR_OR, high, mips_lift_k(l, 3)));
}

/* User mode begins after this instruction, if at all. */
static void mips_lift_cp0_begin_user(LIFT, V user)
{
    u16 since = ir_slot_at(l->r, offsetof(struct mips, user_since), IR_I64);
    u16 stop = ir_slot_at(l->r, offsetof(struct mips, stop), IR_I64);
    V now = ir_binary(&l->b, IR_SUB, ir_get(&l->b, stop), ir_left(&l->b, (u16)(l->unspent - 1)));
    ir_put(&l->b, since, ir_select(&l->b, user, now, ir_get(&l->b, since)));
}

/* The kernel's. */
void mips_lift_cp0_rfe(LIFT)
{
    if (!mips_lift_in_kseg(l)) {
        mips_lift_helper(l, mips_lift_cp0_do_rfe);
        return;
    }
    V status = MIPS_LIFT_GET(l, status);
    V popped = mips_lift_and(l, mips_lift_shift(l, IR_SHR, status, 2), 0xf);
    status = mips_lift_op(l, IR_OR, mips_lift_and(l, status, ~0xfu), popped);
    V user = mips_lift_and(l, status, MIPS_ST_KUC);
    /* rfe mostly enables interrupts, so that is not asked */
    V pending = mips_lift_cp0_waiting(l, status, MIPS_LIFT_GET(l, cause));
    mips_lift_cp0_unless(l, l->bd ? pending : mips_lift_op(l, IR_OR, pending, user));
    ir_put(&l->b, MIPS_LIFT_SLOT(l, status), status);
    mips_lift_cp0_begin_user(l, user);
    mips_lift_cp0_set_tag_low(l, user);
}

/* Not 0 where translated code computes with a coprocessor that is off from now on. */
static V mips_lift_cp0_disabled(LIFT, V status)
{
    V off = mips_lift_op(l, IR_XOR, status, mips_lift_k(l, MIPS_ST_CU1));
    V live = mips_lift_fpu_is_live(l) ? mips_lift_k(l, 1) : MIPS_LIFT_GET(l, fpu.live);
    live = mips_lift_shift(l, IR_SHL, live, 29);
    return mips_lift_op(l, IR_AND, off, live);
}

static void mips_lift_cp0_mtc0_status(LIFT, V v)
{
    u32 rare = MIPS_ST_ISC | MIPS_ST_SWC | MIPS_ST_KUC;
    _Static_assert(MIPS_ST_CU1 == 1u << 29, "mips_lift_cp0_disabled");
    V pending = mips_lift_cp0_pending(l, v, MIPS_LIFT_GET(l, cause));
    if (l->g->cpu->model->fir)
        pending = mips_lift_op(l, IR_OR, pending, mips_lift_cp0_disabled(l, v));
    mips_lift_cp0_unless(l, mips_lift_op(l, IR_OR, pending, mips_lift_and(l, v, rare)));
    V kept = mips_lift_and(l, MIPS_LIFT_GET(l, status), MIPS_ST_CM);
    v = mips_lift_op(l, IR_OR, mips_lift_and(l, v, MIPS_STATUS_WRITABLE), kept);
    ir_put(&l->b, MIPS_LIFT_SLOT(l, status), v);
}

static void mips_lift_cp0_mtc0_cause(LIFT, V v)
{
    V cause = mips_lift_and(l, MIPS_LIFT_GET(l, cause), ~(u32)MIPS_CAUSE_SW);
    cause = mips_lift_op(l, IR_OR, cause, mips_lift_and(l, v, MIPS_CAUSE_SW));
    mips_lift_cp0_unless(l, mips_lift_cp0_pending(l, MIPS_LIFT_GET(l, status), cause));
    ir_put(&l->b, MIPS_LIFT_SLOT(l, cause), cause);
}

static void mips_lift_cp0_mtc0_context(LIFT, V v)
{
    V kept = mips_lift_and(l, MIPS_LIFT_GET(l, context), ~MIPS_CONTEXT_PTEBASE);
    V base = mips_lift_and(l, v, MIPS_CONTEXT_PTEBASE);
    ir_put(&l->b, MIPS_LIFT_SLOT(l, context), mips_lift_op(l, IR_OR, base, kept));
}

/* Register 0 of its number, and the kernel's. */
static bool mips_lift_cp0_is_plain(const struct mips_lifter *l)
{
    bool selected = l->in->imm && l->g->cpu->model->is161;
    return mips_lift_in_kseg(l) && !selected;
}

void mips_lift_cp0_mfc0(LIFT)
{
    u16 at = mips_cp0_plain[l->in->rd].at;
    if (mips_lift_cp0_is_plain(l) && at)
        mips_lift_w(l, l->in->rt, ir_get(&l->b, mips_lift_slot(l, at)));
    else if (mips_lift_cp0_is_plain(l) && l->in->rd == MIPS_CP0_CAUSE)
        mips_lift_w(l, l->in->rt,
                    mips_lift_op(l, IR_OR, MIPS_LIFT_GET(l, cause), MIPS_LIFT_GET(l, irq_lines)));
    else
        mips_lift_helper(l, mips_lift_cp0_do_mfc0);
}

void mips_lift_cp0_mtc0(LIFT)
{
    static void (*const own[32])(struct mips_lifter *,
                                 V) = {[MIPS_CP0_CONTEXT] = mips_lift_cp0_mtc0_context,
                                       [MIPS_CP0_STATUS] = mips_lift_cp0_mtc0_status,
                                       [MIPS_CP0_CAUSE] = mips_lift_cp0_mtc0_cause};
    const struct mips_cp0_plain *p = &mips_cp0_plain[l->in->rd];
    bool plain = mips_lift_cp0_is_plain(l);
    if (plain && p->writable)
        ir_put(&l->b, mips_lift_slot(l, p->at),
               mips_lift_and(l, mips_lift_r(l, l->in->rt), p->writable));
    else if (plain && own[l->in->rd])
        own[l->in->rd](l, mips_lift_r(l, l->in->rt));
    else
        mips_lift_helper(l, mips_lift_cp0_do_mtc0);
}
