/* SPDX-License-Identifier: ISC */
/*
 * Registers. The slots that a region uses most get one each for as long as it runs: their homes.
 * All homes are loaded where the region is entered and those written are stored where it is left,
 * so no instruction has to know which are valid. Values inside a block are either still in a slot
 * (its home or memory), or in one of four temporaries, or parked in the frame.
 */
#include "jit/jit_int.h"
#include "lib/bug.h"

#include <stddef.h>
#include <string.h>

static const u8 jit_regs_homes[JIT_HOMES] = {RBX, RSI, RDI, R8, R9, R10, R12, R13, R14};
static const u8 jit_regs_temps[JIT_NTEMPS] = {RAX, RCX, RDX, R11};

/* Worth a load on entry and a store on leaving. */
#define JIT_REGS_WORTH 3

/* ---- homes ---- */

static void jit_regs_weigh(const struct jit_gen *g, u32 *weight)
{
    const struct ir_region *r = g->r;
    for (unsigned k = 0; k < r->nblocks; k++) {
        const struct ir_block *b = &r->block[k];
        if (!g->reached[k] || k == r->check)
            continue;
        u32 w = 1u << 3 * (b->depth < 4 ? b->depth : 4);
        for (unsigned i = b->first; i <= b->last; i++)
            if (r->insn[i].op == IR_GET || r->insn[i].op == IR_PUT)
                weight[r->insn[i].imm] += w;
    }
}

/* What is read and written as floating point stays in memory; nor does it need to be known. */
static void jit_regs_keep_floats_out(struct jit_gen *g, u32 *weight)
{
    const struct ir_region *r = g->r;
    for (unsigned k = 0; k < r->nblocks; k++)
        for (unsigned i = r->block[k].first; g->reached[k] && i <= r->block[k].last; i++) {
            const struct ir_insn *in = &r->insn[i];
            g->float_ |= jit_float_is(in);
            if (in->op == IR_GETF || in->op == IR_PUTF)
                weight[in->imm & 0xffff] = weight[in->imm >> (in->type == IR_F64 ? 16 : 0)] = 0;
        }
}

static void jit_regs_shuffle(struct jit_gen *g, u8 *regs, unsigned n)
{
    for (unsigned k = n; k > 1; k--) {
        unsigned other = jit_random(g->j, k);
        u8 reg = regs[k - 1];
        regs[k - 1] = regs[other];
        regs[other] = reg;
    }
}

/* Registers in any order, for the slots that deserve it least. */
static void jit_regs_disturb(struct jit_gen *g, u32 *weight)
{
    jit_regs_shuffle(g, g->homes_order, JIT_HOMES);
    jit_regs_shuffle(g, g->temps_order, JIT_NTEMPS);
    bool few = jit_random(g->j, 2);
    g->xmms = (u8)(few ? 4 : X64_NREGS);
    for (unsigned s = 0; s < g->r->nslots; s++)
        weight[s] = weight[s] && (!few || !jit_random(g->j, 4))
                        ? JIT_REGS_WORTH + jit_random(g->j, 1000)
                        : 0;
}

/* What accesses look at is where they look. */
static void jit_regs_keep_out(const struct jit_gen *g, u32 *weight)
{
    const struct jit_tlb *tlb = &g->j->config.tlb;
    for (unsigned s = 0; s < g->r->nslots; s++) {
        u32 at = g->r->slot[s].offset;
        if (at == tlb->low || at == tlb->mix || at - tlb->forbid < 12)
            weight[s] = 0;
    }
}

void jit_regs_choose_homes(struct jit_gen *g)
{
    u32 weight[IR_MAX_SLOTS] = {0};
    jit_regs_weigh(g, weight);
    g->xmms = X64_NREGS;
    g->float_ = false;
    memcpy(g->homes_order, jit_regs_homes, sizeof jit_regs_homes);
    memcpy(g->temps_order, jit_regs_temps, sizeof jit_regs_temps);
    if (g->j->config.chaos.seed)
        jit_regs_disturb(g, weight);
    jit_regs_keep_out(g, weight);
    jit_regs_keep_floats_out(g, weight);
    memset(g->home, X64_NONE, sizeof g->home);
    g->homes = 0;
    for (size_t k = 0; k < JIT_HOMES; k++) {
        unsigned best = 0;
        for (unsigned s = 1; s < g->r->nslots; s++)
            if (weight[s] > weight[best])
                best = s;
        if (weight[best] < JIT_REGS_WORTH)
            break;
        weight[best] = 0;
        if (g->r->slot[best].type != IR_I32) {
            k--;
            continue;
        }
        g->home[best] = g->homes_order[k];
        g->slot_in[g->homes_order[k]] = (u16)best;
        g->homes |= (u16)(1u << g->homes_order[k]);
    }
}

