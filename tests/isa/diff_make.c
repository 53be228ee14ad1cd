/* SPDX-License-Identifier: ISC */
/*
 * Programs that make a translator work: some stretches of code, most of them across the end of a
 * page, of loops, calls, short branches either way, stores into code, changes of mapping, mode and
 * address space, all of it in several address spaces and at several addresses.
 */
#include "diff_make.h"
#include "isa/mips_int.h"

#include <string.h>

#define STRETCH   96u /* instructions */
#define STRETCHES 5u

static const uint32_t make_stretch[STRETCHES] = {0x1f40, 0x2f00, 0x3fa0, 0x5400, 0x6400};

struct make {
    struct diff *t;
    struct rng *rng;
    uint32_t start, at, end;
    unsigned depth; /* of loops */
};

enum {            /* registers: what programs keep in them */
    VALUES = 1,   /* 1..7 */
    COUNTERS = 8, /* 8..11 */
    FREE = 12,    /* 12..15 */
    DATA = 16,    /* 16..23: addresses of data */
    CODE = 24,    /* 24, 25: of code */
    STORES = 28,  /* 28, 29: of code that is stored into */
};

/* ---- words ---- */

static uint32_t make_i(uint32_t op, uint32_t rs, uint32_t rt, uint32_t imm)
{
    return op << 26 | rs << 21 | rt << 16 | (imm & 0xffff);
}

static uint32_t make_r(uint32_t fn, uint32_t rs, uint32_t rt, uint32_t rd)
{
    return rs << 21 | rt << 16 | rd << 11 | fn;
}

static uint32_t make_mtc0(uint32_t rt, uint32_t rd)
{
    return 0x40800000u | rt << 16 | rd << 11;
}

static uint32_t make_below(struct make *m, uint32_t n)
{
    return rng_below(m->rng, n);
}

static uint32_t make_value_reg(struct make *m)
{
    return VALUES + make_below(m, rng_percent(m->rng, 80) ? 7 : 15);
}

static void make_emit(struct make *m, uint32_t w)
{
    if (m->at >= m->end)
        return;
    diff_put_word(m->t, m->at, w);
    m->at += 4;
}

static void make_li(struct make *m, uint32_t reg, uint32_t v)
{
    make_emit(m, make_i(15, 0, reg, v >> 16));
    make_emit(m, make_i(13, reg, reg, v));
}

/* Some place in the code, physical. */
uint32_t diff_make_place(struct diff *t)
{
    uint32_t s = make_stretch[rng_below(&t->rng, STRETCHES)];
    return s + 4 * rng_below(&t->rng, rng_percent(&t->rng, 50) ? STRETCH : 4);
}

/* ...as a virtual address. */
static uint32_t make_code_address(struct diff *t)
{
    uint32_t at = t->taste.base[rng_below(&t->rng, 3)] + diff_make_place(t);
    return rng_percent(&t->rng, 2) ? at + rng_below(&t->rng, 4) : at;
}

static uint32_t make_data_address(struct diff *t)
{
    static const uint32_t base[] = {0x80000000, 0x80000000, 0xa0000000,
                                    0x7fff0000, 0x7fff0000, 0x00400000};
    struct rng *r = &t->rng;
    if (rng_percent(r, 4))
        return 0xa0000000u + MMIO_BASE + rng_below(r, 0xd00);
    if (rng_percent(r, 4))
        return diff_random_address(t);
    uint32_t page = 8 + rng_below(r, 4);
    if (rng_percent(r, 10)) /* with code */
        page = 1 + rng_below(r, 6);
    uint32_t off = rng_percent(r, 20) ? 0xff0 + rng_below(r, 16) : rng_below(r, 64) * 4;
    return base[rng_below(r, ARRAY_LEN(base))] + page * MEM_PAGE + off;
}

/* ---- single instructions ---- */

