/* SPDX-License-Identifier: ISC */
/* Virtio devices in whole machines: disks, entropy, balloons, consoles. */
#include "virtio_rig.h"

#include "lib/bits.h"

#include <string.h>

/* Copies sector 7 to sector 9 and fetches entropy. */
static void work(struct rig *r)
{
    rig_start(r, BLK);
    rig_start(r, RNG);
    rig_disk_request(r, 0, 0, 7, BUFFERS + 0x1000);
    rig_disk_request(r, 1, 1, 9, BUFFERS + 0x1000);
    rig_desc(r, RNG, 0, BUFFERS + 0x2000, 64, 2);
    rig_send(r, BLK, 0);
    rig_send(r, BLK, 3);
    rig_send(r, RNG, 0);
    rig_run(r);
}

static void both_boards_have_disks_and_entropy(void **state)
{
    (void)state;
    static const u8 zeros[64];
    for (unsigned i = 0; i < ARRAY_LEN(rig_engines); i++) {
        rig_new_image();
        struct rig *r = rig_new(&rig_engines[i]);
        work(r);
        const u8 *buf = mem_ram_ptr(r->m.mem, BUFFERS, 0x3000);
        assert_int_equal(buf[0x1000], 8);
        assert_int_equal(buf[16], 0); /* status */
        assert_int_equal(buf[32 + 16], 0);
        assert_memory_not_equal(buf + 0x2000, zeros, sizeof zeros);
        assert_int_equal(rig_image_byte(9), 8);
        assert_true(r->m.stats.disk_reads == 1 && r->m.stats.disk_writes == 1);
        rig_free(r);
    }
}

static void a_recorded_run_is_replayed(void **state)
{
    (void)state;
    for (unsigned i = 0; i < ARRAY_LEN(rig_engines); i++) {
        struct setup s = rig_engines[i];
        s.record = true;
        rig_new_image();
        struct rig *a = rig_new(&s);
        work(a);
        rig_new_image();
        s.record = false;
        s.replay = &a->m.intake.log;
        struct rig *b = rig_new(&s);
        work(b);
        assert_true(machine_hash(&a->m) == machine_hash(&b->m));
        assert_false(b->m.intake.diverged);
        assert_int_equal(rig_image_byte(9), 10); /* a replay leaves it alone */
        rig_free(a);
        rig_free(b);
    }
}

/* A function that stores `n` at RESULT + 4 * n; the second half of the page is data. */
static void function(const struct rig *r, u32 pa, u32 n)
{
    const u32 code[] = {0x3c0a8000,                     /* lui t2, 0x8000 */
                        0x354a0000 | (RESULT & 0xffff), /* ori t2, t2, RESULT */
                        0x240b0000 | n,                 /* addiu t3, zero, n */
                        0x8d4c0000 | 4 * n,             /* lw t4, 4n(t2) */
                        0,
                        0x258c0001,          /* addiu t4, t4, 1 */
                        0x03e00008,          /* jr ra */
                        0xad4c0000 | 4 * n}; /* sw t4, 4n(t2) */
    for (unsigned i = 0; i < ARRAY_LEN(code); i++)
        rig_store(r, pa + 4 * i, code[i]);
}

/* What the disk delivers over code that has run, hot or cold, is the code from then on. */
static void code_that_comes_by_disk_is_noticed(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 2 * ARRAY_LEN(rig_engines); i++) {
        rig_new_image();
        struct rig *r = rig_new(&rig_engines[i / 2]);
        unsigned times = i % 2 ? 3000 : 2;
        rig_start(r, BLK);
        function(r, CODE, 1);
        function(r, BUFFERS + 0x1000, 2);
        rig_disk_request(r, 0, 1, 20, BUFFERS + 0x1000);
        rig_disk_request(r, 1, 0, 20, CODE);
        rig_send(r, BLK, 0);
        for (unsigned n = 0; n < times; n++)
            rig_call(r);
        rig_send(r, BLK, 3);
        for (unsigned n = 0; n < times; n++)
            rig_call(r);
        rig_run(r);
        const u8 *p = mem_ram_ptr(r->m.mem, RESULT, 16);
        assert_int_equal(mem_load(p + 4, 4, r->s161), times);
        assert_int_equal(mem_load(p + 8, 4, r->s161), times);
        rig_free(r);
    }
}

