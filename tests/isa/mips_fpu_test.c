/* SPDX-License-Identifier: ISC */
/* The floating-point coprocessor, one instruction at a time, with literal operands and results. */
#include "isa_rig.h"
#include "lib/bits.h"
#include "lib/bug.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

enum {
    S = 16,
    D = 17,
    W = 20
};
enum {
    ADD,
    SUB,
    MUL,
    DIV,
    ABS = 5,
    MOV,
    NEG,
    CVT_S = 0x20,
    CVT_D,
    CVT_W = 0x24,
    C = 0x30
};
enum {
    NEAREST,
    ZERO,
    UP,
    DOWN
};
enum {
    I = 1,
    U = 2,
    O = 4,
    Z = 8,
    V = 16,
    E = 32
};

#define INF_S  0x7f800000u
#define INF_D  0x7ff0000000000000ull
#define QNAN_S 0x7fbfffffu
#define QNAN_D 0x7ff7ffffffffffffull
#define SNAN_S 0x7fffffffu
#define SNAN_D 0x7fffffffffffffffull
#define NEG_S  0x80000000u
#define NEG_D  0x8000000000000000ull
#define ONE_S  0x3f800000u
#define ONE_D  0x3ff0000000000000ull

struct fpu_case {
    int format, function;
    unsigned mode;
    u64 a, b, result;
    unsigned causes;
};

