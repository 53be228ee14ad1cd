/* SPDX-License-Identifier: ISC */
/*
 * What all virtio devices have from the core, shown with a device of the test's own: features,
 * status, queues right and wrong, interrupts, and how much it does in how much time.
 */
#include "vio_cmocka.h"

#include "lib/bits.h"
#include "lib/bug.h"

#include <string.h>

/* Copies what it may read to what it may write, and counts. */
struct echo {
    struct vio vio;
    unsigned chains, started, resets;
    bool lazy; /* leaves all where it is */
    struct vio_chain c;
    u32 seen[2]; /* configuration */
};

#define ECHO_F_TEST 1u

static void echo_notify(void *dev, unsigned queue)
{
    struct echo *d = dev;
    static u8 bytes[1 << 20];
    while (!d->lazy && vio_pop(&d->vio, queue, &d->c)) {
        u32 n = vio_get(&d->vio, &d->c, 0, bytes, sizeof bytes);
        vio_push(&d->vio, queue, d->c.head, vio_put(&d->vio, &d->c, 0, bytes, n));
        d->chains++;
    }
}

static void echo_started(void *dev)
{
    ((struct echo *)dev)->started++;
}

static void echo_config(void *dev, u8 *to)
{
    struct echo *d = dev;
    store_le32(to, d->seen[0]);
    store_le32(to + 4, 0x44332211);
}

static void echo_config_written(void *dev, u32 off, unsigned size, u32 val)
{
    struct echo *d = dev;
    d->seen[0] = val;
    d->seen[1] = off << 8 | size;
}

static bool echo_accepts(void *dev, u64 features)
{
    (void)dev;
    return features & ECHO_F_TEST;
}

static void echo_reset(void *dev)
{
    ((struct echo *)dev)->resets++;
}

static void echo_free(void *dev)
{
    free(dev);
}

static const struct vio_class echo_class = {.name = "echo",
                                            .id = 42,
                                            .notify = echo_notify,
                                            .started = echo_started,
                                            .accepts = echo_accepts,
                                            .config = echo_config,
                                            .config_written = echo_config_written,
                                            .reset = echo_reset,
                                            .free = echo_free};

static struct echo *echo_of(const struct vio_rig *r)
{
    return r->bank.dev[r->at]->dev;
}

static void plug(struct vio_rig *r)
{
    struct echo *d = xcalloc(1, sizeof *d);
    struct vio_place place = vio_rig_place(r);
    struct vio_spec spec = {
        .features = ECHO_F_TEST, .nqueues = 2, .queue_size = 128, .config_len = 8};
    vio_init(&d->vio, &echo_class, d, &place, &spec);
    vio_rig_plug(r, &d->vio);
}

static struct vio_rig *idle_rig(void)
{
    struct vio_rig *r = vio_rig_new();
    plug(r);
    return r;
}

static struct vio_rig *ready_rig(u64 features)
{
    struct vio_rig *r = idle_rig();
    assert_true(vio_rig_start(r, ECHO_F_TEST | features));
    return r;
}

static struct vio_rig_buf in(struct vio_rig *r, const char *text)
{
    u32 len = (u32)strlen(text);
    struct vio_rig_buf b = {.pa = vio_rig_alloc(r, len), .len = len};
    memcpy(vio_rig_ptr(r, b.pa), text, len);
    return b;
}

static struct vio_rig_buf out(struct vio_rig *r, u32 len)
{
    return (struct vio_rig_buf){.pa = vio_rig_alloc(r, len), .len = len, .write = true};
}

static void assert_answered(struct vio_rig *r, unsigned queue, u16 head, u32 written)
{
    u16 h;
    u32 n;
    assert_true(vio_rig_collect(r, queue, &h, &n));
    assert_int_equal(h, head);
    assert_int_equal(n, written);
}

static void assert_nothing(struct vio_rig *r, unsigned queue)
{
    u16 h;
    u32 n;
    assert_false(vio_rig_collect(r, queue, &h, &n));
}

