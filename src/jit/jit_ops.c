/* SPDX-License-Identifier: ISC */
/*
 * Pure operations. x86-64's two-operand forms compute into one of their operands: each function
 * looks where its result goes and which operand happens to be there already.
 */
#include "jit/jit_int.h"
#include "lib/bug.h"

static bool jit_ops_wide(const struct jit_gen *g, ir_ref v)
{
    return g->r->insn[v].type == IR_I64;
}

static u16 jit_ops_bit(unsigned reg)
{
    return (u16)(1u << reg);
}

/* The flags show nothing any more. */
static struct x64 *jit_ops_x(struct jit_gen *g)
{
    g->flags = 0;
    return &g->x;
}

static void jit_ops_move(struct jit_gen *g, bool w, unsigned to, unsigned from)
{
    if (to != from)
        x64_mov(&g->x, w, to, from);
}

/* i's value was computed in a temporary of no value's: to where it belongs. */
static void jit_ops_give(struct jit_gen *g, ir_ref i, unsigned t)
{
    g->locked = jit_ops_bit(t);
    unsigned d = jit_regs_define(g, i, jit_ops_bit(t));
    jit_ops_move(g, jit_ops_wide(g, i), d, t);
}

/* ---- arithmetic ---- */

/* With one operand as it is in memory, if there is one that is needed no more. */
static bool jit_ops_from_memory(struct jit_gen *g, ir_ref i, enum x64_alu op)
{
    const struct ir_insn *in = &g->r->insn[i];
    bool w = jit_ops_wide(g, i), first = false;
    struct x64_mem m;
    if (!jit_regs_operand(g, in->b, &m)) {
        first = op != X64_SUB && jit_regs_operand(g, in->a, &m);
        if (!first)
            return false;
    }
    ir_ref x = first ? in->b : in->a, y = first ? in->a : in->b;
    unsigned a = jit_regs_use(g, x);
    jit_regs_done(g, x);
    unsigned d = jit_regs_define(g, i, jit_ops_bit(a));
    jit_ops_move(g, w, d, a);
    x64_alu_load(jit_ops_x(g), w, op, d, m);
    jit_regs_done(g, y);
    return true;
}

static void jit_ops_add(struct jit_gen *g, ir_ref i)
{
    const struct ir_insn *in = &g->r->insn[i];
    bool w = jit_ops_wide(g, i);
    i32 imm;
    bool is_imm = jit_regs_imm32(g, in->b, &imm);
    if (!is_imm && jit_ops_from_memory(g, i, X64_ADD))
        return;
    unsigned a = jit_regs_use(g, in->a);
    if (is_imm) {
        jit_regs_done(g, in->a);
        unsigned d = jit_regs_define(g, i, jit_ops_bit(a));
        if (d == a)
            x64_alu_imm(jit_ops_x(g), w, X64_ADD, d, imm);
        else
            x64_lea(&g->x, w, d, x64_at(a, imm));
        return;
    }
    unsigned b = jit_regs_use(g, in->b);
    jit_regs_done(g, in->a);
    jit_regs_done(g, in->b);
    unsigned d = jit_regs_define(g, i, jit_ops_bit(a) | jit_ops_bit(b));
    if (d == a)
        x64_alu(jit_ops_x(g), w, X64_ADD, d, b);
    else if (d == b)
        x64_alu(jit_ops_x(g), w, X64_ADD, d, a);
    else
        x64_lea(&g->x, w, d, x64_indexed(a, b, 0, 0));
}

static void jit_ops_sub(struct jit_gen *g, ir_ref i)
{
    const struct ir_insn *in = &g->r->insn[i];
    bool w = jit_ops_wide(g, i);
    if (jit_ops_from_memory(g, i, X64_SUB))
        return;
    unsigned a = jit_regs_use(g, in->a), b = jit_regs_use(g, in->b);
    jit_regs_done(g, in->a);
    jit_regs_done(g, in->b);
    unsigned d = jit_regs_define(g, i, jit_ops_bit(a) | jit_ops_bit(b));
    if (d == b && a != b) {
        x64_unary(jit_ops_x(g), w, X64_NEG, d);
        x64_alu(&g->x, w, X64_ADD, d, a);
        return;
    }
    jit_ops_move(g, w, d, a);
    x64_alu(jit_ops_x(g), w, X64_SUB, d, b);
}

static enum x64_alu jit_ops_alu(unsigned op)
{
    return op == IR_AND ? X64_AND : op == IR_OR ? X64_OR : X64_XOR;
}

