/* SPDX-License-Identifier: ISC */
/*
 * A disk behind the intake whose host gives up in the middle: what memory and disk hold then
 * follows from what was recorded, so that a replay, with a copy of the disk, has the same.
 */
#include "rig_cmocka.h"

#include "io/io_disk_image.h"
#include "io/io_disk_mem.h"
#include "machine/intake.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define SECTORS 64u
#define LEN     (16 * IO_SECTOR)

/* A disk that does `good` sectors of each request, and, short of all, fails. */
struct faulty {
    struct io_disk mem;
    u64 good, done;
};

static u64 part(struct faulty *f, u64 count)
{
    return f->done = f->good < count ? f->good : count;
}

static bool faulty_read(void *ctx, u64 sector, const struct piece *to, unsigned n)
{
    struct faulty *f = ctx;
    u64 count = piece_total(to, n) / IO_SECTOR, good = part(f, count);
    u8 buf[LEN];
    assert_true(f->mem.read(f->mem.ctx, sector, &(struct piece){buf, good * IO_SECTOR}, 1));
    piece_put(to, n, 0, buf, good * IO_SECTOR);
    return good == count;
}

static bool faulty_write(void *ctx, u64 sector, const struct piece *from, unsigned n)
{
    struct faulty *f = ctx;
    u64 count = piece_total(from, n) / IO_SECTOR, good = part(f, count);
    u8 buf[LEN];
    piece_get(from, n, 0, buf, good * IO_SECTOR);
    assert_true(f->mem.write(f->mem.ctx, sector, &(struct piece){buf, good * IO_SECTOR}, 1));
    return good == count;
}

static bool faulty_zero(void *ctx, u64 sector, u64 count, bool hole)
{
    struct faulty *f = ctx;
    return f->mem.zero(f->mem.ctx, sector, part(f, count), hole) && f->done == count;
}

static u64 faulty_done(void *ctx)
{
    return ((struct faulty *)ctx)->done;
}

static void faulty_close(void *ctx)
{
    struct faulty *f = ctx;
    f->mem.close(f->mem.ctx);
}

static struct io_disk faulty_open(struct faulty *f)
{
    struct error e;
    u8 sector[IO_SECTOR];
    assert_int_equal(io_disk_mem_open(SECTORS, &f->mem, &e), ERR_OK);
    for (u32 i = 0; i < SECTORS; i++) {
        memset(sector, (int)i + 1, sizeof sector);
        assert_true(io_disk_write(&f->mem, i, sector));
    }
    f->good = SECTORS;
    return (struct io_disk){.read = faulty_read,
                            .write = faulty_write,
                            .zero = faulty_zero,
                            .done = faulty_done,
                            .close = faulty_close,
                            .ctx = f,
                            .sectors = SECTORS};
}

static u64 now(void *ctx)
{
    return *(u64 *)ctx;
}

/* What a guest does; `seen` gets what it sees. `good`: of the host, as it goes. */
static void session(struct intake *in, struct faulty *f, struct io_disk *d, u64 *time, u8 *seen)
{
    static const u64 good[] = {SECTORS, 5, 0, SECTORS, 15, SECTORS};
    u8 out[LEN];
    struct piece from[] = {{out, 700}, {out + 700, LEN - 700}};
    memset(seen, 0xee, 6 * (size_t)LEN);
    for (unsigned i = 0; i < 6; i++, ++*time, seen += LEN) {
        u64 at = 3 + 2 * i;
        memset(out, (int)(0x80 + i), sizeof out);
        struct piece to[] = {{seen, 33}, {seen + 33, LEN - 33}};
        f->good = in->mode == INTAKE_REPLAY ? SECTORS : good[i];
        bool all = good[i] == SECTORS;
        assert_int_equal(d->write(d->ctx, at, from, 2), all);
        assert_int_equal(d->zero(d->ctx, at + 4, 16, true), all);
        if (i % 2)
            f->good = SECTORS; /* what the disk holds now */
        assert_int_equal(d->read(d->ctx, at, to, 2), all || i % 2);
    }
}

