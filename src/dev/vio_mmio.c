/* SPDX-License-Identifier: ISC */
/*
 * Only the modern interface: the registers of older drivers read 0, and a driver that does not take
 * VIRTIO_F_VERSION_1 never gets FEATURES_OK.
 */
#include "dev/vio_mmio.h"
#include "dev/vio_int.h"

enum {
    VIO_MMIO_MAGIC_VALUE = 0x00,
    VIO_MMIO_VERSION = 0x04,
    VIO_MMIO_DEVICE_ID = 0x08,
    VIO_MMIO_VENDOR_ID = 0x0c,
    VIO_MMIO_DEVICE_FEATURES = 0x10,
    VIO_MMIO_DEVICE_FEATURES_SEL = 0x14,
    VIO_MMIO_DRIVER_FEATURES = 0x20,
    VIO_MMIO_DRIVER_FEATURES_SEL = 0x24,
    VIO_MMIO_QUEUE_SEL = 0x30,
    VIO_MMIO_QUEUE_NUM_MAX = 0x34,
    VIO_MMIO_QUEUE_NUM = 0x38,
    VIO_MMIO_QUEUE_READY = 0x44,
    VIO_MMIO_QUEUE_NOTIFY = 0x50,
    VIO_MMIO_INTERRUPT_STATUS = 0x60,
    VIO_MMIO_INTERRUPT_ACK = 0x64,
    VIO_MMIO_STATUS = 0x70,
    VIO_MMIO_QUEUE_DESC = 0x80, /* low half, then the high one */
    VIO_MMIO_QUEUE_DRIVER = 0x90,
    VIO_MMIO_QUEUE_DEVICE = 0xa0,
    VIO_MMIO_SHM_LEN = 0xb0,
    VIO_MMIO_SHM_BASE = 0xb8,
    VIO_MMIO_CONFIG_GENERATION = 0xfc,
    VIO_MMIO_CONFIG = 0x100,

    VIO_MMIO_VENDOR = 0x4745534b, /* "KSEG" */
};

static struct vio_queue *vio_mmio_queue(const struct vio *v)
{
    return v->queue_sel < v->nqueues ? &v->queue[v->queue_sel] : NULL;
}

static u32 vio_mmio_features(const struct vio *v)
{
    return v->device_sel < 2 ? (u32)(v->offered >> 32 * v->device_sel) : 0;
}

static u32 vio_mmio_register(const struct vio *v, u32 off)
{
    const struct vio_queue *q = vio_mmio_queue(v);
    switch (off) {
    case VIO_MMIO_MAGIC_VALUE:
        return VIO_MMIO_MAGIC;
    case VIO_MMIO_VERSION:
        return 2;
    case VIO_MMIO_DEVICE_ID:
        return v->cls->id;
    case VIO_MMIO_VENDOR_ID:
        return VIO_MMIO_VENDOR;
    case VIO_MMIO_DEVICE_FEATURES:
        return vio_mmio_features(v);
    case VIO_MMIO_QUEUE_NUM_MAX:
        return q ? q->max : 0;
    case VIO_MMIO_QUEUE_READY:
        return q && q->ready;
    case VIO_MMIO_INTERRUPT_STATUS:
        return v->isr;
    case VIO_MMIO_STATUS:
        return v->status;
    case VIO_MMIO_SHM_LEN: /* there is no shared memory */
    case VIO_MMIO_SHM_LEN + 4:
    case VIO_MMIO_SHM_BASE:
    case VIO_MMIO_SHM_BASE + 4:
        return ~0u;
    case VIO_MMIO_CONFIG_GENERATION:
        return v->generation;
    }
    return 0;
}

u32 vio_mmio_read(struct vio *v, u32 off, unsigned size)
{
    u32 val = 0;
    if (off >= VIO_MMIO_CONFIG) {
        if (!vio_config_read(v, off - VIO_MMIO_CONFIG, size, &val))
            dev_odd(v->env, "virtio: no such configuration field read");
        return val;
    }
    if (size == 4)
        return vio_mmio_register(v, off);
    dev_odd(v->env, "virtio: a register is read in parts");
    return 0;
}

