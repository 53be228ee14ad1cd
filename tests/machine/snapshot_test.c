/* SPDX-License-Identifier: ISC */
/*
 * The whole machine as a stream: saved anywhere and loaded into another process's machine (here:
 * a fresh one), the run goes on as if nothing had happened. And a stream is not trusted.
 */
#include "machine_rig.h"

#include "lib/bits.h"

#include <stdlib.h>
#include <string.h>

#define DISK_WORK                                                                                  \
    "format; write a some words; mkdir d; write d/b more words; stress 2 1; cat a; cp a d/c; "     \
    "ls d; rm a; disk; "

static void load(struct rig *r, const struct buf *stream)
{
    struct error e;
    if (state_set_load(&r->m.parts, stream->data, stream->len, &e))
        fail_msg("%s", e.msg);
}

/* The machine moves into a fresh one; its disk and what it printed stay. */
static struct rig *move(struct rig *from)
{
    struct rig_setup setup = from->setup;
    struct buf stream = {0}, out = from->out;
    u64 hash = machine_hash(&from->m), now = machine_now(&from->m);
    from->out = (struct buf){0};
    state_set_save(&from->m.parts, &stream);
    rig_free(from);
    setup.words = "not these words";
    struct rig *to = rig_new(&setup);
    load(to, &stream);
    buf_fini(&stream);
    to->out = out;
    assert_int_equal(machine_now(&to->m), now);
    assert_int_equal(machine_hash(&to->m), hash);
    return to;
}

static struct rig_result straight(const struct rig_setup *setup, const char *disk)
{
    struct rig_setup own = *setup;
    own.disk = disk;
    struct rig_result result = rig_run_all(&own);
    assert_int_equal(result.end, MACHINE_POWER_OFF);
    return result;
}

/* Moves every `step` cycles or so. */
static void moved_all_the_way(const struct rig_setup *setup, u32 step, u64 seed)
{
    struct rig_setup own = *setup;
    struct rig_result expected = straight(setup, setup->disk ? rig_path("straight.img") : NULL);
    if (setup->disk)
        own.disk = rig_path("moved.img");
    struct rig *r = rig_new(&own);
    while (rig_run_to(r, machine_now(&r->m) + step + rig_random(&seed, step)) == MACHINE_RUNS)
        r = move(r);
    rig_assert_same(expected, rig_result(r));
    rig_free(r);
    if (setup->disk) {
        assert_int_equal(remove(rig_path("straight.img")), 0);
        assert_int_equal(remove(rig_path("moved.img")), 0);
    }
}

static void moves_do_not_matter(void **state)
{
    (void)state;
    struct rig_setup setup = {.words = "bench fork 2; selftest; halt 1", .ram = "512K"};
    moved_all_the_way(&setup, 40000, 1);
    setup = (struct rig_setup){.words = DISK_WORK "halt 2", .disk = "yes"};
    moved_all_the_way(&setup, 50000, 2);
    setup.cpus = 4;
    moved_all_the_way(&setup, 70000, 3);
}

static void moves_do_not_matter_slow(void **state)
{
    (void)state;
    struct rig_setup setup = {.words = DISK_WORK "halt 2", .disk = "yes", .ram = "512K"};
    static const unsigned cpus[] = {1, 2, 8};
    for (unsigned i = 0; i < ARRAY_LEN(cpus); i++) {
        setup.cpus = cpus[i];
        moved_all_the_way(&setup, 8000, 10 + i);
    }
}

/* With emufs, whose open files come along. */
static void open_host_files_move_too(void **state)
{
    (void)state;
    struct rig_setup setup = {.words = "cat /host/note; ls /host; cat /host/note; halt",
                              .emufs = rig_path("")};
    rig_write_file(rig_path("note"), "a word from the host\n");
    moved_all_the_way(&setup, 3000, 4);
}

/* One stream taken at many places and run from there twice: by its own machine, by a copy. */
static void saving_changes_nothing(void **state)
{
    (void)state;
    struct rig_setup setup = {.cpus = 2, .words = "bench pipe 20; halt 3"};
    struct rig_result expected = straight(&setup, NULL);
    struct rig *r = rig_new(&setup);
    while (rig_run_to(r, machine_now(&r->m) + 50000) == MACHINE_RUNS) {
        struct buf stream = {0}, again = {0};
        state_set_save(&r->m.parts, &stream);
        struct rig *copy = rig_new(&setup);
        load(copy, &stream);
        state_set_save(&copy->m.parts, &again);
        assert_int_equal(again.len, stream.len);
        assert_memory_equal(again.data, stream.data, stream.len);
        rig_run(copy);
        assert_int_equal(rig_result(copy).hash, expected.hash);
        rig_free(copy);
        buf_fini(&stream);
        buf_fini(&again);
    }
    rig_assert_same(expected, rig_result(r));
    rig_free(r);
}

/* Loading replaces all of the machine, whatever it did before. */
static void a_used_machine_takes_a_stream(void **state)
{
    (void)state;
    struct rig_setup setup = {.words = "bench pipe 20; halt 3"};
    struct rig_setup other = {.words = "selftest; halt"};
    struct rig *r = rig_new(&setup), *used = rig_new(&other);
    struct buf stream = {0};
    rig_run_to(r, 300000);
    rig_run_to(used, 2000000);
    state_set_save(&r->m.parts, &stream);
    load(used, &stream);
    assert_int_equal(machine_hash(&used->m), machine_hash(&r->m));
    rig_run(used);
    rig_run(r);
    assert_int_equal(machine_hash(&used->m), machine_hash(&r->m));
    buf_fini(&stream);
    rig_free(r);
    rig_free(used);
}

