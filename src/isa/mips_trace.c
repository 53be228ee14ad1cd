/* SPDX-License-Identifier: ISC */
/*
 * What single steps show: an instruction in words with the address it touches, then what it left
 * in its register; the jumps; and the calls, for those who count them.
 */
#include "isa/mips_int.h"
#include "isa/mips_text.h"

#include <stdio.h>

static const struct mips_op_info *mips_trace_op(const struct mips *c)
{
    return &mips_ops[mips_decode_op(mips_code_decoder(c->code), c->stepped)];
}

static bool mips_trace_wants(const struct mips *c)
{
    return trace_on(c->trace, mips_user_mode(c) ? TRACE_UINSN : TRACE_KINSN);
}

/* Before it runs: a load may change its own base. */
static void mips_trace_operand(const struct mips *c, char *text, size_t len)
{
    const struct mips_op_info *op = mips_trace_op(c);
    u32 base = c->r[bits_get(c->stepped, 21, 5)], value = c->r[bits_get(c->stepped, 16, 5)];
    u32 at = base + (u32)bits_sext(c->stepped, 16);
    text[0] = '\0';
    if (op->flags & STORE)
        snprintf(text, len, " [%08x] = %08x", at, value);
    else if (op->flags & LOAD)
        snprintf(text, len, " [%08x]", at);
    else if (op == &mips_ops[MIPS_OP_mtc0])
        snprintf(text, len, " = %08x", value);
    else if (op == &mips_ops[MIPS_OP_beq] || op == &mips_ops[MIPS_OP_bne])
        snprintf(text, len, " (%08x, %08x)", base, value);
    else if ((op->flags & BRANCH) && strchr(op->syntax, 's'))
        snprintf(text, len, " (%08x)", base);
}

void mips_trace_insn(struct mips *c)
{
    if (!mips_trace_wants(c))
        return;
    char text[64], operand[40], place[TRACE_PLACE];
    mips_disassemble(c->model, c->pc, c->stepped, text, sizeof text);
    mips_trace_operand(c, operand, sizeof operand);
    trace_begin(c->trace, "cpu%u %llu %08x%s: %s%s", c->number, (unsigned long long)c->retired,
                c->pc, trace_place(c->trace, c->number, c->pc, place), text, operand);
}

/* The register that it writes; 0: none. */
static unsigned mips_trace_target(const struct mips *c)
{
    u16 flags = mips_trace_op(c)->flags;
    if (flags & WD)
        return bits_get(c->stepped, 11, 5);
    if (flags & WT)
        return bits_get(c->stepped, 16, 5);
    return flags & LINK ? 31 : 0;
}

static bool mips_trace_writes_hilo(const struct mips *c)
{
    static const u8 ops[] = {MIPS_OP_mthi,  MIPS_OP_mtlo, MIPS_OP_mult,
                             MIPS_OP_multu, MIPS_OP_div,  MIPS_OP_divu};
    for (unsigned i = 0; i < sizeof ops; i++)
        if (mips_trace_op(c) == &mips_ops[ops[i]])
            return true;
    return false;
}

/* An instruction may have left the mode in which it was wanted (rfe): its line ends anyway. */
void mips_trace_done(struct mips *c)
{
    unsigned reg;
    if (!c->trace->open && !mips_trace_wants(c))
        return;
    if (mips_trace_writes_hilo(c))
        trace_end(c->trace, " -> hi %08x lo %08x", c->r[MIPS_HI], c->r[MIPS_LO]);
    else if ((reg = mips_trace_target(c)))
        trace_end(c->trace, " -> %s %08x", mips_text_register(reg), c->r[reg]);
    else
        trace_end(c->trace, "%s", "");
}

static bool mips_trace_is_call(const struct mips *c)
{
    const struct mips_op_info *op = mips_trace_op(c);
    return op == &mips_ops[MIPS_OP_jal] || op == &mips_ops[MIPS_OP_jalr] || op->flags & LINK;
}

void mips_trace_branch(struct mips *c, gva target, bool taken)
{
    char from[TRACE_PLACE], to[TRACE_PLACE];
    if (!taken)
        return;
    trace(c->trace, JUMP, "cpu%u jump from %08x%s to %08x%s", c->number, c->pc,
          trace_place(c->trace, c->number, c->pc, from), target,
          trace_place(c->trace, c->number, target, to));
    if (c->called && mips_trace_is_call(c))
        c->called(c->called_ctx, c->pc, target);
}

void mips_trace_lines(struct mips *c)
{
    char text[MIPS_TEXT];
    trace(c->trace, IRQ, "cpu%u interrupt lines: %s", c->number,
          mips_text_lines(c, c->irq_lines, text));
}