static uint32_t make_alu(struct make *m)
{
    static const uint8_t r_op[] = {0x20, 0x21, 0x21, 0x22, 0x23, 0x24, 0x25, 0x26, 0x27,
                                   0x2a, 0x2b, 0x04, 0x06, 0x07, 0x10, 0x11, 0x12, 0x13,
                                   0x18, 0x19, 0x1a, 0x1b, 0x00, 0x02, 0x03};
    static const uint8_t i_op[] = {8, 9, 9, 9, 10, 11, 12, 13, 14, 15};
    uint32_t a = make_value_reg(m), b = make_value_reg(m), d = make_value_reg(m);
    if (rng_percent(m->rng, 5))
        d = 0;
    if (rng_percent(m->rng, 40))
        return make_i(i_op[make_below(m, ARRAY_LEN(i_op))], a, d, rng_next(m->rng) >> 16);
    uint32_t op = r_op[make_below(m, ARRAY_LEN(r_op))];
    uint32_t amount = op < 4 ? make_below(m, 32) << 6 : 0;
    return make_r(op, a, b, d) | amount;
}

static uint32_t make_access(struct make *m)
{
    static const uint8_t op[] = {0x20, 0x21, 0x23, 0x23, 0x23, 0x24, 0x25, 0x28, 0x29,
                                 0x2b, 0x2b, 0x2b, 0x22, 0x26, 0x2a, 0x2e, 0x30, 0x38};
    uint32_t base = DATA + make_below(m, 8), off = make_below(m, 32) * 4 - 32;
    if (rng_percent(m->rng, 4))
        off += make_below(m, 4);
    return make_i(op[make_below(m, ARRAY_LEN(op))], base, make_value_reg(m), off);
}

static uint32_t make_fp_arithmetic(struct make *m)
{
    static const uint8_t fn[] = {0,    0,    1,    2,    2,    3,    5,    6,    6,    7,
                                 0x20, 0x21, 0x24, 0x32, 0x34, 0x3c, 0x3e, 0x30, 0x39, 0x37};
    uint32_t f = fn[make_below(m, ARRAY_LEN(fn))], format = 16 + make_below(m, 2);
    if (f >= 0x30 && rng_percent(m->rng, 50))
        f = 0x30 + make_below(m, 16);
    if ((f == 0x20 || f == 0x21) && rng_percent(m->rng, 95))
        format = rng_percent(m->rng, 50) ? 20 : 0x31 - f; /* no conversion to itself */
    uint32_t even = format == 17 && rng_percent(m->rng, 90) ? 14 : 15;
    uint32_t d = make_below(m, 16) & even, s = make_below(m, 16) & even;
    return 0x44000000u | format << 21 | (make_below(m, 16) & even) << 16 | s << 11 | d << 6 | f;
}

static uint32_t make_fp_access(struct make *m)
{
    uint32_t base = DATA + make_below(m, 8), off = make_below(m, 32) * 4 - 32;
    if (rng_percent(m->rng, 2))
        off += make_below(m, 4);
    return make_i(rng_percent(m->rng, 65) ? 0x31 : 0x39, base, make_below(m, 16), off);
}

static uint32_t make_fp(struct make *m)
{
    static const uint8_t move[] = {0, 0, 0, 4, 4, 4, 2, 2, 6};
    uint32_t n = make_below(m, 100);
    if (n < 60)
        return make_fp_arithmetic(m);
    if (n < 85)
        return make_fp_access(m);
    uint32_t rs = move[make_below(m, ARRAY_LEN(move))];
    uint32_t rd = rs & 2 ? 31 : make_below(m, 16);
    return 0x44000000u | rs << 21 | make_value_reg(m) << 16 | rd << 11;
}