struct x64_mem jit_regs_slot(const struct jit_gen *g, u16 slot)
{
    return x64_at(JIT_STATE, (i32)g->r->slot[slot].offset);
}

void jit_regs_load_homes(struct jit_gen *g, u16 which)
{
    for (unsigned r = 0; r < X64_NREGS; r++)
        if (g->homes & which & 1u << r)
            x64_load(&g->x, false, r, jit_regs_slot(g, g->slot_in[r]));
}

void jit_regs_spill_homes(struct jit_gen *g)
{
    for (unsigned r = 0; r < X64_NREGS; r++)
        if (g->homes & 1u << r && g->written[g->slot_in[r]])
            x64_store(&g->x, false, jit_regs_slot(g, g->slot_in[r]), r);
}

/* ---- values ---- */

static bool jit_regs_wide(const struct jit_gen *g, ir_ref v)
{
    return v >= JIT_WINDOW(0) || g->r->insn[v].type == IR_I64;
}

static struct x64_mem jit_regs_frame(const struct jit_value *v)
{
    return x64_at(RSP, (i32)(offsetof(struct jit_frame, value_of) + 8u * v->frame));
}

static void jit_regs_count(struct jit_gen *g, ir_ref v, int by)
{
    if (v)
        g->val[v].uses = (u16)(g->val[v].uses + by);
}

static void jit_regs_count_operands(struct jit_gen *g, const struct ir_insn *in, int by)
{
    unsigned n = ir_ops[in->op].operands;
    jit_regs_count(g, n > 0 ? in->a : 0, by);
    jit_regs_count(g, n > 1 ? in->b : 0, by);
    jit_regs_count(g, n > 2 ? in->c : 0, by);
}

void jit_regs_begin_block(struct jit_gen *g, u16 block)
{
    const struct ir_block *b = &g->r->block[block];
    memset(g->owner, 0, sizeof g->owner);
    memset(g->held, false, sizeof g->held);
    memset(g->xowner, 0, sizeof g->xowner);
    g->locked = g->xlocked = 0;
    g->frame_used = 0;
    g->flags = 0;
    g->block = block;
    g->pre = block == g->r->check;
    for (unsigned i = b->first; i <= b->last; i++)
        g->val[i] = (struct jit_value){0};
    for (unsigned i = b->first; i <= b->last; i++)
        jit_regs_count_operands(g, &g->r->insn[i], 1);
    for (unsigned i = b->last; i >= b->first; i--) { /* what nobody uses uses nothing */
        const struct ir_insn *in = &g->r->insn[i];
        if (!g->val[i].uses && ir_ops[in->op].effect == IR_PURE)
            jit_regs_count_operands(g, in, -1);
    }
}

bool jit_regs_const(const struct jit_gen *g, ir_ref v, u64 *c)
{
    if (v >= JIT_WINDOW(0))
        return false;
    *c = g->r->insn[v].imm;
    return g->r->insn[v].op == IR_CONST;
}

bool jit_regs_imm32(const struct jit_gen *g, ir_ref v, i32 *imm)
{
    u64 c;
    if (!jit_regs_const(g, v, &c))
        return false;
    *imm = (i32)c;
    return !jit_regs_wide(g, v) || (i64)c == *imm;
}

bool jit_regs_operand(const struct jit_gen *g, ir_ref v, struct x64_mem *m)
{
    const struct jit_value *val = &g->val[v];
    if (val->uses != 1 || (val->where != JIT_IN_SLOT && val->where != JIT_IN_FRAME))
        return false;
    if (val->where == JIT_IN_SLOT && g->r->slot[val->slot].type == IR_I8)
        return false;
    *m = val->where == JIT_IN_SLOT ? jit_regs_slot(g, val->slot) : jit_regs_frame(val);
    return true;
}

struct x64_mem jit_regs_to_frame(struct jit_gen *g, ir_ref v)
{
    struct jit_value *val = &g->val[v];
    unsigned f = (unsigned)__builtin_ctz(~g->frame_used);
    if (f >= JIT_FRAME_VALUES) {
        g->failed = true;
        f = 0;
    }
    g->frame_used |= 1u << f;
    val->where = JIT_IN_FRAME;
    val->frame = (u8)f;
    return jit_regs_frame(val);
}

