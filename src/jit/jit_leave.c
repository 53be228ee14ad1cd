/* SPDX-License-Identifier: ISC */
/*
 * Whatever may leave a region: guest memory, calls, guards, the ends of blocks. What rarely
 * happens is in stubs behind the blocks; what stubs share is in thunks, one set per region because
 * they know its homes; what thunks share is common code.
 *
 * Stack: a region runs at rsp = its frame, a multiple of 16. A thunk is called, so sees the frame 8
 * bytes up; the common code behind it 16.
 */
#include "jit/jit_int.h"
#include "lib/bug.h"

#include <stddef.h>

#define JIT_FRAME(member)        x64_at(RSP, (i32)offsetof(struct jit_frame, member))
#define JIT_FRAME_UP(up, member) x64_at(RSP, (i32)((up) + offsetof(struct jit_frame, member)))

/* So many cases of a switch are compared one by one; a table for more has at most so many places.
 */
#define JIT_FEW_CASES  2
#define JIT_SWITCH_MAX 256

/* Bytes that the longest access by page needs before it has its addend. */
#define JIT_BY_PAGE 41

static struct x64 *jit_leave_x(struct jit_gen *g)
{
    g->flags = 0;
    return &g->x;
}

static struct jit_stub *jit_leave_stub(struct jit_gen *g, enum jit_stub_kind kind, u32 from)
{
    if (g->nstubs == JIT_MAX_STUBS) {
        g->failed = true;
        g->nstubs--;
    }
    struct jit_stub *s = &g->stub[g->nstubs++];
    *s = (struct jit_stub){
        .kind = (u8)kind, .from = from, .pre = g->pre, .insn = g->at, .block = g->block};
    return s;
}

/* Where common code is, seen from this region. */
static u32 jit_leave_common(const struct jit_gen *g, u32 common)
{
    return common - (u32)g->j->used;
}

/* ---- guest memory ---- */

unsigned jit_leave_bytes(unsigned size)
{
    return size == IR_W32 ? 4 : size == IR_S16 || size == IR_U16 ? 2 : 1;
}

static struct x64_mem jit_leave_hint(const struct jit_gen *g, unsigned hint)
{
    return x64_at(JIT_STATE, (i32)(g->j->config.tlb.hints + 4 * hint));
}

/* The tag that the access wants, into t2. */
static void jit_leave_tag(struct jit_gen *g, const struct jit_stub *s)
{
    const struct jit_tlb *tlb = &g->j->config.tlb;
    u32 mask = ~0u << tlb->page_shift | (jit_leave_bytes(s->size) - 1);
    x64_mov(&g->x, false, s->t2, s->at_reg);
    x64_alu_imm(&g->x, false, X64_AND, s->t2, (i32)mask);
    x64_alu_load(&g->x, false, X64_ADD, s->t2, x64_at(JIT_STATE, (i32)tlb->low));
}

static u32 jit_leave_compare_tag(struct jit_gen *g, const struct jit_stub *s)
{
    const struct jit_tlb *tlb = &g->j->config.tlb;
    x64_alu_load(&g->x, false, X64_CMP, s->t2,
                 x64_indexed(JIT_STATE, s->t1, 0, (i32)(tlb->table + s->tag)));
    return x64_jcc(&g->x, X64_NE, X64_LATER);
}

/* Tries the entry that fitted last time; where it fits, t1 gets the addend. */
static void jit_leave_try_hint(struct jit_gen *g, struct jit_stub *s)
{
    const struct jit_tlb *tlb = &g->j->config.tlb;
    struct x64 *x = jit_leave_x(g);
    s->hint = (u16)(g->j->next_hint++ & ((1u << tlb->hint_bits) - 1));
    s->site = x64_here(x);
    x64_load(x, false, s->t1, jit_leave_hint(g, s->hint));
    jit_leave_tag(g, s);
    s->from = jit_leave_compare_tag(g, s);
    s->retry = x64_here(x);
    x64_load(x, true, s->t1, x64_indexed(JIT_STATE, s->t1, 0, (i32)(tlb->table + tlb->addend)));
    if (x64_here(x) - s->site < JIT_BY_PAGE)
        x64_nops(x, JIT_BY_PAGE - (x64_here(x) - s->site));
    s->access = x64_here(x);
}

