/* SPDX-License-Identifier: ISC */
/* The back ends, as io_ether_open.c opens them. */
#ifndef IO_IO_ETHER_INT_H
#define IO_IO_ETHER_INT_H

#include "io/io_ether_open.h"
#include "io/io_ether_queue.h"

#define IO_ETHER_RETRY_NS 1000000000u /* until what is missing is looked for again */

struct io_ether_place {
    struct host_poll *poll;
    const struct io_ether_options *options;
    const char *label;
};

/* io_ether_user.c, io_ether_port.c (tap, VDE), io_ether_pair.c (listen, connect) */
MUST_CHECK enum err io_ether_user_open(struct io_ether *out, const struct io_ether_place *p,
                                       struct error *e);
MUST_CHECK enum err io_ether_port_open(struct io_ether *out, const struct io_ether_place *p,
                                       struct error *e);
MUST_CHECK enum err io_ether_pair_open(struct io_ether *out, const struct io_ether_place *p,
                                       struct error *e);

#endif
