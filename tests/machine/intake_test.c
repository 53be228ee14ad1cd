/* SPDX-License-Identifier: ISC */
/*
 * Everything from outside comes in by the intake: a recorded run, replayed from its log with the
 * host out of reach, is the same run. A log that does not fit is noticed.
 */
#include "machine_rig.h"

#include "lib/bits.h"

#include <string.h>

#define ENTRY_HEADER 13u /* u64 cycle, u8 kind, u32 length (intake.c) */

static const char typed[] = "ps\n"
                            "echo one; sleep 20; echo two\n"
                            "stress 3 1 &\n"
                            "bench yield 100\n"
                            "wait\n"
                            "halt 6\n";

static const char host_words[] = "ls /host; cat /host/note; cat /host/none; cat /host/d/long; "
                                 "ls /host/d; bench pipe 20; cat /host/note; ";

static void host_files(const char *note)
{
    char text[3000];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = 0;
    rig_make_folder(rig_path("host"));
    rig_make_folder(rig_path("host/d"));
    rig_write_file(rig_path("host/note"), note);
    rig_write_file(rig_path("host/d/long"), text);
}

static struct rig_result record(const struct rig_setup *setup, struct buf *log)
{
    struct rig_setup own = *setup;
    own.record = true;
    struct rig *r = rig_new(&own);
    rig_run(r);
    struct rig_result result = rig_result(r);
    buf_put(log, r->m.intake.log.data, r->m.intake.log.len);
    rig_free(r);
    return result;
}

/* The same machine, with all that could tell it something else than the log does changed. */
static struct rig_setup replaying(const struct rig_setup *setup, const struct buf *log)
{
    struct rig_setup own = *setup;
    own.replay = log;
    own.typed = NULL;
    own.wall_ns = 1;
    return own;
}

static void recorded_and_replayed(const struct rig_setup *setup)
{
    struct buf log = {0};
    struct rig_result live = record(setup, &log);
    assert_int_equal(live.end, MACHINE_POWER_OFF);
    struct rig_setup own = replaying(setup, &log);
    rig_assert_same(live, rig_run_all(&own));
    buf_fini(&log);
}

static void a_typed_run_replays(void **state)
{
    (void)state;
    static const unsigned cpus[] = {1, 2, 8};
    for (unsigned i = 0; i < ARRAY_LEN(cpus); i++) {
        struct rig_setup setup = {.cpus = cpus[i], .ram = "4M", .typed = typed, .autoseed = true};
        recorded_and_replayed(&setup);
        setup.paced = setup.ahead = true;
        recorded_and_replayed(&setup);
    }
}

/* What is typed on the screen comes in by the same door, and its picture is part of the state. */
static void a_run_typed_on_the_screen_replays(void **state)
{
    (void)state;
    static const unsigned cpus[] = {1, 4};
    for (unsigned i = 0; i < ARRAY_LEN(cpus); i++) {
        struct rig_setup setup = {
            .cpus = cpus[i], .ram = "4M", .typed = typed, .screen = true, .autoseed = true};
        recorded_and_replayed(&setup);
        setup.paced = setup.ahead = true;
        recorded_and_replayed(&setup);
    }
}

static void the_picture_is_replayed(void **state)
{
    (void)state;
    struct rig_setup setup = {.typed = "echo seen\nhalt 1\n", .screen = true};
    struct buf log = {0};
    (void)record(&setup, &log);
    struct rig_setup own = replaying(&setup, &log);
    struct rig *r = rig_new(&own);
    struct io_picture p;
    rig_run(r);
    assert_true(board_s161_look(r->board, &p));
    assert_int_equal(p.columns, 50);
    assert_non_null(memmem(p.cell, p.columns * p.rows, "hearth> echo seen", 17));
    assert_non_null(memmem(p.cell, p.columns * p.rows, "halted with code 1", 18));
    rig_free(r);
    buf_fini(&log);
}

/* Recording itself changes nothing. */
static void a_recorded_run_is_the_live_run(void **state)
{
    (void)state;
    struct rig_setup setup = {.cpus = 2, .typed = "bench fork 2\nhalt 1\n", .paced = true};
    struct buf log = {0};
    rig_assert_same(rig_run_all(&setup), record(&setup, &log));
    buf_fini(&log);
}

