/* SPDX-License-Identifier: ISC */
/* The virtio block device on a disk in memory: every request, right and wrong, in any framing. */
#include "vio_cmocka.h"

#include "dev/vio_blk.h"
#include "io/io_disk_mem.h"
#include "lib/bits.h"
#include "lib/bug.h"

#include <string.h>

#define SECTORS 4096u

enum {
    IN = 0,
    OUT = 1,
    FLUSH = 4,
    GET_ID = 8,
    DISCARD = 11,
    WRITE_ZEROES = 13,

    OK = 0,
    IOERR = 1,
    UNSUPP = 2,
    NONE = 0xff, /* not written */

    F_RO = 1 << 5,
    F_FLUSH = 1 << 9,
    F_DISCARD = 1 << 13,
    F_WRITE_ZEROES = 1 << 14,
};

static struct io_disk disk; /* behind the device */
static unsigned flushes;

static bool count_flush(void *ctx)
{
    (void)ctx;
    flushes++;
    return true;
}

static struct vio_rig *new_rig(bool read_only, u64 features)
{
    struct vio_rig *r = vio_rig_new();
    struct vio_place place = vio_rig_place(r);
    struct vio_blk_config config = {.serial = "a serial number that is too long"};
    struct error e;
    assert_int_equal(io_disk_mem_open(SECTORS, &disk, &e), ERR_OK);
    for (u32 i = 0; i < SECTORS; i++) {
        u8 sector[IO_SECTOR];
        memset(sector, (int)(i % 251 + 1), sizeof sector);
        store_le32(sector, i);
        assert_true(io_disk_write(&disk, i, sector));
    }
    disk.flush = count_flush;
    disk.read_only = read_only;
    flushes = 0;
    config.disk = disk;
    vio_rig_plug(r, vio_blk_new(&place, &config));
    assert_true(vio_rig_start(r, features));
    return r;
}

struct request {
    u32 type;
    u64 sector;
    gpa data;
    u32 len;
    bool write; /* data, by the device */
    u32 written;
};

static u8 go(struct vio_rig *r, struct request *q)
{
    gpa header = vio_rig_alloc(r, 16), status = vio_rig_alloc(r, 1);
    struct vio_rig_buf buf[3] = {{.pa = header, .len = 16}};
    unsigned n = 1;
    u16 head;
    store_le32(vio_rig_ptr(r, header), q->type);
    store_le64(vio_rig_ptr(r, header + 8), q->sector);
    if (q->len)
        buf[n++] = (struct vio_rig_buf){.pa = q->data, .len = q->len, .write = q->write};
    buf[n++] = (struct vio_rig_buf){.pa = status, .len = 1, .write = true};
    *vio_rig_ptr(r, status) = NONE;
    vio_rig_send(r, 0, buf, n);
    if (!vio_rig_collect(r, 0, &head, &q->written))
        return NONE;
    return *vio_rig_ptr(r, status);
}

static u8 transfer(struct vio_rig *r, u32 type, u64 sector, gpa data, u32 len)
{
    struct request q = {
        .type = type, .sector = sector, .data = data, .len = len, .write = type != OUT};
    u8 st = go(r, &q);
    if (type == IN)
        assert_int_equal(q.written, st == OK ? len + 1 : 0);
    return st;
}

static void assert_sector(struct vio_rig *r, gpa at, u32 number)
{
    assert_int_equal(load_le32(vio_rig_ptr(r, at)), number);
    assert_int_equal(*vio_rig_ptr(r, at + 511), number % 251 + 1);
}

static void it_has_a_size_and_a_serial_number(void **state)
{
    (void)state;
    struct vio_rig *r = new_rig(false, 0);
    assert_int_equal(vio_rig_get(r, 8), 2);
    assert_int_equal(vio_rig_get(r, RIG_CONFIG), SECTORS);
    assert_int_equal(vio_rig_get(r, RIG_CONFIG + 4), 0);
    assert_int_equal(vio_rig_get(r, RIG_CONFIG + 20), 512);
    gpa at = vio_rig_alloc(r, 64);
    struct request q = {.type = GET_ID, .data = at, .len = 20, .write = true};
    assert_int_equal(go(r, &q), OK);
    assert_memory_equal(vio_rig_ptr(r, at), "a serial number that", 20);
    q.len = 5; /* and a driver with little room */
    memset(vio_rig_ptr(r, at), 0, 20);
    assert_int_equal(go(r, &q), OK);
    assert_memory_equal(vio_rig_ptr(r, at), "a ser\0", 6);
    vio_rig_free(r);
}

