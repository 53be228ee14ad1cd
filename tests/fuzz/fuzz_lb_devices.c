/* SPDX-License-Identifier: ISC */
/*
 * A board of LAMEbus cards without CPU. The input is a program: bytes choose accesses, time, typed
 * characters, and now and then a save and load into a second board, which must then be the same.
 */
#include "fuzz.h"
#include "lb_rig.h"

#include "io/io_net.h"
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

/* A slot, mostly one with a card, and an offset in it, mostly of a register. */
static gpa take_address(struct program *in)
{
    static const u8 slots[] = {RIG_SERIAL, RIG_EMUFS, RIG_DISK,     RIG_RANDOM, RIG_TIMER,
                               RIG_TRACE,  RIG_NET,   LB_MAINBOARD, RIG_SCREEN};
    u32 how = take(in, 1);
    unsigned slot = slots[(how & 15) % ARRAY_LEN(slots)];
    u32 off = how & 0x80 ? take(in, 2) : take(in, 1);
    if (slot == LB_MAINBOARD && !(how & 0x80))
        off += how & 0x40 ? LB_BUFFER : 31 * 0x400 + 0x200;
    else if (how & 0x40)
        off += LB_BUFFER;
    return LB_BASE + (gpa)slot * LB_SLOT_SIZE + off % LB_SLOT_SIZE;
}

static void access_once(struct lb_rig *r, struct program *in, bool write, u8 size)
{
    struct mem_access a = {.cpu = 0, .size = size};
    gpa pa = take_address(in) & ~(gpa)(size - 1);
    u32 val = write ? take(in, size) : 0;
    a.cpu = (unsigned)(pa >> 2) % RIG_CPUS;
    (void)lb_rig_access(r, write, a, pa, &val);
}

static void round_trip(const struct lb_rig *r)
{
    struct lb_rig *other = lb_rig_new(NULL);
    struct buf b = {0};
    struct error e;
    state_set_save(&r->parts, &b);
    other->clock.now_base = r->clock.now_base;
    if (state_set_load(&other->parts, b.data, b.len, &e)) {
        fprintf(stderr, "refused: %s\n", e.msg);
        BUG_ON(true);
    }
    BUG_ON(state_set_hash(&other->parts) != state_set_hash(&r->parts));
    BUG_ON(lb_bus_irqs(&other->bus) != lb_bus_irqs(&r->bus));
    BUG_ON(other->irq != r->irq || other->ipi != r->ipi);
    buf_fini(&b);
    lb_rig_free(other);
}

/* Any bytes, or a frame that the card takes; or the carrier. */
static void frame_arrives(struct lb_rig *r, struct program *in)
{
    u8 data[64] = {0};
    u32 len = take(in, 1) % sizeof data;
    bool good = take(in, 1) & 1;
    for (u32 i = 0; i < len && i < 16; i++)
        data[i] = (u8)take(in, 1);
    if (good && len >= IO_NET_HEADER)
        io_net_put_header(data, 1, len, RIG_HWADDR);
    lb_net_input(r->net, data, len);
}

static void step(struct lb_rig *r, struct program *in)
{
    u32 op = take(in, 1);
    switch (op & 7) {
    case 0:
        lb_rig_run(r, take(in, 2) * 40ull);
        break;
    case 1:
        lb_rig_run(r, (op >> 3) * RIG_MS);
        break;
    case 2:
        if (op & 8) {
            frame_arrives(r, in);
        } else {
            lb_serial_input(r->serial, (u8)take(in, 1));
            lb_screen_input(r->screen, (u8)op);
        }
        break;
    case 3:
        access_once(r, in, op & 8, op & 16 ? 1 : 2);
        break;
    case 4:
        access_once(r, in, false, 4);
        break;
    default:
        access_once(r, in, true, 4);
    }
    BUG_ON(lb_bus_irqs(&r->bus) & ~r->bus.powered);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct program in = {.p = data, .end = data + (len > 4096 ? 4096 : len)};
    struct lb_rig *r = lb_rig_new(NULL);
    while (in.p < in.end)
        step(r, &in);
    round_trip(r);
    lb_bus_reset(&r->bus);
    BUG_ON(lb_bus_irqs(&r->bus) || r->clock.next != CLOCK_NEVER);
    lb_rig_free(r);
    return 0;
}
