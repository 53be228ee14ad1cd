/* SPDX-License-Identifier: ISC */
/*
 * The rules of a region, as ir.h and ir.def state them: what a back end may rely on. Blocks that
 * nothing leads to are not looked at: a front end may have asked for more than it filled.
 */
#include "ir/ir.h"
#include "lib/bug.h"

/* The result, then the operands: T the instruction's own type, i i32, l i64, f f32, d f64, F the
 * instruction's own of floating point, - no value. */
static const char *const ir_signature[IR_NOPS] = {
    [IR_CONST] = "T",   [IR_GET] = "T",     [IR_PEEK] = "Ti",     [IR_PUT] = "-T",
    [IR_ADD] = "TTT",   [IR_SUB] = "TTT",   [IR_MUL] = "TTT",     [IR_AND] = "TTT",
    [IR_OR] = "TTT",    [IR_XOR] = "TTT",   [IR_SHL] = "TTi",     [IR_SHR] = "TTi",
    [IR_SAR] = "TTi",   [IR_DIVS] = "TTT",  [IR_DIVU] = "TTT",    [IR_REMS] = "TTT",
    [IR_REMU] = "TTT",  [IR_CMP] = "iTT",   [IR_SELECT] = "TiTT", [IR_SX32] = "li",
    [IR_ZX32] = "li",   [IR_LO32] = "il",   [IR_HI32] = "il",     [IR_LOAD] = "ii",
    [IR_STORE] = "-ii", [IR_GUARD] = "-i",  [IR_CALL] = "-",      [IR_JUMP] = "-",
    [IR_BRANCH] = "-i", [IR_SWITCH] = "-i", [IR_CHAIN] = "-",     [IR_INDIRECT] = "-i",
    [IR_LEAVE] = "-",   [IR_LEFT] = "l",    [IR_ASK] = "-i",      [IR_GETF] = "F",
    [IR_PUTF] = "-F",   [IR_FADD] = "FFF",  [IR_FSUB] = "FFF",    [IR_FMUL] = "FFF",
    [IR_FDIV] = "FFF",  [IR_FNEG] = "FF",   [IR_FABS] = "FF",     [IR_WIDEN] = "df",
    [IR_NARROW] = "fd", [IR_FROM32] = "Fi", [IR_ROUND] = "if",    [IR_ROUNDD] = "id",
    [IR_FBITS] = "fi",  [IR_IBITS] = "if",  [IR_JOIN] = "dii",    [IR_FLO] = "id",
    [IR_FHI] = "id",
};

struct ir_checked {
    const struct ir_region *r;
    bool reached[IR_MAX_BLOCKS];
    bool pays[IR_MAX_BLOCKS]; /* no way on from here is free of charge forever */
    bool taken[IR_MAX_INSNS]; /* by a block */
};

static enum ir_type ir_slot_value(const struct ir_slot *s)
{
    return s->type == IR_I8 ? IR_I32 : s->type;
}

static unsigned ir_slot_bytes(const struct ir_slot *s)
{
    return s->type == IR_I8 ? 1 : s->type == IR_I32 ? 4 : 8;
}

/* ---- tables ---- */

static const char *ir_check_counts(const struct ir_region *r)
{
    if (r->full)
        return "a table of the region has overflowed";
    if (r->ninsns > IR_MAX_INSNS || r->nblocks > IR_MAX_BLOCKS || r->nslots > IR_MAX_SLOTS ||
        r->npoints > IR_MAX_POINTS || r->ncases > ARRAY_LEN(r->cases) ||
        r->ncalls > ARRAY_LEN(r->call))
        return "a table holds more than it can";
    if (r->entry >= r->nblocks)
        return "the entry is no block";
    if (r->check != IR_NO_BLOCK && r->check >= r->nblocks)
        return "the check is no block";
    return NULL;
}

static bool ir_slots_overlap(const struct ir_slot *x, const struct ir_slot *y)
{
    return x->offset < (u64)y->offset + ir_slot_bytes(y) &&
           y->offset < (u64)x->offset + ir_slot_bytes(x);
}

