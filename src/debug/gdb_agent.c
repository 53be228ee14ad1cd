/* SPDX-License-Identifier: ISC */
/* Values are 64 bits wide. No floating point, no trace state variables: a condition has neither. */
#include "debug/gdb_agent.h"

#define GDB_AGENT_STACK 64

enum gdb_agent_op {
    GDB_AGENT_ADD = 0x02,
    GDB_AGENT_SUB = 0x03,
    GDB_AGENT_MUL = 0x04,
    GDB_AGENT_DIV_SIGNED = 0x05,
    GDB_AGENT_DIV_UNSIGNED = 0x06,
    GDB_AGENT_REM_SIGNED = 0x07,
    GDB_AGENT_REM_UNSIGNED = 0x08,
    GDB_AGENT_LSH = 0x09,
    GDB_AGENT_RSH_SIGNED = 0x0a,
    GDB_AGENT_RSH_UNSIGNED = 0x0b,
    GDB_AGENT_LOG_NOT = 0x0e,
    GDB_AGENT_BIT_AND = 0x0f,
    GDB_AGENT_BIT_OR = 0x10,
    GDB_AGENT_BIT_XOR = 0x11,
    GDB_AGENT_BIT_NOT = 0x12,
    GDB_AGENT_EQUAL = 0x13,
    GDB_AGENT_LESS_SIGNED = 0x14,
    GDB_AGENT_LESS_UNSIGNED = 0x15,
    GDB_AGENT_EXT = 0x16,
    GDB_AGENT_REF8 = 0x17,
    GDB_AGENT_REF64 = 0x1a,
    GDB_AGENT_IF_GOTO = 0x20,
    GDB_AGENT_GOTO = 0x21,
    GDB_AGENT_CONST8 = 0x22,
    GDB_AGENT_CONST64 = 0x25,
    GDB_AGENT_REG = 0x26,
    GDB_AGENT_END = 0x27,
    GDB_AGENT_DUP = 0x28,
    GDB_AGENT_POP = 0x29,
    GDB_AGENT_ZERO_EXT = 0x2a,
    GDB_AGENT_SWAP = 0x2b,
    GDB_AGENT_PICK = 0x32,
    GDB_AGENT_ROT = 0x33,
};

struct gdb_agent {
    const struct debug_target *t;
    unsigned thread;
    const u8 *code;
    u32 len, pc;
    u64 stack[GDB_AGENT_STACK];
    u32 depth;
    bool bad; /* sticks: pops give 0, pushes are lost */
};

static void gdb_agent_push(struct gdb_agent *a, u64 v)
{
    if (a->depth == GDB_AGENT_STACK)
        a->bad = true;
    else
        a->stack[a->depth++] = v;
}

static u64 gdb_agent_pop(struct gdb_agent *a)
{
    if (!a->depth) {
        a->bad = true;
        return 0;
    }
    return a->stack[--a->depth];
}

/* Operands in the code are big-endian, whatever the target is. */
static u64 gdb_agent_operand(struct gdb_agent *a, u32 bytes)
{
    u64 v = 0;
    if (a->len - a->pc < bytes) {
        a->bad = true;
        return 0;
    }
    for (; bytes; bytes--)
        v = v << 8 | a->code[a->pc++];
    return v;
}

static void gdb_agent_jump(struct gdb_agent *a, u64 to, bool taken)
{
    if (to >= a->len)
        a->bad = true;
    else if (taken)
        a->pc = (u32)to;
}

static u64 gdb_agent_value(const struct gdb_agent *a, const u8 *p, u32 bytes)
{
    u64 v = 0;
    for (u32 i = 0; i < bytes; i++)
        v = v << 8 | p[a->t->big ? i : bytes - 1 - i];
    return v;
}

static void gdb_agent_reg(struct gdb_agent *a)
{
    u64 n = gdb_agent_operand(a, 2);
    u8 value[DEBUG_MAX_REG_BYTES];
    if (a->bad || n >= a->t->nregs || a->t->reg[n].bytes > 8 ||
        !a->t->ops->reg_read(a->t->ctx, a->thread, (unsigned)n, value))
        a->bad = true;
    else
        gdb_agent_push(a, gdb_agent_value(a, value, a->t->reg[n].bytes));
}

static void gdb_agent_ref(struct gdb_agent *a, u32 bytes)
{
    struct debug_place p = {.view = DEBUG_VIRTUAL, .thread = a->thread, .addr = gdb_agent_pop(a)};
    u8 value[8];
    if (a->bad || a->t->ops->mem_read(a->t->ctx, &p, value, bytes) != bytes)
        a->bad = true;
    else
        gdb_agent_push(a, gdb_agent_value(a, value, bytes));
}

static u64 gdb_agent_extend(u64 v, u64 bits, bool sign)
{
    if (!bits || bits >= 64)
        return v;
    u64 mask = (1ull << bits) - 1;
    return sign && v >> (bits - 1) & 1 ? v | ~mask : v & mask;
}

static u64 gdb_agent_divide(struct gdb_agent *a, u8 op, u64 x, u64 y)
{
    if (!y) {
        a->bad = true;
        return 0;
    }
    bool overflow = x == 1ull << 63 && y == ~0ull;
    switch (op) {
    case GDB_AGENT_DIV_SIGNED:
        return overflow ? x : (u64)((i64)x / (i64)y);
    case GDB_AGENT_REM_SIGNED:
        return overflow ? 0 : (u64)((i64)x % (i64)y);
    case GDB_AGENT_DIV_UNSIGNED:
        return x / y;
    default:
        return x % y;
    }
}