/* What replaces that where hints are no good: the table by page. It runs at the site, not here.
 * t1 gets the addend; `miss` are the jumps taken where there is none. */
static u32 jit_leave_by_page(struct jit_gen *g, const struct jit_stub *s, u32 miss[2])
{
    const struct jit_tlb *tlb = &g->j->config.tlb;
    struct x64 *x = &g->x;
    u32 at = x64_here(x), table = s->tag == tlb->rtag ? tlb->read : tlb->write;
    unsigned bytes = jit_leave_bytes(s->size);
    x64_test_load(x, false, s->at_reg, x64_at(JIT_STATE, (i32)(tlb->forbid + bytes / 2 * 4)));
    miss[0] = x64_jcc(x, X64_NE, X64_LATER);
    x64_mov(x, false, s->t1, s->at_reg);
    x64_shift_imm(x, false, X64_SHR, s->t1, tlb->page_shift);
    x64_load(x, true, s->t2, x64_at(JIT_STATE, (i32)table));
    x64_load(x, true, s->t1, x64_indexed(s->t2, s->t1, 3, 0));
    x64_test(x, true, s->t1, s->t1);
    miss[1] = x64_jcc(x, X64_E, X64_LATER);
    BUG_ON(x64_here(x) - at > s->access - s->site);
    x64_nops(x, s->access - s->site - (x64_here(x) - at));
    return at;
}

/* The entry where the address belongs, into t1. Returns the jump taken if it does not fit. */
static u32 jit_leave_look_up(struct jit_gen *g, const struct jit_stub *s)
{
    const struct jit_tlb *tlb = &g->j->config.tlb;
    x64_mov(&g->x, false, s->t1, s->at_reg);
    x64_shift_imm(&g->x, false, X64_SHR, s->t1, (u8)(tlb->page_shift - 4));
    x64_alu_load(&g->x, false, X64_XOR, s->t1, x64_at(JIT_STATE, (i32)tlb->mix));
    x64_alu_imm(&g->x, false, X64_AND, s->t1, (i32)((1u << tlb->bits) - 1) << 4);
    return jit_leave_compare_tag(g, s);
}

static void jit_leave_swapped_load(struct jit_gen *g, unsigned size, unsigned d, struct x64_mem m)
{
    struct x64 *x = &g->x;
    unsigned bytes = jit_leave_bytes(size);
    if (g->j->has_movbe) {
        x64_load_be(x, bytes, d, m);
    } else if (bytes == 4) {
        x64_load(x, false, d, m);
        x64_bswap(x, d);
    } else {
        x64_load_small(x, 2, false, d, m);
        x64_rol16(x, d);
    }
    if (bytes == 2)
        x64_movx16(x, size == IR_S16, d, d);
}

static struct jit_stub *jit_leave_access(struct jit_gen *g, enum jit_stub_kind kind, unsigned at,
                                         const struct ir_insn *in)
{
    const struct jit_tlb *tlb = &g->j->config.tlb;
    struct jit_stub *s = jit_leave_stub(g, kind, 0);
    s->at_reg = (u8)at;
    s->size = in->size;
    s->point = in->point;
    s->tag = kind == JIT_STUB_LOAD ? tlb->rtag : tlb->wtag;
    s->t1 = (u8)jit_regs_temp(g);
    s->t2 = (u8)jit_regs_temp(g);
    return s;
}

static void jit_leave_read(struct jit_gen *g, unsigned size, unsigned d, struct x64_mem m)
{
    unsigned bytes = jit_leave_bytes(size);
    if (bytes == 1 || (bytes == 2 && !g->j->config.big))
        x64_load_small(&g->x, bytes, size == IR_S8 || size == IR_S16, d, m);
    else if (g->j->config.big)
        jit_leave_swapped_load(g, size, d, m);
    else
        x64_load(&g->x, false, d, m);
}

