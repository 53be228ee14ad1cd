/* SPDX-License-Identifier: ISC */
#define RIG_CARD RIG_DISK
#include "rig_card.h"

#include "dev/lb_disk_model.h"
#include "io/io_disk_mem.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    NSECT = 0,
    STATUS = 4,
    SECTOR = 8,
    RPM = 12,
    BUFFER = LB_BUFFER,
    READ = 1,
    WRITE = 3,
};

/* Runs until the operation is complete; how long that took. */
static u64 finish(struct lb_rig *r)
{
    u64 start = lb_rig_now(r);
    while (!line(r) && r->clock.next != CLOCK_NEVER)
        lb_rig_run(r, (r->clock.next - r->clock.now_base) * RIG_CYCLE);
    return lb_rig_now(r) - start;
}

static u64 operate(struct lb_rig *r, u32 sector, u32 op)
{
    set(r, STATUS, 0);
    set(r, SECTOR, sector);
    set(r, STATUS, op);
    assert_int_equal(get(r, STATUS), op);
    return finish(r);
}

static void registers(void **state)
{
    (void)state;
    struct lb_rig *r = lb_rig_new(NULL);
    assert_int_equal(get(r, NSECT), RIG_SECTORS);
    assert_int_equal(get(r, STATUS), 0);
    assert_int_equal(get(r, RPM), 7200);
    set(r, SECTOR, 0xfffffffe);
    assert_int_equal(get(r, SECTOR), 0xfffffffe);
    assert_false(lb_rig_write(r, RIG_DISK, NSECT, 0));
    assert_false(lb_rig_write(r, RIG_DISK, RPM, 0));
    rig_assert_error(r, RIG_DISK, 16);
    rig_assert_error(r, RIG_DISK, BUFFER - 4);
    lb_rig_free(r);
}

static void read_and_write(void **state)
{
    (void)state;
    struct lb_rig *r = lb_rig_new(NULL);
    u8 sector[IO_SECTOR];
    operate(r, 5, READ);
    assert_int_equal(get(r, STATUS), 4);
    assert_int_equal(get(r, BUFFER), 0x05050505);
    assert_int_equal(get(r, BUFFER + 508), 0x05050505);
    for (u32 i = 0; i < 128; i++)
        set(r, BUFFER + 4 * i, 0x01020304 + i);
    operate(r, 9000, WRITE);
    assert_int_equal(get(r, STATUS), 6);
    set(r, STATUS, 0);
    assert_false(line(r));
    assert_true(io_disk_read(&r->disk_io, 9000, sector));
    for (u32 i = 0; i < 128; i++)
        assert_memory_equal(sector + 4 * i, ((u8[]){1, 2, 3, (u8)(4 + i)}), 3);
    assert_int_equal(r->stats.disk_reads, 1);
    assert_int_equal(r->stats.disk_writes, 1);
    assert_int_equal(r->dooms, 1);
    rig_assert_misuse(r, 0);
    lb_rig_free(r);
}

static void starting_clears_interrupt(void **state)
{
    (void)state;
    struct lb_rig *r = lb_rig_new(NULL);
    operate(r, 5, READ);
    set(r, STATUS, READ);
    assert_false(line(r));
    finish(r);
    assert_true(line(r));
    rig_assert_misuse(r, 0);
    lb_rig_free(r);
}

static void invalid_sector(void **state)
{
    (void)state;
    struct lb_rig *r = lb_rig_new(NULL);
    static const u32 bad[] = {RIG_SECTORS, 0x80000000, 0xffffffff};
    for (unsigned i = 0; i < ARRAY_LEN(bad); i++) {
        set(r, SECTOR, bad[i]);
        set(r, STATUS, READ);
        assert_int_equal(get(r, STATUS), 12);
        assert_true(line(r));
        set(r, STATUS, WRITE);
        assert_int_equal(get(r, STATUS), 14);
    }
    assert_int_equal(r->stats.disk_reads + r->stats.disk_writes, 0);
    lb_rig_free(r);
}

static void media_errors(void **state)
{
    (void)state;
    struct lb_rig *r = lb_rig_new(NULL);
    io_disk_mem_fail(&r->disk_io, true, true);
    operate(r, 5, READ);
    assert_int_equal(get(r, STATUS), 20);
    operate(r, 5, WRITE);
    assert_int_equal(get(r, STATUS), 22);
    io_disk_mem_fail(&r->disk_io, false, false);
    operate(r, 5, READ);
    assert_int_equal(get(r, STATUS), 4);
    lb_rig_free(r);
}