/* ---- registers ---- */

static void it_says_what_it_is(void **state)
{
    (void)state;
    struct vio_rig *r = idle_rig();
    assert_int_equal(vio_rig_get(r, 0), 0x74726976);
    assert_int_equal(vio_rig_get(r, 4), 2);
    assert_int_equal(vio_rig_get(r, 8), 42);
    assert_int_equal(vio_rig_get(r, RIG_QUEUE_NUM_MAX), 128);
    vio_rig_set(r, RIG_QUEUE_SEL, 2);
    assert_int_equal(vio_rig_get(r, RIG_QUEUE_NUM_MAX), 0);
    assert_int_equal(vio_rig_get(r, 0xb0), ~0u); /* no shared memory */
    assert_int_equal(vio_rig_get(r, RIG_DEVICE_FEATURES), ECHO_F_TEST | 3u << 28);
    vio_rig_set(r, RIG_DEVICE_FEATURES_SEL, 1);
    assert_int_equal(vio_rig_get(r, RIG_DEVICE_FEATURES), 1);
    vio_rig_set(r, RIG_DEVICE_FEATURES_SEL, 2);
    assert_int_equal(vio_rig_get(r, RIG_DEVICE_FEATURES), 0);
    vio_rig_free(r);
}

static void where_there_is_no_device_is_a_bus_error(void **state)
{
    (void)state;
    struct vio_rig *r = idle_rig();
    u32 val;
    r->at = 1;
    assert_false(vio_rig_read(r, 4, 0, &val));
    assert_false(vio_rig_write(r, 4, 0, 0));
    vio_rig_free(r);
}

static void registers_are_words_and_the_configuration_has_any_size(void **state)
{
    (void)state;
    struct vio_rig *r = idle_rig();
    u32 val;
    assert_true(vio_rig_read(r, 1, 0, &val) && val == 0);
    assert_true(vio_rig_read(r, 1, RIG_CONFIG + 5, &val) && val == 0x22);
    assert_true(vio_rig_read(r, 2, RIG_CONFIG + 6, &val) && val == 0x4433);
    assert_true(vio_rig_read(r, 4, RIG_CONFIG + 4, &val) && val == 0x44332211);
    assert_true(vio_rig_read(r, 4, RIG_CONFIG + 8, &val) && val == 0);
    assert_true(vio_rig_write(r, 2, RIG_CONFIG + 2, 0x1234));
    assert_int_equal(echo_of(r)->seen[1], 2 << 8 | 2);
    assert_true(vio_rig_write(r, 4, RIG_CONFIG + 8, 1));
    assert_int_equal(echo_of(r)->seen[0], 0x1234);
    assert_int_equal(r->misuses, 3);
    vio_rig_free(r);
}

static void a_driver_without_version_1_is_refused(void **state)
{
    (void)state;
    struct vio_rig *r = idle_rig();
    vio_rig_set(r, RIG_STATUS, VIO_ACKNOWLEDGE | VIO_DRIVER);
    vio_rig_set(r, RIG_DRIVER_FEATURES, ECHO_F_TEST);
    vio_rig_set(r, RIG_STATUS, VIO_ACKNOWLEDGE | VIO_DRIVER | VIO_FEATURES_OK);
    assert_int_equal(vio_rig_get(r, RIG_STATUS), VIO_ACKNOWLEDGE | VIO_DRIVER);
    vio_rig_set(r, RIG_STATUS, VIO_ACKNOWLEDGE | VIO_DRIVER | VIO_FEATURES_OK | VIO_DRIVER_OK);
    assert_int_equal(vio_rig_get(r, RIG_STATUS), VIO_ACKNOWLEDGE | VIO_DRIVER);
    assert_int_equal(echo_of(r)->started, 0);
    vio_rig_set(r, 0x28, 4096); /* registers of old drivers */
    vio_rig_set(r, 0x40, 1);
    assert_int_equal(vio_rig_get(r, 0x40), 0);
    assert_int_equal(r->misuses, 2);
    vio_rig_free(r);
}

