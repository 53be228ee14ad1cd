/* SPDX-License-Identifier: ISC */
/*
 * The Ethernet card of a DECstation, without CPU. The input is a program: bytes choose
 * initialization blocks, descriptors, frames that come in, accesses and time; at the end a save and
 * load into a second rig, which must then be the same.
 */
#include "fuzz.h"
#include "tc_rig.h"

#include "lib/bug.h"

#include <stdio.h>
#include <string.h>

#define PORTS 0x100000u

struct program {
    const u8 *p, *end;
    u32 next[2]; /* descriptor of each ring, if the card is in step */
};

static u32 take(struct program *in, unsigned bytes)
{
    u32 v = 0;
    for (; bytes && in->p < in->end; bytes--)
        v = v << 8 | *in->p++;
    return v;
}

static void put(struct tc_rig *r, u32 off, unsigned size, u32 val)
{
    BUG_ON(!tc_rig_write(r, size, RIG_LANCE + off, val));
}

/* Zero bytes make a card that runs with rings of four descriptors. */
static void start(struct tc_rig *r, struct program *in)
{
    static const u8 mac[] = RIG_MAC;
    u32 block = take(in, 1) * 2;
    put(r, PORTS + 4, 2, 0);
    put(r, PORTS, 2, 4);
    put(r, PORTS + 4, 2, 1);
    put(r, PORTS, 2, block);
    put(r, PORTS + 4, 2, 3);
    put(r, PORTS, 2, take(in, 1));
    put(r, block, 2, take(in, 1) << 15 | take(in, 1));
    for (u32 i = 0; i < 3; i++)
        put(r, block + 2 + 2 * i, 2, mac[2 * i] | mac[2 * i + 1] << 8);
    for (u32 i = 0; i < 4; i++)
        put(r, block + 8 + 2 * i, 2, take(in, 1) * 0x101);
    for (u32 i = 0; i < 2; i++) {
        put(r, block + 16 + 4 * i, 2, (take(in, 1) + 8 + 8 * i) * 8);
        put(r, block + 18 + 4 * i, 2, (take(in, 1) ^ 2) << 13);
    }
    put(r, PORTS + 4, 2, 0);
    put(r, PORTS, 2, 3);
    put(r, PORTS, 2, take(in, 1) | 0x40);
}

/* Two bytes of small numbers make one of a whole frame, or of a part of one. */
static void descriptor(struct tc_rig *r, struct program *in)
{
    u32 where = take(in, 1), how = take(in, 1);
    u32 ring = where & 1;
    u32 at = (where & 0x80 ? where : 8 + 8 * ring + in->next[ring]++ % 4) * 8;
    u32 size = how & 0x10 ? take(in, 2) : (how & 3) * 90 + 64;
    put(r, at, 2, how & 0x20 ? take(in, 2) : 0x1000);
    put(r, at + 4, 2, 0u - size);
    put(r, at + 2, 2, how & 0x40 ? take(in, 2) : how & 0x80 ? 0x8000 : 0x8300);
}

static void arrive(struct tc_rig *r, struct program *in)
{
    static const u8 to[4][IO_ETHER_ADDRESS] = {
        RIG_MAC, {0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, {1, 0, 0x5e, 0, 0, 1}, {2}};
    u8 frame[2 * IO_ETHER_MAX];
    u32 how = take(in, 1), len = take(in, 2) % sizeof frame;
    memset(frame, (int)how, sizeof frame);
    memcpy(frame, to[how % 4], IO_ETHER_ADDRESS);
    if (how & 0x80 && !tc_lance_input_room(r->lance))
        return;
    tc_lance_input(r->lance, frame, len);
}

static void step(struct tc_rig *r, struct program *in)
{
    u32 op = take(in, 1), val = 0;
    unsigned size = 1u << op / 8 % 3;
    u32 off = 0;
    switch (op & 7) {
    case 0:
        tc_rig_run(r, take(in, 2) * 40ull);
        break;
    case 1:
        start(r, in);
        break;
    case 2:
        descriptor(r, in);
        break;
    case 3:
        arrive(r, in);
        break;
    case 4:
        put(r, PORTS, 2, 0x48);
        break;
    case 5:
        put(r, PORTS + (op & 4), 2, take(in, 2));
        break;
    case 6:
        off = take(in, 3) % TC_KN02_SLOT_SIZE / size * size;
        BUG_ON(!tc_rig_read(r, size, RIG_LANCE + off, &val));
        break;
    default:
        off = take(in, 2) / size * size;
        put(r, off + (op & 0x40 ? PORTS : 0), size, take(in, size));
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
    BUG_ON(other->io != r->io || other->clock.next != r->clock.next);
    buf_fini(&b);
    tc_rig_free(other);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct program in = {.p = data, .end = data + (len > 4096 ? 4096 : len)};
    struct tc_rig *r = tc_rig_new(0);
    (void)tc_rig_write(r, 4, TC_KN02_CSR, 0xff << 16);
    tc_lance_input(r->lance, (const u8[]){1}, 1);
    start(r, &(struct program){0});
    while (in.p < in.end)
        step(r, &in);
    round_trip(r);
    tc_rig_reset(r);
    BUG_ON(r->io || r->clock.next != CLOCK_NEVER);
    tc_rig_free(r);
    return 0;
}
