/* SPDX-License-Identifier: ISC */
/* Which frames open a socket, and how many of them are let through. */
#include "host/host_flows.h"
#include "lib/bits.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum {
    ICMP = 1,
    TCP = 6,
    UDP = 17,
    SYN = 2,
    ACK = 16
};

/* From 10.0.2.15. */
static bool sent(struct host_flows *f, u8 proto, u16 from, u8 flags, u16 fragment)
{
    u8 frame[14 + 24 + 20] = {0}, *ip = frame + 14;
    store_be16(frame + 12, 0x0800);
    ip[0] = 0x46; /* with an option */
    store_be16(ip + 6, fragment);
    ip[9] = proto;
    store_be32(ip + 12, 0x0a00020f);
    store_be16(ip + 24, from);
    ip[24 + 13] = flags;
    return host_flows_admit(f, frame, sizeof frame - (proto == UDP ? 12 : 0));
}

static void fill(struct host_flows *f)
{
    for (u16 i = 0; i < HOST_FLOWS_MAX; i++) {
        assert_true(sent(f, UDP, 1000 + i, 0, 0));
        host_flows_opened(f, i + 10);
        host_flows_opened(f, i + 10);
    }
}

static void what_is_open_goes_on(void **state)
{
    (void)state;
    struct host_flows f = {0};
    fill(&f);
    assert_false(sent(&f, UDP, 1, 0, 0));
    assert_true(sent(&f, UDP, 1000, 0, 0));
    assert_true(sent(&f, UDP, 1000 + HOST_FLOWS_MAX - 1, 0, 0));
    assert_false(sent(&f, UDP, 1000, 0, 0x2000)); /* fragments */
    assert_false(sent(&f, UDP, 1000, 0, 1));
    assert_false(sent(&f, TCP, 1000, SYN, 0));
    assert_true(sent(&f, TCP, 1000, SYN | ACK, 0));
    assert_true(sent(&f, TCP, 1000, ACK, 0));
    assert_false(sent(&f, ICMP, 0, 0, 0));
    assert_true(sent(&f, 47, 0, 0, 0)); /* the library knows no such protocol */
    host_flows_fini(&f);
}

static void what_is_closed_makes_room(void **state)
{
    (void)state;
    struct host_flows f = {0};
    fill(&f);
    host_flows_closed(&f, -1);
    host_flows_closed(&f, 5);
    assert_false(sent(&f, TCP, 1, SYN, 0));
    host_flows_closed(&f, 10);
    host_flows_closed(&f, 10);
    assert_true(sent(&f, TCP, 1, SYN, 0));
    host_flows_opened(&f, 10);
    assert_false(sent(&f, TCP, 2, SYN, 0));
    assert_false(sent(&f, UDP, 1000, 0, 0));
    host_flows_fini(&f);
}

/* Nobody tells of their sockets but the waits. */
static void pings_count(void **state)
{
    (void)state;
    struct host_flows f = {0};
    for (u16 i = 0; i < HOST_FLOWS_MAX; i++)
        assert_true(sent(&f, ICMP, 0, 0, 0));
    assert_false(sent(&f, ICMP, 0, 0, 0));
    host_flows_begin(&f);
    for (int i = 0; i < HOST_FLOWS_MAX - 1; i++)
        host_flows_look(&f, 10 + i);
    assert_false(host_flows_full(&f));
    assert_true(sent(&f, ICMP, 0, 0, 0));
    assert_false(sent(&f, ICMP, 0, 0, 0));
    host_flows_begin(&f);
    assert_true(sent(&f, ICMP, 0, 0, 0));
    host_flows_fini(&f);
}

static void short_frames_open_nothing(void **state)
{
    (void)state;
    struct host_flows f = {0};
    u8 frame[60] = {0};
    memset(frame, 0xff, sizeof frame);
    store_be16(frame + 12, 0x0800);
    fill(&f);
    for (size_t len = 0; len <= sizeof frame; len++) {
        bool cut = len >= 34;
        assert_int_equal(host_flows_admit(&f, frame, len), !cut);
    }
    host_flows_fini(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_open_goes_on),
        cmocka_unit_test(what_is_closed_makes_room),
        cmocka_unit_test(pings_count),

        cmocka_unit_test(short_frames_open_nothing),
    };
    return cmocka_run_group_tests_name("host_flows", tests, NULL, NULL);
}
