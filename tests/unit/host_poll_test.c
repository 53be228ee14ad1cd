/* SPDX-License-Identifier: ISC */
/* Waiting for many descriptors. */
#include "host/host_poll.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define MANY 700

static void ready(void *ctx, short revents)
{
    unsigned *n = ctx;
    (*n)++;
    assert_int_equal(revents, POLLIN);
}

/* All on one descriptor on which nothing comes, but for one. */
static unsigned times_told(unsigned many, unsigned which)
{
    static struct host_watch watch[MANY];
    struct host_poll p = {0};
    unsigned told = 0, wrong = 0;
    int quiet[2], loud[2];
    assert_false(pipe(quiet) || pipe(loud));
    assert_int_equal(write(loud[1], "x", 1), 1);
    for (unsigned i = 0; i < many; i++) {
        watch[i] = (struct host_watch){.fd = i == which ? loud[0] : quiet[0],
                                       .events = POLLIN,
                                       .ready = ready,
                                       .ctx = i == which ? &told : &wrong};
        host_poll_add(&p, &watch[i]);
    }
    for (unsigned i = 0; i < 3; i++)
        assert_false(host_poll_wait(&p, quiet[0], 0));
    assert_true(host_poll_wait(&p, loud[0], 0));
    for (unsigned i = 0; i < 2; i++) {
        close(quiet[i]);
        close(loud[i]);
    }
    host_poll_fini(&p);
    assert_int_equal(wrong, 0);
    return told;
}

static void every_watch_is_served(void **state)
{
    (void)state;
    static const unsigned many[] = {1, 255, 256, 257, 258, MANY};
    for (unsigned i = 0; i < ARRAY_LEN(many); i++) {
        assert_int_equal(times_told(many[i], 0), 4);
        assert_int_equal(times_told(many[i], many[i] - 1), 4);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_watch_is_served),
    };
    return cmocka_run_group_tests_name("host_poll", tests, NULL, NULL);
}
