/* SPDX-License-Identifier: ISC */
/*
 * Guest memory: the short way of an access, by the hint of its place, by page, or through its
 * window's check. The long ways are in stubs.
 */
#include "jit/jit_int.h"
#include "lib/bug.h"

/* Bytes that the longest access by page needs before it has its addend. */
#define JIT_BY_PAGE 41

unsigned jit_memory_bytes(unsigned size)
{
    return size == IR_W32 ? 4 : size == IR_S16 || size == IR_U16 ? 2 : 1;
}

struct x64_mem jit_memory_hint(const struct jit_gen *g, unsigned hint)
{
    return x64_at(JIT_STATE, (i32)(g->j->config.tlb.hints + 4 * hint));
}

/* The tag that the access wants, into t2. */
static void jit_memory_tag(struct jit_gen *g, const struct jit_stub *s)
{
    const struct jit_tlb *tlb = &g->j->config.tlb;
    u32 mask = ~0u << tlb->page_shift | (jit_memory_bytes(s->size) - 1);
    x64_mov(&g->x, false, s->t2, s->at_reg);
    x64_alu_imm(&g->x, false, X64_AND, s->t2, (i32)mask);
    x64_alu_load(&g->x, false, X64_ADD, s->t2, x64_at(JIT_STATE, (i32)tlb->low));
}

static u32 jit_memory_compare_tag(struct jit_gen *g, const struct jit_stub *s)
{
    const struct jit_tlb *tlb = &g->j->config.tlb;
    x64_alu_load(&g->x, false, X64_CMP, s->t2,
                 x64_indexed(JIT_STATE, s->t1, 0, (i32)(tlb->table + s->tag)));
    return x64_jcc(&g->x, X64_NE, X64_LATER);
}

/* Tries the entry that fitted last time; where it fits, t1 gets the addend. */
static void jit_memory_try_hint(struct jit_gen *g, struct jit_stub *s)
{
    const struct jit_tlb *tlb = &g->j->config.tlb;
    struct x64 *x = jit_gen_x(g);
    s->hint = (u16)(g->j->next_hint++ & ((1u << tlb->hint_bits) - 1));
    s->site = x64_here(x);
    x64_load(x, false, s->t1, jit_memory_hint(g, s->hint));
    jit_memory_tag(g, s);
    s->from = jit_memory_compare_tag(g, s);
    s->retry = x64_here(x);
    x64_load(x, true, s->t1, x64_indexed(JIT_STATE, s->t1, 0, (i32)(tlb->table + tlb->addend)));
    if (x64_here(x) - s->site < JIT_BY_PAGE)
        x64_nops(x, JIT_BY_PAGE - (x64_here(x) - s->site));
    s->access = x64_here(x);
}

/* What replaces that where hints are no good: the table by page. It runs at the site, not here.
 * t1 gets the addend; `miss` are the jumps taken where there is none. */
