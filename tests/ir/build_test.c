/* SPDX-License-Identifier: ISC */
/* What the builder spares: reads of what is known, operations on constants. That it means the same
 * is for ops_test.c and ir_diff to say. */
#include "ir_small.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static unsigned count(const struct small *s, enum ir_op op)
{
    unsigned n = 0;
    for (unsigned i = 1; i < s->r->ninsns; i++)
        n += s->r->insn[i].op == op;
    return n;
}

static ir_ref word(struct small *s, u32 v)
{
    return ir_const(&s->b, IR_I32, v);
}

static void a_slot_is_read_once(void **state)
{
    struct small *s = *state;
    assert_int_equal(ir_get(&s->b, s->i), ir_get(&s->b, s->i));
    assert_int_not_equal(ir_get(&s->b, s->i), ir_get(&s->b, s->k));
    assert_int_equal(count(s, IR_GET), 2);
}

static void what_was_put_is_known(void **state)
{
    struct small *s = *state;
    ir_ref v = ir_binary(&s->b, IR_XOR, ir_get(&s->b, s->i), word(s, 3));
    ir_put(&s->b, s->k, v);
    assert_int_equal(ir_get(&s->b, s->k), v);
    ir_put(&s->b, s->k, v);
    assert_int_equal(count(s, IR_PUT), 1);
    ir_put(&s->b, s->i, ir_get(&s->b, s->i));
    assert_int_equal(count(s, IR_PUT), 1);
}

static void a_call_makes_all_unknown(void **state)
{
    struct small *s = *state;
    ir_ref before = ir_get(&s->b, s->i);
    ir_put(&s->b, s->k, before);
    ir_do_call(&s->b, ir_add_call(s->r, 1, 0), small_point(s, 0, 0, 0));
    assert_int_not_equal(ir_get(&s->b, s->i), before);
    assert_int_not_equal(ir_get(&s->b, s->k), before);
    ir_put(&s->b, s->k, before);
    assert_int_equal(count(s, IR_PUT), 2);
}

static void a_new_block_knows_nothing(void **state)
{
    struct small *s = *state;
    ir_ref before = ir_get(&s->b, s->i);
    ir_jump(&s->b, 1);
    ir_begin(&s->b, s->r, small_block(s, 1));
    assert_int_not_equal(ir_get(&s->b, s->i), before);
}

static void accesses_leave_slots_known(void **state)
{
    struct small *s = *state;
    ir_ref v = ir_get(&s->b, s->i);
    u16 point = small_point(s, 0, 0, 0);
    ir_store(&s->b, IR_W32, v, v, point);
    ir_load(&s->b, IR_W32, v, point);
    assert_int_equal(ir_get(&s->b, s->i), v);
}

static void bytes_are_known_if_they_fit(void **state)
{
    struct small *s = *state;
    ir_ref i = ir_get(&s->b, s->i), k = ir_get(&s->b, s->k), x = ir_get(&s->b, s->x);
    const ir_ref fit[] = {word(s, 0xff), ir_cmp(&s->b, IR_EQ, i, k),
                          ir_cmp(&s->b, IR_EQ, x, ir_const(&s->b, IR_I64, 1)),
                          ir_binary(&s->b, IR_AND, i, word(s, 0x7f)),
                          ir_load(&s->b, IR_U8, i, small_point(s, 0, 0, 0))};
    for (unsigned n = 0; n < ARRAY_LEN(fit); n++) {
        ir_put(&s->b, s->byte, fit[n]);
        assert_int_equal(ir_get(&s->b, s->byte), fit[n]);
    }
    const ir_ref wide[] = {word(s, 0x100), i, ir_binary(&s->b, IR_AND, i, word(s, 0x17f)),
                           ir_load(&s->b, IR_S8, i, small_point(s, 0, 0, 0))};
    for (unsigned n = 0; n < ARRAY_LEN(wide); n++) {
        ir_put(&s->b, s->byte, wide[n]);
        assert_int_not_equal(ir_get(&s->b, s->byte), wide[n]);
    }
}

/* A truth about i64 is an i32 for whatever comes next. */
static void comparisons_are_i32(void **state)
{
    struct small *s = *state;
    ir_ref x = ir_get(&s->b, s->x), y = ir_get(&s->b, s->y);
    ir_ref lt = ir_cmp(&s->b, IR_LTU, x, y), ne = ir_cmp(&s->b, IR_NE, x, y);
    ir_ref both = ir_binary(&s->b, IR_AND, lt, ne);
    ir_put(&s->b, s->i, both);
    ir_put(&s->b, s->k, lt);
    ir_put(&s->b, s->m, ir_select(&s->b, lt, lt, ne));
    ir_put(&s->b, s->byte, ir_cmp(&s->b, IR_EQ, lt, word(s, 0)));
    ir_put(&s->b, s->z, ir_unary(&s->b, IR_SX32, ne));
    s->state.x = 1;
    s->state.y = 0x100000000;
    small_run(s);
    assert_int_equal(s->state.i, 1);
    assert_int_equal(s->state.k, 1);
    assert_int_equal(s->state.m, 1);
    assert_int_equal(s->state.byte, 0);
    assert_int_equal(s->state.z, 1);
}

