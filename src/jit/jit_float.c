/* SPDX-License-Identifier: ISC */
/*
 * Floating point, by SSE2. Its values have xmm registers inside a block; slots are read and written
 * where the instruction says so. All xmm registers are C's to destroy; modes and flags
 * are what MXCSR says, which is the owner's to set.
 */
#include "jit/jit_int.h"
#include "lib/bug.h"

#include <stddef.h>

bool jit_float_is(const struct ir_insn *in)
{
    return in->op >= IR_GETF && in->op <= IR_FHI;
}

static bool jit_float_wide(const struct jit_gen *g, ir_ref v)
{
    return g->r->insn[v].type == IR_F64;
}

static enum x64_prefix jit_float_prefix(bool wide)
{
    return wide ? X64_F2 : X64_F3;
}

/* ---- registers ---- */

static u16 jit_float_bit(unsigned reg)
{
    return (u16)(1u << reg);
}

void jit_float_park(struct jit_gen *g, unsigned reg)
{
    ir_ref v = g->xowner[reg];
    x64_sse_store(&g->x, jit_float_wide(g, v), jit_regs_to_frame(g, v), reg);
    g->xowner[reg] = 0;
}

static unsigned jit_float_temp(struct jit_gen *g)
{
    unsigned victim = X64_NONE;
    for (unsigned r = 0; r < g->xmms; r++) {
        if (g->xlocked & jit_float_bit(r))
            continue;
        if (victim == X64_NONE || (g->xowner[victim] && g->xowner[r] < g->xowner[victim]))
            victim = r;
    }
    BUG_ON(victim == X64_NONE);
    if (g->xowner[victim])
        jit_float_park(g, victim);
    g->xlocked |= jit_float_bit(victim);
    return victim;
}

static void jit_float_own(struct jit_gen *g, ir_ref v, unsigned reg)
{
    g->xowner[reg] = v;
    g->xlocked |= jit_float_bit(reg);
    g->val[v].where = JIT_IN_XMM;
    g->val[v].reg = (u8)reg;
}

static unsigned jit_float_use(struct jit_gen *g, ir_ref v)
{
    struct jit_value *val = &g->val[v];
    if (val->where == JIT_IN_FRAME) {
        unsigned r = jit_float_temp(g);
        struct x64_mem m =
            x64_at(RSP, (i32)(offsetof(struct jit_frame, value_of) + 8u * val->frame));
        x64_sse_load(&g->x, jit_float_wide(g, v), r, m);
        g->frame_used &= ~(1u << val->frame);
        jit_float_own(g, v, r);
    }
    BUG_ON(val->where != JIT_IN_XMM);
    g->xlocked |= jit_float_bit(val->reg);
    return val->reg;
}

static unsigned jit_float_define(struct jit_gen *g, ir_ref v)
{
    unsigned r = jit_float_temp(g);
    jit_float_own(g, v, r);
    return r;
}

/* A register with a's value that may be changed, for v: a's own, if that is needed no more. */
static unsigned jit_float_define_from(struct jit_gen *g, ir_ref v, ir_ref a)
{
    unsigned r = jit_float_use(g, a);
    if (g->val[a].uses == 1) {
        jit_regs_done(g, a);
        jit_float_own(g, v, r);
        return r;
    }
    unsigned d = jit_float_define(g, v);
    x64_sse(&g->x, X64_PLAIN, false, X64_MOVAPS, d, r);
    jit_regs_done(g, a);
    return d;
}

u16 jit_float_live(const struct jit_gen *g)
{
    u16 live = 0;
    for (unsigned r = 0; r < X64_NREGS; r++)
        live |= g->xowner[r] ? jit_float_bit(r) : 0;
    return live;
}

void jit_float_keep(struct jit_gen *g, u16 which, i32 up, bool restore)
{
    for (unsigned r = 0; r < X64_NREGS; r++) {
        struct x64_mem m = x64_at(RSP, up + (i32)(offsetof(struct jit_frame, xmm) + 8u * r));
        if (!(which & jit_float_bit(r)))
            continue;
        if (restore)
            x64_sse_load(&g->x, true, r, m);
        else
            x64_sse_store(&g->x, true, m, r);
    }
}

/* ---- slots ---- */

