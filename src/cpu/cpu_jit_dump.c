/* SPDX-License-Identifier: ISC */
/*
 * A region for a reader: each guest instruction, below it the IR that it became, below that the
 * host's instructions. Block by block in the order of the code; then what lies out of the way.
 */
#include "cpu/cpu_jit_int.h"
#include "host/host_disasm.h"
#include "isa/mips_text.h"

#include <inttypes.h>
#include <stddef.h>
#include <string.h>

struct cpu_jit_dump {
    const struct cpu_jit *t;
    const struct mips *c;
    const struct cpu_region *r;
    const struct ir_region *ir;
    FILE *out;
    const u8 *code;
    size_t len;
    const struct jit_note *note;
    unsigned nnotes;
    u32 pc;   /* of the guest instruction shown last, */
    u32 last; /* and of the last of this block that was shown */
};

/* ---- names ---- */

static const char *cpu_jit_dump_slot(u32 offset)
{
    const u32 regs = offsetof(struct mips, r);
    static const struct {
        u32 offset;
        const char *name;
    } others[] = {
        {offsetof(struct mips, pc), "pc"},
        {offsetof(struct mips, npc), "npc"},
        {offsetof(struct mips, bd), "bd"},
        {offsetof(struct mips, r) + 4 * MIPS_HI, "hi"},
        {offsetof(struct mips, r) + 4 * MIPS_LO, "lo"},
        {offsetof(struct mips, mix), "mix"},
        {offsetof(struct mips, tag_low), "tag"},
        {offsetof(struct mips, status), "status"},
        {offsetof(struct mips, cause), "cause"},
        {offsetof(struct mips, epc), "epc"},
        {offsetof(struct mips, badvaddr), "badvaddr"},
        {offsetof(struct mips, context), "context"},
        {offsetof(struct mips, entryhi), "entryhi"},
        {offsetof(struct mips, entrylo), "entrylo"},
        {offsetof(struct mips, index), "index"},
    };
    for (size_t k = 0; k < ARRAY_LEN(others); k++)
        if (others[k].offset == offset)
            return others[k].name;
    return offset >= regs && offset < regs + 32 * 4 ? mips_text_register((offset - regs) / 4)
                                                    : "other";
}

/* "80012340 <sort+0x1c>" */
static void cpu_jit_dump_place(const struct cpu_jit_dump *d, u32 pc)
{
    char text[TRACE_PLACE];
    const char *place = trace_place(d->c->trace, d->c->number, pc, text);
    fprintf(d->out, "%08x", pc);
    if (*place)
        fprintf(d->out, " <%s>", place + 1);
}

static u32 cpu_jit_dump_end(const struct cpu_jit_dump *d, unsigned k)
{
    return k + 1 < d->nnotes ? d->note[k + 1].at : (u32)d->len;
}

/* ---- host code ---- */

static void cpu_jit_dump_part(const struct jit_note *n, char text[HOST_DISASM_TEXT])
{
    static const char *const kind[] = {
        [JIT_PART_CHECK] = "the check", [JIT_PART_ENTRY] = "the entry",
        [JIT_PART_BLOCK] = "block ",    [JIT_PART_COPY] = "copy from v",
        [JIT_PART_STUB] = "stub of v",  [JIT_PART_SPENT] = "spent, block "};
    if (n->part == JIT_PART_THUNK)
        snprintf(text, HOST_DISASM_TEXT, "thunk: %s", n->what);
    else if (n->part == JIT_PART_CHECK || n->part == JIT_PART_ENTRY)
        snprintf(text, HOST_DISASM_TEXT, "%s", kind[n->part]);
    else
        snprintf(text, HOST_DISASM_TEXT, "%s%u", kind[n->part], n->which);
}

