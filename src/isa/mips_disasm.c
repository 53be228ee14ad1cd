/* SPDX-License-Identifier: ISC */
/* The disassembler: mips.def's syntax strings, one letter an operand. */
#include "isa/mips_int.h"
#include "isa/mips_text.h"

#include <stdio.h>
#include <string.h>

static const struct mips_op_info *mips_disasm_find(const struct mips_model *model, u32 word)
{
    for (unsigned i = 0; i < MIPS_NOPS; i++)
        if ((mips_ops[i].levels & model->levels) && (word & mips_ops[i].mask) == mips_ops[i].match)
            return &mips_ops[i];
    return &mips_ops[MIPS_OP_reserved];
}

static int mips_disasm_operand(char *buf, size_t len, char what, u32 pc, u32 word)
{
    i32 simm = bits_sext(word, 16);
    switch (what) {
    case 'd':
        return snprintf(buf, len, "%s", mips_text_register(bits_get(word, 11, 5)));
    case 's':
        return snprintf(buf, len, "%s", mips_text_register(bits_get(word, 21, 5)));
    case 't':
        return snprintf(buf, len, "%s", mips_text_register(bits_get(word, 16, 5)));
    case 'D':
        return snprintf(buf, len, "$f%u", bits_get(word, 6, 5));
    case 'S':
        return snprintf(buf, len, "$f%u", bits_get(word, 11, 5));
    case 'T':
        return snprintf(buf, len, "$f%u", bits_get(word, 16, 5));
    case 'a':
        return snprintf(buf, len, "%u", bits_get(word, 6, 5));
    case 'i':
    case 'o':
        return snprintf(buf, len, "%d", simm);
    case 'u':
        return snprintf(buf, len, "0x%x", word & 0xffff);
    case 'b':
        return snprintf(buf, len, "0x%08x", pc + 4 + ((u32)simm << 2));
    case 'j':
        return snprintf(buf, len, "0x%08x", ((pc + 4) & 0xf0000000u) | (word & 0x3ffffff) << 2);
    case 'c':
        return word & 7 ? snprintf(buf, len, "$%u, %u", bits_get(word, 11, 5), word & 7)
                        : snprintf(buf, len, "$%u", bits_get(word, 11, 5));
    case 'k':
        return snprintf(buf, len, "0x%x", bits_get(word, 6, 20));
    case 'h':
        return snprintf(buf, len, "%u", bits_get(word, 16, 5));
    default: /* punctuation */
        return snprintf(buf, len, what == ',' ? "%c " : "%c", what);
    }
}

void mips_disassemble(const struct mips_model *model, u32 pc, u32 word, char *buf, size_t len)
{
    const struct mips_op_info *o = mips_disasm_find(model, word);
    if (o == &mips_ops[MIPS_OP_reserved]) {
        snprintf(buf, len, ".word 0x%08x", word);
        return;
    }
    if (word == 0) {
        snprintf(buf, len, "nop");
        return;
    }
    int n = snprintf(buf, len, *o->syntax ? "%s " : "%s", o->name);
    for (char *dot = buf; (dot = strchr(dot, '_'));)
        *dot = '.';
    for (const char *s = o->syntax; *s && n >= 0 && (size_t)n < len; s++)
        n += mips_disasm_operand(buf + n, len - (size_t)n, *s, pc, word);
}