static void jit_float_get(struct jit_gen *g, ir_ref i)
{
    const struct ir_insn *in = &g->r->insn[i];
    if (!g->val[i].uses)
        return;
    x64_sse_load(&g->x, in->type == IR_F64, jit_float_define(g, i),
                 jit_regs_slot(g, in->imm & 0xffff));
}

static void jit_float_put(struct jit_gen *g, const struct ir_insn *in)
{
    unsigned r = jit_float_use(g, in->a);
    jit_regs_evacuate(g, in->imm & 0xffff);
    if (in->type == IR_F64)
        jit_regs_evacuate(g, (u16)(in->imm >> 16));
    x64_sse_store(&g->x, in->type == IR_F64, jit_regs_slot(g, in->imm & 0xffff), r);
    jit_regs_done(g, in->a);
}

/* ---- arithmetic ---- */

static void jit_float_arith(struct jit_gen *g, ir_ref i)
{
    static const u8 ops[] = {[IR_FADD - IR_FADD] = X64_ADD_S,
                             [IR_FSUB - IR_FADD] = X64_SUB_S,
                             [IR_FMUL - IR_FADD] = X64_MUL_S,
                             [IR_FDIV - IR_FADD] = X64_DIV_S};
    const struct ir_insn *in = &g->r->insn[i];
    ir_ref a = in->a, b = in->b;
    bool commutes = in->op == IR_FADD || in->op == IR_FMUL;
    if (commutes && g->val[a].uses > 1 && g->val[b].uses == 1) {
        a = in->b;
        b = in->a;
    }
    unsigned y = jit_float_use(g, b);
    unsigned d = jit_float_define_from(g, i, a);
    x64_sse(&g->x, jit_float_prefix(in->type == IR_F64), false, (enum x64_sse)ops[in->op - IR_FADD],
            d, y);
    jit_regs_done(g, b);
}

/* The sign bit alone, or all others, in a register. */
static unsigned jit_float_mask(struct jit_gen *g, bool wide, bool others)
{
    u64 mask = wide ? 1ull << 63 : 1u << 31;
    unsigned t = jit_regs_temp(g), r = jit_float_temp(g);
    x64_mov_imm(&g->x, t, others ? mask - 1 : mask);
    x64_sse(&g->x, X64_66, wide, X64_MOV_TO, r, t);
    return r;
}

static void jit_float_sign(struct jit_gen *g, ir_ref i)
{
    const struct ir_insn *in = &g->r->insn[i];
    bool abs = in->op == IR_FABS;
    unsigned d = jit_float_define_from(g, i, in->a);
    unsigned mask = jit_float_mask(g, in->type == IR_F64, abs);
    x64_sse(&g->x, X64_PLAIN, false, abs ? X64_AND_PS : X64_XOR_PS, d, mask);
}

/* ---- comparisons ---- */

/* Equal and not, which flags do not tell from unordered, go by a mask. */
static enum x64_cc jit_float_equal(struct jit_gen *g, const struct ir_insn *in, unsigned a,
                                   unsigned b)
{
    unsigned t = jit_float_temp(g), r = jit_regs_temp(g);
    x64_sse(&g->x, X64_PLAIN, false, X64_MOVAPS, t, a);
    x64_sse_equal(&g->x, jit_float_prefix(in->type == IR_F64), t, b);
    x64_sse(&g->x, X64_66, false, X64_MOV_FROM, t, r);
    x64_test(&g->x, false, r, r);
    return in->cc == IR_EQ ? X64_NE : X64_E;
}

/* b > a, where unordered is not above. */
static enum x64_cc jit_float_ordered(struct jit_gen *g, const struct ir_insn *in, unsigned a,
                                     unsigned b)
{
    bool swapped = in->cc == IR_LTS || in->cc == IR_GES;
    x64_sse(&g->x, in->type == IR_F64 ? X64_66 : X64_PLAIN, false, X64_UCOMI, swapped ? b : a,
            swapped ? a : b);
    switch (in->cc) {
    case IR_LTS:
        return X64_A;
    case IR_GES:
        return X64_BE;
    case IR_UNO:
        return X64_P;
    default:
        return X64_NP;
    }
}

