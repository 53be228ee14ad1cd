/* SPDX-License-Identifier: ISC */
#include "jit/x64.h"

#include <stddef.h>
#include <string.h>

/* No instruction is longer. */
#define X64_LONGEST 16

static bool x64_has_room(struct x64 *x, ptrdiff_t bytes)
{
    if (likely(x->end - x->p >= bytes))
        return true;
    x->full = true;
    return false;
}

static void x64_byte(struct x64 *x, unsigned b)
{
    if (x64_has_room(x, 1))
        *x->p++ = (u8)b;
}

static u8 *x64_put_u32(u8 *p, u32 v)
{
    memcpy(p, &v, 4);
    return p + 4;
}

static void x64_u32(struct x64 *x, u32 v)
{
    if (x64_has_room(x, 4))
        x->p = x64_put_u32(x->p, v);
}

static void x64_u64(struct x64 *x, u64 v)
{
    x64_u32(x, (u32)v);
    x64_u32(x, (u32)(v >> 32));
}

/* How an instruction is encoded beside its operands. */
enum {
    X64_W = 1,     /* 64 bits */
    X64_BYTES = 2, /* byte registers: a REX prefix selects SPL to DIL instead of AH to BH */
    X64_16 = 4,    /* 16 bits */
};

/* op: 0xNN, 0x0fNN or 0x0f38NN */
static u8 *x64_put_opcode(u8 *p, unsigned op)
{
    if (op > 0xffff)
        *p++ = (u8)(op >> 16);
    if (op > 0xff)
        *p++ = (u8)(op >> 8);
    *p++ = (u8)op;
    return p;
}

static void x64_opcode(struct x64 *x, unsigned op)
{
    if (x64_has_room(x, X64_LONGEST))
        x->p = x64_put_opcode(x->p, op);
}

static u8 *x64_put_prefixes(u8 *p, unsigned how, unsigned reg, unsigned index, unsigned base)
{
    if (how & X64_16)
        *p++ = 0x66;
    unsigned rex =
        (how & X64_W ? 8u : 0) | (reg >> 3 & 1) << 2 | (index >> 3 & 1) << 1 | (base >> 3 & 1);
    if (rex || how & X64_BYTES)
        *p++ = (u8)(0x40 | rex);
    return p;
}

static void x64_prefixes(struct x64 *x, unsigned how, unsigned reg, unsigned index, unsigned base)
{
    if (x64_has_room(x, X64_LONGEST))
        x->p = x64_put_prefixes(x->p, how, reg, index, base);
}

static void x64_rr(struct x64 *x, unsigned how, unsigned op, unsigned reg, unsigned rm)
{
    if (!x64_has_room(x, X64_LONGEST))
        return;
    u8 *p = x64_put_prefixes(x->p, how, reg, 0, rm);
    p = x64_put_opcode(p, op);
    *p++ = (u8)(0xc0 | (reg & 7) << 3 | (rm & 7));
    x->p = p;
}

static u8 *x64_put_operand(u8 *p, unsigned reg, struct x64_mem m)
{
    bool small = m.disp >= -128 && m.disp <= 127;
    unsigned mod = m.disp == 0 && (m.base & 7) != RBP ? 0 : small ? 1 : 2;
    bool sib = m.index != X64_NONE || (m.base & 7) == RSP;
    *p++ = (u8)(mod << 6 | (reg & 7) << 3 | (sib ? 4u : m.base & 7));
    if (sib)
        *p++ = (u8)((unsigned)m.scale << 6 | (m.index == X64_NONE ? 4u : m.index & 7) << 3 |
                    (m.base & 7));
    if (mod == 1)
        *p++ = (u8)m.disp;
    else if (mod == 2)
        p = x64_put_u32(p, (u32)m.disp);
    return p;
}

