/* SPDX-License-Identifier: ISC */
/* What regions do: slots, memory, calls, the ways out, the budget. */
#include "ir_small.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

static ir_ref word(struct small *s, u32 v)
{
    return ir_const(&s->b, IR_I32, v);
}

/* ---- slots ---- */

static void byte_slots_are_bytes(void **state)
{
    struct small *s = *state;
    memset(s->state.guard, 0xaa, sizeof s->state.guard);
    s->state.byte = 0xfe;
    ir_put(&s->b, s->i, ir_get(&s->b, s->byte));
    ir_put(&s->b, s->byte, ir_get(&s->b, s->k));
    ir_put(&s->b, s->m, ir_get(&s->b, s->byte));
    s->state.k = 0x12345680;
    small_run(s);
    assert_int_equal(s->state.i, 0xfe);
    assert_int_equal(s->state.byte, 0x80);
    assert_int_equal(s->state.m, 0x80);
    for (unsigned i = 0; i < sizeof s->state.guard; i++)
        assert_int_equal(s->state.guard[i], 0xaa);
}

static void constants_put_into_bytes_are_cut(void **state)
{
    struct small *s = *state;
    ir_put(&s->b, s->byte, word(s, 0x1ff));
    ir_put(&s->b, s->i, ir_get(&s->b, s->byte));
    ir_put(&s->b, s->byte, word(s, 0x7f));
    ir_put(&s->b, s->k, ir_get(&s->b, s->byte));
    small_run(s);
    assert_int_equal(s->state.i, 0xff);
    assert_int_equal(s->state.k, 0x7f);
}

static void slots_are_written_at_their_width(void **state)
{
    struct small *s = *state;
    memset(&s->state, 0x55, sizeof s->state);
    ir_put(&s->b, s->k, word(s, 0));
    ir_put(&s->b, s->y, ir_const(&s->b, IR_I64, 0x1122334455667788));
    small_run(s);
    assert_int_equal(s->state.i, 0x55555555);
    assert_int_equal(s->state.k, 0);
    assert_int_equal(s->state.m, 0x55555555);
    assert_int_equal(s->state.x, 0x5555555555555555);
    assert_int_equal(s->state.y, 0x1122334455667788);
    assert_int_equal(s->state.z, 0x5555555555555555);
}

static void a_value_read_is_of_then(void **state)
{
    struct small *s = *state;
    s->state.i = 7;
    ir_ref before = ir_get(&s->b, s->i);
    ir_put(&s->b, s->i, word(s, 8));
    ir_put(&s->b, s->k, before);
    small_run(s);
    assert_int_equal(s->state.i, 8);
    assert_int_equal(s->state.k, 7);
}

/* ---- memory ---- */

static u32 loaded(enum ir_size size, u32 memory)
{
    struct small s;
    small_init(&s);
    s.memory = memory;
    ir_put(&s.b, s.i, ir_load(&s.b, size, ir_const(&s.b, IR_I32, 0x40), small_point(&s, 1, 0, 0)));
    small_run(&s);
    assert_int_equal(s.at, 0x40);
    assert_int_equal(s.size, size);
    u32 v = s.state.i;
    small_fini(&s);
    return v;
}

static void loads_extend(void **state)
{
    (void)state;
    assert_int_equal(loaded(IR_S8, 0x80), 0xffffff80);
    assert_int_equal(loaded(IR_S8, 0x7f), 0x7f);
    assert_int_equal(loaded(IR_U8, 0x80), 0x80);
    assert_int_equal(loaded(IR_S16, 0x8000), 0xffff8000);
    assert_int_equal(loaded(IR_S16, 0x7fff), 0x7fff);
    assert_int_equal(loaded(IR_U16, 0x8000), 0x8000);
    assert_int_equal(loaded(IR_W32, 0x87654321), 0x87654321);
    assert_int_equal(loaded(IR_U8, 0xabcdef12), 0x12);
    assert_int_equal(loaded(IR_S16, 0xabcdef12), 0xffffef12);
}

static u32 stored(enum ir_size size, u32 v)
{
    struct small s;
    small_init(&s);
    ir_store(&s.b, size, ir_const(&s.b, IR_I32, 0x44), ir_const(&s.b, IR_I32, v),
             small_point(&s, 1, 0, 0));
    small_run(&s);
    assert_int_equal(s.at, 0x44);
    u32 memory = s.memory;
    small_fini(&s);
    return memory;
}