static void identities_cost_nothing(void **state)
{
    struct small *s = *state;
    ir_ref v = ir_get(&s->b, s->i), zero = word(s, 0), one = word(s, 1), ones = word(s, ~0u);
    unsigned before = s->r->ninsns;
    assert_int_equal(ir_binary(&s->b, IR_ADD, v, zero), v);
    assert_int_equal(ir_binary(&s->b, IR_ADD, zero, v), v);
    assert_int_equal(ir_binary(&s->b, IR_OR, v, zero), v);
    assert_int_equal(ir_binary(&s->b, IR_OR, v, ones), ones);
    assert_int_equal(ir_binary(&s->b, IR_XOR, zero, v), v);
    assert_int_equal(ir_binary(&s->b, IR_AND, v, ones), v);
    assert_int_equal(ir_binary(&s->b, IR_AND, v, zero), zero);
    assert_int_equal(ir_binary(&s->b, IR_MUL, v, one), v);
    assert_int_equal(ir_binary(&s->b, IR_MUL, one, v), v);
    assert_int_equal(ir_binary(&s->b, IR_SHL, v, zero), v);
    assert_int_equal(ir_binary(&s->b, IR_DIVU, v, one), v);
    assert_int_equal(s->r->ninsns, before);
}

static void additions_collapse(void **state)
{
    struct small *s = *state;
    ir_ref v = ir_get(&s->b, s->i);
    ir_ref up = ir_binary(&s->b, IR_ADD, v, word(s, 0x7fffffff));
    ir_ref sum = ir_binary(&s->b, IR_ADD, up, word(s, 0x7fffffff));
    const struct ir_insn *in = &s->r->insn[sum];
    u64 c;
    assert_int_equal(in->a, v);
    assert_true(ir_is_const(&s->b, in->b, &c));
    assert_int_equal(c, 0xfffffffe);
    assert_int_equal(ir_binary(&s->b, IR_SUB, up, word(s, 0x7fffffff)), v);
}

static void opposites_are_opposite(void **state)
{
    struct small *s = *state;
    ir_ref x = ir_get(&s->b, s->i), y = ir_get(&s->b, s->k);
    static const u8 pairs[][2] = {{IR_EQ, IR_NE}, {IR_LTS, IR_GES}, {IR_LTU, IR_GEU}};
    for (unsigned i = 0; i < ARRAY_LEN(pairs); i++) {
        ir_ref truth = ir_cmp(&s->b, pairs[i][0], x, y);
        ir_ref not = ir_cmp(&s->b, IR_EQ, truth, word(s, 0));
        assert_int_equal(s->r->insn[not ].cc, pairs[i][1]);
        assert_int_equal(s->r->insn[not ].a, x);
        assert_int_equal(ir_cmp(&s->b, IR_NE, truth, word(s, 0)), truth);
    }
}

static void guards_that_never_leave_are_not_there(void **state)
{
    struct small *s = *state;
    ir_guard(&s->b, word(s, 0), small_point(s, 0, 0, 0));
    assert_int_equal(count(s, IR_GUARD), 0);
    ir_guard(&s->b, word(s, 1), small_point(s, 0, 0, 0));
    assert_int_equal(count(s, IR_GUARD), 1);
}

static void a_slot_is_one_slot(void **state)
{
    struct small *s = *state;
    unsigned n = s->r->nslots;
    assert_int_equal(ir_slot_at(s->r, offsetof(struct small_state, i), IR_I32), s->i);
    assert_int_equal(s->r->nslots, n);
}

static void too_much_is_full_and_refused(void **state)
{
    struct small *s = *state;
    for (unsigned i = 0; i < IR_MAX_INSNS + 10; i++)
        ir_put(&s->b, s->i, ir_binary(&s->b, IR_ADD, ir_get(&s->b, s->i), word(s, 1)));
    assert_true(s->r->full);
    assert_non_null(ir_verify(s->r));
    ir_region_clear(s->r);
    assert_false(s->r->full);
}

static void every_table_may_overflow(void **state)
{
    struct small *s = *state;
    static const struct ir_case cases[IR_MAX_CASES];
    for (unsigned i = 0; i < IR_MAX_POINTS + 10; i++) {
        small_point(s, 0, 0, 0);
        ir_add_call(s->r, 1, i);
        ir_slot_at(s->r, 0x1000 + 4 * i, IR_I32);
        ir_new_block(s->r);
        ir_switch(&s->b, word(s, 0), cases, IR_MAX_CASES, 0);
    }
    assert_true(s->r->full);
    assert_non_null(ir_verify(s->r));
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, small_setup, small_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_slot_is_read_once),
        CASE(what_was_put_is_known),
        CASE(a_call_makes_all_unknown),
        CASE(a_new_block_knows_nothing),
        CASE(accesses_leave_slots_known),
        CASE(bytes_are_known_if_they_fit),
        CASE(comparisons_are_i32),
        CASE(identities_cost_nothing),
        CASE(additions_collapse),
        CASE(opposites_are_opposite),
        CASE(guards_that_never_leave_are_not_there),
        CASE(a_slot_is_one_slot),
        CASE(too_much_is_full_and_refused),
        CASE(every_table_may_overflow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