static void read_only_image(void **state)
{
    (void)state;
    struct lb_rig *r = lb_rig_new(NULL);
    struct lb_disk_config c = {.disk = r->disk_io, .rpm = 7200};
    struct lb_disk *d;
    struct error e;
    u32 status;
    c.disk.read_only = true;
    assert_int_equal(lb_disk_new(&d, &r->env, lb_bus_line(&r->bus, RIG_EMPTY), &c, &e), ERR_OK);
    assert_true(lb_disk_class.write(d, 0, STATUS, WRITE));
    lb_rig_run(r, RIG_S);
    assert_true(lb_disk_class.read(d, 0, STATUS, &status));
    assert_int_equal(status, 22);
    lb_disk_free(d);
    lb_rig_free(r);
}

static void misuse(void **state)
{
    (void)state;
    struct lb_rig *r = lb_rig_new(NULL);
    set(r, SECTOR, 7);
    set(r, STATUS, READ);
    set(r, STATUS, WRITE);
    set(r, STATUS, READ);
    rig_assert_misuse(r, 2);
    set(r, SECTOR, 8);
    rig_assert_misuse(r, 3);
    finish(r);
    assert_int_equal(get(r, STATUS), 4);
    assert_int_equal(get(r, BUFFER), 0x07070707);
    static const u32 bad[] = {2, 4, 5, 6, 7, 8, 12, 16, 0xffffffff};
    for (unsigned i = 0; i < ARRAY_LEN(bad); i++)
        set(r, STATUS, bad[i]);
    rig_assert_misuse(r, 3 + ARRAY_LEN(bad));
    assert_int_equal(get(r, STATUS), 4);
    lb_rig_free(r);
}

static void abort_operation(void **state)
{
    (void)state;
    for (u64 after = 0; after < 60 * RIG_MS; after += 500 * RIG_US) {
        struct lb_rig *r = lb_rig_new(NULL);
        operate(r, 0, READ);
        set(r, STATUS, 0);
        set(r, SECTOR, 63);
        set(r, BUFFER, 0x12345678);
        set(r, STATUS, WRITE);
        lb_rig_run(r, after);
        set(r, STATUS, 0);
        assert_int_equal(get(r, STATUS), 0);
        lb_rig_run(r, RIG_S);
        assert_false(line(r));
        operate(r, 5, READ);
        assert_int_equal(get(r, BUFFER), 0x05050505);
        rig_assert_misuse(r, 0);
        lb_rig_free(r);
    }
}

/* After an abort the arm arrives nevertheless, and what is asked for next waits for it. */
static void abort_while_seeking(void **state)
{
    (void)state;
    struct lb_rig *r = lb_rig_new(NULL);
    set(r, SECTOR, 0); /* the outermost track; the arm is on the innermost */
    set(r, STATUS, READ);
    lb_rig_run(r, RIG_MS);
    set(r, STATUS, 0);
    set(r, SECTOR, RIG_SECTORS - 1);
    set(r, STATUS, READ);
    u64 there = lb_disk_model_seek_ns(0, 319);
    assert_true(finish(r) > 2 * there - 20 * RIG_MS);
    assert_int_equal(get(r, STATUS), 4);
    lb_rig_free(r);
}

static void takes_time(void **state)
{
    (void)state;
    struct lb_rig *r = lb_rig_new(NULL);
    const u64 rev = RIG_S / 120, fuzz = 2000;
    u64 seek = lb_disk_model_seek_ns(0, 319);
    u64 first = operate(r, 0, READ);
    assert_in_range(first, seek, seek + rev + fuzz);
    /* Everything on this track is in the buffer after one revolution. */
    lb_rig_run(r, rev);
    assert_in_range(operate(r, 30, READ), 500, 600);
    assert_in_range(operate(r, 0, READ), 500, 600);
    /* A write waits for its sector; the same sector again takes a whole turn. */
    operate(r, 10, WRITE);
    u64 again = operate(r, 10, WRITE);
    assert_in_range(again, rev - fuzz, rev + fuzz);
    /* The next sector follows directly, unless the copying makes it too late: then a turn. */
    u64 next = operate(r, 12, WRITE);
    assert_in_range(next, rev / 100, rev);
    lb_rig_free(r);
}

static void seek_times(void **state)
{
    (void)state;
    assert_int_equal(lb_disk_model_seek_ns(7, 7), 0);
    assert_int_equal(lb_disk_model_seek_ns(0, 1), 5 * RIG_MS);
    assert_int_equal(lb_disk_model_seek_ns(3, 0), 15 * RIG_MS);
    for (u32 way = 4; way < LB_DISK_TRACKS; way++) {
        u64 expected = (u64)(1000000 * (10 + 3 * sqrt(way)));
        assert_int_equal(lb_disk_model_seek_ns(0, way), expected);
        assert_int_equal(lb_disk_model_seek_ns(way, 0), expected);
    }
}

