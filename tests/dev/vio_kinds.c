/* SPDX-License-Identifier: ISC */
#include "vio_kinds.h"

#include "dev/vio_blk.h"
#include "dev/vio_rng.h"
#include "io/io_disk_mem.h"
#include "lib/bug.h"

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

/* ---- the table ---- */

const struct vio_kind vio_kinds[] = {
    {.name = "blk", .make = blk_make, .begin = blk_begin},
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
