/* SPDX-License-Identifier: ISC */
/* Every pure operation on literal values: folded, evaluated, and half known. */
#include "ir_small.h"

#include <stdio.h>
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#define MIN32 0x80000000u
#define MIN64 0x8000000000000000u
#define NEG32 0xffffffffu
#define NEG64 0xffffffffffffffffu

struct row {
    u8 op, type;
    u8 cc;
    u64 x, y, result;
};

static const struct row rows[] = {
    {IR_ADD, IR_I32, 0, 2, 3, 5},
    {IR_ADD, IR_I32, 0, NEG32, 1, 0},
    {IR_ADD, IR_I32, 0, 0x7fffffff, 1, MIN32},
    {IR_ADD, IR_I64, 0, NEG32, 1, 0x100000000},
    {IR_ADD, IR_I64, 0, NEG64, 1, 0},
    {IR_ADD, IR_I64, 0, 5, NEG64, 4},
    {IR_SUB, IR_I32, 0, 0, 1, NEG32},
    {IR_SUB, IR_I32, 0, MIN32, 1, 0x7fffffff},
    {IR_SUB, IR_I32, 0, 0, MIN32, MIN32},
    {IR_SUB, IR_I64, 0, 0, 1, NEG64},
    {IR_SUB, IR_I64, 0, 0x100000000, 1, NEG32},
    {IR_SUB, IR_I64, 0, 0, MIN64, MIN64},
    {IR_MUL, IR_I32, 0, 7, 6, 42},
    {IR_MUL, IR_I32, 0, 0x10000, 0x10000, 0},
    {IR_MUL, IR_I32, 0, NEG32, NEG32, 1},
    {IR_MUL, IR_I64, 0, NEG32, NEG32, 0xfffffffe00000001},
    {IR_MUL, IR_I64, 0, NEG64, 2, 0xfffffffffffffffe},
    {IR_AND, IR_I32, 0, 0xff00ff00, 0x0ff00ff0, 0x0f000f00},
    {IR_AND, IR_I64, 0, NEG64, 0xff00000000, 0xff00000000},
    {IR_AND, IR_I64, 0, NEG64, NEG32, NEG32},
    {IR_OR, IR_I32, 0, 0xf0f0, 0x0f0f, 0xffff},
    {IR_OR, IR_I64, 0, MIN64, 1, MIN64 | 1},
    {IR_OR, IR_I64, 0, MIN64, NEG32, MIN64 | NEG32},
    {IR_XOR, IR_I32, 0, NEG32, 0x0f0f0f0f, 0xf0f0f0f0},
    {IR_XOR, IR_I64, 0, NEG64, NEG32, 0xffffffff00000000},
    {IR_SHL, IR_I32, 0, 1, 0, 1},
    {IR_SHL, IR_I32, 0, 1, 31, MIN32},
    {IR_SHL, IR_I32, 0, 3, 31, MIN32},
    {IR_SHL, IR_I32, 0, 1, 32, 1},
    {IR_SHL, IR_I32, 0, 1, 33, 2},
    {IR_SHL, IR_I32, 0, 1, NEG32, MIN32},
    {IR_SHL, IR_I64, 0, 1, 32, 0x100000000},
    {IR_SHL, IR_I64, 0, 1, 63, MIN64},
    {IR_SHL, IR_I64, 0, 1, 64, 1},
    {IR_SHL, IR_I64, 0, 1, NEG32, MIN64},
    {IR_SHR, IR_I32, 0, MIN32, 31, 1},
    {IR_SHR, IR_I32, 0, MIN32, 32, MIN32},
    {IR_SHR, IR_I32, 0, NEG32, 4, 0x0fffffff},
    {IR_SHR, IR_I64, 0, MIN64, 63, 1},
    {IR_SHR, IR_I64, 0, MIN64, 32, MIN32},
    {IR_SHR, IR_I64, 0, MIN64, 64, MIN64},
    {IR_SAR, IR_I32, 0, MIN32, 31, NEG32},
    {IR_SAR, IR_I32, 0, MIN32, 0, MIN32},
    {IR_SAR, IR_I32, 0, MIN32, 32, MIN32},
    {IR_SAR, IR_I32, 0, 0x7fffffff, 30, 1},
    {IR_SAR, IR_I64, 0, MIN64, 63, NEG64},
    {IR_SAR, IR_I64, 0, MIN32, 31, 1},
    {IR_SAR, IR_I64, 0, MIN64, 64, MIN64},
    {IR_DIVS, IR_I32, 0, 7, 2, 3},
    {IR_DIVS, IR_I32, 0, (u32)-7, 2, (u32)-3},
    {IR_DIVS, IR_I32, 0, 7, (u32)-2, (u32)-3},
    {IR_DIVS, IR_I32, 0, MIN32, 1, MIN32},
    {IR_DIVS, IR_I32, 0, MIN32, 2, 0xc0000000},
    {IR_DIVS, IR_I64, 0, (u64)-7, 2, (u64)-3},
    {IR_DIVS, IR_I64, 0, MIN64, 2, 0xc000000000000000},
    {IR_DIVS, IR_I64, 0, MIN32, NEG64, (u64)-0x80000000ll},
    {IR_DIVU, IR_I32, 0, NEG32, 2, 0x7fffffff},
    {IR_DIVU, IR_I32, 0, 7, NEG32, 0},
    {IR_DIVU, IR_I64, 0, NEG64, 2, 0x7fffffffffffffff},
    {IR_DIVU, IR_I64, 0, NEG64, NEG32, 0x100000001},
    {IR_REMS, IR_I32, 0, 7, 2, 1},
    {IR_REMS, IR_I32, 0, (u32)-7, 2, NEG32},
    {IR_REMS, IR_I32, 0, 7, (u32)-2, 1},
    {IR_REMS, IR_I32, 0, (u32)-7, 1, 0},
    {IR_REMS, IR_I64, 0, (u64)-7, 2, NEG64},
    {IR_REMS, IR_I64, 0, MIN64, 10, (u64)-8},
    {IR_REMU, IR_I32, 0, NEG32, 10, 5},
    {IR_REMU, IR_I32, 0, 5, NEG32, 5},
    {IR_REMU, IR_I64, 0, NEG64, 10, 5},
    {IR_CMP, IR_I32, IR_EQ, 1, 1, 1},
    {IR_CMP, IR_I32, IR_EQ, 1, 2, 0},
    {IR_CMP, IR_I64, IR_EQ, 0x100000001, 1, 0},
    {IR_CMP, IR_I32, IR_NE, 1, 1, 0},
    {IR_CMP, IR_I64, IR_NE, 0x100000001, 1, 1},
    {IR_CMP, IR_I32, IR_LTS, NEG32, 0, 1},
    {IR_CMP, IR_I32, IR_LTS, 0, NEG32, 0},
    {IR_CMP, IR_I32, IR_LTS, MIN32, 0x7fffffff, 1},
    {IR_CMP, IR_I32, IR_LTS, 4, 4, 0},
    {IR_CMP, IR_I64, IR_LTS, NEG32, 0, 0},
    {IR_CMP, IR_I64, IR_LTS, NEG64, 0, 1},
    {IR_CMP, IR_I64, IR_LTS, MIN64, 0x7fffffffffffffff, 1},
    {IR_CMP, IR_I32, IR_GES, NEG32, 0, 0},
    {IR_CMP, IR_I32, IR_GES, 4, 4, 1},
    {IR_CMP, IR_I64, IR_GES, NEG32, 0, 1},
    {IR_CMP, IR_I64, IR_GES, MIN64, 0, 0},
    {IR_CMP, IR_I32, IR_LTU, NEG32, 0, 0},
    {IR_CMP, IR_I32, IR_LTU, 0, NEG32, 1},
    {IR_CMP, IR_I32, IR_LTU, 4, 4, 0},
    {IR_CMP, IR_I64, IR_LTU, NEG32, 0x100000000, 1},
    {IR_CMP, IR_I32, IR_GEU, NEG32, MIN32, 1},
    {IR_CMP, IR_I32, IR_GEU, 0, 1, 0},
    {IR_CMP, IR_I64, IR_GEU, NEG64, MIN64, 1},
    {IR_SX32, IR_I64, 0, MIN32, 0, 0xffffffff80000000},
    {IR_SX32, IR_I64, 0, 0x7fffffff, 0, 0x7fffffff},
    {IR_ZX32, IR_I64, 0, MIN32, 0, MIN32},
    {IR_LO32, IR_I32, 0, 0x123456789abcdef0, 0, 0x9abcdef0},
    {IR_HI32, IR_I32, 0, 0x923456789abcdef0, 0, 0x92345678},
};

