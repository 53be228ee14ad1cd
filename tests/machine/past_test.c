/* SPDX-License-Identifier: ISC */
/*
 * Going back in a run: whatever moment one goes to, in whatever order, the machine is as it was
 * then.
 */
#include "machine_rig.h"

#include "io/io_disk_mem.h"
#include "isa/mips_debug.h"
#include "machine/board.h"
#include "machine/intake_journal.h"
#include "vmm/vmm_past.h"

#include <stdlib.h>
#include <string.h>

#define MOMENTS 40
#define ROOM    (64u << 20)
#define OFTEN   70000u

/* every: cycles between kept states. */
static struct vmm_past *past_of(struct rig *r, u64 bytes, u64 every)
{
    struct vmm_past *p;
    struct error e;
    static struct board_setup setup;
    const struct board_class *board;
    assert_int_equal(board_find("s161", &board, &e), ERR_OK);
    setup = (struct board_setup){.s161 = r->config};
    const struct vmm_past_config c = {
        .board = board, .setup = &setup, .bytes = bytes, .every = every};
    if (vmm_past_new(&p, &r->m, &c, &e))
        fail_msg("%s", e.msg);
    return p;
}

struct moment {
    u64 cycle, hash;
};

static void moments_are_as_they_were(const struct rig_setup *setup, u64 every, u64 seed)
{
    struct moment moment[MOMENTS];
    unsigned n = 0;
    struct rig *r = rig_new(setup);
    struct vmm_past *p = past_of(r, ROOM, every);
    do {
        if (n < MOMENTS)
            moment[n++] = (struct moment){.cycle = machine_now(&r->m), .hash = machine_hash(&r->m)};
    } while (rig_run_to(r, machine_now(&r->m) + 10000 + rig_random(&seed, 300000)) == MACHINE_RUNS);
    u64 end = machine_now(&r->m), hash = machine_hash(&r->m);
    assert_true(n > 10);
    for (unsigned i = 0; i < 3 * n; i++) {
        const struct moment *m = &moment[rig_random(&seed, n)];
        assert_true(vmm_past_seek(p, m->cycle));
        struct machine *then = vmm_past_machine(p);
        assert_non_null(then);
        assert_int_equal(then->end, MACHINE_RUNS);
        assert_int_equal(machine_now(then), m->cycle);
        assert_int_equal(machine_hash(then), m->hash);
    }
    assert_int_equal(machine_now(&r->m), end); /* the present stood still */
    assert_int_equal(machine_hash(&r->m), hash);
    vmm_past_free(p);
    rig_free(r);
    if (setup->disk)
        assert_int_equal(remove(setup->disk), 0);
}

static const char disk_work[] = "format; write a some words; mkdir d; write d/b more; stress 2 1; "
                                "cat a; cp a d/c; ls d; write a other words; cat a; rm a; "
                                "write b yet others; cat b; disk; halt 2";

static void every_moment_is_as_it_was(void **state)
{
    (void)state;
    struct rig_setup setup = {.words = "bench fork 2; selftest; halt 1", .ram = "512K"};
    moments_are_as_they_were(&setup, OFTEN, 1);
    setup = (struct rig_setup){.words = disk_work, .disk = rig_path("past.img")};
    moments_are_as_they_were(&setup, OFTEN, 2);
    moments_are_as_they_were(&setup, 1500000, 3);
    setup.cpus = 4;
    moments_are_as_they_were(&setup, OFTEN, 4);
}

static void what_came_in_comes_again(void **state)
{
    (void)state;
    struct rig_setup setup = {.typed =
                                  "ps\necho one; sleep 20; echo two\nbench yield 100\nhalt 6\n",
                              .peer_says = "hello",
                              .autoseed = true};
    moments_are_as_they_were(&setup, OFTEN, 5);
    setup.cpus = 2;
    moments_are_as_they_were(&setup, OFTEN, 6);
}

