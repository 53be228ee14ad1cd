/* SPDX-License-Identifier: ISC */
/*
 * What the chips must stand together: a save and load at any moment of random traffic, after which
 * both go on alike; hostile streams; double reset. KUSEG_SEED repeats a run.
 */
#include "tc_cmocka.h"

#include <stdlib.h>
#include <string.h>

static u64 seed = 1;

static u32 below(u64 *s, u32 n)
{
    *s = *s * 6364136223846793005ull + 1442695040888963407ull;
    return (u32)((*s >> 33) % n);
}

/* Ports of the Ethernet card, or the part of its memory where its rings are. */
static u32 lance_address(u64 *s)
{
    if (below(s, 3) == 0)
        return RIG_LANCE + 0x100000;
    if (below(s, 3) == 0)
        return RIG_LANCE + 0x100004;
    return RIG_LANCE + (below(s, 20) ? below(s, 0x100) & ~3u : below(s, 0x200000) & ~3u);
}

static u32 address(u64 *s, unsigned size)
{
    if (below(s, 3) == 0)
        return lance_address(s);
    static const u32 bases[] = {TC_KN02_DZ,   TC_KN02_RTC,   TC_KN02_CSR,  TC_KN02_GATE,
                                TC_KN02_DZ,   TC_KN02_RTC,   TC_KN02_RTC,  TC_KN02_ERRADDR,
                                TC_KN02_GATE, TC_KN02_SLOTS, TC_KN02_PROM, RIG_RAM};
    u32 base = bases[below(s, ARRAY_LEN(bases))];
    u32 span = base == TC_KN02_RTC ? 0x100 : base == TC_KN02_CSR ? 4 : 0x28;
    return base + (below(s, 50) ? below(s, span) : below(s, 0x1000)) / size * size;
}

static void lance_input(struct tc_rig *r, u64 *s)
{
    u8 frame[IO_ETHER_MAX];
    u32 len = below(s, 4) ? below(s, 80) : below(s, sizeof frame + 1);
    memset(frame, below(s, 2) ? 0xff : 0, sizeof frame);
    frame[0] = (u8)below(s, 2);
    tc_lance_input(r->lance, frame, len);
}

/* One access or one moment; *val is what was read. */
static bool step(struct tc_rig *r, u64 *s, u32 *val)
{
    unsigned size = 1u << below(s, 3);
    u32 kind = below(s, 8), v = below(s, 2) ? below(s, 256) : below(s, 0x7fffffff) * 2;
    *val = 0;
    if (kind == 0) {
        tc_rig_run(r, below(s, 2) ? below(s, 20000) : below(s, 2000000000));
        return true;
    }
    if (kind == 1 && tc_dz_input_room(r->dz, v % 4))
        tc_dz_input(r->dz, v % 4, (u8)v);
    if (kind == 2)
        lance_input(r, s);
    if (kind < 4)
        return tc_rig_read(r, size, address(s, size), val);
    return tc_rig_write(r, size, address(s, size), v);
}

static void assert_same(struct tc_rig *a, struct tc_rig *b)
{
    assert_true(state_set_hash(&a->parts) == state_set_hash(&b->parts));
    assert_true(a->clock.next == b->clock.next);
    assert_int_equal(a->io, b->io);
    assert_int_equal(a->bus, b->bus);
    assert_int_equal(a->tick, b->tick);
    assert_memory_equal(mem_ram_ptr(a->mem, RIG_LANCE, TC_LANCE_RAM),
                        mem_ram_ptr(b->mem, RIG_LANCE, TC_LANCE_RAM), TC_LANCE_RAM);
}

static void load_all(struct tc_rig *to, const struct tc_rig *from)
{
    struct buf b = {0};
    struct error e;
    state_set_save(&from->parts, &b);
    to->clock.now_base = from->clock.now_base;
    memcpy(mem_ram_ptr(to->mem, 0, RIG_RAM), mem_ram_ptr(from->mem, 0, RIG_RAM), RIG_RAM);
    memcpy(mem_ram_ptr(to->mem, RIG_LANCE, TC_LANCE_RAM),
           mem_ram_ptr(from->mem, RIG_LANCE, TC_LANCE_RAM), TC_LANCE_RAM);
    if (state_set_load(&to->parts, b.data, b.len, &e))
        fail_msg("%s", e.msg);
    buf_fini(&b);
}

static void round_trips(void **state)
{
    (void)state;
    u64 s = seed;
    struct tc_rig *a = tc_rig_new(0);
    for (unsigned i = 0; i < 40; i++) {
        u32 va, vb;
        for (unsigned k = 0; k < 300; k++)
            step(a, &s, &va);
        struct tc_rig *b = tc_rig_new(0);
        b->card = a->card;
        load_all(b, a);
        assert_same(a, b);
        for (unsigned k = 0; k < 300; k++) {
            u64 again = s;
            bool good = step(a, &s, &va);
            assert_int_equal(good, step(b, &again, &vb));
            assert_int_equal(va, vb);
        }
        assert_same(a, b);
        tc_rig_free(b);
    }
    tc_rig_free(a);
}

static void double_reset(void **state)
{
    (void)state;
    u64 s = seed;
    u32 v;
    struct tc_rig *r = tc_rig_new(0);
    for (unsigned i = 0; i < 1000; i++)
        step(r, &s, &v);
    tc_rig_reset(r);
    u64 once = state_set_hash(&r->parts);
    assert_false(r->io || r->bus || r->tick);
    assert_true(r->clock.next == CLOCK_NEVER);
    tc_rig_reset(r);
    assert_true(state_set_hash(&r->parts) == once);
    tc_rig_free(r);
}

/* Streams with bytes changed are refused, or are a state from which the chips go on. */
static void hostile_streams(void **state)
{
    (void)state;
    u64 s = seed;
    u32 v;
    for (unsigned i = 0; i < 300; i++) {
        struct tc_rig *r = tc_rig_new(0);
        struct buf b = {0};
        struct error e;
        for (unsigned k = 0; k < 50; k++)
            step(r, &s, &v);
        const struct state_part *p = &r->parts.parts[below(&s, (u32)r->parts.n)];
        state_save(&b, p->desc, p->instance, p->obj);
        size_t head = 1 + strlen(p->desc->name) + 4 + 2 + 8;
        for (unsigned k = 0; k < 1 + i % 4; k++)
            b.data[head + below(&s, (u32)(b.len - head))] = (u8)below(&s, 256);
        struct buf_reader body = buf_read(b.data + head, b.len - head);
        bool good = !state_load(&body, p->desc, p->desc->version, p->obj, &e);
        for (unsigned k = 0; k < 200 && good; k++)
            step(r, &s, &v);
        buf_fini(&b);
        tc_rig_free(r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(round_trips),
        cmocka_unit_test(double_reset),
        cmocka_unit_test(hostile_streams),
    };
    if (getenv("KUSEG_SEED"))
        seed = strtoull(getenv("KUSEG_SEED"), NULL, 0);
    print_message("# KUSEG_SEED=%llu\n", (unsigned long long)seed);
    return cmocka_run_group_tests_name("tc_generic", tests, NULL, NULL);
}
