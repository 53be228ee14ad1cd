/* SPDX-License-Identifier: ISC */
/*
 * The floating-point coprocessor. Computed in place is what cannot trap and is not of NaN: all
 * else the interpreter does, before whose instruction the region is left; where that is often, a
 * call. Flags pile up in the
 * host; the causes of the last operation are found when somebody looks, by doing it again
 * (mips_fpu_settle): before each way out stands what it was, unless the same was put down there.
 */
#include "isa/mips_fpu.h"
#include "isa/mips_lift_int.h"

/* ---- fields and registers ---- */

static u16 mips_lift_fpu_reg(LIFT, unsigned reg)
{
    return mips_lift_slot(l, offsetof(struct mips, fpr) + 4 * reg);
}

V mips_lift_fpu_f(LIFT, unsigned reg)
{
    return ir_get(&l->b, mips_lift_fpu_reg(l, reg));
}

void mips_lift_fpu_w_f(LIFT, unsigned reg, V v)
{
    ir_put(&l->b, mips_lift_fpu_reg(l, reg), v);
}

static V mips_lift_fpu_read(LIFT, unsigned reg, unsigned format)
{
    if (format == MIPS_FPU_D)
        return ir_getf(&l->b, IR_F64, mips_lift_fpu_reg(l, reg & ~1u),
                       mips_lift_fpu_reg(l, reg | 1));
    return ir_getf(&l->b, IR_F32, mips_lift_fpu_reg(l, reg), 0);
}

static void mips_lift_fpu_write(LIFT, unsigned reg, bool wide, V v)
{
    if (wide)
        ir_putf(&l->b, mips_lift_fpu_reg(l, reg & ~1u), mips_lift_fpu_reg(l, reg | 1), v);
    else
        ir_putf(&l->b, mips_lift_fpu_reg(l, reg), 0, v);
}

/* ---- whether the coprocessor may be used, and computed with here ---- */

static bool mips_lift_fpu_do_no_cop1(struct mips *c, u64 arg __attribute__((unused)))
{
    return mips_no_cop1(c, NULL);
}

/* Has this block made sure that it may compute? */
bool mips_lift_fpu_is_live(LIFT)
{
    return l->live && MIPS_LIFT_GET(l, fpu.live) == l->live;
}

void mips_lift_fpu_cp1(LIFT)
{
    if (mips_lift_fpu_is_live(l))
        return;
    V status = MIPS_LIFT_GET(l, status);
    if (!l->g->cpu->model->fir) {
        mips_lift_calls(l, mips_lift_fpu_do_no_cop1, 0); /* whatever it is */
    } else if (status != l->usable) {
        V on = mips_lift_and(l, status, MIPS_ST_CU1);
        ir_guard(&l->b, ir_cmp(&l->b, IR_EQ, on, mips_lift_k(l, 0)), mips_lift_point(l));
        l->usable = status;
    }
}

/* False: it is the interpreter's. */
static bool mips_lift_fpu_do_begin(struct mips *c, u64 arg __attribute__((unused)))
{
    c->fpu.live = mips_fpu_is_quiet(c);
    c->fpu.calm = MIPS_FPU_CALM;
    return c->fpu.live;
}

static u16 mips_lift_fpu_leave(LIFT, u16 point)
{
    l->r->point[point].reason = MIPS_LEFT_FPU;
    return point;
}

bool mips_lift_fpu_is_easy(LIFT, u32 word)
{
    struct mips_insn in;
    bool computes = word >> 26 == 0x11 && word & 1u << 25;
    return computes && mips_lift_decode(l, word, &in) != MIPS_OP_cop1 && mips_lift_fpu_is_live(l);
}

/* ---- what is odd ---- */

/* Where a region has left often at what is not computed in place, it does that by calls instead,
 * each in a block of its own, l->odd. As no value goes from block to block, what computes is done
 * once to see whether it is odd, and once more where it is not. While little but odd is computed,
 * all goes by calls: for translated code that computes to give way to C takes longer than an
 * operation. */