static void stores_hand_over_what_fits(void **state)
{
    (void)state;
    assert_int_equal(stored(IR_U8, 0x12345680), 0x80);
    assert_int_equal(stored(IR_S8, 0x12345680), 0x80);
    assert_int_equal(stored(IR_U16, 0x12348680), 0x8680);
    assert_int_equal(stored(IR_S16, 0x12348680), 0x8680);
    assert_int_equal(stored(IR_W32, 0x12348680), 0x12348680);
}

/* Refused: the host says what comes next, nothing after is done, the rest of the charge is back. */
static void check_refused(struct small *s, u16 point)
{
    ir_put(&s->b, s->k, word(s, 9));
    s->refuses = true;
    small_run(s);
    assert_int_equal(s->state.i, 5);
    assert_int_equal(s->state.k, 0);
    assert_int_equal(s->left.point, 0);
    assert_false(s->left.onward);
    assert_int_equal(s->point, point);
    assert_int_equal(s->budget, 100 - 10 + 4);
    assert_int_equal(s->host.budget, 100 - 10 + 4);
}

static void a_refused_load_leaves(void **state)
{
    struct small *s = *state;
    s->r->block[0].charge = 10;
    u16 point = small_point(s, 0x30, 4, 0);
    ir_put(&s->b, s->i, word(s, 5));
    ir_put(&s->b, s->m, ir_load(&s->b, IR_W32, word(s, 0), point));
    check_refused(s, point);
    assert_int_equal(s->state.m, 0);
    assert_int_equal(s->state.pc, 0);
}

static void a_refused_store_leaves(void **state)
{
    struct small *s = *state;
    s->r->block[0].charge = 10;
    u16 point = small_point(s, 0x30, 4, 0);
    ir_put(&s->b, s->i, word(s, 5));
    ir_store(&s->b, IR_W32, word(s, 0), word(s, 1), point);
    check_refused(s, point);
    assert_int_equal(s->state.pc, 0);
}

static void a_refusing_helper_leaves(void **state)
{
    struct small *s = *state;
    s->r->block[0].charge = 10;
    u16 point = small_point(s, 0x30, 4, 0);
    ir_put(&s->b, s->i, word(s, 5));
    ir_do_call(&s->b, ir_add_call(s->r, 1, 77), point);
    check_refused(s, point);
    assert_int_equal(s->at, 77);
    assert_int_equal(s->pc_seen, 0x30);
}

static void what_goes_well_gives_nothing_back(void **state)
{
    struct small *s = *state;
    s->r->block[0].charge = 10;
    u16 point = small_point(s, 0x30, 4, 0);
    ir_load(&s->b, IR_W32, word(s, 0), point);
    ir_store(&s->b, IR_W32, word(s, 0), word(s, 1), point);
    ir_guard(&s->b, ir_get(&s->b, s->i), point);
    small_run(s);
    assert_int_equal(s->budget, 94);
    assert_int_equal(s->host.budget, 90);
    assert_int_equal(s->state.pc, 0x2000);
}

/* ---- calls ---- */

static bool helper_changes_i(struct small *s)
{
    assert_int_equal(s->state.i, 5);
    s->state.i = 6;
    return true;
}

static void calls_see_and_change_slots(void **state)
{
    struct small *s = *state;
    s->helper = helper_changes_i;
    ir_put(&s->b, s->i, word(s, 5));
    ir_ref before = ir_get(&s->b, s->i);
    ir_do_call(&s->b, ir_add_call(s->r, 1, 0), small_point(s, 0x30, 0, 0));
    ir_put(&s->b, s->k, ir_get(&s->b, s->i));
    ir_put(&s->b, s->m, before);
    ir_put(&s->b, s->x, ir_unary(&s->b, IR_ZX32, ir_get(&s->b, s->pc)));
    small_run(s);
    assert_int_equal(s->state.k, 6);
    assert_int_equal(s->state.m, 5);
    assert_int_equal(s->state.x, 0x30);
}

/* ---- ways out ---- */

