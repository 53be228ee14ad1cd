/* SPDX-License-Identifier: ISC */
/* 9P transport (virtio device 9): a directory of the host, which the driver finds by its tag. */
#ifndef DEV_VIO_9P_H
#define DEV_VIO_9P_H

#include "dev/vio.h"
#include "io/io_9p.h"

#define VIO_9P_TAG_MAX 32u /* characters */

struct vio_9p_config {
    const char *tag;     /* copied */
    struct io_9p server; /* taken over; through the intake */
};

struct vio *vio_9p_new(const struct vio_place *place, const struct vio_9p_config *config);

#endif
