/* SPDX-License-Identifier: ISC */
/* The meter only looks: with clients or without, reading or not, a run is the same. */
#include "machine_rig.h"

#include "vmm/vmm_meter.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define WORK "format; bench fork 3; stress 3 1; write a words; sleep 30; cat a; halt 5"

#define SLICE 300000 /* cycles between two looks of the clients at their sockets */

enum {
    CLIENTS = 4,
    LAZY = 1, /* never reads */
};

struct counts {
    unsigned long long at[11];
};

struct watched {
    struct host_poll poll;
    struct vmm_meter meter;
    int fd[CLIENTS];
    char line[CLIENTS][200]; /* the last one, perhaps not whole */
    size_t len[CLIENTS];
    unsigned long lines[CLIENTS];
    struct counts last;
};

static void watch(struct watched *w, struct rig *r)
{
    static const char *const interval[CLIENTS] = {"10000", "10000", "170000", "2000000000"};
    vmm_meter_init(&w->meter, &r->m, &w->poll);
    for (unsigned i = 0; i < CLIENTS; i++) {
        int fd[2];
        char text[40];
        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fd), 0);
        w->fd[i] = fd[1];
        vmm_meter_add(&w->meter, fd[0]);
        snprintf(text, sizeof text, "INTERVAL %s\n", interval[i]);
        send(w->fd[i], text, strlen(text), MSG_NOSIGNAL);
    }
}

/* Time and all counters of a line never fall. */
static void take_line(struct watched *w, const char *line)
{
    struct counts c;
    unsigned long long *n = c.at;
    if (sscanf(line, "DATA %llu %llu %llu %llu %llu %llu %llu %llu %llu %llu %llu", n, n + 1, n + 2,
               n + 3, n + 4, n + 5, n + 6, n + 7, n + 8, n + 9, n + 10) != 11)
        return;
    for (unsigned i = 0; i < 11; i++)
        assert_true(n[i] >= w->last.at[i]);
    w->last = c;
}

static void take_byte(struct watched *w, unsigned client, char c)
{
    char *line = w->line[client];
    if (c != '\n') {
        assert_true(w->len[client] < sizeof w->line[0] - 1);
        line[w->len[client]++] = c;
        return;
    }
    line[w->len[client]] = 0;
    w->len[client] = 0;
    w->lines[client]++;
    if (client == 0)
        take_line(w, line);
}

static void take(struct watched *w, unsigned client)
{
    char data[4096];
    ssize_t n;
    while ((n = recv(w->fd[client], data, sizeof data, 0)) > 0)
        for (ssize_t i = 0; i < n; i++)
            take_byte(w, client, data[i]);
}

static void unwatch(struct watched *w)
{
    vmm_meter_fini(&w->meter);
    for (unsigned i = 0; i < CLIENTS; i++)
        close(w->fd[i]);
    host_poll_fini(&w->poll);
}

static struct rig_result run_watched(const struct rig_setup *setup, struct watched *w)
{
    struct rig *r = rig_new(setup);
    watch(w, r);
    for (u64 to = SLICE; rig_run_to(r, to) == MACHINE_RUNS; to += SLICE) {
        for (unsigned i = 0; i < 4; i++)
            host_poll_wait(&w->poll, -1, 0);
        for (unsigned i = 0; i < CLIENTS; i++)
            if (i != LAZY)
                take(w, i);
    }
    struct rig_result result = rig_result(r);
    unwatch(w);
    rig_free(r);
    return result;
}

static void looking_changes_nothing(void **state)
{
    (void)state;
    static const unsigned cpus[] = {1, 2, 4, 32};
    for (unsigned i = 0; i < ARRAY_LEN(cpus); i++)
        for (unsigned paced = 0; paced < 2; paced++) {
            struct watched w = {0};
            char name[2][24];
            struct rig_setup setup = {.cpus = cpus[i], .ram = "4M", .words = WORK, .paced = paced};
            for (unsigned k = 0; k < 2; k++)
                snprintf(name[k], sizeof name[k], "disk-%u-%u-%u", cpus[i], paced, k);
            setup.disk = rig_path(name[0]);
            struct rig_result alone = rig_run_all(&setup);
            assert_int_equal(alone.end, MACHINE_POWER_OFF);
            assert_int_equal(alone.code, 5);
            setup.disk = rig_path(name[1]);
            rig_assert_same(alone, run_watched(&setup, &w));
            assert_in_range(w.lines[0], 1000, ~0ul);
            assert_in_range(w.lines[2], 100, w.lines[0]);
        }
}

/* On one CPU a report is made on its cycle. */
static void reports_are_punctual(void **state)
{
    (void)state;
    struct watched w = {0};
    struct rig *r = rig_new(&(struct rig_setup){.words = "sleep 1000; halt"});
    watch(&w, r);
    host_poll_wait(&w.poll, -1, 0);
    rig_run_to(r, 5000123);
    take(&w, 0);
    assert_int_equal(w.last.at[0], 200000000);
    rig_run_to(r, 5000300);
    take(&w, 0);
    assert_int_equal(w.last.at[0], 200010000);
    unwatch(&w);
    rig_free(r);
}

/* What is counted where: cycles are run or idle, nothing twice, nothing left out. */
static void counts_add_up(void **state)
{
    (void)state;
    static const unsigned cpus[] = {1, 4};
    for (unsigned i = 0; i < ARRAY_LEN(cpus); i++) {
        struct watched w = {0};
        struct rig *r =
            rig_new(&(struct rig_setup){.cpus = cpus[i],
                                        .ram = "2M",
                                        .words = WORK,
                                        .disk = rig_path(i ? "disk-4-0-0" : "disk-1-0-0")});
        rig_run(r);
        watch(&w, r);
        take(&w, 0);
        const unsigned long long *n = w.last.at;
        u64 cycles = machine_now(&r->m), kernel_exceptions = 0;
        assert_int_equal(n[0], cycles * 40);
        for (unsigned c = 0; c < cpus[i]; c++)
            kernel_exceptions += r->m.cpu[c]->mips.stats.exceptions;
        kernel_exceptions -= n[3];
        assert_int_equal(n[1] + n[2] + n[3] + n[4] + kernel_exceptions, cycles * cpus[i]);
        assert_true(n[2] > 1000 && n[3] > 10 && n[4] > 1000 && n[5] > 10 && n[6] >= n[3]);
        assert_int_equal(n[7], r->m.stats.disk_reads + r->m.stats.disk_writes);
        assert_int_equal(n[8], r->out.len);
        unwatch(&w);
        rig_free(r);
    }
}

int main(int argc, char **argv)
{
    rig_main(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(looking_changes_nothing),
        cmocka_unit_test(reports_are_punctual),
        cmocka_unit_test(counts_add_up),
    };
    return cmocka_run_group_tests_name("meter", tests, NULL, NULL);
}
