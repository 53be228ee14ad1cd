/* SPDX-License-Identifier: ISC */
/*
 * Building a region. Folding happens here, instruction by instruction, because what a front end
 * emits is mostly constants and registers that were just written; there is no later pass to wait
 * for. A table that overflows marks the region as full and drops what does not fit.
 */
#include "ir/ir_int.h"
#include "lib/bug.h"

#include <stdlib.h>
#include <string.h>

const struct ir_op_info ir_ops[IR_NOPS] = {
#define PURE  IR_PURE
#define SLOT  IR_SLOT
#define LEAVE IR_LEAVES
#define END   IR_ENDS
#define OP(NAME, text, n, effects)                                                                 \
    [IR_##NAME] = {.name = (text), .operands = (n), .effect = (effects)},
#include "ir/ir.def"
#undef OP
#undef PURE
#undef SLOT
#undef LEAVE
#undef END
};

/* ---- regions ---- */

struct ir_region *ir_region_new(void)
{
    struct ir_region *r = xcalloc(1, sizeof *r);
    r->insn = xmalloc(IR_MAX_INSNS * sizeof *r->insn);
    r->from = xmalloc(IR_MAX_INSNS * sizeof *r->from);
    r->point = xmalloc(IR_MAX_POINTS * sizeof *r->point);
    r->insn[0] = (struct ir_insn){0};
    r->from[0] = 0;
    r->point[0] = (struct ir_point){0};
    ir_region_clear(r);
    return r;
}

void ir_region_free(struct ir_region *r)
{
    if (!r)
        return;
    free(r->insn);
    free(r->from);
    free(r->point);
    free(r);
}

void ir_region_clear(struct ir_region *r)
{
    r->ninsns = r->npoints = 1;
    r->origin = 0;
    r->nblocks = r->nslots = r->ncases = r->ncalls = 0;
    r->entry = 0;
    r->check = IR_NO_BLOCK;
    r->full = false;
}

/* ---- tables ---- */

/* An index, or the last one there is if the table is full. */
static u16 ir_next(struct ir_region *r, unsigned *n, size_t max)
{
    if (*n == max) {
        r->full = true;
        return (u16)(max - 1);
    }
    return (u16)(*n)++;
}

u16 ir_new_block(struct ir_region *r)
{
    u16 i = ir_next(r, &r->nblocks, ARRAY_LEN(r->block));
    r->block[i] = (struct ir_block){0};
    return i;
}

static void ir_forget(struct ir_builder *b)
{
    memset(b->known, 0, sizeof b->known);
    memset(b->knownf, 0, sizeof b->knownf);
}

void ir_begin(struct ir_builder *b, struct ir_region *r, u16 block)
{
    b->r = r;
    b->block = block;
    ir_forget(b);
    r->block[block].first = (ir_ref)r->ninsns;
}

static bool ir_slot_is(const struct ir_region *r, unsigned i, u32 offset, enum ir_type type)
{
    return i < r->nslots && r->slot[i].offset == offset && r->slot[i].type == type;
}

u16 ir_slot_at(struct ir_region *r, u32 offset, enum ir_type type)
{
    u8 *like = &r->slot_like[offset / 4 % ARRAY_LEN(r->slot_like)];
    unsigned i = *like;
    if (ir_slot_is(r, i, offset, type))
        return (u16)i;
    for (i = 0; i < r->nslots && !ir_slot_is(r, i, offset, type); i++)
        ;
    if (i == r->nslots) {
        i = ir_next(r, &r->nslots, ARRAY_LEN(r->slot));
        r->slot[i] = (struct ir_slot){.offset = offset, .type = (u8)type};
    }
    *like = (u8)i;
    return (u16)i;
}

u16 ir_add_point(struct ir_region *r, const struct ir_point *p)
{
    u16 i = ir_next(r, &r->npoints, IR_MAX_POINTS);
    r->point[i] = *p;
    return i;
}

u16 ir_add_call(struct ir_region *r, u64 fn, u64 arg)
{
    u16 i = ir_next(r, &r->ncalls, ARRAY_LEN(r->call));
    r->call[i] = (struct ir_call){.fn = fn, .arg = arg};
    return i;
}

enum ir_type ir_type_of(const struct ir_insn *in)
{
    if (in->op == IR_CMP)
        return IR_I32;
    return ir_ops[in->op].effect == IR_PURE || in->op == IR_GET || in->op == IR_GETF ||
                   in->op == IR_PEEK || in->op == IR_LEFT || in->op == IR_LOAD
               ? in->type
               : IR_VOID;
}

static enum ir_type ir_type_at(const struct ir_builder *b, ir_ref v)
{
    return ir_type_of(&b->r->insn[v]);
}

ir_ref ir_emit(struct ir_builder *b, struct ir_insn in)
{
    u16 i = ir_next(b->r, &b->r->ninsns, IR_MAX_INSNS);
    b->r->insn[i] = in;
    b->r->from[i] = b->r->origin;
    b->r->block[b->block].last = i;
    return i;
}

/* ---- constants ---- */

ir_ref ir_const(struct ir_builder *b, enum ir_type type, u64 v)
{
    return ir_emit(
        b, (struct ir_insn){.op = IR_CONST, .type = (u8)type, .imm = type == IR_I32 ? (u32)v : v});
}

bool ir_is_const(const struct ir_builder *b, ir_ref v, u64 *out)
{
    *out = b->r->insn[v].imm;
    return b->r->insn[v].op == IR_CONST;
}

static bool ir_is(const struct ir_builder *b, ir_ref v, u64 c)
{
    u64 is;
    return ir_is_const(b, v, &is) && is == c;
}

static u64 ir_compare(enum ir_cc cc, enum ir_type type, u64 x, u64 y)
{
    i64 sx = type == IR_I32 ? (i32)x : (i64)x;
    i64 sy = type == IR_I32 ? (i32)y : (i64)y;
    switch (cc) {
    case IR_EQ:
        return x == y;
    case IR_NE:
        return x != y;
    case IR_LTS:
        return sx < sy;
    case IR_GES:
        return sx >= sy;
    case IR_LTU:
        return x < y;
    default:
        return x >= y;
    }
}

static u64 ir_fold_shift(enum ir_op op, enum ir_type type, u64 x, u64 y)
{
    unsigned n = y & (type == IR_I32 ? 31 : 63);
    if (op == IR_SHL)
        return x << n;
    if (op == IR_SHR)
        return x >> n;
    return type == IR_I32 ? (u64)((i32)x >> n) : (u64)((i64)x >> n);
}

static u64 ir_fold_divide(enum ir_op op, enum ir_type type, u64 x, u64 y)
{
    i64 sx = type == IR_I32 ? (i32)x : (i64)x;
    i64 sy = type == IR_I32 ? (i32)y : (i64)y;
    if (y == 0 || (sy == -1 && sx == INT64_MIN))
        return 0;
    switch (op) {
    case IR_DIVS:
        return (u64)(sx / sy);
    case IR_REMS:
        return (u64)(sx % sy);
    case IR_DIVU:
        return x / y;
    default:
        return x % y;
    }
}

static u64 ir_fold_wide(enum ir_op op, enum ir_type type, enum ir_cc cc, u64 x, u64 y)
{
    switch (op) {
    case IR_ADD:
        return x + y;
    case IR_SUB:
        return x - y;
    case IR_MUL:
        return x * y;
    case IR_AND:
        return x & y;
    case IR_OR:
        return x | y;
    case IR_XOR:
        return x ^ y;
    case IR_SHL:
    case IR_SHR:
    case IR_SAR:
        return ir_fold_shift(op, type, x, y);
    case IR_CMP:
        return ir_compare(cc, type, x, y);
    case IR_SX32:
        return (u64)(i64)(i32)x;
    case IR_ZX32:
    case IR_LO32:
        return (u32)x;
    case IR_HI32:
        return x >> 32;
    default:
        return ir_fold_divide(op, type, x, y);
    }
}

u64 ir_fold(enum ir_op op, enum ir_type type, enum ir_cc cc, u64 x, u64 y)
{
    u64 v = ir_fold_wide(op, type, cc, x, y);
    return type == IR_I32 && op != IR_SX32 ? (u32)v : v;
}

/* ---- values ---- */

/* x op y where y is a constant that makes it easy; 0: it does not. */
static ir_ref ir_identity(struct ir_builder *b, enum ir_op op, enum ir_type type, ir_ref x,
                          ir_ref y)
{
    u64 v;
    if (!ir_is_const(b, y, &v))
        return 0;
    u64 ones = type == IR_I32 ? 0xffffffffu : ~0ull;
    switch (op) {
    case IR_ADD:
    case IR_SUB:
    case IR_OR:
    case IR_XOR:
    case IR_SHL:
    case IR_SHR:
    case IR_SAR:
        if (v == 0)
            return x;
        return op == IR_OR && v == ones ? y : 0;
    case IR_AND:
        return v == ones ? x : v == 0 ? y : 0;
    case IR_MUL:
        return v == 1 ? x : v == 0 ? y : 0;
    case IR_DIVU:
    case IR_DIVS:
        return v == 1 ? x : 0;
    default:
        return 0;
    }
}

static bool ir_commutes(enum ir_op op)
{
    return op == IR_ADD || op == IR_MUL || op == IR_AND || op == IR_OR || op == IR_XOR;
}

/* (x + c) + d is x + (c + d): address chains collapse. */
static ir_ref ir_reassociate(struct ir_builder *b, enum ir_type type, ir_ref x, u64 d)
{
    const struct ir_insn *in = &b->r->insn[x];
    u64 c;
    if (in->op != IR_ADD || !ir_is_const(b, in->b, &c))
        return 0;
    ir_ref base = in->a;
    return ir_binary(b, IR_ADD, base, ir_const(b, type, c + d));
}

ir_ref ir_binary(struct ir_builder *b, enum ir_op op, ir_ref x, ir_ref y)
{
    enum ir_type type = ir_type_at(b, x);
    u64 cx, cy;
    bool fx = ir_is_const(b, x, &cx), fy = ir_is_const(b, y, &cy);
    if (fx && fy)
        return ir_const(b, type, ir_fold(op, type, IR_EQ, cx, cy));
    if (fx && ir_commutes(op)) {
        ir_ref swap = x;
        x = y;
        y = swap;
        cy = cx;
        fy = true;
    }
    if (op == IR_SUB && fy) {
        op = IR_ADD;
        cy = type == IR_I32 ? (u32)-cy : -cy;
        y = ir_const(b, type, cy);
    }
    ir_ref easy = ir_identity(b, op, type, x, y);
    if (!easy && op == IR_ADD && fy)
        easy = ir_reassociate(b, type, x, cy);
    return easy ? easy
                : ir_emit(b, (struct ir_insn){.op = (u8)op, .type = (u8)type, .a = x, .b = y});
}

ir_ref ir_unary(struct ir_builder *b, enum ir_op op, ir_ref x)
{
    enum ir_type type = op == IR_SX32 || op == IR_ZX32 ? IR_I64 : IR_I32;
    u64 c;
    if (ir_is_const(b, x, &c))
        return ir_const(b, type, ir_fold(op, type, IR_EQ, c, 0));
    return ir_emit(b, (struct ir_insn){.op = (u8)op, .type = (u8)type, .a = x});
}

/* A comparison of a truth with 0 is that truth, or its opposite. */
static ir_ref ir_cmp_truth(struct ir_builder *b, enum ir_cc cc, ir_ref x, ir_ref y)
{
    const struct ir_insn *in = &b->r->insn[x];
    if (in->op != IR_CMP || !ir_is(b, y, 0) || (cc != IR_EQ && cc != IR_NE))
        return 0;
    return cc == IR_NE ? x : ir_cmp(b, (enum ir_cc)(in->cc ^ 1), in->a, in->b);
}

ir_ref ir_cmp(struct ir_builder *b, enum ir_cc cc, ir_ref x, ir_ref y)
{
    enum ir_type type = ir_type_at(b, x);
    u64 cx, cy;
    if (type == IR_F32 || type == IR_F64)
        return ir_emit(
            b, (struct ir_insn){.op = IR_CMP, .type = (u8)type, .cc = (u8)cc, .a = x, .b = y});
    if (x == y)
        return ir_const(b, IR_I32, cc == IR_EQ || cc == IR_GES || cc == IR_GEU);
    bool fx = ir_is_const(b, x, &cx), fy = ir_is_const(b, y, &cy);
    if (fx && fy)
        return ir_const(b, IR_I32, ir_fold(IR_CMP, type, cc, cx, cy));
    ir_ref truth = ir_cmp_truth(b, cc, x, y);
    if (truth)
        return truth;
    return ir_emit(b,
                   (struct ir_insn){.op = IR_CMP, .type = (u8)type, .cc = (u8)cc, .a = x, .b = y});
}

ir_ref ir_select(struct ir_builder *b, ir_ref cond, ir_ref x, ir_ref y)
{
    u64 c;
    if (ir_is_const(b, cond, &c))
        return c ? x : y;
    return ir_emit(
        b,
        (struct ir_insn){.op = IR_SELECT, .type = (u8)ir_type_at(b, x), .a = cond, .b = x, .c = y});
}

/* ---- slots ---- */

ir_ref ir_get(struct ir_builder *b, u16 slot)
{
    if (!b->known[slot] && b->knownf[slot]) {
        b->known[slot] = ir_float_bits(b, slot);
    } else if (!b->known[slot]) {
        enum ir_type type = b->r->slot[slot].type;
        b->known[slot] = ir_emit(
            b,
            (struct ir_insn){.op = IR_GET, .type = type == IR_I8 ? IR_I32 : (u8)type, .imm = slot});
    }
    return b->known[slot];
}

/* Whether a byte's slot gives back what was put into it. */
static bool ir_fits_byte(const struct ir_builder *b, ir_ref v)
{
    const struct ir_insn *in = &b->r->insn[v];
    u64 c;
    if (ir_is_const(b, v, &c) || (in->op == IR_AND && ir_is_const(b, in->b, &c)))
        return c <= 0xff;
    return in->op == IR_CMP || (in->op == IR_LOAD && in->size == IR_U8) ||
           (in->op == IR_GET && b->r->slot[in->imm].type == IR_I8);
}

void ir_put(struct ir_builder *b, u16 slot, ir_ref v)
{
    if (b->known[slot] == v)
        return;
    ir_emit(b, (struct ir_insn){.op = IR_PUT, .type = (u8)ir_type_at(b, v), .a = v, .imm = slot});
    b->knownf[slot] = 0;
    b->known[slot] = b->r->slot[slot].type != IR_I8 || ir_fits_byte(b, v) ? v : 0;
}

ir_ref ir_left(struct ir_builder *b, u16 more)
{
    return ir_emit(b, (struct ir_insn){.op = IR_LEFT, .type = IR_I64, .imm = more});
}

ir_ref ir_peek(struct ir_builder *b, enum ir_type type, ir_ref at, u32 offset)
{
    return ir_emit(b, (struct ir_insn){.op = IR_PEEK, .type = (u8)type, .a = at, .imm = offset});
}

/* ---- what may leave ---- */

ir_ref ir_load(struct ir_builder *b, enum ir_size size, ir_ref at, u16 point)
{
    return ir_emit(
        b,
        (struct ir_insn){.op = IR_LOAD, .type = IR_I32, .size = (u8)size, .a = at, .point = point});
}

void ir_store(struct ir_builder *b, enum ir_size size, ir_ref at, ir_ref v, u16 point)
{
    ir_emit(b, (struct ir_insn){.op = IR_STORE, .size = (u8)size, .a = at, .b = v, .point = point});
}

void ir_guard(struct ir_builder *b, ir_ref cond, u16 point)
{
    if (!ir_is(b, cond, 0))
        ir_emit(b, (struct ir_insn){.op = IR_GUARD, .a = cond, .point = point});
}

void ir_do_call(struct ir_builder *b, u16 call, u16 point)
{
    ir_emit(b, (struct ir_insn){.op = IR_CALL, .imm = call, .point = point});
    ir_forget(b);
}

void ir_ask(struct ir_builder *b, ir_ref cond, u16 call, u16 point)
{
    if (!ir_is(b, cond, 0))
        ir_emit(b, (struct ir_insn){.op = IR_ASK, .a = cond, .imm = call, .point = point});
}

/* ---- ends ---- */

void ir_jump(struct ir_builder *b, u16 to)
{
    ir_emit(b, (struct ir_insn){.op = IR_JUMP, .t = to});
}

void ir_branch(struct ir_builder *b, ir_ref cond, u16 t, u16 f)
{
    u64 c;
    if (ir_is_const(b, cond, &c))
        ir_jump(b, c ? t : f);
    else
        ir_emit(b, (struct ir_insn){.op = IR_BRANCH, .a = cond, .t = t, .f = f});
}

void ir_switch(struct ir_builder *b, ir_ref v, const struct ir_case *cases, unsigned n, u16 other)
{
    struct ir_block *block = &b->r->block[b->block];
    block->cases = (u16)b->r->ncases;
    block->ncases = (u8)n;
    for (unsigned i = 0; i < n; i++) {
        u16 at = ir_next(b->r, &b->r->ncases, ARRAY_LEN(b->r->cases));
        b->r->cases[at] = cases[i];
    }
    ir_emit(b, (struct ir_insn){.op = IR_SWITCH, .a = v, .f = other});
}

void ir_chain(struct ir_builder *b, u64 place)
{
    ir_emit(b, (struct ir_insn){.op = IR_CHAIN, .imm = place});
}

void ir_indirect(struct ir_builder *b, ir_ref place)
{
    ir_emit(b, (struct ir_insn){.op = IR_INDIRECT, .a = place});
}

void ir_leave(struct ir_builder *b, u16 point)
{
    ir_emit(b, (struct ir_insn){.op = IR_LEAVE, .point = point});
}
