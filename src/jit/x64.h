/* SPDX-License-Identifier: ISC */
/*
 * An assembler for x86-64: one function a form of instruction, bytes into a buffer.
 * Source: AMD64 Architecture Programmer's Manual, volume 3.
 */
#ifndef JIT_X64_H
#define JIT_X64_H

#include "lib/types.h"

enum x64_reg {
    RAX,
    RCX,
    RDX,
    RBX,
    RSP,
    RBP,
    RSI,
    RDI,
    R8,
    R9,
    R10,
    R11,
    R12,
    R13,
    R14,
    R15,
    X64_NREGS,
    X64_NONE = X64_NREGS,
};

enum x64_cc {
    X64_B = 2,
    X64_AE = 3,
    X64_E = 4,
    X64_NE = 5,
    X64_BE = 6,
    X64_A = 7,
    X64_S = 8,
    X64_P = 10,
    X64_NP = 11,
    X64_L = 12,
    X64_GE = 13,
};

/* Two-operand arithmetic: the number is that of the 81 /n form. */
enum x64_alu {
    X64_ADD = 0,
    X64_OR = 1,
    X64_AND = 4,
    X64_SUB = 5,
    X64_XOR = 6,
    X64_CMP = 7,
};

enum x64_shift {
    X64_ROL = 0,
    X64_SHL = 4,
    X64_SHR = 5,
    X64_SAR = 7,
};

/* F7 /n */
enum x64_unary {
    X64_NOT = 2,
    X64_NEG = 3,
    X64_DIV = 6,
    X64_IDIV = 7,
};

/* SSE2: the opcode after 0F; forms by their prefix. */
enum x64_sse {
    X64_MOVAPS = 0x28,
    X64_UCOMI = 0x2e,
    X64_AND_PS = 0x54,
    X64_XOR_PS = 0x57,
    X64_ADD_S = 0x58,
    X64_MUL_S = 0x59,
    X64_CVT_FF = 0x5a, /* F3: single to double; F2: double to single */
    X64_SUB_S = 0x5c,
    X64_DIV_S = 0x5e,
    X64_UNPCK_DQ = 0x62,
    X64_CVT_FROM = 0x2a, /* from a general register, rounded to one: */
    X64_CVT_TO = 0x2d,
    X64_MOV_TO = 0x6e, /* bits, from a general register and to one */
    X64_MOV_FROM = 0x7e,
};

enum x64_prefix {
    X64_PLAIN = 0,
    X64_66 = 0x66,
    X64_F2 = 0xf2, /* of arithmetic: double */
    X64_F3 = 0xf3, /* single */
};

struct x64 {
    u8 *start, *p, *end; /* where it is written */
    const u8 *run;       /* where `start` will be executed */
    bool full;           /* the buffer was too small: the rest is dropped */
};

struct x64_mem {
    u8 base, index; /* index X64_NONE: none */
    u8 scale;       /* log2 */
    i32 disp;
};

static inline struct x64_mem x64_at(enum x64_reg base, i32 disp)
{
    return (struct x64_mem){.base = (u8)base, .index = X64_NONE, .disp = disp};
}

static inline struct x64_mem x64_indexed(enum x64_reg base, enum x64_reg index, unsigned scale,
                                         i32 disp)
{
    return (struct x64_mem){.base = (u8)base, .index = (u8)index, .scale = (u8)scale, .disp = disp};
}

static inline u32 x64_here(const struct x64 *x)
{
    return (u32)(x->p - x->start);
}