static void x64_rm(struct x64 *x, unsigned how, unsigned op, unsigned reg, struct x64_mem m)
{
    if (!x64_has_room(x, X64_LONGEST))
        return;
    u8 *p = x64_put_prefixes(x->p, how, reg, m.index == X64_NONE ? 0 : m.index, m.base);
    x->p = x64_put_operand(x64_put_opcode(p, op), reg, m);
}

static bool x64_is_small(i32 v)
{
    return v >= -128 && v <= 127;
}

/* ---- moves ---- */

void x64_mov(struct x64 *x, bool w, enum x64_reg to, enum x64_reg from)
{
    x64_rr(x, w, 0x8b, to, from);
}

void x64_mov_imm(struct x64 *x, enum x64_reg to, u64 v)
{
    bool wide = v >> 32;
    x64_prefixes(x, wide ? X64_W : 0, 0, 0, to);
    x64_byte(x, 0xb8 | (to & 7));
    if (wide)
        x64_u64(x, v);
    else
        x64_u32(x, (u32)v);
}

void x64_load(struct x64 *x, bool w, enum x64_reg to, struct x64_mem m)
{
    x64_rm(x, w, 0x8b, to, m);
}

void x64_store(struct x64 *x, bool w, struct x64_mem m, enum x64_reg from)
{
    x64_rm(x, w, 0x89, from, m);
}

void x64_store_imm(struct x64 *x, bool w, struct x64_mem m, i32 v)
{
    x64_rm(x, w, 0xc7, 0, m);
    x64_u32(x, (u32)v);
}

void x64_store8_imm(struct x64 *x, struct x64_mem m, u8 v)
{
    x64_rm(x, 0, 0xc6, 0, m);
    x64_byte(x, v);
}

void x64_lea(struct x64 *x, bool w, enum x64_reg to, struct x64_mem m)
{
    x64_rm(x, w, 0x8d, to, m);
}

void x64_movsxd(struct x64 *x, enum x64_reg to, enum x64_reg from)
{
    x64_rr(x, X64_W, 0x63, to, from);
}

void x64_movzx8(struct x64 *x, enum x64_reg to, enum x64_reg from)
{
    x64_rr(x, X64_BYTES, 0x0fb6, to, from);
}

void x64_movx16(struct x64 *x, bool is_signed, enum x64_reg to, enum x64_reg from)
{
    x64_rr(x, 0, is_signed ? 0x0fbf : 0x0fb7, to, from);
}

void x64_load_small(struct x64 *x, unsigned size, bool is_signed, enum x64_reg to, struct x64_mem m)
{
    x64_rm(x, 0, (is_signed ? 0x0fbeu : 0x0fb6u) | (size == 2), to, m);
}

void x64_store_small(struct x64 *x, unsigned size, struct x64_mem m, enum x64_reg from)
{
    x64_rm(x, size == 2 ? X64_16 : X64_BYTES, size == 2 ? 0x89 : 0x88, from, m);
}

void x64_load_be(struct x64 *x, unsigned size, enum x64_reg to, struct x64_mem m)
{
    x64_rm(x, size == 2 ? X64_16 : 0, 0x0f38f0, to, m);
}

void x64_store_be(struct x64 *x, unsigned size, struct x64_mem m, enum x64_reg from)
{
    x64_rm(x, size == 2 ? X64_16 : 0, 0x0f38f1, from, m);
}

void x64_bswap(struct x64 *x, enum x64_reg r)
{
    x64_prefixes(x, 0, 0, 0, r);
    x64_opcode(x, 0x0fc8 | (r & 7));
}

void x64_rol16(struct x64 *x, enum x64_reg r)
{
    x64_rr(x, X64_16, 0xc1, X64_ROL, r);
    x64_byte(x, 8);
}

/* ---- arithmetic ---- */

void x64_alu(struct x64 *x, bool w, enum x64_alu op, enum x64_reg a, enum x64_reg b)
{
    x64_rr(x, w, (unsigned)op << 3 | 3, a, b);
}

static u32 x64_alu_imm_opcode(i32 v)
{
    return x64_is_small(v) ? 0x83 : 0x81;
}

