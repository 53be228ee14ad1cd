/* SPDX-License-Identifier: ISC */
#define RIG_CARD RIG_TIMER
#include "rig_card.h"

enum {
    SEC = 0x00,
    NSEC = 0x04,
    RESTART = 0x08,
    IRQ = 0x0c,
    COUNT = 0x10,
    SPEAKER = 0x14,
    RESERVED = 0x18,
};

static void wall_clock(void **state)
{
    (void)state;
    struct lb_rig *r = lb_rig_new(NULL);
    assert_int_equal(get(r, SEC), 1700000000);
    assert_int_equal(get(r, NSEC), 123456789);
    lb_rig_run(r, 3 * RIG_S + 40);
    assert_int_equal(get(r, SEC), 1700000003);
    assert_int_equal(get(r, NSEC), 123456829);
    lb_rig_run(r, 900 * RIG_MS);
    assert_int_equal(get(r, SEC), 1700000004);
    assert_int_equal(get(r, NSEC), 23456829);
    lb_rig_free(r);
}

static void set_wall_clock(void **state)
{
    (void)state;
    struct lb_rig *r = lb_rig_new(NULL);
    lb_rig_run(r, 10 * RIG_S);
    set(r, SEC, 5); /* before the machine was switched on */
    assert_int_equal(get(r, SEC), 5);
    assert_int_equal(get(r, NSEC), 123456789);
    set(r, NSEC, 999999999);
    assert_int_equal(get(r, SEC), 5);
    assert_int_equal(get(r, NSEC), 999999999);
    lb_rig_run(r, 40);
    assert_int_equal(get(r, SEC), 6);
    set(r, SEC, 0xffffffff);
    assert_int_equal(get(r, SEC), 0xffffffff);
    set(r, NSEC, 1000000000);
    rig_assert_misuse(r, 1);
    assert_int_equal(get(r, NSEC), 39);
    lb_rig_free(r);
}

static void one_shot(void **state)
{
    (void)state;
    struct lb_rig *r = lb_rig_new(NULL);
    set(r, COUNT, 100);
    assert_int_equal(get(r, COUNT), 100);
    lb_rig_run(r, 100 * RIG_US - RIG_CYCLE);
    assert_false(line(r));
    lb_rig_run(r, RIG_CYCLE);
    assert_true(line(r));
    assert_int_equal(get(r, IRQ), 1);
    assert_false(line(r));
    assert_int_equal(get(r, IRQ), 0);
    lb_rig_run(r, RIG_S);
    assert_false(line(r));
    assert_int_equal(get(r, COUNT), 100); /* as written, not what is left */
    lb_rig_free(r);
}

static void restarts(void **state)
{
    (void)state;
    struct lb_rig *r = lb_rig_new(NULL);
    set(r, RESTART, 7);
    assert_int_equal(get(r, RESTART), 7);
    set(r, COUNT, 10000);
    for (int i = 0; i < 5; i++) {
        lb_rig_run(r, 10 * RIG_MS - RIG_CYCLE);
        assert_int_equal(get(r, IRQ), 0);
        lb_rig_run(r, RIG_CYCLE);
        assert_int_equal(get(r, IRQ), 1);
    }
    set(r, RESTART, 0);
    lb_rig_run(r, 10 * RIG_MS);
    assert_int_equal(get(r, IRQ), 1); /* the one under way */
    lb_rig_run(r, RIG_S);
    assert_int_equal(get(r, IRQ), 0);
    lb_rig_free(r);
}

static void rewriting_starts_anew(void **state)
{
    (void)state;
    struct lb_rig *r = lb_rig_new(NULL);
    set(r, COUNT, 100);
    lb_rig_run(r, 90 * RIG_US);
    set(r, COUNT, 100);
    lb_rig_run(r, 90 * RIG_US);
    assert_false(line(r));
    lb_rig_run(r, 10 * RIG_US);
    assert_true(line(r));
    lb_rig_free(r);
}

/* System/161 loops for ever on this. */
static void zero_and_restarting(void **state)
{
    (void)state;
    struct lb_rig *r = lb_rig_new(NULL);
    set(r, RESTART, 1);
    set(r, COUNT, 0);
    lb_rig_run(r, 100 * RIG_CYCLE);
    assert_int_equal(get(r, IRQ), 1);
    set(r, RESTART, 0);
    set(r, COUNT, 0xffffffff); /* 71 minutes */
    lb_rig_run(r, 4294967295ull * 1000);
    assert_int_equal(get(r, IRQ), 1);
    lb_rig_free(r);
}

static void speaker_and_misuse(void **state)
{
    (void)state;
    struct lb_rig *r = lb_rig_new(NULL);
    set(r, SPEAKER, 440);
    assert_int_equal(r->beeps, 1);
    assert_int_equal(get(r, SPEAKER), 0);
    assert_int_equal(get(r, RESERVED), 0);
    assert_int_equal(get(r, RESERVED + 4), 0);
    rig_assert_misuse(r, 3);
    set(r, IRQ, 1);
    set(r, RESERVED, 1);
    set(r, RESERVED + 4, 1);
    rig_assert_misuse(r, 6);
    assert_false(line(r));
    rig_assert_error(r, RIG_TIMER, 0x20);
    lb_rig_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wall_clock),
        cmocka_unit_test(set_wall_clock),
        cmocka_unit_test(one_shot),
        cmocka_unit_test(restarts),
        cmocka_unit_test(rewriting_starts_anew),
        cmocka_unit_test(zero_and_restarting),
        cmocka_unit_test(speaker_and_misuse),
    };
    return cmocka_run_group_tests_name("lb_timer", tests, NULL, NULL);
}
