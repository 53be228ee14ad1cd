/* SPDX-License-Identifier: ISC */
#define RIG_CARD RIG_NET
#include "rig_card.h"

#include "io/io_net.h"
#include "io/io_net_mem.h"

#include <string.h>

enum {
    RIRQ = 0,
    WIRQ = 4,
    CONTROL = 8,
    STATUS = 12,
    PROMISC = 1,
    START = 2,
    RECEIVED = LB_BUFFER,
    TO_SEND = LB_BUFFER + IO_NET_MAX,
};

#define SEND_NS (2 * RIG_MS)
#define GAP_NS  (500 * RIG_US)

static void start_send(struct lb_rig *r, u32 to, u32 len)
{
    set(r, TO_SEND + 4, len << 16 | to);
    set(r, CONTROL, START);
}

/* A frame for the card, as another one on the cable would send it. */
static void arrives(struct lb_rig *r, u32 to, u8 mark)
{
    u8 frame[12] = {0};
    io_net_put_header(frame, 7, sizeof frame, to);
    frame[8] = mark;
    r->net_io[1].send(r->net_io[1].ctx, frame, sizeof frame);
    lb_rig_poll_net(r);
}

static void identity(void **state)
{
    (void)state;
    struct lb_rig *r = lb_rig_new(NULL);
    assert_int_equal(rig_get(r, LB_MAINBOARD, RIG_NET * 0x400), LB_VENDOR);
    assert_int_equal(rig_get(r, LB_MAINBOARD, RIG_NET * 0x400 + 4), 6);
    assert_int_equal(rig_get(r, LB_MAINBOARD, RIG_NET * 0x400 + 8), 2);
    assert_int_equal(get(r, STATUS), RIG_HWADDR);
    assert_int_equal(get(r, RIRQ) | get(r, WIRQ) | get(r, CONTROL), 0);
    lb_rig_free(r);
}

static void registers_end_where_documented(void **state)
{
    (void)state;
    struct lb_rig *r = lb_rig_new(NULL);
    u32 val = 0;
    rig_assert_error(r, RIG_NET, 16);
    rig_assert_error(r, RIG_NET, LB_BUFFER - 4);
    rig_assert_error(r, RIG_NET, LB_BUFFER + 2 * IO_NET_MAX);
    assert_false(lb_rig_write(r, RIG_NET, STATUS, 1));
    set(r, LB_BUFFER + 2 * IO_NET_MAX - 4, 0x01020304);
    struct mem_access byte = {.cpu = 0, .size = 1};
    assert_true(lb_rig_access(
        r, false, byte, LB_BASE + RIG_NET * LB_SLOT_SIZE + LB_BUFFER + 2 * IO_NET_MAX - 1, &val));
    assert_int_equal(val, 4);
    lb_rig_free(r);
}

static void sends(void **state)
{
    (void)state;
    struct lb_rig *r = lb_rig_new(NULL);
    u8 frame[IO_NET_MAX];
    u32 len = sizeof frame;
    set(r, TO_SEND + 8, 0x61626364);
    start_send(r, 0x55, 11);
    assert_int_equal(get(r, CONTROL), START);
    lb_rig_run(r, SEND_NS - RIG_CYCLE);
    assert_false(line(r));
    assert_false(r->net_io[1].poll(r->net_io[1].ctx, frame, &len));
    lb_rig_run(r, RIG_CYCLE);
    assert_true(line(r));
    assert_int_equal(get(r, WIRQ), 1);
    assert_int_equal(get(r, CONTROL), 0);
    assert_true(r->net_io[1].poll(r->net_io[1].ctx, frame, &len));
    assert_int_equal(len, 11);
    assert_memory_equal(frame,
                        "\xa4\xb3\x12\x34\x00\x0b\x00\x55"
                        "abc",
                        11);
    assert_int_equal(get(r, TO_SEND), IO_NET_MAGIC << 16 | RIG_HWADDR);
    assert_int_equal(r->stats.net_writes, 1);
    set(r, WIRQ, 0);
    assert_false(line(r));
    lb_rig_free(r);
}

