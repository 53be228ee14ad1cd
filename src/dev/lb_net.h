/* SPDX-License-Identifier: ISC */
/*
 * Network interface (device 6): one frame at a time in each direction, each through a buffer of
 * 4 KB.
 */
#ifndef DEV_LB_NET_H
#define DEV_LB_NET_H

#include "dev/lb.h"
#include "io/io.h"

struct lb_net_config {
    struct io_net net; /* copied; whoever opened it closes it, after the card is freed */
    u16 hwaddr;        /* neither 0 nor 0xffff */
    bool extended;     /* ours: bit 31 of STATUS is the carrier */
};

struct lb_net;

struct lb_net *lb_net_new(const struct dev_env *env, struct dev_line line,
                          const struct lb_net_config *config);
void lb_net_free(struct lb_net *n);

/* By the machine's intake: what the cable's poll gave. Without room a frame is dropped. */
void lb_net_input(struct lb_net *n, const u8 *data, u32 len);
bool lb_net_input_room(const struct lb_net *n);

extern const struct lb_class lb_net_class;

#endif