static void a_host_that_gives_up_replays(void **state)
{
    (void)state;
    struct intake in;
    struct faulty f[2];
    static u8 seen[2][6 * LEN];
    u64 time = 0;
    intake_init(&in, INTAKE_RECORD, now, &time);
    struct io_disk real = faulty_open(&f[0]), d = intake_disk(&in, &real, false);
    session(&in, &f[0], &d, &time, seen[0]);
    d.close(d.ctx);
    struct buf log = in.log;
    in.log = (struct buf){0};
    intake_replay(&in, log.data, log.len);
    buf_fini(&log);
    time = 0;
    real = faulty_open(&f[1]);
    d = intake_disk(&in, &real, false);
    session(&in, &f[1], &d, &time, seen[1]);
    assert_memory_equal(seen[0], seen[1], sizeof seen[0]);
    assert_false(in.diverged);
    d.close(d.ctx);
    intake_fini(&in);
}

static void a_read_that_failed_leaves_zeros(void **state)
{
    (void)state;
    struct intake in;
    struct faulty f;
    static const u8 zeros[LEN];
    u8 buf[LEN];
    u64 time = 0;
    intake_init(&in, INTAKE_LIVE, now, &time);
    struct io_disk real = faulty_open(&f), d = intake_disk(&in, &real, false);
    f.good = 7;
    memset(buf, 1, sizeof buf);
    assert_false(d.read(d.ctx, 0, &(struct piece){buf, LEN}, 1));
    assert_memory_equal(buf, zeros, LEN);
    d.close(d.ctx);
    intake_fini(&in);
}

/* The log says that it was read: then this is not the disk that was recorded with. */
static void a_replay_whose_disk_fails_is_none(void **state)
{
    (void)state;
    struct intake in;
    struct faulty f;
    u8 buf[LEN];
    u64 time = 0;
    intake_init(&in, INTAKE_RECORD, now, &time);
    struct io_disk real = faulty_open(&f), d = intake_disk(&in, &real, false);
    assert_true(d.read(d.ctx, 0, &(struct piece){buf, LEN}, 1));
    struct buf log = in.log;
    in.log = (struct buf){0};
    intake_replay(&in, log.data, log.len);
    buf_fini(&log);
    f.good = 3;
    (void)!d.read(d.ctx, 0, &(struct piece){buf, LEN}, 1);
    assert_true(in.diverged);
    d.close(d.ctx);
    intake_fini(&in);
}

/* A file that takes only what was in it, as on a disk that is full. */
static void an_image_says_how_far_it_came(void **state)
{
    (void)state;
    enum {
        ALL = 320,
        LEFT = 80
    };
    char path[64];
    struct error e;
    struct io_disk d;
    struct io_disk_image_options o = {.format = IO_DISK_RAW};
    static u8 out[ALL * IO_SECTOR], in[LEFT * IO_SECTOR];
    int fd = memfd_create("disk", MFD_ALLOW_SEALING);
    assert_true(fd >= 0);
    assert_int_equal(ftruncate(fd, ALL * IO_SECTOR), 0);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    assert_int_equal(io_disk_image_open(path, &o, &d, &e), ERR_OK);
    assert_int_equal(ftruncate(fd, LEFT * IO_SECTOR), 0);
    assert_int_equal(fcntl(fd, F_ADD_SEALS, F_SEAL_GROW), 0);
    memset(out, 7, sizeof out);
    assert_false(d.write(d.ctx, 8, &(struct piece){out, sizeof out - 8 * IO_SECTOR}, 1));
    assert_int_equal(d.done(d.ctx), LEFT - 8);
    assert_true(d.read(d.ctx, 8, &(struct piece){in, sizeof in - 8 * IO_SECTOR}, 1));
    assert_memory_equal(in, out, sizeof in - 8 * IO_SECTOR);
    assert_false(d.write(d.ctx, ALL, &(struct piece){out, IO_SECTOR}, 1));
    assert_int_equal(d.done(d.ctx), 0);
    d.close(d.ctx);
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_host_that_gives_up_replays),
        cmocka_unit_test(a_read_that_failed_leaves_zeros),
        cmocka_unit_test(a_replay_whose_disk_fails_is_none),
        cmocka_unit_test(an_image_says_how_far_it_came),
    };
    return cmocka_run_group_tests_name("intake_disk", tests, NULL, NULL);
}
