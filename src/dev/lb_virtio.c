/* SPDX-License-Identifier: ISC */
#include "dev/lb_virtio.h"
#include "dev/vio_mmio.h"

static bool lb_virtio_read(void *dev, unsigned cpu, u32 off, u32 *val)
{
    (void)cpu;
    if (off >= VIO_MMIO_SIZE)
        return false;
    *val = vio_mmio_read(dev, off, 4);
    return true;
}

static bool lb_virtio_write(void *dev, unsigned cpu, u32 off, u32 val)
{
    (void)cpu;
    if (off >= VIO_MMIO_SIZE)
        return false;
    vio_mmio_write(dev, off, 4, val);
    return true;
}

static void lb_virtio_reset(void *dev)
{
    vio_reset(dev);
}

const struct lb_class lb_virtio_class = {
    .name = "virtio",
    .device = LB_VIRTIO_DEVICE,
    .revision = 1,
    .read = lb_virtio_read,
    .write = lb_virtio_write,
    .reset = lb_virtio_reset,
};