static void a_guard_leaves_if_true(void **state)
{
    struct small *s = *state;
    s->r->block[0].charge = 3;
    u16 no = small_point(s, 0x30, 1, 0), yes = small_point(s, 0x40, 2, 0);
    ir_guard(&s->b, ir_get(&s->b, s->i), no);
    ir_put(&s->b, s->k, word(s, 1));
    ir_guard(&s->b, ir_get(&s->b, s->m), yes);
    ir_put(&s->b, s->k, word(s, 2));
    s->state.m = 0x80000000;
    small_run(s);
    assert_int_equal(s->left.point, yes);
    assert_false(s->left.onward);
    assert_int_equal(s->state.pc, 0x40);
    assert_int_equal(s->state.k, 1);
    assert_int_equal(s->host.budget, 99);
}

static void leave_applies_its_map(void **state)
{
    struct small *s = *state;
    memset(&s->state, 0xff, sizeof s->state);
    u16 point = ir_add_point(
        s->r, &(struct ir_point){.n = 4,
                                 .map = {{s->pc, 8}, {s->x, 0x80000000}, {s->byte, 3}, {s->k, 4}}});
    ir_leave(&s->b, point);
    small_run_as_it_is(s);
    assert_int_equal(s->left.point, point);
    assert_false(s->left.onward);
    assert_int_equal(s->state.pc, 8);
    assert_int_equal(s->state.x, 0x80000000);
    assert_int_equal(s->state.byte, 3);
    assert_int_equal(s->state.guard[0], 0xff);
    assert_int_equal(s->state.k, 4);
    assert_int_equal(s->state.i, 0xffffffff);
}

static void chain_says_where_to(void **state)
{
    struct small *s = *state;
    ir_put(&s->b, s->pc, word(s, 0x30));
    ir_chain(&s->b, 0x123456789a);
    small_run_as_it_is(s);
    assert_true(s->left.onward);
    assert_int_equal(s->left.place, 0x123456789a);
    assert_int_equal(s->left.point, 0);
    assert_int_equal(s->state.pc, 0x30);
    assert_int_equal(s->host.budget, 99);
}

static void indirect_says_where_to(void **state)
{
    struct small *s = *state;
    s->state.i = 0x80001234;
    s->state.pc = 1;
    ir_indirect(&s->b, ir_get(&s->b, s->i));
    small_run_as_it_is(s);
    assert_true(s->left.onward);
    assert_int_equal(s->left.place, 0x80001234);
    assert_int_equal(s->left.point, 0);
    assert_int_equal(s->state.pc, 1);
    assert_int_equal(s->host.budget, 99);
}

/* ---- blocks ---- */

static u16 block_that_sets_k(struct small *s, u32 v)
{
    u16 block = small_block(s, 1);
    struct ir_builder b;
    ir_begin(&b, s->r, block);
    ir_put(&b, s->k, ir_const(&b, IR_I32, v));
    ir_leave(&b, small_point(s, 0x2000, 0, 2));
    return block;
}

static u32 branched(u32 cond, bool known)
{
    struct small s;
    small_init(&s);
    s.state.i = cond;
    u16 t = 1, f = 2;
    ir_branch(&s.b, known ? ir_const(&s.b, IR_I32, cond) : ir_get(&s.b, s.i), t, f);
    assert_int_equal(block_that_sets_k(&s, 1), t);
    assert_int_equal(block_that_sets_k(&s, 2), f);
    small_run_as_it_is(&s);
    u32 k = s.state.k;
    small_fini(&s);
    return k;
}

static void branches_go_both_ways(void **state)
{
    (void)state;
    for (unsigned known = 0; known < 2; known++) {
        assert_int_equal(branched(0, known), 2);
        assert_int_equal(branched(1, known), 1);
        assert_int_equal(branched(0x80000000, known), 1);
    }
}

static u32 switched(u32 v, unsigned ncases)
{
    static const struct ir_case cases[] = {{0, 1}, {0xffffffff, 2}, {5, 1}};
    struct small s;
    small_init(&s);
    s.state.i = v;
    ir_switch(&s.b, ir_get(&s.b, s.i), cases, ncases, 3);
    block_that_sets_k(&s, 1);
    block_that_sets_k(&s, 2);
    block_that_sets_k(&s, 3);
    small_run_as_it_is(&s);
    u32 k = s.state.k;
    small_fini(&s);
    return k;
}