static u16 mips_lift_fpu_new_block(LIFT)
{
    u16 block = ir_new_block(l->r);
    l->r->block[block].depth = l->node->depth;
    return block;
}

/* Goes on in another block, unless it is odd. */
static void mips_lift_fpu_part(LIFT, V odd)
{
    u16 easy = mips_lift_fpu_new_block(l);
    ir_branch(&l->b, odd, l->odd, easy);
    ir_begin(&l->b, l->r, easy);
}

/* For what computes: while that is live, the coprocessor may be used. */
static void mips_lift_fpu_begin(LIFT)
{
    V live = MIPS_LIFT_GET(l, fpu.live), idle = ir_cmp(&l->b, IR_EQ, live, mips_lift_k(l, 0));
    if (mips_lift_fpu_is_live(l))
        return;
    if (l->g->odd) {
        l->odd = mips_lift_fpu_new_block(l);
        mips_lift_fpu_part(l, idle);
        return;
    }
    u16 call = ir_add_call(l->r, (u64)(uintptr_t)mips_lift_fpu_do_begin, 0);
    ir_ask(&l->b, idle, call, mips_lift_fpu_leave(l, mips_lift_point(l)));
    l->live = live;
}

/* ---- the last operation ---- */

static void mips_lift_fpu_last(LIFT, u32 what, V a, V b)
{
    l->last = what;
    l->last_a = a;
    l->last_b = b;
}

static void mips_lift_fpu_keep(LIFT, size_t at, V v)
{
    u16 lo = mips_lift_slot(l, at);
    if (ir_type_of(&l->r->insn[v]) == IR_I32)
        ir_put(&l->b, lo, v);
    else if (ir_type_of(&l->r->insn[v]) == IR_F64)
        ir_putf(&l->b, lo, mips_lift_slot(l, at + 4), v);
    else
        ir_putf(&l->b, lo, 0, v);
}

void mips_lift_fpu_settle(LIFT)
{
    if (!l->last)
        return;
    ir_put(&l->b, MIPS_LIFT_SLOT(l, fpu.last), mips_lift_k(l, l->last));
    if (l->last_a)
        mips_lift_fpu_keep(l, offsetof(struct mips, fpu.a), l->last_a);
    if (l->last_b)
        mips_lift_fpu_keep(l, offsetof(struct mips, fpu.b), l->last_b);
    l->last = 0;
}

/* True: what was computed is to be computed again. */
static bool mips_lift_fpu_unless(LIFT, V odd)
{
    if (!l->g->odd) {
        ir_guard(&l->b, odd, mips_lift_fpu_leave(l, mips_lift_point_to_redo(l)));
        return false;
    }
    mips_lift_fpu_part(l, odd);
    return true;
}

/* The block of what is odd, and one where both go on. */
static void mips_lift_fpu_end(LIFT, mips_lift_fn *fn)
{
    if (!l->g->odd)
        return;
    u16 on = mips_lift_fpu_new_block(l);
    mips_lift_fpu_settle(l);
    ir_jump(&l->b, on);
    ir_begin(&l->b, l->r, l->odd);
    mips_lift_fpu_cp1(l);
    mips_lift_helper(l, fn);
    ir_jump(&l->b, on);
    ir_begin(&l->b, l->r, on);
}

#define MIPS_LIFT_FPU_DO(what)                                                                     \
    static bool mips_lift_fpu_do_##what(struct mips *c, u64 arg)                                   \
    {                                                                                              \
        bool ok = mips_fpu_##what(c, MIPS_LIFT_INSN(arg));                                         \
        c->fpu.live = ok && ++c->fpu.calm > MIPS_FPU_CALM;                                         \
        return ok;                                                                                 \
    }
MIPS_LIFT_FPU_DO(arith)
MIPS_LIFT_FPU_DO(sign)
MIPS_LIFT_FPU_DO(convert)
MIPS_LIFT_FPU_DO(compare)

