/* SPDX-License-Identifier: ISC */
/*
 * No choice depends on what ir_build makes of an instruction, so that a region built raw and one
 * built with folding are the same program.
 */
#include "ir_random.h"
#include "ir_rig.h"
#include "rng.h"
#include "lib/bug.h"

#include <string.h>

#define POOL  256
#define CALLS 6
#define ASKS  2 /* behind them */

struct gen {
    struct rng rng;
    struct ir_random_options o;
    struct ir_region *r;
    struct ir_builder b;
    unsigned nblocks;
    unsigned nplain; /* slots that instructions use; the others are of points only */
    unsigned ncases;
    bool floats;
    struct value {
        ir_ref ref;
        enum ir_type type;
    } pool[POOL]; /* of this block */
    unsigned npool;
};

static u32 below(struct gen *g, u32 n)
{
    return rng_below(&g->rng, n);
}

static bool percent(struct gen *g, u32 n)
{
    return rng_percent(&g->rng, n);
}

static enum ir_type any_type(struct gen *g)
{
    return percent(g, 70) ? IR_I32 : IR_I64;
}

static u64 any_number(struct gen *g, enum ir_type type)
{
    static const u64 edges[] = {0,          1,          2,          3,
                                7,          8,          31,         32,
                                33,         63,         64,         0x7f,
                                0x80,       0xff,       0x100,      0x7fff,
                                0x8000,     0xffff,     0x7fffffff, 0x80000000,
                                0xffff8000, 0xfffffffe, 0xffffffff, 0x100000000,
                                1ull << 63, ~0ull >> 1, ~0ull,      0xffffffff80000000};
    u64 v = edges[below(g, ARRAY_LEN(edges))];
    if (percent(g, 30))
        v = (u64)rng_next(&g->rng) << 32 | rng_next(&g->rng);
    return type == IR_I32 ? (u32)v : v;
}

/* ---- the builder, or past its folding ---- */

static ir_ref emit(struct gen *g, struct ir_insn in)
{
    BUG_ON(g->r->ninsns == IR_MAX_INSNS);
    ir_ref i = (ir_ref)g->r->ninsns++;
    g->r->insn[i] = in;
    g->r->block[g->b.block].last = i;
    return i;
}

static void forget(struct gen *g)
{
    if (!g->o.raw)
        return;
    memset(g->b.known, 0, sizeof g->b.known);
    memset(g->b.knownf, 0, sizeof g->b.knownf);
}

static ir_ref binary(struct gen *g, enum ir_op op, enum ir_type type, ir_ref x, ir_ref y)
{
    return g->o.raw ? emit(g, (struct ir_insn){.op = (u8)op, .type = (u8)type, .a = x, .b = y})
                    : ir_binary(&g->b, op, x, y);
}

static ir_ref compare(struct gen *g, enum ir_cc cc, enum ir_type type, ir_ref x, ir_ref y)
{
    return g->o.raw ? emit(g,
                           (struct ir_insn){
                               .op = IR_CMP, .type = (u8)type, .cc = (u8)cc, .a = x, .b = y})
                    : ir_cmp(&g->b, cc, x, y);
}

static ir_ref unary(struct gen *g, enum ir_op op, enum ir_type type, ir_ref x)
{
    return g->o.raw ? emit(g, (struct ir_insn){.op = (u8)op, .type = (u8)type, .a = x})
                    : ir_unary(&g->b, op, x);
}

static ir_ref floating(struct gen *g, enum ir_op op, enum ir_type type, ir_ref x, ir_ref y)
{
    return g->o.raw ? emit(g, (struct ir_insn){.op = (u8)op, .type = (u8)type, .a = x, .b = y})
                    : ir_float(&g->b, op, type, x, y);
}

static ir_ref number(struct gen *g, enum ir_type type, u64 v)
{
    return ir_const(&g->b, type, v);
}

/* ---- values ---- */

static ir_ref keep(struct gen *g, enum ir_type type, ir_ref v)
{
    if (g->npool < POOL)
        g->pool[g->npool++] = (struct value){.ref = v, .type = type};
    return v;
}

/* A value of this block, often a late one. */
static ir_ref any(struct gen *g, enum ir_type type)
{
    unsigned from = below(g, g->npool);
    if (percent(g, 50))
        from = g->npool - 1 - below(g, g->npool < 4 ? g->npool : 4);
    for (unsigned i = 0; i < g->npool; i++) {
        const struct value *v = &g->pool[(from + g->npool - i) % g->npool];
        if (v->type == type)
            return v->ref;
    }
    return keep(g, type, number(g, type, any_number(g, type)));
}

