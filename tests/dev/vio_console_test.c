/* SPDX-License-Identifier: ISC */
/* The console and its ports: what a driver without and one with several ports sees. */
#include "vio_cmocka.h"

#include "dev/vio_console.h"
#include "lib/bits.h"

#include <string.h>

enum {
    RX = 0,
    TX = 1,
    TOLD = 2, /* control queues, as the driver sees them */
    SAY = 3,
    RX1 = 4,
    TX1 = 5,
    F_SIZE = 1,
    F_MULTIPORT = 2,
};

static struct far {
    char text[70000];
    u32 len;
    unsigned port;
} far;

static struct vio_console *console(const struct vio_rig *r)
{
    return r->extra;
}

static void far_send(void *ctx, unsigned port, const void *data, u32 len)
{
    (void)ctx;
    assert_true(far.len + len < sizeof far.text);
    memcpy(far.text + far.len, data, len);
    far.len += len;
    far.port = port;
}

static struct vio_rig *rig_with(bool with_console, u16 columns, u64 features)
{
    struct vio_rig *r = vio_rig_new();
    struct vio_place place = vio_rig_place(r);
    struct vio_console_config config = {.nports = 3,
                                        .console = with_console,
                                        .name = {NULL, "one", "the.second"},
                                        .columns = columns,
                                        .rows = 25,
                                        .send = far_send};
    memset(&far, 0, sizeof far);
    r->extra = vio_console_new(&place, &config);
    vio_rig_plug(r, vio_console_device(r->extra));
    assert_true(vio_rig_start(r, features));
    return r;
}

static struct vio_rig *rig(u64 features)
{
    return rig_with(true, 80, features);
}

static void say(struct vio_rig *r, u32 port, u16 event, u16 value)
{
    struct vio_rig_buf buf = {.pa = vio_rig_alloc(r, 8), .len = 8};
    u8 *p = vio_rig_ptr(r, buf.pa);
    store_le32(p, port);
    store_le16(p + 4, event);
    store_le16(p + 6, value);
    vio_rig_send(r, SAY, &buf, 1);
}

static gpa told; /* buffers of 64 bytes, in turn */
static unsigned ntold;

static void offer_told(struct vio_rig *r, unsigned n)
{
    told = vio_rig_alloc(r, 64 * n);
    ntold = 0;
    for (unsigned i = 0; i < n; i++)
        vio_rig_send(r, TOLD, &(struct vio_rig_buf){told + 64 * i, 64, true}, 1);
}

/* The next message; a name stands behind it. */
static void assert_told(struct vio_rig *r, u32 port, u16 event, u16 value, const char *name)
{
    u16 head;
    u32 len;
    assert_true(vio_rig_collect(r, TOLD, &head, &len));
    const u8 *p = vio_rig_ptr(r, told + 64 * ntold++);
    assert_int_equal(len, 8 + strlen(name));
    assert_int_equal(load_le32(p), port);
    assert_int_equal(load_le16(p + 4), event);
    assert_int_equal(load_le16(p + 6), value);
    assert_memory_equal(p + 8, name, strlen(name));
}

static void assert_told_nothing(struct vio_rig *r)
{
    u16 head;
    u32 len;
    assert_false(vio_rig_collect(r, TOLD, &head, &len));
}

static void send(struct vio_rig *r, unsigned queue, const char *text)
{
    struct vio_rig_buf buf = {.pa = vio_rig_alloc(r, (u32)strlen(text)), .len = (u32)strlen(text)};
    memcpy(vio_rig_ptr(r, buf.pa), text, buf.len);
    vio_rig_send(r, queue, &buf, 1);
}

static void assert_received(struct vio_rig *r, unsigned queue, gpa pa, const char *text)
{
    u16 head;
    u32 len;
    assert_true(vio_rig_collect(r, queue, &head, &len));
    assert_int_equal(len, strlen(text));
    assert_memory_equal(vio_rig_ptr(r, pa), text, len);
}

static bool used(struct vio_rig *r, unsigned queue)
{
    u16 head;
    u32 len;
    return vio_rig_collect(r, queue, &head, &len);
}

/* Port 1 is known, and open on both sides. */
static struct vio_rig *rig_open(void)
{
    struct vio_rig *r = rig(F_MULTIPORT);
    say(r, 1, 3, 1);
    say(r, 1, 6, 1);
    vio_console_peer(console(r), 1, true);
    return r;
}

static void identity_and_configuration(void **state)
{
    (void)state;
    struct vio_rig *r = rig(F_SIZE | F_MULTIPORT);
    u32 val;
    assert_int_equal(vio_rig_get(r, 8), 3);
    assert_int_equal(r->bank.dev[0]->offered & 0xffffff, F_SIZE | F_MULTIPORT);
    assert_true(vio_rig_read(r, 2, RIG_CONFIG, &val) && val == 80);
    assert_true(vio_rig_read(r, 2, RIG_CONFIG + 2, &val) && val == 25);
    assert_int_equal(vio_rig_get(r, RIG_CONFIG + 4), 3);
    vio_rig_free(r);
    r = rig_with(true, 0, 0);
    assert_int_equal(r->bank.dev[0]->offered & 0xffffff, F_MULTIPORT);
    vio_rig_free(r);
}