/* What counts is the buffer at the end of the 2 ms. */
static void sends_what_is_there_at_the_end(void **state)
{
    (void)state;
    struct lb_rig *r = lb_rig_new(NULL);
    u8 frame[IO_NET_MAX];
    u32 len = sizeof frame;
    start_send(r, 0x55, 12);
    lb_rig_run(r, SEND_NS / 2);
    set(r, TO_SEND + 8, 0x01020304);
    lb_rig_run(r, SEND_NS);
    assert_true(r->net_io[1].poll(r->net_io[1].ctx, frame, &len));
    assert_memory_equal(frame + 8, "\1\2\3\4", 4);
    lb_rig_free(r);
}

static void largest_frame(void **state)
{
    (void)state;
    struct lb_rig *r = lb_rig_new(NULL);
    u8 frame[IO_NET_MAX];
    u32 len = sizeof frame;
    set(r, TO_SEND + IO_NET_MAX - 4, 0xcafe);
    start_send(r, 0x55, IO_NET_MAX);
    lb_rig_run(r, SEND_NS);
    assert_true(r->net_io[1].poll(r->net_io[1].ctx, frame, &len));
    assert_int_equal(len, IO_NET_MAX);
    assert_int_equal(frame[IO_NET_MAX - 1], 0xfe);
    io_net_put_header(frame, 9, IO_NET_MAX, RIG_HWADDR);
    r->net_io[1].send(r->net_io[1].ctx, frame, IO_NET_MAX);
    lb_rig_poll_net(r);
    assert_int_equal(get(r, RECEIVED + IO_NET_MAX - 4), 0xcafe);
    lb_rig_free(r);
}

static void too_long_a_frame_is_wrong(void **state)
{
    (void)state;
    struct lb_rig *r = lb_rig_new(NULL);
    u8 frame[IO_NET_MAX];
    u32 len = sizeof frame;
    start_send(r, 0x55, IO_NET_MAX + 1);
    lb_rig_run(r, SEND_NS);
    rig_assert_misuse(r, 1);
    assert_false(line(r));
    assert_int_equal(get(r, CONTROL), 0);
    assert_false(r->net_io[1].poll(r->net_io[1].ctx, frame, &len));
    lb_rig_free(r);
}

static void sending_while_sending_is_wrong(void **state)
{
    (void)state;
    struct lb_rig *r = lb_rig_new(NULL);
    start_send(r, 0x55, 8);
    lb_rig_run(r, SEND_NS / 2);
    set(r, CONTROL, START);
    rig_assert_misuse(r, 1);
    set(r, CONTROL, PROMISC); /* doesn't call it off */
    assert_int_equal(get(r, CONTROL), START | PROMISC);
    lb_rig_run(r, SEND_NS / 2);
    assert_int_equal(get(r, CONTROL), PROMISC);
    assert_int_equal(r->stats.net_writes, 1);
    lb_rig_free(r);
}

static void reserved_bits_are_wrong(void **state)
{
    (void)state;
    struct lb_rig *r = lb_rig_new(NULL);
    set(r, RIRQ, 2);
    set(r, WIRQ, 0x80000000);
    set(r, CONTROL, 4 | START);
    rig_assert_misuse(r, 3);
    assert_int_equal(get(r, RIRQ) | get(r, WIRQ) | get(r, CONTROL), 0);
    assert_true(r->clock.next == CLOCK_NEVER);
    set(r, RIRQ, 1); /* allowed, and raises the line */
    assert_true(line(r));
    rig_assert_misuse(r, 3);
    lb_rig_free(r);
}

static void receives(void **state)
{
    (void)state;
    struct lb_rig *r = lb_rig_new(NULL);
    arrives(r, RIG_HWADDR, 'x');
    assert_true(line(r));
    assert_int_equal(get(r, RIRQ), 1);
    assert_int_equal(get(r, RECEIVED), IO_NET_MAGIC << 16 | 7);
    assert_int_equal(get(r, RECEIVED + 4), 12 << 16 | RIG_HWADDR);
    assert_int_equal(get(r, RECEIVED + 8), (u32)'x' << 24);
    assert_int_equal(r->stats.net_reads, 1);
    set(r, RIRQ, 0);
    assert_false(line(r));
    lb_rig_free(r);
}

static void takes_what_is_for_it(void **state)
{
    (void)state;
    struct lb_rig *r = lb_rig_new(NULL);
    arrives(r, RIG_HWADDR + 1, 1);
    assert_int_equal(get(r, RIRQ), 0);
    arrives(r, IO_NET_BROADCAST, 2);
    assert_int_equal(get(r, RIRQ), 1);
    set(r, RIRQ, 0);
    set(r, CONTROL, PROMISC);
    lb_rig_run(r, GAP_NS);
    arrives(r, RIG_HWADDR + 1, 3);
    assert_int_equal(get(r, RIRQ), 1);
    assert_int_equal(get(r, RECEIVED + 8), 3u << 24);
    assert_int_equal(r->stats.net_reads, 2);
    lb_rig_free(r);
}