static void features_are_a_choice_of_those_offered(void **state)
{
    (void)state;
    struct vio_rig *r = idle_rig();
    assert_false(vio_rig_start(r, ECHO_F_TEST | 2));
    assert_false(vio_rig_start(r, ECHO_F_TEST | 1ull << 40));
    assert_false(vio_rig_start(r, 0)); /* the device wants it */
    assert_true(vio_rig_start(r, ECHO_F_TEST | VIO_F_EVENT_IDX));
    vio_rig_set(r, RIG_DRIVER_FEATURES_SEL, 0);
    vio_rig_set(r, RIG_DRIVER_FEATURES, 0); /* too late */
    assert_true(vio_has(r->bank.dev[0], ECHO_F_TEST));
    vio_rig_free(r);
}

static void a_reset_forgets_the_driver(void **state)
{
    (void)state;
    struct vio_rig *r = ready_rig(0);
    unsigned resets = echo_of(r)->resets;
    vio_rig_set(r, RIG_STATUS, 0);
    assert_int_equal(echo_of(r)->resets, resets + 1);
    assert_int_equal(vio_rig_get(r, RIG_STATUS), 0);
    assert_int_equal(vio_rig_get(r, RIG_QUEUE_READY), 0);
    struct vio_rig_buf b[] = {in(r, "lost"), out(r, 4)};
    vio_rig_send(r, 0, b, 2);
    assert_int_equal(echo_of(r)->chains, 0);
    vio_rig_free(r);
}

/* ---- queues as they should be ---- */

static void chains_are_answered_within_the_notification(void **state)
{
    (void)state;
    struct vio_rig *r = ready_rig(0);
    struct vio_rig_buf b[] = {in(r, "hello, "), in(r, "world"), out(r, 3), out(r, 20)};
    u16 head = vio_rig_send(r, 1, b, 4);
    assert_answered(r, 1, head, 12);
    assert_memory_equal(vio_rig_ptr(r, b[2].pa), "hel", 3);
    assert_memory_equal(vio_rig_ptr(r, b[3].pa), "lo, world", 9);
    assert_nothing(r, 1);
    assert_true(r->line);
    assert_int_equal(vio_rig_get(r, RIG_ISR), 1);
    vio_rig_set(r, RIG_ACK, 1);
    assert_false(r->line);
    vio_rig_free(r);
}

static void rings_wrap(void **state)
{
    (void)state;
    struct vio_rig *r = ready_rig(0);
    struct vio_rig_buf b[] = {in(r, "abc"), out(r, 8)};
    for (unsigned i = 0; i < 70000; i++) {
        assert_answered(r, 0, vio_rig_send(r, 0, b, 2), 3);
        vio_rig_run(r, 2 * RIG_US);
    }
    assert_int_equal(echo_of(r)->chains, 70000);
    vio_rig_free(r);
}

static void several_chains_wait_for_one_notification(void **state)
{
    (void)state;
    struct vio_rig *r = ready_rig(0);
    struct vio_rig_buf b[] = {in(r, "abc"), out(r, 8)};
    u16 first = vio_rig_chain(r, 0, b, 2), second = vio_rig_chain(r, 0, b, 1);
    vio_rig_offer(r, 0, second);
    vio_rig_offer(r, 0, first);
    assert_nothing(r, 0);
    vio_rig_set(r, RIG_QUEUE_NOTIFY, 0);
    assert_answered(r, 0, second, 0);
    assert_answered(r, 0, first, 3);
    vio_rig_free(r);
}

