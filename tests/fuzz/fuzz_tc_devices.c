/* SPDX-License-Identifier: ISC */
/*
 * The chips of a DECstation without CPU. The input is a program: bytes choose accesses, time, typed
 * characters and what guests' memory holds; at the end a save and load into a second rig, which
 * must then be the same.
 */
#include "fuzz.h"
#include "tc_rig.h"

#include "lib/bug.h"

#include <stdio.h>

struct program {
    const u8 *p, *end;
};

static u32 take(struct program *in, unsigned bytes)
{
    u32 v = 0;
    for (; bytes && in->p < in->end; bytes--)
        v = v << 8 | *in->p++;
    return v;
}

static u32 take_address(struct program *in, unsigned size)
{
    static const u32 bases[] = {TC_KN02_DZ,      TC_KN02_RTC,   TC_KN02_CSR, TC_KN02_GATE,
                                TC_KN02_ERRADDR, TC_KN02_SLOTS, 0x100,       RIG_RAM};
    u32 how = take(in, 1);
    u32 off = how & 0x80 ? take(in, 2) % 0x1000 : take(in, 1);
    return bases[how % ARRAY_LEN(bases)] + off / size * size;
}

/* What a callback is given is mostly a pointer into RAM. */
static void call(struct tc_rig *r, struct program *in)
{
    static const u8 callbacks[] = {0x24, 0x2c, 0x30, 0x64, 0x6c, 0x7c, 0x80, 0x84, 0xa4, 0x00};
    for (unsigned i = 0; i < 4; i++)
        (void)tc_rig_write(r, 4, TC_KN02_GATE + 4 * i, 0x80000100u + take(in, 1) * 4);
    (void)tc_rig_write(r, 4, TC_KN02_GATE + TC_PROM_SP, 0x80000000u + take(in, 1));
    u8 which = callbacks[take(in, 1) % ARRAY_LEN(callbacks)];
    (void)tc_rig_write(r, 4, TC_KN02_GATE + TC_PROM_CALL, which);
}

static void step(struct tc_rig *r, struct program *in)
{
    u32 op = take(in, 1), val = 0;
    unsigned size = 1u << op / 8 % 3;
    switch (op & 7) {
    case 0:
        tc_rig_run(r, take(in, 2) * 40ull);
        break;
    case 1:
        tc_rig_run(r, (op >> 3) * 50 * RIG_MS);
        break;
    case 2:
        tc_dz_input(r->dz, op / 8 % 4, (u8)take(in, 1));
        break;
    case 3:
        call(r, in);
        break;
    case 4:
        (void)tc_rig_read(r, size, take_address(in, size), &val);
        break;
    default: {
        u32 pa = take_address(in, size);
        (void)tc_rig_write(r, size, pa, take(in, size));
    }
    }
}

static void round_trip(const struct tc_rig *r)
{
    struct tc_rig *other = tc_rig_new(0);
    struct buf b = {0};
    struct error e;
    state_set_save(&r->parts, &b);
    other->clock.now_base = r->clock.now_base;
    if (state_set_load(&other->parts, b.data, b.len, &e)) {
        fprintf(stderr, "refused: %s\n", e.msg);
        BUG_ON(true);
    }
    BUG_ON(state_set_hash(&other->parts) != state_set_hash(&r->parts));
    BUG_ON(other->io != r->io || other->bus != r->bus || other->tick != r->tick);
    buf_fini(&b);
    tc_rig_free(other);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct program in = {.p = data, .end = data + (len > 4096 ? 4096 : len)};
    struct tc_rig *r = tc_rig_new(0);
    while (in.p < in.end)
        step(r, &in);
    round_trip(r);
    tc_rig_reset(r);
    BUG_ON(r->io || r->bus || r->tick || r->clock.next != CLOCK_NEVER);
    tc_rig_free(r);
    return 0;
}