/* The frame in the buffer is safe until RIRQ is cleared. */
static void discards_while_one_is_unread(void **state)
{
    (void)state;
    struct lb_rig *r = lb_rig_new(NULL);
    for (u8 i = 1; i <= 3; i++)
        arrives(r, RIG_HWADDR, i);
    lb_rig_run(r, 2 * GAP_NS + RIG_CYCLE);
    assert_int_equal(get(r, RECEIVED + 8), 1u << 24);
    assert_int_equal(r->stats.net_drops, 2);
    set(r, RIRQ, 0);
    lb_rig_run(r, RIG_S);
    assert_int_equal(get(r, RIRQ), 0);
    assert_int_equal(r->stats.net_reads, 1);
    lb_rig_free(r);
}

/* A burst reaches a driver that is quick enough, in order. */
static void a_burst_is_spread_out(void **state)
{
    (void)state;
    struct lb_rig *r = lb_rig_new(NULL);
    for (u8 i = 0; i < 8; i++)
        arrives(r, RIG_HWADDR, i);
    for (u8 i = 0; i < 8; i++) {
        assert_int_equal(get(r, RIRQ), 1);
        assert_int_equal(get(r, RECEIVED + 8), (u32)i << 24);
        set(r, RIRQ, 0);
        lb_rig_run(r, GAP_NS - RIG_CYCLE);
        assert_int_equal(get(r, RIRQ), 0);
        lb_rig_run(r, RIG_CYCLE);
    }
    assert_int_equal(r->stats.net_drops, 0);
    lb_rig_free(r);
}

static void a_flood_is_bounded(void **state)
{
    (void)state;
    struct lb_rig *r = lb_rig_new(NULL);
    u8 frame[12] = {0};
    io_net_put_header(frame, 7, sizeof frame, RIG_HWADDR);
    for (unsigned i = 0; i < 1000; i++)
        lb_net_input(r->net, frame, sizeof frame);
    assert_false(lb_net_input_room(r->net));
    lb_rig_run(r, RIG_S);
    assert_true(lb_net_input_room(r->net));
    assert_int_equal(r->stats.net_reads + r->stats.net_drops, 9);
    lb_rig_free(r);
}

static void damaged_frames_are_dropped(void **state)
{
    (void)state;
    static const u8 bad[][12] = {
        {0xa4, 0xb4, 0, 7, 0, 12, 0x12, 0x34}, {0xa4, 0xb3, 0, 7, 0, 11, 0x12, 0x34},
        {0xa4, 0xb3, 0, 7, 0, 13, 0x12, 0x34}, {0xa4, 0xb3, 0, 7, 0xff, 0xff, 0x12, 0x34},
        {0xa4, 0xb3, 0, 7, 0, 0, 0x12, 0x34},
    };
    static u8 long_one[IO_NET_MAX + 1];
    struct lb_rig *r = lb_rig_new(NULL);
    for (unsigned i = 0; i < ARRAY_LEN(bad); i++)
        lb_net_input(r->net, bad[i], sizeof bad[i]);
    for (u32 len = 2; len < IO_NET_HEADER; len++)
        lb_net_input(r->net, bad[0], len);
    lb_net_input(r->net, bad[0], 0);
    io_net_put_header(long_one, 7, sizeof long_one, RIG_HWADDR);
    lb_net_input(r->net, long_one, sizeof long_one);
    assert_int_equal(get(r, RIRQ), 0);
    assert_int_equal(get(r, RECEIVED), 0);
    assert_true(r->clock.next == CLOCK_NEVER);
    rig_assert_misuse(r, 0);
    lb_rig_free(r);
}

