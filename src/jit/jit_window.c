/* SPDX-License-Identifier: ISC */
/*
 * Windows: accesses of one block off one base, as to a stack frame or a struct, share one check.
 * The first of them finds out whether what all of them touch lies in one page, aligned, with the
 * rights that they need together; the others are one host instruction each. Where that is not so,
 * the rest of the block is done by a copy of it, out of the way, in which each access is on its
 * own: so exceptions are precise, and whatever is odd is as slow as ever, but not wrong.
 *
 * Nothing that ends or narrows a mapping happens inside a block but by calls and by writing the
 * slots that tags are made of. Slow paths of other accesses only add to what is known.
 */
#include "jit/jit_int.h"

#include <string.h>

/* Bytes at most: wider ones would often be across the end of a page. */
#define JIT_WINDOW_SPAN 512

/* So many accesses are worth it. */
#define JIT_WINDOW_LEAST 2

/* ---- which ---- */

static unsigned jit_window_least(const struct jit_gen *g)
{
    unsigned least = g->j->config.chaos.window;
    return least ? least : JIT_WINDOW_LEAST;
}

/* What changes the meaning of addresses. */
static bool jit_window_ends(const struct jit_gen *g, const struct ir_insn *in)
{
    const struct jit_tlb *tlb = &g->j->config.tlb;
    if (in->op != IR_PUT)
        return in->op == IR_CALL;
    u32 at = g->r->slot[in->imm].offset;
    return at == tlb->low || at == tlb->mix || at - tlb->forbid < 12;
}

/* The address as a base and an offset. */
static ir_ref jit_window_base(const struct jit_gen *g, ir_ref at, i32 *offset)
{
    const struct ir_insn *in = &g->r->insn[at];
    u64 c;
    *offset = 0;
    if (in->op != IR_ADD || !jit_regs_const(g, in->b, &c))
        return at;
    *offset = (i32)c;
    return in->a;
}

static bool jit_window_fits(const struct jit_gen *g, const struct jit_window *w, i64 offset,
                            unsigned bytes)
{
    i64 half = 1 << g->j->config.tlb.page_shift >> 1;
    i64 most = half < JIT_WINDOW_SPAN ? half : JIT_WINDOW_SPAN;
    i64 lo = offset < w->lo ? offset : w->lo, hi = offset + bytes;
    hi = hi > w->hi ? hi : w->hi;
    unsigned both = bytes < w->align ? bytes : w->align;
    return hi - lo <= most && !((offset - w->at) & (both - 1));
}

static void jit_window_join(struct jit_gen *g, unsigned k, ir_ref i, i32 offset, unsigned bytes)
{
    struct jit_window *w = &g->window[k];
    if (bytes > w->align) {
        w->align = (u8)bytes;
        w->at = offset;
    }
    w->lo = offset < w->lo ? offset : w->lo;
    w->hi = offset + (i64)bytes > w->hi ? offset + (i64)bytes : w->hi;
    w->write |= g->r->insn[i].op == IR_STORE;
    w->members++;
    w->last = i;
    g->val[i].window = (u8)(k + 1);
    g->val[i].offset = (i16)(offset - w->leads_at);
}

static void jit_window_add(struct jit_gen *g, ir_ref i, unsigned from)
{
    const struct ir_insn *in = &g->r->insn[i];
    unsigned bytes = jit_memory_bytes(in->size);
    i32 offset;
    u64 c;
    ir_ref base = jit_window_base(g, in->a, &offset);
    if (jit_regs_const(g, base, &c))
        return;
    for (unsigned k = g->nwindows; k-- > from;)
        if (g->window[k].base == base && jit_window_fits(g, &g->window[k], offset, bytes)) {
            jit_window_join(g, k, i, offset, bytes);
            return;
        }
    if (g->nwindows == JIT_WINDOWS)
        return;
    g->window[g->nwindows] = (struct jit_window){
        .leader = i, .base = base, .leads_at = offset, .at = offset, .lo = offset, .hi = offset};
    jit_window_join(g, g->nwindows++, i, offset, bytes);
}

/* Those with too few members, and more than are worth their copies, are none. */
static void jit_window_choose(struct jit_gen *g)
{
    unsigned n = 0;
    for (unsigned k = 0; k < g->nwindows; k++) {
        struct jit_window *w = &g->window[k];
        bool no = w->members < jit_window_least(g) || n == JIT_WINDOW_COPIES ||
                  (g->j->config.chaos.seed && !jit_random(g->j, 4));
        n += !no;
        if (no)
            w->leader = 0;
    }
}

void jit_window_find(struct jit_gen *g, u16 block)
{
    const struct ir_block *b = &g->r->block[block];
    unsigned from = 0;
    g->nwindows = 0;
    g->open = 0;
    for (unsigned i = b->first; i <= b->last; i++) {
        const struct ir_insn *in = &g->r->insn[i];
        if (jit_window_ends(g, in))
            from = g->nwindows;
        else if (in->op == IR_LOAD || in->op == IR_STORE)
            jit_window_add(g, (ir_ref)i, from);
    }
    jit_window_choose(g);
}

/* ---- opening one ---- */

