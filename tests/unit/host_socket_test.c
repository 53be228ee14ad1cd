/* SPDX-License-Identifier: ISC */
/* Who gets a socket's place, when others want it or sit on it; who can reach it. */
#include "host/host_socket.h"

#include <arpa/inet.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define TOGETHER 8
#define ROUNDS   60

static char dir[] = "/tmp/kuseg-socket-XXXXXX";
static struct sockaddr_un place = {.sun_family = AF_UNIX};

static unsigned taken;

static void accepted(void *ctx, int fd)
{
    (void)ctx;
    taken++;
    close(fd);
}

static enum err take(struct host_listener *l, struct host_poll *p)
{
    struct error e;
    return host_listen(l, p, place.sun_path, accepted, NULL, &e);
}

static int bound(void)
{
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&place, sizeof place), 0);
    return fd;
}

static int make_dir(void **state)
{
    (void)state;
    if (!mkdtemp(dir))
        return -1;
    snprintf(place.sun_path, sizeof place.sun_path, "%s/s", dir);
    return 0;
}

static int remove_dir(void **state)
{
    (void)state;
    return rmdir(dir);
}

/* One whose queue is full, because it is stopped or means no good, holds nobody up. */
static void a_full_queue_is_not_waited_for(void **state)
{
    (void)state;
    struct host_poll p = {0};
    struct host_listener l;
    int fd = bound(), client[8];
    assert_int_equal(listen(fd, 0), 0);
    bool full = false;
    for (unsigned i = 0; i < 8; i++) {
        client[i] = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
        full |= connect(client[i], (struct sockaddr *)&place, sizeof place) && errno == EAGAIN;
    }
    assert_true(full);
    alarm(20); /* it would be waited for to the end of all days */
    assert_int_equal(take(&l, &p), ERR_BUSY);
    alarm(0);
    for (unsigned i = 0; i < 8; i++)
        close(client[i]);
    close(fd);
    assert_int_equal(take(&l, &p), ERR_OK);
    host_listener_close(&l);
    host_poll_fini(&p);
}

/* In a process of its own: as soon as `go` ends, takes the place and says whether it got it; keeps
 * it until `stay` ends. */
static void one_of_many(int go, int say, int stay)
{
    struct host_poll p = {0};
    struct host_listener l;
    char c;
    (void)!read(go, &c, 1);
    c = take(&l, &p) == ERR_OK ? '1' : '0';
    (void)!write(say, &c, 1);
    (void)!read(stay, &c, 1);
    _exit(0);
}

static unsigned winners(void)
{
    int go[2], say[2], stay[2];
    char answer[TOGETHER];
    unsigned n = 0;
    assert_false(pipe(go) || pipe(say) || pipe(stay));
    close(bound()); /* a dead one's */
    for (unsigned i = 0; i < TOGETHER; i++) {
        if (fork())
            continue;
        close(go[1]);
        close(stay[1]);
        one_of_many(go[0], say[1], stay[0]);
    }
    close(go[1]);
    for (unsigned i = 0; i < TOGETHER; i++) {
        assert_int_equal(read(say[0], &answer[i], 1), 1);
        n += answer[i] == '1';
    }
    close(stay[1]);
    while (wait(NULL) > 0)
        ;
    close(go[0]);
    close(say[0]);
    close(say[1]);
    close(stay[0]);
    unlink(place.sun_path);
    return n;
}

static void of_many_at_once_one_gets_it(void **state)
{
    (void)state;
    for (unsigned i = 0; i < ROUNDS; i++)
        assert_int_equal(winners(), 1);
}

static void whoever_locks_the_directory_does_not_keep_us(void **state)
{
    (void)state;
    struct host_poll p = {0};
    struct host_listener l;
    FILE *f = fopen(dir, "r");
    assert_non_null(f);
    assert_int_equal(flock(fileno(f), LOCK_EX), 0);
    assert_int_equal(take(&l, &p), ERR_OK);
    host_listener_close(&l);
    host_poll_fini(&p);
    fclose(f);
}

static void a_port_is_for_this_machine_only(void **state)
{
    (void)state;
    struct host_poll p = {0};
    struct host_listener l;
    struct error e;
    struct sockaddr_in a;
    socklen_t len = sizeof a;
    assert_int_equal(host_listen(&l, &p, "0", accepted, NULL, &e), ERR_OK);
    assert_int_equal(getsockname(l.watch.fd, (struct sockaddr *)&a, &len), 0);
    assert_int_equal(ntohl(a.sin_addr.s_addr), INADDR_LOOPBACK);
    assert_int_equal(host_listen(&(struct host_listener){0}, &p, "0.0.0.0:0", accepted, NULL, &e),
                     ERR_CONFIG);
    host_listener_close(&l);
    host_poll_fini(&p);
}

static int client(void)
{
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&place, sizeof place), 0);
    return fd;
}

/* Peers are turned away, and do not keep the machine awake. */
static void without_descriptors_nothing_spins(void **state)
{
    (void)state;
    struct host_poll p = {0};
    struct host_listener l;
    struct rlimit before, few;
    char byte;
    assert_int_equal(take(&l, &p), ERR_OK);
    int peer[2] = {client(), client()};
    int last = dup(peer[1]);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    few = (struct rlimit){.rlim_cur = (rlim_t)last, .rlim_max = before.rlim_max};
    close(last);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
    assert_int_equal(dup(0), -1);
    for (unsigned i = 0; i < 2; i++)
        host_poll_wait(&p, -1, 0);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(recv(peer[i], &byte, 1, MSG_DONTWAIT), 0);
        close(peer[i]);
    }
    struct pollfd quiet = {.fd = l.watch.fd, .events = POLLIN};
    assert_int_equal(poll(&quiet, 1, 0), 0);
    assert_int_equal(l.watch.events, POLLIN);
    unsigned had = taken;
    int fd = client();
    host_poll_wait(&p, -1, 0);
    assert_int_equal(taken, had + 1);
    close(fd);
    host_listener_close(&l);
    host_poll_fini(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_full_queue_is_not_waited_for),
        cmocka_unit_test(of_many_at_once_one_gets_it),
        cmocka_unit_test(whoever_locks_the_directory_does_not_keep_us),
        cmocka_unit_test(without_descriptors_nothing_spins),
        cmocka_unit_test(a_port_is_for_this_machine_only),
    };
    return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