static enum ir_type first_type(const struct row *row)
{
    switch (row->op) {
    case IR_SX32:
    case IR_ZX32:
        return IR_I32;
    case IR_LO32:
    case IR_HI32:
        return IR_I64;
    default:
        return row->type;
    }
}

static enum ir_type second_type(const struct row *row)
{
    return row->op == IR_SHL || row->op == IR_SHR || row->op == IR_SAR ? IR_I32 : row->type;
}

static ir_ref operand(struct small *s, bool known, enum ir_type type, u64 v, u16 narrow, u16 wide)
{
    if (known)
        return ir_const(&s->b, type, v);
    return ir_get(&s->b, type == IR_I32 ? narrow : wide);
}

static ir_ref operation(struct small *s, const struct row *row, ir_ref x, ir_ref y)
{
    if (ir_ops[row->op].operands == 1)
        return ir_unary(&s->b, row->op, x);
    return row->op == IR_CMP ? ir_cmp(&s->b, row->cc, x, y) : ir_binary(&s->b, row->op, x, y);
}

/* known: bit 0 x is a constant, bit 1 y. */
static u64 result_of(const struct row *row, unsigned known)
{
    struct small s;
    small_init(&s);
    s.state.x = row->x;
    s.state.y = row->y;
    s.state.i = (u32)row->x;
    s.state.k = (u32)row->y;
    ir_ref x = operand(&s, known & 1, first_type(row), row->x, s.i, s.x);
    ir_ref y = operand(&s, known & 2, second_type(row), row->y, s.k, s.y);
    ir_ref v = operation(&s, row, x, y);
    bool wide = ir_type_of(&s.r->insn[v]) == IR_I64;
    ir_put(&s.b, wide ? s.z : s.m, v);
    small_run(&s);
    u64 result = wide ? s.state.z : s.state.m;
    small_fini(&s);
    return result;
}

