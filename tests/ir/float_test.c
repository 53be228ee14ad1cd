/* SPDX-License-Identifier: ISC */
/* Floating point on literal bits, evaluated; and what the builder knows of slots. */
#include "ir_small.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#define S(bits) (bits##u)
#define D(bits) (bits##ull)

/* a and b of the type `from`; the result's bits. */
struct row {
    u8 op, type, from, cc;
    u64 a, b, result;
};

static const struct row rows[] = {
    {IR_FADD, IR_F32, IR_F32, 0, S(0x3f800000), S(0x40000000), S(0x40400000)},
    {IR_FSUB, IR_F32, IR_F32, 0, S(0x3f800000), S(0x40000000), S(0xbf800000)},
    {IR_FMUL, IR_F32, IR_F32, 0, S(0x40400000), S(0xc0000000), S(0xc0c00000)},
    {IR_FDIV, IR_F32, IR_F32, 0, S(0x3f800000), S(0x40400000), S(0x3eaaaaab)},
    {IR_FADD, IR_F64, IR_F64, 0, D(0x3ff0000000000000), D(0x4000000000000000),
     D(0x4008000000000000)},
    {IR_FSUB, IR_F64, IR_F64, 0, D(0x3ff0000000000000), D(0x3ff0000000000000), 0},
    {IR_FMUL, IR_F64, IR_F64, 0, D(0x0010000000000000), D(0x3fe0000000000000),
     D(0x0008000000000000)},
    {IR_FDIV, IR_F64, IR_F64, 0, D(0xbff0000000000000), 0, D(0xfff0000000000000)},
    {IR_FNEG, IR_F32, IR_F32, 0, S(0x7f800001), 0, S(0xff800001)},
    {IR_FABS, IR_F64, IR_F64, 0, D(0xfff0000000000001), 0, D(0x7ff0000000000001)},
    {IR_WIDEN, IR_F64, IR_F32, 0, S(0x00000001), 0, D(0x36a0000000000000)},
    {IR_NARROW, IR_F32, IR_F64, 0, D(0x3ff0000010000000), 0, S(0x3f800000)},
    {IR_NARROW, IR_F32, IR_F64, 0, D(0x47f0000000000000), 0, S(0x7f800000)},
    {IR_ROUND, IR_I32, IR_F32, 0, S(0x3fc00000), 0, 2},
    {IR_ROUND, IR_I32, IR_F32, 0, S(0x4f000000), 0, 0x80000000},
    {IR_ROUNDD, IR_I32, IR_F64, 0, D(0xc1e0000000000000), 0, 0x80000000},
    {IR_ROUNDD, IR_I32, IR_F64, 0, D(0x41dfffffffc00000), 0, 0x7fffffff},
    {IR_ROUNDD, IR_I32, IR_F64, 0, D(0x7ff8000000000000), 0, 0x80000000},
    {IR_FLO, IR_I32, IR_F64, 0, D(0x1122334455667788), 0, 0x55667788},
    {IR_FHI, IR_I32, IR_F64, 0, D(0x1122334455667788), 0, 0x11223344},
    {IR_IBITS, IR_I32, IR_F32, 0, S(0x7fbfffff), 0, 0x7fbfffff},
    {IR_CMP, IR_F32, IR_F32, IR_EQ, S(0x80000000), 0, 1},
    {IR_CMP, IR_F32, IR_F32, IR_LTS, S(0xbf800000), S(0x3f800000), 1},
    {IR_CMP, IR_F64, IR_F64, IR_GES, D(0x7ff8000000000000), 0, 1},
    {IR_CMP, IR_F64, IR_F64, IR_LTS, D(0x7ff8000000000000), 0, 0},
    {IR_CMP, IR_F64, IR_F64, IR_EQ, D(0x7ff8000000000000), D(0x7ff8000000000000), 0},
    {IR_CMP, IR_F64, IR_F64, IR_NE, D(0x7ff8000000000000), 0, 1},
    {IR_CMP, IR_F64, IR_F64, IR_UNO, 0, D(0x7ff8000000000000), 1},
    {IR_CMP, IR_F64, IR_F64, IR_ORD, 0, D(0x7ff0000000000000), 1},
};