/* Once features are settled they stay. */
static void vio_mmio_take_features(struct vio *v, u32 val)
{
    unsigned shift = 32 * v->driver_sel;
    if (v->driver_sel > 1 || v->status & VIO_FEATURES_OK)
        dev_odd(v->env, "virtio: features written where none may be");
    else
        v->features = (v->features & ~(0xffffffffull << shift)) | (u64)val << shift;
}

static void vio_mmio_ready(struct vio_queue *q, bool ready)
{
    if (ready && !q->ready && !vio_queue_is_possible(q))
        vio_break(q->v, "a queue is set up wrong");
    else
        q->ready = ready;
}

static void vio_mmio_half(u64 *addr, u32 off, u32 val)
{
    unsigned shift = off & 4 ? 32 : 0;
    *addr = (*addr & ~(0xffffffffull << shift)) | (u64)val << shift;
}

/* A queue in use keeps its place. */
static void vio_mmio_place_queue(struct vio_queue *q, u32 off, u32 val)
{
    if (q->ready) {
        dev_odd(q->v->env, "virtio: a queue in use is set up");
        return;
    }
    switch (off & ~4u) {
    case VIO_MMIO_QUEUE_DESC:
        vio_mmio_half(&q->desc, off, val);
        break;
    case VIO_MMIO_QUEUE_DRIVER:
        vio_mmio_half(&q->avail, off, val);
        break;
    case VIO_MMIO_QUEUE_DEVICE:
        vio_mmio_half(&q->used, off, val);
        break;
    default:
        if (!val || val > q->max)
            vio_break(q->v, "a queue of an impossible size");
        else
            q->size = val;
    }
}

static void vio_mmio_set_queue(struct vio *v, u32 off, u32 val)
{
    struct vio_queue *q = vio_mmio_queue(v);
    if (!q)
        dev_odd(v->env, "virtio: no such queue");
    else if (off == VIO_MMIO_QUEUE_READY)
        vio_mmio_ready(q, val & 1);
    else
        vio_mmio_place_queue(q, off, val);
}

static void vio_mmio_set(struct vio *v, u32 off, u32 val)
{
    switch (off) {
    case VIO_MMIO_DEVICE_FEATURES_SEL:
        v->device_sel = val;
        break;
    case VIO_MMIO_DRIVER_FEATURES:
        vio_mmio_take_features(v, val);
        break;
    case VIO_MMIO_DRIVER_FEATURES_SEL:
        v->driver_sel = val;
        break;
    case VIO_MMIO_QUEUE_SEL:
        v->queue_sel = val;
        break;
    case VIO_MMIO_QUEUE_NUM:
    case VIO_MMIO_QUEUE_READY:
    case VIO_MMIO_QUEUE_DESC:
    case VIO_MMIO_QUEUE_DESC + 4:
    case VIO_MMIO_QUEUE_DRIVER:
    case VIO_MMIO_QUEUE_DRIVER + 4:
    case VIO_MMIO_QUEUE_DEVICE:
    case VIO_MMIO_QUEUE_DEVICE + 4:
        vio_mmio_set_queue(v, off, val);
        break;
    case VIO_MMIO_QUEUE_NOTIFY:
        vio_notified(v, val);
        break;
    case VIO_MMIO_INTERRUPT_ACK:
        vio_acknowledge(v, val);
        break;
    case VIO_MMIO_STATUS:
        vio_set_status(v, val);
        break;
    default:
        dev_odd(v->env, "virtio: no such register written");
    }
}

void vio_mmio_write(struct vio *v, u32 off, unsigned size, u32 val)
{
    if (off >= VIO_MMIO_CONFIG) {
        if (!vio_config_write(v, off - VIO_MMIO_CONFIG, size, val))
            dev_odd(v->env, "virtio: no such configuration field written");
    } else if (size == 4) {
        vio_mmio_set(v, off, val);
    } else {
        dev_odd(v->env, "virtio: a register is written in parts");
    }
}