static uint32_t make_cop0(struct make *m)
{
    static const uint32_t op[] = {0x42000001, 0x42000002, 0x42000006, 0x42000008,
                                  0x42000010, 0x42000010, 0x42000020};
    static const uint8_t reg[] = {0, 1, 2, 4, 8, 9, 10, 11, 12, 13, 14, 15};
    if (rng_percent(m->rng, 30))
        return op[make_below(m, ARRAY_LEN(op))];
    uint32_t rd = reg[make_below(m, ARRAY_LEN(reg))];
    if (rng_percent(m->rng, 70))
        return 0x40000000u | make_value_reg(m) << 16 | rd << 11;
    return make_mtc0(make_value_reg(m), rd);
}

static uint32_t make_trap(struct make *m)
{
    static const uint32_t op[] = {0x0000000c, 0x0000000d, 0x7c000000, 0x44000000, 0xc4000000};
    return op[make_below(m, ARRAY_LEN(op))];
}

/* To a place near by in the stretch, or somewhere in another. */
static uint32_t make_branch_to(struct make *m, uint32_t to)
{
    static const uint32_t op[] = {0x10000000, 0x14000000, 0x18000000, 0x1c000000,
                                  0x04000000, 0x04010000, 0x04100000, 0x04110000};
    if (rng_below(m->rng, 100) < m->t->taste.fp / 2)
        return 0x45000000u | make_below(m, 2) << 16 | (((to - m->at - 4) >> 2) & 0xffff);
    uint32_t o = op[make_below(m, ARRAY_LEN(op))], w = o | make_value_reg(m) << 21;
    if (o < 0x18000000 && o >= 0x10000000 && rng_percent(m->rng, 80))
        w |= make_value_reg(m) << 16;
    return w | (((to - m->at - 4) >> 2) & 0xffff);
}

static uint32_t make_near(struct make *m)
{
    uint32_t back = 4 * make_below(m, 20), to = m->at - back;
    if (rng_percent(m->rng, 50))
        to = m->at + 8 + 4 * make_below(m, 12);
    return to < m->start ? m->start : to;
}

static uint32_t make_branch(struct make *m)
{
    if (rng_percent(m->rng, 5))
        return make_branch_to(m, diff_make_place(m->t));
    return make_branch_to(m, make_near(m));
}

static uint32_t make_jump(struct make *m)
{
    switch (make_below(m, 6)) {
    case 0:
        return 2u << 26 | make_near(m) >> 2;
    case 1:
        return 2u << 26 | diff_make_place(m->t) >> 2;
    case 2:
        return make_r(8, CODE + make_below(m, 2), 0, 0);
    case 3:
        return make_r(9, CODE + make_below(m, 2), 0, rng_percent(m->rng, 80) ? 31 : CODE);
    case 4:
        return make_r(8, 31, 0, 0);
    default:
        return 3u << 26 | (rng_percent(m->rng, 50) ? diff_make_place(m->t) : make_near(m)) >> 2;
    }
}

static uint32_t make_plain(struct make *m)
{
    uint32_t n = make_below(m, 100);
    if (n < 1)
        return diff_random_insn(m->t);
    if (n < 95 && rng_below(m->rng, 100) < m->t->taste.fp)
        return make_fp(m);
    if (n < 50)
        return make_alu(m);
    if (n < 95)
        return make_access(m);
    return n < 99 ? make_cop0(m) : make_trap(m);
}

static uint32_t make_slot(struct make *m)
{
    uint32_t n = make_below(m, 100);
    if (n < 30)
        return 0;
    if (n < 85)
        return make_plain(m);
    if (n < 90)
        return make_cop0(m);
    if (n < 94)
        return make_trap(m);
    return rng_percent(m->rng, 50) ? make_branch(m) : make_jump(m);
}

/* ---- several at once ---- */

static void make_some(struct make *m, unsigned n);

static void make_loop(struct make *m)
{
    uint32_t reg = COUNTERS + m->depth % 4;
    uint32_t turns = 2 + make_below(m, 12);
    if (m->t->longer && rng_percent(m->rng, 50))
        turns = 64 + make_below(m, 256);
    make_emit(m, make_i(9, 0, reg, turns));
    uint32_t head = m->at;
    m->depth++;
    make_some(m, 1 + make_below(m, 10));
    m->depth--;
    make_emit(m, make_i(9, reg, reg, 0xffff));
    make_emit(m, 0x1c000000u | reg << 21 | (((head - m->at - 4) >> 2) & 0xffff)); /* bgtz */
    make_emit(m, make_slot(m));
}

