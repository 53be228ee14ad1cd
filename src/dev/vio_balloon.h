/* SPDX-License-Identifier: ISC */
/*
 * Memory balloon (virtio device 5): the driver is told how many pages to give up, and the host gets
 * their memory, as it does that of pages which the driver reports as free.
 */
#ifndef DEV_VIO_BALLOON_H
#define DEV_VIO_BALLOON_H

#include "dev/vio.h"

struct vio_balloon_config {
    u32 target;              /* pages to give up, at power-on */
    void (*drop)(void *ctx); /* the device is freed; NULL: nobody wants to know */
    void *ctx;
};

struct vio_balloon;

struct vio_balloon *vio_balloon_new(const struct vio_place *place,
                                    const struct vio_balloon_config *config);
struct vio *vio_balloon_device(struct vio_balloon *b);

/* By the machine's intake: so many pages are to be given up from now on. */
void vio_balloon_set(struct vio_balloon *b, u32 target);
u32 vio_balloon_target(const struct vio_balloon *b);
u32 vio_balloon_actual(const struct vio_balloon *b); /* as the driver says */

#endif
