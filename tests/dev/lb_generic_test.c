/* SPDX-License-Identifier: ISC */
/*
 * What every card must stand, driven by a table: a save and load in the middle of an operation,
 * hostile streams, double reset, random register traffic, two instances at once. The seed is
 * printed; KUSEG_SEED repeats it.
 */
#include "rig_cmocka.h"

#include "io/io_net.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static u64 seed;

struct chip {
    const char *name;
    u8 slot;
    void (*begin)(struct lb_rig *r); /* starts something that takes a while */
};

static void begin_serial(struct lb_rig *r)
{
    rig_set(r, RIG_SERIAL, 4, 1);
    rig_set(r, RIG_SERIAL, 8, 1);
    rig_set(r, RIG_SERIAL, 0, 'a');
    for (u8 i = 0; i < 20; i++)
        lb_serial_input(r->serial, i);
    lb_rig_run(r, 10 * RIG_US);
}

static void begin_screen(struct lb_rig *r)
{
    rig_set(r, RIG_SCREEN, 0, 3 << 16 | 4);
    rig_set(r, RIG_SCREEN, LB_BUFFER + 80, 0x68690001);
    rig_set(r, RIG_SCREEN, 12, 1);
    for (u8 i = 0; i < 20; i++)
        lb_screen_input(r->screen, i);
    lb_rig_run(r, 10 * RIG_US);
}

static void begin_emufs(struct lb_rig *r)
{
    rig_set(r, RIG_EMUFS, LB_BUFFER, 'b' << 24 | 'i' << 16 | 'n' << 8);
    rig_set(r, RIG_EMUFS, 8, 3);
    rig_set(r, RIG_EMUFS, 12, 1);
    lb_rig_run(r, 6 * RIG_MS);
    rig_set(r, RIG_EMUFS, 4, 2);
    rig_set(r, RIG_EMUFS, 8, 100);
    rig_set(r, RIG_EMUFS, 12, 6);
    lb_rig_run(r, 2 * RIG_MS);
}

static void begin_disk_read(struct lb_rig *r)
{
    rig_set(r, RIG_DISK, 8, 40);
    rig_set(r, RIG_DISK, 4, 1);
    lb_rig_run(r, 3 * RIG_MS);
}

static void begin_disk_write(struct lb_rig *r)
{
    rig_set(r, RIG_DISK, 8, RIG_SECTORS - 1); /* no seek */
    rig_set(r, RIG_DISK, LB_BUFFER + 8, 0x55aa);
    rig_set(r, RIG_DISK, 4, 3);
    lb_rig_run(r, 800);
}

/* A frame on its way out, one in the buffer, one behind it. */
static void begin_net(struct lb_rig *r)
{
    u8 frame[12] = {0};
    io_net_put_header(frame, 7, sizeof frame, RIG_HWADDR);
    for (u8 i = 0; i < 2; i++) {
        frame[8] = i;
        lb_net_input(r->net, frame, sizeof frame);
    }
    lb_net_input(r->net, &(u8){1}, 1);
    rig_set(r, RIG_NET, LB_BUFFER + 4100, 12 << 16 | 0xffff);
    rig_set(r, RIG_NET, 8, 2);
    lb_rig_run(r, RIG_MS / 4);
}

static void begin_random(struct lb_rig *r)
{
    rig_get(r, RIG_RANDOM, 0);
}

static void begin_timer(struct lb_rig *r)
{
    rig_set(r, RIG_TIMER, 0, 12345);
    rig_set(r, RIG_TIMER, 8, 1);
    rig_set(r, RIG_TIMER, 16, 333);
    lb_rig_run(r, RIG_MS);
}

static void begin_trace(struct lb_rig *r)
{
    rig_set(r, RIG_TRACE, 20, 0);
}

static void begin_mainboard(struct lb_rig *r)
{
    rig_set(r, LB_MAINBOARD, LB_BUFFER + 0x404, 1);
    rig_set(r, LB_MAINBOARD, LB_BUFFER + 0x700, 0x80001234);
    rig_set(r, LB_MAINBOARD, 31 * 0x400 + 0x20c, 0x2fffffff);
    rig_set(r, LB_MAINBOARD, 31 * 0x400 + 0x214, 3);
    rig_set(r, LB_MAINBOARD, 31 * 0x400 + 0x21c, 9);
    rig_set(r, LB_MAINBOARD, 31 * 0x400 + 0x208, 0);
    lb_rig_run(r, RIG_MS);
}