static const char *ir_check_slots(const struct ir_region *r)
{
    for (unsigned i = 0; i < r->nslots; i++) {
        u8 type = r->slot[i].type;
        if (type == IR_F32 || type == IR_F64)
            return "a slot is of floating point, which lives in slots of i32";
        if (type != IR_I8 && type != IR_I32 && type != IR_I64)
            return "a slot is of no type";
        for (unsigned k = 0; k < i; k++)
            if (ir_slots_overlap(&r->slot[i], &r->slot[k]))
                return "slots overlap";
    }
    return NULL;
}

static const char *ir_check_point(const struct ir_region *r, const struct ir_point *p)
{
    if (p->n > IR_MAX_MAP)
        return "a point's map is too long";
    for (unsigned i = 0; i < p->n; i++) {
        if (p->map[i].slot >= r->nslots)
            return "a point binds a slot that is none";
        if (r->slot[p->map[i].slot].type == IR_I8 && p->map[i].value > 0xff)
            return "a point binds a byte to more than a byte";
        for (unsigned k = 0; k < i; k++)
            if (p->map[k].slot == p->map[i].slot)
                return "a point binds a slot twice";
    }
    return NULL;
}

static const char *ir_check_points(const struct ir_region *r)
{
    const char *bad = NULL;
    for (unsigned i = 1; !bad && i < r->npoints; i++)
        bad = ir_check_point(r, &r->point[i]);
    return bad;
}

/* ---- the graph ---- */

static const struct ir_insn *ir_end_of(const struct ir_region *r, unsigned block)
{
    return &r->insn[r->block[block].last];
}

/* How many blocks follow a block. */
static unsigned ir_nsuccessors(const struct ir_region *r, unsigned block)
{
    switch (ir_end_of(r, block)->op) {
    case IR_JUMP:
        return 1;
    case IR_BRANCH:
        return 2;
    case IR_SWITCH:
        return 1u + r->block[block].ncases;
    default:
        return 0;
    }
}

static u16 ir_successor(const struct ir_region *r, unsigned block, unsigned i)
{
    const struct ir_insn *end = ir_end_of(r, block);
    if (end->op == IR_SWITCH)
        return i ? r->cases[r->block[block].cases + i - 1].block : end->f;
    return i ? end->f : end->t;
}

/* That it is a run of instructions of its own with one END, the last. */
static const char *ir_check_shape(struct ir_checked *c, const struct ir_block *b)
{
    const struct ir_region *r = c->r;
    if (!b->first || b->first > b->last || b->last >= r->ninsns)
        return "a block that is reached has no instructions";
    for (unsigned i = b->first; i <= b->last; i++) {
        if (c->taken[i])
            return "two blocks share an instruction";
        c->taken[i] = true;
        if (r->insn[i].op >= IR_NOPS)
            return "an instruction has no such operation";
        bool ends = ir_ops[r->insn[i].op].effect == IR_ENDS;
        if (ends && i < b->last)
            return "a block goes on after its end";
        if (!ends && i == b->last)
            return "a block has no end";
    }
    return NULL;
}

static const char *ir_check_cases(const struct ir_region *r, const struct ir_block *b)
{
    if (b->ncases > IR_MAX_CASES)
        return "a switch has too many cases";
    if (b->cases + (unsigned)b->ncases > r->ncases)
        return "a switch has cases that are none";
    for (unsigned i = 0; i < b->ncases; i++)
        for (unsigned k = 0; k < i; k++)
            if (r->cases[b->cases + i].value == r->cases[b->cases + k].value)
                return "a switch has a case twice";
    return NULL;
}

static const char *ir_check_successors(const struct ir_region *r, unsigned block)
{
    const char *bad = NULL;
    if (ir_end_of(r, block)->op == IR_SWITCH)
        bad = ir_check_cases(r, &r->block[block]);
    for (unsigned i = 0; !bad && i < ir_nsuccessors(r, block); i++) {
        u16 to = ir_successor(r, block, i);
        if (to >= r->nblocks)
            bad = "an end leads to a block that is none";
        else if (to == r->check)
            bad = "the check is entered from inside";
    }
    return bad;
}

