/* SPDX-License-Identifier: ISC */
/* Guards, calls and the ends of blocks: the other ways out of a region than guest memory. */
#include "jit/jit_int.h"
#include "lib/bug.h"

/* So many cases of a switch are compared one by one; a table for more has at most so many places.
 */
#define JIT_FEW_CASES  2
#define JIT_SWITCH_MAX 256

/* ---- guards and calls ---- */

static void jit_leave_guard(struct jit_gen *g, ir_ref i)
{
    enum x64_cc cc = jit_ops_truth(g, g->r->insn[i].a);
    struct jit_stub *s = jit_stub_new(g, JIT_STUB_LEAVE, x64_jcc(&g->x, cc, X64_LATER));
    s->point = g->r->insn[i].point;
}

static void jit_leave_ask(struct jit_gen *g, ir_ref i)
{
    enum x64_cc cc = jit_ops_truth(g, g->r->insn[i].a);
    struct jit_stub *s = jit_stub_new(g, JIT_STUB_ASK, x64_jcc(&g->x, cc, X64_LATER));
    s->point = g->r->insn[i].point;
    s->live = jit_regs_live_temps(g);
    s->xlive = jit_float_live(g);
    s->back = x64_here(&g->x);
    g->flags = 0;
}

/* What a point binds, written at once. */
void jit_leave_bind(struct jit_gen *g, const struct ir_point *p)
{
    for (unsigned k = 0; k < p->n; k++) {
        struct x64_mem m = jit_regs_slot(g, p->map[k].slot);
        u8 type = g->r->slot[p->map[k].slot].type;
        if (type == IR_I8) {
            x64_store8_imm(&g->x, m, (u8)p->map[k].value);
            continue;
        }
        x64_store_imm(&g->x, false, m, (i32)p->map[k].value);
        m.disp += 4;
        if (type == IR_I64)
            x64_store_imm(&g->x, false, m, 0);
    }
}

/* The state is as it should be but for the point. The flags: zero if the helper says to leave. */
void jit_leave_do_call(struct jit_gen *g, const struct ir_insn *in)
{
    struct x64 *x = jit_gen_x(g);
    const struct ir_point *p = &g->r->point[in->point];
    jit_leave_bind(g, p);
    x64_mov(x, true, RDI, JIT_STATE);
    x64_lea(x, true, RSI, x64_at(JIT_LEFT, p->unspent));
    x64_mov_imm(x, RDX, (u64)(uintptr_t)&g->out->call[in->imm]);
    x64_mov_imm(x, RAX, (u64)(uintptr_t)g->j->config.ops.call);
    x64_call_reg(x, RAX);
    x64_test8(x, RAX, RAX);
}

static void jit_leave_call(struct jit_gen *g, ir_ref i)
{
    jit_regs_park_all(g);
    jit_regs_spill_homes(g);
    jit_leave_do_call(g, &g->r->insn[i]);
    jit_stub_new(g, JIT_STUB_CALL, x64_jcc(&g->x, X64_E, X64_LATER));
    jit_regs_load_homes(g, 0xffff);
}

void jit_leave_emit(struct jit_gen *g, ir_ref i)
{
    switch (g->r->insn[i].op) {
    case IR_LOAD:
        jit_memory_load(g, i);
        return;
    case IR_STORE:
        jit_memory_store(g, i);
        return;
    case IR_GUARD:
        jit_leave_guard(g, i);
        return;
    case IR_ASK:
        jit_leave_ask(g, i);
        return;
    default:
        jit_leave_call(g, i);
    }
}

/* ---- blocks ---- */

void jit_leave_charge(struct jit_gen *g, u16 block)
{
    const struct ir_block *b = &g->r->block[block];
    if (!b->charge)
        return;
    x64_alu_imm(jit_gen_x(g), true, X64_SUB, JIT_LEFT, b->charge);
    struct jit_stub *s = jit_stub_new(g, JIT_STUB_SPENT, x64_jcc(&g->x, X64_S, X64_LATER));
    s->point = b->point;
    s->refund = (i16)(b->charge - g->r->point[b->point].unspent); /* which leaving gives back */
}

static void jit_leave_fix(struct jit_gen *g, struct jit_fixup f)
{
    if (g->nfixups == ARRAY_LEN(g->fixup))
        g->failed = true;
    else
        g->fixup[g->nfixups++] = f;
}

static void jit_leave_fixup(struct jit_gen *g, u32 at, u16 block)
{
    jit_leave_fix(g, (struct jit_fixup){.at = at, .block = block});
}

static void jit_leave_jump(struct jit_gen *g, u16 to)
{
    if (to != g->next_block)
        jit_leave_fixup(g, x64_jmp(&g->x, X64_LATER), to);
}

static void jit_leave_branch(struct jit_gen *g, const struct ir_insn *in)
{
    enum x64_cc cc = jit_ops_truth(g, in->a);
    u16 t = in->t, f = in->f;
    if (t == g->next_block) {
        cc = (enum x64_cc)(cc ^ 1);
        t = in->f;
        f = in->t;
    }
    jit_leave_fixup(g, x64_jcc(&g->x, cc, X64_LATER), t);
    jit_leave_jump(g, f);
}