static struct jit_stub *jit_leave_read_alone(struct jit_gen *g, ir_ref i)
{
    const struct ir_insn *in = &g->r->insn[i];
    unsigned at = jit_regs_use(g, in->a);
    struct jit_stub *s = jit_leave_access(g, JIT_STUB_LOAD, at, in);
    jit_regs_done(g, in->a);
    s->value_reg = (u8)jit_regs_define(g, i, (u16)(1u << s->t1 | 1u << s->t2));
    jit_leave_try_hint(g, s);
    jit_leave_read(g, in->size, s->value_reg, x64_indexed(s->t1, at, 0, 0));
    s->live = jit_regs_live_temps(g) & (u16) ~(1u << s->value_reg);
    s->back = x64_here(&g->x);
    return s;
}

static unsigned jit_leave_read_window(struct jit_gen *g, ir_ref i, ir_ref window)
{
    unsigned at = jit_regs_use(g, window);
    jit_regs_done(g, window);
    unsigned d = jit_regs_define(g, i, (u16)(1u << at));
    jit_leave_read(g, g->r->insn[i].size, d, x64_at(at, g->val[i].offset));
    return d;
}

static void jit_leave_load(struct jit_gen *g, ir_ref i)
{
    ir_ref window;
    jit_leave_x(g);
    unsigned d = jit_window_access(g, i, &window) ? jit_leave_read_window(g, i, window)
                                                  : jit_leave_read_alone(g, i)->value_reg;
    if (!g->val[i].uses && g->owner[d] == i)
        g->owner[d] = 0;
}

static void jit_leave_swapped_store(struct jit_gen *g, unsigned bytes, unsigned v, unsigned t,
                                    struct x64_mem m)
{
    struct x64 *x = &g->x;
    if (g->j->has_movbe) {
        x64_store_be(x, bytes, m, v);
        return;
    }
    x64_mov(x, false, t, v);
    if (bytes == 4) {
        x64_bswap(x, t);
        x64_store(x, false, m, t);
    } else {
        x64_rol16(x, t);
        x64_store_small(x, 2, m, t);
    }
}

/* v: X64_NONE: the constant c. t: a temporary, for 2 and 4 bytes if they are to be swapped. */
static void jit_leave_write(struct jit_gen *g, unsigned bytes, unsigned v, u64 c, unsigned t,
                            struct x64_mem m)
{
    bool big = g->j->config.big;
    if (v == X64_NONE)
        x64_store_imm(&g->x, false, m, (i32)(big ? __builtin_bswap32((u32)c) : (u32)c));
    else if (bytes == 1 || (bytes == 2 && !big))
        x64_store_small(&g->x, bytes, m, v);
    else if (big)
        jit_leave_swapped_store(g, bytes, v, t, m);
    else
        x64_store(&g->x, false, m, v);
}

static void jit_leave_write_alone(struct jit_gen *g, const struct ir_insn *in, bool is_const, u64 c)
{
    unsigned at = jit_regs_use(g, in->a);
    unsigned v = is_const ? X64_NONE : jit_regs_use(g, in->b);
    struct jit_stub *s = jit_leave_access(g, JIT_STUB_STORE, at, in);
    jit_leave_try_hint(g, s);
    jit_leave_write(g, jit_leave_bytes(in->size), v, c, s->t2, x64_indexed(s->t1, at, 0, 0));
    jit_regs_done(g, in->a);
    s->value_reg = (u8)v;
    s->value_is_const = is_const;
    s->value = (u32)c;
    jit_regs_done(g, in->b);
    s->live = jit_regs_live_temps(g);
    s->back = x64_here(&g->x);
}

static void jit_leave_write_window(struct jit_gen *g, ir_ref i, ir_ref window, bool is_const, u64 c)
{
    const struct ir_insn *in = &g->r->insn[i];
    unsigned bytes = jit_leave_bytes(in->size);
    unsigned v = is_const ? X64_NONE : jit_regs_use(g, in->b);
    unsigned at = jit_regs_use(g, window);
    bool swaps = bytes > 1 && g->j->config.big && !g->j->has_movbe;
    unsigned t = swaps && !is_const ? jit_regs_temp(g) : X64_NONE;
    jit_leave_write(g, bytes, v, c, t, x64_at(at, g->val[i].offset));
    jit_regs_done(g, window);
    jit_regs_done(g, in->b);
}