static void indirect_tables_are_chains(void **state)
{
    (void)state;
    struct vio_rig *r = ready_rig(VIO_F_INDIRECT_DESC);
    struct vio_rig_buf b[] = {in(r, "indirect"), out(r, 8)};
    gpa table = vio_rig_alloc(r, 32);
    vio_rig_desc(r, table, 0, b[0].pa, 8, 1, 1);
    vio_rig_desc(r, table, 1, b[1].pa, 8, 2, 0);
    vio_rig_desc(r, r->queue[0][0].desc, 5, table, 32, 4, 0);
    vio_rig_offer(r, 0, 5);
    vio_rig_set(r, RIG_QUEUE_NOTIFY, 0);
    assert_answered(r, 0, 5, 8);
    assert_memory_equal(vio_rig_ptr(r, b[1].pa), "indirect", 8);
    vio_rig_free(r);
}

static void readable_buffers_may_be_rom(void **state)
{
    (void)state;
    struct vio_rig *r = ready_rig(0);
    struct vio_rig_buf b[] = {{.pa = RIG_ROM, .len = 16}, out(r, 16)};
    assert_answered(r, 0, vio_rig_send(r, 0, b, 2), 16);
    b[1] = (struct vio_rig_buf){.pa = RIG_ROM, .len = 16, .write = true};
    vio_rig_send(r, 0, b, 2);
    assert_true(rig_broken(r));
    vio_rig_free(r);
}

static void interrupts_come_when_they_are_wanted(void **state)
{
    (void)state;
    struct vio_rig *r = ready_rig(0);
    struct vio_rig_buf b = out(r, 8);
    store_le16(vio_rig_ptr(r, r->queue[0][0].avail), 1);
    vio_rig_send(r, 0, &b, 1);
    assert_false(r->line);
    store_le16(vio_rig_ptr(r, r->queue[0][0].avail), 0);
    vio_rig_send(r, 0, &b, 1);
    assert_true(r->line);
    vio_rig_free(r);
}

static void events_say_which_entry_is_waited_for(void **state)
{
    (void)state;
    struct vio_rig *r = ready_rig(VIO_F_EVENT_IDX);
    struct vio_rig_queue *q = &r->queue[0][0];
    struct vio_rig_buf b = out(r, 8);
    u8 *used_event = vio_rig_ptr(r, q->avail + 4 + 2 * q->size);
    const u8 *avail_event = vio_rig_ptr(r, q->used + 4 + 8 * q->size);
    store_le16(used_event, 2);
    for (u16 i = 0; i < 2; i++) {
        vio_rig_send(r, 0, &b, 1);
        assert_false(r->line);
        assert_int_equal(load_le16(avail_event), i + 1);
    }
    vio_rig_send(r, 0, &b, 1);
    assert_true(r->line);
    vio_rig_free(r);
}

/* ---- queues as they should not be ---- */

static void assert_breaks(struct vio_rig *r)
{
    assert_true(rig_broken(r));
    assert_true(r->line);
    assert_int_equal(vio_rig_get(r, RIG_ISR) & 2, 2);
    unsigned chains = echo_of(r)->chains;
    vio_rig_set(r, RIG_QUEUE_NOTIFY, 0);
    vio_rig_set(r, RIG_QUEUE_NOTIFY, 1);
    assert_int_equal(echo_of(r)->chains, chains);
    assert_true(vio_rig_start(r, ECHO_F_TEST)); /* and it works again */
    assert_false(r->line);
    struct vio_rig_buf b[] = {in(r, "again"), out(r, 5)};
    assert_answered(r, 0, vio_rig_send(r, 0, b, 2), 5);
    vio_rig_free(r);
}