static void jit_regs_park(struct jit_gen *g, ir_ref v)
{
    unsigned reg = g->val[v].reg;
    x64_store(&g->x, jit_regs_wide(g, v), jit_regs_to_frame(g, v), reg);
}

unsigned jit_regs_temp(struct jit_gen *g)
{
    unsigned victim = X64_NONE;
    for (size_t k = 0; k < JIT_NTEMPS; k++) {
        unsigned r = g->temps_order[k];
        if (g->locked & 1u << r)
            continue;
        if (!g->owner[r]) {
            g->locked |= (u16)(1u << r);
            return r;
        }
        if (victim == X64_NONE)
            victim = r;
    }
    BUG_ON(victim == X64_NONE);
    jit_regs_park(g, g->owner[victim]);
    g->owner[victim] = 0;
    g->locked |= (u16)(1u << victim);
    return victim;
}

static void jit_regs_own(struct jit_gen *g, ir_ref v, unsigned reg)
{
    g->owner[reg] = v;
    g->val[v].where = JIT_IN_REG;
    g->val[v].reg = (u8)reg;
}

static void jit_regs_fetch(struct jit_gen *g, ir_ref v, unsigned to)
{
    struct jit_value *val = &g->val[v];
    bool wide = jit_regs_wide(g, v);
    if (val->where == JIT_IN_FRAME) {
        x64_load(&g->x, wide, to, jit_regs_frame(val));
        g->frame_used &= ~(1u << val->frame);
    } else if (g->r->slot[val->slot].type == IR_I8) {
        x64_load_small(&g->x, 1, false, to, jit_regs_slot(g, val->slot));
    } else {
        x64_load(&g->x, wide, to, jit_regs_slot(g, val->slot));
    }
    jit_regs_own(g, v, to);
}

/* A constant is loaded anew each time: its register is free again after the instruction. */
unsigned jit_regs_use(struct jit_gen *g, ir_ref v)
{
    struct jit_value *val = &g->val[v];
    u64 c;
    if (jit_regs_const(g, v, &c)) {
        unsigned r = jit_regs_temp(g);
        x64_mov_imm(&g->x, r, c);
        return r;
    }
    if (val->where == JIT_IN_SLOT || val->where == JIT_IN_FRAME)
        jit_regs_fetch(g, v, jit_regs_temp(g));
    BUG_ON(val->where != JIT_IN_REG && val->where != JIT_IN_HOME);
    g->locked |= (u16)(1u << val->reg);
    return val->reg;
}

void jit_regs_done(struct jit_gen *g, ir_ref v)
{
    struct jit_value *val = &g->val[v];
    u64 c;
    if (jit_regs_const(g, v, &c) || --val->uses)
        return;
    if (val->where == JIT_IN_REG)
        g->owner[val->reg] = 0;
    if (val->where == JIT_IN_XMM)
        g->xowner[val->reg] = 0;
    if (val->where == JIT_IN_FRAME)
        g->frame_used &= ~(1u << val->frame);
    val->where = JIT_NOWHERE;
}

void jit_regs_unlock(struct jit_gen *g)
{
    g->locked = g->xlocked = 0;
}

/* Values that still stand for the slot's old content move out. */
void jit_regs_evacuate(struct jit_gen *g, u16 slot)
{
    const struct ir_block *b = &g->r->block[g->block];
    unsigned end = g->held[slot] ? b->last + 1u : 0;
    g->held[slot] = false;
    for (unsigned v = b->first; v < end; v++) {
        struct jit_value *val = &g->val[v];
        if (val->slot != slot || !val->uses)
            continue;
        if (val->where == JIT_IN_HOME) {
            unsigned home = val->reg, r = jit_regs_temp(g);
            x64_mov(&g->x, false, r, home);
            jit_regs_own(g, (ir_ref)v, r);
            g->locked &= (u16) ~(1u << r);
        } else if (val->where == JIT_IN_SLOT) {
            unsigned r = jit_regs_temp(g);
            jit_regs_fetch(g, (ir_ref)v, r);
            g->locked &= (u16) ~(1u << r);
        }
    }
}

static void jit_regs_at_home(struct jit_gen *g, ir_ref v, u16 slot)
{
    g->held[slot] = true;
    g->val[v].where = JIT_IN_HOME;
    g->val[v].slot = slot;
    g->val[v].reg = g->home[slot];
}