static ir_ref any_or_number(struct gen *g, enum ir_type type)
{
    return percent(g, 30) ? number(g, type, any_number(g, type)) : any(g, type);
}

static enum ir_type value_type(const struct gen *g, u16 slot)
{
    return g->r->slot[slot].type == IR_I64 ? IR_I64 : IR_I32;
}

static void make_number(struct gen *g)
{
    enum ir_type type = any_type(g);
    keep(g, type, number(g, type, any_number(g, type)));
}

static void make_get(struct gen *g)
{
    u16 slot = (u16)below(g, g->nplain);
    forget(g);
    keep(g, value_type(g, slot), ir_get(&g->b, slot));
}

/* Behind all slots. */
static void make_peek(struct gen *g)
{
    u32 end = 0;
    for (unsigned i = 0; i < g->r->nslots; i++)
        end = end > g->r->slot[i].offset + 8 ? end : g->r->slot[i].offset + 8;
    enum ir_type type = any_type(g);
    ir_ref at = binary(g, IR_AND, IR_I32, any(g, IR_I32), number(g, IR_I32, 0x38));
    BUG_ON(end + 0x38 + 8 > IR_RIG_SLOTS);
    keep(g, type, ir_peek(&g->b, type, at, end));
}

static void make_left(struct gen *g)
{
    keep(g, IR_I64, ir_left(&g->b, (u16)below(g, 100)));
}

static void make_put(struct gen *g)
{
    u16 slot = (u16)below(g, g->nplain);
    ir_ref v = any_or_number(g, value_type(g, slot));
    forget(g);
    ir_put(&g->b, slot, v);
}

static void make_binary(struct gen *g)
{
    static const u8 ops[] = {IR_ADD, IR_ADD, IR_ADD, IR_SUB, IR_MUL, IR_AND, IR_OR, IR_XOR};
    enum ir_type type = any_type(g);
    enum ir_op op = ops[below(g, ARRAY_LEN(ops))];
    ir_ref x = any_or_number(g, type), y = any_or_number(g, type);
    keep(g, type, binary(g, op, type, x, y));
}

static void make_shift(struct gen *g)
{
    enum ir_type type = any_type(g);
    enum ir_op op = IR_SHL + below(g, 3);
    ir_ref x = any_or_number(g, type), y = any_or_number(g, IR_I32);
    keep(g, type, binary(g, op, type, x, y));
}

/* Neither 0 nor -1. */
static ir_ref make_divisor(struct gen *g, enum ir_type type)
{
    u64 sign = type == IR_I32 ? 1ull << 31 : 1ull << 63;
    ir_ref y = any(g, type);
    switch (below(g, 3)) {
    case 0:
        return number(g, type, 2 + below(g, 100));
    case 1:
        y = binary(g, IR_AND, type, y, number(g, type, sign - 1));
        return binary(g, IR_OR, type, y, number(g, type, 1));
    default:
        y = binary(g, IR_AND, type, y, number(g, type, ~2ull));
        return binary(g, IR_OR, type, y, number(g, type, sign | 1));
    }
}

static void make_divide(struct gen *g)
{
    enum ir_type type = any_type(g);
    enum ir_op op = IR_DIVS + below(g, 4);
    ir_ref x = any_or_number(g, type), y = make_divisor(g, type);
    keep(g, type, binary(g, op, type, x, y));
}

static ir_ref make_truth(struct gen *g)
{
    enum ir_type type = any_type(g);
    enum ir_cc cc = below(g, IR_GEU + 1);
    ir_ref x = any(g, type), y = any_or_number(g, type);
    return keep(g, IR_I32, compare(g, cc, type, x, y));
}

static void make_cmp(struct gen *g)
{
    ir_ref truth = make_truth(g);
    if (percent(g, 20))
        keep(g, IR_I32, compare(g, below(g, 2), IR_I32, truth, number(g, IR_I32, 0)));
}

static ir_ref any_condition(struct gen *g)
{
    return percent(g, 75) ? make_truth(g) : any_or_number(g, IR_I32);
}

