/* SPDX-License-Identifier: ISC */
/*
 * Every kind of virtio device under a hostile driver. The input is a program: bytes choose the
 * kind, accesses, chains, requests that may make sense, what memory holds, time; at the end a save
 * and load into a second device, which must then be the same, and a reset.
 */
#include "fuzz.h"
#include "vio_kinds.h"

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

static u32 take_address(struct program *in)
{
    u32 how = take(in, 1);
    return how < 240 ? RIG_RAM / 2 + how * 64 : take(in, 4);
}

static unsigned take_queue(const struct vio_rig *r, struct program *in)
{
    return take(in, 1) % r->bank.dev[0]->nqueues;
}

static void chain(struct vio_rig *r, struct program *in)
{
    struct vio_rig_buf buf[4];
    unsigned queue = take_queue(r, in), shape = take(in, 1), n = 1 + shape % 4;
    if (!r->queue[0][queue].size)
        return;
    for (unsigned i = 0; i < n; i++)
        buf[i] = (struct vio_rig_buf){.pa = take_address(in),
                                      .len = shape & 0x80 ? take(in, 4) : take(in, 1),
                                      .write = shape >> (2 + i) & 1};
    u16 head = vio_rig_chain(r, queue, buf, n);
    vio_rig_offer(r, queue, head);
    if (shape & 0x40)
        vio_rig_set(r, RIG_QUEUE_NOTIFY, queue);
}

/* An indirect table, or a descriptor of any content. */
static void descriptor(struct vio_rig *r, struct program *in)
{
    struct vio_rig_queue *q = &r->queue[0][take_queue(r, in)];
    u32 at = take(in, 1), how = take(in, 1);
    gpa table = how & 1 || !q->size ? RIG_RAM / 2 : q->desc;
    u64 pa = take_address(in);
    u32 len = how & 2 ? take(in, 4) : take(in, 1);
    vio_rig_desc(r, table, at % RIG_QUEUE, pa, len, (u16)(how >> 2 & 7), (u16)take(in, 1));
}

static void step(const struct vio_kind *k, struct vio_rig *r, struct program *in)
{
    u32 op = take(in, 1), val = 0;
    u64 s = op;
    unsigned size = 1u << op / 8 % 3;
    switch (op & 7) {
    case 0:
        vio_rig_run(r, take(in, 2) * 40ull);
        break;
    case 1:
        if (op & 8 && r->free < RIG_RAM / 4)
            vio_rig_start(r, op & 16 ? r->bank.dev[0]->offered : take(in, 1));
        else if (k->outside)
            k->outside(r, &s);
        break;
    case 2:
        chain(r, in);
        break;
    case 3:
        s = take(in, 2);
        vio_kind_request(k, r, &s);
        break;
    case 4:
        descriptor(r, in);
        break;
    case 5:
        *vio_rig_ptr(r, op & 128 ? MEM_PAGE + take(in, 2) : RIG_RAM / 2 + take(in, 2)) =
            (u8)take(in, 1);
        break;
    case 6:
        (void)vio_rig_read(r, size, take(in, 2) % 0x200 / size * size, &val);
        break;
    default: {
        u32 off = take(in, 2) % 0x200;
        (void)vio_rig_write(r, size, off / size * size, take(in, size));
    }
    }
}

static void round_trip(const struct vio_kind *k, const struct vio_rig *r)
{
    struct vio_rig *other = vio_kind_rig(k);
    struct buf b = {0};
    struct error e;
    state_set_save(&r->parts, &b);
    other->clock.now_base = r->clock.now_base;
    if (state_set_load(&other->parts, b.data, b.len, &e)) {
        fprintf(stderr, "refused: %s\n", e.msg);
        BUG_ON(true);
    }
    BUG_ON(state_set_hash(&other->parts) != state_set_hash(&r->parts));
    BUG_ON(other->line != r->line || other->clock.next != r->clock.next);
    buf_fini(&b);
    vio_kind_drop(k, other);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct program in = {.p = data, .end = data + (len > 4096 ? 4096 : len)};
    const struct vio_kind *k = &vio_kinds[take(&in, 1) % vio_nkinds];
    struct vio_rig *r = vio_kind_rig(k);
    k->begin(r);
    while (in.p < in.end)
        step(k, r, &in);
    round_trip(k, r);
    vio_bank_reset(&r->bank);
    BUG_ON(r->line || r->clock.next != CLOCK_NEVER);
    vio_kind_drop(k, r);
    return 0;
}
