/* SPDX-License-Identifier: ISC */
/*
 * A virtio device as a card of the LAMEbus: the registers of vio_mmio.h from the beginning of its
 * slot. All, the configuration too, are read and written as words; virtio's byte order is in them,
 * as values, and in what lies in memory.
 */
#ifndef DEV_LB_VIRTIO_H
#define DEV_LB_VIRTIO_H

#include "dev/lb.h"
#include "dev/vio.h"

#define LB_VIRTIO_DEVICE 64u /* its identity; System/161 has 1 to 10 */

/* Plugged with a struct vio, whose state its owner adds. */
extern const struct lb_class lb_virtio_class;

#endif
