/* SPDX-License-Identifier: ISC */
/*
 * Pictures of a frame buffer on a socket: whoever connects gets one, as a PNG, and the connection
 * ends. As with io_screen_server.h nobody is waited for.
 */
#ifndef IO_IO_SHOT_SERVER_H
#define IO_IO_SHOT_SERVER_H

#include "host/host_socket.h"
#include "io/io.h"
#include "lib/err.h"

struct io_shot_server;

/* `screen` is copied; `poll` is borrowed. The error names the address (host_socket.h). */
MUST_CHECK enum err io_shot_server_open(struct io_shot_server **out, struct host_poll *poll,
                                        const char *address, const struct io_screen *screen,
                                        struct error *e);
void io_shot_server_close(struct io_shot_server *s); /* NULL is fine */

/* Often called while the machine is busy (one picture then serves all who came within 200 ms of
 * host time `now`), and at once when it is about to wait. */
void io_shot_server_serve(struct io_shot_server *s, u64 now, bool about_to_wait);

#endif
