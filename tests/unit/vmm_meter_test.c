/* SPDX-License-Identifier: ISC */
/* The meter's protocol as bytes, with a machine that has no CPU and a clock that the test moves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "vmm/vmm_meter.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define HELLO                                                                                      \
    "HELLO 2\r\n"                                                                                  \
    "HEAD nsec kinsns uinsns udud idle irqs exns disk con emu net\r\n"                             \
    "WIDTH 11 9 9 4 9 4 4 4 5 4 4\r\n"

#define HZ 25000000u

struct scene {
    struct machine m;
    struct host_poll poll;
    struct vmm_meter meter;
};

static int scene_begin(void **state)
{
    static struct scene scene;
    struct machine_host none = {0};
    scene = (struct scene){0};
    machine_init(&scene.m, HZ, &none);
    vmm_meter_init(&scene.meter, &scene.m, &scene.poll);
    *state = &scene;
    return 0;
}

static int scene_end(void **state)
{
    struct scene *s = *state;
    vmm_meter_fini(&s->meter);
    host_poll_fini(&s->poll);
    machine_fini(&s->m);
    return 0;
}

static int connect_one(struct scene *s)
{
    int fd[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fd), 0);
    vmm_meter_add(&s->meter, fd[0]);
    return fd[1];
}

static void serve(struct scene *s)
{
    for (unsigned i = 0; i < 8; i++)
        host_poll_wait(&s->poll, -1, 0);
}

static void say(struct scene *s, int fd, const char *text)
{
    assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), strlen(text));
    serve(s);
}

/* All that can be read now, as text. */
static const char *heard(int fd)
{
    static char text[1 << 20];
    size_t len = 0;
    ssize_t n;
    while ((n = recv(fd, text + len, sizeof text - 1 - len, 0)) > 0)
        len += (size_t)n;
    text[len] = 0;
    return text;
}

static bool is_closed(int fd)
{
    char c;
    return recv(fd, &c, 1, MSG_PEEK) == 0;
}

/* To a time, as the machine does it: everybody who wants to look on the way does. */
static void move_to(struct scene *s, u64 ns)
{
    u64 cycle = ns * (HZ / 1000000u) / 1000u;
    while (s->m.clock.now_base < cycle) {
        u64 at = s->m.nobservers ? s->m.observer[0]->at : cycle;
        assert_true(at > s->m.clock.now_base);
        s->m.clock.now_base = at < cycle ? at : cycle;
        if (at <= cycle && s->m.nobservers)
            s->m.observer[0]->look(s->m.observer[0]->ctx);
    }
}

static unsigned count(const char *text, const char *what)
{
    unsigned n = 0;
    for (; (text = strstr(text, what)); text++)
        n++;
    return n;
}

static void meter_greets_and_reports_at_once(void **state)
{
    struct scene *s = *state;
    s->m.clock.now_base = 1000;
    s->m.stats = (struct dev_stats){.disk_reads = 1,
                                    .disk_writes = 2,
                                    .console_reads = 3,
                                    .console_writes = 4,
                                    .emufs_reads = 5,
                                    .emufs_writes = 6,
                                    .emufs_others = 7,
                                    .net_reads = 8,
                                    .net_writes = 9};
    int fd = connect_one(s);
    assert_string_equal(heard(fd), HELLO "DATA 40000 0 0 0 0 0 0 3 7 18 17\r\n");
    close(fd);
}

static void meter_reports_every_interval(void **state)
{
    struct scene *s = *state;
    int fd = connect_one(s);
    heard(fd);
    move_to(s, 199999999);
    assert_string_equal(heard(fd), "");
    move_to(s, 400000000);
    assert_string_equal(heard(fd), "DATA 200000000 0 0 0 0 0 0 0 0 0 0\r\n"
                                   "DATA 400000000 0 0 0 0 0 0 0 0 0 0\r\n");
    close(fd);
}