/* Copies an instruction over another, near by or anywhere. */
static void make_store_code(struct make *m)
{
    uint32_t from = diff_make_place(m->t);
    uint32_t to = rng_percent(m->rng, 50) ? make_near(m) : diff_make_place(m->t);
    uint32_t base = STORES + make_below(m, 2);
    make_emit(m, make_i(0x23, base, FREE, from));
    make_emit(m, make_i(rng_percent(m->rng, 80) ? 0x2b : 0x2e, base, FREE, to));
}

static void make_asid(struct make *m)
{
    make_emit(m, make_i(13, 0, FREE, make_below(m, 3) << 6));
    make_emit(m, make_mtc0(FREE, 10));
}

/* Another page for an address that is mapped. */
static void make_remap(struct make *m)
{
    uint32_t va = rng_percent(m->rng, 70) ? 0x00400000u : 0;
    make_li(m, FREE, (va + (1 + make_below(m, 6)) * MEM_PAGE) | make_below(m, 3) << 6);
    uint32_t flags = rng_percent(m->rng, 85) ? MIPS_LO_V | MIPS_LO_D : make_below(m, 8) << 8;
    make_li(m, FREE + 1, (1 + make_below(m, 6)) * MEM_PAGE | flags);
    make_emit(m, make_mtc0(FREE, 10));
    make_emit(m, 0x42000008); /* tlbp */
    make_emit(m, 0x40000000u | (FREE + 2) << 16);
    make_emit(m, make_i(1, FREE + 2, 0, 2)); /* not there */
    make_emit(m, make_mtc0(FREE + 1, 2));
    make_emit(m, 0x42000002); /* tlbwi */
}

/* Another rounding mode, other traps; rarely one that is due at once. */
static void make_fp_control(struct make *m)
{
    uint32_t v = rng_next(m->rng) & (REF_FPU_C | 0x7f);
    v |= rng_percent(m->rng, 40) ? rng_next(m->rng) & 0xf80 : 0;
    v |= rng_percent(m->rng, 5) ? rng_next(m->rng) & 0x3f000 : 0;
    make_li(m, FREE, v);
    make_emit(m, 0x44c0f800u | FREE << 16); /* ctc1 */
}

/* Goes along an array of operands and computes with them. */
static void make_fp_loop(struct make *m)
{
    uint32_t at = DATA + make_below(m, 8), reg = COUNTERS + m->depth % 4;
    make_li(m, at, 0x80000000u + 8 * MEM_PAGE + make_below(m, 480) * 8);
    make_emit(m, make_i(9, 0, reg, 4 + make_below(m, 24)));
    uint32_t head = m->at, n = 2 + make_below(m, 3);
    for (uint32_t i = 0; i < 2 * n; i++)
        make_emit(m, make_i(0x31, at, i, 4 * i));
    for (uint32_t i = make_below(m, 6) + 1; i; i--)
        make_emit(m, make_fp_arithmetic(m));
    if (rng_percent(m->rng, 40))
        make_emit(m, make_i(0x39, at, make_below(m, 16), MEM_PAGE));
    make_emit(m, make_i(9, reg, reg, 0xffff));
    make_emit(m, make_i(7, reg, 0, (head - m->at - 4) >> 2)); /* bgtz */
    make_emit(m, make_i(9, at, at, 4 << make_below(m, 3)));
}

/* What the R3010's programs want of Status. */
static uint32_t make_fp_status(struct diff *t)
{
    uint32_t s = rng_percent(&t->rng, 50) ? 0x8000 : 0;
    return t->fpu ? s | (rng_percent(&t->rng, 80) ? MIPS_ST_CU1 : 0) : 0;
}