static const struct fpu_case cases[] = {
    /* one, a third, two thirds; the last bit by rounding mode */
    {S, ADD, NEAREST, ONE_S, ONE_S, 0x40000000, 0},
    {S, DIV, NEAREST, ONE_S, 0x40400000, 0x3eaaaaab, I},
    {S, DIV, ZERO, ONE_S, 0x40400000, 0x3eaaaaaa, I},
    {S, DIV, UP, ONE_S, 0x40400000, 0x3eaaaaab, I},
    {S, DIV, DOWN, ONE_S, 0x40400000, 0x3eaaaaaa, I},
    {D, DIV, NEAREST, ONE_D, 0x4008000000000000, 0x3fd5555555555555, I},
    {D, DIV, UP, ONE_D, 0x4008000000000000, 0x3fd5555555555556, I},
    {D, DIV, DOWN, NEG_D | ONE_D, 0x4008000000000000, 0xbfd5555555555556, I},
    {S, SUB, NEAREST, ONE_S, ONE_S, 0, 0},
    {S, SUB, DOWN, ONE_S, ONE_S, NEG_S, 0},
    {D, MUL, NEAREST, 0x4008000000000000, 0x4014000000000000, 0x402e000000000000, 0},
    /* the ends of the range */
    {S, MUL, NEAREST, 0x7f7fffff, 0x40000000, INF_S, O | I},
    {S, MUL, ZERO, 0x7f7fffff, 0x40000000, 0x7f7fffff, O | I},
    {S, MUL, DOWN, NEG_S | 0x7f7fffff, 0x40000000, NEG_S | INF_S, O | I},
    {D, ADD, NEAREST, 0x7fefffffffffffff, 0x7fefffffffffffff, INF_D, O | I},
    {S, MUL, NEAREST, 0x00800000, 0x3f000000, 0x00400000, 0},     /* denormal, exactly */
    {S, MUL, NEAREST, 0x00800001, 0x3f000000, 0x00400000, U | I}, /* and not */
    {S, DIV, NEAREST, 0x00000001, 0x40000000, 0, U | I},
    {S, DIV, UP, 0x00000001, 0x40000000, 1, U | I},
    {D, MUL, NEAREST, 0x0010000000000000, 0x3fe0000000000000, 0x0008000000000000, 0},
    /* what is none */
    {S, DIV, NEAREST, ONE_S, 0, INF_S, Z},
    {D, DIV, NEAREST, NEG_D | ONE_D, 0, NEG_D | INF_D, Z},
    {S, DIV, NEAREST, 0, 0, QNAN_S, V},
    {D, SUB, NEAREST, INF_D, INF_D, QNAN_D, V},
    {D, MUL, NEAREST, 0, INF_D, QNAN_D, V},
    {S, ADD, NEAREST, 0x7f812345, ONE_S, 0x7f812345, 0},
    {S, ADD, NEAREST, ONE_S, 0xff812345, 0xff812345, 0},
    {S, ADD, NEAREST, 0x7f800001, SNAN_S, QNAN_S, V},
    {D, ADD, NEAREST, SNAN_D, ONE_D, QNAN_D, V},
    /* signs */
    {S, ABS, NEAREST, NEG_S | ONE_S, 0, ONE_S, 0},
    {D, NEG, NEAREST, ONE_D, 0, NEG_D | ONE_D, 0},
    {D, NEG, NEAREST, NEG_D, 0, 0, 0},
    {S, NEG, NEAREST, SNAN_S, 0, QNAN_S, V},
    {S, MOV, NEAREST, SNAN_S, 0, SNAN_S, 0},
    {D, MOV, NEAREST, SNAN_D, 0, SNAN_D, 0},
    /* conversions */
    {S, CVT_D, NEAREST, 0x3eaaaaab, 0, 0x3fd5555560000000, 0},
    {S, CVT_D, NEAREST, 1, 0, 0x36a0000000000000, 0},
    {D, CVT_S, NEAREST, 0x3fd5555555555555, 0, 0x3eaaaaab, I},
    {D, CVT_S, DOWN, 0x3fd5555555555555, 0, 0x3eaaaaaa, I},
    {D, CVT_S, NEAREST, 0x7fefffffffffffff, 0, INF_S, O | I},
    {D, CVT_S, NEAREST, 0x7ff0000000000001, 0, QNAN_S, 0},
    {D, CVT_S, NEAREST, SNAN_D, 0, QNAN_S, V},
    {S, CVT_D, NEAREST, 0x7f800001, 0, 0x7ff0000020000000, 0},
    {W, CVT_S, NEAREST, 0x7fffffff, 0, 0x4f000000, I},
    {W, CVT_S, ZERO, 0x7fffffff, 0, 0x4effffff, I},
    {W, CVT_D, NEAREST, 0x80000000, 0, 0xc1e0000000000000, 0},
    {S, CVT_W, NEAREST, 0x40200000, 0, 2, I}, /* 2.5 */
    {S, CVT_W, UP, 0x40200000, 0, 3, I},
    {S, CVT_W, ZERO, 0xc0200000, 0, 0xfffffffe, I},
    {S, CVT_W, DOWN, 0xc0200000, 0, 0xfffffffd, I},
    {D, CVT_W, NEAREST, 0x41dfffffffc00000, 0, 0x7fffffff, 0},
    {D, CVT_W, NEAREST, 0x41dfffffffe00000, 0, 0x7fffffff, V}, /* rounds to 2^31 */
    {D, CVT_W, ZERO, 0x41dfffffffe00000, 0, 0x7fffffff, I},
    {D, CVT_W, NEAREST, 0xc1e0000000000000, 0, 0x80000000, 0},
    {D, CVT_W, NEAREST, 0xc1e0000000200000, 0, 0x7fffffff, V},
    {S, CVT_W, NEAREST, QNAN_S, 0, 0x7fffffff, V},
    {S, CVT_W, NEAREST, INF_S, 0, 0x7fffffff, V},
};

static void fpu_write(struct mips *c, unsigned reg, u64 v)
{
    c->fpr[reg] = (u32)v;
    c->fpr[reg + 1] = (u32)(v >> 32);
}

static u64 fpu_read(const struct mips *c, unsigned reg, bool wide)
{
    return c->fpr[reg] | (wide ? (u64)c->fpr[reg + 1] << 32 : 0);
}

/* $f6 = $f2 op $f4 */
static u32 fpu_insn(int format, int function)
{
    return 17u << 26 | (u32)format << 21 | 4 << 16 | 2 << 11 | 6 << 6 | (u32)function;
}