/* w: operands are 64 bits wide. */
void x64_mov(struct x64 *x, bool w, enum x64_reg to, enum x64_reg from);
void x64_mov_imm(struct x64 *x, enum x64_reg to, u64 v); /* leaves the flags alone */
void x64_load(struct x64 *x, bool w, enum x64_reg to, struct x64_mem m);
void x64_store(struct x64 *x, bool w, struct x64_mem m, enum x64_reg from);
void x64_store_imm(struct x64 *x, bool w, struct x64_mem m, i32 v);
void x64_alu(struct x64 *x, bool w, enum x64_alu op, enum x64_reg a, enum x64_reg b);
void x64_alu_imm(struct x64 *x, bool w, enum x64_alu op, enum x64_reg a, i32 v);
void x64_alu_load(struct x64 *x, bool w, enum x64_alu op, enum x64_reg a, struct x64_mem m);
void x64_alu_mem_imm(struct x64 *x, bool w, enum x64_alu op, struct x64_mem m, i32 v);
void x64_test(struct x64 *x, bool w, enum x64_reg a, enum x64_reg b);
void x64_test_load(struct x64 *x, bool w, enum x64_reg a, struct x64_mem m);
void x64_test8(struct x64 *x, enum x64_reg a, enum x64_reg b);
void x64_store8_imm(struct x64 *x, struct x64_mem m, u8 v);
void x64_lea(struct x64 *x, bool w, enum x64_reg to, struct x64_mem m);
void x64_unary(struct x64 *x, bool w, enum x64_unary op, enum x64_reg r);
void x64_shift_imm(struct x64 *x, bool w, enum x64_shift op, enum x64_reg r, u8 n);
void x64_shift_cl(struct x64 *x, bool w, enum x64_shift op, enum x64_reg r);
/* BMI2: to = from shifted by n */
void x64_shiftx(struct x64 *x, bool w, enum x64_shift op, enum x64_reg to, enum x64_reg from,
                enum x64_reg n);
void x64_imul(struct x64 *x, bool w, enum x64_reg a, enum x64_reg b);
void x64_imul_imm(struct x64 *x, bool w, enum x64_reg to, enum x64_reg a, i32 v);
void x64_sign_extend_rax(struct x64 *x, bool w); /* cdq, cqo */
void x64_movsxd(struct x64 *x, enum x64_reg to, enum x64_reg from);
void x64_setcc(struct x64 *x, enum x64_cc cc, enum x64_reg r); /* the low byte */
void x64_cmov(struct x64 *x, bool w, enum x64_cc cc, enum x64_reg to, enum x64_reg from);
void x64_movzx8(struct x64 *x, enum x64_reg to, enum x64_reg from);

/* Memory of 1 or 2 bytes, extended to 32 bits. */
void x64_load_small(struct x64 *x, unsigned size, bool is_signed, enum x64_reg to,
                    struct x64_mem m);
void x64_store_small(struct x64 *x, unsigned size, struct x64_mem m, enum x64_reg from);
/* MOVBE, of 2 (upper half of `to` unchanged) or 4 bytes */
void x64_load_be(struct x64 *x, unsigned size, enum x64_reg to, struct x64_mem m);
void x64_store_be(struct x64 *x, unsigned size, struct x64_mem m, enum x64_reg from);
void x64_bswap(struct x64 *x, enum x64_reg r);
void x64_rol16(struct x64 *x, enum x64_reg r); /* by 8: swaps the low two bytes */
void x64_movx16(struct x64 *x, bool is_signed, enum x64_reg to, enum x64_reg from);

/* reg is usually an xmm; rm, too, or a general register (w: 64 bits of it). */
void x64_sse(struct x64 *x, enum x64_prefix p, bool w, enum x64_sse op, unsigned reg, unsigned rm);
void x64_sse_equal(struct x64 *x, enum x64_prefix p, unsigned a, unsigned b); /* a = mask */
void x64_sse_load(struct x64 *x, bool w, unsigned to, struct x64_mem m);      /* movss, movsd */
void x64_sse_store(struct x64 *x, bool w, struct x64_mem m, unsigned from);

void x64_nops(struct x64 *x, unsigned bytes);
void x64_push(struct x64 *x, enum x64_reg r);
void x64_pop(struct x64 *x, enum x64_reg r);
void x64_ret(struct x64 *x);
void x64_jmp_reg(struct x64 *x, enum x64_reg r);
void x64_jmp_mem(struct x64 *x, struct x64_mem m);
void x64_call_reg(struct x64 *x, enum x64_reg r);

/* Jumps with a 32-bit distance. They return where it stands, for x64_patch; `to` is a position in
 * this buffer, or X64_LATER. */
#define X64_LATER 0xffffffffu
u32 x64_jmp(struct x64 *x, u32 to);
u32 x64_jcc(struct x64 *x, enum x64_cc cc, u32 to);
u32 x64_call(struct x64 *x, u32 to);
void x64_patch(struct x64 *x, u32 at, u32 to);
void x64_jmp_to(struct x64 *x, const u8 *target); /* an address outside the buffer */

#endif
