/* SPDX-License-Identifier: ISC */
/* How virtual time goes with real time, by the test's own wall clock. */
#include "machine_rig.h"

#define MS 1000000ull

#define TEN(words)  words words words words words words words words words words
#define SHORT_WAITS TEN("sleep 7; ") TEN("sleep 7; ") TEN("sleep 7; ") TEN("sleep 7; ") "halt"

struct spent {
    u64 idle, real; /* ns: of virtual time while nothing ran; on the wall */
};

static void look_again(void *ctx)
{
    struct machine_observer *o = ctx;
    o->at += 250000; /* 10 ms */
}

static struct spent spend(const struct rig_setup *setup, bool watched)
{
    struct rig *r = rig_new(setup);
    struct machine_observer o = {.at = 1, .look = look_again, .ctx = &o};
    if (watched)
        machine_observe(&r->m, &o);
    u64 start = r->host_ns;
    assert_int_equal(rig_run(r), MACHINE_POWER_OFF);
    struct spent s = {clock_cycles_to_ns(&r->m.clock, r->m.idle_cycles), r->host_ns - start};
    rig_free(r);
    return s;
}

static void waits_take_their_time(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 4; i++) {
        struct rig_setup setup = {.words = "sleep 500; halt", .paced = true, .s161_time = i & 1};
        struct spent s = spend(&setup, i & 2);
        assert_in_range(s.real, 350 * MS, 600 * MS);
    }
}

static void short_waits_add_up(void **state)
{
    (void)state;
    struct spent s = spend(&(struct rig_setup){.words = SHORT_WAITS, .paced = true}, false);
    assert_in_range(s.real, 250 * MS, 600 * MS);
}

/* System/161 sleeps for no less than 10 ms, so that with it disks take next to no real time. */
static void as_system161_short_waits_take_none(void **state)
{
    (void)state;
    for (unsigned watched = 0; watched < 2; watched++) {
        struct rig_setup setup = {.words = SHORT_WAITS, .paced = true, .s161_time = true};
        struct spent s = spend(&setup, watched);
        assert_in_range(s.idle, 300 * MS, 2000 * MS);
        assert_in_range(s.real, 0, 100 * MS);
    }
}

int main(int argc, char **argv)
{
    rig_main(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(waits_take_their_time),
        cmocka_unit_test(short_waits_add_up),
        cmocka_unit_test(as_system161_short_waits_take_none),
    };
    return cmocka_run_group_tests_name("pace", tests, NULL, NULL);
}
