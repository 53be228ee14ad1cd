/* SPDX-License-Identifier: ISC */
/* That the comparison of engines finds what is wrong with one: engines with a planted fault. */
#include "ir_compare.h"

#include <stdlib.h>
#include <string.h>
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

struct fault {
    const char *what;
    void (*plant)(struct ir_region *r);
};

/* The evaluator, on a region that the fault has spoiled. */
static void run_with_fault(void *ctx, const struct ir_region *r, struct ir_rig *g,
                           struct ir_ending *out)
{
    const struct fault *fault = ctx;
    struct ir_region *spoiled = ir_region_new();
    struct ir_insn *insn = spoiled->insn;
    struct ir_point *point = spoiled->point;
    u32 *from = spoiled->from;
    *spoiled = *r;
    spoiled->insn = insn;
    spoiled->point = point;
    spoiled->from = from;
    memcpy(insn, r->insn, r->ninsns * sizeof *insn);
    memcpy(point, r->point, r->npoints * sizeof *point);
    fault->plant(spoiled);
    g->r = spoiled;
    ir_run_evaluator(NULL, spoiled, g, out);
    ir_region_free(spoiled);
}

static void spoil_op(struct ir_region *r, enum ir_op from, enum ir_op to)
{
    for (unsigned i = 1; i < r->ninsns; i++)
        if (r->insn[i].op == from)
            r->insn[i].op = (u8)to;
}

static void shifts_without_sign(struct ir_region *r)
{
    spoil_op(r, IR_SAR, IR_SHR);
}

static void widening_without_sign(struct ir_region *r)
{
    spoil_op(r, IR_SX32, IR_ZX32);
}

static void remainders_without_sign(struct ir_region *r)
{
    spoil_op(r, IR_REMS, IR_REMU);
}

static void loads_without_sign(struct ir_region *r)
{
    for (unsigned i = 1; i < r->ninsns; i++)
        if (r->insn[i].op == IR_LOAD && r->insn[i].size == IR_S8)
            r->insn[i].size = IR_U8;
}

static void narrow_comparisons(struct ir_region *r)
{
    for (unsigned i = 1; i < r->ninsns; i++)
        if (r->insn[i].op == IR_CMP && r->insn[i].cc == IR_LTS)
            r->insn[i].cc = IR_LTU;
}

static void nothing_given_back(struct ir_region *r)
{
    for (unsigned i = 1; i < r->npoints; i++)
        r->point[i].unspent = 0;
}

static void a_binding_forgotten(struct ir_region *r)
{
    for (unsigned i = 1; i < r->npoints; i++)
        r->point[i].n -= r->point[i].n > 0;
}

static void a_case_missed(struct ir_region *r)
{
    for (unsigned i = 0; i < r->nblocks; i++)
        r->block[i].ncases -= r->block[i].ncases > 0;
}

static void a_free_turn(struct ir_region *r)
{
    r->block[r->entry].charge -= r->block[r->entry].charge > 1;
}

static void the_check_left_out(struct ir_region *r)
{
    r->check = IR_NO_BLOCK;
}

static void another_reason(struct ir_region *r)
{
    r->point[r->block[r->entry].point].reason ^= 1;
}

static const struct fault faults[] = {
#define FAULT(f)                                                                                   \
    {                                                                                              \
#f, f                                                                                      \
    }
    FAULT(shifts_without_sign), FAULT(widening_without_sign), FAULT(remainders_without_sign),
    FAULT(loads_without_sign),  FAULT(narrow_comparisons),    FAULT(nothing_given_back),
    FAULT(a_binding_forgotten), FAULT(a_case_missed),         FAULT(a_free_turn),
    FAULT(the_check_left_out),  FAULT(another_reason),
#undef FAULT
};

static const struct ir_engine faulty = {.name = "faulty", .run = run_with_fault};

/* The region of the first seed that shows it, reduced. */
static unsigned found(const struct fault *fault)
{
    void *ctx = (void *)(uintptr_t)fault;
    for (u64 seed = 1; seed < 3000; seed++) {
        struct ir_region *r = ir_random(seed, NULL);
        if (ir_differ(r, r, &faulty, ctx, seed)) {
            unsigned left = ir_reduce(r, &faulty, ctx, seed);
            assert_non_null(ir_differ(r, r, &faulty, ctx, seed));
            assert_null(ir_verify(r));
            ir_region_free(r);
            return left;
        }
        ir_region_free(r);
    }
    print_message("%s is not found\n", fault->what);
    fail();
    return 0;
}

static void faults_are_found_and_reduced(void **state)
{
    (void)state;
    for (unsigned i = 0; i < ARRAY_LEN(faults); i++)
        assert_in_range(found(&faults[i]), 0, 16);
}

static void the_evaluator_agrees_with_itself(void **state)
{
    (void)state;
    static const struct ir_engine self = {.name = "self", .run = ir_run_evaluator, .loose = true};
    for (u64 seed = 1; seed <= 200; seed++)
        assert_true(ir_compare(&self, NULL, seed));
}

static void the_same_seed_is_the_same_region(void **state)
{
    (void)state;
    for (u64 seed = 1; seed <= 50; seed++) {
        struct ir_region *x = ir_random(seed, NULL), *y = ir_random(seed, NULL);
        assert_int_equal(x->ninsns, y->ninsns);
        assert_memory_equal(x->insn, y->insn, x->ninsns * sizeof *x->insn);
        assert_memory_equal(x->block, y->block, sizeof x->block);
        ir_region_free(x);
        ir_region_free(y);
    }
}

/* Every operation, and every way to leave, comes up often. */
static void everything_comes_up(void **state)
{
    (void)state;
    unsigned ops[IR_NOPS] = {0}, points = 0, onward = 0, as_state = 0;
    for (u64 seed = 1; seed <= 1000; seed++) {
        struct ir_region *r = ir_random(seed, NULL);
        for (unsigned i = 1; i < r->ninsns; i++)
            ops[r->insn[i].op]++;
        struct ir_rig g;
        struct ir_ending end;
        ir_rig_init(&g, r, seed);
        ir_run_evaluator(NULL, r, &g, &end);
        points += end.at_point;
        onward += end.onward;
        as_state += !end.at_point && !end.onward;
        ir_region_free(r);
    }
    for (unsigned op = 0; op < IR_NOPS; op++)
        assert_true(ops[op] >= 100);
    assert_true(points >= 100 && onward >= 100 && as_state >= 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(faults_are_found_and_reduced),
        cmocka_unit_test(the_evaluator_agrees_with_itself),
        cmocka_unit_test(the_same_seed_is_the_same_region),
        cmocka_unit_test(everything_comes_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