/* Descriptors that no driver makes: as they stand in the table from 0 on; the chain is 0. */
static void bad_chains_break_the_device(void **state)
{
    (void)state;
    static const struct {
        struct {
            u64 addr;
            u32 len;
            u16 flags, next;
        } desc[3];
        u16 head;
    } bad[] = {
        {{{0x1000, 1, 1, 0}}, 0},                    /* a loop of one */
        {{{0x1000, 1, 1, 1}, {0x1000, 1, 1, 0}}, 0}, /* of two */
        {{{0x1000, 1, 1, 64}}, 0},                   /* out of the table */
        {{{0x1000, 1, 1, 0xffff}}, 0},
        {{{0x1000, 1, 0, 0}}, 64},     /* the head is */
        {{{0x1000, 0, 0, 0}}, 0},      /* empty */
        {{{RIG_RAM, 1, 0, 0}}, 0},     /* not in RAM */
        {{{RIG_RAM - 1, 2, 0, 0}}, 0}, /* not all */
        {{{0x1000, 0xffffffff, 0, 0}}, 0},
        {{{~0ull, 2, 0, 0}}, 0},
        {{{~0ull - 0xff, 0x1100, 0, 0}}, 0},
        {{{1ull << 32 | 0x1000, 1, 0, 0}}, 0},
        {{{RIG_WINDOW, 4, 0, 0}}, 0},                /* registers */
        {{{RIG_ROM, 4, 2, 0}}, 0},                   /* ROM, to be written */
        {{{0x1000, 1, 3, 1}, {0x1000, 1, 0, 0}}, 0}, /* readable after writable */
        {{{0x1000, 1, 4, 0}}, 0},                    /* indirect, half a descriptor */
        {{{0x1000, 0, 4, 0}}, 0},
        {{{RIG_RAM, 16, 4, 0}}, 0},
        {{{0x1000, 16 * 257, 4, 0}}, 0},
        {{{0x100000, 16, 5, 1}, {0x1000, 1, 0, 0}}, 0}, /* indirect, and more */
        {{{0x1000, 1, 1, 1}, {0x100000, 16, 4, 0}}, 0}, /* indirect inside a chain */
    };
    for (unsigned i = 0; i < ARRAY_LEN(bad); i++) {
        struct vio_rig *r = ready_rig(VIO_F_INDIRECT_DESC);
        for (unsigned n = 0; n < 3; n++)
            vio_rig_desc(r, r->queue[0][0].desc, n, bad[i].desc[n].addr, bad[i].desc[n].len,
                         bad[i].desc[n].flags, bad[i].desc[n].next);
        vio_rig_offer(r, 0, bad[i].head);
        vio_rig_set(r, RIG_QUEUE_NOTIFY, 0);
        if (!rig_broken(r))
            fail_msg("chain %u was taken", i);
        assert_nothing(r, 0);
        assert_breaks(r);
    }
}

static void bad_indirect_tables_break_the_device(void **state)
{
    (void)state;
    static const struct {
        u64 addr;
        u32 len;
        u16 flags, next;
    } bad[] = {
        {0x1000, 1, 1, 0},  /* a loop */
        {0x1000, 1, 1, 4},  /* out of the table */
        {0x1000, 16, 4, 0}, /* indirect again */
        {0x1000, 0, 0, 0},  /* empty */
        {RIG_RAM, 1, 2, 0}, /* not in RAM */
    };
    for (unsigned i = 0; i < ARRAY_LEN(bad); i++) {
        struct vio_rig *r = ready_rig(VIO_F_INDIRECT_DESC);
        gpa table = vio_rig_alloc(r, 64);
        vio_rig_desc(r, table, 0, bad[i].addr, bad[i].len, bad[i].flags, bad[i].next);
        vio_rig_desc(r, r->queue[0][0].desc, 0, table, 64, 4, 0);
        vio_rig_offer(r, 0, 0);
        vio_rig_set(r, RIG_QUEUE_NOTIFY, 0);
        assert_breaks(r);
    }
    struct vio_rig *r = ready_rig(0); /* not negotiated */
    gpa table = vio_rig_alloc(r, 64);
    vio_rig_desc(r, table, 0, 0x1000, 1, 0, 0);
    vio_rig_desc(r, r->queue[0][0].desc, 0, table, 16, 4, 0);
    vio_rig_offer(r, 0, 0);
    vio_rig_set(r, RIG_QUEUE_NOTIFY, 0);
    assert_breaks(r);
}

