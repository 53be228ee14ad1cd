/* SPDX-License-Identifier: ISC */
/* A serial line's socket, and peers whose every move is the test's. */
#include "rig_cmocka.h"

#include "host/host_socket.h"
#include "io/io_line.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static char dir[] = "/tmp/kuseg-line-XXXXXX";
static char path[64];

struct scene {
    struct host_poll poll;
    struct io_line *line;
    struct io_console console;
};

static void turn(struct scene *s)
{
    for (unsigned i = 0; i < 20; i++)
        host_poll_wait(&s->poll, -1, 0);
}

static struct scene *scene_new(void)
{
    struct scene *s = calloc(1, sizeof *s);
    struct error e;
    assert_non_null(s);
    if (io_line_open(&s->line, &s->poll, path, &e))
        fail_msg("%s", e.msg);
    s->console = io_line_console(s->line);
    return s;
}

static void scene_free(struct scene *s)
{
    io_line_close(s->line);
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

static void put(struct scene *s, const char *text)
{
    for (; *text; text++)
        s->console.put(s->console.ctx, (u8)*text);
    turn(s);
}

static void goes_both_ways(void **state)
{
    (void)state;
    struct scene *s = scene_new();
    char text[16] = "";
    u8 ch;
    put(s, "nobody hears");
    int fd = come(s);
    put(s, "hello");
    assert_int_equal(recv(fd, text, sizeof text, MSG_DONTWAIT), 5);
    assert_memory_equal(text, "hello", 5);
    assert_false(s->console.get(s->console.ctx, &ch));
    assert_int_equal(send(fd, "ab", 2, 0), 2);
    turn(s);
    assert_true(s->console.get(s->console.ctx, &ch));
    assert_int_equal(ch, 'a');
    assert_true(s->console.get(s->console.ctx, &ch));
    assert_false(s->console.get(s->console.ctx, &ch));
    assert_false(s->console.ended(s->console.ctx));
    close(fd);
    scene_free(s);
}

/* Many bytes at once, and whether somebody is there, or something of his. */
static void is_a_stream(void **state)
{
    (void)state;
    static char text[300000];
    struct scene *s = scene_new();
    struct io_stream t = io_line_stream(s->line);
    char got[16] = "";
    assert_false(t.here(t.ctx));
    t.send(t.ctx, "lost", 4);
    assert_int_equal(t.unsent(t.ctx), 0);
    int fd = come(s);
    assert_true(t.here(t.ctx));
    t.send(t.ctx, "hello", 5);
    assert_int_equal(recv(fd, text, sizeof text, MSG_DONTWAIT), 5);
    while (!t.unsent(t.ctx))
        t.send(t.ctx, text, 30000);
    assert_true(t.unsent(t.ctx) <= 30000);
    while (recv(fd, text, sizeof text, MSG_DONTWAIT) > 0)
        turn(s);
    assert_int_equal(t.unsent(t.ctx), 0);
    assert_int_equal(send(fd, "bye now", 7, 0), 7);
    close(fd);
    turn(s);
    assert_true(t.here(t.ctx));
    assert_int_equal(t.receive(t.ctx, got, 3), 3);
    assert_int_equal(t.receive(t.ctx, got + 3, 10), 4);
    assert_string_equal(got, "bye now");
    assert_int_equal(t.receive(t.ctx, got, 10), 0);
    assert_false(t.here(t.ctx));
    scene_free(s);
}

/* More than the line holds waits, and is there when its peer has gone. */
static void who_goes_leaves_all_he_sent(void **state)
{
    (void)state;
    static u8 text[150000];
    struct scene *s = scene_new();
    struct io_stream t = io_line_stream(s->line);
    u8 got[3000];
    u32 done = 0, n;
    int fd = come(s);
    for (u32 i = 0; i < sizeof text; i++)
        text[i] = (u8)(i % 253);
    assert_int_equal(send(fd, text, sizeof text, MSG_DONTWAIT), sizeof text);
    close(fd);
    turn(s);
    turn(s);
    while ((n = t.receive(t.ctx, got, sizeof got))) {
        assert_memory_equal(got, text + done, n);
        done += n;
        assert_true(done == sizeof text || t.here(t.ctx));
        turn(s);
        t.send(t.ctx, "not heard", 9);
    }
    assert_int_equal(done, sizeof text);
    assert_false(t.here(t.ctx));
    close(come(s));
    scene_free(s);
}

/* The second finds it busy; when the first went, another is taken. */
static void one_peer_at_a_time(void **state)
{
    (void)state;
    struct scene *s = scene_new();
    char ch;
    int first = come(s), second = come(s);
    assert_int_equal(recv(second, &ch, 1, MSG_DONTWAIT), 0);
    put(s, "x");
    assert_int_equal(recv(first, &ch, 1, MSG_DONTWAIT), 1);
    close(first);
    close(second);
    turn(s);
    put(s, "y");
    int third = come(s);
    put(s, "z");
    assert_int_equal(recv(third, &ch, 1, MSG_DONTWAIT), 1);
    assert_int_equal(ch, 'z');
    close(third);
    scene_free(s);
}

/* One who sends without end waits; nothing of it is lost. One who does not read is dropped. */
static void floods(void **state)
{
    (void)state;
    struct scene *s = scene_new();
    static u8 data[1000];
    size_t sent = 0, got = 0;
    u8 ch;
    int fd = come(s);
    for (unsigned i = 0; i < sizeof data; i++)
        data[i] = (u8)(i % 251);
    for (unsigned i = 0; i < 3000; i++) {
        ssize_t n = send(fd, data, sizeof data, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (n != sizeof data)
            break;
        sent += (size_t)n;
        turn(s);
    }
    assert_true(sent < 3000 * sizeof data);
    while (got < sent) {
        while (s->console.get(s->console.ctx, &ch))
            assert_int_equal(ch, got++ % sizeof data % 251);
        turn(s);
    }
    for (unsigned i = 0; i < 1000000; i++)
        s->console.put(s->console.ctx, 'x');
    turn(s);
    int next = come(s); /* there is room again */
    put(s, "z");
    assert_int_equal(recv(next, &ch, 1, MSG_DONTWAIT), 1);
    close(fd);
    close(next);
    scene_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(goes_both_ways),
        cmocka_unit_test(is_a_stream),
        cmocka_unit_test(who_goes_leaves_all_he_sent),
        cmocka_unit_test(one_peer_at_a_time),
        cmocka_unit_test(floods),
    };
    if (!mkdtemp(dir))
        return 2;
    snprintf(path, sizeof path, "%s/line", dir);
    int failed = cmocka_run_group_tests_name("io_line", tests, NULL, NULL);
    rmdir(dir);
    return failed;
}
