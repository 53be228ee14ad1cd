/* SPDX-License-Identifier: ISC */
#include "vio_cmocka.h"

#include "dev/vio_net.h"
#include "io/io_ether_mem.h"
#include "lib/bits.h"

#include <string.h>

enum {
    RX = 0,
    TX = 1,
    HEADER = 12
};

#define STATUS_FEATURE (1ull << 16)

static const struct vio_kind *kind;

static struct vio_rig *rig(void)
{
    struct vio_rig *r = vio_kind_rig(kind);
    vio_kind_net_serve(r); /* the carrier */
    assert_true(vio_rig_start(r, r->bank.dev[0]->offered));
    return r;
}

static struct io_ether *far_end(const struct vio_rig *r)
{
    return &((struct vio_kind_net *)r->extra)->end[1];
}

static struct vio_net *card(const struct vio_rig *r)
{
    return ((struct vio_kind_net *)r->extra)->card;
}

/* What the card sent, or 0. */
static u32 sent(struct vio_rig *r, u8 frame[2048])
{
    const struct io_ether *e = far_end(r);
    u32 len;
    do {
        len = 2048;
        if (!e->poll(e->ctx, frame, &len))
            return 0;
    } while (len == 1);
    return len;
}

static gpa frame_at(struct vio_rig *r, u32 len, u8 mark)
{
    gpa pa = vio_rig_alloc(r, HEADER + len);
    u8 *p = vio_rig_ptr(r, pa);
    memset(p, 0, HEADER);
    for (u32 i = 0; i < len; i++)
        p[HEADER + i] = (u8)(i * 3 + mark);
    return pa;
}

static void assert_frame(const u8 *frame, u32 len, u8 mark)
{
    for (u32 i = 0; i < len; i++)
        assert_int_equal(frame[i], (u8)(i * 3 + mark));
}

static void collect(struct vio_rig *r, unsigned queue, u32 written)
{
    u16 head;
    u32 got;
    assert_true(vio_rig_collect(r, queue, &head, &got));
    assert_int_equal(got, written);
}

static void identity(void **state)
{
    (void)state;
    struct vio_rig *r = rig();
    u32 val;
    assert_int_equal(vio_rig_get(r, 8), 1);
    static const u8 mac[] = {2, 'k', 'u', 's', 'e', 'g'};
    for (unsigned i = 0; i < 6; i++) {
        assert_true(vio_rig_read(r, 1, RIG_CONFIG + i, &val));
        assert_int_equal(val, mac[i]);
    }
    assert_true(vio_rig_read(r, 2, RIG_CONFIG + 6, &val));
    assert_int_equal(val, 1);
    vio_kind_drop(kind, r);
}

/* Header and frame in one piece, in two, and cut anywhere. */
static void sends(void **state)
{
    (void)state;
    struct vio_rig *r = rig();
    u8 frame[2048];
    static const u32 lens[] = {IO_ETHER_HEADER, 60, 1514, IO_ETHER_MAX};
    for (u8 i = 0; i < ARRAY_LEN(lens); i++) {
        u32 len = lens[i], cuts[] = {0, 1, HEADER - 1, HEADER, HEADER + 1, HEADER + len - 1};
        for (unsigned k = 0; k < ARRAY_LEN(cuts); k++) {
            gpa pa = frame_at(r, len, i);
            struct vio_rig_buf buf[2] = {{.pa = pa, .len = cuts[k]},
                                         {.pa = pa + cuts[k], .len = HEADER + len - cuts[k]}};
            vio_rig_send(r, TX, buf + !k, k ? 2 : 1);
            assert_int_equal(sent(r, frame), len);
            assert_frame(frame, len, i);
            collect(r, TX, 0);
            r->free = pa;
        }
    }
    assert_int_equal(r->stats.net_writes, 24);
    assert_int_equal(r->stats.net_drops, 0);
    assert_false(rig_broken(r));
    vio_kind_drop(kind, r);
}

