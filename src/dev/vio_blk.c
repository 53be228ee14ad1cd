/* SPDX-License-Identifier: ISC */
/*
 * A request is done when the driver's notification is: there is no state beside the core's. Its
 * header, data and status may be cut into buffers in any way; the status is the last byte that the
 * device may write.
 *
 * Discarded sectors read as zeros, though virtio asks for nothing: what a guest sees must not
 * depend on the host's file system.
 */
#include "dev/vio_blk.h"
#include "dev/vio_int.h"
#include "lib/bits.h"
#include "lib/bug.h"

#include <stdlib.h>
#include <string.h>

#define VIO_BLK_ID         2u
#define VIO_BLK_QUEUE      256u
#define VIO_BLK_SEGMENTS   254u     /* of a request: header and status need a descriptor each */
#define VIO_BLK_SEGMENT    0x10000u /* bytes of one */
#define VIO_BLK_RANGES     16u      /* of a discard */
#define VIO_BLK_RANGE_MAX  0x10000u /* sectors of one */
#define VIO_BLK_HEADER     16u
#define VIO_BLK_RANGE_SIZE 16u
#define VIO_BLK_CONFIG     60u

enum {
    VIO_BLK_F_SIZE_MAX = 1 << 1,
    VIO_BLK_F_SEG_MAX = 1 << 2,
    VIO_BLK_F_RO = 1 << 5,
    VIO_BLK_F_BLK_SIZE = 1 << 6,
    VIO_BLK_F_FLUSH = 1 << 9,
    VIO_BLK_F_DISCARD = 1 << 13,
    VIO_BLK_F_WRITE_ZEROES = 1 << 14,
};

enum {
    VIO_BLK_IN = 0,
    VIO_BLK_OUT = 1,
    VIO_BLK_FLUSH = 4,
    VIO_BLK_GET_ID = 8,
    VIO_BLK_DISCARD = 11,
    VIO_BLK_WRITE_ZEROES = 13,
};

enum vio_blk_status {
    VIO_BLK_OK,
    VIO_BLK_IOERR,
    VIO_BLK_UNSUPP,
};

struct vio_blk {
    struct vio vio;
    struct io_disk disk;
    u8 serial[VIO_BLK_SERIAL];
};

struct vio_blk_request {
    struct vio_blk *b;
    struct vio_chain c;
    u32 type;
    u64 sector;
    u32 room;    /* bytes that may be written before the status */
    u32 written; /* of them */
};

static enum vio_blk_status vio_blk_ok(bool ok)
{
    return ok ? VIO_BLK_OK : VIO_BLK_IOERR;
}

static bool vio_blk_flush(struct vio_blk *b)
{
    if (b->disk.read_only)
        return true;
    vio_took_sync(&b->vio);
    return b->disk.flush(b->disk.ctx);
}

/* A driver that knows no flush believes that what was written is safe. */
static bool vio_blk_settled(struct vio_blk *b, bool ok)
{
    return ok && (vio_has(&b->vio, VIO_BLK_F_FLUSH) || vio_blk_flush(b));
}

static enum vio_blk_status vio_blk_read(struct vio_blk_request *r)
{
    struct vio_blk *b = r->b;
    struct piece to[VIO_QUEUE_SIZE];
    if (r->room % IO_SECTOR || !io_disk_has(b->disk.sectors, r->sector, r->room))
        return VIO_BLK_IOERR;
    unsigned n = vio_pieces(&b->vio, &r->c, true, 0, r->room, to);
    b->vio.env->stats->disk_reads += r->room / IO_SECTOR;
    if (!b->disk.read(b->disk.ctx, r->sector, to, n))
        return VIO_BLK_IOERR;
    r->written = r->room;
    return VIO_BLK_OK;
}

static enum vio_blk_status vio_blk_write(const struct vio_blk_request *r)
{
    struct vio_blk *b = r->b;
    struct piece from[VIO_QUEUE_SIZE];
    u32 len = r->c.read_len - VIO_BLK_HEADER;
    if (b->disk.read_only || len % IO_SECTOR || !io_disk_has(b->disk.sectors, r->sector, len))
        return VIO_BLK_IOERR;
    unsigned n = vio_pieces(&b->vio, &r->c, false, VIO_BLK_HEADER, len, from);
    b->vio.env->stats->disk_writes += len / IO_SECTOR;
    return vio_blk_ok(vio_blk_settled(b, b->disk.write(b->disk.ctx, r->sector, from, n)));
}

static enum vio_blk_status vio_blk_get_id(struct vio_blk_request *r)
{
    u32 len = r->room < VIO_BLK_SERIAL ? r->room : VIO_BLK_SERIAL;
    r->written = vio_put(&r->b->vio, &r->c, 0, r->b->serial, len);
    return VIO_BLK_OK;
}

/* One range of a discard, or of zeroes; flags: it may, or wants to, give up the place. */
static enum vio_blk_status vio_blk_range(const struct vio_blk_request *r, const u8 *range)
{
    struct vio_blk *b = r->b;
    u64 sector = load_le64(range);
    u32 count = load_le32(range + 8), flags = load_le32(range + 12);
    bool discard = r->type == VIO_BLK_DISCARD;
    if (flags & ~(discard ? 0u : 1u))
        return VIO_BLK_UNSUPP;
    if (count > VIO_BLK_RANGE_MAX || !io_disk_has(b->disk.sectors, sector, (u64)count * IO_SECTOR))
        return VIO_BLK_IOERR;
    vio_took(&b->vio, count * IO_SECTOR);
    b->vio.env->stats->disk_writes += count;
    return vio_blk_ok(!count || b->disk.zero(b->disk.ctx, sector, count, discard || flags));
}