/* A new interval counts from the report that is due already. */
static void meter_goes_down_to_ten_microseconds(void **state)
{
    struct scene *s = *state;
    int fd = connect_one(s);
    heard(fd);
    say(s, fd, "INTERVAL 10000\r\n");
    assert_string_equal(heard(fd), "");
    move_to(s, 200000000);
    assert_string_equal(heard(fd), "DATA 200000000 0 0 0 0 0 0 0 0 0 0\r\n");
    move_to(s, 200020000);
    assert_string_equal(heard(fd), "DATA 200010000 0 0 0 0 0 0 0 0 0 0\r\n"
                                   "DATA 200020000 0 0 0 0 0 0 0 0 0 0\r\n");
    close(fd);
}

static void meter_says_what_is_wrong(void **state)
{
    struct scene *s = *state;
    static const struct {
        const char *line, *answer;
    } table[] = {
        {"INTERVAL 10000\r\n", ""},
        {"interval 0x2710\n", ""},
        {"  Interval\t2000000000  \r\r\n", ""},
        {"INTERVAL 0200000000\n", ""}, /* octal */
        {"\r\n", ""},
        {"\n\n \t \n", ""},
        {"INTERVAL 9999\n", "BAD Interval too small\r\n"},
        {"INTERVAL 0\n", "BAD Interval too small\r\n"},
        {"INTERVAL 2000000001\n", "BAD Interval too large\r\n"},
        {"INTERVAL -1\n", "BAD Interval too large\r\n"},
        {"INTERVAL 99999999999999999999\n", "BAD Invalid number\r\n"},
        {"INTERVAL 10000ns\n", "BAD Invalid number\r\n"},
        {"INTERVAL 1e6\n", "BAD Invalid number\r\n"},
        {"INTERVAL x\n", "BAD Invalid number\r\n"},
        {"INTERVAL\n", "BAD Invalid command\r\n"},
        {"INTERVAL 1 2\n", "BAD Invalid command\r\n"},
        {"INTERVALS 10000\n", "BAD Invalid command\r\n"},
        {"HELLO 2\n", "BAD Invalid command\r\n"},
        {"1 2 3 4 5 6 7 8\n", "BAD Invalid command\r\n"},
        {"1 2 3 4 5 6 7 8 9\n", "BAD Too many words in command\r\n"},
        {"a\nb\n", "BAD Invalid command\r\nBAD Invalid command\r\n"},
    };
    int fd = connect_one(s);
    heard(fd);
    for (size_t i = 0; i < ARRAY_LEN(table); i++) {
        say(s, fd, table[i].line);
        assert_string_equal(heard(fd), table[i].answer);
    }
    close(fd);
}

static void meter_takes_lines_in_any_pieces(void **state)
{
    struct scene *s = *state;
    int fd = connect_one(s);
    heard(fd);
    const char *line = "INTERVAL 100000000\r\n";
    for (const char *p = line; *p; p++)
        say(s, fd, (const char[]){*p, 0});
    assert_string_equal(heard(fd), "");
    move_to(s, 300000000);
    assert_int_equal(count(heard(fd), "DATA"), 2);
    close(fd);
}

static void meter_bounds_a_line(void **state)
{
    struct scene *s = *state;
    char line[VMM_METER_LINE * 40 + 2];
    int fd = connect_one(s);
    heard(fd);
    memset(line, ' ', sizeof line);
    memcpy(line, "bad", 3);
    line[VMM_METER_LINE - 1] = '\n';
    line[VMM_METER_LINE] = 0;
    say(s, fd, line);
    assert_string_equal(heard(fd), "BAD Invalid command\r\n");
    memset(line, 'x', sizeof line);
    line[sizeof line - 1] = 0;
    say(s, fd, line);
    assert_string_equal(heard(fd), "BAD Input overflow\r\n");
    say(s, fd, "\nbad\n");
    assert_string_equal(heard(fd), "BAD Invalid command\r\n");
    close(fd);
}