static void x64_alu_value(struct x64 *x, i32 v)
{
    if (x64_is_small(v))
        x64_byte(x, (u8)v);
    else
        x64_u32(x, (u32)v);
}

void x64_alu_imm(struct x64 *x, bool w, enum x64_alu op, enum x64_reg a, i32 v)
{
    x64_rr(x, w, x64_alu_imm_opcode(v), op, a);
    x64_alu_value(x, v);
}

void x64_alu_load(struct x64 *x, bool w, enum x64_alu op, enum x64_reg a, struct x64_mem m)
{
    x64_rm(x, w, (unsigned)op << 3 | 3, a, m);
}

void x64_alu_mem_imm(struct x64 *x, bool w, enum x64_alu op, struct x64_mem m, i32 v)
{
    x64_rm(x, w, x64_alu_imm_opcode(v), op, m);
    x64_alu_value(x, v);
}

void x64_test(struct x64 *x, bool w, enum x64_reg a, enum x64_reg b)
{
    x64_rr(x, w, 0x85, b, a);
}

void x64_test_load(struct x64 *x, bool w, enum x64_reg a, struct x64_mem m)
{
    x64_rm(x, w, 0x85, a, m);
}

void x64_test8(struct x64 *x, enum x64_reg a, enum x64_reg b)
{
    x64_rr(x, X64_BYTES, 0x84, b, a);
}

void x64_unary(struct x64 *x, bool w, enum x64_unary op, enum x64_reg r)
{
    x64_rr(x, w, 0xf7, op, r);
}

void x64_shift_imm(struct x64 *x, bool w, enum x64_shift op, enum x64_reg r, u8 n)
{
    x64_rr(x, w, 0xc1, op, r);
    x64_byte(x, n);
}

void x64_shift_cl(struct x64 *x, bool w, enum x64_shift op, enum x64_reg r)
{
    x64_rr(x, w, 0xd3, op, r);
}

/* VEX.LZ.66/F2/F3.0F38.W0/W1 F7 /r: SHLX, SHRX, SARX */
void x64_shiftx(struct x64 *x, bool w, enum x64_shift op, enum x64_reg to, enum x64_reg from,
                enum x64_reg n)
{
    unsigned prefix = op == X64_SHL ? 1 : op == X64_SHR ? 3 : 2;
    x64_byte(x, 0xc4);
    x64_byte(x, (to & 8 ? 0u : 0x80) | 0x40 | (from & 8 ? 0u : 0x20) | 2);
    x64_byte(x, (w ? 0x80u : 0) | (~(unsigned)n & 15) << 3 | prefix);
    x64_byte(x, 0xf7);
    x64_byte(x, 0xc0 | (to & 7) << 3 | (from & 7));
}

void x64_imul(struct x64 *x, bool w, enum x64_reg a, enum x64_reg b)
{
    x64_rr(x, w, 0x0faf, a, b);
}

void x64_imul_imm(struct x64 *x, bool w, enum x64_reg to, enum x64_reg a, i32 v)
{
    x64_rr(x, w, 0x69, to, a);
    x64_u32(x, (u32)v);
}

void x64_sign_extend_rax(struct x64 *x, bool w)
{
    x64_prefixes(x, w, 0, 0, 0);
    x64_byte(x, 0x99);
}

void x64_setcc(struct x64 *x, enum x64_cc cc, enum x64_reg r)
{
    x64_rr(x, X64_BYTES, 0x0f90 | cc, 0, r);
}

void x64_cmov(struct x64 *x, bool w, enum x64_cc cc, enum x64_reg to, enum x64_reg from)
{
    x64_rr(x, w, 0x0f40 | cc, to, from);
}

/* ---- floating point ---- */

/* The prefix stands before REX, which belongs to the opcode. */
static void x64_sse_prefix(struct x64 *x, enum x64_prefix p)
{
    if (p != X64_PLAIN)
        x64_byte(x, p);
}

