/* SPDX-License-Identifier: ISC */
#include "vio_kinds.h"

#include "dev/vio_blk.h"
#include "dev/vio_net.h"
#include "dev/vio_rng.h"
#include "io/io_disk_mem.h"
#include "io/io_ether_mem.h"
#include "lib/bug.h"

#include <stdlib.h>

/* ---- blk ---- */

static struct vio *blk_make(struct vio_rig *r, const struct vio_place *place)
{
    struct vio_blk_config config = {.serial = "kuseg"};
    struct error e;
    (void)r;
    BUG_ON(io_disk_mem_open(256, &config.disk, &e));
    return vio_blk_new(place, &config);
}

/* A sector read, which is zeros. */
static void blk_begin(struct vio_rig *r)
{
    gpa at = vio_rig_alloc(r, 1024);
    struct vio_rig_buf buf[] = {{.pa = at, .len = 16}, {.pa = at + 16, .len = 513, .write = true}};
    vio_rig_start(r, r->bank.dev[r->at]->offered);
    vio_rig_send(r, 0, buf, 2);
}

/* ---- rng ---- */

static void rng_fill(void *ctx, void *buf, u32 len)
{
    (void)ctx;
    for (u32 i = 0; i < len; i++)
        ((u8 *)buf)[i] = (u8)(i * 7 + 1);
}

static struct vio *rng_make(struct vio_rig *r, const struct vio_place *place)
{
    struct vio_rng_config config = {.fill = rng_fill, .ctx = r};
    return vio_rng_new(place, &config);
}

static void rng_begin(struct vio_rig *r)
{
    struct vio_rig_buf buf = {.pa = vio_rig_alloc(r, 100), .len = 100, .write = true};
    vio_rig_start(r, 0);
    vio_rig_send(r, 0, &buf, 1);
}

/* ---- net ---- */

static struct vio *net_make(struct vio_rig *r, const struct vio_place *place)
{
    struct vio_kind_net *x = xcalloc(1, sizeof *x);
    struct vio_net_config config = {.mac = {2, 'k', 'u', 's', 'e', 'g'}};
    io_ether_mem_open(x->end);
    config.cable = x->end[0];
    x->card = vio_net_new(place, &config);
    r->extra = x;
    return vio_net_device(x->card);
}

void vio_kind_net_serve(struct vio_rig *r)
{
    struct vio_kind_net *x = r->extra;
    u8 data[2048];
    u32 len = sizeof data;
    while (vio_net_input_room(x->card) && x->end[0].poll(x->end[0].ctx, data, &len)) {
        vio_net_input(x->card, data, len);
        len = sizeof data;
    }
}

static void net_begin(struct vio_rig *r)
{
    struct vio_rig_buf in = {.pa = vio_rig_alloc(r, 1530), .len = 1530, .write = true};
    struct vio_rig_buf out = {.pa = vio_rig_alloc(r, 100), .len = 100};
    vio_rig_start(r, r->bank.dev[r->at]->offered);
    vio_rig_send(r, 0, &in, 1);
    vio_rig_send(r, 0, &in, 1);
    vio_rig_send(r, 1, &out, 1);
    vio_kind_net_serve(r);
}

/* Nothing waits in the cable: it would not be saved, and is told at once or never. */
static void net_outside(struct vio_rig *r, u64 *seed)
{
    struct vio_kind_net *x = r->extra;
    u8 frame[IO_ETHER_MAX] = {0};
    u32 len = IO_ETHER_HEADER + vio_rig_random(seed, IO_ETHER_MAX - IO_ETHER_HEADER + 1);
    frame[0] = (u8)len;
    if (!vio_rig_random(seed, 4)) {
        frame[0] &= 1;
        vio_net_input(x->card, frame, 1);
    } else if (vio_net_input_room(x->card) || !vio_rig_random(seed, 4)) {
        vio_net_input(x->card, frame, len);
    }
}

static void net_drop(struct vio_rig *r)
{
    struct vio_kind_net *x = r->extra;
    for (unsigned i = 0; i < 2; i++)
        x->end[i].close(x->end[i].ctx);
    free(x);
}

/* ---- the table ---- */

const struct vio_kind vio_kinds[] = {
    {.name = "blk", .make = blk_make, .begin = blk_begin},
    {.name = "net",
     .make = net_make,
     .begin = net_begin,
     .outside = net_outside,
     .lasting = true,
     .drop = net_drop},
    {.name = "rng", .make = rng_make, .begin = rng_begin},
};
const unsigned vio_nkinds = ARRAY_LEN(vio_kinds);

struct vio_rig *vio_kind_rig(const struct vio_kind *k)
{
    struct vio_rig *r = vio_rig_new();
    struct vio_place place = vio_rig_place(r);
    vio_rig_plug(r, k->make(r, &place));
    return r;
}

void vio_kind_drop(const struct vio_kind *k, struct vio_rig *r)
{
    if (k->drop)
        k->drop(r);
    vio_rig_free(r);
}
