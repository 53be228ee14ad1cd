/* SPDX-License-Identifier: ISC */
/* Words of mips_sem.inc that are several operations of the IR: sums that may overflow, products and
 * quotients into HI and LO. */
#include "isa/mips_lift_int.h"

V mips_lift_alu_nor(LIFT, V x, V y)
{
    return mips_lift_op(l, IR_XOR, mips_lift_op(l, IR_OR, x, y), mips_lift_k(l, 0xffffffffu));
}

/* Overflowed: the result's sign differs from what both operands say. */
static V mips_lift_alu_checked(LIFT, V x, V a, V b)
{
    V differs =
        mips_lift_op(l, IR_AND, mips_lift_op(l, IR_XOR, a, x), mips_lift_op(l, IR_XOR, b, x));
    ir_guard(&l->b, ir_cmp(&l->b, IR_LTS, differs, mips_lift_k(l, 0)), mips_lift_point(l));
    return x;
}

V mips_lift_alu_addo(LIFT, V a, V b)
{
    return mips_lift_alu_checked(l, mips_lift_op(l, IR_ADD, a, b), a, b);
}

V mips_lift_alu_subo(LIFT, V a, V b)
{
    V not_b = mips_lift_op(l, IR_XOR, b, mips_lift_k(l, 0xffffffffu));
    return mips_lift_alu_checked(l, mips_lift_op(l, IR_SUB, a, b), a, not_b);
}

void mips_lift_alu_mul(LIFT, bool is_signed, V a, V b)
{
    enum ir_op widen = is_signed ? IR_SX32 : IR_ZX32;
    V product = ir_binary(&l->b, IR_MUL, ir_unary(&l->b, widen, a), ir_unary(&l->b, widen, b));
    mips_lift_w(l, MIPS_LO, ir_unary(&l->b, IR_LO32, product));
    mips_lift_w(l, MIPS_HI, ir_unary(&l->b, IR_HI32, product));
}

/* What mips_div_zero in mips_interp.c says. */
static void mips_lift_alu_div_zero(LIFT, bool is_signed, V a, V *lo, V *hi)
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
void mips_lift_alu_div(LIFT, bool is_signed, V a, V b)
{
    struct ir_builder *ib = &l->b;
    V zero_lo, zero_hi;
    V by_zero = ir_cmp(ib, IR_EQ, b, mips_lift_k(l, 0));
    mips_lift_alu_div_zero(l, is_signed, a, &zero_lo, &zero_hi);
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