static void what_is_no_frame_is_not_sent(void **state)
{
    (void)state;
    struct vio_rig *r = rig();
    u8 frame[2048];
    static const u32 lens[] = {1, HEADER, HEADER + IO_ETHER_HEADER - 1, HEADER + IO_ETHER_MAX + 1,
                               70000};
    for (unsigned i = 0; i < ARRAY_LEN(lens); i++) {
        struct vio_rig_buf buf = {.pa = vio_rig_alloc(r, lens[i]), .len = lens[i]};
        vio_rig_send(r, TX, &buf, 1);
        collect(r, TX, 0);
    }
    struct vio_rig_buf none = {.pa = frame_at(r, 60, 1), .len = 72, .write = true};
    vio_rig_send(r, TX, &none, 1);
    collect(r, TX, 0);
    for (unsigned i = 0; i < 2; i++) { /* work that was not offered: checksum, segments */
        struct vio_rig_buf buf = {.pa = frame_at(r, 60, 1), .len = 72};
        vio_rig_ptr(r, buf.pa)[i] = 1;
        vio_rig_send(r, TX, &buf, 1);
        collect(r, TX, 0);
    }
    assert_int_equal(sent(r, frame), 0);
    assert_int_equal(r->stats.net_writes, 0);
    assert_int_equal(r->stats.net_drops, 8);
    assert_false(rig_broken(r));
    vio_kind_drop(kind, r);
}

static void receives(void **state)
{
    (void)state;
    struct vio_rig *r = rig();
    u8 frame[IO_ETHER_MAX];
    static const u32 lens[] = {IO_ETHER_HEADER, 60, IO_ETHER_MAX};
    for (u8 i = 0; i < ARRAY_LEN(lens); i++) {
        u32 len = lens[i];
        gpa pa = vio_rig_alloc(r, HEADER + len);
        struct vio_rig_buf buf[2] = {{.pa = pa, .len = 20, .write = true},
                                     {.pa = pa + 20, .len = HEADER + len - 20, .write = true}};
        for (u32 k = 0; k < len; k++)
            frame[k] = (u8)(k * 3 + i);
        memset(vio_rig_ptr(r, pa), 0xee, HEADER);
        vio_rig_send(r, RX, buf, 2);
        assert_false(r->line);
        far_end(r)->send(far_end(r)->ctx, frame, len);
        vio_kind_net_serve(r);
        collect(r, RX, HEADER + len);
        assert_memory_equal(vio_rig_ptr(r, pa), "\0\0\0\0\0\0\0\0\0\0\1\0", HEADER);
        assert_frame(vio_rig_ptr(r, pa) + HEADER, len, i);
        vio_rig_set(r, RIG_ACK, vio_rig_get(r, RIG_ISR));
    }
    assert_int_equal(r->stats.net_reads, 3);
    vio_kind_drop(kind, r);
}

/* A driver that wants interrupts gets one for a frame. */
static void a_frame_interrupts(void **state)
{
    (void)state;
    struct vio_rig *r = vio_kind_rig(kind);
    u8 frame[60] = {0};
    struct vio_rig_buf buf = {.pa = vio_rig_alloc(r, 1530), .len = 1530, .write = true};
    assert_true(vio_rig_start(r, 0));
    vio_rig_send(r, RX, &buf, 1);
    vio_net_input(card(r), frame, sizeof frame);
    assert_true(r->line);
    assert_int_equal(vio_rig_get(r, RIG_ISR), 1);
    vio_rig_set(r, RIG_ACK, 1);
    assert_false(r->line);
    vio_kind_drop(kind, r);
}

/* While the driver has no buffers there, frames stay where they come from. */
static void frames_wait_for_buffers(void **state)
{
    (void)state;
    struct vio_rig *r = rig();
    u8 frame[60] = {0};
    assert_false(vio_net_input_room(card(r)));
    for (u8 i = 0; i < 5; i++) {
        frame[20] = i;
        far_end(r)->send(far_end(r)->ctx, frame, sizeof frame);
    }
    vio_kind_net_serve(r);
    assert_int_equal(r->stats.net_reads + r->stats.net_drops, 0);
    for (u8 i = 0; i < 5; i++) {
        struct vio_rig_buf buf = {.pa = vio_rig_alloc(r, 1530), .len = 1530, .write = true};
        vio_rig_send(r, RX, &buf, 1);
        assert_true(vio_net_input_room(card(r)));
        vio_kind_net_serve(r);
        assert_false(vio_net_input_room(card(r)));
        collect(r, RX, HEADER + sizeof frame);
        assert_int_equal(vio_rig_ptr(r, buf.pa)[HEADER + 20], i);
    }
    vio_net_input(card(r), frame, sizeof frame); /* all the same */
    assert_int_equal(r->stats.net_reads, 5);
    assert_int_equal(r->stats.net_drops, 1);
    vio_kind_drop(kind, r);
}