/* A doorbell that never rests and a queue that breaks: the machine goes on, and alike. */
static void floods_and_broken_queues_do_no_harm(void **state)
{
    (void)state;
    u64 hash[2] = {0, 0};
    for (unsigned i = 0; i < ARRAY_LEN(rig_engines); i++) {
        rig_new_image();
        struct rig *r = rig_new(&rig_engines[i]);
        rig_start(r, BLK);
        rig_start(r, RNG);
        rig_desc(r, BLK, 0, BUFFERS, 16, 1);
        rig_desc(r, BLK, 1, BUFFERS, 16, 1);
        mem_ram_ptr(r->m.mem, rig_queue(BLK) + 16 + 14, 2)[0] = 0; /* a loop */
        rig_send(r, BLK, 0);
        for (unsigned n = 0; n < 100000; n++)
            rig_set(r, n % 2 ? BLK : RNG, NOTIFY, 0);
        rig_run(r);
        u64 h = machine_hash(&r->m);
        if (hash[r->s161])
            assert_true(h == hash[r->s161]);
        hash[r->s161] = h;
        rig_free(r);
    }
}

/* Saved between two requests, loaded into another machine, gone on there. */
static void a_saved_machine_goes_on_elsewhere(void **state)
{
    (void)state;
    for (unsigned i = 0; i < ARRAY_LEN(rig_engines); i++) {
        rig_new_image();
        struct rig *a = rig_new(&rig_engines[i]);
        rig_start(a, BLK);
        rig_disk_request(a, 0, 0, 7, BUFFERS + 0x1000);
        rig_disk_request(a, 1, 0, 8, BUFFERS + 0x1200);
        rig_send(a, BLK, 0);
        for (unsigned n = 0; n < 1000; n++)
            rig_set(a, BLK, NOTIFY, 0);
        rig_send(a, BLK, 3);
        rig_power_off(a);
        a->m.stop_at = 3000;
        assert_int_equal(machine_run(&a->m), MACHINE_RUNS);
        struct buf saved = {0};
        struct error e;
        state_set_save(&a->m.parts, &saved);
        rig_new_image();
        struct rig *b = rig_new(&rig_engines[i]);
        if (state_set_load(&b->m.parts, saved.data, saved.len, &e))
            fail_msg("%s", e.msg);
        struct rig *both[] = {a, b};
        for (unsigned k = 0; k < 2; k++) {
            assert_int_equal(mem_ram_ptr(both[k]->m.mem, BUFFERS + 0x1000, 1)[0], 8);
            assert_int_equal(mem_ram_ptr(both[k]->m.mem, BUFFERS + 0x1200, 1)[0], 0);
            both[k]->m.stop_at = 50000000;
            assert_int_equal(machine_run(&both[k]->m), MACHINE_POWER_OFF);
            assert_int_equal(mem_ram_ptr(both[k]->m.mem, BUFFERS + 0x1200, 1)[0], 9);
        }
        assert_true(machine_hash(&a->m) == machine_hash(&b->m));
        buf_fini(&saved);
        rig_free(a);
        rig_free(b);
    }
}

static u32 get(const struct rig *r, unsigned dev, u32 off)
{
    u32 val;
    u64 pa = rig_base(r, dev) - KSEG1(0) + off;
    assert_true(mem_read(r->m.mem, (struct mem_access){.size = 4}, r->s161, pa, &val));
    return val;
}

/* The guest gives up a page with code that has run, goes on, and hears of other sizes. */
static void give_up(struct rig *r)
{
    rig_start(r, BALLOON);
    function(r, CODE, 1);
    store_le32(mem_ram_ptr(r->m.mem, BUFFERS, 4), CODE >> MEM_PAGE_SHIFT);
    rig_desc(r, BALLOON, 0, BUFFERS, 4, 0);
    rig_call(r);
    rig_send(r, BALLOON, 0);
    rig_set(r, BALLOON, 0x104, r->s161 ? 7 : 5);
    rig_let_time_pass(r, 20);
    rig_run(r);
}