static void jit_ops_logic(struct jit_gen *g, ir_ref i)
{
    const struct ir_insn *in = &g->r->insn[i];
    bool w = jit_ops_wide(g, i);
    enum x64_alu op = jit_ops_alu(in->op);
    i32 imm;
    bool is_imm = jit_regs_imm32(g, in->b, &imm);
    if (!is_imm && jit_ops_from_memory(g, i, op))
        return;
    unsigned a = jit_regs_use(g, in->a);
    if (is_imm) {
        jit_regs_done(g, in->a);
        unsigned d = jit_regs_define(g, i, jit_ops_bit(a));
        jit_ops_move(g, w, d, a);
        if (in->op == IR_XOR && imm == -1)
            x64_unary(&g->x, w, X64_NOT, d);
        else
            x64_alu_imm(jit_ops_x(g), w, op, d, imm);
        return;
    }
    unsigned b = jit_regs_use(g, in->b);
    jit_regs_done(g, in->a);
    jit_regs_done(g, in->b);
    unsigned d = jit_regs_define(g, i, jit_ops_bit(a) | jit_ops_bit(b));
    if (d == b) {
        x64_alu(jit_ops_x(g), w, op, d, a);
        return;
    }
    jit_ops_move(g, w, d, a);
    x64_alu(jit_ops_x(g), w, op, d, b);
}

static void jit_ops_mul(struct jit_gen *g, ir_ref i)
{
    const struct ir_insn *in = &g->r->insn[i];
    bool w = jit_ops_wide(g, i);
    i32 imm;
    unsigned a = jit_regs_use(g, in->a);
    if (jit_regs_imm32(g, in->b, &imm)) {
        jit_regs_done(g, in->a);
        x64_imul_imm(jit_ops_x(g), w, jit_regs_define(g, i, jit_ops_bit(a)), a, imm);
        return;
    }
    unsigned b = jit_regs_use(g, in->b);
    jit_regs_done(g, in->a);
    jit_regs_done(g, in->b);
    unsigned d = jit_regs_define(g, i, jit_ops_bit(a) | jit_ops_bit(b));
    if (d == b) {
        x64_imul(jit_ops_x(g), w, d, a);
        return;
    }
    jit_ops_move(g, w, d, a);
    x64_imul(jit_ops_x(g), w, d, b);
}

/* ---- shifts ---- */

static enum x64_shift jit_ops_shift_op(unsigned op)
{
    return op == IR_SHL ? X64_SHL : op == IR_SHR ? X64_SHR : X64_SAR;
}

/* Without BMI2 the count must be in CL. */
static void jit_ops_shift_cl(struct jit_gen *g, ir_ref i)
{
    const struct ir_insn *in = &g->r->insn[i];
    bool w = jit_ops_wide(g, i);
    unsigned n = jit_regs_use(g, in->b);
    if (n != RCX) {
        jit_regs_claim(g, RCX);
        x64_mov(&g->x, false, RCX, n);
    }
    unsigned a = jit_regs_use(g, in->a);
    unsigned t = jit_regs_temp(g);
    jit_ops_move(g, w, t, a);
    x64_shift_cl(jit_ops_x(g), w, jit_ops_shift_op(in->op), t);
    jit_regs_done(g, in->a);
    jit_regs_done(g, in->b);
    jit_ops_give(g, i, t);
}

static void jit_ops_shift(struct jit_gen *g, ir_ref i)
{
    const struct ir_insn *in = &g->r->insn[i];
    bool w = jit_ops_wide(g, i);
    enum x64_shift op = jit_ops_shift_op(in->op);
    i32 imm;
    if (jit_regs_imm32(g, in->b, &imm)) {
        unsigned a = jit_regs_use(g, in->a);
        jit_regs_done(g, in->a);
        unsigned d = jit_regs_define(g, i, jit_ops_bit(a));
        jit_ops_move(g, w, d, a);
        x64_shift_imm(jit_ops_x(g), w, op, d, (u8)(imm & (w ? 63 : 31)));
        return;
    }
    if (!g->j->cpu.bmi2) {
        jit_ops_shift_cl(g, i);
        return;
    }
    unsigned a = jit_regs_use(g, in->a), n = jit_regs_use(g, in->b);
    jit_regs_done(g, in->a);
    jit_regs_done(g, in->b);
    x64_shiftx(&g->x, w, op, jit_regs_define(g, i, jit_ops_bit(a) | jit_ops_bit(n)), a, n);
}

/* ---- division ---- */

static bool jit_ops_is_remainder(unsigned op)
{
    return op == IR_REMS || op == IR_REMU;
}

/* Quotient and remainder of the same operands, one after the other, are one instruction. */
static ir_ref jit_ops_partner(const struct jit_gen *g, ir_ref i)
{
    const struct ir_insn *in = &g->r->insn[i], *p = in + 1;
    bool pair = (in->op == IR_DIVS && p->op == IR_REMS) || (in->op == IR_DIVU && p->op == IR_REMU);
    bool same = i < g->r->block[g->block].last && p->a == in->a && p->b == in->b;
    return pair && same && g->val[i + 1].uses ? i + 1 : 0;
}