static void a_simple_driver_has_a_console(void **state)
{
    (void)state;
    struct vio_rig *r = rig(0);
    gpa in = vio_rig_alloc(r, 16);
    send(r, TX, "hello");
    assert_true(used(r, TX));
    assert_true(far.len == 5 && !memcmp(far.text, "hello", 5) && !far.port);
    vio_console_input(console(r), 0, "abc", 3); /* before there is a buffer */
    assert_int_equal(vio_console_room(console(r), 0), VIO_CONSOLE_IN - 3);
    assert_int_equal(vio_console_room(console(r), 1), 0);
    vio_rig_send(r, RX, &(struct vio_rig_buf){in, 2, true}, 1);
    assert_received(r, RX, in, "ab");
    vio_rig_send(r, RX, &(struct vio_rig_buf){in, 16, true}, 1);
    assert_received(r, RX, in, "c");
    assert_true(r->line);
    assert_true(r->stats.console_reads == 3 && r->stats.console_writes == 5);
    say(r, 0, 0, 1); /* it did not ask for ports */
    assert_false(used(r, SAY));
    vio_rig_free(r);
}

static void ports_are_introduced(void **state)
{
    (void)state;
    struct vio_rig *r = rig(F_MULTIPORT);
    offer_told(r, 16);
    say(r, 0xffffffff, 0, 1);
    assert_told(r, 0, 1, 1, "");
    assert_told(r, 1, 1, 1, "");
    assert_told(r, 2, 1, 1, "");
    assert_told_nothing(r);
    say(r, 0, 3, 1);
    assert_told(r, 0, 4, 1, "");
    assert_told(r, 0, 6, 1, "");
    say(r, 2, 3, 1);
    assert_told(r, 2, 6, 0, "");
    assert_told(r, 2, 7, 1, "the.second");
    vio_console_peer(console(r), 1, true); /* not ready */
    assert_told_nothing(r);
    vio_console_peer(console(r), 2, true);
    assert_told(r, 2, 6, 1, "");
    vio_console_peer(console(r), 2, false);
    assert_told(r, 2, 6, 0, "");
    say(r, 1, 3, 1);
    assert_told(r, 1, 6, 1, "");
    assert_told(r, 1, 7, 1, "one");
    assert_told_nothing(r);
    vio_rig_free(r);
}

static void without_a_console_there_is_no_port_0(void **state)
{
    (void)state;
    struct vio_rig *r = rig_with(false, 0, F_MULTIPORT);
    offer_told(r, 4);
    say(r, 0, 0, 1);
    assert_told(r, 1, 1, 1, "");
    assert_told(r, 2, 1, 1, "");
    say(r, 0, 3, 1);
    assert_told_nothing(r);
    vio_rig_free(r);
}

/* What is to be told is not lost while there is no buffer, and told once. */
static void messages_wait_for_buffers(void **state)
{
    (void)state;
    struct vio_rig *r = rig(F_MULTIPORT);
    say(r, 0, 0, 1);
    say(r, 1, 3, 1);
    for (unsigned i = 0; i < 1001; i++)
        vio_console_peer(console(r), 1, !(i & 1));
    offer_told(r, 2);
    assert_told(r, 0, 1, 1, "");
    assert_told(r, 1, 1, 1, "");
    offer_told(r, 8);
    assert_told(r, 1, 6, 1, "");
    assert_told(r, 1, 7, 1, "one");
    assert_told(r, 2, 1, 1, "");
    assert_told_nothing(r);
    vio_rig_free(r);
}

static void nonsense_on_the_control_queue_is_harmless(void **state)
{
    (void)state;
    struct vio_rig *r = rig(F_MULTIPORT);
    offer_told(r, 4);
    for (u16 event = 0; event < 20; event++)
        say(r, 3, event ? event : 99, 1);
    say(r, 0xffffffff, 6, 1);
    say(r, 0, 0, 0);
    send(r, SAY, "short");
    vio_rig_send(r, SAY, &(struct vio_rig_buf){vio_rig_alloc(r, 8), 8, true}, 1);
    for (unsigned i = 0; i < 24; i++)
        assert_true(used(r, SAY));
    assert_told_nothing(r);
    assert_false(rig_broken(r));
    vio_rig_free(r);
}