/* What a jump goes to, which has a name; false: the middle of something. */
static bool cpu_jit_dump_label(const struct cpu_jit_dump *d, i64 to, char text[HOST_DISASM_TEXT])
{
    if (to < 0 || to >= (i64)d->len) {
        const char *common = jit_common_name(d->t->jit, d->code + to);
        snprintf(text, HOST_DISASM_TEXT, "common: %s", common ? common : "");
        return common;
    }
    for (unsigned k = 0; k < d->nnotes; k++) {
        const struct jit_note *n = &d->note[k];
        if (n->at != to || n->part == JIT_PART_INSN)
            continue;
        cpu_jit_dump_part(n, text);
        return true;
    }
    return false;
}

/* Jumps and calls by distance get the name of where they go. */
static void cpu_jit_dump_target(const struct cpu_jit_dump *d, u32 at, size_t n, char *text)
{
    const u8 *p = d->code + at;
    bool jump = (n == 5 && (p[0] & 0xfe) == 0xe8) || (n == 6 && p[0] == 0x0f && p[1] >> 4 == 8);
    char label[HOST_DISASM_TEXT];
    i32 distance;
    if (!jump)
        return;
    memcpy(&distance, p + n - 4, 4);
    if (cpu_jit_dump_label(d, (i64)at + (i64)n + distance, label)) {
        size_t word = strcspn(text, " ");
        snprintf(text + word, HOST_DISASM_TEXT - word, " %.150s", label);
    }
}

static void cpu_jit_dump_host(const struct cpu_jit_dump *d, u32 at, u32 end)
{
    while (at < end) {
        char text[HOST_DISASM_TEXT] = "";
        size_t n =
            d->t->disasm ? host_disasm_one(d->t->disasm, d->code + at, end - at, at, text) : 0;
        if (n)
            cpu_jit_dump_target(d, at, n, text);
        else
            n = end - at < 12 ? end - at : 12;
        fprintf(d->out, "%20x ", at);
        for (size_t k = 0; k < n; k++)
            fprintf(d->out, " %02x", d->code[at + k]);
        fprintf(d->out, *text ? "%*s%s\n" : "\n", n < 11 ? (int)(3 * (11 - n)) : 1, "", text);
        at += (u32)n;
    }
}

/* ---- guest code and IR ---- */

static const struct mips_node *cpu_jit_dump_node(const struct cpu_jit_dump *d, u32 pc)
{
    const struct mips_region *g = d->t->graph;
    for (unsigned k = 0; k < g->nnodes; k++)
        if (pc - g->node[k].pc < 4u * g->node[k].n)
            return &g->node[k];
    return NULL;
}

static void cpu_jit_dump_guest(struct cpu_jit_dump *d, u32 pc)
{
    const struct mips_node *node = cpu_jit_dump_node(d, pc);
    char text[80];
    d->pc = pc;
    if (pc - d->last == 4)
        d->last = pc;
    if (!node)
        return;
    u32 word = node->word[(pc - node->pc) / 4];
    mips_disassemble(d->c->model, pc, word, text, sizeof text);
    fprintf(d->out, "  %08x  %08x  %s\n", pc, word, text);
}

/* Up to pc; those without IR, too. */
static void cpu_jit_dump_guest_to(struct cpu_jit_dump *d, const struct mips_node *node, u32 pc)
{
    while (node && pc > d->last + 4 && pc - node->pc < 4u * node->n)
        cpu_jit_dump_guest(d, d->last + 4);
    if (pc != d->pc)
        cpu_jit_dump_guest(d, pc);
}

static void cpu_jit_dump_point(const struct cpu_jit_dump *d, u16 at)
{
    const struct ir_point *p = &d->ir->point[at];
    fprintf(d->out, "   # to leave:");
    for (unsigned k = 0; k < p->n; k++)
        fprintf(d->out, " %s = 0x%x,", cpu_jit_dump_slot(d->ir->slot[p->map[k].slot].offset),
                p->map[k].value);
    fprintf(d->out, " %u not done", p->unspent);
}