/* Files are open at most moments: a cat of one whose every read takes the guest 5 ms. */
static void open_files_of_the_host_are_as_they_were(void **state)
{
    (void)state;
    char text[4001];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = 0;
    rig_make_folder(rig_path("host"));
    rig_write_file(rig_path("host/long"), text);
    struct rig_setup setup = {.words = "cat /host/long; ls /host; cat /host/long; cat /host/long; "
                                       "halt",
                              .autoseed = true};
    setup.emufs = rig_path("host");
    moments_are_as_they_were(&setup, 300000, 8);
    setup.cpus = 2;
    moments_are_as_they_were(&setup, 300000, 9);
}

static void a_doom_counter_does_not_run_on_in_the_past(void **state)
{
    (void)state;
    struct rig_setup setup = {.words = disk_work, .disk = rig_path("doom.img"), .doom = 200};
    moments_are_as_they_were(&setup, 3000000, 10);
}

/* ---- by instructions ---- */

static void steps_undo_instructions(void **state)
{
    (void)state;
    u64 seed = 7;
    struct rig_setup setup = {.words = "bench fork 20; halt"};
    struct rig *r = rig_new(&setup), *other = rig_new(&setup);
    struct vmm_past *p = past_of(r, ROOM, OFTEN);
    for (unsigned i = 0; i < 12; i++) {
        (void)rig_run_to(r, machine_now(&r->m) + 1000 + rig_random(&seed, 200000));
        u64 here = machine_now(&r->m);
        (void)rig_run_to(other, here - 5);
        for (unsigned k = 1; k <= 5; k++)
            assert_true(vmm_past_step_back(p, 0));
        struct machine *then = vmm_past_machine(p);
        assert_int_equal(vcpu_retired(then->cpu[0]), vcpu_retired(r->m.cpu[0]) - 5);
        assert_int_equal(then->cpu[0]->mips.pc, other->m.cpu[0]->mips.pc);
        assert_memory_equal(then->cpu[0]->mips.r, other->m.cpu[0]->mips.r,
                            sizeof other->m.cpu[0]->mips.r);
        assert_true(vmm_past_seek(p, here - 5));
        assert_int_equal(machine_hash(then), machine_hash(&other->m));
        vmm_past_goes_on(p);
        assert_null(vmm_past_machine(p));
    }
    vmm_past_free(p);
    rig_free(r);
    rig_free(other);
}

static void steps_of_one_of_several(void **state)
{
    (void)state;
    struct rig_setup setup = {.words = "bench spawn 20; halt", .cpus = 4};
    struct rig *r = rig_new(&setup);
    struct vmm_past *p = past_of(r, ROOM, OFTEN);
    (void)rig_run_to(r, 3000000);
    for (unsigned cpu = 0; cpu < 4; cpu++) {
        u64 retired = vcpu_retired(r->m.cpu[cpu]);
        vmm_past_goes_on(p);
        for (unsigned k = 1; k <= 3; k++) {
            assert_true(vmm_past_step_back(p, cpu));
            assert_int_equal(vcpu_retired(vmm_past_machine(p)->cpu[cpu]), retired - k);
        }
    }
    vmm_past_free(p);
    rig_free(r);
}

static void nothing_is_before_the_beginning(void **state)
{
    (void)state;
    struct rig_setup setup = {.words = "halt"};
    struct rig *r = rig_new(&setup);
    (void)rig_run_to(r, 5000);
    struct vmm_past *p = past_of(r, ROOM, OFTEN);
    assert_false(vmm_past_step_back(p, 0));
    (void)rig_run_to(r, 5002);
    vmm_past_goes_on(p);
    assert_true(vmm_past_step_back(p, 0));
    assert_true(vmm_past_step_back(p, 0));
    assert_false(vmm_past_step_back(p, 0));
    assert_int_equal(machine_now(vmm_past_machine(p)), 5000);
    assert_false(vmm_past_seek(p, 4000));
    assert_int_equal(vmm_past_run_back(p), VMM_PAST_BEGINNING);
    assert_int_equal(vmm_past_facts(p).first, 5000);
    vmm_past_free(p);
    rig_free(r);
}

/* ---- by points ---- */

struct stops {
    unsigned n;
    struct {
        unsigned cpu;
        u64 retired;
    } at[4000];
};

static void note(struct stops *s, const struct machine *m)
{
    unsigned cpu = m->control.cpu;
    assert_true(s->n < ARRAY_LEN(s->at));
    s->at[s->n].cpu = cpu;
    s->at[s->n++].retired = vcpu_retired(m->cpu[cpu]);
}