static void jit_leave_store(struct jit_gen *g, ir_ref i)
{
    const struct ir_insn *in = &g->r->insn[i];
    ir_ref window;
    u64 c = 0;
    bool is_const = jit_regs_const(g, in->b, &c) && jit_leave_bytes(in->size) == 4;
    jit_leave_x(g);
    if (jit_window_access(g, i, &window))
        jit_leave_write_window(g, i, window, is_const, c);
    else
        jit_leave_write_alone(g, in, is_const, c);
}

void jit_leave_window(struct jit_gen *g, ir_ref i, const struct jit_window *w, u16 copy,
                      struct jit_temps t)
{
    const struct jit_tlb *tlb = &g->j->config.tlb;
    struct jit_stub *s = jit_leave_stub(g, JIT_STUB_WINDOW, 0);
    s->insn = i;
    s->copy = copy;
    s->at_reg = (u8)t.at;
    s->t1 = (u8)t.t1;
    s->t2 = (u8)t.t2;
    s->size = w->align == 4 ? IR_W32 : w->align == 2 ? IR_U16 : IR_U8;
    s->tag = w->write ? tlb->wtag : tlb->rtag;
    s->live = jit_regs_live_temps(g);
    jit_leave_try_hint(g, s);
}

/* ---- guards and calls ---- */

static void jit_leave_guard(struct jit_gen *g, ir_ref i)
{
    enum x64_cc cc = jit_ops_truth(g, g->r->insn[i].a);
    struct jit_stub *s = jit_leave_stub(g, JIT_STUB_LEAVE, x64_jcc(&g->x, cc, X64_LATER));
    s->point = g->r->insn[i].point;
}

/* What a point binds, written at once. */
static void jit_leave_bind(struct jit_gen *g, const struct ir_point *p)
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

static void jit_leave_call(struct jit_gen *g, ir_ref i)
{
    const struct ir_insn *in = &g->r->insn[i];
    struct x64 *x = jit_leave_x(g);
    const struct ir_point *p = &g->r->point[in->point];
    jit_regs_park_all(g);
    jit_regs_spill_homes(g);
    jit_leave_bind(g, p);
    x64_mov(x, true, RDI, JIT_STATE);
    x64_lea(x, true, RSI, x64_at(JIT_LEFT, p->unspent));
    x64_mov_imm(x, RDX, (u64)(uintptr_t)&g->out->call[in->imm]);
    x64_mov_imm(x, RAX, (u64)(uintptr_t)g->j->config.ops.call);
    x64_call_reg(x, RAX);
    x64_test8(x, RAX, RAX);
    jit_leave_stub(g, JIT_STUB_CALL, x64_jcc(x, X64_E, X64_LATER));
    jit_regs_load_homes(g, 0xffff);
}

