/* SPDX-License-Identifier: ISC */
/*
 * A cable to a hub (hub161, the original's or ours): a datagram socket .sockets/net-ADDRESS of our
 * own, frames to the hub's socket and back. A keep-alive every second of real time tells the hub
 * that we are there, and us whether it is: the carrier. A hub that is missing, gone or deaf means
 * no carrier, never an error, and it is found again when it comes back.
 */
#ifndef IO_IO_NET_HUB_H
#define IO_IO_NET_HUB_H

#include "host/host_socket.h"
#include "io/io.h"

#define IO_NET_DEFAULT_HUB HOST_SOCKETS "/hub"
#define IO_NET_HUB_QUEUE   32 /* frames that wait for the machine; more are lost */

struct io_net_hub_options {
    struct host_poll *poll;
    const char *hub;   /* path of its socket */
    u16 hwaddr;        /* names our own socket */
    const char *label; /* of the card, for messages: "slot 5" */
};

/* Makes .sockets in the current directory if it is not there. ERR_BUSY: another machine in this
 * directory has the same address. */
MUST_CHECK enum err io_net_hub_open(struct io_net *out, const struct io_net_hub_options *o,
                                    struct error *e);

#endif