static void add_points(struct mips_code *code, gva brk, gva watch)
{
    const struct mips_watch w = {
        .at = watch, .len = 4, .kind = MIPS_WATCH_ACCESS, .asid = MIPS_ASID_ANY};
    assert_true(mips_debug_add_break(code, brk, MIPS_ASID_ANY));
    assert_true(mips_debug_add_watch(code, &w));
}

/* The same stops, the last first; of a watched access its far side. */
static void points_are_found(const struct rig_setup *setup, gva brk, gva watch)
{
    static struct stops forward;
    struct rig *r = rig_new(setup), *other = rig_new(setup);
    struct vmm_past *p = past_of(r, ROOM, OFTEN);
    forward.n = 0;
    (void)rig_run_to(r, 2500000);
    u64 end = machine_now(&r->m);
    add_points(other->m.code, brk, watch);
    other->m.stop_at = end;
    while (machine_run(&other->m) == MACHINE_RUNS && other->m.control.paused == MACHINE_HIT)
        note(&forward, &other->m);
    assert_true(forward.n > 10);
    add_points(r->m.code, brk, watch);
    for (unsigned i = forward.n; i-- && i + 40 > forward.n;) {
        assert_int_equal(vmm_past_run_back(p), VMM_PAST_POINT);
        struct machine *then = vmm_past_machine(p);
        const struct vcpu *v = then->cpu[then->control.cpu];
        bool watched = v->mips.hit.watch.kind;
        assert_int_equal(then->control.paused, MACHINE_HIT);
        assert_int_equal(then->control.cpu, forward.at[i].cpu);
        assert_int_equal(vcpu_retired(v), forward.at[i].retired + watched);
        assert_true(watched || v->mips.pc == brk);
        if (watched)
            assert_true(vmm_past_step_back(p, then->control.cpu));
    }
    vmm_past_free(p);
    rig_free(r);
    rig_free(other);
}

static void points_are_found_backwards(void **state)
{
    (void)state;
    struct rig_setup setup = {.words = "bench fork 20; halt"};
    gva vector = 0x80000080, sp;
    struct rig *r = rig_new(&setup);
    (void)rig_run_to(r, 2000000);
    sp = r->m.cpu[0]->mips.r[29] & ~3u; /* some stack */
    rig_free(r);
    points_are_found(&setup, vector, sp);
    setup = (struct rig_setup){.words = "bench spawn 20; halt", .cpus = 4};
    points_are_found(&setup, vector, sp);
}

/* ---- bounds ---- */

static void memory_is_bounded(void **state)
{
    (void)state;
    struct rig_setup setup = {.words = "format; stress 4 20; halt",
                              .disk = rig_path("bounded.img")};
    struct rig *r = rig_new(&setup);
    u64 room = 4u << 20;
    struct vmm_past *p = past_of(r, room, OFTEN);
    for (unsigned i = 0; i < 60 && rig_run_to(r, machine_now(&r->m) + 500000) == MACHINE_RUNS;
         i++) {
        struct vmm_past_facts f = vmm_past_facts(p);
        assert_true(f.bytes < 2 * room);
        assert_true(f.shots >= 1);
        if (i % 7)
            continue;
        assert_true(vmm_past_seek(p, f.first + (f.present - f.first) / 2));
        assert_int_equal(vmm_past_machine(p)->end, MACHINE_RUNS);
        vmm_past_goes_on(p);
    }
    vmm_past_free(p);
    rig_free(r);
    assert_int_equal(remove(rig_path("bounded.img")), 0);
}

/* Of a big disk, one sector here and one there. */
static void what_tells_where_a_sector_is_kept_counts(void **state)
{
    (void)state;
    struct io_disk disk;
    struct error e;
    const unsigned places = 200, far = 10000;
    assert_int_equal(io_disk_mem_open(places * far, &disk, &e), ERR_OK);
    struct intake_journal j = {.sectors = disk.sectors};
    u64 bytes = 0;
    for (unsigned i = 0; i < places; i++)
        assert_true(intake_journal_keep(&j, &disk, 1 + i / 100, i * far, 1, &bytes, ~0ull));
    assert_true(bytes >= places * 16384);
    u64 all = bytes;
    intake_journal_forget(&j, 2, &bytes);
    assert_int_equal(bytes, all / 2);
    assert_true(intake_journal_keep(&j, &disk, 3, 0, 1, &bytes, ~0ull)); /* again */
    intake_journal_fini(&j, &bytes);
    assert_int_equal(bytes, 0);
    disk.close(disk.ctx);
}

