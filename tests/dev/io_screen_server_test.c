/* SPDX-License-Identifier: ISC */
/* The screen's socket, and viewers whose every move is the test's. */
#include "rig_cmocka.h"

#include "host/host_socket.h"
#include "io/io_screen_server.h"
#include "io/io_vt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define COLUMNS 80u
#define ROWS    24u

static char dir[] = "/tmp/kuseg-screen-XXXXXX";
static char path[64];

struct scene {
    struct host_poll poll;
    struct io_screen_server *server;
    u8 cell[COLUMNS * ROWS];
};

static struct io_picture look(void *ctx)
{
    const struct scene *s = ctx;
    return (struct io_picture){.cell = s->cell, .columns = COLUMNS, .rows = ROWS};
}

static void turn(struct scene *s)
{
    for (unsigned i = 0; i < 40; i++)
        host_poll_wait(&s->poll, -1, 0);
}

static struct scene *scene_new(void)
{
    struct scene *s = calloc(1, sizeof *s);
    assert_non_null(s);
    struct io_screen screen = {.look = look, .ctx = s};
    struct error e;
    if (io_screen_server_open(&s->server, &s->poll, path, &screen, &e))
        fail_msg("%s", e.msg);
    return s;
}

static void scene_free(struct scene *s)
{
    io_screen_server_close(s->server);
    host_poll_fini(&s->poll);
    free(s);
}

static int come(struct scene *s)
{
    struct error e;
    int fd = host_connect(path, &e);
    assert_true(fd > 0);
    turn(s);
    return fd;
}

static void change_all(struct scene *s, unsigned n)
{
    memset(s->cell, 'a' + (int)(n % 26), sizeof s->cell);
    s->cell[n % sizeof s->cell] = 'X';
}

/* What a viewer has been sent so far; how many bytes. */
static size_t read_all(struct scene *s, int fd, struct io_vt_reader *r)
{
    u8 data[4096];
    size_t total = 0;
    for (;;) {
        ssize_t n = recv(fd, data, sizeof data, MSG_DONTWAIT);
        if (n <= 0)
            return total;
        total += (size_t)n;
        io_vt_read(r, data, (size_t)n);
        turn(s);
    }
}

static void assert_sees(const struct scene *s, const struct io_vt_reader *r)
{
    static u8 cell[IO_PICTURE_CELLS];
    struct io_picture p = io_vt_picture(r, cell);
    assert_true(r->complete);
    assert_int_equal(p.columns, COLUMNS);
    assert_int_equal(p.rows, ROWS);
    for (u32 i = 0; i < COLUMNS * ROWS; i++)
        assert_int_equal(p.cell[i], io_picture_char(s->cell[i]));
}

/* However often the picture changes, one who does not read is kept little for, is not dropped, and
 * in the end sees what there is. */
static void slow_viewers_see_the_last_picture(void **state)
{
    (void)state;
    struct scene *s = scene_new();
    struct io_vt_reader *r = calloc(1, sizeof *r);
    assert_non_null(r);
    int fd = come(s);
    for (unsigned n = 0; n < 5000; n++) {
        change_all(s, n);
        io_screen_server_show(s->server, 0, true);
    }
    size_t total = read_all(s, fd, r);
    assert_true(total < 1u << 20); /* of ten megabytes */
    io_screen_server_show(s->server, 0, true);
    read_all(s, fd, r);
    assert_sees(s, r);
    close(fd);
    scene_free(s);
    free(r);
}

static void busy_machines_are_not_held_up(void **state)
{
    (void)state;
    struct scene *s = scene_new();
    struct io_vt_reader *r = calloc(1, sizeof *r);
    assert_non_null(r);
    int fd = come(s);
    size_t first = read_all(s, fd, r);
    u64 now = 1000000000;
    io_screen_server_show(s->server, now, true);
    change_all(s, 1);
    io_screen_server_show(s->server, now + 19000000, false);
    assert_int_equal(read_all(s, fd, r), 0);
    io_screen_server_show(s->server, now + 20000000, false);
    assert_true(read_all(s, fd, r) >= COLUMNS * ROWS);
    assert_true(first >= COLUMNS * ROWS);
    assert_sees(s, r);
    close(fd);
    scene_free(s);
    free(r);
}

/* What is typed waits, and so does who types more; nothing is lost. */
static void typists_wait(void **state)
{
    (void)state;
    struct scene *s = scene_new();
    int fd = come(s);
    size_t typed = 0, taken = 0;
    for (unsigned idle = 0; idle < 100; idle++) {
        u8 ch = (u8)typed;
        while (send(fd, &ch, 1, MSG_DONTWAIT) == 1) {
            ch = (u8)++typed;
            idle = 0;
        }
        io_screen_server_show(s->server, 0, true);
        turn(s);
        assert_true(typed < 4u << 20);
    }
    for (u8 ch; io_screen_server_key(s->server, &ch); taken++) {
        assert_int_equal(ch, taken & 0xff);
        if (taken % 1000 == 0)
            turn(s);
    }
    assert_true(taken >= 65536 - 16384);
    for (unsigned i = 0; i < 1000 && taken < typed; i++) {
        turn(s);
        for (u8 ch; io_screen_server_key(s->server, &ch); taken++)
            assert_int_equal(ch, taken & 0xff);
    }
    assert_int_equal(taken, typed);
    close(fd);
    scene_free(s);
}

static void places_are_given_again(void **state)
{
    (void)state;
    struct scene *s = scene_new();
    int fd[16];
    for (unsigned round = 0; round < 3; round++) {
        for (unsigned i = 0; i < ARRAY_LEN(fd); i++)
            fd[i] = come(s);
        int late = come(s);
        char text[100] = "";
        assert_true(recv(late, text, sizeof text - 1, MSG_DONTWAIT) > 0);
        assert_non_null(strstr(text, "too many"));
        assert_int_equal(recv(late, text, sizeof text, MSG_DONTWAIT), 0);
        close(late);
        for (unsigned i = 0; i < ARRAY_LEN(fd); i++)
            close(fd[i]);
        turn(s);
    }
    scene_free(s);
}

static void the_end_shows_the_last_picture(void **state)
{
    (void)state;
    struct scene *s = scene_new();
    struct io_vt_reader *r = calloc(1, sizeof *r);
    assert_non_null(r);
    int fd = come(s);
    read_all(s, fd, r);
    change_all(s, 7);
    io_screen_server_close(s->server);
    assert_int_not_equal(access(path, F_OK), 0);
    u8 data[8192];
    ssize_t n = recv(fd, data, sizeof data, MSG_DONTWAIT);
    assert_true(n > 0);
    io_vt_read(r, data, (size_t)n);
    assert_sees(s, r);
    assert_int_equal(data[n - 1], '\n');
    assert_int_equal(recv(fd, data, sizeof data, MSG_DONTWAIT), 0);
    close(fd);
    host_poll_fini(&s->poll);
    free(s);
    free(r);
}

static int make_dir(void **state)
{
    (void)state;
    if (!mkdtemp(dir))
        return -1;
    snprintf(path, sizeof path, "%s/screen", dir);
    return 0;
}

static int remove_dir(void **state)
{
    (void)state;
    return rmdir(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slow_viewers_see_the_last_picture),
        cmocka_unit_test(busy_machines_are_not_held_up),
        cmocka_unit_test(typists_wait),
        cmocka_unit_test(places_are_given_again),
        cmocka_unit_test(the_end_shows_the_last_picture),
    };
    return cmocka_run_group_tests_name("io_screen_server", tests, make_dir, remove_dir);
}
