/* SPDX-License-Identifier: ISC */
/* One region from IR to code: which blocks, in what order, and what stands around them. */
#include "jit/jit_int.h"

#include <string.h>

void jit_gen_note(struct jit_gen *g, enum jit_part part, unsigned which, const char *what)
{
    if (g->note && g->nnotes < JIT_MAX_NOTES)
        g->note[g->nnotes++] = (struct jit_note){
            .at = x64_here(&g->x), .part = (u8)part, .which = (u16)which, .what = what};
}

static void jit_gen_reach(struct jit_gen *g, u16 block)
{
    if (g->reached[block])
        return;
    g->reached[block] = true;
    const struct ir_block *b = &g->r->block[block];
    const struct ir_insn *end = &g->r->insn[b->last];
    if (end->op == IR_JUMP || end->op == IR_BRANCH)
        jit_gen_reach(g, end->t);
    if (end->op == IR_BRANCH || end->op == IR_SWITCH)
        jit_gen_reach(g, end->f);
    for (unsigned k = 0; end->op == IR_SWITCH && k < b->ncases; k++)
        jit_gen_reach(g, g->r->cases[b->cases + k].block);
}

static void jit_gen_find_written(struct jit_gen *g)
{
    for (unsigned k = 0; k < g->r->nblocks; k++) {
        const struct ir_block *b = &g->r->block[k];
        for (unsigned i = b->first; g->reached[k] && i <= b->last; i++)
            if (g->r->insn[i].op == IR_PUT)
                g->written[g->r->insn[i].imm] = true;
    }
}

static ir_ref jit_gen_insn(struct jit_gen *g, ir_ref i)
{
    const struct ir_insn *in = &g->r->insn[i];
    switch (ir_ops[in->op].effect) {
    case IR_PURE:
        return g->val[i].uses ? jit_ops_emit(g, i) : i;
    case IR_LEAVES:
        jit_leave_emit(g, i);
        return i;
    case IR_ENDS:
        jit_leave_end(g, i);
        return i;
    default:
        if (jit_float_is(in))
            jit_float_emit(g, i);
        else if (in->op == IR_PEEK)
            jit_ops_peek(g, i);
        else if (in->op == IR_LEFT)
            jit_ops_left(g, i);
        else if (in->op == IR_GET)
            jit_regs_get(g, (u16)in->imm, i);
        else
            jit_regs_put(g, (u16)in->imm, in->a);
        return i;
    }
}

static void jit_gen_insns(struct jit_gen *g, unsigned from, unsigned last)
{
    for (unsigned i = from; i <= last && !g->failed; i++) {
        g->at = (ir_ref)i;
        if (!g->copying)
            jit_gen_note(g, JIT_PART_INSN, i, NULL);
        i = jit_gen_insn(g, (ir_ref)i);
        jit_regs_unlock(g);
    }
}

static void jit_gen_block(struct jit_gen *g, u16 block, u16 next)
{
    const struct ir_block *b = &g->r->block[block];
    g->block_at[block] = x64_here(&g->x);
    g->next_block = next;
    g->at = 0;
    jit_gen_note(g, JIT_PART_BLOCK, block, NULL);
    jit_regs_begin_block(g, block);
    jit_window_find(g, block);
    jit_leave_charge(g, block);
    jit_gen_insns(g, b->first, b->last);
}

/* What is left of blocks whose windows were none. */
static void jit_gen_copies(struct jit_gen *g)
{
    g->copying = true;
    for (unsigned k = 0; k < g->ncopies && !g->failed; k++) {
        struct jit_copy *c = &g->copy[k];
        jit_gen_note(g, JIT_PART_COPY, c->from, NULL);
        jit_window_restore(g, c);
        jit_gen_insns(g, c->from, g->r->block[c->block].last);
    }
    g->copying = false;
}

struct jit_order {
    u16 block[IR_MAX_BLOCKS + 1];
    unsigned n;
    bool placed[IR_MAX_BLOCKS];
};

/* What had best follow the block, so that no jump leads there; IR_NO_BLOCK: it does not matter. */
static u16 jit_gen_next(const struct jit_gen *g, const struct jit_order *o, u16 block)
{
    const struct ir_insn *end = &g->r->insn[g->r->block[block].last];
    bool jump = end->op == IR_JUMP || end->op == IR_BRANCH;
    bool other = end->op == IR_SWITCH || end->op == IR_BRANCH;
    u16 t = jump && !o->placed[end->t] ? end->t : IR_NO_BLOCK;
    u16 f = other && !o->placed[end->f] ? end->f : IR_NO_BLOCK;
    if (t == IR_NO_BLOCK || f == IR_NO_BLOCK)
        return t == IR_NO_BLOCK ? f : t;
    return g->r->block[t].depth > g->r->block[f].depth ? t : f;
}

/* A block and what follows it. */
static void jit_gen_place(const struct jit_gen *g, struct jit_order *o, u16 block)
{
    for (; block != IR_NO_BLOCK; block = jit_gen_next(g, o, block)) {
        o->placed[block] = true;
        o->block[o->n++] = block;
    }
}

/* The entry first. */
static void jit_gen_blocks(struct jit_gen *g)
{
    struct jit_order o = {.n = 0};
    jit_gen_place(g, &o, g->r->entry);
    for (unsigned k = 0; k < g->r->nblocks; k++)
        if (g->reached[k] && !o.placed[k])
            jit_gen_place(g, &o, (u16)k);
    o.block[o.n] = IR_NO_BLOCK;
    for (unsigned k = 0; k < o.n && !g->failed; k++)
        jit_gen_block(g, o.block[k], o.block[k + 1]);
}

static void jit_gen_resolve(struct jit_gen *g)
{
    for (unsigned k = 0; k < g->nfixups; k++) {
        const struct jit_fixup *f = &g->fixup[k];
        if (f->jump)
            f->jump->code = g->out->code + g->block_at[f->block];
        else
            x64_patch(&g->x, f->at, g->block_at[f->block]);
    }
}

bool jit_gen_region(struct jit_gen *g)
{
    memset(g->reached, 0, sizeof g->reached);
    memset(g->written, 0, sizeof g->written);
    g->nfixups = g->nstubs = g->nchains = g->nnotes = g->ncopies = g->nsaved = 0;
    g->failed = g->copying = false;
    jit_gen_reach(g, g->r->entry);
    jit_gen_find_written(g);
    jit_regs_choose_homes(g);
    jit_stub_thunks(g);
    g->out->check = x64_here(&g->x);
    jit_gen_note(g, JIT_PART_CHECK, 0, NULL);
    if (g->r->check != IR_NO_BLOCK)
        jit_gen_block(g, g->r->check, g->r->entry);
    g->out->entry = x64_here(&g->x);
    jit_gen_note(g, JIT_PART_ENTRY, 0, NULL);
    jit_regs_load_homes(g, 0xffff);
    jit_gen_blocks(g);
    jit_gen_copies(g);
    jit_gen_resolve(g);
    jit_stub_emit(g);
    return !g->failed;
}
