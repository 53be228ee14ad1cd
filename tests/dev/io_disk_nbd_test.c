/* SPDX-License-Identifier: ISC */
/*
 * Disks of an NBD server (nbdkit, in front of a file): they are read and written, and what happens
 * when the server goes. Skipped where there is no nbdkit or no libnbd.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "skip_all.h"

#include "io/io_disk_nbd.h"
#include "lib/log.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define SECTORS 8192u

static char dir[] = "/tmp/kuseg-nbd-XXXXXX";
static char image[64], sock[64], uri[128];
static pid_t server;
static unsigned asked, lines;

static void start(void)
{
    unlink(sock);
    server = fork();
    if (!server) {
        execlp("nbdkit", "nbdkit", "--exit-with-parent", "-f", "-U", sock, "file", image, NULL);
        _exit(127);
    }
}

/* It is gone, as after kill -9 or a crash. */
static void stop(void)
{
    kill(server, SIGKILL);
    waitpid(server, NULL, 0);
    server = 0;
}

/* Not before it serves: until then an attempt to open it fails. */
static struct io_disk opened(const struct io_disk_nbd_options *o)
{
    struct io_disk d;
    struct error e;
    for (unsigned i = 0; i < 3000; i++) {
        if (!io_disk_nbd_open(uri, o, &d, &e))
            return d;
        usleep(10000);
    }
    fail_msg("%s", e.msg);
    abort();
}

static int set_up(void **state)
{
    (void)state;
    assert_non_null(mkdtemp(dir));
    snprintf(image, sizeof image, "%s/disk", dir);
    snprintf(sock, sizeof sock, "%s/socket", dir);
    snprintf(uri, sizeof uri, "nbd+unix:///?socket=%s", sock);
    FILE *f = fopen(image, "w");
    assert_non_null(f);
    assert_int_equal(ftruncate(fileno(f), SECTORS * IO_SECTOR), 0);
    fclose(f);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    if (server)
        stop();
    unlink(image);
    unlink(sock);
    rmdir(dir);
    return 0;
}

static void write_number(const struct io_disk *d, u64 sector, u8 n)
{
    u8 buf[IO_SECTOR];
    memset(buf, n, sizeof buf);
    assert_true(io_disk_write(d, sector, buf));
}

static u8 read_number(const struct io_disk *d, u64 sector)
{
    u8 buf[IO_SECTOR];
    assert_true(io_disk_read(d, sector, buf));
    return buf[511];
}

static void sectors_are_read_and_written(void **state)
{
    (void)state;
    struct io_disk_nbd_options o = {0};
    start();
    struct io_disk d = opened(&o);
    assert_true(d.sectors == SECTORS);
    write_number(&d, 0, 1);
    write_number(&d, SECTORS - 1, 2);
    assert_int_equal(read_number(&d, 0), 1);
    assert_int_equal(read_number(&d, SECTORS - 1), 2);
    u8 buf[IO_SECTOR];
    assert_false(io_disk_read(&d, SECTORS, buf));
    assert_false(io_disk_write(&d, ~0ull, buf));
    assert_true(d.flush(d.ctx));
    assert_true(d.zero(d.ctx, 0, 1, true));
    assert_int_equal(read_number(&d, 0), 0);
    assert_false(d.zero(d.ctx, SECTORS, 1, true));
    d.close(d.ctx);
    stop();
}

/* More than goes in one request of NBD, in pieces that respect nothing. */
static void large_requests_are_cut(void **state)
{
    (void)state;
    enum {
        LEN = 3 << 20
    };
    struct io_disk_nbd_options o = {0};
    start();
    struct io_disk d = opened(&o);
    u8 *out = malloc(LEN), *in = malloc(LEN);
    assert_true(out && in);
    for (size_t i = 0; i < LEN; i++)
        out[i] = (u8)(i * 7 + i / 4096);
    struct piece from[] = {{out, 1000}, {out + 1000, LEN - 1000}};
    struct piece to[] = {{in, LEN - 77}, {in + LEN - 77, 77}};
    assert_true(d.write(d.ctx, 16, from, 2));
    assert_true(d.read(d.ctx, 16, to, 2));
    assert_memory_equal(in, out, LEN);
    free(out);
    free(in);
    d.close(d.ctx);
    stop();
}

static void a_server_that_goes_is_an_error_until_it_is_back(void **state)
{
    (void)state;
    struct io_disk_nbd_options o = {0};
    u8 buf[IO_SECTOR];
    start();
    struct io_disk d = opened(&o);
    write_number(&d, 3, 33);
    stop();
    assert_false(io_disk_read(&d, 3, buf));
    assert_false(io_disk_read(&d, 3, buf));
    start();
    unsigned i = 0;
    while (!io_disk_read(&d, 3, buf) && i++ < 3000)
        usleep(10000);
    assert_int_equal(buf[0], 33);
    assert_false(d.flush(d.ctx)); /* what was not flushed before may be lost: it is said once */
    assert_true(d.flush(d.ctx));
    d.close(d.ctx);
    stop();
}

static bool bring_it_back(void *ctx)
{
    (void)ctx;
    if (++asked == 2)
        start();
    return false;
}