static void switches_find_their_case(void **state)
{
    (void)state;
    assert_int_equal(switched(0, 3), 1);
    assert_int_equal(switched(0xffffffff, 3), 2);
    assert_int_equal(switched(5, 3), 1);
    assert_int_equal(switched(4, 3), 3);
    assert_int_equal(switched(5, 2), 3);
    assert_int_equal(switched(0, 0), 3);
}

static void the_check_goes_first_and_is_free(void **state)
{
    struct small *s = *state;
    ir_put(&s->b, s->k, word(s, 1));
    ir_leave(&s->b, small_point(s, 0x2000, 0, 2));
    s->r->check = small_block(s, 0);
    ir_begin(&s->b, s->r, s->r->check);
    u16 point = small_point(s, 0x50, 0, 3);
    ir_guard(&s->b, ir_get(&s->b, s->i), point);
    ir_jump(&s->b, s->r->entry);
    small_run_as_it_is(s);
    assert_int_equal(s->state.pc, 0x2000);
    s->host.budget = 0;
    s->left = ir_eval(s->r, s->r->check, &s->host);
    assert_int_equal(s->left.point, s->r->block[0].point);
    s->state.i = 1;
    s->left = ir_eval(s->r, s->r->check, &s->host);
    assert_int_equal(s->left.point, point);
}

/* ---- the budget ---- */

/* i counts turns of 3; left when the budget says so. */
static void count_turns(struct small *s)
{
    s->r->block[0].charge = 3;
    ir_ref i = ir_get(&s->b, s->i);
    ir_put(&s->b, s->i, ir_binary(&s->b, IR_ADD, i, word(s, 1)));
    ir_jump(&s->b, 0);
    small_run_as_it_is(s);
    assert_int_equal(s->left.point, s->r->block[0].point);
    assert_false(s->left.onward);
    assert_int_equal(s->state.pc, 0x1000);
}

static void each_turn_is_charged(void **state)
{
    struct small *s = *state;
    s->host.budget = 11;
    count_turns(s);
    assert_int_equal(s->state.i, 3);
    assert_int_equal(s->host.budget, 2);
}

static void a_budget_may_be_spent_exactly(void **state)
{
    struct small *s = *state;
    s->host.budget = 9;
    count_turns(s);
    assert_int_equal(s->state.i, 3);
    assert_int_equal(s->host.budget, 0);
}

static void the_entry_is_charged_too(void **state)
{
    struct small *s = *state;
    s->host.budget = 2;
    count_turns(s);
    assert_int_equal(s->state.i, 0);
    assert_int_equal(s->host.budget, 2);
}

/* What a block's own point has unspent was never spent. */
static void a_block_gives_nothing_back(void **state)
{
    struct small *s = *state;
    s->r->point[s->r->block[0].point].unspent = 3;
    s->host.budget = 10;
    count_turns(s);
    assert_int_equal(s->host.budget, 1);
}

static void point_0_applies_nothing(void **state)
{
    struct small *s = *state;
    struct small_state was = s->state;
    ir_apply(s->r, 0, &s->state);
    assert_memory_equal(&was, &s->state, sizeof was);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, small_setup, small_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(byte_slots_are_bytes),
        CASE(constants_put_into_bytes_are_cut),
        CASE(slots_are_written_at_their_width),
        CASE(a_value_read_is_of_then),
        CASE(loads_extend),
        CASE(stores_hand_over_what_fits),
        CASE(a_refused_load_leaves),
        CASE(a_refused_store_leaves),
        CASE(a_refusing_helper_leaves),
        CASE(what_goes_well_gives_nothing_back),
        CASE(calls_see_and_change_slots),
        CASE(a_guard_leaves_if_true),
        CASE(leave_applies_its_map),
        CASE(chain_says_where_to),
        CASE(indirect_says_where_to),
        CASE(branches_go_both_ways),
        CASE(switches_find_their_case),
        CASE(the_check_goes_first_and_is_free),
        CASE(each_turn_is_charged),
        CASE(a_budget_may_be_spent_exactly),
        CASE(the_entry_is_charged_too),
        CASE(a_block_gives_nothing_back),
        CASE(point_0_applies_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
