/* SPDX-License-Identifier: ISC */
/*
 * A client of a 9P server, as simple as can be: one request, one reply.
 */
#ifndef UNIT_P9_CLIENT_H
#define UNIT_P9_CLIENT_H

#include "io/io_9p_fids.h"

#define P9_MAX (IO_9P_MSIZE_MAX + 64)

struct p9_client {
    struct io_9p server;
    struct io_9p_fids fids;
    u8 request[P9_MAX], reply[P9_MAX];
    u32 len, rlen;
    u32 max; /* room for the reply; 0: P9_MAX */
    struct buf_reader body;
};

/* Makes a request: b w d q numbers of 1, 2, 4 and 8 bytes, s a string, D bytes and their count. */
void p9_make(struct p9_client *c, u8 type, const char *fields, ...);
/* The error number, or 0: what the reply brings is in `body`. Wrong replies are BUG_ON. */
u32 p9_send(struct p9_client *c);
/* Both. */
#define p9_call(c, type, ...) (p9_make((c), IO_9P_T_##type, __VA_ARGS__), p9_send(c))

u32 p9_start(struct p9_client *c); /* version, and fid 0 is the root */
u32 p9_walk(struct p9_client *c, u32 fid, u32 newfid, const char *path);

#endif
