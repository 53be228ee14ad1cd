/* SPDX-License-Identifier: ISC */
/* Entropy source (virtio device 4): the driver gives buffers, which come back full. */
#ifndef DEV_VIO_RNG_H
#define DEV_VIO_RNG_H

#include "dev/vio.h"

struct vio_rng_config {
    /* Random bytes, through the intake. */
    void (*fill)(void *ctx, void *buf, u32 len);
    void *ctx;
};

struct vio *vio_rng_new(const struct vio_place *place, const struct vio_rng_config *config);

#endif