static void model(struct lb_disk_model *m, u64 sectors, u32 rpm)
{
    struct error e;
    assert_int_equal(lb_disk_model_init(m, sectors, rpm, &e), ERR_OK);
}

/* The platter measured with a ruler: rings of equal width, sectors spread over the area. */
static void geometry(void **state)
{
    (void)state;
    static const u32 size[] = {10240, 20480, 65536, 131072, 1000003, 8388608};
    const double width = 30.0 / LB_DISK_TRACKS;
    for (unsigned i = 0; i < ARRAY_LEN(size); i++) {
        struct lb_disk_model m;
        u64 usable = 0;
        model(&m, size[i], 3600);
        double physical = floor(size[i] * 1.06);
        for (u32 t = 0; t < LB_DISK_TRACKS; t++) {
            double inner = 10 + t * width, outer = inner + width;
            double share = (outer * outer - inner * inner) / (40.0 * 40 - 10 * 10);
            assert_true(fabs(floor(share * physical) - 1 - m.track[t]) <= 1);
            assert_true(t == 0 || m.track[t] >= m.track[t - 1]);
            usable += m.track[t];
        }
        assert_true(usable >= size[i]);
        assert_true(usable < size[i] * 1.06);
    }
}

static void places(void **state)
{
    (void)state;
    static const u32 size[] = {128, 129, 1000, 5000, 10240, 100000};
    for (unsigned i = 0; i < ARRAY_LEN(size); i++) {
        struct lb_disk_model m;
        model(&m, size[i], 7200);
        u32 track = LB_DISK_TRACKS - 1, index = 0;
        for (u32 s = 0; s < size[i]; s++) {
            struct lb_disk_place at = lb_disk_model_locate(&m, s);
            assert_int_equal(at.track, track);
            assert_int_equal(at.index, index);
            if (++index == m.track[track])
                track--, index = 0;
        }
    }
}

static void rotation(void **state)
{
    (void)state;
    struct lb_disk_model m;
    model(&m, 10240, 6000); /* 10 ms a turn */
    struct lb_disk_place at = {.track = 319, .index = 0};
    u64 sector = 10 * RIG_MS / m.track[319];
    /* At sector 0 at the start of a second, so read when sector 1 begins. */
    assert_int_equal(lb_disk_model_read_ns(&m, at, 3 * RIG_S, 3 * RIG_S), sector);
    assert_int_equal(lb_disk_model_read_ns(&m, at, 3 * RIG_S, 3 * RIG_S + sector), 0);
    assert_int_equal(lb_disk_model_read_ns(&m, at, 3 * RIG_S, 9 * RIG_S), 0);
    u64 late = 3 * RIG_S + sector + 1;
    assert_int_equal(lb_disk_model_read_ns(&m, at, late, late), 10 * RIG_MS - 1);
    assert_int_equal(lb_disk_model_write_ns(&m, at, 3 * RIG_S), sector);
    assert_int_equal(lb_disk_model_write_ns(&m, at, 3 * RIG_S + 1), 10 * RIG_MS - 1 + sector);
    at.index = m.track[319] - 1; /* its end is the start of sector 0 */
    assert_int_equal(lb_disk_model_read_ns(&m, at, RIG_S + 1, RIG_S + 1), 10 * RIG_MS - 1);
}

static void impossible_disks(void **state)
{
    (void)state;
    static const struct {
        u64 sectors;
        u32 rpm;
    } bad[] = {{10240, 0},  {10240, 59},        {10240, 61},   {10240, 600060}, {0, 3600},
               {127, 3600}, {1ull << 32, 3600}, {~0ull, 3600}, {10240, ~0u}};
    struct lb_disk_model m;
    for (unsigned i = 0; i < ARRAY_LEN(bad); i++) {
        struct error e = {0};
        assert_int_equal(lb_disk_model_init(&m, bad[i].sectors, bad[i].rpm, &e), ERR_CONFIG);
        assert_true(e.msg[0]);
    }
    model(&m, ~0u, 600000);
    model(&m, 128, 60);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(registers),
        cmocka_unit_test(read_and_write),
        cmocka_unit_test(starting_clears_interrupt),
        cmocka_unit_test(invalid_sector),
        cmocka_unit_test(media_errors),
        cmocka_unit_test(read_only_image),
        cmocka_unit_test(misuse),
        cmocka_unit_test(abort_operation),
        cmocka_unit_test(abort_while_seeking),
        cmocka_unit_test(takes_time),
        cmocka_unit_test(seek_times),
        cmocka_unit_test(geometry),
        cmocka_unit_test(places),
        cmocka_unit_test(rotation),
        cmocka_unit_test(impossible_disks),
    };
    return cmocka_run_group_tests_name("lb_disk", tests, NULL, NULL);
}