static void make_mode(struct make *m)
{
    uint32_t status = (rng_next(m->rng) & 0x3f) | (rng_percent(m->rng, 20) ? 0xfc00 : 0);
    status |= rng_percent(m->rng, 50) ? MIPS_ST_CU0 : 0;
    status |= make_fp_status(m->t);
    if (!m->t->mips161 && rng_percent(m->rng, 5))
        status |= MIPS_ST_ISC;
    make_li(m, FREE, status);
    make_emit(m, make_mtc0(FREE, 12));
    if (rng_percent(m->rng, 50))
        return;
    make_emit(m, make_r(8, CODE + make_below(m, 2), 0, 0));
    make_emit(m, 0x42000010); /* rfe */
}

static void make_timer(struct make *m)
{
    make_emit(m, make_i(9, 0, FREE, make_below(m, 200)));
    make_emit(m, make_mtc0(FREE, rng_percent(m->rng, 80) ? 11 : 9));
}

/* Accesses off one base, as to a stack frame: words mostly, some of which are misaligned. */
static void make_frame(struct make *m)
{
    static const uint8_t op[] = {0x23, 0x23, 0x23, 0x2b, 0x2b, 0x2b,
                                 0x20, 0x21, 0x24, 0x25, 0x28, 0x29};
    uint32_t base = DATA + make_below(m, 8), size = 4 + 4 * make_below(m, 24);
    uint32_t kinds = rng_percent(m->rng, 70) ? 6 : ARRAY_LEN(op);
    if (rng_percent(m->rng, 30))
        make_li(m, base, make_data_address(m->t));
    bool moved = rng_percent(m->rng, 50);
    if (moved)
        make_emit(m, make_i(9, base, base, 0u - size));
    for (uint32_t n = 2 + make_below(m, 8); n; n--) {
        uint32_t off = 4 * make_below(m, size / 4) + (rng_percent(m->rng, 2) ? 2 : 0);
        make_emit(m, make_i(op[make_below(m, kinds)], base, make_value_reg(m), off));
        if (rng_percent(m->rng, 25))
            make_emit(m, make_plain(m));
    }
    if (moved)
        make_emit(m, make_i(9, base, base, size));
}

/* From a call, or to a little before or after where that would go on. */
static void make_return(struct make *m)
{
    if (rng_percent(m->rng, 30))
        make_emit(m, make_i(9, 31, 31, make_below(m, 8) * 4 - 16));
    make_emit(m, make_r(8, 31, 0, 0));
    make_emit(m, make_slot(m));
}

static void make_call(struct make *m)
{
    make_emit(m, 3u << 26 | (rng_percent(m->rng, 50) ? diff_make_place(m->t) : make_near(m)) >> 2);
    make_emit(m, make_slot(m));
}

/* A function, called here and passed over. */
static void make_function(struct make *m)
{
    uint32_t call = m->at;
    make_emit(m, 0);
    make_emit(m, make_slot(m));
    make_some(m, 1 + make_below(m, 3));
    uint32_t around = m->at;
    make_emit(m, 0);
    make_emit(m, 0);
    uint32_t function = m->at;
    m->depth++;
    make_some(m, 1 + make_below(m, 5));
    m->depth--;
    make_return(m);
    if (m->at >= m->end)
        return;
    diff_put_word(m->t, call, 3u << 26 | function >> 2);
    diff_put_word(m->t, around, 0x10000000u | ((m->at - around - 4) >> 2));
}

