/* SPDX-License-Identifier: ISC */
/*
 * What every kind of virtio device must stand, driven by the table in vio_kinds.c: a save and load
 * at any moment, hostile streams, double reset, random register and queue traffic, two instances.
 * The seed is printed; KUSEG_SEED repeats it.
 */
#include "vio_cmocka.h"

#include <string.h>

static u64 seed;

static void act(const struct vio_kind *k, struct vio_rig *r, u64 *s, u32 *val)
{
    vio_rig_random_step(r, s, val);
    if (k->outside && !vio_rig_random(s, 8))
        k->outside(r, s);
}

static void act_often(const struct vio_kind *k, struct vio_rig *r, u64 *s, unsigned n)
{
    u32 val;
    while (n--)
        act(k, r, s, &val);
}

static u64 hash(const struct vio_rig *r)
{
    return state_set_hash(&r->parts);
}

static void assert_same(const struct vio_rig *a, const struct vio_rig *b)
{
    assert_true(hash(a) == hash(b));
    assert_true(a->clock.next == b->clock.next);
    assert_int_equal(a->line, b->line);
    assert_memory_equal(mem_ram_ptr(a->mem, 0, RIG_RAM), mem_ram_ptr(b->mem, 0, RIG_RAM), RIG_RAM);
}

/* What is the guest's own comes along. */
static void load_all(struct vio_rig *to, const struct vio_rig *from)
{
    struct buf b = {0};
    struct error e;
    state_set_save(&from->parts, &b);
    to->clock.now_base = from->clock.now_base;
    memcpy(mem_ram_ptr(to->mem, 0, RIG_RAM), mem_ram_ptr(from->mem, 0, RIG_RAM), RIG_RAM);
    memcpy(to->queue, from->queue, sizeof to->queue);
    to->free = from->free;
    if (state_set_load(&to->parts, b.data, b.len, &e))
        fail_msg("%s", e.msg);
    buf_fini(&b);
}

/* Back ends are not in the stream, so both begin with the same and only the loaded one's history
 * is missing: kinds whose back ends change what the guest sees are compared after the load only. */
static void round_trip(void **state)
{
    (void)state;
    for (unsigned i = 0; i < vio_nkinds; i++) {
        const struct vio_kind *k = &vio_kinds[i];
        struct vio_rig *a = vio_kind_rig(k), *b = vio_kind_rig(k);
        k->begin(a);
        assert_true(hash(a) != hash(b));
        assert_true(a->bank.dev[0]->status & VIO_DRIVER_OK);
        load_all(b, a);
        assert_same(a, b);
        u64 sa = seed, sb = seed;
        for (unsigned n = 0; n < 300; n++) {
            u32 va, vb;
            act(k, a, &sa, &va);
            act(k, b, &sb, &vb);
            assert_int_equal(va, vb);
        }
        assert_same(a, b);
        vio_kind_drop(k, a);
        vio_kind_drop(k, b);
    }
}

static void round_trip_anywhere(void **state)
{
    (void)state;
    for (unsigned i = 0; i < vio_nkinds; i++) {
        const struct vio_kind *k = &vio_kinds[i];
        struct vio_rig *a = vio_kind_rig(k);
        u64 s = seed;
        k->begin(a);
        for (unsigned n = 0; n < 60; n++) {
            act_often(k, a, &s, 50);
            struct vio_rig *b = vio_kind_rig(k);
            load_all(b, a);
            assert_same(a, b);
            vio_kind_drop(k, b);
        }
        vio_kind_drop(k, a);
    }
}

static void double_reset(void **state)
{
    (void)state;
    for (unsigned i = 0; i < vio_nkinds; i++) {
        const struct vio_kind *k = &vio_kinds[i];
        struct vio_rig *r = vio_kind_rig(k);
        u64 s = seed, fresh = hash(r);
        k->begin(r);
        act_often(k, r, &s, 1000);
        vio_bank_reset(&r->bank);
        u64 once = hash(r);
        assert_false(r->line);
        assert_true(r->clock.next == CLOCK_NEVER);
        vio_bank_reset(&r->bank);
        assert_true(hash(r) == once);
        assert_true(once == fresh || k->lasting);
        vio_kind_drop(k, r);
    }
}