unsigned jit_regs_define(struct jit_gen *g, ir_ref v, u16 reuse)
{
    const struct ir_insn *next = &g->r->insn[v + 1];
    if (v < g->r->block[g->block].last && next->op == IR_PUT && next->a == v && !g->pre) {
        u16 slot = (u16)next->imm;
        if (g->home[slot] != X64_NONE) {
            jit_regs_evacuate(g, slot);
            jit_regs_at_home(g, v, slot);
            return g->home[slot];
        }
    }
    for (size_t k = 0; k < JIT_NTEMPS; k++) {
        unsigned r = g->temps_order[k];
        if (reuse & 1u << r && !g->owner[r]) {
            jit_regs_own(g, v, r);
            g->locked |= (u16)(1u << r);
            return r;
        }
    }
    unsigned r = jit_regs_temp(g);
    jit_regs_own(g, v, r);
    return r;
}

void jit_regs_define_in(struct jit_gen *g, ir_ref v, unsigned reg)
{
    if (g->val[v].uses)
        jit_regs_own(g, v, reg);
}

void jit_regs_claim(struct jit_gen *g, unsigned reg)
{
    if (g->owner[reg]) {
        jit_regs_park(g, g->owner[reg]);
        g->owner[reg] = 0;
    }
    g->locked |= (u16)(1u << reg);
}

static void jit_regs_put_home(struct jit_gen *g, u16 slot, ir_ref v)
{
    struct jit_value *val = &g->val[v];
    unsigned home = g->home[slot];
    u64 c;
    if (val->where == JIT_IN_HOME && val->slot == slot) /* computed there */
        return;
    if (jit_regs_const(g, v, &c)) {
        jit_regs_evacuate(g, slot);
        x64_mov_imm(&g->x, home, c);
        return;
    }
    unsigned r = jit_regs_use(g, v);
    jit_regs_evacuate(g, slot);
    x64_mov(&g->x, false, home, r);
    if (val->where == JIT_IN_REG && val->uses > 1) {
        g->owner[r] = 0;
        jit_regs_at_home(g, v, slot);
    }
}

void jit_regs_put(struct jit_gen *g, u16 slot, ir_ref v)
{
    bool wide = g->r->slot[slot].type == IR_I64;
    i32 imm;
    if (g->home[slot] != X64_NONE) {
        jit_regs_put_home(g, slot, v);
    } else if (g->r->slot[slot].type == IR_I8) {
        unsigned r = jit_regs_use(g, v);
        jit_regs_evacuate(g, slot);
        x64_store_small(&g->x, 1, jit_regs_slot(g, slot), r);
    } else if (jit_regs_imm32(g, v, &imm)) {
        jit_regs_evacuate(g, slot);
        x64_store_imm(&g->x, wide, jit_regs_slot(g, slot), imm);
    } else {
        unsigned r = jit_regs_use(g, v);
        jit_regs_evacuate(g, slot);
        x64_store(&g->x, wide, jit_regs_slot(g, slot), r);
    }
    jit_regs_done(g, v);
}

void jit_regs_get(struct jit_gen *g, u16 slot, ir_ref v)
{
    if (!g->val[v].uses)
        return;
    if (g->home[slot] != X64_NONE && !g->pre) {
        jit_regs_at_home(g, v, slot);
        return;
    }
    g->held[slot] = true;
    g->val[v].where = JIT_IN_SLOT;
    g->val[v].slot = slot;
}

void jit_regs_park_all(struct jit_gen *g)
{
    const struct ir_block *b = &g->r->block[g->block];
    for (unsigned v = b->first; v <= b->last; v++) {
        struct jit_value *val = &g->val[v];
        if (!val->uses || val->where == JIT_NOWHERE || val->where == JIT_IN_FRAME)
            continue;
        if (val->where == JIT_IN_XMM) {
            jit_float_park(g, val->reg);
            continue;
        }
        if (val->where == JIT_IN_SLOT)
            jit_regs_fetch(g, (ir_ref)v, jit_regs_temp(g));
        bool own = val->where == JIT_IN_REG;
        unsigned r = val->reg;
        jit_regs_park(g, (ir_ref)v);
        if (own)
            g->owner[r] = 0;
        g->locked = 0;
    }
}

u16 jit_regs_live_temps(const struct jit_gen *g)
{
    u16 live = 0;
    for (size_t k = 0; k < JIT_NTEMPS; k++)
        if (g->owner[jit_regs_temps[k]])
            live |= (u16)(1u << jit_regs_temps[k]);
    return live;
}
