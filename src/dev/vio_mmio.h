/* SPDX-License-Identifier: ISC */
/*
 * Virtio over MMIO (virtio 1.2, 4.2), version 2: the registers of a device.
 */
#ifndef DEV_VIO_MMIO_H
#define DEV_VIO_MMIO_H

#include "dev/vio.h"

#define VIO_MMIO_SIZE  0x1000u /* of a device's registers */
#define VIO_MMIO_MAGIC 0x74726976u

/* Registers are 32 bits wide and values, without byte order; the configuration behind them takes
 * any width. What is not there reads 0 and is not written. */
u32 vio_mmio_read(struct vio *v, u32 off, unsigned size);
void vio_mmio_write(struct vio *v, u32 off, unsigned size, u32 val);

#endif