static void fpu_run(struct rig *g, u32 insn, u64 a, u64 b, u32 fcr31)
{
    struct mips *c = g->cpu[0];
    rig_word(g, RIG_CODE & 0xffff, insn);
    mips_code_flush(g->code);
    fpu_write(c, 2, a);
    fpu_write(c, 4, b);
    fpu_write(c, 6, 0x1122334455667788);
    c->fcr31 = fcr31;
    mips_set_pc(c, RIG_CODE);
    mips_changed(c);
    assert_int_equal(mips_run(c, 1), MIPS_EXIT_BUDGET);
    assert_true(rig_rounds_as_usual());
}

static void every_case_has_its_result_and_causes(void **state)
{
    struct rig *g = *state;
    const struct mips *c = g->cpu[0];
    for (unsigned i = 0; i < ARRAY_LEN(cases); i++) {
        const struct fpu_case *t = &cases[i];
        bool wide = t->function == CVT_D || (t->format == D && t->function < CVT_S);
        fpu_run(g, fpu_insn(t->format, t->function), t->a, t->b, t->mode);
        u64 v = fpu_read(c, 6, wide);
        if (v != t->result || c->fcr31 != (t->causes << 12 | t->causes << 2 | t->mode))
            print_message("case %u: %016llx, fcr31 %08x\n", i, (unsigned long long)v, c->fcr31);
        assert_int_equal(v, t->result);
        assert_int_equal(c->fcr31, t->causes << 12 | t->causes << 2 | t->mode);
        assert_int_equal(c->pc, RIG_CODE + 4);
    }
}

static void comparisons(void **state)
{
    static const u64 less[] = {0xbff0000000000000, 0}, same[] = {NEG_D, 0}, none[] = {QNAN_D, 0};
    static const struct {
        const u64 *v;
        unsigned is;
    } t[] = {{less, 4}, {same, 2}, {none, 1}};
    struct rig *g = *state;
    const struct mips *c = g->cpu[0];
    for (unsigned i = 0; i < ARRAY_LEN(t); i++)
        for (int cond = 0; cond < 16; cond++) {
            u32 invalid = cond & 8 && t[i].is == 1 ? V << 12 | V << 2 : 0;
            fpu_run(g, fpu_insn(D, C + cond), t[i].v[0], t[i].v[1], MIPS_FCR31_C);
            assert_int_equal(c->fcr31, (cond & t[i].is ? MIPS_FCR31_C : 0) | invalid);
        }
    fpu_run(g, fpu_insn(S, C + 2), SNAN_S, ONE_S, 0);
    assert_int_equal(c->fcr31, V << 12 | V << 2);
}

/* With the interrupt let in, EPC is the instruction; without, it goes on, and the line stays up. */
static void an_enabled_exception_interrupts(void **state)
{
    struct rig *g = *state;
    struct mips *c = g->cpu[0];
    c->status = MIPS_ST_CU1 | MIPS_ST_IEC | 0x8000;
    fpu_run(g, fpu_insn(S, DIV), ONE_S, 0, Z << 7 | I << 2);
    assert_int_equal(c->pc, 0x80000080u);
    assert_int_equal(c->epc, RIG_CODE);
    assert_int_equal(c->cause & 0x7c, 0);
    assert_int_equal(c->fpr[6], 0x55667788);
    assert_int_equal(c->fcr31, Z << 12 | Z << 7 | I << 2);
    c->status = MIPS_ST_CU1;
    fpu_run(g, fpu_insn(S, DIV), ONE_S, 0, Z << 7);
    assert_int_equal(c->pc, RIG_CODE + 4);
    assert_int_equal(c->fpr[6], 0x55667788);
    assert_int_equal(c->irq_lines, 0x8000);
    fpu_run(g, fpu_insn(S, ADD), ONE_S, 0, 0);
    assert_int_equal(c->irq_lines, 0);
    fpu_run(g, fpu_insn(S, MUL), 0x00800000, 0x3f000000, U << 7); /* denormal, but exact */
    assert_int_equal(c->fcr31, U << 12 | U << 7);
}

