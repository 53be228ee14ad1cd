/* SPDX-License-Identifier: ISC */
/*
 * Floating point: building and meaning. Nothing is folded, because the rounding mode and the flags
 * are those of the day the region runs. Slots hold bits: a block that has seen an i32 slot as
 * floating point knows it as that, alone or as half of an f64, and the other way round.
 */
#include "ir/ir_int.h"

#include <math.h>
#include <string.h>

/* ---- building ---- */

ir_ref ir_float(struct ir_builder *b, enum ir_op op, enum ir_type type, ir_ref x, ir_ref y)
{
    const struct ir_insn *in = &b->r->insn[x];
    if (op == IR_JOIN && in->op == IR_FLO && b->r->insn[y].op == IR_FHI && in->a == b->r->insn[y].a)
        return in->a;
    return ir_emit(b, (struct ir_insn){.op = (u8)op, .type = (u8)type, .a = x, .b = y});
}

static enum ir_type ir_float_type(const struct ir_builder *b, ir_ref v)
{
    return ir_type_of(&b->r->insn[v]);
}

ir_ref ir_float_bits(struct ir_builder *b, u16 slot)
{
    ir_ref v = b->knownf[slot];
    if (ir_float_type(b, v) == IR_F32)
        return ir_float(b, IR_IBITS, IR_I32, v, 0);
    return ir_float(b, b->high[slot] ? IR_FHI : IR_FLO, IR_I32, v, 0);
}

static void ir_float_know(struct ir_builder *b, enum ir_type type, u16 slot, u16 high, ir_ref v)
{
    b->knownf[slot] = v;
    b->high[slot] = false;
    if (type == IR_F32)
        return;
    b->knownf[high] = v;
    b->high[high] = true;
}

static u64 ir_float_slots(enum ir_type type, u16 slot, u16 high)
{
    return slot | (type == IR_F64 ? (u64)high << 16 : 0);
}

/* Has the block seen all of it as one? */
static bool ir_float_is_known(const struct ir_builder *b, enum ir_type type, u16 slot, u16 high)
{
    ir_ref v = b->knownf[slot];
    if (!v || ir_float_type(b, v) != type)
        return false;
    return type == IR_F32 || (!b->high[slot] && b->knownf[high] == v && b->high[high]);
}

static bool ir_float_has_seen(const struct ir_builder *b, u16 slot)
{
    return b->known[slot] || b->knownf[slot];
}

ir_ref ir_getf(struct ir_builder *b, enum ir_type type, u16 slot, u16 high)
{
    if (ir_float_is_known(b, type, slot, high))
        return b->knownf[slot];
    bool seen = ir_float_has_seen(b, slot) || (type == IR_F64 && ir_float_has_seen(b, high));
    ir_ref v;
    if (!seen) {
        v = ir_emit(b, (struct ir_insn){.op = IR_GETF,
                                        .type = (u8)type,
                                        .imm = ir_float_slots(type, slot, high)});
    } else {
        ir_ref lo = ir_get(b, slot), hi = type == IR_F64 ? ir_get(b, high) : 0;
        v = ir_float(b, hi ? IR_JOIN : IR_FBITS, type, lo, hi);
    }
    ir_float_know(b, type, slot, high, v);
    return v;
}

void ir_putf(struct ir_builder *b, u16 slot, u16 high, ir_ref v)
{
    enum ir_type type = ir_float_type(b, v);
    if (ir_float_is_known(b, type, slot, high) && b->knownf[slot] == v)
        return;
    ir_emit(b,
            (struct ir_insn){
                .op = IR_PUTF, .type = (u8)type, .a = v, .imm = ir_float_slots(type, slot, high)});
    b->known[slot] = 0;
    if (type == IR_F64)
        b->known[high] = 0;
    ir_float_know(b, type, slot, high, v);
}

/* ---- meaning: volatile, because the compiler does not know of the environment ---- */

union ir_f32 {
    u32 bits;
    float f;
};

union ir_f64 {
    u64 bits;
    double f;
};

#define IR_FLOAT_COMPUTE(type, name, wide)                                                         \
    static u64 ir_float_##name(enum ir_op op, u64 x, u64 y)                                        \
    {                                                                                              \
        union ir_##name a = {.bits = (wide)x}, b = {.bits = (wide)y}, v;                           \
        volatile type s = a.f, t = b.f, r;                                                         \
        if (op == IR_FADD)                                                                         \
            r = s + t;                                                                             \
        else if (op == IR_FSUB)                                                                    \
            r = s - t;                                                                             \
        else if (op == IR_FMUL)                                                                    \
            r = s * t;                                                                             \
        else                                                                                       \
            r = s / t;                                                                             \
        v.f = r;                                                                                   \
        return v.bits;                                                                             \
    }
IR_FLOAT_COMPUTE(float, f32, u32)
IR_FLOAT_COMPUTE(double, f64, u64)

static double ir_float_double(enum ir_type type, u64 x)
{
    union ir_f32 s = {.bits = (u32)x};
    union ir_f64 d = {.bits = x};
    volatile float from = s.f;
    return type == IR_F32 ? (double)from : d.f;
}

static u64 ir_float_compare(const struct ir_insn *in, u64 x, u64 y)
{
    double a = ir_float_double(in->type, x), b = ir_float_double(in->type, y);
    bool unordered = isnan(a) || isnan(b);
    switch (in->cc) {
    case IR_EQ:
        return !unordered && a == b;
    case IR_NE:
        return unordered || a != b;
    case IR_LTS:
        return !unordered && a < b;
    case IR_GES:
        return unordered || a >= b;
    case IR_UNO:
        return unordered;
    default:
        return !unordered;
    }
}

static u64 ir_float_round(double d)
{
    volatile double from = d;
    volatile long whole = isnan(d) || d >= 0x1p62 || d <= -0x1p62 ? INT64_MAX : lrint(from);
    return whole == (i32)whole ? (u32)whole : 0x80000000u;
}

/* To an f32 or f64 from what is one exactly. */
static u64 ir_float_convert(enum ir_type to, double d)
{
    volatile double from = d;
    union ir_f64 wide = {.f = from};
    if (to == IR_F64)
        return wide.bits;
    volatile float narrow = (float)from;
    union ir_f32 v = {.f = narrow};
    return v.bits;
}

static u64 ir_float_sign(const struct ir_insn *in, u64 x)
{
    u64 sign = in->type == IR_F32 ? 1u << 31 : 1ull << 63;
    return in->op == IR_FNEG ? x ^ sign : x & ~sign;
}

u64 ir_float_eval(const struct ir_insn *in, enum ir_type from, u64 x, u64 y)
{
    switch (in->op) {
    case IR_CMP:
        return ir_float_compare(in, x, y);
    case IR_FNEG:
    case IR_FABS:
        return ir_float_sign(in, x);
    case IR_WIDEN:
    case IR_NARROW:
        return ir_float_convert(in->type, ir_float_double(from, x));
    case IR_FROM32:
        return ir_float_convert(in->type, (double)(i32)x);
    case IR_ROUND:
    case IR_ROUNDD:
        return ir_float_round(ir_float_double(from, x));
    case IR_JOIN:
        return y << 32 | x;
    case IR_FHI:
        return x >> 32;
    case IR_FLO:
    case IR_FBITS:
    case IR_IBITS:
        return (u32)x;
    default:
        return in->type == IR_F32 ? ir_float_f32(in->op, x, y) : ir_float_f64(in->op, x, y);
    }
}