u32 jit_memory_by_page(struct jit_gen *g, const struct jit_stub *s, u32 miss[2])
{
    const struct jit_tlb *tlb = &g->j->config.tlb;
    struct x64 *x = &g->x;
    u32 at = x64_here(x), table = s->tag == tlb->rtag ? tlb->read : tlb->write;
    unsigned bytes = jit_memory_bytes(s->size);
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
u32 jit_memory_look_up(struct jit_gen *g, const struct jit_stub *s)
{
    const struct jit_tlb *tlb = &g->j->config.tlb;
    x64_mov(&g->x, false, s->t1, s->at_reg);
    x64_shift_imm(&g->x, false, X64_SHR, s->t1, (u8)(tlb->page_shift - 4));
    x64_alu_load(&g->x, false, X64_XOR, s->t1, x64_at(JIT_STATE, (i32)tlb->mix));
    x64_alu_imm(&g->x, false, X64_AND, s->t1, (i32)((1u << tlb->bits) - 1) << 4);
    return jit_memory_compare_tag(g, s);
}

static void jit_memory_swapped_load(struct jit_gen *g, unsigned size, unsigned d, struct x64_mem m)
{
    struct x64 *x = &g->x;
    unsigned bytes = jit_memory_bytes(size);
    if (g->j->cpu.movbe) {
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

static struct jit_stub *jit_memory_access(struct jit_gen *g, enum jit_stub_kind kind, unsigned at,
                                          const struct ir_insn *in)
{
    const struct jit_tlb *tlb = &g->j->config.tlb;
    struct jit_stub *s = jit_stub_new(g, kind, 0);
    s->at_reg = (u8)at;
    s->size = in->size;
    s->point = in->point;
    s->tag = kind == JIT_STUB_LOAD ? tlb->rtag : tlb->wtag;
    s->t1 = (u8)jit_regs_temp(g);
    s->t2 = (u8)jit_regs_temp(g);
    return s;
}

static void jit_memory_read(struct jit_gen *g, unsigned size, unsigned d, struct x64_mem m)
{
    unsigned bytes = jit_memory_bytes(size);
    if (bytes == 1 || (bytes == 2 && !g->j->config.big))
        x64_load_small(&g->x, bytes, size == IR_S8 || size == IR_S16, d, m);
    else if (g->j->config.big)
        jit_memory_swapped_load(g, size, d, m);
    else
        x64_load(&g->x, false, d, m);
}

static struct jit_stub *jit_memory_read_alone(struct jit_gen *g, ir_ref i)
{
    const struct ir_insn *in = &g->r->insn[i];
    unsigned at = jit_regs_use(g, in->a);
    struct jit_stub *s = jit_memory_access(g, JIT_STUB_LOAD, at, in);
    jit_regs_done(g, in->a);
    s->value_reg = (u8)jit_regs_define(g, i, (u16)(1u << s->t1 | 1u << s->t2));
    jit_memory_try_hint(g, s);
    jit_memory_read(g, in->size, s->value_reg, x64_indexed(s->t1, at, 0, 0));
    s->live = jit_regs_live_temps(g) & (u16) ~(1u << s->value_reg);
    s->back = x64_here(&g->x);
    return s;
}

static unsigned jit_memory_read_window(struct jit_gen *g, ir_ref i, ir_ref window)
{
    unsigned at = jit_regs_use(g, window);
    jit_regs_done(g, window);
    unsigned d = jit_regs_define(g, i, (u16)(1u << at));
    jit_memory_read(g, g->r->insn[i].size, d, x64_at(at, g->val[i].offset));
    return d;
}

void jit_memory_load(struct jit_gen *g, ir_ref i)
{
    ir_ref window;
    jit_gen_x(g);
    unsigned d = jit_window_access(g, i, &window) ? jit_memory_read_window(g, i, window)
                                                  : jit_memory_read_alone(g, i)->value_reg;
    if (!g->val[i].uses && g->owner[d] == i)
        g->owner[d] = 0;
}

static void jit_memory_swapped_store(struct jit_gen *g, unsigned bytes, unsigned v, unsigned t,
                                     struct x64_mem m)
{
    struct x64 *x = &g->x;
    if (g->j->cpu.movbe) {
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
static void jit_memory_write(struct jit_gen *g, unsigned bytes, unsigned v, u64 c, unsigned t,
                             struct x64_mem m)
{
    bool big = g->j->config.big;
    if (v == X64_NONE)
        x64_store_imm(&g->x, false, m, (i32)(big ? __builtin_bswap32((u32)c) : (u32)c));
    else if (bytes == 1 || (bytes == 2 && !big))
        x64_store_small(&g->x, bytes, m, v);
    else if (big)
        jit_memory_swapped_store(g, bytes, v, t, m);
    else
        x64_store(&g->x, false, m, v);
}

static void jit_memory_write_alone(struct jit_gen *g, const struct ir_insn *in, bool is_const,
                                   u64 c)
{
    unsigned at = jit_regs_use(g, in->a);
    unsigned v = is_const ? X64_NONE : jit_regs_use(g, in->b);
    struct jit_stub *s = jit_memory_access(g, JIT_STUB_STORE, at, in);
    jit_memory_try_hint(g, s);
    jit_memory_write(g, jit_memory_bytes(in->size), v, c, s->t2, x64_indexed(s->t1, at, 0, 0));
    jit_regs_done(g, in->a);
    s->value_reg = (u8)v;
    s->value_is_const = is_const;
    s->value = (u32)c;
    jit_regs_done(g, in->b);
    s->live = jit_regs_live_temps(g);
    s->back = x64_here(&g->x);
}

static void jit_memory_write_window(struct jit_gen *g, ir_ref i, ir_ref window, bool is_const,
                                    u64 c)
{
    const struct ir_insn *in = &g->r->insn[i];
    unsigned bytes = jit_memory_bytes(in->size);
    unsigned v = is_const ? X64_NONE : jit_regs_use(g, in->b);
    unsigned at = jit_regs_use(g, window);
    bool swaps = bytes > 1 && g->j->config.big && !g->j->cpu.movbe;
    unsigned t = swaps && !is_const ? jit_regs_temp(g) : X64_NONE;
    jit_memory_write(g, bytes, v, c, t, x64_at(at, g->val[i].offset));
    jit_regs_done(g, window);
    jit_regs_done(g, in->b);
}

void jit_memory_store(struct jit_gen *g, ir_ref i)
{
    const struct ir_insn *in = &g->r->insn[i];
    ir_ref window;
    u64 c = 0;
    bool is_const = jit_regs_const(g, in->b, &c) && jit_memory_bytes(in->size) == 4;
    jit_gen_x(g);
    if (jit_window_access(g, i, &window))
        jit_memory_write_window(g, i, window, is_const, c);
    else
        jit_memory_write_alone(g, in, is_const, c);
}

void jit_memory_window(struct jit_gen *g, ir_ref i, const struct jit_window *w, u16 copy,
                       struct jit_temps t)
{
    const struct jit_tlb *tlb = &g->j->config.tlb;
    struct jit_stub *s = jit_stub_new(g, JIT_STUB_WINDOW, 0);
    s->insn = i;
    s->copy = copy;
    s->at_reg = (u8)t.at;
    s->t1 = (u8)t.t1;
    s->t2 = (u8)t.t2;
    s->size = w->align == 4 ? IR_W32 : w->align == 2 ? IR_U16 : IR_U8;
    s->tag = w->write ? tlb->wtag : tlb->rtag;
    s->live = jit_regs_live_temps(g);
    jit_memory_try_hint(g, s);
}