static void a_disk_that_pauses_waits_for_its_server(void **state)
{
    (void)state;
    struct io_disk_nbd_options o = {.pause = true, .give_up = bring_it_back};
    start();
    struct io_disk d = opened(&o);
    write_number(&d, 4, 44);
    stop();
    asked = 0;
    assert_int_equal(read_number(&d, 4), 44);
    assert_true(asked >= 2);
    assert_true(d.flush(d.ctx)); /* each write was on stable storage */
    d.close(d.ctx);
    stop();
}

static bool tired(void *ctx)
{
    (void)ctx;
    return ++asked == 3;
}

static void who_waits_can_give_up(void **state)
{
    (void)state;
    struct io_disk_nbd_options o = {.pause = true, .give_up = tired};
    u8 buf[IO_SECTOR];
    start();
    struct io_disk d = opened(&o);
    stop();
    asked = 0;
    assert_false(io_disk_read(&d, 4, buf));
    assert_int_equal(asked, 3);
    d.close(d.ctx);
}

/* ---- servers that go while a request is in flight ---- */

static void start_slow(const char *delay)
{
    unlink(sock);
    server = fork();
    if (!server) {
        execlp("nbdkit", "nbdkit", "--exit-with-parent", "-f", "-U", sock, "--filter=delay", "file",
               image, delay, NULL);
        _exit(127);
    }
}

static bool replace_it(void *ctx)
{
    (void)ctx;
    if (!asked++) {
        stop();
        start();
    }
    return false;
}

/* The first server takes a minute for it, and is asked after while it does. */
static void what_was_in_flight_is_done_by_the_next_server(void **state)
{
    (void)state;
    struct io_disk_nbd_options o = {.pause = true, .give_up = replace_it};
    for (u8 i = 0; i < 2; i++) {
        start_slow(i ? "wdelay=60" : "rdelay=60");
        struct io_disk d = opened(&o);
        asked = 0;
        write_number(&d, 6, 66 + i);
        assert_int_equal(read_number(&d, 6), 66 + i);
        assert_true(asked >= 1);
        assert_true(d.flush(d.ctx));
        d.close(d.ctx);
        stop();
    }
}

/* Takes connections for ever; whoever serves one dies of the first read. */
static void start_doomed(void)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    memcpy(a.sun_path, sock, strlen(sock));
    unlink(sock);
    assert_true(fd >= 0 && !bind(fd, (struct sockaddr *)&a, sizeof a) && !listen(fd, 9));
    server = fork();
    while (!server) {
        int one = accept(fd, NULL, NULL);
        pid_t pid = fork();
        if (!pid) {
            dup2(one, 0);
            dup2(one, 1);
            close(one);
            execlp("nbdkit", "nbdkit", "--exit-with-parent", "-s", "eval", "get_size=echo 4M",
                   "pread=kill -9 $PPID", NULL);
        }
        close(one);
        if (pid <= 0 || getppid() == 1 || waitpid(pid, NULL, 0) < 0)
            _exit(127);
    }
    close(fd);
}

static bool tired_for_good(void *ctx)
{
    (void)ctx;
    return ++asked >= 3;
}

static void count_line(void)
{
    lines++;
}

/* It is there whenever it is looked for: so not only who finds nobody has to ask. */
static void a_server_that_dies_of_each_request_can_be_given_up(void **state)
{
    (void)state;
    struct io_disk_nbd_options o = {.read_only = true, .pause = true, .give_up = tired_for_good};
    u8 buf[IO_SECTOR];
    start_doomed();
    struct io_disk d = opened(&o);
    asked = lines = 0;
    log_before(count_line);
    assert_false(io_disk_read(&d, 4, buf));
    log_before(NULL);
    assert_true(asked >= 3);
    assert_int_equal(lines, 1); /* said once, and never that it is back */
    d.close(d.ctx);
    stop();
}

static void bad_addresses_are_refused(void **state)
{
    (void)state;
    struct io_disk_nbd_options o = {0};
    struct io_disk d;
    struct error e;
    static const char *const bad[] = {"nbd+unix:///?socket=/nonexistent", "nbd://", "nbdx://foo/"};
    for (unsigned i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_not_equal(io_disk_nbd_open(bad[i], &o, &d, &e), ERR_OK);
        assert_non_null(strstr(e.msg, bad[i]));
    }
    assert_true(io_disk_nbd_is_uri("nbd+unix:///x?socket=y"));
    assert_false(io_disk_nbd_is_uri("nbd.img"));
}

static void need_nbd(void)
{
    const struct io_disk_nbd_options o = {0};
    struct io_disk d;
    struct error e;
    if (system("command -v nbdkit >/dev/null") != 0)
        skip_all("nbdkit is not installed");
    if (io_disk_nbd_open("nbd+unix:///?socket=/nowhere", &o, &d, &e) && strstr(e.msg, "libnbd"))
        skip_all(e.msg);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sectors_are_read_and_written),
        cmocka_unit_test(large_requests_are_cut),
        cmocka_unit_test(a_server_that_goes_is_an_error_until_it_is_back),
        cmocka_unit_test(a_disk_that_pauses_waits_for_its_server),
        cmocka_unit_test(who_waits_can_give_up),
        cmocka_unit_test(what_was_in_flight_is_done_by_the_next_server),
        cmocka_unit_test(a_server_that_dies_of_each_request_can_be_given_up),
        cmocka_unit_test(bad_addresses_are_refused),
    };
    need_nbd();
    return cmocka_run_group_tests_name("io_disk_nbd", tests, set_up, tear_down);
}
