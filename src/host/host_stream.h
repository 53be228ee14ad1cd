/* SPDX-License-Identifier: ISC */
/*
 * Unix stream sockets by descriptor, for who decides himself how much he takes at a time. Nothing
 * here waits.
 */
#ifndef HOST_HOST_STREAM_H
#define HOST_HOST_STREAM_H

#include "lib/types.h"

#define HOST_STREAM_WAIT (-1) /* nothing now */
#define HOST_STREAM_LOST (-2)

long host_stream_send(int fd, const void *data, size_t len); /* bytes, or one of the above */
long host_stream_receive(int fd, void *data, size_t max);    /* 0: the other end sends no more */
void host_stream_finish(int fd);                             /* we send no more */

#endif
