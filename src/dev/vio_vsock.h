/* SPDX-License-Identifier: ISC */
/*
 * Socket device (virtio device 19): streams between programs of the guest and of the host, without
 * a network. The host has the address 2. Datagrams and sequenced packets are not offered.
 */
#ifndef DEV_VIO_VSOCK_H
#define DEV_VIO_VSOCK_H

#include "dev/vio.h"
#include "io/io_vsock.h"

#define VIO_VSOCK_CID     3u   /* usual address of a guest; smaller ones are taken */
#define VIO_VSOCK_STREAMS 128u /* at a time */

struct vio_vsock_config {
    u32 cid;            /* address of the guest */
    struct io_vsock io; /* taken over */
};

struct vio *vio_vsock_new(const struct vio_place *place, const struct vio_vsock_config *config);

/* By the board: an event of the back end, which goes through the intake, while vio_vsock_room. */
MUST_CHECK bool vio_vsock_poll(struct vio *v, u8 *event, u32 *len);
void vio_vsock_input(struct vio *v, const u8 *event, u32 len);
bool vio_vsock_room(const struct vio *v);

#endif
