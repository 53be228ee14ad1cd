/* SPDX-License-Identifier: ISC */
/* Disk images on the host: both formats, and everything that can be wrong with a file. */
#include "rig_cmocka.h"

#include "host/host_file.h"
#include "io/io_disk_image.h"
#include "io/io_disk_mem.h"
#include "io/io_disk_tool.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct place {
    char dir[64], path[96], other[96];
};

static int setup(void **state)
{
    struct place *p = calloc(1, sizeof *p);
    strcpy(p->dir, "/tmp/kuseg-disk-XXXXXX");
    if (!p || !mkdtemp(p->dir))
        return -1;
    snprintf(p->path, sizeof p->path, "%s/disk.img", p->dir);
    snprintf(p->other, sizeof p->other, "%s/other.img", p->dir);
    *state = p;
    return 0;
}

static int teardown(void **state)
{
    struct place *p = *state;
    unlink(p->path);
    unlink(p->other);
    rmdir(p->path);
    rmdir(p->dir);
    free(p);
    return 0;
}

static void put_file(const char *path, const void *data, size_t len, off_t size)
{
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0644);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, data, len), len);
    assert_int_equal(ftruncate(fd, size), 0);
    close(fd);
}

static off_t size_of(const char *path)
{
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    return st.st_size;
}

static struct io_disk opened(const char *path, struct io_disk_image_options o)
{
    struct io_disk d;
    struct error e = {0};
    if (io_disk_image_open(path, &o, &d, &e))
        fail_msg("%s", e.msg);
    return d;
}

/* The message names the file, and what is wrong with it. */
static void refused(const char *path, struct io_disk_image_options o, enum err code,
                    const char *word)
{
    struct io_disk d;
    struct error e = {0};
    assert_int_equal(io_disk_image_open(path, &o, &d, &e), code);
    assert_non_null(strstr(e.msg, path));
    assert_non_null(strstr(e.msg, word));
    assert_int_equal(io_disk_image_open(path, &o, &d, NULL), code);
}

static void create(const char *path, enum io_disk_format format, u64 sectors)
{
    struct error e = {0};
    assert_int_equal(io_disk_image_create(path, format, sectors, false, &e), ERR_OK);
}

static void check_io(struct io_disk *d)
{
    u8 out[IO_SECTOR], in[IO_SECTOR];
    memset(out, 0x5a, sizeof out);
    assert_true(io_disk_write(d, 0, out));
    out[0] = 1;
    assert_true(io_disk_write(d, d->sectors - 1, out));
    assert_true(d->flush(d->ctx));
    assert_true(io_disk_read(d, d->sectors - 1, in));
    assert_memory_equal(in, out, sizeof in);
    assert_true(io_disk_read(d, 1, in));
    assert_int_equal(in[0] | in[511], 0);
    assert_false(io_disk_read(d, d->sectors, in));
    assert_false(io_disk_write(d, d->sectors, out));
    assert_false(io_disk_write(d, ~0ull, out));
}

static void sys161_format(void **state)
{
    const struct place *p = *state;
    create(p->path, IO_DISK_SYS161, 1000);
    assert_int_equal(size_of(p->path), 1001 * 512);
    struct io_disk d = opened(p->path, (struct io_disk_image_options){.paranoid = true});
    assert_int_equal(d.sectors, 1000);
    check_io(&d);
    d.close(d.ctx);
    assert_int_equal(size_of(p->path), 1001 * 512);
    u8 header[IO_SECTOR];
    int fd = open(p->path, O_RDONLY);
    assert_int_equal(read(fd, header, 512), 512);
    close(fd);
    assert_true(io_disk_image_is_header(header));
    assert_string_equal((char *)header, "System/161 Disk Image");
}

static void raw_format(void **state)
{
    const struct place *p = *state;
    create(p->path, IO_DISK_RAW, 100);
    assert_int_equal(size_of(p->path), 100 * 512);
    struct io_disk d = opened(p->path, (struct io_disk_image_options){.format = IO_DISK_RAW});
    assert_int_equal(d.sectors, 100);
    check_io(&d);
    d.close(d.ctx);
    refused(p->path, (struct io_disk_image_options){0}, ERR_FORMAT, "header is missing");
}

static void guessed_format(void **state)
{
    const struct place *p = *state;
    struct io_disk_image_options guess = {.format = IO_DISK_GUESS};
    create(p->path, IO_DISK_SYS161, 7);
    struct io_disk d = opened(p->path, guess);
    assert_int_equal(d.sectors, 7);
    d.close(d.ctx);
    put_file(p->path, "x", 1, 1024);
    d = opened(p->path, guess);
    assert_int_equal(d.sectors, 2);
    d.close(d.ctx);
}