static void carrier(void **state)
{
    (void)state;
    struct lb_rig *r = lb_rig_new(NULL);
    u8 byte[IO_NET_MAX];
    u32 len = sizeof byte;
    lb_rig_poll_net(r);
    assert_int_equal(get(r, STATUS), RIG_HWADDR | 0x80000000u);
    io_net_mem_unplug(&r->net_io[1], true);
    lb_rig_poll_net(r);
    assert_int_equal(get(r, STATUS), RIG_HWADDR);
    start_send(r, 0x55, 8); /* into the void: the guest sees no difference */
    lb_rig_run(r, SEND_NS);
    assert_int_equal(get(r, WIRQ), 1);
    io_net_mem_unplug(&r->net_io[1], false);
    lb_rig_poll_net(r);
    assert_int_equal(get(r, STATUS), RIG_HWADDR | 0x80000000u);
    assert_false(r->net_io[1].poll(r->net_io[1].ctx, byte, &len));
    lb_bus_reset(&r->bus);
    assert_int_equal(get(r, STATUS), RIG_HWADDR | 0x80000000u);
    lb_rig_free(r);
}

static void the_originals_status_has_no_carrier(void **state)
{
    (void)state;
    struct lb_rig_options o = {.plain_net = true};
    struct lb_rig *r = lb_rig_new(&o);
    lb_rig_poll_net(r);
    assert_int_equal(get(r, STATUS), RIG_HWADDR);
    lb_rig_free(r);
}

/* Two boards on one cable. */
static void card_to_card(void **state)
{
    (void)state;
    struct lb_rig *a = lb_rig_new(NULL), *b = lb_rig_new(NULL);
    u8 frame[IO_NET_MAX];
    for (unsigned i = 0; i < 20; i++) {
        u32 len = sizeof frame;
        set(a, TO_SEND + 8, i);
        start_send(a, RIG_HWADDR, 12);
        lb_rig_run(a, SEND_NS);
        assert_true(a->net_io[1].poll(a->net_io[1].ctx, frame, &len));
        b->net_io[1].send(b->net_io[1].ctx, frame, len);
        lb_rig_run(b, SEND_NS);
        lb_rig_poll_net(b);
        assert_int_equal(get(b, RECEIVED), IO_NET_MAGIC << 16 | RIG_HWADDR);
        assert_int_equal(get(b, RECEIVED + 8), i);
        set(b, RIRQ, 0);
    }
    assert_int_equal(a->stats.net_writes, 20);
    assert_int_equal(b->stats.net_reads, 20);
    lb_rig_free(a);
    lb_rig_free(b);
}

/* The cable of the tests keeps few frames, and survives that one end goes. */
static void the_cable_is_bounded(void **state)
{
    (void)state;
    struct io_net end[2];
    u8 frame[IO_NET_MAX] = {0};
    unsigned got = 0;
    u32 len = IO_NET_MAX;
    io_net_mem_open(end);
    for (unsigned i = 0; i < 2; i++, len = IO_NET_MAX) {
        assert_true(end[i].poll(end[i].ctx, frame, &len));
        assert_int_equal(len, 1);
        assert_int_equal(frame[0], 1);
    }
    io_net_put_header(frame, 1, 8, 2);
    for (unsigned i = 0; i < 100; i++)
        end[0].send(end[0].ctx, frame, 8);
    for (; end[1].poll(end[1].ctx, frame, &len); len = IO_NET_MAX)
        got += len == 8;
    assert_int_equal(got, IO_NET_MEM_QUEUE);
    end[1].close(end[1].ctx);
    end[0].send(end[0].ctx, frame, 8);
    len = IO_NET_MAX;
    assert_true(end[0].poll(end[0].ctx, frame, &len));
    assert_int_equal(len, 1);
    assert_int_equal(frame[0], 0);
    end[0].close(end[0].ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(identity),
        cmocka_unit_test(registers_end_where_documented),
        cmocka_unit_test(sends),
        cmocka_unit_test(sends_what_is_there_at_the_end),
        cmocka_unit_test(largest_frame),
        cmocka_unit_test(too_long_a_frame_is_wrong),
        cmocka_unit_test(sending_while_sending_is_wrong),
        cmocka_unit_test(reserved_bits_are_wrong),
        cmocka_unit_test(receives),
        cmocka_unit_test(takes_what_is_for_it),
        cmocka_unit_test(discards_while_one_is_unread),
        cmocka_unit_test(a_burst_is_spread_out),
        cmocka_unit_test(a_flood_is_bounded),
        cmocka_unit_test(damaged_frames_are_dropped),
        cmocka_unit_test(carrier),
        cmocka_unit_test(the_originals_status_has_no_carrier),
        cmocka_unit_test(card_to_card),
        cmocka_unit_test(the_cable_is_bounded),
    };
    return cmocka_run_group_tests_name("net", tests, NULL, NULL);
}
