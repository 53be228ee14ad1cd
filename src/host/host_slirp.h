/* SPDX-License-Identifier: ISC */
/*
 * A network of its own for one guest, by libslirp: 10.0.2.0/24, where 10.0.2.2 is this host,
 * 10.0.2.3 its name server, and 10.0.2.15 what DHCP gives the guest. Served with a host_poll. A
 * build without the library says so when one is wanted.
 */
#ifndef HOST_HOST_SLIRP_H
#define HOST_HOST_SLIRP_H

#include "host/host_poll.h"
#include "lib/err.h"

struct host_slirp;

struct host_slirp_options {
    struct host_poll *poll;
    bool restricted; /* the guest reaches nothing outside; forwarded ports still reach it */
    void (*frame)(void *ctx, const void *frame, size_t len); /* for the guest */
    /* While there is none, nothing is read from the host's sockets. */
    bool (*room)(const void *ctx);
    void *ctx;
};

MUST_CHECK enum err host_slirp_open(struct host_slirp **out, const struct host_slirp_options *o,
                                    struct error *e);
void host_slirp_close(struct host_slirp *s); /* NULL: nothing */

/* Addresses as numbers of this host; guest 0: 10.0.2.15. */
MUST_CHECK enum err host_slirp_forward(struct host_slirp *s, bool udp, u32 host, u16 host_port,
                                       u32 guest, u16 guest_port, struct error *e);

/* From the guest; `frame` may be called meanwhile. False: it would begin something new, and as much
 * as may be is open (host_flows.h). */
MUST_CHECK bool host_slirp_input(struct host_slirp *s, const void *frame, size_t len);

#endif
