/* SPDX-License-Identifier: ISC */
/* Looking at a run, pausing it and stepping through it leave it as it was. */
#include "machine_rig.h"

static const struct rig_setup setups[] = {
    {.cpus = 1, .words = "bench sort 1; halt 5"},
    {.cpus = 1, .words = "selftest; halt 5", .paced = true},
    {.cpus = 4, .ram = "2M", .words = "stress 3 1; halt 5"},
};

/* ---- observers ---- */

struct looker {
    struct machine_observer o;
    struct machine *m;
    u64 every, looks, late;
};

static void looker_look(void *ctx)
{
    struct looker *l = ctx;
    u64 late = machine_now(l->m) - l->o.at;
    l->late = late > l->late ? late : l->late;
    l->looks++;
    l->o.at += l->every;
}

static void looking_changes_nothing(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(setups); i++) {
        struct rig_result plain = rig_run_all(&setups[i]);
        struct rig *r = rig_new(&setups[i]);
        struct looker fine = {.m = &r->m, .every = 250}, coarse = {.m = &r->m, .every = 99991};
        struct looker *all[] = {&fine, &coarse};
        for (size_t k = 0; k < ARRAY_LEN(all); k++) {
            all[k]->o = (struct machine_observer){.look = looker_look, .ctx = all[k]};
            machine_observe(&r->m, &all[k]->o);
        }
        rig_run(r);
        rig_assert_same(rig_result(r), plain);
        for (size_t k = 0; k < ARRAY_LEN(all); k++) {
            assert_true(all[k]->late <= (setups[i].cpus > 1 ? MACHINE_TURN : 0));
            assert_true(all[k]->looks >= (plain.cycles - all[k]->late) / all[k]->every);
            assert_true(all[k]->looks <= plain.cycles / all[k]->every + 1);
        }
        rig_free(r);
    }
}

/* ---- steps ---- */

static void stepping_changes_nothing(void **state)
{
    (void)state;
    u64 seed = 11;
    for (size_t i = 0; i < ARRAY_LEN(setups); i++) {
        struct rig_result plain = rig_run_all(&setups[i]);
        struct rig *r = rig_new(&setups[i]);
        struct machine_control *c = &r->m.control;
        unsigned steps = 0;
        do {
            unsigned cpu = rig_random(&seed, r->m.ncpus);
            c->step_cpu = (int)cpu;
            c->step_at =
                vcpu_retired(r->m.cpu[cpu]) + 1 + rig_random(&seed, 1u << rig_random(&seed, 14));
            machine_run(&r->m);
            if (c->paused) {
                assert_int_equal(c->paused, MACHINE_STEPPED);
                assert_int_equal(c->cpu, cpu);
                assert_int_equal(vcpu_retired(r->m.cpu[cpu]), c->step_at);
                steps++;
            }
        } while (r->m.end == MACHINE_RUNS);
        rig_assert_same(rig_result(r), plain);
        assert_true(steps > 100);
        rig_free(r);
    }
}

/* ---- pauses ---- */

static void pauser_look(void *ctx)
{
    struct looker *l = ctx;
    l->m->control.pause = true;
    l->o.at += l->every;
}

static void pausing_changes_nothing(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(setups); i++) {
        struct rig_result plain = rig_run_all(&setups[i]);
        struct rig *r = rig_new(&setups[i]);
        struct looker l = {.m = &r->m, .every = 54321, .o.look = pauser_look, .o.ctx = &l};
        machine_observe(&r->m, &l.o);
        unsigned pauses = 0;
        while (machine_run(&r->m) == MACHINE_RUNS) {
            assert_int_equal(r->m.control.paused, MACHINE_ASKED);
            r->m.control.pause = false;
            pauses++;
        }
        rig_assert_same(rig_result(r), plain);
        assert_true(pauses > 10);
        rig_free(r);
    }
}

/* A CPU that is held does not run; the others go on. */
static void a_held_cpu_stands_still(void **state)
{
    (void)state;
    struct rig_setup setup = {.cpus = 4, .ram = "2M", .words = "stress; halt 5"};
    struct rig *r = rig_new(&setup);
    rig_run_to(r, 2000000);
    u64 before[4];
    for (unsigned i = 0; i < 4; i++)
        before[i] = vcpu_retired(r->m.cpu[i]);
    assert_false(r->m.control.missed);
    r->m.control.held = 1u << 1 | 1u << 2;
    rig_run_to(r, 3000000);
    assert_true(r->m.control.missed);
    assert_int_equal(vcpu_retired(r->m.cpu[1]), before[1]);
    assert_int_equal(vcpu_retired(r->m.cpu[2]), before[2]);
    assert_true(vcpu_retired(r->m.cpu[0]) + vcpu_retired(r->m.cpu[3]) > before[0] + before[3]);
    r->m.control.held = 0;
    rig_run(r);
    assert_int_equal(r->m.exit_code, 5);
    rig_free(r);
}

int main(int argc, char **argv)
{
    rig_main(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(looking_changes_nothing),
        cmocka_unit_test(stepping_changes_nothing),
        cmocka_unit_test(pausing_changes_nothing),
        cmocka_unit_test(a_held_cpu_stands_still),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