static void cpu_jit_dump_ir(const struct cpu_jit_dump *d, unsigned i)
{
    const struct ir_insn *in = &d->ir->insn[i];
    fputs("            ", d->out);
    ir_print_insn(d->ir, i, cpu_jit_dump_slot, d->out);
    if (in->point)
        cpu_jit_dump_point(d, in->point);
    fputs("\n", d->out);
}

/* ---- blocks ---- */

static const struct mips_node *cpu_jit_dump_block_head(struct cpu_jit_dump *d, unsigned block)
{
    const struct mips_region *g = d->t->graph;
    const struct ir_block *b = &d->ir->block[block];
    fprintf(d->out, "\nblock %u: ", block);
    d->pc = 0;
    for (unsigned k = 0; k < g->nnodes; k++) {
        if (g->node[k].ir != block)
            continue;
        cpu_jit_dump_place(d, g->node[k].pc);
        fprintf(d->out, ", %u instructions, loops around it: %u\n", b->charge, b->depth);
        d->pc = d->last = g->node[k].pc - 4;
        return &g->node[k];
    }
    if (block == d->ir->check)
        fputs("is the code that was translated mapped here? (for who comes from elsewhere)\n",
              d->out);
    else
        fputs("on the way from one to another\n", d->out);
    return NULL;
}

static bool cpu_jit_dump_has_ir(const struct cpu_jit_dump *d, u32 pc)
{
    for (unsigned i = 1; i < d->ir->ninsns; i++)
        if (d->ir->from[i] == pc && d->ir->insn[i].op != IR_CONST)
            return true;
    return false;
}

/* Those that do nothing. The delay slots of some branches are in blocks of their own. */
static void cpu_jit_dump_guest_last(struct cpu_jit_dump *d, const struct mips_node *node)
{
    for (u32 pc = d->last + 4; pc - node->pc < 4u * node->n; pc += 4)
        if (!cpu_jit_dump_has_ir(d, pc))
            cpu_jit_dump_guest(d, pc);
}

/* Moves k to the note of instruction i; false: it has no code of its own. */
static bool cpu_jit_dump_seek(const struct cpu_jit_dump *d, unsigned *k, unsigned i)
{
    while (*k < d->nnotes && d->note[*k].part == JIT_PART_INSN && d->note[*k].which < i)
        ++*k;
    return *k < d->nnotes && d->note[*k].part == JIT_PART_INSN && d->note[*k].which == i;
}

static void cpu_jit_dump_block(struct cpu_jit_dump *d, unsigned k)
{
    const struct ir_block *b = &d->ir->block[d->note[k].which];
    const struct mips_node *node = cpu_jit_dump_block_head(d, d->note[k].which);
    cpu_jit_dump_host(d, d->note[k].at, cpu_jit_dump_end(d, k));
    k++;
    for (unsigned i = b->first; i <= b->last; i++) {
        if (d->ir->insn[i].op == IR_CONST)
            continue;
        cpu_jit_dump_guest_to(d, node, d->ir->from[i]);
        cpu_jit_dump_ir(d, i);
        if (cpu_jit_dump_seek(d, &k, i))
            cpu_jit_dump_host(d, d->note[k].at, cpu_jit_dump_end(d, k));
    }
    if (node)
        cpu_jit_dump_guest_last(d, node);
}

/* Stubs and thunks. */
static void cpu_jit_dump_aside(struct cpu_jit_dump *d, unsigned k)
{
    const struct jit_note *n = &d->note[k];
    if (n->part == JIT_PART_STUB) {
        fprintf(d->out, "\nstub of v%u: %s\n", n->which, n->what);
        cpu_jit_dump_guest(d, d->ir->from[n->which]);
        cpu_jit_dump_ir(d, n->which);
    } else if (n->part == JIT_PART_COPY) {
        fprintf(d->out, "\ncopy from v%u: the rest of the block, without that window\n", n->which);
    } else if (n->part == JIT_PART_SPENT) {
        fprintf(d->out, "\nspent, block %u: %s\n", n->which, n->what);
    } else {
        fprintf(d->out, "\nthunk: %s\n", n->what);
    }
    cpu_jit_dump_host(d, n->at, cpu_jit_dump_end(d, k));
}

