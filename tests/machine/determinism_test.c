/* SPDX-License-Identifier: ISC */
/*
 * A machine's run is a function of its input: equal runs end in equal states, however the run is
 * sliced, and whatever other machines live in the process.
 */
#include "machine_rig.h"

#include <stdio.h>

/* Work for all CPUs: forks, pipes, preemption, and the devices. */
#define WORK "cpus; bench fork 5; bench pipe 50; stress 4 1; ls /bin; cat /sys/ps; "

static const char typed[] = "ps\n"
                            "mem\n"
                            "bench crc32 2\n"
                            "echo one; sleep 20; echo two\n"
                            "stress 3 1 &\n"
                            "bench yield 100\n"
                            "wait\n"
                            "halt 6\n";

static void again_and_again(const struct rig_setup *setup, enum machine_end end, u32 code)
{
    struct rig_result first = rig_run_all(setup);
    assert_int_equal(first.end, end);
    assert_int_equal(first.code, code);
    rig_assert_same(first, rig_run_all(setup));
}

static void equal_runs_end_equal(void **state)
{
    (void)state;
    static const unsigned cpus[] = {1, 2, 4, 8, 32};
    for (unsigned i = 0; i < ARRAY_LEN(cpus); i++)
        again_and_again(&(struct rig_setup){.cpus = cpus[i], .ram = "4M", .words = WORK "halt 5"},
                        MACHINE_POWER_OFF, 5);
}

static void equal_typing_ends_equal(void **state)
{
    (void)state;
    static const unsigned cpus[] = {1, 2, 8};
    for (unsigned i = 0; i < ARRAY_LEN(cpus); i++) {
        struct rig_setup setup = {.cpus = cpus[i], .ram = "4M", .typed = typed};
        again_and_again(&setup, MACHINE_POWER_OFF, 6);
        setup.paced = true;
        again_and_again(&setup, MACHINE_POWER_OFF, 6);
        setup.ahead = true;
        again_and_again(&setup, MACHINE_POWER_OFF, 6);
    }
}

static void equal_disks_end_equal(void **state)
{
    (void)state;
    struct rig_setup setup = {
        .cpus = 2, .ram = "4M", .words = "format; write a some words; stress 3 1; cat a; halt"};
    struct rig_result result[3];
    for (unsigned i = 0; i < ARRAY_LEN(result); i++) {
        char name[16];
        snprintf(name, sizeof name, "equal%u.img", i);
        setup.disk = rig_path(name);
        result[i] = rig_run_all(&setup);
        rig_assert_same(result[0], result[i]);
    }
    assert_int_equal(result[0].end, MACHINE_POWER_OFF);
}

/* What a machine was given shows: the hash is not blind. */
static void unequal_runs_differ(void **state)
{
    (void)state;
    struct rig_setup setup = {.words = "echo x; halt"};
    struct rig_result first = rig_run_all(&setup);
    setup.words = "echo y; halt";
    assert_int_not_equal(first.hash, rig_run_all(&setup).hash);
    setup.words = "echo x; halt";
    setup.wall_ns = 1600000000000000000ull;
    assert_int_not_equal(first.hash, rig_run_all(&setup).hash);
}

/* ---- slices ---- */

static void sliced(const struct rig_setup *setup, u32 most, u64 seed)
{
    struct rig *r = rig_new(setup);
    while (r->m.end == MACHINE_RUNS) {
        u64 to = machine_now(&r->m) + 1 + rig_random(&seed, most);
        rig_run_to(r, to);
        u64 now = machine_now(&r->m);
        if (r->m.end == MACHINE_RUNS)
            assert_true(now >= to && now < to + (setup->cpus > 1 ? MACHINE_TURN : 1));
    }
    struct rig_result result = rig_result(r);
    rig_free(r);
    rig_assert_same(rig_run_all(setup), result);
}

static void slices_do_not_matter(void **state)
{
    (void)state;
    static const unsigned cpus[] = {1, 2, 8};
    for (unsigned i = 0; i < ARRAY_LEN(cpus); i++) {
        struct rig_setup setup = {.cpus = cpus[i], .ram = "1M", .words = "bench fork 3; halt 1"};
        sliced(&setup, 100, 1 + i);
        setup.words = WORK "sleep 5; halt 2";
        sliced(&setup, 30000, 11 + i);
        sliced(&setup, 5000000, 21 + i);
    }
}

/* In the middle of a run, too: two machines, one in steps, stand at the same state. */
static void sliced_states_are_equal_on_the_way(void **state)
{
    (void)state;
    static const unsigned cpus[] = {1, 3};
    u64 seed = 31;
    for (unsigned i = 0; i < ARRAY_LEN(cpus); i++) {
        struct rig_setup setup = {.cpus = cpus[i],
                                  .words = "bench fork 3; sleep 10; halt",
                                  .progress_cycles = BOARD_S161_HZ};
        struct rig *steps = rig_new(&setup);
        for (u64 n = 40000; rig_run_to(steps, n) == MACHINE_RUNS; n += 40000) {
            struct rig *straight = rig_new(&setup);
            rig_run_to(straight, n);
            rig_assert_same(rig_result(straight), rig_result(steps));
            rig_free(straight);
            rig_run_to(steps, n + rig_random(&seed, 20000));
        }
        assert_int_equal(steps->m.end, MACHINE_POWER_OFF);
        rig_free(steps);
    }
}

/* ---- several machines ---- */

static void machines_do_not_meet(void **state)
{
    (void)state;
    struct rig_setup setup[8] = {
        {.cpus = 1, .words = WORK "halt 1"},
        {.cpus = 1, .words = WORK "halt 1"},
        {.cpus = 2, .words = "bench sort 1; halt 2", .ram = "512K"},
        {.cpus = 8, .words = WORK "halt 3", .ram = "4M"},
        {.cpus = 4, .words = "stress 2 1; halt 4", .ram = "2M"},
        {.cpus = 3, .words = "sleep 40; selftest; halt 5", .ram = "2M"},
        {.cpus = 1, .words = "panic"},
        {.cpus = 1, .words = "format; write f hello; cat f; halt 7"},
    };
    struct rig *r[8];
    u64 seed = 5;
    unsigned left = 8;
    setup[7].disk = rig_path("meet.img");
    for (unsigned i = 0; i < 8; i++)
        r[i] = rig_new(&setup[i]);
    while (left) {
        unsigned i = rig_random(&seed, 8);
        if (r[i]->m.end == MACHINE_RUNS &&
            rig_run_to(r[i], machine_now(&r[i]->m) + rig_random(&seed, 50000)) != MACHINE_RUNS)
            left--;
    }
    setup[7].disk = rig_path("alone.img");
    for (unsigned i = 0; i < 8; i++) {
        struct rig_result alone = rig_run_all(&setup[i]);
        assert_int_equal(alone.end, MACHINE_POWER_OFF);
        rig_assert_same(alone, rig_result(r[i]));
        rig_free(r[i]);
    }
}

int main(int argc, char **argv)
{
    rig_main(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_runs_end_equal),
        cmocka_unit_test(equal_typing_ends_equal),
        cmocka_unit_test(equal_disks_end_equal),
        cmocka_unit_test(unequal_runs_differ),
        cmocka_unit_test(slices_do_not_matter),
        cmocka_unit_test(sliced_states_are_equal_on_the_way),
        cmocka_unit_test(machines_do_not_meet),
    };
    return cmocka_run_group_tests_name("determinism", tests, NULL, NULL);
}