void jit_leave_emit(struct jit_gen *g, ir_ref i)
{
    switch (g->r->insn[i].op) {
    case IR_LOAD:
        jit_leave_load(g, i);
        return;
    case IR_STORE:
        jit_leave_store(g, i);
        return;
    case IR_GUARD:
        jit_leave_guard(g, i);
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
    x64_alu_imm(jit_leave_x(g), true, X64_SUB, JIT_LEFT, b->charge);
    struct jit_stub *s = jit_leave_stub(g, JIT_STUB_SPENT, x64_jcc(&g->x, X64_S, X64_LATER));
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
    struct x64 *x = jit_leave_x(g);
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
        x64_alu_imm(jit_leave_x(g), false, X64_CMP, v, (i32)c->value);
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
    x64_jcc(x, X64_NE, jit_leave_common(g, g->j->miss));
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

/* ---- stubs ---- */

static void jit_leave_temps(struct jit_gen *g, u16 live, bool restore)
{
    for (unsigned r = 0; r < X64_NREGS; r++) {
        struct x64_mem m = x64_at(RSP, (i32)(offsetof(struct jit_frame, temp) + 8 * r));
        if (!(live & 1u << r))
            continue;
        if (restore)
            x64_load(&g->x, true, r, m);
        else
            x64_store(&g->x, true, m, r);
    }
}

static bool jit_leave_binds_homes(const struct jit_gen *g, const struct ir_point *p)
{
    for (unsigned k = 0; k < p->n; k++)
        if (g->home[p->map[k].slot] != X64_NONE)
            return true;
    return false;
}

/* Asks C for the access; RCX: what it has not used. Where homes are not in the way, the point is
 * applied here. */
static void jit_leave_ask(struct jit_gen *g, const struct jit_stub *s)
{
    struct x64 *x = &g->x;
    bool load = s->kind == JIT_STUB_LOAD;
    const struct ir_point *p = &g->r->point[s->point];
    bool apply = jit_leave_binds_homes(g, p);
    if (!apply)
        jit_leave_bind(g, p);
    jit_leave_temps(g, s->live, false);
    x64_store(x, false, JIT_FRAME(at), s->at_reg);
    if (!load && s->value_is_const)
        x64_store_imm(x, false, JIT_FRAME(value), (i32)s->value);
    else if (!load)
        x64_store(x, false, JIT_FRAME(value), s->value_reg);
    x64_store_imm(x, false, JIT_FRAME(point), (i32)((apply ? s->point : 0) | (u32)s->size << 16));
    x64_mov_imm(x, RCX, p->unspent);
    x64_call(x, load ? g->thunk_load : g->thunk_store);
    jit_leave_temps(g, s->live, true);
    if (load)
        x64_load(x, false, s->value_reg, JIT_FRAME(value));
    x64_jmp(x, s->back);
}

/* Where an access, or a window, is not known: the code for that is next. */
static void jit_leave_unknown(struct jit_gen *g, const struct jit_stub *s)
{
    struct x64 *x = &g->x;
    if (s->kind != JIT_STUB_WINDOW) {
        jit_leave_ask(g, s);
        return;
    }
    x64_jmp(x, g->copy[s->copy].at);
}

/* There will be no hints any more. Accesses come to C next, windows only for this. */
static void jit_leave_distrust(struct jit_gen *g, const struct jit_stub *s, u32 instead)
{
    struct x64 *x = &g->x;
    x64_store_imm(x, false, JIT_FRAME(site), (i32)s->site);
    x64_store_imm(x, false, JIT_FRAME(length), (i32)(s->access - s->site));
    x64_store_imm(x, false, JIT_FRAME(instead), (i32)instead);
    if (s->kind != JIT_STUB_WINDOW)
        return;
    jit_leave_temps(g, s->live, false);
    x64_call(x, g->thunk_patch);
    jit_leave_temps(g, s->live, true);
}

/* The hint was wrong: look up, and remember. Wrong too often, there are none any more. */
static void jit_leave_slow_access(struct jit_gen *g, const struct jit_stub *s)
{
    struct x64 *x = &g->x;
    i32 trust = (i32)(g->j->config.tlb.trust + 4 * s->hint);
    x64_alu_mem_imm(x, false, X64_SUB, x64_at(JIT_STATE, trust), 1);
    u32 distrust = x64_jcc(x, X64_S, X64_LATER);
    u32 miss = jit_leave_look_up(g, s);
    x64_store(x, false, jit_leave_hint(g, s->hint), s->t1);
    x64_jmp(x, s->retry);
    u32 not_there[2], instead = jit_leave_by_page(g, s, not_there);
    x64_patch(x, distrust, x64_here(x));
    jit_leave_distrust(g, s, instead);
    x64_patch(x, miss, x64_here(x));
    for (unsigned k = 0; k < ARRAY_LEN(not_there); k++)
        x64_patch(x, not_there[k], x64_here(x) + (instead - s->site));
    jit_leave_unknown(g, s);
}

static void jit_leave_note_stub(struct jit_gen *g, const struct jit_stub *s)
{
    static const char *const what[] = {
        [JIT_STUB_LOAD] = "the hint was wrong: look up; not there: ask C",
        [JIT_STUB_STORE] = "the hint was wrong: look up; not there: ask C",
        [JIT_STUB_WINDOW] = "the hint was wrong: look up; not there: do without the window",
        [JIT_STUB_LEAVE] = "it is so: leave",
        [JIT_STUB_CALL] = "the helper said to leave",
        [JIT_STUB_SPENT] = "the budget does not reach: give back, and leave",
    };
    if (s->kind == JIT_STUB_SPENT)
        jit_gen_note(g, JIT_PART_SPENT, s->block, what[s->kind]);
    else
        jit_gen_note(g, JIT_PART_STUB, s->insn, what[s->kind]);
}

void jit_leave_stubs(struct jit_gen *g)
{
    for (unsigned k = 0; k < g->nstubs; k++) {
        const struct jit_stub *s = &g->stub[k];
        jit_leave_note_stub(g, s);
        x64_patch(&g->x, s->from, x64_here(&g->x));
        if (s->kind <= JIT_STUB_WINDOW) {
            jit_leave_slow_access(g, s);
            continue;
        }
        if (s->kind == JIT_STUB_CALL) {
            x64_jmp(&g->x, jit_leave_common(g, g->j->failed));
            continue;
        }
        if (s->kind == JIT_STUB_SPENT)
            x64_alu_imm(&g->x, true, X64_ADD, JIT_LEFT, s->refund);
        x64_mov_imm(&g->x, RAX, s->point);
        x64_jmp(&g->x, s->pre ? g->thunk_leave_pre : g->thunk_leave);
    }
}

/* ---- thunks ---- */

static void jit_leave_name_region(struct jit_gen *g, i32 up)
{
    x64_mov_imm(&g->x, RAX, (u64)(uintptr_t)g->out);
    x64_store(&g->x, true, JIT_FRAME_UP(up, region), RAX);
}

static u32 jit_leave_slow_thunk(struct jit_gen *g, const char *what, u32 common, u16 reload)
{
    u32 at = x64_here(&g->x);
    jit_gen_note(g, JIT_PART_THUNK, 0, what);
    jit_regs_spill_homes(g);
    jit_leave_name_region(g, 8);
    x64_call(&g->x, jit_leave_common(g, common));
    jit_regs_load_homes(g, reload);
    x64_ret(&g->x);
    return at;
}

/* RAX: a point, or a chain's number. */
static u32 jit_leave_exit_thunk(struct jit_gen *g, const char *what, enum jit_how how, bool spill)
{
    u32 at = x64_here(&g->x);
    jit_gen_note(g, JIT_PART_THUNK, 0, what);
    x64_store(&g->x, false, JIT_FRAME(point), RAX);
    if (spill)
        jit_regs_spill_homes(g);
    x64_store_imm(&g->x, false, JIT_FRAME(how), (i32)how);
    jit_leave_name_region(g, 0);
    x64_jmp(&g->x, jit_leave_common(g, g->j->leave));
    return at;
}

void jit_leave_thunks(struct jit_gen *g)
{
    const struct jit *j = g->j;
    g->thunk_load = jit_leave_slow_thunk(g, "load by C", j->slow_load, JIT_VOLATILE);
    g->thunk_store = jit_leave_slow_thunk(g, "store by C", j->slow_store, JIT_VOLATILE);
    g->thunk_patch =
        jit_leave_slow_thunk(g, "overwrite what is not trusted", j->slow_patch, JIT_VOLATILE);
    g->thunk_leave = jit_leave_exit_thunk(g, "leave at point eax", JIT_AT_POINT, true);
    g->thunk_leave_pre =
        jit_leave_exit_thunk(g, "leave the check at point eax", JIT_AT_POINT, false);
    g->thunk_chain =
        jit_leave_exit_thunk(g, "leave by chain eax, not linked yet", JIT_CHAIN, false);
    g->out->stale = x64_here(&g->x);
    jit_gen_note(g, JIT_PART_THUNK, 0, "entered although dropped");
    x64_mov_imm(&g->x, RAX, g->out->place);
    x64_store(&g->x, true, JIT_FRAME(place), RAX);
    x64_store_imm(&g->x, false, JIT_FRAME(how), JIT_STALE);
    jit_leave_name_region(g, 0);
    x64_jmp(&g->x, jit_leave_common(g, j->leave));
}

/* ---- common code ---- */

static const u8 jit_leave_saved[] = {RBX, RBP, R12, R13, R14, R15};

/* void enter(state, code, left, exit, jit) */
static void jit_leave_common_enter(struct x64 *x)
{
    for (size_t k = 0; k < ARRAY_LEN(jit_leave_saved); k++)
        x64_push(x, jit_leave_saved[k]);
    x64_alu_imm(x, true, X64_SUB, RSP, sizeof(struct jit_frame));
    x64_store(x, true, JIT_FRAME(state), RDI);
    x64_store(x, true, JIT_FRAME(exit), RCX);
    x64_store(x, true, JIT_FRAME(jit), R8);
    x64_store_imm(x, false, JIT_FRAME(length), 0);
    x64_mov(x, true, JIT_STATE, RDI);
    x64_mov(x, true, JIT_LEFT, RDX);
    x64_jmp_reg(x, RSI);
}

static void jit_leave_common_leave(struct x64 *x)
{
    x64_store(x, true, JIT_FRAME(left), JIT_LEFT);
    x64_mov(x, true, RDI, RSP);
    x64_mov_imm(x, RAX, (u64)(uintptr_t)jit_leaving);
    x64_call_reg(x, RAX);
    x64_alu_imm(x, true, X64_ADD, RSP, sizeof(struct jit_frame));
    for (size_t k = ARRAY_LEN(jit_leave_saved); k-- > 0;)
        x64_pop(x, jit_leave_saved[k]);
    x64_ret(x);
}

/* RAX: the code to go on with; 0: leave. */
static void jit_leave_common_onward(const struct jit *j, struct x64 *x)
{
    x64_test(x, true, RAX, RAX);
    x64_jcc(x, X64_E, j->leave);
    x64_load(x, true, JIT_LEFT, JIT_FRAME(left));
    x64_jmp_reg(x, RAX);
}

static u32 jit_leave_common_slow(const struct jit *j, struct x64 *x,
                                 u64 (*fn)(struct jit_frame *, u64))
{
    u32 at = x64_here(x);
    x64_lea(x, true, RDI, x64_at(RSP, 16));
    x64_lea(x, true, RSI, x64_indexed(JIT_LEFT, RCX, 0, 0));
    x64_mov_imm(x, RAX, (u64)(uintptr_t)fn);
    x64_call_reg(x, RAX);
    x64_alu_imm(x, true, X64_CMP, RAX, 1);
    u32 other = x64_jcc(x, X64_NE, X64_LATER);
    x64_ret(x);
    x64_patch(x, other, x64_here(x));
    x64_alu_imm(x, true, X64_ADD, RSP, 16);
    jit_leave_common_onward(j, x);
    return at;
}

static void jit_leave_common_failed(const struct jit *j, struct x64 *x)
{
    x64_mov(x, true, RDI, RSP);
    x64_mov_imm(x, RAX, (u64)(uintptr_t)jit_failed);
    x64_call_reg(x, RAX);
    jit_leave_common_onward(j, x);
}

void jit_leave_commons(struct jit *j, struct x64 *x)
{
    j->enter = x64_here(x);
    jit_leave_common_enter(x);
    j->leave = x64_here(x);
    jit_leave_common_leave(x);
    j->slow_load = jit_leave_common_slow(j, x, jit_slow_load);
    j->slow_store = jit_leave_common_slow(j, x, jit_slow_store);
    j->slow_patch = jit_leave_common_slow(j, x, jit_slow_patch);
    j->failed = x64_here(x);
    jit_leave_common_failed(j, x);
    j->miss = x64_here(x);
    x64_alu_imm(x, true, X64_SUB, RAX, 1);
    x64_store(x, true, JIT_FRAME(place), RAX);
    x64_store_imm(x, false, JIT_FRAME(how), JIT_INDIRECT);
    x64_jmp(x, j->leave);
}