/* More is written at once than may be kept. */
static void too_much_is_a_new_beginning(void **state)
{
    (void)state;
    struct rig_setup setup = {.words = "format; stress 4 20; halt", .disk = rig_path("much.img")};
    struct rig *r = rig_new(&setup);
    struct vmm_past *p = past_of(r, 16500, 1u << 30);
    u64 first = vmm_past_facts(p).first;
    while (!r->m.intake.lost)
        assert_int_equal(rig_run_to(r, machine_now(&r->m) + 100000), MACHINE_RUNS);
    assert_true(r->m.intake.disk_bytes < 200000);
    assert_false(vmm_past_seek(p, first)); /* that is not known any more */
    vmm_past_goes_on(p);
    assert_false(r->m.intake.lost);
    u64 here = machine_now(&r->m), hash = machine_hash(&r->m);
    assert_int_equal(rig_run_to(r, here + 5000), MACHINE_RUNS);
    assert_true(vmm_past_seek(p, here));
    assert_int_equal(machine_hash(vmm_past_machine(p)), hash);
    vmm_past_free(p);
    rig_free(r);
    assert_int_equal(remove(rig_path("much.img")), 0);
}

static void a_change_is_a_new_beginning(void **state)
{
    (void)state;
    struct rig_setup setup = {.words = "bench fork 20; halt"};
    struct rig *r = rig_new(&setup);
    struct vmm_past *p = past_of(r, ROOM, OFTEN);
    (void)rig_run_to(r, 1000000);
    vmm_past_will_change(p);
    r->m.cpu[0]->mips.r[8] ^= 1;
    assert_true(vmm_past_seek(p, 500000)); /* what was before it is still known */
    vmm_past_goes_on(p);
    (void)rig_run_to(r, 1500000);
    assert_false(vmm_past_seek(p, 500000));
    assert_true(vmm_past_facts(p).first >= 1000000);
    assert_true(vmm_past_seek(p, 1400000));
    assert_int_equal(vmm_past_machine(p)->end, MACHINE_RUNS);
    vmm_past_free(p);
    rig_free(r);
}

static struct vmm_past *asked_past;

static bool gone_meanwhile(void *ctx)
{
    (void)ctx;
    vmm_past_goes_on(asked_past);
    return true;
}

/* Having changed the present, which stands inside a round. */
static void a_debugger_may_leave_while_it_searches(void **state)
{
    (void)state;
    static const unsigned cpus[] = {1, 4};
    struct error e;
    for (unsigned i = 0; i < ARRAY_LEN(cpus); i++) {
        struct rig_setup setup = {.words = "bench spawn 20; halt", .cpus = cpus[i]};
        struct rig *r = rig_new(&setup);
        static struct board_setup board;
        struct vmm_past_config c = {
            .setup = &board, .bytes = ROOM, .every = OFTEN, .asked = gone_meanwhile};
        board = (struct board_setup){.s161 = r->config};
        assert_int_equal(board_find("s161", &c.board, &e), ERR_OK);
        assert_int_equal(vmm_past_new(&asked_past, &r->m, &c, &e), ERR_OK);
        (void)rig_run_to(r, 1000000);
        assert_true(mips_debug_add_break(r->m.code, 0x80000080, MIPS_ASID_ANY));
        r->m.stop_at = ~0ull;
        assert_int_equal(machine_run(&r->m), MACHINE_RUNS);
        assert_int_equal(r->m.control.paused, MACHINE_HIT);
        vmm_past_will_change(asked_past);
        assert_int_equal(vmm_past_run_back(asked_past), VMM_PAST_ASKED);
        vmm_past_goes_on(asked_past);
        mips_debug_remove_all(r->m.code);
        (void)rig_run_to(r, machine_now(&r->m) + 500000);
        assert_true(vmm_past_facts(asked_past).first >= 1000000);
        vmm_past_free(asked_past);
        rig_free(r);
    }
}