static void a_chain_of_too_many_bytes_breaks_the_device(void **state)
{
    (void)state;
    struct vio_rig *r = ready_rig(VIO_F_INDIRECT_DESC);
    gpa table = vio_rig_alloc(r, 16 * VIO_QUEUE_SIZE);
    for (u32 i = 0; i < VIO_QUEUE_SIZE; i++)
        vio_rig_desc(r, table, i, 0, VIO_MAX_BYTES / 128, i + 1 < VIO_QUEUE_SIZE, (u16)(i + 1));
    vio_rig_desc(r, r->queue[0][0].desc, 0, table, 16 * VIO_QUEUE_SIZE, 4, 0);
    vio_rig_offer(r, 0, 0);
    vio_rig_set(r, RIG_QUEUE_NOTIFY, 0);
    assert_breaks(r);
}

static void bad_available_rings_break_the_device(void **state)
{
    (void)state;
    struct vio_rig *r = ready_rig(0);
    store_le16(vio_rig_ptr(r, r->queue[0][0].avail + 2), RIG_QUEUE + 1);
    vio_rig_set(r, RIG_QUEUE_NOTIFY, 0);
    assert_breaks(r);
    r = ready_rig(0);
    store_le16(vio_rig_ptr(r, r->queue[0][0].avail + 2), 0xffff);
    vio_rig_set(r, RIG_QUEUE_NOTIFY, 0);
    assert_breaks(r);
}

/* Set up so, a queue breaks the device when it is made ready. */
static void bad_queues_are_never_ready(void **state)
{
    (void)state;
    static const struct {
        u32 size;
        u64 desc, avail, used;
    } bad[] = {
        {3, 0x1000, 0x2000, 0x3000},          {8, 0x1008, 0x2000, 0x3000},
        {8, 0x1000, 0x2001, 0x3000},          {8, 0x1000, 0x2000, 0x3002},
        {8, RIG_RAM - 16, 0x2000, 0x3000},    {8, 0x1000, RIG_RAM - 20, 0x3000},
        {8, 0x1000, 0x2000, RIG_RAM - 64},    {8, 0x1000, 0x2000, RIG_ROM},
        {8, RIG_WINDOW, 0x2000, 0x3000},      {8, 1ull << 32 | 0x1000, 0x2000, 0x3000},
        {8, 0x1000, ~0ull - 1, 0x3000},       {8, 0x1000, 0x2000, ~3ull},
        {0, 0x1000, 0x2000, 0x3000},          {256, 0x1000, 0x2000, 0x3000},
        {0x80000000, 0x1000, 0x2000, 0x3000},
    };
    for (unsigned i = 0; i < ARRAY_LEN(bad); i++) {
        struct vio_rig *r = idle_rig();
        vio_rig_set(r, RIG_STATUS, VIO_ACKNOWLEDGE | VIO_DRIVER);
        vio_rig_set(r, RIG_QUEUE_NUM, bad[i].size);
        for (u32 k = 0; k < 2; k++) {
            vio_rig_set(r, RIG_QUEUE_DESC + 4 * k, (u32)(bad[i].desc >> 32 * k));
            vio_rig_set(r, RIG_QUEUE_DRIVER + 4 * k, (u32)(bad[i].avail >> 32 * k));
            vio_rig_set(r, RIG_QUEUE_DEVICE + 4 * k, (u32)(bad[i].used >> 32 * k));
        }
        vio_rig_set(r, RIG_QUEUE_READY, 1);
        if (!rig_broken(r))
            fail_msg("queue %u was taken", i);
        vio_rig_free(r);
    }
}

static void a_queue_in_use_keeps_its_place(void **state)
{
    (void)state;
    struct vio_rig *r = ready_rig(0);
    vio_rig_set(r, RIG_QUEUE_SEL, 0);
    vio_rig_set(r, RIG_QUEUE_DESC, 0x10);
    vio_rig_set(r, RIG_QUEUE_NUM, 1);
    vio_rig_set(r, RIG_QUEUE_READY, 1);
    assert_int_equal(r->misuses, 2);
    struct vio_rig_buf b[] = {in(r, "still"), out(r, 5)};
    assert_answered(r, 0, vio_rig_send(r, 0, b, 2), 5);
    vio_rig_free(r);
}

