/* SPDX-License-Identifier: ISC */
#include "dev/clock.h"
#include "rig_cmocka.h"

/* Virtual time with System/161's slices: 25 MHz, so 2 ms are 50000 cycles. */

enum {
    SLICE = 50000,
    US = 25
};

struct rig {
    struct clock clock;
    struct event a, b;
    u64 again; /* ns after which a is armed again when it is due */
};

static void rig_due_a(void *ctx)
{
    struct rig *r = ctx;
    if (r->again)
        event_arm_after(&r->a, r->again);
    r->again = 0;
}

static void rig_due_b(void *ctx)
{
    (void)ctx;
}

static void rig_init(struct rig *r, u64 grain)
{
    *r = (struct rig){.clock = {.hz = 25000000, .grain = grain}};
    event_init(&r->a, &r->clock, rig_due_a, r);
    event_init(&r->b, &r->clock, rig_due_b, r);
}

/* CPUs run until then. */
static void rig_busy(struct rig *r, u64 cycle)
{
    r->clock.now_base = cycle;
    clock_run_due(&r->clock);
}

static void rig_wait(struct rig *r, u64 cycle)
{
    clock_jump(&r->clock, cycle);
    clock_run_due(&r->clock);
}

static u64 rig_arm(struct rig *r, struct event *ev, u64 us)
{
    (void)r;
    event_arm_after(ev, us * 1000);
    return ev->when;
}

static void without_slices_all_is_on_time(void **state)
{
    (void)state;
    struct rig r;
    rig_init(&r, 0);
    rig_busy(&r, 1000);
    assert_int_equal(rig_arm(&r, &r.a, 100), 1000 + 100 * US);
    rig_wait(&r, 1000 + 100 * US);
    assert_int_equal(rig_arm(&r, &r.a, 1), 1000 + 101 * US);
    assert_int_equal(r.clock.late, 0);
}

static void what_comes_in_this_slice_waits_for_its_end(void **state)
{
    (void)state;
    struct rig r;
    rig_init(&r, SLICE);
    rig_busy(&r, 1000);
    assert_int_equal(rig_arm(&r, &r.a, 100), SLICE);
    assert_int_equal(rig_arm(&r, &r.b, 21), SLICE);
    assert_int_equal(r.clock.late, SLICE - 1000 - 100 * US + SLICE - 1000 - 21 * US);
    rig_busy(&r, 3 * SLICE + 10);
    assert_int_equal(rig_arm(&r, &r.a, 21), 4 * SLICE);
}

static void what_comes_later_is_on_time(void **state)
{
    (void)state;
    struct rig r;
    rig_init(&r, SLICE);
    rig_busy(&r, 1000);
    assert_int_equal(rig_arm(&r, &r.a, 2500), 1000 + 2500 * US);
    assert_int_equal(r.clock.late, 0);
}

static void all_is_on_time_while_an_event_is_in_sight(void **state)
{
    (void)state;
    struct rig r;
    rig_init(&r, SLICE);
    rig_arm(&r, &r.a, 6900); /* 5 ms before are not yet reached in the first slice */
    rig_busy(&r, 1000);
    assert_int_equal(rig_arm(&r, &r.b, 100), SLICE);
    rig_busy(&r, SLICE);
    rig_busy(&r, SLICE + 1000);
    assert_int_equal(rig_arm(&r, &r.b, 100), SLICE + 1000 + 100 * US);
}

static void slices_begin_anew_after_waiting(void **state)
{
    (void)state;
    struct rig r;
    rig_init(&r, SLICE);
    rig_busy(&r, 1000);
    u64 due = rig_arm(&r, &r.a, 12345);
    rig_wait(&r, due);
    rig_busy(&r, due + 100);
    assert_int_equal(rig_arm(&r, &r.a, 100), due + SLICE);
    rig_wait(&r, due + SLICE); /* no further than the slice: the next one follows it */
    assert_int_equal(rig_arm(&r, &r.a, 100), due + 2 * SLICE);
}

/* Somebody looks at 3 ms: no CPU ran. */
static void pauses_while_waiting_change_nothing(void **state)
{
    (void)state;
    struct rig r;
    rig_init(&r, SLICE);
    rig_busy(&r, 1000);
    u64 due = rig_arm(&r, &r.a, 12345);
    rig_wait(&r, 3000 * US);
    rig_wait(&r, due);
    assert_int_equal(rig_arm(&r, &r.a, 100), due + SLICE);
}

static void steps_of_a_device_follow_on_time(void **state)
{
    (void)state;
    struct rig r;
    rig_init(&r, SLICE);
    r.again = 100000;
    rig_arm(&r, &r.a, 12345);
    u64 due = r.a.when;
    rig_wait(&r, due);
    assert_int_equal(r.a.when, due + 100 * US);
    assert_int_equal(rig_arm(&r, &r.b, 21), due + 21 * US); /* and that is in sight now */
}

int main(int argc, char **argv)
{
    (void)argc;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_slices_all_is_on_time),
        cmocka_unit_test(what_comes_in_this_slice_waits_for_its_end),
        cmocka_unit_test(what_comes_later_is_on_time),
        cmocka_unit_test(all_is_on_time_while_an_event_is_in_sight),
        cmocka_unit_test(slices_begin_anew_after_waiting),
        cmocka_unit_test(pauses_while_waiting_change_nothing),
        cmocka_unit_test(steps_of_a_device_follow_on_time),
    };
    return cmocka_run_group_tests_name(argv[0], tests, NULL, NULL);
}