static const struct chip chips[] = {
    {"serial", RIG_SERIAL, begin_serial},
    {"screen", RIG_SCREEN, begin_screen},
    {"emufs", RIG_EMUFS, begin_emufs},
    {"disk read", RIG_DISK, begin_disk_read},
    {"disk write", RIG_DISK, begin_disk_write},
    {"random", RIG_RANDOM, begin_random},
    {"timer", RIG_TIMER, begin_timer},
    {"trace", RIG_TRACE, begin_trace},
    {"mainboard", LB_MAINBOARD, begin_mainboard},
    {"net", RIG_NET, begin_net},
};

static struct lb_rig *new_rig(void)
{
    struct lb_rig_options o = {.profiling = true};
    return lb_rig_new(&o);
}

static u64 hash(const struct lb_rig *r)
{
    return state_set_hash(&r->parts);
}

static const struct state_desc *desc_of(const struct lb_rig *r, unsigned slot)
{
    return r->bus.slot[slot].cls->state;
}

static void begin_all(struct lb_rig *r)
{
    for (unsigned i = 0; i < ARRAY_LEN(chips); i++)
        if (chips[i].begin != begin_disk_write)
            chips[i].begin(r);
}

static void load_all(struct lb_rig *to, const struct lb_rig *from)
{
    struct buf b = {0};
    struct error e;
    state_set_save(&from->parts, &b);
    to->clock.now_base = from->clock.now_base;
    if (state_set_load(&to->parts, b.data, b.len, &e))
        fail_msg("%s", e.msg);
    buf_fini(&b);
}

static void assert_same(const struct lb_rig *a, const struct lb_rig *b)
{
    assert_true(hash(a) == hash(b));
    assert_int_equal(a->irq, b->irq);
    assert_int_equal(a->ipi, b->ipi);
    assert_int_equal(lb_bus_irqs(&a->bus), lb_bus_irqs(&b->bus));
    assert_true(a->clock.next == b->clock.next);
    assert_int_equal(a->sampling, b->sampling);
}

/* Both go on alike: same events at the same times, same answers to the same accesses. */
static void go_on_alike(struct lb_rig *a, struct lb_rig *b, unsigned steps)
{
    u64 seed_a = seed, seed_b = seed;
    for (unsigned i = 0; i < steps; i++) {
        u32 va, vb;
        bool ok = lb_rig_random_step(a, &seed_a, &va);
        assert_int_equal(ok, lb_rig_random_step(b, &seed_b, &vb));
        assert_int_equal(va, vb);
        if (i % 64 == 0)
            assert_same(a, b);
    }
    assert_same(a, b);
    assert_int_equal(a->off, b->off);
    assert_int_equal(a->off_code, b->off_code);
}

static void round_trip(void **state)
{
    (void)state;
    for (unsigned i = 0; i < ARRAY_LEN(chips); i++) {
        struct lb_rig *a = new_rig(), *b = new_rig();
        chips[i].begin(a);
        assert_true(hash(a) != hash(b));
        lb_rig_write(b, RIG_DISK, 4, 1); /* what it was doing is forgotten */
        load_all(b, a);
        assert_same(a, b);
        for (unsigned k = 0; k < 40; k++) {
            lb_rig_run(a, RIG_MS);
            lb_rig_run(b, RIG_MS);
            assert_same(a, b);
        }
        go_on_alike(a, b, 2000);
        lb_rig_free(a);
        lb_rig_free(b);
    }
}

/* A save at many moments of random traffic. */
static void round_trip_anywhere(void **state)
{
    (void)state;
    u64 s = seed;
    struct lb_rig *a = new_rig();
    for (unsigned i = 0; i < 100; i++) {
        u32 val;
        for (unsigned k = 0; k < 50; k++)
            lb_rig_random_step(a, &s, &val);
        struct lb_rig *b = new_rig();
        load_all(b, a);
        assert_same(a, b);
        lb_rig_free(b);
    }
    lb_rig_free(a);
}