/* ---- distrust ---- */

static void refused(struct rig *r, const void *data, size_t len)
{
    struct error e = {0};
    assert_int_not_equal(state_set_load(&r->m.parts, data, len, &e), ERR_OK);
    assert_true(e.msg[0] != 0);
}

static struct rig *busy_machine(const struct rig_setup *setup, struct buf *stream)
{
    struct rig *r = rig_new(setup);
    rig_run_to(r, 1500000);
    assert_int_equal(r->m.end, MACHINE_RUNS);
    state_set_save(&r->m.parts, stream);
    return r;
}

static const struct rig_setup hostile_setup = {
    .cpus = 2, .ram = "512K", .words = "format; stress 2 1; halt"};

static void damaged_streams_are_refused(void **state)
{
    (void)state;
    struct rig_setup setup = hostile_setup;
    struct buf stream = {0};
    u64 seed = 77;
    setup.disk = rig_path("damaged.img");
    struct rig *r = busy_machine(&setup, &stream);
    for (int i = 0; i < 500; i++)
        refused(r, stream.data, rig_random(&seed, (u32)stream.len));
    /* Anywhere, and every bit of the section at the end, which no hash covers. */
    for (unsigned i = 0; i < 1000 + 8 * 26; i++) {
        u8 *p = stream.data +
                (i < 1000 ? rig_random(&seed, (u32)stream.len) : stream.len - 1 - (i - 1000) / 8);
        u8 bit = (u8)(1u << (i < 1000 ? rig_random(&seed, 8) : i % 8));
        *p ^= bit;
        refused(r, stream.data, stream.len);
        *p ^= bit;
    }
    load(r, &stream);
    rig_free(r);
    buf_fini(&stream);
}

static void other_machines_are_refused(void **state)
{
    (void)state;
    struct rig_setup setup = {.cpus = 2, .ram = "1M"};
    struct buf stream = {0};
    rig_free(busy_machine(&setup, &stream));
    static const struct rig_setup others[] = {{.cpus = 1, .ram = "1M"},
                                              {.cpus = 3, .ram = "1M"},
                                              {.cpus = 2, .ram = "2M"},
                                              {.cpus = 2, .ram = "1M", .emufs = "/"}};
    for (unsigned i = 0; i < ARRAY_LEN(others); i++) {
        struct rig *r = rig_new(&others[i]);
        refused(r, stream.data, stream.len);
        rig_free(r);
    }
    buf_fini(&stream);
}

/* Streams that lie, with a hash that fits: refused, or a machine that runs on in whatever state
 * they made up, and never a crash. The hash of all before it stands in the last 8 bytes, behind
 * the header of the section "end" (1 + 3 + 4 + 2 + 8 bytes). */
#define END_SECTION 18u

static void lie(struct buf *stream, u64 *seed)
{
    size_t body = stream->len - 8 - END_SECTION;
    for (unsigned n = 1 + rig_random(seed, 4); n; n--) {
        /* Memory is most of a stream, and does no harm: stay near the front or the back. */
        u32 near = rig_random(seed, 6000);
        size_t at = rig_random(seed, 2) ? near : body - 1 - near;
        static const u8 values[] = {0, 1, 0x7f, 0x80, 0xff};
        stream->data[at] = rig_random(seed, 2) ? values[rig_random(seed, ARRAY_LEN(values))]
                                               : (u8)(stream->data[at] ^ 1u << rig_random(seed, 8));
    }
    store_le64(stream->data + stream->len - 8, state_hash_bytes(0, stream->data, body));
}

static unsigned lies(u64 seed, unsigned count)
{
    struct rig_setup setup = hostile_setup;
    struct buf stream = {0}, copy = {0};
    unsigned taken = 0;
    setup.disk = rig_path("lies.img");
    struct rig *r = busy_machine(&setup, &stream);
    for (unsigned i = 0; i < count; i++) {
        struct error e;
        copy.len = 0;
        buf_put(&copy, stream.data, stream.len);
        lie(&copy, &seed);
        if (state_set_load(&r->m.parts, copy.data, copy.len, &e) == ERR_OK) {
            taken++;
            rig_run_to(r, machine_now(&r->m) + 20000);
        }
        rig_free(r);
        r = rig_new(&setup);
    }
    rig_free(r);
    buf_fini(&stream);
    buf_fini(&copy);
    return taken;
}

static void lying_streams_do_no_harm(void **state)
{
    (void)state;
    assert_true(lies(99, 300) > 0);
}

static void lying_streams_do_no_harm_slow(void **state)
{
    (void)state;
    assert_true(lies(4711, 2000) > 0);
}

int main(int argc, char **argv)
{
    rig_main(argc, argv);
    const struct CMUnitTest quick[] = {
        cmocka_unit_test(moves_do_not_matter),
        cmocka_unit_test(open_host_files_move_too),
        cmocka_unit_test(saving_changes_nothing),
        cmocka_unit_test(a_used_machine_takes_a_stream),
        cmocka_unit_test(damaged_streams_are_refused),
        cmocka_unit_test(other_machines_are_refused),
        cmocka_unit_test(lying_streams_do_no_harm),
    };
    const struct CMUnitTest slow[] = {
        cmocka_unit_test(moves_do_not_matter_slow),
        cmocka_unit_test(lying_streams_do_no_harm_slow),
    };
    if (argc > 2 && !strcmp(argv[2], "slow"))
        return cmocka_run_group_tests_name("snapshot_slow", slow, NULL, NULL);
    return cmocka_run_group_tests_name("snapshot", quick, NULL, NULL);
}