static void meter_takes_any_bytes(void **state)
{
    struct scene *s = *state;
    int fd = connect_one(s);
    heard(fd);
    assert_int_equal(send(fd, "INTERVAL\0 5\n\xff\xfe\n", 15, 0), 15);
    serve(s);
    assert_string_equal(heard(fd), "BAD Invalid command\r\nBAD Invalid command\r\n");
    close(fd);
}

/* It misses reports, and gets whole ones again when it reads. */
static void meter_waits_for_no_reader(void **state)
{
    struct scene *s = *state;
    int lazy = connect_one(s), other = connect_one(s);
    say(s, lazy, "INTERVAL 10000\n");
    move_to(s, 2200000000);
    serve(s);
    assert_int_equal(count(heard(other), "DATA"), 12);
    unsigned got = 0;
    for (unsigned i = 0; i < 20; i++) {
        got += count(heard(lazy), "DATA");
        serve(s);
    }
    assert_in_range(got, 100, 20000);
    move_to(s, 3000000000);
    const char *text = heard(lazy);
    assert_int_equal(strncmp(text, "DATA 22", 7), 0);
    assert_false(is_closed(lazy));
    close(lazy);
    close(other);
}

static void meter_drops_who_reads_no_answers(void **state)
{
    struct scene *s = *state;
    char bad[8001];
    int fd = connect_one(s);
    for (unsigned i = 0; i < 8000; i += 2)
        memcpy(bad + i, "x\n", 2);
    bad[8000] = 0;
    for (unsigned i = 0; i < 1000 && s->meter.client[0]; i++) {
        send(fd, bad, 8000, MSG_NOSIGNAL);
        serve(s);
    }
    assert_null(s->meter.client[0]);
    heard(fd);
    assert_true(is_closed(fd));
    close(fd);
}

static void meter_bounds_its_clients(void **state)
{
    struct scene *s = *state;
    int fd[VMM_METER_CLIENTS];
    for (unsigned i = 0; i < VMM_METER_CLIENTS; i++)
        fd[i] = connect_one(s);
    int more = connect_one(s);
    assert_string_equal(heard(more), "ERROR there are too many clients\r\n");
    assert_true(is_closed(more));
    close(more);
    close(fd[3]);
    serve(s);
    fd[3] = connect_one(s);
    for (unsigned i = 0; i < VMM_METER_CLIENTS; i++) {
        assert_string_equal(heard(fd[i]), HELLO "DATA 0 0 0 0 0 0 0 0 0 0 0\r\n");
        close(fd[i]);
    }
    serve(s);
    assert_int_equal(s->m.nobservers, 0);
}

/* Each has an interval of its own; one that dies leaves the others alone. */
static void meter_serves_several(void **state)
{
    struct scene *s = *state;
    int a = connect_one(s), b = connect_one(s), c = connect_one(s);
    heard(a);
    heard(b);
    say(s, a, "INTERVAL 20000000\n");
    say(s, b, "INTERVAL 50000000\n");
    say(s, c, "INTERVAL 10000\nINTER");
    close(c);
    serve(s);
    move_to(s, 300000000);
    assert_int_equal(count(heard(a), "DATA"), 6);
    assert_int_equal(count(heard(b), "DATA"), 3);
    close(a);
    close(b);
}

int main(void)
{
#define METER_TEST(name) cmocka_unit_test_setup_teardown(name, scene_begin, scene_end)
    const struct CMUnitTest tests[] = {
        METER_TEST(meter_greets_and_reports_at_once),
        METER_TEST(meter_reports_every_interval),
        METER_TEST(meter_goes_down_to_ten_microseconds),
        METER_TEST(meter_says_what_is_wrong),
        METER_TEST(meter_takes_lines_in_any_pieces),
        METER_TEST(meter_bounds_a_line),
        METER_TEST(meter_takes_any_bytes),
        METER_TEST(meter_waits_for_no_reader),
        METER_TEST(meter_drops_who_reads_no_answers),
        METER_TEST(meter_bounds_its_clients),
        METER_TEST(meter_serves_several),
    };
    return cmocka_run_group_tests_name("vmm_meter", tests, NULL, NULL);
}