static ir_ref literal(struct small *s, enum ir_type type, u64 bits)
{
    ir_ref lo = ir_const(&s->b, IR_I32, (u32)bits), hi = ir_const(&s->b, IR_I32, bits >> 32);
    return type == IR_F32 ? ir_float(&s->b, IR_FBITS, IR_F32, lo, 0)
                          : ir_float(&s->b, IR_JOIN, IR_F64, lo, hi);
}

static u64 compute(const struct row *row)
{
    struct small s;
    small_init(&s);
    ir_ref a = literal(&s, row->from, row->a), b = literal(&s, row->from, row->b), v;
    if (row->op == IR_CMP)
        v = ir_cmp(&s.b, row->cc, a, b);
    else
        v = ir_float(&s.b, row->op, row->type, a, ir_ops[row->op].operands > 1 ? b : 0);
    enum ir_type type = ir_type_of(&s.r->insn[v]);
    if (type == IR_I32)
        ir_put(&s.b, s.i, v);
    else
        ir_putf(&s.b, s.i, s.k, v);
    small_run(&s);
    u64 result = type == IR_F64 ? (u64)s.state.k << 32 | s.state.i : s.state.i;
    small_fini(&s);
    return result;
}

static void operations_yield_what_ieee_says(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        if (compute(&rows[i]) != rows[i].result)
            fail_msg("row %zu: 0x%llx", i, (unsigned long long)compute(&rows[i]));
}

static void every_operation_has_rows(void **state)
{
    (void)state;
    for (unsigned op = IR_FADD; op <= IR_FHI; op++) {
        bool other = op == IR_FROM32 || op == IR_FBITS || op == IR_JOIN; /* below, and literals */
        for (size_t i = 0; i < ARRAY_LEN(rows); i++)
            other |= rows[i].op == op;
        assert_true(other);
    }
}

static void from32_goes_by_the_sign(void **state)
{
    struct small *s = *state;
    ir_ref v = ir_const(&s->b, IR_I32, 0xffffffff);
    ir_putf(&s->b, s->i, s->k, ir_float(&s->b, IR_FROM32, IR_F64, v, 0));
    small_run(s);
    assert_int_equal(s->state.i, 0);
    assert_int_equal(s->state.k, 0xbff00000);
}

/* A double that was put is its halves, and they are it. */
static void halves_and_whole_are_one(void **state)
{
    struct small *s = *state;
    ir_ref v = literal(s, IR_F64, D(0x1122334455667788));
    ir_putf(&s->b, s->i, s->k, v);
    assert_int_equal(ir_getf(&s->b, IR_F64, s->i, s->k), v);
    ir_ref hi = ir_get(&s->b, s->k);
    ir_put(&s->b, s->k, ir_get(&s->b, s->i));
    ir_ref mixed = ir_getf(&s->b, IR_F64, s->i, s->k);
    assert_int_not_equal(mixed, v);
    ir_put(&s->b, s->m, hi);
    ir_putf(&s->b, s->i, s->k, mixed);
    small_run(s);
    assert_int_equal(s->state.i, 0x55667788);
    assert_int_equal(s->state.k, 0x55667788);
    assert_int_equal(s->state.m, 0x11223344);
}

static void a_call_forgets_them(void **state)
{
    struct small *s = *state;
    ir_ref v = ir_getf(&s->b, IR_F32, s->i, 0);
    assert_int_equal(ir_getf(&s->b, IR_F32, s->i, 0), v);
    ir_do_call(&s->b, ir_add_call(s->r, 0, 0), small_point(s, 1, 0, 0));
    assert_int_not_equal(ir_getf(&s->b, IR_F32, s->i, 0), v);
    small_run(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(operations_yield_what_ieee_says),
        cmocka_unit_test(every_operation_has_rows),
        cmocka_unit_test_setup_teardown(from32_goes_by_the_sign, small_setup, small_teardown),
        cmocka_unit_test_setup_teardown(halves_and_whole_are_one, small_setup, small_teardown),
        cmocka_unit_test_setup_teardown(a_call_forgets_them, small_setup, small_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
