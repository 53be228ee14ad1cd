/* SPDX-License-Identifier: ISC */
/* Two ends of a pair; and a socket whose every byte is the test's, as either end. */
#include "ether_rig.h"

#include "host/host_socket.h"
#include "lib/bits.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static char dir[] = "/tmp/kuseg-pair-XXXXXX";
static char path[64], listens[80], connects[80];

static void turn(struct ether_rig *r)
{
    for (unsigned i = 0; i < 5; i++)
        host_poll_wait(&r->poll, -1, 0);
}

static void open_both(struct ether_rig *a, struct ether_rig *b)
{
    ether_rig_open(a, listens);
    ether_rig_open(b, connects);
    ether_rig_carrier(a, true);
    ether_rig_carrier(b, true);
}

static void frames_go_both_ways(void **state)
{
    (void)state;
    struct ether_rig end[2];
    u8 frame[IO_ETHER_MAX], got[2048];
    open_both(&end[0], &end[1]);
    for (u32 len = IO_ETHER_HEADER; len <= IO_ETHER_MAX; len += 47) {
        ether_rig_frame(frame, len, (u8)len);
        for (unsigned i = 0; i < 2; i++) {
            ether_rig_send(&end[i], frame, len);
            assert_int_equal(ether_rig_wait(&end[!i], got), len);
            assert_memory_equal(got, frame, len);
        }
    }
    ether_rig_send(&end[0], frame, IO_ETHER_HEADER - 1);
    ether_rig_send(&end[0], frame, IO_ETHER_MAX + 1);
    turn(&end[1]);
    assert_int_equal(ether_rig_get(&end[1], got), 0);
    assert_int_equal(end[0].cable.counters(end[0].cable.ctx)->lost_out, 2);
    for (unsigned i = 0; i < 2; i++)
        ether_rig_close(&end[i]);
}

/* All in one look, in order; none is lost below what a socket holds. */
static void a_burst_comes_in_one_look(void **state)
{
    (void)state;
    struct ether_rig end[2];
    u8 frame[1500], got[2048];
    open_both(&end[0], &end[1]);
    ether_rig_frame(frame, sizeof frame, 9);
    for (u8 i = 0; i < 80; i++) {
        frame[20] = i;
        ether_rig_send(&end[0], frame, sizeof frame);
    }
    host_poll_wait(&end[1].poll, -1, 0);
    for (u8 i = 0; i < 80; i++) {
        assert_int_equal(ether_rig_get(&end[1], got), sizeof frame);
        assert_int_equal(got[20], i);
    }
    assert_int_equal(end[0].cable.counters(end[0].cable.ctx)->lost_out, 0);
    for (unsigned i = 0; i < 2; i++)
        ether_rig_close(&end[i]);
}

/* Nobody reads: the sender neither waits nor keeps it all. */
static void a_deaf_peer_costs_frames(void **state)
{
    (void)state;
    struct ether_rig end[2];
    u8 frame[1500], got[2048];
    unsigned n = 0;
    open_both(&end[0], &end[1]);
    ether_rig_frame(frame, sizeof frame, 9);
    for (unsigned i = 0; i < 10000; i++)
        ether_rig_send(&end[0], frame, sizeof frame);
    const struct io_ether_counters *c = end[0].cable.counters(end[0].cable.ctx);
    assert_true(c->lost_out > 5000);
    assert_int_equal(c->out + c->lost_out, 10000);
    for (unsigned idle = 0; idle < 3; idle++) {
        host_poll_wait(&end[0].poll, -1, 0);
        host_poll_wait(&end[1].poll, -1, 0);
        for (; ether_rig_get(&end[1], got) == sizeof frame; idle = 0)
            n++;
    }
    assert_int_equal(n, c->out);
    ether_rig_send(&end[0], frame, 100);
    assert_int_equal(ether_rig_wait(&end[1], got), 100);
    for (unsigned i = 0; i < 2; i++)
        ether_rig_close(&end[i]);
}