static void a_small_buffer_costs_the_frame(void **state)
{
    (void)state;
    struct vio_rig *r = rig();
    u8 frame[61] = {0};
    u16 head;
    u32 written;
    struct vio_rig_buf buf = {.pa = vio_rig_alloc(r, 72), .len = 72, .write = true};
    vio_rig_send(r, RX, &buf, 1);
    vio_net_input(card(r), frame, 61);
    assert_false(vio_rig_collect(r, RX, &head, &written));
    assert_int_equal(r->stats.net_drops, 1);
    vio_net_input(card(r), frame, 60);
    collect(r, RX, 72);
    vio_kind_drop(kind, r);
}

static void nobody_listens_before_the_driver_does(void **state)
{
    (void)state;
    struct vio_rig *r = vio_kind_rig(kind);
    u8 frame[60] = {0};
    assert_true(vio_net_input_room(card(r)));
    vio_net_input(card(r), frame, sizeof frame);
    assert_int_equal(r->stats.net_reads + r->stats.net_drops, 0);
    assert_false(r->line);
    vio_kind_drop(kind, r);
}

static void the_link_follows_the_carrier(void **state)
{
    (void)state;
    struct vio_rig *r = rig();
    u32 val, before = vio_rig_get(r, RIG_GENERATION);
    io_ether_mem_unplug(far_end(r), true);
    struct vio_rig_buf buf = {.pa = vio_rig_alloc(r, 1530), .len = 1530, .write = true};
    vio_rig_send(r, RX, &buf, 1);
    vio_kind_net_serve(r);
    assert_true(vio_rig_read(r, 2, RIG_CONFIG + 6, &val));
    assert_int_equal(val, 0);
    assert_int_equal(vio_rig_get(r, RIG_ISR), 2);
    assert_true(r->line);
    assert_int_not_equal(vio_rig_get(r, RIG_GENERATION), before);
    vio_rig_set(r, RIG_ACK, 2);
    vio_rig_set(r, RIG_STATUS, 0); /* the link is not the driver's to reset */
    io_ether_mem_unplug(far_end(r), false);
    vio_kind_net_serve(r);
    assert_false(r->line);
    assert_true(vio_rig_start(r, STATUS_FEATURE));
    assert_true(vio_rig_read(r, 2, RIG_CONFIG + 6, &val));
    assert_int_equal(val, 1);
    vio_kind_drop(kind, r);
}

/* Looking whether there is room is no part of the run: a replay does not look. */
static void looking_for_room_changes_nothing(void **state)
{
    (void)state;
    struct vio_rig *r = vio_kind_rig(kind);
    u64 s = rig_seed();
    kind->begin(r);
    for (unsigned i = 0; i < 3000; i++) {
        u32 val;
        vio_rig_random_step(r, &s, &val);
        u64 hash = state_set_hash(&r->parts), next = r->clock.next;
        (void)vio_net_input_room(card(r));
        assert_true(state_set_hash(&r->parts) == hash && r->clock.next == next);
    }
    vio_kind_drop(kind, r);
}

/* A driver that sends without end gets so much done in its time, and goes on later. */
static void a_flood_from_the_driver_is_bounded(void **state)
{
    (void)state;
    struct vio_rig *r = rig();
    u8 frame[2048];
    unsigned n = 0, waiting = 0;
    struct vio_rig_buf buf = {.pa = frame_at(r, 60, 1), .len = 72};
    for (unsigned i = 0; waiting < 50 && i < 5000; i++) {
        vio_rig_send(r, TX, &buf, 1);
        u32 got = sent(r, frame) == 60;
        n += got;
        waiting += !got;
    }
    assert_true(n > 300 && n < 1000);
    vio_rig_run(r, RIG_MS);
    for (; sent(r, frame) == 60; n++)
        waiting--;
    assert_int_equal(waiting, 0);
    vio_kind_drop(kind, r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(identity),
        cmocka_unit_test(sends),
        cmocka_unit_test(what_is_no_frame_is_not_sent),
        cmocka_unit_test(receives),
        cmocka_unit_test(a_frame_interrupts),
        cmocka_unit_test(frames_wait_for_buffers),
        cmocka_unit_test(a_small_buffer_costs_the_frame),
        cmocka_unit_test(nobody_listens_before_the_driver_does),
        cmocka_unit_test(the_link_follows_the_carrier),
        cmocka_unit_test(looking_for_room_changes_nothing),
        cmocka_unit_test(a_flood_from_the_driver_is_bounded),
    };
    for (unsigned i = 0; i < vio_nkinds; i++)
        if (!strcmp(vio_kinds[i].name, "net"))
            kind = &vio_kinds[i];
    return cmocka_run_group_tests_name("vio_net", tests, NULL, NULL);
}