static void make_select(struct gen *g)
{
    enum ir_type type = any_type(g);
    ir_ref c = any_condition(g), x = any_or_number(g, type), y = any_or_number(g, type);
    keep(g, type,
         g->o.raw
             ? emit(g, (struct ir_insn){.op = IR_SELECT, .type = (u8)type, .a = c, .b = x, .c = y})
             : ir_select(&g->b, c, x, y));
}

static void make_widen(struct gen *g)
{
    enum ir_op op = percent(g, 50) ? IR_SX32 : IR_ZX32;
    keep(g, IR_I64, unary(g, op, IR_I64, any_or_number(g, IR_I32)));
}

static void make_narrow(struct gen *g)
{
    enum ir_op op = percent(g, 50) ? IR_LO32 : IR_HI32;
    keep(g, IR_I32, unary(g, op, IR_I32, any_or_number(g, IR_I64)));
}

/* ---- points ---- */

static void bind(struct gen *g, struct ir_point *p, u16 slot)
{
    u32 v = (u32)any_number(g, IR_I32);
    for (unsigned i = 0; i < p->n; i++)
        if (p->map[i].slot == slot)
            return;
    p->map[p->n++] =
        (struct ir_binding){.slot = slot, .value = g->r->slot[slot].type == IR_I8 ? (u8)v : v};
}

static u16 any_point(struct gen *g)
{
    unsigned charge = g->r->block[g->b.block].charge;
    struct ir_point p = {.unspent = (u16)below(g, charge + 1), .reason = (u8)below(g, 256)};
    if (g->o.loose)
        for (unsigned n = below(g, IR_MAX_MAP + 1); n; n--)
            bind(g, &p, (u16)below(g, g->r->nslots));
    else
        for (unsigned i = g->nplain; i < g->r->nslots; i++)
            bind(g, &p, (u16)i);
    return ir_add_point(g->r, &p);
}

/* ---- what may leave ---- */

/* Mostly in memory and aligned. */
static ir_ref any_address(struct gen *g, enum ir_size size)
{
    static const u32 align[] = {[IR_S8] = 1, [IR_U8] = 1, [IR_S16] = 2, [IR_U16] = 2, [IR_W32] = 4};
    ir_ref at = any(g, IR_I32);
    u32 kind = below(g, 100);
    if (kind < 4)
        return at;
    u32 mask = kind < 12 ? IR_RIG_MEM - 1 : (IR_RIG_MEM / 4 - 1) & ~(align[size] - 1);
    u32 base = IR_RIG_MEM / 4 * (below(g, 2) ? 1 : 3);
    if (kind < 20)
        base = below(g, IR_RIG_MEM);
    at = binary(g, IR_AND, IR_I32, at, number(g, IR_I32, mask));
    return percent(g, 40) ? at : binary(g, IR_ADD, IR_I32, at, number(g, IR_I32, base));
}

static void make_load(struct gen *g)
{
    enum ir_size size = below(g, IR_W32 + 1);
    ir_ref at = any_address(g, size);
    keep(g, IR_I32, ir_load(&g->b, size, at, any_point(g)));
}

static void make_store(struct gen *g)
{
    enum ir_size size = below(g, IR_W32 + 1);
    ir_ref at = any_address(g, size), v = any_or_number(g, IR_I32);
    ir_store(&g->b, size, at, v, any_point(g));
}

/* Seldom true. */
static void make_guard(struct gen *g)
{
    enum ir_type type = any_type(g);
    ir_ref x = any(g, type), y = number(g, type, any_number(g, type));
    ir_ref cond = compare(g, IR_EQ, type, x, y);
    if (percent(g, 10))
        cond = any_condition(g);
    u16 point = any_point(g);
    if (g->o.raw)
        emit(g, (struct ir_insn){.op = IR_GUARD, .a = cond, .point = point});
    else
        ir_guard(&g->b, cond, point);
}

static void guard(struct gen *g, ir_ref cond)
{
    u16 point = any_point(g);
    if (g->o.raw)
        emit(g, (struct ir_insn){.op = IR_GUARD, .a = cond, .point = point});
    else
        ir_guard(&g->b, cond, point);
}

static void make_ask(struct gen *g)
{
    ir_ref cond = any_condition(g);
    u16 call = (u16)(CALLS + below(g, ASKS));
    bool loose = g->o.loose;
    g->o.loose = false; /* its point, too, changes nothing that is known */
    u16 point = any_point(g);
    g->o.loose = loose;
    if (g->o.raw)
        emit(g, (struct ir_insn){.op = IR_ASK, .a = cond, .imm = call, .point = point});
    else
        ir_ask(&g->b, cond, call, point);
}

