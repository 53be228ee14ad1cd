/* SPDX-License-Identifier: ISC */
/* The floating-point coprocessor: whether it may be used, and its registers. */
#include "isa/mips_lift_int.h"

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

V mips_lift_fpu_condition(LIFT)
{
    return mips_lift_and(l, MIPS_LIFT_GET(l, fcr31), MIPS_FCR31_C);
}

static bool mips_lift_fpu_do_no_cop1(struct mips *c, u64 arg __attribute__((unused)))
{
    return mips_no_cop1(c, NULL);
}

void mips_lift_fpu_cp1(LIFT)
{
    V on = mips_lift_op(l, IR_AND, ir_get(&l->b, MIPS_LIFT_SLOT(l, status)),
                        mips_lift_k(l, MIPS_ST_CU1));
    if (l->g->cpu->model->fir)
        ir_guard(&l->b, ir_cmp(&l->b, IR_EQ, on, mips_lift_k(l, 0)), mips_lift_point(l));
    else
        mips_lift_calls(l, mips_lift_fpu_do_no_cop1, 0); /* whatever it is */
}
