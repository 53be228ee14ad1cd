/* SPDX-License-Identifier: ISC */
/* The two cards without time: random numbers and trace control. */
#include "rig_cmocka.h"

static void random_numbers(void **state)
{
    (void)state;
    struct lb_rig *r = lb_rig_new(NULL), *same = lb_rig_new(NULL);
    u32 ones = 0, seen[64];
    for (unsigned i = 0; i < 64; i++) {
        seen[i] = rig_get(r, RIG_RANDOM, 0);
        assert_int_equal(seen[i], rig_get(same, RIG_RANDOM, 0));
        ones += (u32)__builtin_popcount(seen[i]);
        for (unsigned k = 0; k < i; k++)
            assert_int_not_equal(seen[k], seen[i]);
    }
    assert_in_range(ones, 900, 1150); /* of 2048 */
    assert_false(lb_rig_write(r, RIG_RANDOM, 0, 1));
    rig_assert_error(r, RIG_RANDOM, 4);
    lb_rig_free(r);
    lb_rig_free(same);
}

static void random_seeds(void **state)
{
    (void)state;
    for (u64 seed = 0; seed < 100; seed++) {
        struct lb_random *a = lb_random_new(seed), *b = lb_random_new(seed + 1);
        u32 x, y;
        assert_true(lb_random_class.read(a, 0, 0, &x));
        assert_true(lb_random_class.read(b, 0, 0, &y));
        assert_int_not_equal(x, y);
        lb_random_free(a);
        lb_random_free(b);
    }
}

static void trace_letters(void **state)
{
    (void)state;
    struct lb_rig *r = lb_rig_new(NULL);
    static const char known[] = "kujtxidne";
    for (const char *c = known; *c; c++) {
        rig_set(r, RIG_TRACE, 0, (u8)*c);
        assert_int_equal(__builtin_popcount(r->letters.on), c - known + 1);
    }
    rig_set(r, RIG_TRACE, 4, 'k');
    assert_false(trace_on(&r->letters, TRACE_KINSN));
    assert_true(trace_on(&r->letters, TRACE_UINSN));
    rig_assert_misuse(r, 0);
    rig_set(r, RIG_TRACE, 0, 'Z');
    rig_set(r, RIG_TRACE, 4, 0);
    rig_set(r, RIG_TRACE, 0, 0x100 | 'k');
    rig_assert_misuse(r, 3);
    lb_rig_free(r);
}

static void trace_hooks(void **state)
{
    (void)state;
    struct lb_rig *r = lb_rig_new(NULL);
    rig_set(r, RIG_TRACE, 8, 11);
    assert_int_equal(r->prints, 1);
    assert_int_equal(r->code, 11);
    rig_set(r, RIG_TRACE, 12, 22);
    assert_int_equal(r->dumps, 1);
    assert_int_equal(r->code, 22);
    rig_set(r, RIG_TRACE, 16, 33);
    assert_int_equal(r->debugs, 1);
    u32 val;
    for (u32 off = 0; off < 32; off += 4)
        assert_int_equal(lb_rig_read(r, RIG_TRACE, off, &val), off == 20);
    assert_false(lb_rig_write(r, RIG_TRACE, 28, 0));
    lb_rig_free(r);
}

static void profiling_off(void **state)
{
    (void)state;
    struct lb_rig *r = lb_rig_new(NULL);
    rig_set(r, RIG_TRACE, 20, 1);
    assert_int_equal(rig_get(r, RIG_TRACE, 20), 0);
    rig_set(r, RIG_TRACE, 24, 1);
    assert_int_equal(r->clears, 0);
    lb_rig_free(r);
}

static void profiling_on(void **state)
{
    (void)state;
    struct lb_rig_options o = {.profiling = true};
    struct lb_rig *r = lb_rig_new(&o);
    assert_int_equal(rig_get(r, RIG_TRACE, 20), 1);
    rig_set(r, RIG_TRACE, 20, 0);
    assert_int_equal(rig_get(r, RIG_TRACE, 20), 0);
    assert_false(r->sampling);
    rig_set(r, RIG_TRACE, 20, 2);
    assert_int_equal(rig_get(r, RIG_TRACE, 20), 1);
    assert_true(r->sampling);
    rig_set(r, RIG_TRACE, 24, 0);
    assert_int_equal(r->clears, 1);
    lb_rig_free(r);
}

/* Every hook may be missing. */
static void no_hooks(void **state)
{
    (void)state;
    struct lb_rig *r = lb_rig_new(NULL);
    struct lb_trace *t = lb_trace_new(&r->env, NULL, true, NULL);
    for (u32 off = 0; off < 28; off += 4)
        assert_true(lb_trace_class.write(t, 0, off, 'k'));
    lb_trace_class.reset(t);
    lb_trace_free(t);
    lb_rig_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_numbers), cmocka_unit_test(random_seeds),
        cmocka_unit_test(trace_letters),  cmocka_unit_test(trace_hooks),
        cmocka_unit_test(profiling_off),  cmocka_unit_test(profiling_on),
        cmocka_unit_test(no_hooks),
    };
    return cmocka_run_group_tests_name("lb_random_trace", tests, NULL, NULL);
}