static u64 gdb_agent_shift(u8 op, u64 x, u64 by)
{
    bool minus = op == GDB_AGENT_RSH_SIGNED && x >> 63;
    if (by > 63)
        return minus ? ~0ull : 0;
    if (op == GDB_AGENT_LSH)
        return x << by;
    u64 v = x >> by;
    return minus && by ? v | ~0ull << (64 - by) : v;
}

static void gdb_agent_binary(struct gdb_agent *a, u8 op)
{
    u64 y = gdb_agent_pop(a), x = gdb_agent_pop(a), v;
    switch (op) {
    case GDB_AGENT_ADD:
        v = x + y;
        break;
    case GDB_AGENT_SUB:
        v = x - y;
        break;
    case GDB_AGENT_MUL:
        v = x * y;
        break;
    case GDB_AGENT_BIT_AND:
        v = x & y;
        break;
    case GDB_AGENT_BIT_OR:
        v = x | y;
        break;
    case GDB_AGENT_BIT_XOR:
        v = x ^ y;
        break;
    case GDB_AGENT_EQUAL:
        v = x == y;
        break;
    case GDB_AGENT_LESS_SIGNED:
        v = (i64)x < (i64)y;
        break;
    case GDB_AGENT_LESS_UNSIGNED:
        v = x < y;
        break;
    case GDB_AGENT_LSH:
    case GDB_AGENT_RSH_SIGNED:
    case GDB_AGENT_RSH_UNSIGNED:
        v = gdb_agent_shift(op, x, y);
        break;
    default:
        v = gdb_agent_divide(a, op, x, y);
    }
    gdb_agent_push(a, v);
}

static void gdb_agent_stack(struct gdb_agent *a, u8 op)
{
    u64 top = 0, second = 0, third = 0;
    switch (op) {
    case GDB_AGENT_DUP:
        top = gdb_agent_pop(a);
        gdb_agent_push(a, top);
        gdb_agent_push(a, top);
        break;
    case GDB_AGENT_SWAP:
        top = gdb_agent_pop(a);
        second = gdb_agent_pop(a);
        gdb_agent_push(a, top);
        gdb_agent_push(a, second);
        break;
    case GDB_AGENT_ROT: /* the top goes below the other two */
        top = gdb_agent_pop(a);
        second = gdb_agent_pop(a);
        third = gdb_agent_pop(a);
        gdb_agent_push(a, top);
        gdb_agent_push(a, third);
        gdb_agent_push(a, second);
        break;
    case GDB_AGENT_PICK: {
        u64 n = gdb_agent_operand(a, 1);
        if (n >= a->depth)
            a->bad = true;
        else
            gdb_agent_push(a, a->stack[a->depth - 1 - n]);
        break;
    }
    default:
        (void)gdb_agent_pop(a);
    }
}

static void gdb_agent_flow(struct gdb_agent *a, u8 op)
{
    u64 to = gdb_agent_operand(a, 2);
    gdb_agent_jump(a, to, op == GDB_AGENT_GOTO || gdb_agent_pop(a));
}

static void gdb_agent_step(struct gdb_agent *a, u8 op)
{
    u64 bits;
    if (op >= GDB_AGENT_REF8 && op <= GDB_AGENT_REF64) {
        gdb_agent_ref(a, 1u << (op - GDB_AGENT_REF8));
        return;
    }
    if (op >= GDB_AGENT_CONST8 && op <= GDB_AGENT_CONST64) {
        gdb_agent_push(a, gdb_agent_operand(a, 1u << (op - GDB_AGENT_CONST8)));
        return;
    }
    switch (op) {
    case GDB_AGENT_ADD ... GDB_AGENT_RSH_UNSIGNED:
    case GDB_AGENT_BIT_AND ... GDB_AGENT_BIT_XOR:
    case GDB_AGENT_EQUAL ... GDB_AGENT_LESS_UNSIGNED:
        gdb_agent_binary(a, op);
        return;
    case GDB_AGENT_LOG_NOT:
        gdb_agent_push(a, !gdb_agent_pop(a));
        return;
    case GDB_AGENT_BIT_NOT:
        gdb_agent_push(a, ~gdb_agent_pop(a));
        return;
    case GDB_AGENT_EXT:
    case GDB_AGENT_ZERO_EXT:
        bits = gdb_agent_operand(a, 1);
        gdb_agent_push(a, gdb_agent_extend(gdb_agent_pop(a), bits, op == GDB_AGENT_EXT));
        return;
    case GDB_AGENT_IF_GOTO:
    case GDB_AGENT_GOTO:
        gdb_agent_flow(a, op);
        return;
    case GDB_AGENT_REG:
        gdb_agent_reg(a);
        return;
    case GDB_AGENT_DUP:
    case GDB_AGENT_POP:
    case GDB_AGENT_SWAP:
    case GDB_AGENT_PICK:
    case GDB_AGENT_ROT:
        gdb_agent_stack(a, op);
        return;
    default:
        a->bad = true;
    }
}

bool gdb_agent_eval(const struct debug_target *t, unsigned thread, const u8 *code, u32 len,
                    u64 *result)
{
    struct gdb_agent a = {.t = t, .thread = thread, .code = code, .len = len};
    for (unsigned steps = 0; steps < GDB_AGENT_STEPS && !a.bad && a.pc < len; steps++) {
        u8 op = code[a.pc++];
        if (op == GDB_AGENT_END) {
            *result = gdb_agent_pop(&a);
            return !a.bad;
        }
        gdb_agent_step(&a, op);
    }
    return false;
}