/* A use less of what may not be computed yet. */
static void jit_window_spare(struct jit_gen *g, ir_ref v, ir_ref now)
{
    const struct ir_insn *in = &g->r->insn[v];
    u64 c;
    if (jit_regs_const(g, v, &c))
        return;
    if (v < now) {
        jit_regs_done(g, v);
        return;
    }
    if (--g->val[v].uses || ir_ops[in->op].effect != IR_PURE)
        return;
    const ir_ref operand[] = {in->a, in->b, in->c};
    for (unsigned k = 0; k < ir_ops[in->op].operands; k++)
        jit_window_spare(g, operand[k], now);
}

/* Where values are, for the copy that begins here. */
static struct jit_copy *jit_window_remember(struct jit_gen *g, ir_ref i)
{
    const struct ir_block *b = &g->r->block[g->block];
    struct jit_copy *c = &g->copy[g->ncopies++];
    unsigned n = b->last - b->first + 1u;
    *c = (struct jit_copy){.block = g->block,
                           .from = i,
                           .saved = g->nsaved,
                           .frame_used = g->frame_used,
                           .open = g->open};
    memcpy(&g->saved[g->nsaved], &g->val[b->first], n * sizeof g->val[0]);
    memcpy(c->owner, g->owner, sizeof c->owner);
    memcpy(c->xowner, g->xowner, sizeof c->xowner);
    memcpy(c->window, &g->val[JIT_WINDOW(0)], sizeof c->window);
    g->nsaved += n;
    return c;
}

static bool jit_window_has_room(const struct jit_gen *g)
{
    const struct ir_block *b = &g->r->block[g->block];
    return g->ncopies < JIT_MAX_COPIES && g->nsaved + (b->last - b->first + 1u) <= JIT_MAX_SAVED;
}

/* Leaves for the copy if the window is across the end of a page. t: its start; t2 is used. */
static void jit_window_in_page(struct jit_gen *g, struct jit_copy *c, u32 span, unsigned t,
                               unsigned t2)
{
    u32 page = 1u << g->j->config.tlb.page_shift;
    x64_mov(&g->x, false, t2, t);
    x64_alu_imm(&g->x, false, X64_AND, t2, (i32)(page - 1));
    x64_alu_imm(&g->x, false, X64_CMP, t2, (i32)(page - span));
    c->from_end = x64_jcc(&g->x, X64_A, X64_LATER);
}

/* The window's start: a multiple of its alignment if all is aligned. */
static i64 jit_window_start(const struct jit_window *w)
{
    return w->lo - ((w->lo - w->at) & (w->align - 1));
}

static void jit_window_check(struct jit_gen *g, ir_ref i, const struct jit_window *w)
{
    i64 start = jit_window_start(w);
    i32 down = (i32)(start - w->leads_at);
    unsigned at = jit_regs_use(g, g->r->insn[i].a);
    unsigned t1 = jit_regs_temp(g), t2 = jit_regs_temp(g), t = down ? jit_regs_temp(g) : at;
    struct jit_copy *c = jit_window_remember(g, i);
    g->flags = 0;
    if (down)
        x64_lea(&g->x, false, t, x64_at(at, down));
    if (w->hi - start > w->align)
        jit_window_in_page(g, c, (u32)(w->hi - start), t, t2);
    jit_memory_window(g, i, w, (u16)(c - g->copy), (struct jit_temps){.at = t, .t1 = t1, .t2 = t2});
    x64_alu(&g->x, true, X64_ADD, t1, at);
    jit_regs_unlock(g);
    unsigned k = (unsigned)(w - g->window);
    g->open |= 1u << k;
    g->val[JIT_WINDOW(k)] = (struct jit_value){.uses = w->members};
    jit_regs_define_in(g, (ir_ref)JIT_WINDOW(k), t1);
}

static void jit_window_open(struct jit_gen *g, ir_ref i)
{
    const struct jit_window *w = &g->window[g->val[i].window - 1];
    if (w->leader != i || g->copying || !jit_window_has_room(g))
        return;
    jit_window_check(g, i, w);
    for (unsigned k = i; k <= w->last; k++)
        if (g->val[k].window == g->val[i].window)
            jit_window_spare(g, g->r->insn[k].a, i);
}

bool jit_window_access(struct jit_gen *g, ir_ref i, ir_ref *window)
{
    const struct jit_value *val = &g->val[i];
    if (!val->window)
        return false;
    jit_window_open(g, i);
    *window = (ir_ref)JIT_WINDOW(val->window - 1);
    return g->open & 1u << (val->window - 1);
}

/* ---- the copies ---- */

void jit_window_restore(struct jit_gen *g, struct jit_copy *c)
{
    const struct ir_block *b = &g->r->block[c->block];
    c->at = x64_here(&g->x);
    if (c->from_end)
        x64_patch(&g->x, c->from_end, c->at);
    memcpy(&g->val[b->first], &g->saved[c->saved], (b->last - b->first + 1u) * sizeof g->val[0]);
    memcpy(g->owner, c->owner, sizeof c->owner);
    memcpy(g->xowner, c->xowner, sizeof c->xowner);
    memcpy(&g->val[JIT_WINDOW(0)], c->window, sizeof c->window);
    memset(g->held, true, sizeof g->held);
    g->frame_used = c->frame_used;
    g->open = c->open;
    g->flags = 0;
    g->locked = g->xlocked = 0;
    g->block = c->block;
    g->next_block = IR_NO_BLOCK;
    g->pre = false;
}