static void missing(void **state)
{
    const struct place *p = *state;
    refused(p->path, (struct io_disk_image_options){0}, ERR_IO, "there is no disk image");
    refused(p->path, (struct io_disk_image_options){.read_only = true, .create_sectors = 9}, ERR_IO,
            "there is no disk image");
    struct io_disk d = opened(p->path, (struct io_disk_image_options){.create_sectors = 200});
    assert_int_equal(d.sectors, 200);
    d.close(d.ctx);
    char none[160];
    snprintf(none, sizeof none, "%s/no/disk.img", p->dir);
    refused(none, (struct io_disk_image_options){.create_sectors = 9}, ERR_IO, "cannot create");
}

static void not_created_over(void **state)
{
    const struct place *p = *state;
    struct error e = {0};
    put_file(p->path, "precious", 8, 8);
    assert_int_equal(io_disk_image_create(p->path, IO_DISK_SYS161, 9, false, &e), ERR_IO);
    assert_int_equal(size_of(p->path), 8);
    assert_int_equal(io_disk_image_create("/tmp/x", IO_DISK_RAW, 0, false, &e), ERR_LIMIT);
    assert_int_equal(io_disk_image_create("/tmp/x", IO_DISK_RAW, 1ull << 32, false, &e), ERR_LIMIT);
}

static void replaced_when_told(void **state)
{
    const struct place *p = *state;
    struct error e = {0};
    put_file(p->path, "precious", 8, 200000);
    struct io_disk d =
        opened(p->path, (struct io_disk_image_options){.format = IO_DISK_RAW, .read_only = true});
    assert_int_equal(io_disk_image_create(p->path, IO_DISK_RAW, 9, true, &e), ERR_BUSY);
    assert_int_equal(size_of(p->path), 200000);
    d.close(d.ctx);
    assert_int_equal(io_disk_image_create(p->path, IO_DISK_RAW, 9, true, &e), ERR_OK);
    d = opened(p->path, (struct io_disk_image_options){.format = IO_DISK_RAW});
    assert_int_equal(d.sectors, 9);
    u8 sector[IO_SECTOR];
    assert_true(io_disk_read(&d, 0, sector));
    assert_int_equal(sector[0], 0);
    d.close(d.ctx);
    assert_int_equal(io_disk_image_create("/dev/null", IO_DISK_RAW, 9, true, &e), ERR_IO);
    assert_non_null(strstr(e.msg, "no regular file"));
    assert_int_equal(io_disk_image_create(p->dir, IO_DISK_RAW, 9, true, &e), ERR_IO);
}

static void too_short(void **state)
{
    static const char magic[] = "System/161 Disk Image";
    const struct place *p = *state;
    struct io_disk_image_options o = {0}, raw = {.format = IO_DISK_RAW};
    put_file(p->path, "", 0, 0);
    refused(p->path, o, ERR_FORMAT, "cut short");
    refused(p->path, raw, ERR_FORMAT, "too short");
    put_file(p->path, magic, sizeof magic, sizeof magic);
    refused(p->path, o, ERR_FORMAT, "cut short");
    put_file(p->path, magic, sizeof magic, 512);
    refused(p->path, o, ERR_FORMAT, "too short");
    put_file(p->path, magic, sizeof magic, 1023);
    refused(p->path, o, ERR_FORMAT, "too short");
    put_file(p->path, magic, sizeof magic - 1, 1024); /* the zero byte is there by ftruncate */
    struct io_disk d = opened(p->path, o);
    assert_int_equal(d.sectors, 1);
    d.close(d.ctx);
    put_file(p->path, "System/161 Disk Images", 22, 1024);
    refused(p->path, o, ERR_FORMAT, "header is missing");
}

static void no_file_at_all(void **state)
{
    const struct place *p = *state;
    struct io_disk_image_options o = {0}, ro = {.read_only = true};
    refused(p->dir, o, ERR_IO, "is a directory");
    refused("/dev/null", o, ERR_IO, "neither a file");
    refused("/dev/null", (struct io_disk_image_options){.format = IO_DISK_RAW}, ERR_IO,
            "neither a file");
    assert_int_equal(mkfifo(p->path, 0600), 0);
    refused(p->path, (struct io_disk_image_options){.format = IO_DISK_RAW}, ERR_IO,
            "neither a file");
    refused(p->path, ro, ERR_IO, "neither a file");
}

static void locked(void **state)
{
    const struct place *p = *state;
    struct io_disk_image_options rw = {0}, ro = {.read_only = true};
    create(p->path, IO_DISK_SYS161, 10);
    struct io_disk d = opened(p->path, rw);
    refused(p->path, rw, ERR_BUSY, "in use");
    refused(p->path, ro, ERR_BUSY, "in use");
    d.close(d.ctx);
    struct io_disk a = opened(p->path, ro), b = opened(p->path, ro); /* readers share */
    refused(p->path, rw, ERR_BUSY, "in use");
    a.close(a.ctx);
    b.close(b.ctx);
    d = opened(p->path, rw);
    d.close(d.ctx);
}

