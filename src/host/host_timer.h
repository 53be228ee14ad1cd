/* SPDX-License-Identifier: ISC */
/* A function called every so often of real time, by whoever serves the set of descriptors. */
#ifndef HOST_HOST_TIMER_H
#define HOST_HOST_TIMER_H

#include "host/host_poll.h"
#include "lib/err.h"

struct host_timer {
    struct host_poll *poll; /* NULL: stopped */
    struct host_watch watch;
    void (*tick)(void *ctx);
    void *ctx;
};

/* Late ticks are not made up for. */
MUST_CHECK enum err host_timer_start(struct host_timer *t, struct host_poll *p, u64 ns,
                                     void (*tick)(void *ctx), void *ctx, struct error *e);
void host_timer_stop(struct host_timer *t); /* safe on zeroed memory */

#endif