static enum vio_blk_status vio_blk_ranges(const struct vio_blk_request *r)
{
    u8 range[VIO_BLK_RANGE_SIZE];
    u32 len = r->c.read_len - VIO_BLK_HEADER;
    enum vio_blk_status st = VIO_BLK_OK;
    if (r->b->disk.read_only || !len || len % VIO_BLK_RANGE_SIZE ||
        len > VIO_BLK_RANGES * VIO_BLK_RANGE_SIZE)
        return VIO_BLK_IOERR;
    for (u32 off = 0; off < len && st == VIO_BLK_OK; off += VIO_BLK_RANGE_SIZE) {
        vio_get(&r->b->vio, &r->c, VIO_BLK_HEADER + off, range, sizeof range);
        st = vio_blk_range(r, range);
    }
    return st == VIO_BLK_OK ? vio_blk_ok(vio_blk_settled(r->b, true)) : st;
}

static enum vio_blk_status vio_blk_do(struct vio_blk_request *r)
{
    switch (r->type) {
    case VIO_BLK_IN:
        return vio_blk_read(r);
    case VIO_BLK_OUT:
        return vio_blk_write(r);
    case VIO_BLK_FLUSH:
        return vio_blk_ok(vio_blk_flush(r->b));
    case VIO_BLK_GET_ID:
        return vio_blk_get_id(r);
    case VIO_BLK_DISCARD:
    case VIO_BLK_WRITE_ZEROES:
        return vio_blk_ranges(r);
    }
    return VIO_BLK_UNSUPP;
}

static void vio_blk_trace(const struct vio_blk_request *r, enum vio_blk_status st)
{
    trace(r->b->vio.env->trace, DISK, "virtio blk: type %u, sector %llu, %u bytes%s", r->type,
          (unsigned long long)r->sector, r->type == VIO_BLK_IN ? r->room : r->c.read_len,
          st == VIO_BLK_OK ? "" : ": error");
}

static void vio_blk_request(struct vio_blk_request *r)
{
    struct vio *v = &r->b->vio;
    u8 header[VIO_BLK_HEADER];
    if (vio_get(v, &r->c, 0, header, sizeof header) < sizeof header || !r->c.write_len) {
        vio_break(v, "a request without header or status");
        return;
    }
    r->type = load_le32(header);
    r->sector = load_le64(header + 8);
    r->room = r->c.write_len - 1;
    r->written = 0;
    u8 st = (u8)vio_blk_do(r);
    vio_blk_trace(r, st);
    vio_put(v, &r->c, r->room, &st, 1);
    vio_push(v, 0, r->c.head, r->written == r->room ? r->room + 1 : r->written);
}

static void vio_blk_notify(void *dev, unsigned queue)
{
    struct vio_blk_request r = {.b = dev};
    while (vio_pop(&r.b->vio, queue, &r.c))
        vio_blk_request(&r);
}

static void vio_blk_config(void *dev, u8 *to)
{
    const struct vio_blk *b = dev;
    store_le64(to, b->disk.sectors);
    store_le32(to + 8, VIO_BLK_SEGMENT);
    store_le32(to + 12, VIO_BLK_SEGMENTS);
    store_le32(to + 20, IO_SECTOR);
    store_le32(to + 36, VIO_BLK_RANGE_MAX);
    store_le32(to + 40, VIO_BLK_RANGES);
    store_le32(to + 44, 1); /* alignment of a discard */
    store_le32(to + 48, VIO_BLK_RANGE_MAX);
    store_le32(to + 52, VIO_BLK_RANGES);
    to[56] = 1; /* zeroes may free */
}

static void vio_blk_free(void *dev)
{
    struct vio_blk *b = dev;
    b->disk.close(b->disk.ctx);
    free(b);
}

static const struct vio_class vio_blk_class = {
    .name = "blk",
    .id = VIO_BLK_ID,
    .notify = vio_blk_notify,
    .config = vio_blk_config,
    .free = vio_blk_free,
};

struct vio *vio_blk_new(const struct vio_place *place, const struct vio_blk_config *config)
{
    struct vio_blk *b = xcalloc(1, sizeof *b);
    struct vio_spec spec = {.features = VIO_BLK_F_SIZE_MAX | VIO_BLK_F_SEG_MAX |
                                        VIO_BLK_F_BLK_SIZE | VIO_BLK_F_FLUSH,
                            .nqueues = 1,
                            .queue_size = VIO_BLK_QUEUE,
                            .config_len = VIO_BLK_CONFIG};
    b->disk = config->disk;
    spec.features |= b->disk.read_only ? VIO_BLK_F_RO : VIO_BLK_F_DISCARD | VIO_BLK_F_WRITE_ZEROES;
    if (config->serial)
        memcpy(b->serial, config->serial, strnlen(config->serial, sizeof b->serial));
    vio_init(&b->vio, &vio_blk_class, b, place, &spec);
    return &b->vio;
}