/* ---- floating point: values that are kept are numbers, or bits that nobody computed ---- */

static enum ir_type any_float_type(struct gen *g)
{
    return percent(g, 50) ? IR_F32 : IR_F64;
}

static ir_ref new_float(struct gen *g, enum ir_type type)
{
    ir_ref lo = any(g, IR_I32), hi = any_or_number(g, IR_I32);
    if (percent(g, 50))
        return keep(g, type, floating(g, IR_FROM32, type, lo, 0));
    return keep(
        g, type,
        floating(g, type == IR_F32 ? IR_FBITS : IR_JOIN, type, lo, type == IR_F32 ? 0 : hi));
}

static ir_ref any_float(struct gen *g, enum ir_type type)
{
    unsigned from = g->npool ? below(g, g->npool) : 0;
    for (unsigned i = 0; i < g->npool; i++) {
        const struct value *v = &g->pool[(from + i) % g->npool];
        if (v->type == type)
            return v->ref;
    }
    return new_float(g, type);
}

/* A slot, and for an f64 the one that adjoins it; false: there is none from here on. */
static bool any_float_slot(struct gen *g, enum ir_type type, u16 *lo, u16 *hi)
{
    for (unsigned i = below(g, g->nplain); i + (type == IR_F64) < g->nplain; i++) {
        const struct ir_slot *s = &g->r->slot[i];
        bool pair = s[1].type == IR_I32 && s[1].offset == s->offset + 4;
        *lo = (u16)i;
        *hi = (u16)(i + 1);
        if (s->type == IR_I32 && (type == IR_F32 || pair))
            return true;
    }
    return false;
}

static void make_getf(struct gen *g)
{
    enum ir_type type = any_float_type(g);
    u16 lo, hi;
    forget(g);
    if (any_float_slot(g, type, &lo, &hi))
        keep(g, type, ir_getf(&g->b, type, lo, hi));
}

static void make_putf(struct gen *g)
{
    enum ir_type type = any_float_type(g);
    u16 lo, hi;
    ir_ref v = any_float(g, type);
    forget(g);
    if (any_float_slot(g, type, &lo, &hi))
        ir_putf(&g->b, lo, hi, v);
}

static void keep_number(struct gen *g, enum ir_type type, ir_ref v)
{
    guard(g, compare(g, IR_UNO, type, v, v));
    keep(g, type, v);
}

static void make_float_arith(struct gen *g)
{
    enum ir_type type = any_float_type(g);
    enum ir_op op = IR_FADD + below(g, 4);
    ir_ref x = any_float(g, type), y = any_float(g, type);
    keep_number(g, type, floating(g, op, type, x, y));
}

static void make_float_sign(struct gen *g)
{
    enum ir_type type = any_float_type(g);
    keep(g, type, floating(g, percent(g, 50) ? IR_FNEG : IR_FABS, type, any_float(g, type), 0));
}

static void make_float_convert(struct gen *g)
{
    bool wide = percent(g, 50);
    enum ir_type from = wide ? IR_F32 : IR_F64, to = wide ? IR_F64 : IR_F32;
    keep_number(g, to, floating(g, wide ? IR_WIDEN : IR_NARROW, to, any_float(g, from), 0));
}

static void make_float_round(struct gen *g)
{
    enum ir_type type = any_float_type(g);
    enum ir_op op = type == IR_F32 ? IR_ROUND : IR_ROUNDD;
    keep(g, IR_I32, floating(g, op, IR_I32, any_float(g, type), 0));
}

static void make_float_bits(struct gen *g)
{
    ir_ref wide = any_float(g, IR_F64), single = any_float(g, IR_F32);
    static const u8 ops[] = {IR_FLO, IR_FHI, IR_IBITS};
    u32 k = below(g, ARRAY_LEN(ops));
    keep(g, IR_I32, floating(g, ops[k], IR_I32, k == 2 ? single : wide, 0));
}