static void a_run_with_host_files_replays(void **state)
{
    (void)state;
    static const unsigned cpus[] = {1, 2};
    for (unsigned i = 0; i < ARRAY_LEN(cpus); i++) {
        struct rig_setup setup = {
            .cpus = cpus[i], .words = host_words, .typed = "ls /host\nhalt 3\n"};
        struct buf log = {0};
        host_files("as it was\n");
        setup.emufs = rig_path("host");
        struct rig_result live = record(&setup, &log);
        assert_int_equal(live.end, MACHINE_POWER_OFF);
        host_files("as it has become\n");
        struct rig_setup own = replaying(&setup, &log);
        struct rig *r = rig_new(&own);
        rig_run(r);
        rig_assert_printed(r, "as it was");
        rig_assert_same(live, rig_result(r));
        rig_free(r);
        buf_fini(&log);
    }
}

/* Frames and the carrier come in by themselves; what is sent has no effect but theirs. */
static void a_networked_run_replays(void **state)
{
    (void)state;
    static const unsigned cpus[] = {1, 2};
    for (unsigned i = 0; i < 2 * ARRAY_LEN(cpus); i++) {
        struct rig_setup setup = {.cpus = cpus[i / 2],
                                  .words =
                                      "cat /sys/net; net listen 1; net ping 9 3; bench sieve 2; "
                                      "net ping 9; cat /sys/net; halt 6",
                                  .peer_says = "good day",
                                  .paced = i & 1};
        struct buf log = {0};
        struct rig_result live = record(&setup, &log);
        assert_int_equal(live.end, MACHINE_POWER_OFF);
        assert_int_equal(live.code, 6);
        struct rig_setup own = replaying(&setup, &log);
        struct rig *r = rig_new(&own);
        rig_run(r);
        rig_assert_printed(r, "9 to 17: good day\n");
        rig_assert_printed(r, "3 of 3 answered\n");
        rig_assert_printed(r, "address 17, with carrier; 4 frames sent, 5 received, 0 dropped\n");
        rig_assert_same(live, rig_result(r));
        rig_free(r);
        buf_fini(&log);
    }
}

/* Replayed in steps, as a debugger does. */
static void a_replay_in_slices(void **state)
{
    (void)state;
    static const unsigned cpus[] = {1, 4};
    for (unsigned i = 0; i < ARRAY_LEN(cpus); i++) {
        struct rig_setup setup = {
            .cpus = cpus[i], .ram = "2M", .typed = typed, .paced = true, .ahead = true};
        struct buf log = {0};
        u64 seed = i;
        struct rig_result live = record(&setup, &log);
        struct rig_setup own = replaying(&setup, &log);
        struct rig *r = rig_new(&own);
        while (rig_run_to(r, machine_now(&r->m) + rig_random(&seed, 50000)) == MACHINE_RUNS)
            ;
        rig_assert_same(live, rig_result(r));
        rig_free(r);
        buf_fini(&log);
    }
}

/* ^C at the monitor is input as well. */
static void a_request_to_end_replays(void **state)
{
    (void)state;
    struct rig_setup setup = {.cpus = 2, .words = "bench sieve 1000000", .record = true};
    struct rig *r = rig_new(&setup);
    rig_run_to(r, 20000000);
    r->end_asked = true;
    assert_int_equal(rig_run(r), MACHINE_INTERRUPTED);
    struct rig_result live = rig_result(r);
    struct buf log = {0};
    buf_put(&log, r->m.intake.log.data, r->m.intake.log.len);
    rig_free(r);
    setup.record = false;
    struct rig_setup own = replaying(&setup, &log);
    rig_assert_same(live, rig_run_all(&own));
    buf_fini(&log);
}

/* ---- sources beside the console ---- */

struct tap {
    u64 left;      /* things to come; always more with ~0 */
    u64 delivered; /* and what the others had when its first came */
    const struct tap *other;
    u64 before;
};

static bool tap_poll(void *ctx, u8 *data, u32 *len)
{
    struct tap *t = ctx;
    if (!t->left)
        return false;
    t->left -= t->left != ~0ull;
    data[0] = 1;
    *len = 1;
    return true;
}

