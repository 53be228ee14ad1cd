/* SPDX-License-Identifier: ISC */
/*
 * The evaluator: what a region means. Every other engine is compared with it, so it is kept as
 * plain as it can be and takes nothing from what back ends do: slots live in the state, each
 * instruction is done when its turn comes.
 */
#include "ir/ir.h"
#include "lib/bug.h"

#include <string.h>

struct ir_run {
    const struct ir_region *r;
    struct ir_host *h;
    struct ir_left left;
    u64 v[IR_MAX_INSNS]; /* an i32 with zeros above */
};

/* ---- slots and points ---- */

static u64 ir_read_slot(const struct ir_slot *s, const void *state)
{
    const u8 *at = (const u8 *)state + s->offset;
    u64 wide;
    u32 word;
    switch (s->type) {
    case IR_I8:
        return *at;
    case IR_I32:
        memcpy(&word, at, sizeof word);
        return word;
    default:
        memcpy(&wide, at, sizeof wide);
        return wide;
    }
}

static void ir_write_slot(const struct ir_slot *s, void *state, u64 v)
{
    u8 *at = (u8 *)state + s->offset;
    u32 word = (u32)v;
    switch (s->type) {
    case IR_I8:
        *at = (u8)v;
        break;
    case IR_I32:
        memcpy(at, &word, sizeof word);
        break;
    default:
        memcpy(at, &v, sizeof v);
    }
}

void ir_apply(const struct ir_region *r, u16 point, void *state)
{
    const struct ir_point *p = &r->point[point];
    for (unsigned i = 0; point && i < p->n; i++)
        ir_write_slot(&r->slot[p->map[i].slot], state, p->map[i].value);
}

static u16 ir_unspent(const struct ir_run *x, u16 point)
{
    return x->r->point[point].unspent;
}

/* ---- instructions ---- */

static u64 ir_eval_peek(const struct ir_run *x, const struct ir_insn *in)
{
    u64 v = 0;
    const u8 *at = (const u8 *)x->h->state + (u32)(x->v[in->a]) + in->imm;
    memcpy(&v, at, in->type == IR_I64 ? 8 : 4);
    return v;
}

/* The slots of GETF and PUTF, low half first. */
static const struct ir_slot *ir_eval_half(const struct ir_run *x, const struct ir_insn *in,
                                          unsigned half)
{
    return &x->r->slot[in->imm >> 16 * half & 0xffff];
}

static u64 ir_eval_getf(const struct ir_run *x, const struct ir_insn *in)
{
    u64 v = ir_read_slot(ir_eval_half(x, in, 0), x->h->state);
    if (in->type == IR_F64)
        v |= ir_read_slot(ir_eval_half(x, in, 1), x->h->state) << 32;
    return v;
}

static void ir_eval_putf(const struct ir_run *x, const struct ir_insn *in)
{
    u64 v = x->v[in->a];
    ir_write_slot(ir_eval_half(x, in, 0), x->h->state, (u32)v);
    if (in->type == IR_F64)
        ir_write_slot(ir_eval_half(x, in, 1), x->h->state, v >> 32);
}

static bool ir_eval_is_float(const struct ir_insn *in)
{
    return in->op > IR_PUTF ? in->op <= IR_FHI : in->type == IR_F32 || in->type == IR_F64;
}

static u64 ir_eval_value(const struct ir_run *x, const struct ir_insn *in)
{
    switch (in->op) {
    case IR_GETF:
        return ir_eval_getf(x, in);
    case IR_CONST:
        return in->imm;
    case IR_GET:
        return ir_read_slot(&x->r->slot[in->imm], x->h->state);
    case IR_PEEK:
        return ir_eval_peek(x, in);
    case IR_LEFT:
        return (u64)x->h->budget + in->imm;
    case IR_SELECT:
        return x->v[in->a] ? x->v[in->b] : x->v[in->c];
    default:
        if (ir_eval_is_float(in))
            return ir_float_eval(in, ir_type_of(&x->r->insn[in->a]), x->v[in->a],
                                 in->b ? x->v[in->b] : 0);
        return ir_fold(in->op, in->type, in->cc, x->v[in->a], in->b ? x->v[in->b] : 0);
    }
}

static u32 ir_extend(enum ir_size size, u32 v)
{
    switch (size) {
    case IR_S8:
        return (u32)(i8)v;
    case IR_U8:
        return (u8)v;
    case IR_S16:
        return (u32)(i16)v;
    case IR_U16:
        return (u16)v;
    default:
        return v;
    }
}

static u32 ir_unit(enum ir_size size, u32 v)
{
    return size == IR_S8 ? (u8)v : size == IR_S16 ? (u16)v : ir_extend(size, v);
}

static bool ir_eval_load(struct ir_run *x, const struct ir_insn *in, u64 *v)
{
    u32 unit = 0;
    if (!x->h->load(x->h, in->point, in->size, (u32)x->v[in->a], &unit))
        return false;
    *v = ir_extend(in->size, unit);
    return true;
}