static void double_reset(void **state)
{
    (void)state;
    for (unsigned i = 0; i < ARRAY_LEN(chips); i++) {
        struct lb_rig *r = new_rig();
        chips[i].begin(r);
        lb_bus_reset(&r->bus);
        u64 once = hash(r);
        assert_int_equal(lb_bus_irqs(&r->bus), 0);
        assert_int_equal(r->irq | r->ipi, 0);
        assert_true(r->clock.next == CLOCK_NEVER);
        lb_bus_reset(&r->bus);
        assert_true(hash(r) == once);
        lb_rig_run(r, RIG_S);
        assert_true(hash(r) == once);
        assert_false(r->off);
        lb_rig_free(r);
    }
}

/* The body of a section: after name, instance, version and length. */
static struct buf body_of(const struct lb_rig *r, unsigned slot)
{
    struct buf whole = {0}, body = {0};
    const struct state_desc *d = desc_of(r, slot);
    state_save(&whole, d, slot, r->bus.slot[slot].dev);
    size_t head = 1 + strlen(d->name) + 4 + 2 + 8;
    buf_put(&body, whole.data + head, whole.len - head);
    buf_fini(&whole);
    return body;
}

static enum err load_body(struct lb_rig *r, unsigned slot, const u8 *data, size_t len)
{
    const struct state_desc *d = desc_of(r, slot);
    struct error e = {0};
    u8 *copy = malloc(len + 1); /* its end is the sanitizer's */
    assert_non_null(copy);
    memcpy(copy, data, len);
    struct buf_reader reader = {.p = copy, .end = copy + len};
    enum err err = state_load(&reader, d, d->version, r->bus.slot[slot].dev, &e);
    assert_int_equal(err != ERR_OK, e.msg[0] != 0);
    free(copy);
    return err;
}

static void mistreat(struct lb_rig *r, u64 *s, unsigned steps)
{
    for (unsigned i = 0; i < steps; i++) {
        u32 val;
        lb_rig_random_step(r, s, &val);
        assert_int_equal(lb_bus_irqs(&r->bus) & ~r->bus.powered, 0);
    }
}

static void truncated_stream(void **state)
{
    (void)state;
    for (unsigned i = 0; i < ARRAY_LEN(chips); i++) {
        struct lb_rig *r = new_rig();
        chips[i].begin(r);
        struct buf body = body_of(r, chips[i].slot);
        u64 before = hash(r);
        for (size_t len = 0; len < body.len; len += len < 200 ? 1 : 97)
            assert_int_not_equal(load_body(r, chips[i].slot, body.data, len), ERR_OK);
        assert_true(hash(r) == before); /* untouched */
        assert_int_equal(load_body(r, chips[i].slot, body.data, body.len), ERR_OK);
        assert_true(hash(r) == before);
        buf_fini(&body);
        lb_rig_free(r);
    }
}

/* Random damage: refused, or harmless. */
static void damaged_stream(void **state)
{
    (void)state;
    u64 s = seed;
    for (unsigned i = 0; i < ARRAY_LEN(chips); i++) {
        struct lb_rig *r = new_rig();
        chips[i].begin(r);
        struct buf body = body_of(r, chips[i].slot);
        u8 *bad = malloc(body.len);
        assert_non_null(bad);
        for (unsigned k = 0; k < 300; k++) {
            memcpy(bad, body.data, body.len);
            for (u32 n = 1 + lb_rig_random(&s, 6); n; n--) {
                u32 near = lb_rig_random(&s, 2) && body.len > 300 ? 300 : (u32)body.len;
                bad[lb_rig_random(&s, near)] = (u8)lb_rig_random(&s, 256);
            }
            if (load_body(r, chips[i].slot, bad, body.len) == ERR_OK)
                mistreat(r, &s, 30);
        }
        for (size_t n = 0; n < body.len; n++)
            bad[n] = (u8)lb_rig_random(&s, 256);
        assert_int_not_equal(load_body(r, chips[i].slot, bad, body.len), ERR_OK);
        free(bad);
        buf_fini(&body);
        lb_rig_free(r);
    }
}

/* Where a field's elements begin in a body; 0: no such field. */
static size_t find_field(const struct state_desc *d, const struct buf *body, const char *name)
{
    static const u8 size[] = {1, 2, 4, 8, 1};
    size_t at = 0;
    for (unsigned i = 0; i < d->nfields; i++) {
        size_t n = body->data[at];
        bool found = n == strlen(name) && !memcmp(body->data + at + 1, name, n);
        at += 1 + n + 5;
        if (found)
            return at;
        at += size[d->fields[i].type] * (size_t)d->fields[i].count;
    }
    return 0;
}