/* A jump whose target is computed, to one of the instructions that follow. */
static void make_switch(struct make *m)
{
    uint32_t by = make_value_reg(m), to = FREE + make_below(m, 2), ways = 2u << make_below(m, 5);
    make_emit(m, 0x04110001); /* bgezal $0: $31 is the address after the next one */
    make_emit(m, 0);
    if (rng_percent(m->rng, 60)) {
        make_emit(m, make_r(0, 0, COUNTERS + make_below(m, 4), FREE + 2) | 2 << 6); /* sll */
        by = FREE + 2;
    }
    make_emit(m, make_i(12, by, FREE + 2, (ways - 1) << 2)); /* andi */
    make_emit(m, make_r(0x21, 31, FREE + 2, to));
    make_emit(m, make_i(9, to, to, 12 + 8 * make_below(m, 3)));
    make_emit(m, rng_percent(m->rng, 50) ? make_r(8, to, 0, 0) : make_r(9, to, 0, 31));
    make_emit(m, make_slot(m));
    for (unsigned i = 0; i < ways / 2 && m->at < m->end; i++) {
        make_emit(m, make_plain(m));
        if (rng_percent(m->rng, 30))
            make_emit(m, make_branch(m));
    }
}

static void make_address(struct make *m)
{
    if (rng_percent(m->rng, 50))
        make_li(m, DATA + make_below(m, 8), make_data_address(m->t));
    else
        make_li(m, CODE + make_below(m, 2), make_code_address(m->t));
}

static void make_compound(struct make *m)
{
    static void (*const kinds[])(struct make *) = {
        make_loop,   make_store_code, make_asid,    make_remap, make_mode,
        make_timer,  make_address,    make_return,  make_call,  make_function,
        make_switch, make_fp_control, make_fp_loop, make_frame};
    unsigned left = 0, k = 0;
    for (unsigned i = 0; i < ARRAY_LEN(kinds); i++)
        left += m->t->taste.kinds[i];
    for (left = make_below(m, left); left >= m->t->taste.kinds[k]; k++)
        left -= m->t->taste.kinds[k];
    if ((kinds[k] == make_loop || kinds[k] == make_function) && m->depth > 2)
        return;
    kinds[k](m);
}

static void make_some(struct make *m, unsigned n)
{
    for (unsigned i = 0; i < n && m->at < m->end; i++) {
        uint32_t what = make_below(m, 100);
        if (what < 65) {
            make_emit(m, make_plain(m));
        } else if (what < 88) {
            make_emit(m, what < 82 ? make_branch(m) : make_jump(m));
            make_emit(m, make_slot(m));
        } else {
            make_compound(m);
        }
    }
}

/* ---- the whole ---- */

/* The end of a stretch, where it goes on elsewhere. */
static void make_onward(struct make *m)
{
    m->end += 12;
    make_emit(m, make_jump(m));
    make_emit(m, make_slot(m));
    make_emit(m, 2u << 26 | diff_make_place(m->t) >> 2);
}

static void make_code(struct diff *t)
{
    for (unsigned i = 0; i < STRETCHES; i++) {
        struct make m = {.t = t, .rng = &t->rng, .start = make_stretch[i], .at = make_stretch[i]};
        m.end = m.start + 4 * STRETCH;
        while (m.at < m.end)
            make_some(&m, 10);
        make_onward(&m);
    }
    for (uint32_t i = 0; i < STRETCH + 3; i++) /* much alike: mapped in turn */
        if (rng_percent(&t->rng, 90))
            diff_put_word(t, make_stretch[4] + 4 * i,
                          mem_load(mem_ram_ptr(t->mem, make_stretch[3] + 4 * i, 4), 4, t->big));
}

/* Instead of returning, goes to where register 25 says. */
static void make_scheduler(struct diff *t)
{
    uint32_t at = diff_make_fp_entry(t, 0x80);
    diff_put_word(t, at, make_r(8, CODE + 1, 0, 0));
    diff_put_word(t, at + 4, 0x42000010);
}

