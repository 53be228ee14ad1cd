/* SPDX-License-Identifier: ISC */
/*
 * Words to decoded instructions. The tables come from mips.def; which lines count depends on the
 * model's levels.
 */
#include "isa/mips_int.h"
#include "lib/bug.h"

const struct mips_op_info mips_ops[MIPS_NOPS] = {
#define L1   MIPS_L1
#define L2   MIPS_L2
#define L161 MIPS_L161
#define LPIN MIPS_LPIN
#define INSN(n, s, ma, mk, lv, fl)                                                                 \
    {.name = #n, .syntax = s, .match = ma, .mask = mk, .levels = (lv), .flags = (fl)},
#include "isa/mips.def"
#undef INSN
#undef L1
#undef L2
#undef L161
#undef LPIN
};

/* Keys: major opcodes; functions of SPECIAL; REGIMM; functions of COP1, and its other forms. */
enum {
    KEY_SPECIAL = 64,
    KEY_REGIMM = KEY_SPECIAL + 64,
    KEY_FP = KEY_REGIMM + 32,
    KEY_COP1 = KEY_FP + 64,
    MIPS_DECODE_KEYS = KEY_COP1 + 16,
};

struct mips_decoder {
    /* Candidates in the order of mips.def, by key; a list ends with MIPS_OP_reserved. */
    u8 list[MIPS_DECODE_KEYS][16];
};

static unsigned mips_decode_key(u32 word)
{
    u32 op = word >> 26;
    if (op == 0)
        return KEY_SPECIAL + (word & 63);
    if (op == 1)
        return KEY_REGIMM + bits_get(word, 16, 5);
    if (op == 17)
        return word & 1u << 25 ? KEY_FP + (word & 63) : KEY_COP1 + bits_get(word, 21, 4);
    return op;
}

/* A word that has the key and is zero elsewhere, and its bits that say so. */
struct mips_decode_sample {
    u32 word, mask;
};

static struct mips_decode_sample mips_decode_sample(unsigned key)
{
    if (key >= KEY_COP1)
        return (struct mips_decode_sample){17u << 26 | (key - KEY_COP1) << 21, 0xffe00000u};
    if (key >= KEY_FP)
        return (struct mips_decode_sample){17u << 26 | 1u << 25 | (key - KEY_FP), 0xfe00003fu};
    if (key >= KEY_REGIMM)
        return (struct mips_decode_sample){1u << 26 | (key - KEY_REGIMM) << 16, 0xfc1f0000u};
    if (key >= KEY_SPECIAL)
        return (struct mips_decode_sample){key - KEY_SPECIAL, 0xfc00003fu};
    return (struct mips_decode_sample){key << 26, 0xfc000000u};
}

/* The keys that words of the operation may have: from `first` to before `end`. */
struct mips_decode_range {
    unsigned first, end;
};

static struct mips_decode_range mips_decode_range(const struct mips_op_info *o)
{
    unsigned major = o->match >> 26;
    if (o->mask >> 26 != 63)
        return (struct mips_decode_range){0, MIPS_DECODE_KEYS};
    if (major == 0)
        return (struct mips_decode_range){KEY_SPECIAL, KEY_REGIMM};
    if (major == 1)
        return (struct mips_decode_range){KEY_REGIMM, KEY_FP};
    if (major == 17)
        return (struct mips_decode_range){KEY_FP, MIPS_DECODE_KEYS};
    return (struct mips_decode_range){major, major + 1};
}

struct mips_decoder *mips_decoder_new(const struct mips_model *model)
{
    struct mips_decoder *d = xcalloc(1, sizeof *d);
    u8 n[MIPS_DECODE_KEYS] = {0};
    for (unsigned op = 0; op < MIPS_NOPS; op++) {
        const struct mips_op_info *o = &mips_ops[op];
        struct mips_decode_range keys = mips_decode_range(o);
        for (unsigned key = keys.first; key < keys.end && o->levels & model->levels; key++) {
            const struct mips_decode_sample sample = mips_decode_sample(key);
            if ((o->match ^ sample.word) & o->mask & sample.mask)
                continue;
            BUG_ON(n[key] == sizeof d->list[key]);
            d->list[key][n[key]++] = (u8)op;
        }
    }
    return d;
}

enum mips_op mips_decode_op(const struct mips_decoder *d, u32 word)
{
    const u8 *list = d->list[mips_decode_key(word)];
    while ((word & mips_ops[*list].mask) != mips_ops[*list].match)
        list++;
    return *list;
}

static u32 mips_decode_imm(enum mips_op op, u32 word)
{
    u32 simm = (u32)bits_sext(word, 16);
    switch (op) {
    case MIPS_OP_sll:
    case MIPS_OP_srl:
    case MIPS_OP_sra:
        return bits_get(word, 6, 5);
    case MIPS_OP_andi:
    case MIPS_OP_ori:
    case MIPS_OP_xori:
    case MIPS_OP_lui:
        return word & 0xffff;
    case MIPS_OP_j:
    case MIPS_OP_jal:
        return (word & 0x3ffffff) << 2;
    case MIPS_OP_mfc0:
    case MIPS_OP_mtc0:
        return word & 7;
    default:
        if (mips_ops[op].flags & FPU)
            return word & 0x3ffffff;
        return mips_ops[op].flags & BRANCH ? 4 + (simm << 2) : simm;
    }
}

/* A branch's imm is relative to itself here; its block makes it relative to its start. */
void mips_decode_insn(struct mips_insn *in, enum mips_op op, u32 word)
{
    u16 flags = mips_ops[op].flags;
    in->rs = (u8)bits_get(word, 21, 5);
    in->rt = (u8)bits_get(word, 16, 5);
    in->rd = (u8)bits_get(word, 11, 5);
    in->after = 0;
    in->imm = mips_decode_imm(op, word);
    if ((flags & WD) && in->rd == 0)
        in->rd = MIPS_SINK;
    /* sc both reads and writes rt: mips_sc knows the sink. */
    if ((flags & WT) && in->rt == 0)
        in->rt = MIPS_SINK;
}