static void sectors_are_read_and_written(void **state)
{
    (void)state;
    struct vio_rig *r = new_rig(false, F_FLUSH);
    gpa at = vio_rig_alloc(r, 64 * IO_SECTOR);
    assert_int_equal(transfer(r, IN, 100, at, 64 * IO_SECTOR), OK);
    for (u32 i = 0; i < 64; i++)
        assert_sector(r, at + i * IO_SECTOR, 100 + i);
    assert_int_equal(transfer(r, OUT, 200, at, 64 * IO_SECTOR), OK);
    u8 sector[IO_SECTOR];
    assert_true(io_disk_read(&disk, 263, sector));
    assert_int_equal(load_le32(sector), 163);
    assert_true(r->stats.disk_reads == 64 && r->stats.disk_writes == 64);
    vio_rig_free(r);
}

/* Header, data and status in pieces that respect nothing. */
static void framing_is_the_drivers(void **state)
{
    (void)state;
    struct vio_rig *r = new_rig(false, 0);
    gpa at = vio_rig_alloc(r, 4096), header = vio_rig_alloc(r, 16);
    store_le64(vio_rig_ptr(r, header + 8), 7);
    struct vio_rig_buf buf[] = {{header, 3, false},
                                {header + 3, 13, false},
                                {at, 700, true},
                                {at + 700, 1, true},
                                {at + 701, 2048, true}};
    buf[4].len = 2 * IO_SECTOR - 701 + 1; /* the status is its last byte */
    *vio_rig_ptr(r, at + 2 * IO_SECTOR) = NONE;
    u32 written;
    u16 head = vio_rig_send(r, 0, buf, 5), h;
    assert_true(vio_rig_collect(r, 0, &h, &written) && h == head);
    assert_int_equal(written, 2 * IO_SECTOR + 1);
    assert_int_equal(*vio_rig_ptr(r, at + 2 * IO_SECTOR), OK);
    assert_sector(r, at, 7);
    assert_sector(r, at + IO_SECTOR, 8);
    store_le32(vio_rig_ptr(r, header), OUT);
    store_le64(vio_rig_ptr(r, header + 8), 9);
    struct vio_rig_buf out[] = {
        {header, 16, false}, {at, 700, false}, {at + 700, 324, false}, {at + 2000, 1, true}};
    vio_rig_send(r, 0, out, 4);
    u8 sector[IO_SECTOR];
    assert_true(io_disk_read(&disk, 10, sector));
    assert_int_equal(load_le32(sector), 8);
    vio_rig_free(r);
}

static void flushes_reach_the_disk(void **state)
{
    (void)state;
    struct vio_rig *r = new_rig(false, F_FLUSH);
    gpa at = vio_rig_alloc(r, IO_SECTOR);
    assert_int_equal(transfer(r, OUT, 1, at, IO_SECTOR), OK);
    assert_int_equal(flushes, 0);
    struct request q = {.type = FLUSH};
    assert_int_equal(go(r, &q), OK);
    assert_int_equal(flushes, 1);
    vio_rig_free(r);
    r = new_rig(false, 0); /* a driver that knows no flush: every write is one */
    at = vio_rig_alloc(r, IO_SECTOR);
    assert_int_equal(transfer(r, OUT, 1, at, IO_SECTOR), OK);
    assert_int_equal(flushes, 1);
    vio_rig_free(r);
}

/* So many seconds of the host are not had in one of the guest: a flush takes a millisecond. */
static void flushes_take_virtual_time(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        struct vio_rig *r = new_rig(false, i ? 0 : F_FLUSH);
        gpa at = vio_rig_alloc(r, 1024);
        struct vio_rig_buf buf[] = {
            {at, 16, false}, {at + 16, IO_SECTOR, false}, {at + 1000, 1, true}};
        store_le32(vio_rig_ptr(r, at), i ? OUT : FLUSH);
        for (unsigned n = 0; n < RIG_QUEUE / 3; n++)
            vio_rig_offer(r, 0, vio_rig_chain(r, 0, buf, 3));
        for (unsigned n = 0; n < 10000; n++)
            vio_rig_set(r, RIG_QUEUE_NOTIFY, 0);
        assert_in_range(flushes, 1, 2);
        vio_rig_run(r, 10 * RIG_MS);
        assert_in_range(flushes, 9, 12);
        vio_rig_run(r, 20 * RIG_MS);
        assert_int_equal(flushes, RIG_QUEUE / 3);
        vio_rig_free(r);
    }
}

static u8 range(struct vio_rig *r, u32 type, u64 sector, u32 count, u32 flags)
{
    struct request q = {.type = type, .data = vio_rig_alloc(r, 16), .len = 16};
    u8 *p = vio_rig_ptr(r, q.data);
    store_le64(p, sector);
    store_le32(p + 8, count);
    store_le32(p + 12, flags);
    return go(r, &q);
}