static ir_ref jit_ops_divide(struct jit_gen *g, ir_ref i)
{
    const struct ir_insn *in = &g->r->insn[i];
    bool w = jit_ops_wide(g, i), is_signed = in->op == IR_DIVS || in->op == IR_REMS;
    ir_ref partner = jit_ops_partner(g, i);
    jit_regs_claim(g, RAX);
    jit_regs_claim(g, RDX);
    unsigned b = jit_regs_use(g, in->b);
    unsigned a = jit_regs_use(g, in->a);
    x64_mov(&g->x, w, RAX, a);
    if (is_signed)
        x64_sign_extend_rax(&g->x, w);
    else
        x64_mov_imm(&g->x, RDX, 0);
    x64_unary(jit_ops_x(g), w, is_signed ? X64_IDIV : X64_DIV, b);
    for (unsigned k = 0; k < (partner ? 2 : 1); k++) {
        jit_regs_done(g, in->a);
        jit_regs_done(g, in->b);
    }
    jit_regs_define_in(g, i, jit_ops_is_remainder(in->op) ? RDX : RAX);
    if (!partner)
        return i;
    jit_regs_define_in(g, partner, RDX);
    return partner;
}

/* ---- comparisons ---- */

ir_ref jit_ops_next(const struct jit_gen *g, ir_ref i)
{
    for (unsigned k = i + 1u; k <= g->r->block[g->block].last; k++) {
        const struct ir_insn *in = &g->r->insn[k];
        bool nothing = in->op == IR_CONST || in->op == IR_GET ||
                       (ir_ops[in->op].effect == IR_PURE && !g->val[k].uses);
        if (!nothing)
            return (ir_ref)k;
    }
    return 0;
}

static enum x64_cc jit_ops_cc(unsigned cc)
{
    static const u8 map[] = {[IR_EQ] = X64_E,   [IR_NE] = X64_NE, [IR_LTS] = X64_L,
                             [IR_GES] = X64_GE, [IR_LTU] = X64_B, [IR_GEU] = X64_AE};
    return map[cc];
}

/* a < b is b > a: where only the first operand is a constant, the sides are swapped. */
static enum x64_cc jit_ops_mirrored(enum x64_cc cc)
{
    switch (cc) {
    case X64_L:
        return 15; /* G */
    case X64_GE:
        return 14; /* LE */
    case X64_B:
        return X64_A;
    case X64_AE:
        return 6; /* BE */
    default:
        return cc;
    }
}

enum x64_cc jit_ops_compare(struct jit_gen *g, ir_ref cmp)
{
    const struct ir_insn *in = &g->r->insn[cmp];
    bool w = in->type == IR_I64;
    ir_ref x = in->a, y = in->b;
    struct x64_mem m;
    i32 imm;
    u64 c;
    if (in->type == IR_F32 || in->type == IR_F64)
        return jit_float_compare(g, cmp);
    enum x64_cc cc = jit_ops_cc(in->cc);
    if (jit_regs_const(g, x, &c) && !jit_regs_const(g, y, &c)) {
        x = in->b;
        y = in->a;
        cc = jit_ops_mirrored(cc);
    }
    if (jit_regs_imm32(g, y, &imm) && jit_regs_operand(g, x, &m)) {
        x64_alu_mem_imm(jit_ops_x(g), w, X64_CMP, m, imm);
    } else {
        unsigned a = jit_regs_use(g, x);
        if (jit_regs_imm32(g, y, &imm) && imm == 0)
            x64_test(jit_ops_x(g), w, a, a);
        else if (jit_regs_imm32(g, y, &imm))
            x64_alu_imm(jit_ops_x(g), w, X64_CMP, a, imm);
        else if (jit_regs_operand(g, y, &m))
            x64_alu_load(jit_ops_x(g), w, X64_CMP, a, m);
        else
            x64_alu(jit_ops_x(g), w, X64_CMP, a, jit_regs_use(g, y));
    }
    jit_regs_done(g, in->a);
    jit_regs_done(g, in->b);
    return cc;
}

static void jit_ops_cmp(struct jit_gen *g, ir_ref i)
{
    ir_ref next = jit_ops_next(g, i);
    const struct ir_insn *user = &g->r->insn[next];
    bool asks = user->op == IR_BRANCH || user->op == IR_GUARD || user->op == IR_SELECT ||
                user->op == IR_ASK;
    if (g->val[i].uses == 1 && next && asks && user->a == i) {
        g->val[i].where = JIT_IN_FLAGS;
        return;
    }
    enum x64_cc cc = jit_ops_compare(g, i);
    jit_regs_unlock(g);
    unsigned d = jit_regs_define(g, i, JIT_TEMPS);
    x64_setcc(&g->x, cc, d);
    x64_movzx8(&g->x, d, d);
    g->flags = i;
    g->flags_cc = (u8)cc;
}