/* ---- the region ---- */

static void cpu_jit_dump_slots(const struct cpu_jit_dump *d)
{
    fprintf(d->out, "     registers:");
    for (unsigned s = 0; s < d->ir->nslots; s++)
        if (jit_home(d->t->jit, (u16)s))
            fprintf(d->out, " %s = %s,", jit_home(d->t->jit, (u16)s),
                    cpu_jit_dump_slot(d->ir->slot[s].offset));
    fprintf(d->out, " r15 = the budget, rbp = the CPU\n     in memory:");
    for (unsigned s = 0; s < d->ir->nslots; s++)
        if (!jit_home(d->t->jit, (u16)s))
            fprintf(d->out, " %s", cpu_jit_dump_slot(d->ir->slot[s].offset));
    fputs("\n", d->out);
}

static void cpu_jit_dump_head(const struct cpu_jit_dump *d)
{
    const struct mips_region *g = d->t->graph;
    fprintf(d->out, "\n==== region %" PRIu64 ": ", d->r->number);
    cpu_jit_dump_place(d, g->pc);
    fprintf(d->out, ", made on CPU %u: entered %u times%s\n", d->c->number, d->t->native.heat,
            d->r->alias ? ", as was the same code at another address" : "");
    fprintf(d->out,
            "     guest: %u instructions in %u blocks on %u pages, as found; IR: %u in %u blocks; "
            "host: %zu bytes at 0x%" PRIxPTR "\n",
            g->ninsns, g->nnodes, g->npages, d->ir->ninsns - 1, d->ir->nblocks, d->len,
            (uintptr_t)d->code);
    cpu_jit_dump_slots(d);
}

void cpu_jit_dump_begin(const struct cpu_jit *t)
{
    fputs(
        "# What was translated, in the order in which it was: guest instructions (address, word),\n"
        "# below each the intermediate representation that it became, below that the host's\n"
        "# instructions (place in the region, bytes). What belongs to a branch but comes behind\n"
        "# its delay slot, stands there, and the branch again. # says what leaving there means.\n"
        "# Stubs are for what rarely happens to one instruction; thunks are what they share.\n",
        t->watch.dump);
    if (!t->disasm)
        fputs("# There is no libcapstone here: host code is shown as bytes.\n", t->watch.dump);
}

void cpu_jit_dump_region(const struct cpu_jit *t, const struct mips *c, const struct cpu_region *r)
{
    struct cpu_jit_dump d = {.t = t, .c = c, .r = r, .ir = t->ir, .out = t->watch.dump};
    d.code = jit_code(r->jit, &d.len);
    d.note = jit_notes(t->jit, &d.nnotes);
    flockfile(d.out);
    cpu_jit_dump_head(&d);
    for (unsigned k = 0; k < d.nnotes; k++) {
        if (d.note[k].part == JIT_PART_ENTRY) {
            fputs("\nthe entry\n", d.out);
            cpu_jit_dump_host(&d, d.note[k].at, cpu_jit_dump_end(&d, k));
        } else if (d.note[k].part == JIT_PART_BLOCK) {
            cpu_jit_dump_block(&d, k);
        }
    }
    for (unsigned k = 0; k < d.nnotes; k++)
        if (d.note[k].part == JIT_PART_COPY || d.note[k].part == JIT_PART_STUB ||
            d.note[k].part == JIT_PART_SPENT)
            cpu_jit_dump_aside(&d, k);
    for (unsigned k = 0; k < d.nnotes; k++)
        if (d.note[k].part == JIT_PART_THUNK)
            cpu_jit_dump_aside(&d, k);
    fflush(d.out);
    funlockfile(d.out);
}