/* ---- time ---- */

/* A million doorbells, and chains as large as they can be: what it does in a stretch of virtual
 * time is bounded, and all is done in the end. */
static void work_takes_virtual_time(void **state)
{
    (void)state;
    struct vio_rig *r = ready_rig(0);
    struct vio_rig_buf b[] = {{.pa = RIG_RAM / 2, .len = RIG_RAM / 2},
                              {.pa = RIG_RAM / 2, .len = RIG_RAM / 2, .write = true}};
    for (unsigned i = 0; i < RIG_QUEUE / 2; i++)
        vio_rig_offer(r, 0, vio_rig_chain(r, 0, b, 2));
    for (unsigned i = 0; i < 1000000; i++)
        vio_rig_set(r, RIG_QUEUE_NOTIFY, 0);
    assert_in_range(echo_of(r)->chains, 2, 3); /* 2 MB each, in 4 MB that are free */
    assert_true(r->clock.next != CLOCK_NEVER);
    vio_rig_run(r, RIG_MS); /* 4 MB */
    assert_in_range(echo_of(r)->chains, 4, 5);
    vio_rig_run(r, 20 * RIG_MS);
    assert_int_equal(echo_of(r)->chains, RIG_QUEUE / 2);
    assert_true(r->clock.next == CLOCK_NEVER);
    vio_rig_free(r);
}

static void small_chains_take_time_too(void **state)
{
    (void)state;
    struct vio_rig *r = ready_rig(0);
    struct vio_rig_buf b = out(r, 1);
    unsigned sent = 0;
    for (; sent < 5000 && r->clock.next == CLOCK_NEVER; sent++)
        vio_rig_send(r, 0, &b, 1);
    assert_in_range(sent, 980, 1100);
    vio_rig_run(r, RIG_S);
    assert_int_equal(echo_of(r)->chains, sent);
    vio_rig_free(r);
}

static void what_waits_is_forgotten_by_a_reset(void **state)
{
    (void)state;
    struct vio_rig *r = ready_rig(0);
    struct vio_rig_buf b = {.pa = RIG_RAM / 2, .len = RIG_RAM / 2};
    for (unsigned i = 0; i < 32; i++)
        vio_rig_send(r, 0, &b, 1);
    assert_true(r->clock.next != CLOCK_NEVER);
    vio_rig_set(r, RIG_STATUS, 0);
    assert_true(r->clock.next == CLOCK_NEVER);
    vio_rig_free(r);
}

/* A driver that resets without end pays with the time of what it asks for then. */
static void resets_take_virtual_time(void **state)
{
    (void)state;
    struct vio_rig *r = ready_rig(0);
    struct vio_rig_buf b = out(r, 1);
    u16 head = vio_rig_send(r, 0, &b, 1);
    assert_answered(r, 0, head, 0);
    for (unsigned i = 0; i < 1000; i++)
        vio_rig_set(r, RIG_STATUS, 0);
    assert_true(vio_rig_start(r, ECHO_F_TEST));
    head = vio_rig_send(r, 0, &b, 1);
    assert_nothing(r, 0);
    vio_rig_run(r, 5 * RIG_MS);
    assert_nothing(r, 0);
    vio_rig_run(r, 6 * RIG_MS);
    assert_answered(r, 0, head, 0);
    vio_rig_free(r);
}

/* ---- several, and configuration ---- */