/* Values that no card can have: all refused. */
static void impossible_values(void **state)
{
    (void)state;
    static const struct {
        u8 slot;
        const char *field;
        u32 index; /* in bytes */
        u8 value;  /* of that byte */
    } bad[] = {
        {RIG_SERIAL, "keys.head", 1, 2},
        {RIG_SERIAL, "keys.count", 1, 255},
        {RIG_SERIAL, "keys.irq", 0, 8},
        {RIG_SERIAL, "wirq", 3, 1},
        {RIG_SERIAL, "sent.armed", 0, 2},
        {RIG_SERIAL, "keys.taken", 0, 255},
        {RIG_SCREEN, "keys.head", 1, 2},
        {RIG_SCREEN, "keys.count", 1, 255},
        {RIG_SCREEN, "keys.irq", 0, 8},
        {RIG_SCREEN, "keys.next.armed", 0, 2},
        {RIG_DISK, "status", 0, 2},
        {RIG_DISK, "status", 0, 5},
        {RIG_DISK, "status", 0, 28},
        {RIG_DISK, "status", 2, 1},
        {RIG_DISK, "step", 0, 5},
        {RIG_DISK, "step", 0, 2},
        {RIG_DISK, "step", 0, 255},
        {RIG_DISK, "track", 1, 2},
        {RIG_DISK, "done.armed", 0, 0},
        {RIG_DISK, "sector", 3, 1},
        {RIG_DISK, "status", 0, 0x44},
        {RIG_EMUFS, "job.table.kind", 0, 1},
        {RIG_EMUFS, "job.table.kind", 63, 3},
        {RIG_EMUFS, "job.table.path", 0, 'x'},
        {RIG_EMUFS, "job.table.path", 511, 'x'},
        {RIG_EMUFS, "pending", 0, 14},
        {RIG_EMUFS, "pending", 0, 0},
        {RIG_EMUFS, "done.armed", 0, 0},
        {RIG_NET, "rirq", 0, 2},
        {RIG_NET, "wirq", 3, 1},
        {RIG_NET, "control", 0, 0},
        {RIG_NET, "control", 0, 4},
        {RIG_NET, "sent.armed", 0, 0},
        {RIG_NET, "next.armed", 0, 0},
        {RIG_NET, "carrier", 0, 2},
        {RIG_NET, "head", 0, 8},
        {RIG_NET, "count", 0, 2},
        {RIG_NET, "count", 0, 9},
        {RIG_NET, "queue", 4096, 0},
        {RIG_NET, "queue", 4100, 0xff},
        {RIG_NET, "queue", 4101, 4},
        {LB_MAINBOARD, "cpue", 0, 0x13},
        {LB_MAINBOARD, "cipi", 3, 0x80},
        {LB_MAINBOARD, "off.armed", 0, 9},
        {RIG_TIMER, "irq", 0, 2},
        {RIG_TRACE, "paused", 0, 2},
    };
    for (unsigned i = 0; i < ARRAY_LEN(bad); i++) {
        struct lb_rig *r = new_rig();
        begin_disk_read(r);
        begin_emufs(r);
        begin_net(r);
        struct buf body = body_of(r, bad[i].slot);
        size_t at = find_field(desc_of(r, bad[i].slot), &body, bad[i].field);
        assert_int_not_equal(at, 0);
        body.data[at + bad[i].index] = bad[i].value;
        if (load_body(r, bad[i].slot, body.data, body.len) == ERR_OK)
            fail_msg("slot %u: %s[%u] = %u was taken", bad[i].slot, bad[i].field, bad[i].index,
                     bad[i].value);
        buf_fini(&body);
        lb_rig_free(r);
    }
}

static void impossible_random_state(void **state)
{
    (void)state;
    struct lb_rig *r = new_rig();
    struct buf body = body_of(r, RIG_RANDOM);
    memset(body.data + find_field(desc_of(r, RIG_RANDOM), &body, "s"), 0, 16);
    assert_int_not_equal(load_body(r, RIG_RANDOM, body.data, body.len), ERR_OK);
    buf_fini(&body);
    lb_rig_free(r);
}