static void make_float_cmp(struct gen *g)
{
    static const u8 ccs[] = {IR_EQ, IR_NE, IR_LTS, IR_GES, IR_UNO, IR_ORD};
    enum ir_type type = any_float_type(g);
    enum ir_cc cc = ccs[below(g, ARRAY_LEN(ccs))];
    ir_ref x = any_float(g, type), y = any_float(g, type);
    ir_ref truth = keep(g, IR_I32, compare(g, cc, type, x, y));
    if (percent(g, 20))
        keep(g, IR_I32, compare(g, below(g, 2), IR_I32, truth, number(g, IR_I32, 0)));
    if (percent(g, 20))
        guard(g, truth);
}

static void make_float(struct gen *g)
{
    static void (*const kinds[])(struct gen * g) = {
        make_getf,          make_getf,        make_putf,       make_putf,      make_float_arith,
        make_float_arith,   make_float_arith, make_float_sign, make_float_cmp, make_float_cmp,
        make_float_convert, make_float_round, make_float_bits};
    kinds[g->floats ? below(g, ARRAY_LEN(kinds)) : 0](g);
}

static void make_floats(struct gen *g)
{
    for (unsigned n = 1 + below(g, 5); n && g->floats; n--)
        make_float(g);
}

static void make_call(struct gen *g)
{
    u16 call = (u16)below(g, CALLS);
    ir_do_call(&g->b, call, any_point(g));
}

/* Accesses off one base, as to a stack frame, with this and that between. */
static void make_frame(struct gen *g)
{
    static void (*const between[])(struct gen * g) = {make_put,    make_put,    make_get,
                                                      make_get,    make_cmp,    make_cmp,
                                                      make_binary, make_number, make_call};
    ir_ref base = any_address(g, percent(g, 90) ? IR_W32 : IR_U8);
    u32 step = percent(g, 90) ? 4 : 1, places = 1 + below(g, 12);
    for (unsigned n = 2 + below(g, 6); n; n--) {
        enum ir_size size = percent(g, 60) ? IR_W32 : below(g, IR_W32 + 1);
        ir_ref off = number(g, IR_I32, below(g, places) * step - (percent(g, 20) ? 16u : 0u));
        ir_ref at = percent(g, 10) ? base : binary(g, IR_ADD, IR_I32, base, off);
        if (percent(g, 50))
            keep(g, IR_I32, ir_load(&g->b, size, at, any_point(g)));
        else
            ir_store(&g->b, size, at, any_or_number(g, IR_I32), any_point(g));
        if (percent(g, 30))
            between[below(g, ARRAY_LEN(between))](g);
    }
}

static void make_any(struct gen *g)
{
    static const struct {
        void (*make)(struct gen *g);
        u32 weight;
    } kinds[] = {
        {make_number, 2}, {make_peek, 3},   {make_get, 16}, {make_put, 16},    {make_binary, 22},
        {make_shift, 8},  {make_divide, 3}, {make_cmp, 6},  {make_select, 4},  {make_widen, 4},
        {make_left, 2},   {make_narrow, 4}, {make_load, 8}, {make_store, 8},   {make_frame, 5},
        {make_guard, 3},  {make_call, 2},   {make_ask, 2},  {make_floats, 10},
    };
    u32 sum = 0;
    for (unsigned i = 0; i < ARRAY_LEN(kinds); i++)
        sum += kinds[i].weight;
    u32 at = below(g, sum);
    unsigned i = 0;
    for (; at >= kinds[i].weight; i++)
        at -= kinds[i].weight;
    kinds[i].make(g);
}

/* ---- ends ---- */

static void end_out(struct gen *g)
{
    switch (below(g, 3)) {
    case 0:
        ir_chain(&g->b, any_number(g, IR_I32));
        break;
    case 1:
        ir_indirect(&g->b, any_or_number(g, IR_I32));
        break;
    default:
        ir_leave(&g->b, any_point(g));
    }
}

/* A block that charges nothing leads only to later ones, so that every loop charges. */
static u16 any_block(struct gen *g)
{
    unsigned here = g->b.block;
    if (g->r->block[here].charge)
        return (u16)below(g, g->nblocks);
    return (u16)(here + 1 + below(g, g->nblocks - here - 1));
}

static void end_switch(struct gen *g)
{
    struct ir_case cases[IR_MAX_CASES];
    unsigned n = percent(g, 10) ? IR_MAX_CASES : below(g, 6);
    u32 base = percent(g, 70) ? 0 : (u32)any_number(g, IR_I32), step = 1u << below(g, 8);
    ir_ref v = any(g, IR_I32);
    if (percent(g, 80)) {
        v = binary(g, IR_AND, IR_I32, v, number(g, IR_I32, 15));
        v = binary(g, IR_MUL, IR_I32, v, number(g, IR_I32, step));
        v = binary(g, IR_ADD, IR_I32, v, number(g, IR_I32, base));
    }
    for (unsigned i = 0; i < n; i++)
        cases[i] = (struct ir_case){.value = base + i * step, .block = any_block(g)};
    g->ncases += n;
    ir_switch(&g->b, v, cases, n, any_block(g));
}

