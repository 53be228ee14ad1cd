/* SPDX-License-Identifier: ISC */
/*
 * Network card (virtio device 1): queue 0 receives, queue 1 sends. Its address is fixed, its link
 * follows the cable's carrier.
 */
#ifndef DEV_VIO_NET_H
#define DEV_VIO_NET_H

#include "dev/vio.h"
#include "io/io_ether.h"

struct vio_net_config {
    struct io_ether cable; /* copied; whoever opened it closes it, after the card is freed */
    u8 mac[IO_ETHER_ADDRESS];
};

struct vio_net;

struct vio_net *vio_net_new(const struct vio_place *place, const struct vio_net_config *config);
struct vio *vio_net_device(struct vio_net *n);

/* By the machine's intake: what the cable's poll gave. Without room a frame is dropped. */
void vio_net_input(struct vio_net *n, const u8 *data, u32 len);
/* A card that no driver runs has room: it listens to nobody. Changes nothing. */
bool vio_net_input_room(const struct vio_net *n);

#endif
