/* SPDX-License-Identifier: ISC */
/*
 * The sockets that a network made up by a library has open for one guest, and which of the guest's
 * frames would have it open another. There is a bound: the descriptors are this process's, and the
 * ports the host's.
 */
#ifndef HOST_HOST_FLOWS_H
#define HOST_HOST_FLOWS_H

#include "lib/types.h"

#define HOST_FLOWS_MAX 256

struct host_flow {
    int fd;
    u32 from; /* UDP: the guest's address and port */
    u16 port;
};

struct host_flows {
    struct host_flow *flow;
    unsigned n, cap;
    unsigned others;          /* sockets of which only the waits tell: of pings, or listening */
    unsigned pings;           /* that may have opened one since */
    struct host_flow current; /* what is opened now, as far as it is known */
};

void host_flows_fini(struct host_flows *f);

/* A frame of the guest. False: it is not to go on, because it would open a socket too many. */
MUST_CHECK bool host_flows_admit(struct host_flows *f, const u8 *frame, size_t len);
/* By the library. One that is not known may be closed, and -1. */
void host_flows_opened(struct host_flows *f, int fd);
void host_flows_closed(struct host_flows *f, int fd);

/* Before each wait: begin, then each descriptor. */
void host_flows_begin(struct host_flows *f);
void host_flows_look(struct host_flows *f, int fd);

/* Then nobody from outside is to be taken, either. */
MUST_CHECK bool host_flows_full(const struct host_flows *f);

#endif