/* Marks what can be reached from `from`, each block once its shape is known to be right. */
static const char *ir_reach(struct ir_checked *c, unsigned from)
{
    u16 todo[IR_MAX_BLOCKS];
    unsigned n = 0;
    if (!c->reached[from])
        todo[n++] = (u16)from;
    c->reached[from] = true;
    while (n) {
        unsigned block = todo[--n];
        const char *bad = ir_check_shape(c, &c->r->block[block]);
        if (!bad)
            bad = ir_check_successors(c->r, block);
        if (bad)
            return bad;
        for (unsigned i = 0; i < ir_nsuccessors(c->r, block); i++) {
            u16 to = ir_successor(c->r, block, i);
            if (!c->reached[to])
                todo[n++] = to;
            c->reached[to] = true;
        }
    }
    return NULL;
}

static const char *ir_check_check(const struct ir_region *r)
{
    if (r->check == IR_NO_BLOCK)
        return NULL;
    const struct ir_insn *end = ir_end_of(r, r->check);
    if (end->op != IR_JUMP || end->t != r->entry)
        return "the check does not jump to the entry";
    for (unsigned i = r->block[r->check].first; i < r->block[r->check].last; i++) {
        u8 op = r->insn[i].op;
        if (ir_ops[op].effect != IR_PURE && op != IR_GET && op != IR_PEEK && op != IR_GUARD)
            return "the check does more than look at slots";
    }
    return r->block[r->check].charge ? "the check charges" : NULL;
}

static bool ir_all_pay(const struct ir_checked *c, unsigned block)
{
    for (unsigned i = 0; i < ir_nsuccessors(c->r, block); i++)
        if (!c->pays[ir_successor(c->r, block, i)])
            return false;
    return true;
}

static const char *ir_check_loops(struct ir_checked *c)
{
    const struct ir_region *r = c->r;
    for (bool more = true; more;) {
        more = false;
        for (unsigned i = 0; i < r->nblocks; i++)
            if (c->reached[i] && !c->pays[i] && (r->block[i].charge || ir_all_pay(c, i)))
                more = c->pays[i] = true;
    }
    for (unsigned i = 0; i < r->nblocks; i++)
        if (c->reached[i] && !c->pays[i])
            return "a loop charges nothing";
    return NULL;
}

/* ---- instructions ---- */

static enum ir_type ir_type_meant(char what, const struct ir_insn *in)
{
    switch (what) {
    case 'T':
    case 'F':
        return in->type;
    case 'f':
        return IR_F32;
    case 'd':
        return IR_F64;
    case 'i':
        return IR_I32;
    case 'l':
        return IR_I64;
    default:
        return IR_VOID;
    }
}

static const char *ir_check_type(const struct ir_insn *in)
{
    const char *sig = ir_signature[in->op];
    bool own = sig[0] == 'T' || sig[1] == 'T', own_float = sig[0] == 'F' || sig[1] == 'F';
    bool whole = in->type == IR_I32 || in->type == IR_I64;
    bool is_float = in->type == IR_F32 || in->type == IR_F64;
    bool right = own         ? whole || (in->op == IR_CMP && is_float)
                 : own_float ? is_float
                             : in->type == ir_type_meant(sig[0], in);
    if (!right)
        return "an instruction is of the wrong type";
    return NULL;
}

static const char *ir_check_operands(const struct ir_region *r, unsigned at, unsigned first)
{
    const struct ir_insn *in = &r->insn[at];
    const ir_ref refs[3] = {in->a, in->b, in->c};
    const char *sig = ir_signature[in->op];
    for (unsigned i = 0; i < 3; i++) {
        if (i >= ir_ops[in->op].operands) {
            if (refs[i])
                return "an instruction has an operand too many";
            continue;
        }
        if (refs[i] < first || refs[i] >= at)
            return "an operand is not defined earlier in its block";
        if (ir_type_of(&r->insn[refs[i]]) != ir_type_meant(sig[i + 1], in))
            return "an operand is of the wrong type";
    }
    return NULL;
}