static void discards_and_zeroes_leave_zeros(void **state)
{
    (void)state;
    struct vio_rig *r = new_rig(false, F_FLUSH | F_DISCARD | F_WRITE_ZEROES);
    u8 sector[IO_SECTOR], zeros[IO_SECTOR] = {0};
    assert_int_equal(range(r, DISCARD, 10, 5, 0), OK);
    assert_int_equal(range(r, WRITE_ZEROES, 20, 5, 0), OK);
    assert_int_equal(range(r, WRITE_ZEROES, 30, 5, 1), OK);
    for (u32 i = 0; i < 40; i++) {
        bool gone = i / 5 == 2 || i / 5 == 4 || i / 5 == 6;
        assert_true(io_disk_read(&disk, i, sector));
        assert_int_equal(!memcmp(sector, zeros, IO_SECTOR), gone);
    }
    assert_int_equal(range(r, DISCARD, 10, 5, 1), UNSUPP);
    assert_int_equal(range(r, WRITE_ZEROES, 10, 5, 2), UNSUPP);
    assert_int_equal(range(r, DISCARD, SECTORS - 1, 2, 0), IOERR);
    assert_int_equal(range(r, DISCARD, ~0ull, 1, 0), IOERR);
    assert_int_equal(range(r, DISCARD, 0, ~0u, 0), IOERR);
    assert_int_equal(range(r, DISCARD, 0, 0, 0), OK);
    struct request q = {.type = DISCARD, .data = vio_rig_alloc(r, 4096), .len = 15};
    assert_int_equal(go(r, &q), IOERR);
    q.len = 0;
    assert_int_equal(go(r, &q), IOERR);
    q.len = 16 * 17;
    assert_int_equal(go(r, &q), IOERR);
    vio_rig_free(r);
}

static void a_disk_that_is_read_only_refuses_writes(void **state)
{
    (void)state;
    struct vio_rig *r = new_rig(true, F_RO | F_FLUSH);
    gpa at = vio_rig_alloc(r, IO_SECTOR);
    assert_int_equal(transfer(r, OUT, 3, at, IO_SECTOR), IOERR);
    assert_int_equal(range(r, WRITE_ZEROES, 3, 1, 0), IOERR);
    assert_int_equal(transfer(r, IN, 3, at, IO_SECTOR), OK);
    assert_sector(r, at, 3);
    assert_false(vio_rig_start(r, F_DISCARD)); /* not offered */
    vio_rig_free(r);
}

static void what_is_impossible_is_an_io_error(void **state)
{
    (void)state;
    struct vio_rig *r = new_rig(false, 0);
    gpa at = vio_rig_alloc(r, 2 * IO_SECTOR);
    static const struct {
        u64 sector;
        u32 len;
    } bad[] = {{SECTORS, 512},    {SECTORS - 1, 1024}, {~0ull, 512},
               {1ull << 55, 512}, {~0ull - 1, 1024},   {0, 511},
               {0, 513},          {1ull << 63, 1024}};
    for (unsigned i = 0; i < ARRAY_LEN(bad); i++) {
        assert_int_equal(transfer(r, IN, bad[i].sector, at, bad[i].len), IOERR);
        assert_int_equal(transfer(r, OUT, bad[i].sector, at, bad[i].len), IOERR);
    }
    struct request q = {.type = 99};
    assert_int_equal(go(r, &q), UNSUPP);
    assert_false(rig_broken(r));
    vio_rig_free(r);
}

static void the_hosts_failures_are_io_errors(void **state)
{
    (void)state;
    struct vio_rig *r = new_rig(false, 0);
    gpa at = vio_rig_alloc(r, IO_SECTOR);
    io_disk_mem_fail(&disk, true, true);
    assert_int_equal(transfer(r, IN, 0, at, IO_SECTOR), IOERR);
    assert_int_equal(transfer(r, OUT, 0, at, IO_SECTOR), IOERR);
    assert_int_equal(range(r, DISCARD, 0, 1, 0), IOERR);
    io_disk_mem_fail(&disk, false, false);
    assert_int_equal(transfer(r, IN, 5, at, IO_SECTOR), OK);
    assert_sector(r, at, 5);
    vio_rig_free(r);
}

static void requests_without_header_or_status_break_it(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        struct vio_rig *r = new_rig(false, 0);
        gpa at = vio_rig_alloc(r, 64);
        struct vio_rig_buf buf[] = {{at, i == 0 ? 15 : 16, false}, {at + 32, 1, true}};
        vio_rig_send(r, 0, i == 2 ? buf + 1 : buf, i == 0 ? 2 : 1);
        assert_true(rig_broken(r));
        vio_rig_free(r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_has_a_size_and_a_serial_number),
        cmocka_unit_test(sectors_are_read_and_written),
        cmocka_unit_test(framing_is_the_drivers),
        cmocka_unit_test(flushes_reach_the_disk),
        cmocka_unit_test(flushes_take_virtual_time),
        cmocka_unit_test(discards_and_zeroes_leave_zeros),
        cmocka_unit_test(a_disk_that_is_read_only_refuses_writes),
        cmocka_unit_test(what_is_impossible_is_an_io_error),
        cmocka_unit_test(the_hosts_failures_are_io_errors),
        cmocka_unit_test(requests_without_header_or_status_break_it),
    };
    return cmocka_run_group_tests_name("vio_blk", tests, NULL, NULL);
}