static void read_only(void **state)
{
    const struct place *p = *state;
    u8 sector[IO_SECTOR] = {1};
    create(p->path, IO_DISK_SYS161, 10);
    assert_int_equal(chmod(p->path, 0444), 0);
    struct io_disk d = opened(p->path, (struct io_disk_image_options){.read_only = true});
    assert_true(d.read_only);
    assert_true(io_disk_read(&d, 0, sector));
    assert_int_equal(sector[0], 0);
    assert_false(io_disk_write(&d, 0, sector));
    d.close(d.ctx);
    if (geteuid() != 0) /* nothing is read-only to root */
        refused(p->path, (struct io_disk_image_options){0}, ERR_IO, "read-only");
}

static void cut_while_open(void **state)
{
    const struct place *p = *state;
    u8 sector[IO_SECTOR];
    create(p->path, IO_DISK_SYS161, 10);
    struct io_disk d = opened(p->path, (struct io_disk_image_options){0});
    memset(sector, 9, sizeof sector);
    assert_true(io_disk_write(&d, 5, sector));
    assert_int_equal(truncate(p->path, 6 * 512 + 100), 0);
    assert_true(io_disk_read(&d, 5, sector));
    assert_int_equal(sector[99], 9);
    assert_int_equal(sector[100], 0);
    assert_true(io_disk_read(&d, 9, sector));
    assert_int_equal(sector[0], 0);
    d.close(d.ctx);
}

/* A file that stops taking writes, as a full disk does; the guest sees a media error. */
static void host_refuses_write(void **state)
{
    (void)state;
    char path[64];
    int fd = memfd_create("disk", MFD_ALLOW_SEALING);
    assert_true(fd >= 0);
    assert_int_equal(ftruncate(fd, 200 * 512), 0);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    struct lb_rig *r = lb_rig_new(NULL);
    struct lb_disk_config c = {.rpm = 7200};
    c.disk = opened(path, (struct io_disk_image_options){.format = IO_DISK_RAW});
    struct lb_disk *d;
    struct error e;
    u32 status;
    assert_int_equal(lb_disk_new(&d, &r->env, lb_bus_line(&r->bus, RIG_EMPTY), &c, &e), ERR_OK);
    assert_int_equal(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE), 0);
    for (u32 i = 0; i < 3; i++) {
        assert_true(lb_disk_class.write(d, 0, 4, i < 2 ? 3 : 1));
        lb_rig_run(r, RIG_S);
        assert_true(lb_disk_class.read(d, 0, 4, &status));
        assert_int_equal(status, i < 2 ? 22 : 4);
    }
    lb_disk_free(d);
    c.disk.close(c.disk.ctx);
    lb_rig_free(r);
    close(fd);
}

/* ---- tools ---- */

static struct io_disk_image *tool(const char *path, enum io_disk_tool_use use,
                                  struct io_disk_tool_info *info)
{
    struct io_disk_image *d;
    struct error e;
    if (io_disk_tool_open(&d, path, IO_DISK_GUESS, use, &e))
        fail_msg("%s", e.msg);
    io_disk_tool_info(d, info);
    return d;
}

static void looked_at(void **state)
{
    const struct place *p = *state;
    struct io_disk_tool_info info;
    create(p->path, IO_DISK_SYS161, 1000);
    struct io_disk machine = opened(p->path, (struct io_disk_image_options){0});
    struct io_disk_image *d = tool(p->path, IO_DISK_TOOL_LOOK, &info); /* not locked out */
    io_disk_tool_close(d);
    assert_int_equal(info.format, IO_DISK_SYS161);
    assert_int_equal(info.sectors, 1000);
    assert_int_equal(info.spare, 0);
    assert_true(info.allocated < 100000);
    struct error e;
    assert_int_equal(io_disk_tool_open(&d, p->path, IO_DISK_RAW, IO_DISK_TOOL_READ, &e), ERR_BUSY);
    assert_int_equal(io_disk_tool_open(&d, p->path, IO_DISK_RAW, IO_DISK_TOOL_CHANGE, &e),
                     ERR_BUSY);
    machine.close(machine.ctx);
    put_file(p->path, "raw", 3, 1300);
    io_disk_tool_close(tool(p->path, IO_DISK_TOOL_READ, &info));
    assert_int_equal(info.format, IO_DISK_RAW);
    assert_int_equal(info.sectors, 2);
    assert_int_equal(info.spare, 276);
}