/* ---- instructions ---- */

struct mips_lift_fpu_value {
    V v, a, b;
};

static struct mips_lift_fpu_value mips_lift_fpu_compute(LIFT)
{
    static const u8 ops[] = {IR_FADD, IR_FSUB, IR_FMUL, IR_FDIV};
    enum mips_fpu_format f = mips_fpu_format(l->in->imm);
    enum ir_op op = (enum ir_op)ops[mips_fpu_function(l->in->imm)];
    V a = mips_lift_fpu_read(l, l->in->rd, f), b = mips_lift_fpu_read(l, l->in->rt, f);
    V v = ir_float(&l->b, op, f == MIPS_FPU_D ? IR_F64 : IR_F32, a, b);
    return (struct mips_lift_fpu_value){v, a, b};
}

void mips_lift_fpu_arith(LIFT)
{
    mips_lift_fpu_begin(l);
    struct mips_lift_fpu_value x = mips_lift_fpu_compute(l);
    if (mips_lift_fpu_unless(l, ir_cmp(&l->b, IR_UNO, x.v, x.v)))
        x = mips_lift_fpu_compute(l);
    mips_lift_fpu_write(l, mips_fpu_fd(l->in->imm), mips_fpu_format(l->in->imm) == MIPS_FPU_D, x.v);
    mips_lift_fpu_last(l, l->in->imm, x.a, x.b);
    mips_lift_fpu_end(l, mips_lift_fpu_do_arith);
}

void mips_lift_fpu_sign(LIFT)
{
    enum mips_fpu_format f = mips_fpu_format(l->in->imm);
    bool wide = f == MIPS_FPU_D, abs = mips_fpu_function(l->in->imm) == MIPS_FPU_ABS;
    mips_lift_fpu_begin(l);
    V a = mips_lift_fpu_read(l, l->in->rd, f);
    if (mips_lift_fpu_unless(l, ir_cmp(&l->b, IR_UNO, a, a)))
        a = mips_lift_fpu_read(l, l->in->rd, f);
    V v = ir_float(&l->b, abs ? IR_FABS : IR_FNEG, wide ? IR_F64 : IR_F32, a, 0);
    mips_lift_fpu_write(l, mips_fpu_fd(l->in->imm), wide, v);
    mips_lift_fpu_last(l, MIPS_FPU_NO_CAUSE, 0, 0);
    mips_lift_fpu_end(l, mips_lift_fpu_do_sign);
}

void mips_lift_fpu_move(LIFT)
{
    enum mips_fpu_format f = mips_fpu_format(l->in->imm);
    mips_lift_fpu_cp1(l);
    V v = mips_lift_fpu_read(l, l->in->rd, f);
    mips_lift_fpu_write(l, mips_fpu_fd(l->in->imm), f == MIPS_FPU_D, v);
}

static struct mips_lift_fpu_value mips_lift_fpu_round(LIFT)
{
    enum mips_fpu_format f = mips_fpu_format(l->in->imm);
    V a = mips_lift_fpu_read(l, l->in->rd, f);
    V v = ir_float(&l->b, f == MIPS_FPU_D ? IR_ROUNDD : IR_ROUND, IR_I32, a, 0);
    return (struct mips_lift_fpu_value){.v = v, .a = a};
}

static void mips_lift_fpu_to_word(LIFT)
{
    struct mips_lift_fpu_value x = mips_lift_fpu_round(l);
    if (mips_lift_fpu_unless(l, ir_cmp(&l->b, IR_EQ, x.v, mips_lift_k(l, 0x80000000u))))
        x = mips_lift_fpu_round(l);
    mips_lift_fpu_w_f(l, mips_fpu_fd(l->in->imm), x.v);
    mips_lift_fpu_last(l, l->in->imm, x.a, 0);
}