/* Returns into another address space: the code there is of other pages, here and there. */
static void make_switcher(struct diff *t)
{
    uint32_t at = diff_make_fp_entry(t, 0x80);
    diff_put_word(t, at, 0x401a5000);                   /* mfc0 k0, entryhi */
    diff_put_word(t, at + 4, make_i(14, 26, 26, 0x40)); /* xori k0, k0, 1 << 6 */
    diff_put_word(t, at + 8, 0x409a5000);               /* mtc0 k0, entryhi */
    diff_put_word(t, at + 12, 0x401b7000);              /* mfc0 k1, epc */
    if (rng_percent(&t->rng, 70))
        diff_put_word(t, at + 16, make_i(9, 27, 27, 4));
    else
        diff_put_word(t, at + 16, make_i(9, CODE + 1, 27, 0));
    diff_put_word(t, at + 20, make_r(8, 27, 0, 0));
    diff_put_word(t, at + 24, 0x42000010);
}

/* Exchanges the pages of an address that has an entry of a known index. */
static void make_exchanger(struct diff *t)
{
    uint32_t at = diff_make_fp_entry(t, 0x80), i = 17 + rng_below(&t->rng, 6),
             pages = 1 + rng_below(&t->rng, 7);
    const uint32_t code[] = {
        make_i(13, 0, 26, i << 8),
        make_mtc0(26, 0),
        0x42000001, /* tlbr */
        0x401a1000, /* mfc0 k0, entrylo */
        make_i(15, 0, 27, pages >> 4),
        make_i(13, 27, 27, (pages & 15) << 12),
        make_r(0x26, 26, 27, 26),
        make_mtc0(26, 2),
        0x42000002, /* tlbwi */
        0x401b7000, /* mfc0 k1, epc */
        make_i(9, 27, 27, 4),
        make_r(8, 27, 0, 0),
        0x42000010,
    };
    for (uint32_t k = 0; k < ARRAY_LEN(code); k++)
        diff_put_word(t, at + 4 * k, code[k]);
}

static void make_entry(struct diff *t, unsigned i, uint32_t hi, uint32_t page)
{
    struct rng *r = &t->rng;
    uint32_t flags = rng_percent(r, 92) ? MIPS_LO_V : 0;
    flags |= rng_percent(r, 75) ? MIPS_LO_D : 0;
    flags |= rng_percent(r, 25) && !(hi & 0xfc0) ? MIPS_LO_G : 0;
    t->cpu->tlb_hi[i] = t->ref.tlb[i].hi = hi;
    t->cpu->tlb_lo[i] = t->ref.tlb[i].lo = page * MEM_PAGE | flags;
}

/* Code at three addresses, at one of them another page for each address space, and data. */
static void make_tlb(struct diff *t)
{
    struct rng *r = &t->rng;
    for (unsigned i = 0; i < 8; i++) {
        uint32_t page = rng_percent(r, 85) ? i : 1 + rng_below(r, 6);
        make_entry(t, 8 + i, i * MEM_PAGE, page);
        make_entry(t, 24 + i, 0xc0000000u + i * MEM_PAGE, page);
        make_entry(t, 40 + i, 0x7fff0000u + (8 + i) * MEM_PAGE,
                   rng_percent(r, 95) ? 8 + i : MMIO_BASE / MEM_PAGE);
        make_entry(t, 16 + i, 0x00400000u + i * MEM_PAGE, rng_percent(r, 85) ? i : page);
        t->cpu->tlb_lo[16 + i] = t->ref.tlb[16 + i].lo &= ~(uint32_t)MIPS_LO_G;
        make_entry(t, 32 + i, 0x00400000u | i * MEM_PAGE | 0x40,
                   rng_percent(r, 50) ? i : 1 + rng_below(r, 6));
    }
}

static uint32_t make_status(struct diff *t)
{
    uint32_t s = rng_next(&t->rng) & 0xff3f;
    if (rng_percent(&t->rng, 60))
        s &= ~(uint32_t)MIPS_ST_KUC;
    if (rng_percent(&t->rng, 30))
        s |= MIPS_ST_CU0;
    if (rng_percent(&t->rng, 3))
        s |= MIPS_ST_BEV;
    return s | make_fp_status(t);
}