static bool ir_eval_store(struct ir_run *x, const struct ir_insn *in)
{
    u32 v = ir_unit(in->size, (u32)x->v[in->b]);
    return x->h->store(x->h, in->point, in->size, (u32)x->v[in->a], v);
}

static bool ir_eval_call(struct ir_run *x, const struct ir_insn *in)
{
    ir_apply(x->r, in->point, x->h->state);
    return x->h->call(x->h, in->point, &x->r->call[in->imm]);
}

static bool ir_eval_ask(struct ir_run *x, const struct ir_insn *in)
{
    if (!x->v[in->a] || ir_eval_call(x, in))
        return true;
    x->left.point = in->point;
    return false;
}

static bool ir_eval_guard(struct ir_run *x, const struct ir_insn *in)
{
    if (!x->v[in->a])
        return true;
    ir_apply(x->r, in->point, x->h->state);
    x->left.point = in->point;
    return false;
}

/* False: the region is left. */
static bool ir_eval_try(struct ir_run *x, const struct ir_insn *in, u64 *v)
{
    switch (in->op) {
    case IR_LOAD:
        return ir_eval_load(x, in, v);
    case IR_STORE:
        return ir_eval_store(x, in);
    case IR_CALL:
        return ir_eval_call(x, in);
    case IR_ASK:
        return ir_eval_ask(x, in);
    default:
        return ir_eval_guard(x, in);
    }
}

/* The budget is right for the instruction while it is done, and for leaving there. */
static bool ir_eval_leaves(struct ir_run *x, const struct ir_insn *in, u64 *v)
{
    x->h->budget += ir_unspent(x, in->point);
    if (!ir_eval_try(x, in, v))
        return false;
    x->h->budget -= ir_unspent(x, in->point);
    return true;
}

static bool ir_eval_insn(struct ir_run *x, ir_ref at)
{
    const struct ir_insn *in = &x->r->insn[at];
    if (in->op == IR_PUT) {
        ir_write_slot(&x->r->slot[in->imm], x->h->state, x->v[in->a]);
        return true;
    }
    if (in->op == IR_PUTF) {
        ir_eval_putf(x, in);
        return true;
    }
    if (ir_ops[in->op].effect != IR_LEAVES) {
        x->v[at] = ir_eval_value(x, in);
        return true;
    }
    return ir_eval_leaves(x, in, &x->v[at]);
}

/* ---- ends ---- */

static u16 ir_eval_switch(const struct ir_run *x, const struct ir_block *b,
                          const struct ir_insn *in)
{
    for (unsigned i = 0; i < b->ncases; i++)
        if (x->r->cases[b->cases + i].value == x->v[in->a])
            return x->r->cases[b->cases + i].block;
    return in->f;
}

static u16 ir_eval_leave(struct ir_run *x, const struct ir_insn *in)
{
    x->left.point = in->point;
    ir_apply(x->r, in->point, x->h->state);
    x->h->budget += ir_unspent(x, in->point);
    return IR_NO_BLOCK;
}

static u16 ir_eval_onward(struct ir_run *x, u64 place)
{
    x->left.onward = true;
    x->left.place = place;
    return IR_NO_BLOCK;
}

/* The block that follows. */
static u16 ir_eval_end(struct ir_run *x, const struct ir_block *b)
{
    const struct ir_insn *in = &x->r->insn[b->last];
    switch (in->op) {
    case IR_JUMP:
        return in->t;
    case IR_BRANCH:
        return x->v[in->a] ? in->t : in->f;
    case IR_SWITCH:
        return ir_eval_switch(x, b, in);
    case IR_CHAIN:
        return ir_eval_onward(x, in->imm);
    case IR_INDIRECT:
        return ir_eval_onward(x, x->v[in->a]);
    default:
        return ir_eval_leave(x, in);
    }
}

/* ---- blocks ---- */

static bool ir_eval_pay(struct ir_run *x, const struct ir_block *b)
{
    if (x->h->budget >= b->charge) {
        x->h->budget -= b->charge;
        return true;
    }
    ir_apply(x->r, b->point, x->h->state);
    x->left.point = b->point;
    return false;
}

static u16 ir_eval_block(struct ir_run *x, const struct ir_block *b)
{
    if (!ir_eval_pay(x, b))
        return IR_NO_BLOCK;
    for (unsigned i = b->first; i < b->last; i++)
        if (!ir_eval_insn(x, (ir_ref)i))
            return IR_NO_BLOCK;
    return ir_eval_end(x, b);
}

struct ir_left ir_eval(const struct ir_region *r, u16 entry, struct ir_host *h)
{
    struct ir_run x;
    x.r = r;
    x.h = h;
    x.left = (struct ir_left){0};
    BUG_ON(h->budget < 0);
    for (u16 block = entry; block != IR_NO_BLOCK;)
        block = ir_eval_block(&x, &r->block[block]);
    return x.left;
}