/* A peer that never stops is not listened to for ever, nor kept in memory. */
static void a_flood_is_bounded(void **state)
{
    (void)state;
    struct ether_rig r;
    struct error e;
    u8 got[2048], message[4 + IO_ETHER_HEADER] = {0, 0, 0, IO_ETHER_HEADER};
    unsigned n = 0;
    ether_rig_open(&r, listens);
    int fd = host_connect(path, &e);
    assert_true(fd >= 0);
    ether_rig_carrier(&r, true);
    for (unsigned k = 0; k < 3; k++)
        while (send(fd, message, sizeof message, MSG_DONTWAIT) > 0)
            turn(&r); /* which reads until there is no room */
    while (ether_rig_get(&r, got)) {
        n++;
        (void)!send(fd, message, sizeof message, MSG_DONTWAIT);
    }
    assert_true(n > 3000);
    assert_true(n < 65536 / sizeof message + 17 * 16384 / sizeof message);
    close(fd);
    ether_rig_close(&r);
}

static void peers_come_and_go(void **state)
{
    (void)state;
    struct ether_rig a, b;
    u8 frame[60], got[2048];
    ether_rig_frame(frame, sizeof frame, 1);
    ether_rig_open(&b, connects); /* to nobody */
    turn(&b);
    assert_int_equal(ether_rig_get(&b, got), 0);
    ether_rig_send(&b, frame, sizeof frame);
    for (unsigned i = 0; i < 2; i++) {
        ether_rig_open(&a, listens);
        ether_rig_carrier(&b, true); /* it looked again */
        ether_rig_carrier(&a, true);
        ether_rig_send(&b, frame, sizeof frame);
        assert_int_equal(ether_rig_wait(&a, got), sizeof frame);
        assert_int_equal(ether_rig_get(&a, got), 0);
        ether_rig_close(&a);
        ether_rig_carrier(&b, false);
    }
    ether_rig_close(&b);
    for (unsigned i = 0; i < 2; i++) {
        if (!i)
            ether_rig_open(&a, listens);
        ether_rig_open(&b, connects);
        ether_rig_carrier(&a, true);
        ether_rig_close(&b);
        ether_rig_carrier(&a, false);
    }
    ether_rig_close(&a);
}

/* Half a frame at the end of one connection is no part of the next one's. */
static void connections_do_not_mix(void **state)
{
    (void)state;
    struct ether_rig r;
    struct error e;
    u8 got[2048], message[4 + 100] = {0, 0, 0, 100};
    ether_rig_open(&r, listens);
    for (unsigned i = 0; i < 3; i++) {
        int fd = host_connect(path, &e);
        ether_rig_carrier(&r, true);
        assert_int_equal(send(fd, message, sizeof message, 0), sizeof message);
        assert_int_equal(send(fd, message, 50, 0), 50);
        assert_int_equal(ether_rig_wait(&r, got), 100);
        close(fd);
        ether_rig_carrier(&r, false);
    }
    ether_rig_close(&r);
}

/* Lines of the log while `peers` come and go. */
static unsigned lines_of(unsigned peers)
{
    struct ether_rig r;
    struct error e;
    u8 got[2048];
    unsigned lines = 0;
    int ch, kept = dup(2);
    FILE *log = tmpfile();
    assert_true(log && dup2(fileno(log), 2) == 2);
    ether_rig_open(&r, listens);
    for (unsigned i = 0; i < peers; i++) {
        int fd = host_connect(path, &e);
        ether_rig_carrier(&r, true);
        if (i & 1)
            assert_int_equal(send(fd, "no frames here", 14, 0), 14);
        else
            close(fd);
        ether_rig_carrier(&r, false);
        if (i & 1)
            close(fd);
    }
    assert_int_equal(ether_rig_get(&r, got), 0);
    ether_rig_close(&r);
    assert_int_equal(dup2(kept, 2), 2);
    rewind(log);
    while ((ch = getc(log)) != EOF)
        lines += ch == '\n';
    fclose(log);
    close(kept);
    return lines;
}

