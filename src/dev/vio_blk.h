/* SPDX-License-Identifier: ISC */
/*
 * Block device (virtio device 2): requests on a disk of the host, one after the other. All that was
 * written before a flush was acknowledged is on stable storage.
 */
#ifndef DEV_VIO_BLK_H
#define DEV_VIO_BLK_H

#include "dev/vio.h"
#include "io/io.h"

#define VIO_BLK_SERIAL 20u /* bytes of its serial number */

struct vio_blk_config {
    struct io_disk disk; /* taken over */
    const char *serial;  /* copied, cut; NULL: none */
};

struct vio *vio_blk_new(const struct vio_place *place, const struct vio_blk_config *config);

#endif