enum x64_cc jit_float_compare(struct jit_gen *g, ir_ref cmp)
{
    const struct ir_insn *in = &g->r->insn[cmp];
    bool equal = in->cc == IR_EQ || in->cc == IR_NE;
    unsigned a = jit_float_use(g, in->a), b = jit_float_use(g, in->b);
    g->flags = 0;
    enum x64_cc cc = equal ? jit_float_equal(g, in, a, b) : jit_float_ordered(g, in, a, b);
    jit_regs_done(g, in->a);
    jit_regs_done(g, in->b);
    return cc;
}

/* ---- conversions ---- */

/* From the old value's register to one of its own. */
static void jit_float_between(struct jit_gen *g, ir_ref i)
{
    const struct ir_insn *in = &g->r->insn[i];
    unsigned d = jit_float_define_from(g, i, in->a);
    x64_sse(&g->x, jit_float_prefix(in->op == IR_NARROW), false, X64_CVT_FF, d, d);
}

/* What is above the value in its register is cleared first, lest one waits for who was there. */
static void jit_float_from(struct jit_gen *g, ir_ref i)
{
    const struct ir_insn *in = &g->r->insn[i];
    unsigned a = jit_regs_use(g, in->a);
    jit_regs_done(g, in->a);
    unsigned d = jit_float_define(g, i);
    x64_sse(&g->x, X64_PLAIN, false, X64_XOR_PS, d, d);
    x64_sse(&g->x, jit_float_prefix(in->type == IR_F64), false, X64_CVT_FROM, d, a);
}

static void jit_float_round(struct jit_gen *g, ir_ref i)
{
    const struct ir_insn *in = &g->r->insn[i];
    unsigned a = jit_float_use(g, in->a);
    jit_regs_done(g, in->a);
    x64_sse(&g->x, jit_float_prefix(in->op == IR_ROUNDD), false, X64_CVT_TO,
            jit_regs_define(g, i, 0), a);
}

/* ---- bits ---- */

static void jit_float_join(struct jit_gen *g, ir_ref i)
{
    const struct ir_insn *in = &g->r->insn[i];
    unsigned lo = jit_regs_use(g, in->a), hi = jit_regs_use(g, in->b);
    unsigned d = jit_float_define(g, i), t = jit_float_temp(g);
    x64_sse(&g->x, X64_66, false, X64_MOV_TO, d, lo);
    x64_sse(&g->x, X64_66, false, X64_MOV_TO, t, hi);
    x64_sse(&g->x, X64_66, false, X64_UNPCK_DQ, d, t);
    jit_regs_done(g, in->a);
    jit_regs_done(g, in->b);
}

static void jit_float_of_bits(struct jit_gen *g, ir_ref i)
{
    const struct ir_insn *in = &g->r->insn[i];
    unsigned a = jit_regs_use(g, in->a);
    jit_regs_done(g, in->a);
    x64_sse(&g->x, X64_66, false, X64_MOV_TO, jit_float_define(g, i), a);
}

static void jit_float_to_bits(struct jit_gen *g, ir_ref i)
{
    const struct ir_insn *in = &g->r->insn[i];
    bool high = in->op == IR_FHI;
    unsigned a = jit_float_use(g, in->a);
    jit_regs_done(g, in->a);
    unsigned d = jit_regs_define(g, i, 0);
    x64_sse(&g->x, X64_66, high, X64_MOV_FROM, a, d);
    g->flags = 0;
    if (high)
        x64_shift_imm(&g->x, true, X64_SHR, d, 32);
}

void jit_float_emit(struct jit_gen *g, ir_ref i)
{
    const struct ir_insn *in = &g->r->insn[i];
    switch (in->op) {
    case IR_GETF:
        jit_float_get(g, i);
        break;
    case IR_PUTF:
        jit_float_put(g, in);
        break;
    case IR_FNEG:
    case IR_FABS:
        jit_float_sign(g, i);
        break;
    case IR_WIDEN:
    case IR_NARROW:
        jit_float_between(g, i);
        break;
    case IR_FROM32:
        jit_float_from(g, i);
        break;
    case IR_ROUND:
    case IR_ROUNDD:
        jit_float_round(g, i);
        break;
    case IR_FBITS:
        jit_float_of_bits(g, i);
        break;
    case IR_JOIN:
        jit_float_join(g, i);
        break;
    case IR_IBITS:
    case IR_FLO:
    case IR_FHI:
        jit_float_to_bits(g, i);
        break;
    default:
        jit_float_arith(g, i);
    }
}
