/* SPDX-License-Identifier: ISC */
/* Pictures on a socket, and takers whose every move is the test's. */
#include "rig_cmocka.h"

#include "host/host_socket.h"
#include "io/io_shot.h"
#include "io/io_shot_server.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define WIDTH  1024u
#define HEIGHT 600u
#define SECOND 1000000000ull

static char dir[] = "/tmp/kuseg-shots-XXXXXX";
static char path[64];

struct scene {
    struct host_poll poll;
    struct io_shot_server *server;
    u8 byte[WIDTH * HEIGHT];
    unsigned looked;
};

static struct io_picture look(void *ctx)
{
    struct scene *s = ctx;
    struct io_picture p = {
        .pixels = {.byte = s->byte, .stride = WIDTH, .width = WIDTH, .height = HEIGHT}};
    for (unsigned i = 0; i < 256; i++)
        p.pixels.colour[0][i] = 0x10101 * i;
    s->looked++;
    return p;
}

static void turn(struct scene *s, u64 now, bool about_to_wait)
{
    for (unsigned i = 0; i < 40; i++) {
        host_poll_wait(&s->poll, -1, 0);
        io_shot_server_serve(s->server, now, about_to_wait);
    }
}

static struct scene *scene_new(void)
{
    struct scene *s = calloc(1, sizeof *s);
    assert_non_null(s);
    struct io_screen screen = {.look = look, .ctx = s};
    struct error e;
    u32 dice = 1;
    for (unsigned i = 0; i < sizeof s->byte; i++) /* nothing that is made small */
        s->byte[i] = (u8)((dice = dice * 1664525 + 1013904223) >> 24);
    if (io_shot_server_open(&s->server, &s->poll, path, &screen, &e))
        fail_msg("%s", e.msg);
    return s;
}

static void scene_free(struct scene *s)
{
    io_shot_server_close(s->server);
    host_poll_fini(&s->poll);
    free(s);
}

static int come(struct scene *s)
{
    struct error e;
    int fd = host_connect(path, &e);
    assert_true(fd > 0);
    for (unsigned i = 0; i < 4; i++)
        host_poll_wait(&s->poll, -1, 0);
    return fd;
}

/* All that a taker gets until its end. True: it is a picture. */
static bool takes_picture(struct scene *s, u64 now, int fd)
{
    struct buf got = {0};
    ssize_t n = -1;
    for (unsigned i = 0; i < 100000 && n; i++) {
        u8 data[65536];
        turn(s, now, false);
        n = recv(fd, data, sizeof data, MSG_DONTWAIT);
        if (n > 0)
            buf_put(&got, data, (size_t)n);
    }
    bool whole = io_shot_png_is_whole(got.data, got.len);
    assert_int_equal(n, 0);
    assert_true(whole || !got.len);
    buf_fini(&got);
    close(fd);
    return whole;
}

/* Those who come while the machine is busy share a picture. */
static void everybody_gets_one(void **state)
{
    (void)state;
    struct scene *s = scene_new();
    int fd[16];
    for (unsigned i = 0; i < 16; i++)
        fd[i] = come(s);
    turn(s, SECOND, false);
    for (unsigned i = 0; i < 16; i++)
        assert_true(takes_picture(s, SECOND, fd[i]));
    assert_int_equal(s->looked, 1);
    int late = come(s);
    turn(s, SECOND + SECOND / 10, false);
    assert_int_equal(s->looked, 1);
    turn(s, SECOND + SECOND / 5, false);
    assert_int_equal(s->looked, 2);
    assert_true(takes_picture(s, SECOND + SECOND / 5, late));
    late = come(s);
    turn(s, SECOND + SECOND / 5, true); /* nothing else to do */
    assert_int_equal(s->looked, 3);
    assert_true(takes_picture(s, SECOND + SECOND / 5, late));
    scene_free(s);
}

static void one_too_many(void **state)
{
    (void)state;
    struct scene *s = scene_new();
    int fd[17];
    for (unsigned i = 0; i < 17; i++)
        fd[i] = come(s);
    assert_false(takes_picture(s, SECOND, fd[16]));
    for (unsigned i = 0; i < 16; i++)
        assert_true(takes_picture(s, SECOND, fd[i]));
    scene_free(s);
}

/* It has its place, and nobody else waits for it; what it says is passed over. */
static void who_does_not_read_holds_up_nothing(void **state)
{
    (void)state;
    struct scene *s = scene_new();
    int stuck = come(s), gone = come(s);
    assert_true(send(stuck, "keys", 4, 0) == 4);
    close(gone);
    turn(s, SECOND, false);
    for (unsigned i = 2; i < 20; i++)
        assert_true(takes_picture(s, i * SECOND, come(s)));
    assert_true(takes_picture(s, 20 * SECOND, stuck)); /* that of then */
    assert_int_equal(s->looked, 19);
    scene_free(s);
}

static void nobody_comes(void **state)
{
    (void)state;
    struct scene *s = scene_new();
    turn(s, SECOND, true);
    assert_int_equal(s->looked, 0);
    int waiting = come(s);
    scene_free(s); /* without its picture */
    u8 byte;
    assert_int_equal(recv(waiting, &byte, 1, 0), 0);
    close(waiting);
    assert_int_equal(access(path, F_OK), -1);
}

static int make_dir(void **state)
{
    (void)state;
    bool made = mkdtemp(dir);
    snprintf(path, sizeof path, "%s/shots", dir);
    return made ? 0 : -1;
}

static int remove_dir(void **state)
{
    (void)state;
    return rmdir(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everybody_gets_one),
        cmocka_unit_test(one_too_many),
        cmocka_unit_test(who_does_not_read_holds_up_nothing),
        cmocka_unit_test(nobody_comes),
    };
    return cmocka_run_group_tests_name("io_shot_server", tests, make_dir, remove_dir);
}