static void tap_deliver(void *ctx, const u8 *data, u32 len)
{
    struct tap *t = ctx;
    assert_int_equal(len, 1);
    assert_int_equal(data[0], 1);
    if (!t->delivered++ && t->other)
        t->before = t->other->delivered;
}

static void tap_add(struct rig *r, struct tap *t)
{
    machine_add_source(
        &r->m, &(struct machine_source){.poll = tap_poll, .deliver = tap_deliver, .ctx = t});
}

static void a_flood_does_not_keep_others_waiting(void **state)
{
    (void)state;
    struct rig_setup setup = {.words = "bench sort 1; halt 3"};
    struct tap flood = {.left = ~0ull}, other = {.left = 5, .other = &flood};
    struct rig *r = rig_new(&setup);
    tap_add(r, &flood);
    tap_add(r, &other);
    assert_int_equal(rig_run(r), MACHINE_POWER_OFF);
    assert_true(flood.delivered > 1000);
    assert_int_equal(other.delivered, 5);
    assert_int_equal(other.before, 1);
    rig_free(r);
}

/* Whose turn it is does not matter: the log says who was served. */
static void a_replay_does_not_depend_on_turns(void **state)
{
    (void)state;
    struct rig_setup setup = {.words = "bench sort 1; halt 3", .record = true};
    struct tap a = {.left = 3000}, b = {.left = 5000};
    struct rig *r = rig_new(&setup);
    struct buf log = {0};
    tap_add(r, &a);
    tap_add(r, &b);
    assert_int_equal(rig_run(r), MACHINE_POWER_OFF);
    struct rig_result live = rig_result(r);
    buf_put(&log, r->m.intake.log.data, r->m.intake.log.len);
    rig_free(r);
    struct rig_setup own = replaying(&setup, &log);
    own.record = false;
    struct tap again_a = {0}, again_b = {0};
    r = rig_new(&own);
    tap_add(r, &again_a);
    tap_add(r, &again_b);
    r->m.turn = 1;
    rig_run(r);
    rig_assert_same(live, rig_result(r));
    assert_int_equal(again_a.delivered, a.delivered);
    assert_int_equal(again_b.delivered, b.delivered);
    rig_free(r);
    buf_fini(&log);
}

/* ---- logs that do not fit ---- */

static size_t entry_len(const struct buf *log, size_t at)
{
    return ENTRY_HEADER + load_le32(log->data + at + 9);
}

static enum machine_end replay_end(const struct rig_setup *setup, const void *log, size_t len,
                                   u64 limit)
{
    struct buf own_log = {0};
    buf_put(&own_log, log, len);
    buf_put_u8(&own_log, 0); /* so that there is a buffer even for nothing */
    own_log.len = len;
    struct rig_setup own = replaying(setup, &own_log);
    struct rig *r = rig_new(&own);
    enum machine_end end = rig_run_to(r, limit);
    if (end != MACHINE_RUNS && end != MACHINE_POWER_OFF)
        assert_true(r->m.reason[0] != 0);
    rig_free(r);
    buf_fini(&own_log);
    return end;
}

/* Cut between entries: the guest waits for what does not come, or the log says nothing for too
 * long. Cut within an entry: it is no log. */
static void a_run_that_a_debugger_changed_is_not_replayed(void **state)
{
    (void)state;
    struct rig_setup setup = {.words = "bench sort 1; halt 5", .record = true};
    struct buf log = {0};
    struct rig *r = rig_new(&setup);
    rig_run_to(r, 500000);
    machine_touched(&r->m);
    r->m.stop_at = ~0ull;
    assert_int_equal(rig_run(r), MACHINE_POWER_OFF);
    buf_put(&log, r->m.intake.log.data, r->m.intake.log.len);
    rig_free(r);
    struct rig_setup own = replaying(&setup, &log);
    own.record = false;
    r = rig_new(&own);
    assert_int_equal(rig_run(r), MACHINE_DIVERGED);
    assert_int_equal(machine_now(&r->m), 500000);
    rig_free(r);
    buf_fini(&log);
}

