/* SPDX-License-Identifier: ISC */
/*
 * What a virtual machine waits for on its host: descriptors, each with a function that is called
 * when something can be done with it. One set per machine, used by the thread that runs it.
 */
#ifndef HOST_HOST_POLL_H
#define HOST_HOST_POLL_H

#include "lib/types.h"

#include <poll.h>

struct host_watch {
    int fd;
    short events; /* POLLIN, POLLOUT; may be changed at any time */
    void (*ready)(void *ctx, short revents);
    void *ctx;
};

/* The descriptors of a library that tells them anew before each wait. */
struct host_poll_group {
    /* Up to max of them; how many. *ns: the wait is to be no longer. */
    unsigned (*fill)(void *ctx, struct pollfd *fds, unsigned max, u64 *ns);
    /* After each wait, whatever came of it. */
    void (*done)(void *ctx, struct pollfd *fds, unsigned n);
    void *ctx;
};

#define HOST_POLL_GROUPS 8

struct host_poll {
    struct host_watch **watch; /* NULL where one was removed */
    unsigned n, cap;
    struct host_poll_group *group[HOST_POLL_GROUPS];
    unsigned ngroups;
};

void host_poll_fini(struct host_poll *p);

/* Borrowed until removed. Both may be called from a `ready` function. */
void host_poll_add(struct host_poll *p, struct host_watch *w);
void host_poll_remove(struct host_poll *p, struct host_watch *w);

/* Likewise, but not from one of its functions. */
void host_poll_add_group(struct host_poll *p, struct host_poll_group *g);
void host_poll_remove_group(struct host_poll *p, struct host_poll_group *g);

/* Waits up to `ns` (~0: for ever) for a watch, or for characters on `fd` (-1: for none), or for a
 * signal that asks to end; calls what is ready. True: `fd` can be read. */
bool host_poll_wait(struct host_poll *p, int fd, u64 ns);

/* The same for bare descriptors: how many are ready. Signals that ask to end are let in only here,
 * so none slips in between a check and the wait. */
int host_poll_fds(struct pollfd *fds, unsigned n, u64 ns);

#endif
