/* SPDX-License-Identifier: ISC */
/* What each instruction means: mips_sem.inc, whose words are spelled in IR here. */
#include "isa/mips_lift_int.h"

/* The state is that before the instruction. */
static bool mips_lift_sem_do_raise(struct mips *c, u64 exc)
{
    mips_raise(c, (enum mips_exc)exc);
    return false;
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
#define NOR(a, b)               mips_lift_alu_nor(l, a, b)
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
#define F(f)                    mips_lift_fpu_f(l, f)
#define W_F(f, v)               mips_lift_fpu_w_f(l, f, v)
#define FCC                     mips_lift_fpu_condition(l)
#define CP1                     mips_lift_fpu_cp1(l)
#define FPU(fn)                 HELPER(fn)
#define ADDO(x, a, b)           ((x) = mips_lift_alu_addo(l, a, b))
#define SUBO(x, a, b)           ((x) = mips_lift_alu_subo(l, a, b))
#define LOAD(x, size, address)  ((x) = ir_load(&l->b, IR_##size, address, mips_lift_point(l)))
#define STORE(size, address, v) mips_lift_sem_store(l, IR_##size, address, v)
#define MUL(sign, a, b)         mips_lift_alu_mul(l, LIFT_SIGNED_##sign, a, b)
#define DIV(sign, a, b)         mips_lift_alu_div(l, LIFT_SIGNED_##sign, a, b)
#define LIFT_SIGNED_S           true
#define LIFT_SIGNED_U           false
#define BRANCH(cond)            mips_lift_branch_if(l, cond)
#define JUMP(v)                 mips_lift_branch_anywhere(l, v)
#define JUMP26                  mips_lift_branch_to(l, ((l->pc + 4) & 0xf0000000u) | l->in->imm)
#define RAISE(exc)              mips_lift_calls(l, mips_lift_sem_do_raise, MIPS_EXC_##exc)
#define HELPER(fn)              mips_lift_sem_##fn(l)

/* C leaves the order of arguments open; the address comes first. */
static void mips_lift_sem_store(LIFT, enum ir_size size, V at, V v)
{
    ir_store(&l->b, size, at, v, mips_lift_point(l));
}

/* A call of `fn`, after which `ok` is what it said. */
#define CALL_OF(fn)                                                                                \
    static bool mips_lift_sem_do_##fn(struct mips *c, u64 arg)                                     \
    {                                                                                              \
        bool ok = fn(c, MIPS_LIFT_INSN(arg));                                                      \
        return CALLED(c, ok);                                                                      \
    }                                                                                              \
    static void mips_lift_sem_##fn(LIFT)                                                           \
    {                                                                                              \
        mips_lift_helper(l, mips_lift_sem_do_##fn);                                                \
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
CALL_OF(mips_no_cop2)
CALL_OF(mips_no_cop3)
CALL_OF(mips_cfc1)
CALL_OF(mips_ctc1)
CALL_OF(mips_fpu_unimplemented)
#undef CALLED

#define CALLED(c, ok) mips_lift_cp0_settled(c, ok)
CALL_OF(mips_tlbr)
CALL_OF(mips_wait)
CALL_OF(mips_cache)
#undef CALLED

/* Those that are not always calls. */
#define MORE_OF(fn, lift)                                                                          \
    static void mips_lift_sem_##fn(LIFT)                                                           \
    {                                                                                              \
        lift(l);                                                                                   \
    }
MORE_OF(mips_rfe, mips_lift_cp0_rfe)
MORE_OF(mips_mfc0, mips_lift_cp0_mfc0)
MORE_OF(mips_mtc0, mips_lift_cp0_mtc0)
MORE_OF(mips_fpu_arith, mips_lift_fpu_arith)
MORE_OF(mips_fpu_sign, mips_lift_fpu_sign)
MORE_OF(mips_fpu_move, mips_lift_fpu_move)
MORE_OF(mips_fpu_convert, mips_lift_fpu_convert)
MORE_OF(mips_fpu_compare, mips_lift_fpu_compare)

/* mips_sem.inc lends each meaning its name; here they are functions. */
#undef BRANCH
#define SEM(name)    static void mips_lift_sem_##name(LIFT __attribute__((unused)))
#define BRANCH(cond) mips_lift_branch_if(l, cond)
#include "isa/mips_sem.inc"
#undef SEM
#undef BRANCH

void (*const mips_lift_sem[MIPS_NOPS])(struct mips_lifter *) = {
#define INSN(name, syntax, match, mask, levels, flags) [MIPS_OP_##name] = mips_lift_sem_##name,
#include "isa/mips.def"
#undef INSN
};