void diff_make_go(struct diff *t)
{
    uint32_t pc = make_code_address(t) & ~3u;
    if (mips_user_mode(t->cpu))
        pc &= 0x00ffffff;
    mips_set_pc(t->cpu, pc);
    t->ref.pc = pc;
    t->ref.npc = pc + 4;
    t->ref.bd = false;
}

static void make_registers(struct diff *t)
{
    struct mips *c = t->cpu;
    for (unsigned i = 1; i < DATA; i++)
        c->r[i] = diff_random_value(t);
    for (unsigned i = DATA; i < CODE; i++)
        c->r[i] = make_data_address(t);
    c->r[CODE] = make_code_address(t);
    c->r[CODE + 1] = make_code_address(t);
    c->r[STORES] = 0x80000000u;
    c->r[STORES + 1] = rng_percent(&t->rng, 50) ? 0xa0000000u : 0x00400000u;
    c->r[30] = rng_next(&t->rng);
    c->r[31] = make_code_address(t);
    memcpy(t->ref.r, c->r, sizeof t->ref.r);
    c->status = t->ref.status = make_status(t);
    diff_make_fpu(t);
    c->entryhi = t->ref.entryhi = rng_below(&t->rng, 2) << 6;
}

/* Which of many things: some, often; most programs are of few kinds, so that these meet. */
static struct diff_taste make_taste(struct rng *r, bool fpu)
{
    static const uint32_t base[] = {0x80000000, 0x80000000, 0x80000000, 0xa0000000,
                                    0x00000000, 0x00400000, 0x00400000, 0xc0000000};
    struct diff_taste s;
    for (unsigned i = 0; i < 3; i++)
        s.base[i] = rng_percent(r, 30) && i ? s.base[0] : base[rng_below(r, ARRAY_LEN(base))];
    for (unsigned i = 0; i < ARRAY_LEN(s.kinds); i++)
        s.kinds[i] = (uint8_t)(rng_percent(r, 40) ? 0 : rng_below(r, 6));
    s.kinds[0] = (uint8_t)(s.kinds[0] + 3);
    s.lines = (uint8_t)(rng_percent(r, 50) ? rng_below(r, 30) : 0);
    s.outside = (uint8_t)(rng_percent(r, 50) ? rng_below(r, 50) : 0);
    s.moves = (uint8_t)(rng_percent(r, 60) ? 5 + rng_below(r, 30) : 5);
    s.fp = (uint8_t)(fpu ? rng_below(r, 75) : 0);
    if (!fpu)
        s.kinds[11] = s.kinds[12] = 0;
    return s;
}

void diff_make(struct diff *t)
{
    t->taste = make_taste(&t->rng, t->fpu);
    make_code(t);
    if (rng_percent(&t->rng, 95))
        diff_make_handlers(t, 0);
    static void (*const handler[])(struct diff *) = {make_scheduler, make_switcher, make_switcher,
                                                     make_exchanger, make_exchanger};
    if (rng_percent(&t->rng, 60))
        handler[rng_below(&t->rng, ARRAY_LEN(handler))](t);
    diff_make_handlers(t, ROM_BASE + 0x100);
    for (uint32_t pa = 8 * MEM_PAGE; pa < 12 * MEM_PAGE; pa += 0x40)
        diff_put_word(t, pa, diff_random_value(t));
    for (uint32_t pa = 8 * MEM_PAGE; pa < 9 * MEM_PAGE && t->fpu; pa += 4)
        diff_put_word(t, pa, diff_random_float(t));
    make_tlb(t);
    make_registers(t);
    diff_make_go(t);
    mips_changed(t->cpu);
}

unsigned diff_make_words(uint32_t *pa)
{
    unsigned n = 0;
    for (unsigned s = 0; s < STRETCHES; s++)
        for (uint32_t i = 0; i < STRETCH + 3; i++)
            pa[n++] = make_stretch[s] + 4 * i;
    return n;
}