static void impossible_power(void **state)
{
    (void)state;
    static const u32 bad[] = {1u << RIG_EMPTY | 1u << LB_MAINBOARD, 0, 1};
    struct lb_rig *r = new_rig();
    const struct state_part *bus = &r->parts.parts[0];
    for (unsigned i = 0; i < ARRAY_LEN(bad); i++) {
        struct lb_bus other = r->bus;
        struct buf b = {0};
        struct error e;
        other.powered = bad[i];
        state_save(&b, bus->desc, 0, &other);
        size_t head = 1 + strlen(bus->name) + 14;
        struct buf_reader reader = {.p = b.data + head, .end = b.data + b.len};
        assert_int_not_equal(state_load(&reader, bus->desc, 1, &r->bus, &e), ERR_OK);
        buf_fini(&b);
    }
    lb_rig_free(r);
}

/* A hostile emufs stream may name any path; it gets nothing that a guest could not open. */
static void hostile_paths(void **state)
{
    (void)state;
    struct lb_rig *r = new_rig();
    begin_emufs(r);
    lb_rig_run(r, RIG_S);
    static const char *const path[] = {"../../etc/passwd", "/etc/passwd", "hello", "bin", "hello"};
    struct buf body = body_of(r, RIG_EMUFS);
    const struct state_desc *d = desc_of(r, RIG_EMUFS);
    for (unsigned i = 0; i < ARRAY_LEN(path); i++) {
        body.data[find_field(d, &body, "job.table.kind") + 10 + i] = 1;
        strcpy((char *)body.data + find_field(d, &body, "job.table.path") + 256 * (10 + i),
               path[i]);
    }
    assert_int_equal(load_body(r, RIG_EMUFS, body.data, body.len), ERR_OK);
    /* Only the file is open behind its handle: not what leads out, not a directory as a file, not
     * the same file twice. */
    for (u32 i = 0; i < ARRAY_LEN(path); i++) {
        rig_set(r, RIG_EMUFS, 0, 10 + i);
        rig_set(r, RIG_EMUFS, 8, 1);
        rig_set(r, RIG_EMUFS, 12, 5);
        lb_rig_run(r, 5 * RIG_MS);
        assert_int_equal(rig_get(r, RIG_EMUFS, 16), i == 2 ? 1 : 8);
    }
    buf_fini(&body);
    lb_rig_free(r);
}

static void random_traffic(void **state)
{
    (void)state;
    u64 s = seed;
    struct lb_rig *r = new_rig();
    mistreat(r, &s, 100000);
    assert_true(r->stats.disk_reads > 0 && r->stats.disk_writes > 0);
    assert_true(r->stats.emufs_reads > 0 && r->stats.emufs_others > 1);
    assert_true(r->stats.console_reads > 0 && r->stats.console_writes > 0);
    assert_true(r->stats.net_reads > 0 && r->stats.net_writes > 0 && r->stats.net_drops > 0);
    assert_true(r->misuses > 0 && r->beeps > 0);
    lb_rig_free(r);
}

static void two_instances(void **state)
{
    (void)state;
    struct lb_rig *a = new_rig(), *b = new_rig();
    begin_all(a);
    begin_all(b);
    go_on_alike(a, b, 20000);
    assert_memory_equal(&a->stats, &b->stats, sizeof a->stats);
    assert_int_equal(a->nout, b->nout);
    assert_memory_equal(a->out, b->out, sizeof a->out);
    u32 val;
    u64 s = seed + 1;
    lb_rig_random_step(a, &s, &val); /* one of them alone: the other doesn't move */
    u64 h = hash(b);
    for (unsigned i = 0; i < 1000; i++)
        lb_rig_random_step(a, &s, &val);
    assert_true(hash(b) == h);
    lb_rig_free(a);
    lb_rig_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(round_trip),
        cmocka_unit_test(round_trip_anywhere),
        cmocka_unit_test(double_reset),
        cmocka_unit_test(truncated_stream),
        cmocka_unit_test(damaged_stream),
        cmocka_unit_test(impossible_values),
        cmocka_unit_test(impossible_random_state),
        cmocka_unit_test(impossible_power),
        cmocka_unit_test(hostile_paths),
        cmocka_unit_test(random_traffic),
        cmocka_unit_test(two_instances),
    };
    seed = rig_seed();
    return cmocka_run_group_tests_name("lb_generic", tests, NULL, NULL);
}