static void values_are_right(void **state)
{
    (void)state;
    for (unsigned i = 0; i < ARRAY_LEN(rows); i++) {
        const struct row *row = &rows[i];
        for (unsigned known = 0; known < 4; known++) {
            u64 v = result_of(row, known);
            if (v != row->result)
                print_message("row %u (%s), known %u\n", i, ir_ops[row->op].name, known);
            assert_int_equal(v, row->result);
        }
    }
}

static void folding_is_the_same(void **state)
{
    (void)state;
    for (unsigned i = 0; i < ARRAY_LEN(rows); i++) {
        const struct row *row = &rows[i];
        assert_int_equal(ir_fold(row->op, row->type, row->cc, row->x, row->y), row->result);
    }
}

static void every_pure_operation_has_rows(void **state)
{
    (void)state;
    for (unsigned op = 0; op < IR_NOPS; op++) {
        unsigned n = 0;
        for (unsigned i = 0; i < ARRAY_LEN(rows); i++)
            n += rows[i].op == op;
        bool other = op == IR_CONST || op == IR_SELECT; /* below */
        other |= op >= IR_FADD && op <= IR_FHI;         /* float_test.c */
        assert_true(n > 0 || other || ir_ops[op].effect != IR_PURE);
    }
}

static void what_divides_by_nothing_folds_to_something(void **state)
{
    (void)state;
    static const u8 ops[] = {IR_DIVS, IR_DIVU, IR_REMS, IR_REMU};
    for (unsigned i = 0; i < ARRAY_LEN(ops); i++) {
        ir_fold(ops[i], IR_I32, 0, MIN32, 0);
        ir_fold(ops[i], IR_I32, 0, MIN32, NEG32);
        ir_fold(ops[i], IR_I64, 0, MIN64, 0);
        ir_fold(ops[i], IR_I64, 0, MIN64, NEG64);
    }
}

static u64 selected(bool known, u32 cond)
{
    struct small s;
    small_init(&s);
    s.state.i = cond;
    ir_ref c = known ? ir_const(&s.b, IR_I32, cond) : ir_get(&s.b, s.i);
    ir_ref x = ir_const(&s.b, IR_I64, 0x100000001), y = ir_const(&s.b, IR_I64, 0x200000002);
    ir_put(&s.b, s.z, ir_select(&s.b, c, x, y));
    small_run(&s);
    u64 result = s.state.z;
    small_fini(&s);
    return result;
}

static void select_takes_any_bit_for_true(void **state)
{
    (void)state;
    for (unsigned known = 0; known < 2; known++) {
        assert_int_equal(selected(known, 0), 0x200000002);
        assert_int_equal(selected(known, 1), 0x100000001);
        assert_int_equal(selected(known, MIN32), 0x100000001);
    }
}

static void constants_of_i32_have_zeros_above(void **state)
{
    (void)state;
    struct small s;
    small_init(&s);
    ir_ref v = ir_const(&s.b, IR_I32, NEG64);
    assert_int_equal(s.r->insn[v].imm, NEG32);
    ir_put(&s.b, s.z, ir_unary(&s.b, IR_ZX32, v));
    small_run(&s);
    assert_int_equal(s.state.z, NEG32);
    small_fini(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_right),
        cmocka_unit_test(folding_is_the_same),
        cmocka_unit_test(every_pure_operation_has_rows),
        cmocka_unit_test(what_divides_by_nothing_folds_to_something),
        cmocka_unit_test(select_takes_any_bit_for_true),
        cmocka_unit_test(constants_of_i32_have_zeros_above),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