static void devices_of_a_bank_share_the_line(void **state)
{
    (void)state;
    struct vio_rig *r = ready_rig(0);
    plug(r);
    struct vio_rig_buf b = out(r, 1);
    for (r->at = 0; r->at < 2; r->at++) {
        assert_true(vio_rig_start(r, ECHO_F_TEST));
        vio_rig_send(r, 0, &b, 1);
    }
    r->at = 0;
    vio_rig_set(r, RIG_ACK, 1);
    assert_true(r->line);
    assert_int_equal(vio_rig_get(r, RIG_ISR), 0);
    r->at = 1;
    vio_rig_set(r, RIG_ACK, 1);
    assert_false(r->line);
    vio_rig_free(r);
}

static void a_change_of_the_configuration_is_told(void **state)
{
    (void)state;
    struct vio_rig *r = idle_rig();
    u32 generation = vio_rig_get(r, RIG_GENERATION);
    vio_config_changed(r->bank.dev[0]);
    assert_false(r->line); /* there is no driver */
    assert_int_equal(vio_rig_get(r, RIG_GENERATION), generation + 1);
    vio_rig_start(r, ECHO_F_TEST);
    vio_config_changed(r->bank.dev[0]);
    assert_int_equal(vio_rig_get(r, RIG_ISR), 2);
    assert_int_equal(vio_rig_get(r, RIG_GENERATION), generation + 2);
    vio_rig_free(r);
}

static void chains_can_be_put_back_and_read_again(void **state)
{
    (void)state;
    struct vio_rig *r = ready_rig(0);
    struct echo *d = echo_of(r);
    d->lazy = true;
    struct vio_rig_buf b[] = {in(r, "later"), out(r, 5)};
    u16 head = vio_rig_send(r, 0, b, 2);
    assert_true(vio_waiting(&d->vio, 0));
    assert_true(vio_pop(&d->vio, 0, &d->c));
    assert_false(vio_waiting(&d->vio, 0));
    vio_unpop(&d->vio, 0, 5);
    assert_true(vio_pop(&d->vio, 0, &d->c));
    assert_true(vio_again(&d->vio, 0, head, &d->c));
    assert_int_equal(d->c.read_len, 5);
    vio_rig_desc(r, r->queue[0][0].desc, head, 0, 1, 1, head); /* changed meanwhile */
    assert_false(vio_again(&d->vio, 0, head, &d->c));
    d->lazy = false;
    assert_breaks(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_says_what_it_is),
        cmocka_unit_test(where_there_is_no_device_is_a_bus_error),
        cmocka_unit_test(registers_are_words_and_the_configuration_has_any_size),
        cmocka_unit_test(a_driver_without_version_1_is_refused),
        cmocka_unit_test(features_are_a_choice_of_those_offered),
        cmocka_unit_test(a_reset_forgets_the_driver),
        cmocka_unit_test(chains_are_answered_within_the_notification),
        cmocka_unit_test(rings_wrap),
        cmocka_unit_test(several_chains_wait_for_one_notification),
        cmocka_unit_test(indirect_tables_are_chains),
        cmocka_unit_test(readable_buffers_may_be_rom),
        cmocka_unit_test(interrupts_come_when_they_are_wanted),
        cmocka_unit_test(events_say_which_entry_is_waited_for),
        cmocka_unit_test(bad_chains_break_the_device),
        cmocka_unit_test(bad_indirect_tables_break_the_device),
        cmocka_unit_test(a_chain_of_too_many_bytes_breaks_the_device),
        cmocka_unit_test(bad_available_rings_break_the_device),
        cmocka_unit_test(bad_queues_are_never_ready),
        cmocka_unit_test(a_queue_in_use_keeps_its_place),
        cmocka_unit_test(work_takes_virtual_time),
        cmocka_unit_test(small_chains_take_time_too),
        cmocka_unit_test(what_waits_is_forgotten_by_a_reset),
        cmocka_unit_test(resets_take_virtual_time),
        cmocka_unit_test(devices_of_a_bank_share_the_line),
        cmocka_unit_test(a_change_of_the_configuration_is_told),
        cmocka_unit_test(chains_can_be_put_back_and_read_again),
    };
    return cmocka_run_group_tests_name("vio_queue", tests, NULL, NULL);
}