static bool asked_thrice(void *ctx)
{
    return ++*(unsigned *)ctx == 3;
}

/* However far from each other the kept states are, and though nothing is found. */
static void a_search_can_be_given_up(void **state)
{
    (void)state;
    struct error e;
    unsigned asked = 0;
    struct rig_setup setup = {.words = "bench fork 100; halt"};
    struct rig *r = rig_new(&setup);
    struct vmm_past *p;
    struct board_setup board = {.s161 = r->config};
    struct vmm_past_config c = {
        .setup = &board, .bytes = ROOM, .every = 1ull << 40, .asked = asked_thrice, .ctx = &asked};
    assert_int_equal(board_find("s161", &c.board, &e), ERR_OK);
    assert_int_equal(vmm_past_new(&p, &r->m, &c, &e), ERR_OK);
    (void)rig_run_to(r, 8000000);
    assert_int_equal(vmm_past_facts(p).shots, 1);
    assert_int_equal(vmm_past_run_back(p), VMM_PAST_ASKED);
    assert_int_equal(asked, 3);
    assert_int_equal(machine_now(vmm_past_machine(p)), 8000000); /* back where one was */
    assert_int_equal(machine_hash(vmm_past_machine(p)), machine_hash(&r->m));
    vmm_past_free(p);
    rig_free(r);
}

/* Where another CPU has done its turn of the round already. */
static void a_change_inside_a_round_leaves_it_as_it_was(void **state)
{
    (void)state;
    struct rig_setup setup = {.words = "bench spawn 20; halt", .cpus = 4};
    struct rig *r = rig_new(&setup);
    struct vmm_past *p = past_of(r, ROOM, OFTEN);
    unsigned inside = 0;
    (void)rig_run_to(r, 1000000);
    assert_true(mips_debug_add_break(r->m.code, 0x80000080, MIPS_ASID_ANY));
    for (unsigned i = 0; i < 100 && inside < 5; i++) {
        r->m.stop_at = ~0ull;
        assert_int_equal(machine_run(&r->m), MACHINE_RUNS);
        unsigned cpu = r->m.control.cpu;
        if (r->m.control.paused != MACHINE_HIT || !cpu || r->m.round.alone)
            continue;
        inside++;
        machine_touched(&r->m);
        vmm_past_will_change(p);
        assert_true(vmm_past_step_back(p, cpu));
        struct machine *then = vmm_past_machine(p);
        assert_int_equal(vcpu_retired(then->cpu[cpu]), vcpu_retired(r->m.cpu[cpu]) - 1);
        for (unsigned k = 0; k < cpu; k++)
            assert_int_equal(vcpu_retired(then->cpu[k]), vcpu_retired(r->m.cpu[k]));
        vmm_past_goes_on(p);
    }
    assert_int_equal(inside, 5);
    vmm_past_free(p);
    rig_free(r);
}

int main(int argc, char **argv)
{
    rig_main(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_moment_is_as_it_was),
        cmocka_unit_test(what_came_in_comes_again),
        cmocka_unit_test(open_files_of_the_host_are_as_they_were),
        cmocka_unit_test(a_doom_counter_does_not_run_on_in_the_past),
        cmocka_unit_test(steps_undo_instructions),
        cmocka_unit_test(steps_of_one_of_several),
        cmocka_unit_test(nothing_is_before_the_beginning),
        cmocka_unit_test(points_are_found_backwards),
        cmocka_unit_test(memory_is_bounded),
        cmocka_unit_test(what_tells_where_a_sector_is_kept_counts),
        cmocka_unit_test(too_much_is_a_new_beginning),
        cmocka_unit_test(a_change_is_a_new_beginning),
        cmocka_unit_test(a_debugger_may_leave_while_it_searches),
        cmocka_unit_test(a_search_can_be_given_up),
        cmocka_unit_test(a_change_inside_a_round_leaves_it_as_it_was),
    };
    return cmocka_run_group_tests_name("past", tests, NULL, NULL);
}