static void what_means_nothing_is_unimplemented(void **state)
{
    struct rig *g = *state;
    const struct mips *c = g->cpu[0];
    static const u32 words[] = {0x46000004, 0x46a00000, 0x46000020, 0x45800000, 0x44200000};
    for (unsigned i = 0; i < ARRAY_LEN(words); i++) {
        fpu_run(g, words[i], 0, 0, 0);
        assert_int_equal(c->fcr31, E << 12);
        assert_int_equal(c->irq_lines, 0x8000);
    }
}

static void switched_off_it_is_a_coprocessor_unusable(void **state)
{
    struct rig *g = *state;
    struct mips *c = g->cpu[0];
    static const u32 words[] = {0xc4420000, 0xe4420000, 0x44020000, 0x44820000, 0x4442f800,
                                0x44c2f800, 0x45010001, 0x46041180, 0x46000004};
    for (unsigned i = 0; i < ARRAY_LEN(words); i++) {
        c->status = 0;
        c->cause = 0;
        fpu_run(g, words[i], ONE_S, ONE_S, 0);
        assert_int_equal(c->pc, 0x80000080u);
        assert_int_equal(c->cause, 1u << 28 | MIPS_EXC_CPU << 2);
        assert_int_equal(c->epc, RIG_CODE);
        assert_int_equal(c->fpr[6], 0x55667788);
    }
}

static void registers_memory_and_branches(void **state)
{
    struct rig *g = *state;
    struct mips *c = g->cpu[0];
    static const u32 program[] = {
        0xc5020100,             /* lwc1 f2, 256(t0) */
        0x44091000,             /* mfc1 t1, f2 */
        0x44892000,             /* mtc1 t1, f4 */
        0xe5040104,             /* swc1 f4, 260(t0) */
        0x444af800,             /* cfc1 t2, $31 */
        0x444b0000,             /* cfc1 t3, $0 */
        0x45010002,             /* bc1t +2 */
        NOP,        0x240c0007, /* addiu t4, $0, 7: not reached */
        0x44c0f800,             /* ctc1 $0, $31 */
        0x45010001,             /* bc1t: no longer */
        NOP,
    };
    rig_program(g, RIG_CODE & 0xffff, program, ARRAY_LEN(program));
    rig_word(g, 0x2100, 0xc0ffee00);
    c->fcr31 = MIPS_FCR31_C | 2;
    c->r[T0] = 0x80002000u;
    c->r[12] = 0;
    mips_set_pc(c, RIG_CODE);
    assert_int_equal(mips_run(c, 11), MIPS_EXIT_BUDGET);
    assert_int_equal(rig_peek(g, 0x2104), 0xc0ffee00u);
    assert_int_equal(c->r[T1], 0xc0ffee00u);
    assert_int_equal(c->r[T2], MIPS_FCR31_C | 2);
    assert_int_equal(c->r[T3], 0x340);
    assert_int_equal(c->r[12], 0);
    assert_int_equal(c->fcr31, 0);
    assert_int_equal(c->pc, RIG_CODE + 48);
}

static int setup(void **state, bool big)
{
    struct rig *g = *state = xcalloc(1, sizeof *g);
    rig_init_model(g, big, &mips_r3000a_fpu);
    g->cpu[0]->status = MIPS_ST_CU1;
    mips_changed(g->cpu[0]);
    return 0;
}

static int setup_big(void **state)
{
    return setup(state, true);
}

static int setup_little(void **state)
{
    return setup(state, false);
}

/* clang-format off */
#define CASE(f) {#f, f, setup_big, rig_teardown, NULL}, {#f "_el", f, setup_little, rig_teardown, NULL}
/* clang-format on */

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(every_case_has_its_result_and_causes),      CASE(comparisons),
        CASE(an_enabled_exception_interrupts),           CASE(what_means_nothing_is_unimplemented),
        CASE(switched_off_it_is_a_coprocessor_unusable), CASE(registers_memory_and_branches),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