/* The control socket's words enter as input: a replay takes the same, without a socket. */
static void a_balloon_is_told_and_replays(void **state)
{
    (void)state;
    for (unsigned i = 0; i < ARRAY_LEN(rig_engines); i++) {
        struct setup s = rig_engines[i];
        s.record = true;
        rig_new_image();
        struct rig *a = rig_new(&s);
        assert_int_equal(get(a, BALLOON, 0x100), 4);
        a->far[FAR_CONTROL].said = "1M\r\n5000M\nmuch\n\n64K\n";
        give_up(a);
        assert_int_equal(get(a, BALLOON, 0x100), 16);
        assert_int_equal(get(a, BALLOON, 0x104), a->s161 ? 7 : 5);
        assert_non_null(
            strstr(a->far[FAR_CONTROL].heard, " of 1 MB taken\n'5000M' is out of range"));
        assert_non_null(strstr(a->far[FAR_CONTROL].heard, "\n'much' "));
        assert_non_null(strstr(a->far[FAR_CONTROL].heard, " of 64 KB taken\n"));
        assert_int_equal(mem_ram_ptr(a->m.mem, CODE, 1)[0], 0);
        assert_int_equal(mem_load(mem_ram_ptr(a->m.mem, RESULT + 4, 4), 4, a->s161), 1);
        assert_int_equal(a->m.stats.balloon_given_back, 4096);
        s.record = false;
        s.replay = &a->m.intake.log;
        rig_new_image();
        struct rig *b = rig_new(&s);
        give_up(b);
        assert_int_equal(get(b, BALLOON, 0x100), 16);
        assert_true(machine_hash(&a->m) == machine_hash(&b->m));
        assert_false(b->m.intake.diverged);
        assert_int_equal(b->nfar, 0);
        rig_free(a);
        rig_free(b);
    }
}

/* The guest of a simple driver: sends, and what is typed later comes into its buffer. */
static void talk(struct rig *r)
{
    rig_start_both(r, CONSOLE);
    memcpy(mem_ram_ptr(r->m.mem, BUFFERS, 6), "prompt", 6);
    store_le32(mem_ram_ptr(r->m.mem, SECOND, 16), BUFFERS);
    store_le32(mem_ram_ptr(r->m.mem, SECOND + 8, 4), 6);
    rig_offer(r, CONSOLE, 1, SECOND, 1, 0);
    for (u32 i = 0; i < 4; i++)
        rig_desc(r, CONSOLE, i, BUFFERS + 0x100 * (i + 1), 0x100, 2);
    for (u16 i = 0; i < 4; i++)
        rig_send(r, CONSOLE, i);
    rig_let_time_pass(r, 20);
    rig_run(r);
}

static void a_console_is_talked_to_and_replays(void **state)
{
    (void)state;
    for (unsigned i = 0; i < ARRAY_LEN(rig_engines); i++) {
        struct setup s = rig_engines[i];
        s.record = true;
        rig_new_image();
        struct rig *a = rig_new(&s);
        a->far[FAR_CONSOLE].said = "yes";
        a->far[FAR_ONE].said = "nobody opens this port";
        talk(a);
        assert_string_equal(a->far[FAR_CONSOLE].address, "./console");
        assert_string_equal(a->far[FAR_CONSOLE].heard, "prompt");
        assert_string_equal(a->far[FAR_CONSOLE].said, "");
        assert_string_equal(a->far[FAR_ONE].said, "nobody opens this port");
        assert_int_equal(mem_ram_ptr(a->m.mem, BUFFERS + 0x100, 1)[0], 'y');
        assert_int_equal(mem_ram_ptr(a->m.mem, BUFFERS + 0x300, 1)[0], 's');
        s.record = false;
        s.replay = &a->m.intake.log;
        rig_new_image();
        struct rig *b = rig_new(&s);
        talk(b);
        assert_int_equal(mem_ram_ptr(b->m.mem, BUFFERS + 0x300, 1)[0], 's');
        assert_true(machine_hash(&a->m) == machine_hash(&b->m));
        assert_false(b->m.intake.diverged);
        rig_free(a);
        rig_free(b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_boards_have_disks_and_entropy),
        cmocka_unit_test(a_recorded_run_is_replayed),
        cmocka_unit_test(code_that_comes_by_disk_is_noticed),
        cmocka_unit_test(floods_and_broken_queues_do_no_harm),
        cmocka_unit_test(a_saved_machine_goes_on_elsewhere),
        cmocka_unit_test(a_balloon_is_told_and_replays),
        cmocka_unit_test(a_console_is_talked_to_and_replays),
    };
    return cmocka_run_group_tests_name("virtio", tests, rig_set_up, rig_tear_down);
}
