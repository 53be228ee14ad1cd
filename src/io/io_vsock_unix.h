/* SPDX-License-Identifier: ISC */
/*
 * Streams of a guest as Unix sockets, named as Firecracker does: port N of the host is the socket
 * PATH_N, where a program listens. At PATH one connects, says "CONNECT N" and a line feed, and is
 * answered "OK PORT" and a line feed; the rest is a stream with port N of the guest. If nobody is
 * there, it ends without an answer.
 */
#ifndef IO_IO_VSOCK_UNIX_H
#define IO_IO_VSOCK_UNIX_H

#include "host/host_poll.h"
#include "io/io_vsock.h"
#include "lib/err.h"

#define IO_VSOCK_UNIX_STREAMS 256u
#define IO_VSOCK_UNIX_ASKING  64u /* of these, programs of the host whom the guest does not know */

MUST_CHECK enum err io_vsock_unix_open(struct io_vsock *out, struct host_poll *poll,
                                       const char *path, struct error *e);

#endif
