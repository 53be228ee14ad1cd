/* SPDX-License-Identifier: ISC */
/* A virtio network card and its cable, on any board. */
#ifndef MACHINE_BOARD_VIO_NET_H
#define MACHINE_BOARD_VIO_NET_H

#include "dev/vio_net.h"
#include "machine/board_ether.h"

struct board_vio_net {
    struct board_ether ether;
    struct vio_net *card;
};

/* Cable i of the configuration; the card is given over by vio_net_device. */
MUST_CHECK enum err board_vio_net_open(struct board_vio_net *n, struct machine *m,
                                       const struct board_ether_config *config, unsigned i,
                                       struct dev_line line, struct error *e);
/* After the card is freed; safe on zeroed memory. */
void board_vio_net_close(struct board_vio_net *n);

#endif