void x64_sse(struct x64 *x, enum x64_prefix p, bool w, enum x64_sse op, unsigned reg, unsigned rm)
{
    x64_sse_prefix(x, p);
    x64_rr(x, w, 0x0f00u | op, reg, rm);
}

void x64_sse_equal(struct x64 *x, enum x64_prefix p, unsigned a, unsigned b)
{
    x64_sse_prefix(x, p);
    x64_rr(x, 0, 0x0fc2, a, b);
    x64_byte(x, 0);
}

void x64_sse_load(struct x64 *x, bool w, unsigned to, struct x64_mem m)
{
    x64_sse_prefix(x, w ? X64_F2 : X64_F3);
    x64_rm(x, 0, 0x0f10, to, m);
}

void x64_sse_store(struct x64 *x, bool w, struct x64_mem m, unsigned from)
{
    x64_sse_prefix(x, w ? X64_F2 : X64_F3);
    x64_rm(x, 0, 0x0f11, from, m);
}

/* ---- control ---- */

/* As few as there can be: NOP with a longer and longer operand. */
void x64_nops(struct x64 *x, unsigned bytes)
{
    static const u8 nop[][9] = {{0x90},
                                {0x66, 0x90},
                                {0x0f, 0x1f, 0x00},
                                {0x0f, 0x1f, 0x40, 0},
                                {0x0f, 0x1f, 0x44, 0, 0},
                                {0x66, 0x0f, 0x1f, 0x44, 0, 0},
                                {0x0f, 0x1f, 0x80, 0, 0, 0, 0},
                                {0x0f, 0x1f, 0x84, 0, 0, 0, 0, 0},
                                {0x66, 0x0f, 0x1f, 0x84, 0, 0, 0, 0, 0}};
    while (bytes) {
        unsigned n = bytes < ARRAY_LEN(nop) ? bytes : ARRAY_LEN(nop);
        for (unsigned i = 0; i < n; i++)
            x64_byte(x, nop[n - 1][i]);
        bytes -= n;
    }
}

void x64_push(struct x64 *x, enum x64_reg r)
{
    x64_prefixes(x, 0, 0, 0, r);
    x64_byte(x, 0x50 | (r & 7));
}

void x64_pop(struct x64 *x, enum x64_reg r)
{
    x64_prefixes(x, 0, 0, 0, r);
    x64_byte(x, 0x58 | (r & 7));
}

void x64_ret(struct x64 *x)
{
    x64_byte(x, 0xc3);
}

void x64_jmp_reg(struct x64 *x, enum x64_reg r)
{
    x64_rr(x, 0, 0xff, 4, r);
}

void x64_jmp_mem(struct x64 *x, struct x64_mem m)
{
    x64_rm(x, 0, 0xff, 4, m);
}

void x64_call_reg(struct x64 *x, enum x64_reg r)
{
    x64_rr(x, 0, 0xff, 2, r);
}

void x64_patch(struct x64 *x, u32 at, u32 to)
{
    u32 distance = to - (at + 4);
    if (!x->full)
        memcpy(x->start + at, &distance, 4);
}

static u32 x64_distance(struct x64 *x, u32 to)
{
    u32 at = x64_here(x);
    x64_u32(x, 0);
    if (to != X64_LATER)
        x64_patch(x, at, to);
    return at;
}

u32 x64_jmp(struct x64 *x, u32 to)
{
    x64_byte(x, 0xe9);
    return x64_distance(x, to);
}

u32 x64_jcc(struct x64 *x, enum x64_cc cc, u32 to)
{
    x64_opcode(x, 0x0f80 | cc);
    return x64_distance(x, to);
}

u32 x64_call(struct x64 *x, u32 to)
{
    x64_byte(x, 0xe8);
    return x64_distance(x, to);
}

void x64_jmp_to(struct x64 *x, const u8 *target)
{
    const u8 *after = x->run + x64_here(x) + 5;
    x64_byte(x, 0xe9);
    x64_u32(x, (u32)(target - after));
}