/* Do the flags show this comparison already, be it of another value? */
static bool jit_ops_is_shown(const struct jit_gen *g, ir_ref cmp)
{
    const struct ir_insn *in = &g->r->insn[cmp], *shown = &g->r->insn[g->flags];
    return g->flags && in->a == shown->a && in->b == shown->b && in->type == shown->type &&
           (in->cc | 1) == (shown->cc | 1);
}

enum x64_cc jit_ops_truth(struct jit_gen *g, ir_ref cond)
{
    struct jit_value *val = &g->val[cond];
    if (val->where == JIT_IN_FLAGS) {
        const struct ir_insn *in = &g->r->insn[cond];
        val->uses = 0;
        if (!jit_ops_is_shown(g, cond))
            return jit_ops_compare(g, cond);
        jit_regs_done(g, in->a);
        jit_regs_done(g, in->b);
        return (enum x64_cc)(g->flags_cc ^ (in->cc != g->r->insn[g->flags].cc));
    }
    if (g->flags == cond) {
        jit_regs_done(g, cond);
        return g->flags_cc;
    }
    unsigned r = jit_regs_use(g, cond);
    x64_test(jit_ops_x(g), false, r, r);
    jit_regs_done(g, cond);
    return X64_NE;
}

/* The condition comes last: its flags must survive until the move. */
static void jit_ops_select(struct jit_gen *g, ir_ref i)
{
    const struct ir_insn *in = &g->r->insn[i];
    bool w = jit_ops_wide(g, i);
    unsigned yes = jit_regs_use(g, in->b), no = jit_regs_use(g, in->c);
    unsigned t = jit_regs_temp(g);
    x64_mov(&g->x, w, t, no);
    jit_regs_done(g, in->c);
    g->locked = (u16)(jit_ops_bit(t) | jit_ops_bit(yes));
    enum x64_cc cc = jit_ops_truth(g, in->a);
    x64_cmov(&g->x, w, cc, t, yes);
    jit_regs_done(g, in->b);
    jit_ops_give(g, i, t);
}

/* ---- widths ---- */

static void jit_ops_convert(struct jit_gen *g, ir_ref i)
{
    const struct ir_insn *in = &g->r->insn[i];
    unsigned a = jit_regs_use(g, in->a);
    jit_regs_done(g, in->a);
    unsigned d = jit_regs_define(g, i, jit_ops_bit(a));
    switch (in->op) {
    case IR_SX32:
        x64_movsxd(&g->x, d, a);
        return;
    case IR_HI32:
        jit_ops_move(g, true, d, a);
        x64_shift_imm(jit_ops_x(g), true, X64_SHR, d, 32);
        return;
    default: /* writing 32 bits clears the upper ones */
        x64_mov(&g->x, false, d, a);
    }
}

void jit_ops_peek(struct jit_gen *g, ir_ref i)
{
    const struct ir_insn *in = &g->r->insn[i];
    if (!g->val[i].uses)
        return;
    unsigned at = jit_regs_use(g, in->a);
    jit_regs_done(g, in->a);
    unsigned d = jit_regs_define(g, i, jit_ops_bit(at));
    x64_load(&g->x, jit_ops_wide(g, i), d, x64_indexed(JIT_STATE, at, 0, (i32)in->imm));
}

void jit_ops_left(struct jit_gen *g, ir_ref i)
{
    if (!g->val[i].uses)
        return;
    unsigned d = jit_regs_define(g, i, 0);
    x64_lea(&g->x, true, d, x64_at(JIT_LEFT, (i32)g->r->insn[i].imm));
}

ir_ref jit_ops_emit(struct jit_gen *g, ir_ref i)
{
    if (jit_float_is(&g->r->insn[i])) {
        jit_float_emit(g, i);
        return i;
    }
    switch (g->r->insn[i].op) {
    case IR_CONST:
        break;
    case IR_ADD:
        jit_ops_add(g, i);
        break;
    case IR_SUB:
        jit_ops_sub(g, i);
        break;
    case IR_MUL:
        jit_ops_mul(g, i);
        break;
    case IR_AND:
    case IR_OR:
    case IR_XOR:
        jit_ops_logic(g, i);
        break;
    case IR_SHL:
    case IR_SHR:
    case IR_SAR:
        jit_ops_shift(g, i);
        break;
    case IR_DIVS:
    case IR_DIVU:
    case IR_REMS:
    case IR_REMU:
        return jit_ops_divide(g, i);
    case IR_CMP:
        jit_ops_cmp(g, i);
        break;
    case IR_SELECT:
        jit_ops_select(g, i);
        break;
    default:
        jit_ops_convert(g, i);
    }
    return i;
}