static void end_branch(struct gen *g)
{
    ir_ref cond = any_condition(g);
    u16 t = any_block(g), f = any_block(g);
    if (g->o.raw)
        emit(g, (struct ir_insn){.op = IR_BRANCH, .a = cond, .t = t, .f = f});
    else
        ir_branch(&g->b, cond, t, f);
}

static void end_any(struct gen *g)
{
    bool last = !g->r->block[g->b.block].charge && g->b.block + 1u >= g->nblocks;
    u32 kind = below(g, 100);
    if (last || kind < 25)
        end_out(g);
    else if (kind < 40 && g->ncases + IR_MAX_CASES <= ARRAY_LEN(g->r->cases))
        end_switch(g);
    else if (kind < 75)
        end_branch(g);
    else
        ir_jump(&g->b, any_block(g));
}

/* ---- the region ---- */

static void make_slots(struct gen *g)
{
    static const struct {
        u8 type, size;
    } kinds[] = {{IR_I32, 4}, {IR_I32, 4}, {IR_I64, 8}, {IR_I8, 1}};
    unsigned n = 4 + below(g, percent(g, 20) ? 40 : 12);
    u32 at = 0;
    for (unsigned i = 0; i < n; i++) {
        unsigned k = i ? below(g, ARRAY_LEN(kinds)) : 0;
        at = (at + kinds[k].size - 1u) & ~(kinds[k].size - 1u);
        ir_slot_at(g->r, at, kinds[k].type);
        at += kinds[k].size + 4 * below(g, 2);
    }
    g->nplain = n - below(g, 4);
}

static void make_calls(struct gen *g)
{
    for (unsigned i = 0; i < CALLS + ASKS; i++) {
        bool (*helper)(void *, u64) =
            percent(g, 60) ? ir_rig_helper_mixes : ir_rig_helper_may_refuse;
        if (i >= CALLS)
            helper = ir_rig_helper_looks;
        ir_add_call(g->r, (u64)(uintptr_t)helper, rng_next(&g->rng));
    }
}

static void begin(struct gen *g, unsigned block, u16 charge)
{
    struct ir_block *b = &g->r->block[block];
    ir_begin(&g->b, g->r, (u16)block);
    g->npool = 0;
    b->charge = charge;
    b->depth = (u8)below(g, 4);
    b->point = any_point(g);
}

static void make_block(struct gen *g, unsigned block)
{
    begin(g, block, percent(g, 12) ? 0 : (u16)(1 + below(g, 6)));
    for (unsigned n = below(g, 4); n; n--)
        make_get(g);
    for (unsigned n = below(g, g->o.insns + 1); n; n--)
        make_any(g);
    end_any(g);
}

static void make_check(struct gen *g)
{
    g->r->check = ir_new_block(g->r);
    begin(g, g->r->check, 0);
    for (unsigned n = below(g, 4); n; n--) {
        make_get(g);
        make_binary(g);
    }
    make_guard(g);
    ir_jump(&g->b, g->r->entry);
}

struct ir_region *ir_random(u64 seed, const struct ir_random_options *options)
{
    struct gen g = {.rng = {seed}, .r = ir_region_new()};
    if (options)
        g.o = *options;
    g.o.blocks = g.o.blocks ? g.o.blocks : 8;
    g.o.insns = g.o.insns ? g.o.insns : 16;
    BUG_ON(g.o.blocks > 16 || g.o.insns > 64);
    make_slots(&g);
    make_calls(&g);
    g.floats = percent(&g, 50);
    g.nblocks = 1 + below(&g, g.o.blocks);
    for (unsigned i = 0; i < g.nblocks; i++)
        ir_new_block(g.r);
    g.r->entry = percent(&g, 80) ? 0 : (u16)below(&g, g.nblocks);
    for (unsigned i = 0; i < g.nblocks; i++)
        make_block(&g, i);
    if (percent(&g, 30))
        make_check(&g);
    return g.r;
}