/* First each one is told of, then only how many they were. */
static void peers_in_a_loop_do_not_fill_the_log(void **state)
{
    (void)state;
    assert_int_equal(lines_of(2), 6);
    assert_int_equal(lines_of(50), 22);
    assert_int_equal(lines_of(400), 22);
}

static void only_one_peer_is_taken(void **state)
{
    (void)state;
    struct ether_rig a, b;
    struct error e;
    char byte;
    u8 frame[60], got[2048];
    open_both(&a, &b);
    int fd = host_connect(path, &e);
    assert_true(fd >= 0);
    turn(&a);
    assert_int_equal(recv(fd, &byte, 1, MSG_DONTWAIT), 0); /* closed */
    ether_rig_frame(frame, sizeof frame, 1);
    ether_rig_send(&a, frame, sizeof frame);
    assert_int_equal(ether_rig_wait(&b, got), sizeof frame);
    close(fd);
    ether_rig_close(&a);
    ether_rig_close(&b);
}

/* What is too long is passed over and counted; what is no stream of frames loses its carrier. */
static void bad_streams_do_no_harm(void **state)
{
    (void)state;
    struct ether_rig r;
    struct error e;
    static u8 message[4 + 9000];
    u8 got[2048];
    ether_rig_open(&r, listens);
    int fd = host_connect(path, &e);
    ether_rig_carrier(&r, true);
    store_be32(message, 9000);
    assert_int_equal(send(fd, message, sizeof message, 0), sizeof message);
    store_be32(message, 100);
    assert_int_equal(send(fd, message, 104, 0), 104);
    assert_int_equal(ether_rig_wait(&r, got), 100);
    assert_int_equal(r.cable.counters(r.cable.ctx)->too_long, 1);
    assert_int_equal(send(fd, "no frames here", 14, 0), 14);
    ether_rig_carrier(&r, false);
    close(fd);
    fd = host_connect(path, &e);
    ether_rig_carrier(&r, true);
    assert_int_equal(send(fd, message, 104, 0), 104);
    assert_int_equal(ether_rig_wait(&r, got), 100);
    close(fd);
    ether_rig_close(&r);
}

static void a_taken_socket_is_an_error(void **state)
{
    (void)state;
    struct ether_rig a, b;
    struct error e;
    ether_rig_open(&a, listens);
    assert_int_equal(ether_rig_try(&b, listens, &e), ERR_BUSY);
    assert_non_null(strstr(e.msg, path));
    assert_int_equal(ether_rig_try(&b, "listen:/nowhere/at/all", &e), ERR_IO);
    assert_non_null(strstr(e.msg, "/nowhere/at/all"));
    ether_rig_close(&a);
    host_poll_fini(&b.poll);
}

static int set_up(void **state)
{
    (void)state;
    if (!mkdtemp(dir))
        return -1;
    snprintf(path, sizeof path, "%s/pair", dir);
    snprintf(listens, sizeof listens, "listen:%s", path);
    snprintf(connects, sizeof connects, "connect:%s", path);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    return rmdir(dir); /* empty: the sockets are gone with their owners */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_go_both_ways),
        cmocka_unit_test(a_burst_comes_in_one_look),
        cmocka_unit_test(a_deaf_peer_costs_frames),
        cmocka_unit_test(a_flood_is_bounded),
        cmocka_unit_test(peers_come_and_go),
        cmocka_unit_test(peers_in_a_loop_do_not_fill_the_log),
        cmocka_unit_test(connections_do_not_mix),
        cmocka_unit_test(only_one_peer_is_taken),
        cmocka_unit_test(bad_streams_do_no_harm),
        cmocka_unit_test(a_taken_socket_is_an_error),
    };
    return cmocka_run_group_tests_name("io_ether_pair", tests, set_up, tear_down);
}