/* The least power of two at which no two cases of the block meet; 0: none that is small. */
static unsigned jit_leave_switch_size(const struct jit_gen *g, const struct ir_block *b)
{
    const struct ir_case *c = &g->r->cases[b->cases];
    for (unsigned size = JIT_FEW_CASES; size <= JIT_SWITCH_MAX; size *= 2) {
        u8 taken[JIT_SWITCH_MAX] = {0};
        unsigned k = 0;
        while (k < b->ncases && !taken[c[k].value / 4 % size])
            taken[c[k++].value / 4 % size] = 1;
        if (k == b->ncases)
            return size;
    }
    return 0;
}

static struct jit_jump *jit_leave_switch_table(struct jit_gen *g, const struct ir_block *b,
                                               unsigned size)
{
    struct jit_switch *s = xcalloc(1, sizeof *s + size * sizeof s->jump[0]);
    s->next = g->out->switches;
    g->out->switches = s;
    for (unsigned k = 0; k < size; k++) /* what is never looked for there */
        s->jump[k].key = (k + 1) % size * 4;
    for (unsigned k = 0; k < b->ncases; k++) {
        const struct ir_case *c = &g->r->cases[b->cases + k];
        struct jit_jump *jump = &s->jump[c->value / 4 % size];
        jump->key = c->value;
        jit_leave_fix(g, (struct jit_fixup){.jump = jump, .block = c->block});
    }
    return s->jump;
}

static void jit_leave_big_switch(struct jit_gen *g, const struct ir_insn *in, unsigned v,
                                 unsigned size)
{
    struct x64 *x = jit_gen_x(g);
    const struct jit_jump *table = jit_leave_switch_table(g, &g->r->block[g->block], size);
    unsigned at = jit_regs_temp(g), to = jit_regs_temp(g);
    x64_mov(x, false, at, v);
    x64_alu_imm(x, false, X64_AND, at, (i32)(size - 1) << 2);
    x64_mov_imm(x, to, (u64)(uintptr_t)table);
    x64_lea(x, true, to, x64_indexed(to, at, 2, 0));
    x64_alu_load(x, false, X64_CMP, v, x64_at(to, offsetof(struct jit_jump, key)));
    jit_leave_fixup(g, x64_jcc(x, X64_NE, X64_LATER), in->f);
    x64_jmp_mem(x, x64_at(to, offsetof(struct jit_jump, code)));
}

static void jit_leave_switch(struct jit_gen *g, const struct ir_insn *in)
{
    const struct ir_block *b = &g->r->block[g->block];
    unsigned v = jit_regs_use(g, in->a);
    unsigned size = b->ncases > JIT_FEW_CASES ? jit_leave_switch_size(g, b) : 0;
    if (size) {
        jit_leave_big_switch(g, in, v, size);
        return;
    }
    for (unsigned k = 0; k < b->ncases; k++) {
        const struct ir_case *c = &g->r->cases[b->cases + k];
        x64_alu_imm(jit_gen_x(g), false, X64_CMP, v, (i32)c->value);
        jit_leave_fixup(g, x64_jcc(&g->x, X64_E, X64_LATER), c->block);
    }
    jit_leave_jump(g, in->f);
}

/* The jump goes to what follows it until it is linked. */
static void jit_leave_chain(struct jit_gen *g, const struct ir_insn *in)
{
    if (g->nchains == JIT_MAX_CHAINS) {
        g->failed = true;
        return;
    }
    jit_regs_spill_homes(g);
    u32 at = x64_jmp(&g->x, x64_here(&g->x) + 5);
    g->chain[g->nchains] = (struct jit_chain){.place = in->imm, .at = at};
    x64_mov_imm(&g->x, RAX, g->nchains++);
    x64_jmp(&g->x, g->thunk_chain);
}

static void jit_leave_indirect(struct jit_gen *g, const struct ir_insn *in)
{
    struct x64 *x = &g->x;
    unsigned v = jit_regs_use(g, in->a);
    x64_lea(x, true, RAX, x64_at(v, 1));
    jit_regs_spill_homes(g);
    x64_mov(x, false, RCX, RAX);
    x64_alu_load(x, false, X64_XOR, RCX, x64_at(JIT_STATE, (i32)g->j->config.tlb.mix));
    x64_alu_imm(x, false, X64_AND, RCX, (i32)(g->j->jumps - 1) << 2);
    x64_mov_imm(x, RDX, (u64)(uintptr_t)g->j->jump);
    x64_lea(x, true, RDX, x64_indexed(RDX, RCX, 2, 0));
    x64_alu_load(x, true, X64_CMP, RAX, x64_at(RDX, offsetof(struct jit_jump, key)));
    x64_jcc(x, X64_NE, jit_stub_common(g, g->j->miss));
    x64_jmp_mem(x, x64_at(RDX, offsetof(struct jit_jump, code)));
}

void jit_leave_end(struct jit_gen *g, ir_ref i)
{
    const struct ir_insn *in = &g->r->insn[i];
    switch (in->op) {
    case IR_JUMP:
        jit_leave_jump(g, in->t);
        return;
    case IR_BRANCH:
        jit_leave_branch(g, in);
        return;
    case IR_SWITCH:
        jit_leave_switch(g, in);
        return;
    case IR_CHAIN:
        jit_leave_chain(g, in);
        return;
    case IR_INDIRECT:
        jit_leave_indirect(g, in);
        return;
    default:
        x64_mov_imm(&g->x, RAX, in->point);
        x64_jmp(&g->x, g->pre ? g->thunk_leave_pre : g->thunk_leave);
    }
}