static void a_log_cut_short_is_noticed(void **state)
{
    (void)state;
    struct rig_setup setup = {.typed = "echo hello\nbench pipe 5\nhalt 6\n"};
    struct buf log = {0};
    record(&setup, &log);
    for (size_t at = 0; at < log.len; at += entry_len(&log, at)) {
        enum machine_end end = replay_end(&setup, log.data, at, RIG_NEVER);
        assert_true(end == MACHINE_DIVERGED || end == MACHINE_DEADLOCK);
        end = replay_end(&setup, log.data, at + 1 + at % (entry_len(&log, at) - 1), RIG_NEVER);
        assert_true(end == MACHINE_DIVERGED || end == MACHINE_DEADLOCK);
    }
    buf_fini(&log);
}

static void a_log_of_host_files_cut_short_is_noticed(void **state)
{
    (void)state;
    struct rig_setup setup = {.words = host_words, .typed = "halt\n"};
    struct buf log = {0};
    host_files("note\n");
    setup.emufs = rig_path("host");
    record(&setup, &log);
    for (size_t at = 0; at < log.len; at += entry_len(&log, at)) {
        enum machine_end end = replay_end(&setup, log.data, at, RIG_NEVER);
        assert_true(end == MACHINE_DIVERGED || end == MACHINE_DEADLOCK);
    }
    buf_fini(&log);
}

static void a_log_of_another_machine_is_noticed(void **state)
{
    (void)state;
    struct rig_setup setup = {.words = host_words, .typed = "halt\n"}, other = setup;
    struct buf log = {0};
    host_files("note\n");
    setup.emufs = other.emufs = rig_path("host");
    u64 limit = 10 * record(&setup, &log).cycles;
    other.words = "cat /host/note";
    assert_int_equal(replay_end(&other, log.data, log.len, limit), MACHINE_DIVERGED);
    other.words = "bench sort 1; cat /host/note";
    assert_int_equal(replay_end(&other, log.data, log.len, limit), MACHINE_DIVERGED);
    other = setup;
    other.ram = "2M";
    assert_int_equal(replay_end(&other, log.data, log.len, limit), MACHINE_DIVERGED);
    buf_fini(&log);
}

/* A damaged log: some end, in bounded time, and never a crash. */
static void a_damaged_log_does_no_harm(void **state)
{
    (void)state;
    struct rig_setup setup = {.words = host_words, .typed = "echo x\nhalt\n"};
    struct buf log = {0};
    u64 seed = 8;
    unsigned noticed = 0;
    host_files("note\n");
    setup.emufs = rig_path("host");
    u64 limit = 2 * record(&setup, &log).cycles;
    for (int i = 0; i < 60; i++) {
        u8 *p = log.data + rig_random(&seed, (u32)log.len);
        u8 bit = (u8)(1u << rig_random(&seed, 8));
        *p ^= bit;
        noticed += replay_end(&setup, log.data, log.len, limit) != MACHINE_POWER_OFF;
        *p ^= bit;
    }
    assert_true(noticed > 0);
    buf_fini(&log);
}

int main(int argc, char **argv)
{
    rig_main(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_typed_run_replays),
        cmocka_unit_test(a_run_typed_on_the_screen_replays),
        cmocka_unit_test(the_picture_is_replayed),
        cmocka_unit_test(a_recorded_run_is_the_live_run),
        cmocka_unit_test(a_run_with_host_files_replays),
        cmocka_unit_test(a_networked_run_replays),
        cmocka_unit_test(a_replay_in_slices),
        cmocka_unit_test(a_request_to_end_replays),
        cmocka_unit_test(a_run_that_a_debugger_changed_is_not_replayed),
        cmocka_unit_test(a_flood_does_not_keep_others_waiting),
        cmocka_unit_test(a_replay_does_not_depend_on_turns),
        cmocka_unit_test(a_log_cut_short_is_noticed),
        cmocka_unit_test(a_log_of_host_files_cut_short_is_noticed),
        cmocka_unit_test(a_log_of_another_machine_is_noticed),
        cmocka_unit_test(a_damaged_log_does_no_harm),
    };
    return cmocka_run_group_tests_name("intake", tests, NULL, NULL);
}