static void ports_carry_bytes_while_they_are_open(void **state)
{
    (void)state;
    struct vio_rig *r = rig_open();
    gpa in = vio_rig_alloc(r, 16);
    send(r, TX1, "to one");
    assert_true(used(r, TX1));
    assert_true(far.len == 6 && !memcmp(far.text, "to one", 6) && far.port == 1);
    vio_console_input(console(r), 1, "from one", 8);
    vio_rig_send(r, RX1, &(struct vio_rig_buf){in, 16, true}, 1);
    assert_received(r, RX1, in, "from one");
    vio_console_input(console(r), 1, "unread", 6);
    assert_int_equal(vio_console_waiting(console(r), 1), 6);
    say(r, 1, 6, 0); /* closed: what nobody read is gone */
    assert_int_equal(vio_console_room(console(r), 1), 0);
    vio_console_input(console(r), 1, "lost", 4);
    say(r, 1, 6, 1);
    assert_int_equal(vio_console_room(console(r), 1), VIO_CONSOLE_IN);
    vio_rig_send(r, RX1, &(struct vio_rig_buf){in, 16, true}, 1);
    assert_false(used(r, RX1));
    vio_console_input(console(r), 1, "new", 3);
    assert_received(r, RX1, in, "new");
    vio_rig_free(r);
}

/* The driver waits, and nothing is lost or sent twice. */
static void a_slow_reader_is_waited_for(void **state)
{
    (void)state;
    struct vio_rig *r = rig_open();
    struct vio_rig_buf buf[] = {{.pa = 0x100000, .len = 20000}, {.pa = 0x110000, .len = 30001}};
    for (u32 i = 0; i < 50001; i++)
        *vio_rig_ptr(r, i < 20000 ? 0x100000 + i : 0x110000 + i - 20000) = (u8)(i % 251);
    vio_rig_send(r, TX1, buf, 2);
    send(r, TX1, "more");
    assert_int_equal(far.len, 32768);
    assert_false(used(r, TX1));
    vio_console_took(console(r), 1, 1);
    assert_int_equal(far.len, 32769);
    assert_int_equal(vio_console_untaken(console(r), 1), 32768);
    vio_console_took(console(r), 1, 0xffffffff);
    assert_true(used(r, TX1) && used(r, TX1));
    assert_int_equal(far.len, 50005);
    for (u32 i = 0; i < 50001; i++)
        assert_int_equal((u8)far.text[i], i % 251);
    assert_memory_equal(far.text + 50001, "more", 4);
    far.len = 0;
    vio_rig_send(r, TX, buf, 2); /* the console does not wait */
    assert_true(used(r, TX));
    assert_int_equal(far.len, 50001);
    assert_int_equal(vio_console_untaken(console(r), 0), 0);
    vio_rig_free(r);
}

/* A chain that goes out in small parts takes the time of each byte once, and that of each part. */
static void parts_take_their_own_time(void **state)
{
    (void)state;
    struct vio_rig *r = rig_open();
    struct vio_rig_buf buf = {.pa = 0x100000, .len = 0x100000};
    unsigned parts = 0;
    u32 before;
    vio_rig_send(r, TX1, &buf, 1);
    assert_int_equal(far.len, 32768);
    do {
        before = far.len;
        vio_console_took(console(r), 1, 10);
        parts++;
    } while (far.len == before + 10);
    assert_int_equal(far.len, before);
    assert_in_range(parts, 900, 1100); /* a millisecond's */
    vio_rig_run(r, RIG_MS);
    assert_int_equal(far.len, before + 10);
    vio_rig_free(r);
}

/* More than there is room for is lost, and never outside of what the port has. */
static void input_is_bounded(void **state)
{
    (void)state;
    static char data[2 * VIO_CONSOLE_IN];
    struct vio_rig *r = rig_open();
    memset(data, 'x', sizeof data);
    vio_console_input(console(r), 1, data, sizeof data);
    assert_int_equal(vio_console_room(console(r), 1), 0);
    vio_console_input(console(r), 1, "y", 1);
    assert_int_equal(vio_console_room(console(r), 0), VIO_CONSOLE_IN);
    vio_rig_send(r, RX1, &(struct vio_rig_buf){0x100000, 0x10000, true}, 1);
    u16 head;
    u32 len;
    assert_true(vio_rig_collect(r, RX1, &head, &len));
    assert_int_equal(len, VIO_CONSOLE_IN);
    vio_rig_set(r, RIG_STATUS, 0);
    assert_int_equal(vio_console_room(console(r), 0), 0);
    assert_int_equal(vio_console_room(console(r), 1), 0);
    assert_true(vio_console_has_peer(console(r), 1));
    vio_rig_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(identity_and_configuration),
        cmocka_unit_test(a_simple_driver_has_a_console),
        cmocka_unit_test(ports_are_introduced),
        cmocka_unit_test(without_a_console_there_is_no_port_0),
        cmocka_unit_test(messages_wait_for_buffers),
        cmocka_unit_test(nonsense_on_the_control_queue_is_harmless),
        cmocka_unit_test(ports_carry_bytes_while_they_are_open),
        cmocka_unit_test(a_slow_reader_is_waited_for),
        cmocka_unit_test(parts_take_their_own_time),
        cmocka_unit_test(input_is_bounded),
    };
    return cmocka_run_group_tests_name("vio_console", tests, NULL, NULL);
}
