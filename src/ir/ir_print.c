/* SPDX-License-Identifier: ISC */
/*
 * A region as text, for people; also a region that ir_verify refuses. Constants stand where they
 * are used, so the instructions that make them are not listed.
 */
#include "ir/ir.h"

#include <inttypes.h>

static const char *const ir_type_names[] = {
    [IR_VOID] = "void", [IR_I32] = "i32", [IR_I64] = "i64",
    [IR_F32] = "f32",   [IR_F64] = "f64", [IR_I8] = "i8",
};
static const char *const ir_cc_names[] = {"eq", "ne", "lts", "ges", "ltu", "geu", "uno", "ord"};
static const char *const ir_size_names[] = {"s8", "u8", "s16", "u16", "w32"};

#define IR_NAME(table, i) ((i) < ARRAY_LEN(table) ? (table)[i] : "?")

static void ir_print_number(u64 v, FILE *out)
{
    fprintf(out, v < 10 ? "%" PRIu64 : "0x%" PRIx64, v);
}

static void ir_print_ref(const struct ir_region *r, ir_ref v, FILE *out)
{
    if (v && v < r->ninsns && r->insn[v].op == IR_CONST)
        ir_print_number(r->insn[v].imm, out);
    else
        fprintf(out, "v%u", v);
}

typedef const char *ir_slot_name(u32 offset);

static void ir_print_slot(const struct ir_region *r, u64 slot, ir_slot_name *name, FILE *out)
{
    if (name && slot < r->nslots) {
        fputs(name(r->slot[slot].offset), out);
        return;
    }
    fprintf(out, "s%" PRIu64, slot);
    if (slot < r->nslots)
        fprintf(out, "@0x%x", r->slot[slot].offset);
}

static void ir_print_point(const struct ir_region *r, unsigned at, FILE *out)
{
    const struct ir_point *p = &r->point[at];
    fprintf(out, "point %u: unspent %u, reason %u", at, p->unspent, p->reason);
    for (unsigned i = 0; i < p->n && i < IR_MAX_MAP; i++) {
        fprintf(out, ", ");
        ir_print_slot(r, p->map[i].slot, NULL, out);
        fprintf(out, " = ");
        ir_print_number(p->map[i].value, out);
    }
    fprintf(out, "\n");
}

/* ---- instructions ---- */

/* `v12 = ` or `v12:i64 = `, if it yields a value. */
static void ir_print_result(const struct ir_insn *in, unsigned at, FILE *out)
{
    enum ir_type type = ir_type_of(in);
    if (type == IR_I32)
        fprintf(out, "v%u = ", at);
    else if (type != IR_VOID)
        fprintf(out, "v%u:%s = ", at, IR_NAME(ir_type_names, type));
}

static void ir_print_op(const struct ir_insn *in, FILE *out)
{
    fprintf(out, "%s", ir_ops[in->op].name);
    if (in->op == IR_CMP)
        fprintf(out, ".%s%s%s", IR_NAME(ir_cc_names, in->cc), in->type == IR_I32 ? "" : ".",
                in->type == IR_I32 ? "" : IR_NAME(ir_type_names, in->type));
    if (in->op == IR_LOAD || in->op == IR_STORE)
        fprintf(out, ".%s", IR_NAME(ir_size_names, in->size));
}

/* What stands in the instruction itself; true if something does. */
static bool ir_print_own(const struct ir_region *r, const struct ir_insn *in, ir_slot_name *name,
                         FILE *out)
{
    switch (in->op) {
    case IR_GET:
    case IR_PUT:
        fprintf(out, " ");
        ir_print_slot(r, in->imm, name, out);
        return true;
    case IR_GETF:
    case IR_PUTF:
        fprintf(out, " ");
        ir_print_slot(r, in->imm & 0xffff, name, out);
        if (in->type == IR_F64) {
            fprintf(out, ":");
            ir_print_slot(r, in->imm >> 16, name, out);
        }
        return true;
    case IR_PEEK:
        fprintf(out, " 0x%" PRIx64 " +", in->imm);
        return false;
    case IR_CALL:
    case IR_ASK:
        fprintf(out, " helper %" PRIu64, in->imm);
        if (in->imm < r->ncalls)
            fprintf(out, "(0x%" PRIx64 ")", r->call[in->imm].arg);
        return true;
    case IR_LEFT:
    case IR_CHAIN:
        fprintf(out, " 0x%" PRIx64, in->imm);
        return true;
    default:
        return false;
    }
}

static void ir_print_cases(const struct ir_region *r, unsigned at, FILE *out)
{
    const struct ir_block *b = r->block;
    while (b < r->block + r->nblocks && b->last != at)
        b++;
    if (b == r->block + r->nblocks)
        return;
    for (unsigned i = 0; i < b->ncases && b->cases + i < r->ncases; i++) {
        fprintf(out, ", ");
        ir_print_number(r->cases[b->cases + i].value, out);
        fprintf(out, ": block %u", r->cases[b->cases + i].block);
    }
    fprintf(out, ", else");
}

/* Where it leads. */
static void ir_print_ways(const struct ir_region *r, unsigned at, FILE *out)
{
    const struct ir_insn *in = &r->insn[at];
    switch (in->op) {
    case IR_JUMP:
        fprintf(out, " block %u", in->t);
        break;
    case IR_BRANCH:
        fprintf(out, ", block %u, else block %u", in->t, in->f);
        break;
    case IR_SWITCH:
        ir_print_cases(r, at, out);
        fprintf(out, " block %u", in->f);
        break;
    default:
        if (in->point)
            fprintf(out, " at point %u", in->point);
    }
}

void ir_print_insn(const struct ir_region *r, unsigned at, ir_slot_name *name, FILE *out)
{
    const struct ir_insn *in = &r->insn[at];
    if (in->op >= IR_NOPS) {
        fprintf(out, "operation %u", in->op);
        return;
    }
    const ir_ref refs[3] = {in->a, in->b, in->c};
    ir_print_result(in, at, out);
    ir_print_op(in, out);
    bool own = ir_print_own(r, in, name, out);
    for (unsigned i = 0; i < ir_ops[in->op].operands; i++) {
        fprintf(out, own || i ? ", " : " ");
        ir_print_ref(r, refs[i], out);
    }
    ir_print_ways(r, at, out);
}

/* ---- the region ---- */

static void ir_print_block(const struct ir_region *r, unsigned at, FILE *out)
{
    const struct ir_block *b = &r->block[at];
    fprintf(out, "block %u: charge %u, depth %u, point %u%s%s\n", at, b->charge, b->depth, b->point,
            at == r->entry ? ", the entry" : "", at == r->check ? ", the check" : "");
    for (unsigned i = b->first; b->first && i <= b->last && i < r->ninsns; i++) {
        if (r->insn[i].op == IR_CONST)
            continue;
        fputs("    ", out);
        ir_print_insn(r, i, NULL, out);
        fputs("\n", out);
    }
}

void ir_print(const struct ir_region *r, FILE *out)
{
    for (unsigned i = 0; i < r->nslots; i++)
        fprintf(out, "slot s%u@0x%x: %s\n", i, r->slot[i].offset,
                IR_NAME(ir_type_names, r->slot[i].type));
    for (unsigned i = 1; i < r->npoints; i++)
        ir_print_point(r, i, out);
    for (unsigned i = 0; i < r->nblocks; i++)
        ir_print_block(r, i, out);
}