/* After this a driver can use it, whatever went before. */
static void mistreated_devices_start_again(void **state)
{
    (void)state;
    for (unsigned i = 0; i < vio_nkinds; i++) {
        const struct vio_kind *k = &vio_kinds[i];
        struct vio_rig *r = vio_kind_rig(k);
        u64 s = seed;
        for (unsigned n = 0; n < 20; n++) {
            act_often(k, r, &s, 500);
            assert_true(vio_rig_start(r, r->bank.dev[0]->offered));
            assert_int_equal(vio_rig_get(r, RIG_STATUS), 15);
            r->free = MEM_PAGE;
        }
        vio_kind_drop(k, r);
    }
}

/* Streams with bytes changed are refused, or are a state from which it goes on. */
static void hostile_streams(void **state)
{
    (void)state;
    u64 s = seed;
    for (unsigned i = 0; i < 200 * vio_nkinds; i++) {
        const struct vio_kind *k = &vio_kinds[i % vio_nkinds];
        struct vio_rig *r = vio_kind_rig(k);
        struct buf b = {0};
        struct error e = {0};
        k->begin(r);
        act_often(k, r, &s, 20);
        const struct state_part *p = &r->parts.parts[vio_rig_random(&s, (u32)r->parts.n)];
        state_save(&b, p->desc, p->instance, p->obj);
        size_t head = 1 + strlen(p->desc->name) + 4 + 2 + 8;
        for (unsigned n = 0; n < 1 + i % 4; n++)
            b.data[head + vio_rig_random(&s, (u32)(b.len - head))] = (u8)vio_rig_random(&s, 256);
        struct buf_reader body = buf_read(b.data + head, b.len - head);
        bool good = !state_load(&body, p->desc, p->desc->version, p->obj, &e);
        assert_int_equal(good, !e.msg[0]);
        if (good)
            act_often(k, r, &s, 200);
        buf_fini(&b);
        vio_kind_drop(k, r);
    }
}

static void truncated_streams(void **state)
{
    (void)state;
    for (unsigned i = 0; i < vio_nkinds; i++) {
        const struct vio_kind *k = &vio_kinds[i];
        struct vio_rig *r = vio_kind_rig(k);
        struct buf b = {0};
        struct error e;
        k->begin(r);
        state_set_save(&r->parts, &b);
        for (size_t len = 0; len < b.len; len += len < 200 ? 1 : 97)
            assert_int_not_equal(state_set_load(&r->parts, b.data, len, &e), ERR_OK);
        buf_fini(&b);
        vio_kind_drop(k, r);
    }
}

static void random_traffic(void **state)
{
    (void)state;
    for (unsigned i = 0; i < vio_nkinds; i++) {
        const struct vio_kind *k = &vio_kinds[i];
        struct vio_rig *r = vio_kind_rig(k);
        u64 s = seed;
        unsigned used = 0, broken = 0;
        for (unsigned n = 0; n < 100; n++) {
            act_often(k, r, &s, 200);
            broken += r->bank.dev[0]->status & VIO_NEEDS_RESET ? 1 : 0;
            used += r->bank.dev[0]->queue[0].nused != 0;
        }
        assert_true(used > 0 && broken > 0 && broken < 100 && r->misuses > 0);
        vio_kind_drop(k, r);
    }
}

static void two_instances(void **state)
{
    (void)state;
    for (unsigned i = 0; i < vio_nkinds; i++) {
        const struct vio_kind *k = &vio_kinds[i];
        struct vio_rig *a = vio_kind_rig(k), *b = vio_kind_rig(k);
        u64 sa = seed, sb = seed;
        k->begin(a);
        k->begin(b);
        act_often(k, a, &sa, 2000);
        act_often(k, b, &sb, 2000);
        assert_same(a, b);
        u64 h = hash(b);
        act_often(k, a, &sa, 500);
        assert_true(hash(b) == h);
        vio_kind_drop(k, a);
        vio_kind_drop(k, b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(round_trip),      cmocka_unit_test(round_trip_anywhere),
        cmocka_unit_test(double_reset),    cmocka_unit_test(mistreated_devices_start_again),
        cmocka_unit_test(hostile_streams), cmocka_unit_test(truncated_streams),
        cmocka_unit_test(random_traffic),  cmocka_unit_test(two_instances),
    };
    seed = rig_seed();
    return cmocka_run_group_tests_name("vio_generic", tests, NULL, NULL);
}