static const char *ir_check_slot_use(const struct ir_region *r, const struct ir_insn *in)
{
    if (in->imm >= r->nslots)
        return "an instruction's slot is none";
    if (ir_slot_value(&r->slot[in->imm]) != in->type)
        return "an instruction's slot is of another type";
    return NULL;
}

static const char *ir_check_float_slots(const struct ir_region *r, const struct ir_insn *in)
{
    u64 lo = in->imm & 0xffff, hi = in->imm >> 16;
    if (lo >= r->nslots || hi >= r->nslots || (in->type == IR_F32 && hi))
        return "an instruction's slot is none";
    if (r->slot[lo].type != IR_I32 || (in->type == IR_F64 && r->slot[hi].type != IR_I32))
        return "an instruction's slot is of another type";
    if (in->type == IR_F64 && r->slot[hi].offset != r->slot[lo].offset + 4)
        return "the halves of a slot of floating point do not adjoin";
    return NULL;
}

static const char *ir_check_cc(const struct ir_insn *in)
{
    bool is_float = in->type == IR_F32 || in->type == IR_F64;
    bool known =
        is_float ? in->cc <= IR_ORD && in->cc != IR_LTU && in->cc != IR_GEU : in->cc <= IR_GEU;
    return known ? NULL : "a comparison compares in no known way";
}

static const char *ir_check_fields(const struct ir_region *r, const struct ir_insn *in)
{
    switch (in->op) {
    case IR_CONST:
        return in->type == IR_I32 && in->imm >> 32 ? "a constant is wider than its type" : NULL;
    case IR_GET:
    case IR_PUT:
        return ir_check_slot_use(r, in);
    case IR_CMP:
        return ir_check_cc(in);
    case IR_GETF:
    case IR_PUTF:
        return ir_check_float_slots(r, in);
    case IR_LOAD:
    case IR_STORE:
        return in->size > IR_W32 ? "an access is of no known size" : NULL;
    case IR_CALL:
    case IR_ASK:
        return in->imm >= r->ncalls ? "a call's helper is none" : NULL;
    default:
        return NULL;
    }
}

static const char *ir_check_exit(const struct ir_region *r, const struct ir_block *b,
                                 const struct ir_insn *in)
{
    bool leaves = ir_ops[in->op].effect == IR_LEAVES || in->op == IR_LEAVE;
    if (leaves && !in->point)
        return "an instruction that may leave has no point";
    if (!leaves)
        return in->point ? "an instruction that cannot leave has a point" : NULL;
    if (in->point >= r->npoints)
        return "an instruction's point is none";
    return r->point[in->point].unspent > b->charge ? "a point gives back more than was charged"
                                                   : NULL;
}

static const char *ir_check_block(const struct ir_region *r, const struct ir_block *b)
{
    if (b->point >= r->npoints)
        return "a block's point is none";
    if (b->charge && !b->point)
        return "a block that charges has no point";
    const char *bad = NULL;
    for (unsigned i = b->first; !bad && i <= b->last; i++) {
        const struct ir_insn *in = &r->insn[i];
        bad = ir_check_type(in);
        if (!bad)
            bad = ir_check_operands(r, i, b->first);
        if (!bad)
            bad = ir_check_fields(r, in);
        if (!bad)
            bad = ir_check_exit(r, b, in);
    }
    return bad;
}

static const char *ir_check_blocks(const struct ir_checked *c)
{
    const char *bad = NULL;
    for (unsigned i = 0; !bad && i < c->r->nblocks; i++)
        if (c->reached[i])
            bad = ir_check_block(c->r, &c->r->block[i]);
    return bad;
}

const char *ir_verify(const struct ir_region *r)
{
    struct ir_checked c = {.r = r};
    const char *bad = ir_check_counts(r);
    if (!bad)
        bad = ir_check_slots(r);
    if (!bad)
        bad = ir_check_points(r);
    if (!bad)
        bad = ir_reach(&c, r->entry);
    if (!bad && r->check != IR_NO_BLOCK)
        bad = ir_reach(&c, r->check);
    if (!bad)
        bad = ir_check_check(r);
    if (!bad)
        bad = ir_check_blocks(&c);
    if (!bad)
        bad = ir_check_loops(&c);
    return bad;
}