static void resized(void **state)
{
    const struct place *p = *state;
    struct io_disk_tool_info info;
    struct error e;
    create(p->path, IO_DISK_SYS161, 10);
    struct io_disk_image *d = tool(p->path, IO_DISK_TOOL_CHANGE, &info);
    assert_int_equal(io_disk_tool_resize(d, 0, &e), ERR_LIMIT);
    assert_int_equal(io_disk_tool_resize(d, 1ull << 32, &e), ERR_LIMIT);
    assert_int_equal(size_of(p->path), 11 * 512);
    assert_int_equal(io_disk_tool_resize(d, 20, &e), ERR_OK);
    assert_int_equal(size_of(p->path), 21 * 512);
    assert_int_equal(io_disk_tool_resize(d, 5, &e), ERR_OK);
    assert_int_equal(size_of(p->path), 6 * 512);
    io_disk_tool_info(d, &info);
    assert_int_equal(info.sectors, 5);
    io_disk_tool_close(d);
    d = tool(p->path, IO_DISK_TOOL_READ, &info); /* may not be written */
    assert_int_equal(io_disk_tool_resize(d, 9, &e), ERR_IO);
    assert_int_equal(size_of(p->path), 6 * 512);
    io_disk_tool_close(d);
}

static void fill_a_few(const char *path, u64 sectors)
{
    u8 sector[IO_SECTOR];
    create(path, IO_DISK_SYS161, sectors);
    struct io_disk d = opened(path, (struct io_disk_image_options){0});
    for (u64 i = 0; i < sectors; i = i * 3 + 1) {
        memset(sector, (int)i + 1, sizeof sector);
        assert_true(io_disk_write(&d, i, sector));
    }
    assert_true(io_disk_write(&d, sectors - 1, sector));
    d.close(d.ctx);
}

static void assert_equal_disks(const char *a, const char *b)
{
    struct io_disk_image_options o = {.format = IO_DISK_GUESS, .read_only = true};
    struct io_disk x = opened(a, o), y = opened(b, o);
    u8 in_x[IO_SECTOR], in_y[IO_SECTOR];
    assert_int_equal(x.sectors, y.sectors);
    for (u64 i = 0; i < x.sectors; i++) {
        assert_true(io_disk_read(&x, i, in_x) && io_disk_read(&y, i, in_y));
        assert_memory_equal(in_x, in_y, IO_SECTOR);
    }
    x.close(x.ctx);
    y.close(y.ctx);
}

static void copied(void **state)
{
    const struct place *p = *state;
    struct io_disk_tool_info info;
    struct error e;
    fill_a_few(p->path, 30001); /* 15 MB, no whole number of blocks */
    struct io_disk_image *d = tool(p->path, IO_DISK_TOOL_READ, &info);
    assert_int_equal(io_disk_tool_read_all(d, &e), ERR_OK);
    assert_int_equal(io_disk_tool_copy(d, p->other, IO_DISK_RAW, false, &e), ERR_OK);
    assert_int_equal(size_of(p->other), 30001 * 512);
    assert_equal_disks(p->path, p->other);
    assert_int_equal(io_disk_tool_copy(d, p->other, IO_DISK_SYS161, false, &e), ERR_IO);
    assert_int_equal(io_disk_tool_copy(d, p->other, IO_DISK_SYS161, true, &e), ERR_OK);
    assert_int_equal(size_of(p->other), 30002 * 512);
    assert_equal_disks(p->path, p->other);
    assert_int_equal(io_disk_tool_copy(d, p->path, IO_DISK_RAW, true, &e), ERR_BUSY); /* itself */
    io_disk_tool_close(d);
    io_disk_tool_close(tool(p->other, IO_DISK_TOOL_LOOK, &info));
    assert_true(info.allocated < 2 * 1024 * 1024);
}

static void in_memory(void **state)
{
    (void)state;
    struct io_disk d;
    struct error e = {0};
    assert_int_equal(io_disk_mem_open(50, &d, &e), ERR_OK);
    check_io(&d);
    d.close(d.ctx);
    assert_int_equal(io_disk_mem_open(0, &d, &e), ERR_LIMIT);
    assert_int_equal(io_disk_mem_open(~0ull, &d, &e), ERR_LIMIT);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(sys161_format),
        TEST(raw_format),
        TEST(guessed_format),
        TEST(missing),
        TEST(not_created_over),
        TEST(too_short),
        TEST(no_file_at_all),
        TEST(locked),
        TEST(read_only),
        TEST(cut_while_open),
        TEST(host_refuses_write),
        TEST(replaced_when_told),
        TEST(looked_at),
        TEST(resized),
        TEST(copied),
        cmocka_unit_test(in_memory),
    };
    return cmocka_run_group_tests_name("io_disk_image", tests, NULL, NULL);
}
