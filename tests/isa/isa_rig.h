/* SPDX-License-Identifier: ISC */
/*
 * Two CPUs with memory and no machine around them, for tests of what tools may do to a CPU. RAM
 * from 0, ROM at RIG_ROM, a device at RIG_MMIO that counts accesses. Programs are words.
 */
#ifndef TESTS_ISA_ISA_RIG_H
#define TESTS_ISA_ISA_RIG_H

#include "isa/mips.h"

#define RIG_RAM_SIZE 0x10000u
#define RIG_ROM      0x1fc00000u
#define RIG_MMIO     0x10000000u
#define RIG_CODE     0x80001000u /* where cpu[0] begins */

struct rig {
    bool big;
    struct mem *mem;
    struct mips_code *code;
    struct mips *cpu[2];
    struct trace trace;
    unsigned device_accesses;
    struct mips *asks; /* each read of the device ends its run */
};

void rig_init(struct rig *g, bool big); /* a MIPS-161 */
void rig_init_model(struct rig *g, bool big, const struct mips_model *model);
void rig_fini(struct rig *g);

void rig_word(struct rig *g, u32 pa, u32 word);
u32 rig_peek(const struct rig *g, u32 pa);

/* The program at `pa`, ended by a jump to its last word but the jump's delay slot: for ever. */
void rig_program(struct rig *g, u32 pa, const u32 *words, unsigned n);

/* Entry i of a CPU's TLB: valid and dirty. */
void rig_map(struct mips *c, unsigned i, u32 va, u32 asid, u32 pa);

/* Does C round to nearest, as it does where nobody computes for a guest? */
bool rig_rounds_as_usual(void);

/* For cmocka, in either byte order. */
int rig_setup_big(void **state);
int rig_setup_little(void **state);
int rig_teardown(void **state);

/* clang-format off */
#define RIG_CASE(f)    {#f, f, rig_setup_big, rig_teardown, NULL}
#define RIG_CASE_EL(f) {#f "_el", f, rig_setup_little, rig_teardown, NULL}
/* clang-format on */

enum { /* registers */
    T0 = 8,
    T1,
    T2,
    T3,
};

/* Instructions. */
#define INSN_I(op, rs, rt, imm)                                                                    \
    ((u32)(op) << 26 | (u32)(rs) << 21 | (u32)(rt) << 16 | ((u32)(imm)&0xffff))

#define ADDIU(rt, rs, imm) INSN_I(0x09, rs, rt, imm)
#define ORI(rt, rs, imm)   INSN_I(0x0d, rs, rt, imm)
#define LUI(rt, imm)       INSN_I(0x0f, 0, rt, imm)
#define BEQ(rs, rt, off)   INSN_I(0x04, rs, rt, off)
#define BNE(rs, rt, off)   INSN_I(0x05, rs, rt, off)
#define LB(rt, imm, rs)    INSN_I(0x20, rs, rt, imm)
#define LW(rt, imm, rs)    INSN_I(0x23, rs, rt, imm)
#define LWL(rt, imm, rs)   INSN_I(0x22, rs, rt, imm)
#define LWR(rt, imm, rs)   INSN_I(0x26, rs, rt, imm)
#define SB(rt, imm, rs)    INSN_I(0x28, rs, rt, imm)
#define SH(rt, imm, rs)    INSN_I(0x29, rs, rt, imm)
#define SW(rt, imm, rs)    INSN_I(0x2b, rs, rt, imm)
#define SWL(rt, imm, rs)   INSN_I(0x2a, rs, rt, imm)
#define SWR(rt, imm, rs)   INSN_I(0x2e, rs, rt, imm)
#define LL(rt, imm, rs)    INSN_I(0x30, rs, rt, imm)
#define SC(rt, imm, rs)    INSN_I(0x38, rs, rt, imm)
#define JR(rs)             ((u32)(rs) << 21 | 8)
#define MFC0(rt, rd)       (0x40000000u | (u32)(rt) << 16 | (u32)(rd) << 11)
#define MTC0(rt, rd)       (0x40800000u | (u32)(rt) << 16 | (u32)(rd) << 11)
#define RFE                0x42000010u
#define WAIT               0x42000020u
#define NOP                0u

#endif