static void mips_lift_fpu_from_word(LIFT, bool wide)
{
    V a = mips_lift_fpu_f(l, l->in->rd);
    V v = ir_float(&l->b, IR_FROM32, wide ? IR_F64 : IR_F32, a, 0);
    mips_lift_fpu_write(l, mips_fpu_fd(l->in->imm), wide, v);
    mips_lift_fpu_last(l, wide ? MIPS_FPU_NO_CAUSE : l->in->imm, wide ? 0 : a, 0);
}

static struct mips_lift_fpu_value mips_lift_fpu_resize(LIFT, bool wide)
{
    V a = mips_lift_fpu_read(l, l->in->rd, mips_fpu_format(l->in->imm));
    V v = ir_float(&l->b, wide ? IR_WIDEN : IR_NARROW, wide ? IR_F64 : IR_F32, a, 0);
    return (struct mips_lift_fpu_value){.v = v, .a = a};
}

static void mips_lift_fpu_from_float(LIFT, bool wide)
{
    struct mips_lift_fpu_value x = mips_lift_fpu_resize(l, wide);
    if (mips_lift_fpu_unless(l, ir_cmp(&l->b, IR_UNO, x.v, x.v)))
        x = mips_lift_fpu_resize(l, wide);
    mips_lift_fpu_write(l, mips_fpu_fd(l->in->imm), wide, x.v);
    mips_lift_fpu_last(l, l->in->imm, x.a, 0);
}

void mips_lift_fpu_convert(LIFT)
{
    unsigned function = mips_fpu_function(l->in->imm);
    bool wide = function == MIPS_FPU_CVT_D;
    mips_lift_fpu_begin(l);
    if (!wide && function != MIPS_FPU_CVT_S)
        mips_lift_fpu_to_word(l);
    else if (mips_fpu_format(l->in->imm) == MIPS_FPU_W)
        mips_lift_fpu_from_word(l, wide);
    else
        mips_lift_fpu_from_float(l, wide);
    mips_lift_fpu_end(l, mips_lift_fpu_do_convert);
}

/* The condition's bits, as in mips_fpu_compare, but unordered is not asked for here. */
static V mips_lift_fpu_is(LIFT, V a, V b)
{
    unsigned condition = mips_fpu_function(l->in->imm) & 6;
    if (condition == 0)
        return mips_lift_k(l, 0);
    if (condition == 6)
        return ir_cmp(&l->b, IR_GES, b, a);
    return ir_cmp(&l->b, condition == 2 ? IR_EQ : IR_LTS, a, b);
}

void mips_lift_fpu_compare(LIFT)
{
    enum mips_fpu_format f = mips_fpu_format(l->in->imm);
    mips_lift_fpu_begin(l);
    V a = mips_lift_fpu_read(l, l->in->rd, f), b = mips_lift_fpu_read(l, l->in->rt, f);
    if (mips_lift_fpu_unless(l, ir_cmp(&l->b, IR_UNO, a, b))) {
        a = mips_lift_fpu_read(l, l->in->rd, f);
        b = mips_lift_fpu_read(l, l->in->rt, f);
    }
    V v = mips_lift_fpu_is(l, a, b);
    V rest = mips_lift_and(l, MIPS_LIFT_GET(l, fcr31), ~(u32)MIPS_FCR31_C);
    l->fcr31 = mips_lift_op(l, IR_OR, rest, mips_lift_shift(l, IR_SHL, v, 23));
    l->condition = v;
    ir_put(&l->b, MIPS_LIFT_SLOT(l, fcr31), l->fcr31);
    mips_lift_fpu_last(l, MIPS_FPU_NO_CAUSE, 0, 0);
    mips_lift_fpu_end(l, mips_lift_fpu_do_compare);
}

V mips_lift_fpu_condition(LIFT)
{
    V fcr31 = MIPS_LIFT_GET(l, fcr31);
    return fcr31 == l->fcr31 ? l->condition : mips_lift_and(l, fcr31, MIPS_FCR31_C);
}
