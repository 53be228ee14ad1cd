/* SPDX-License-Identifier: ISC */
/*
 * A screen on a socket: whoever connects, with any terminal program, sees it and can type. Viewers
 * come and go without the machine's notice: nobody is waited for, a slow one sees fewer pictures.
 */
#ifndef IO_IO_SCREEN_SERVER_H
#define IO_IO_SCREEN_SERVER_H

#include "host/host_socket.h"
#include "io/io.h"
#include "lib/err.h"

#define IO_SCREEN_SOCKET HOST_SOCKETS "/screen" /* unless it is told another one */

struct io_screen_server;

/* `screen` is copied; `poll` is borrowed. The error names the address (host_socket.h). */
MUST_CHECK enum err io_screen_server_open(struct io_screen_server **out, struct host_poll *poll,
                                          const char *address, const struct io_screen *screen,
                                          struct error *e);
/* Shows the last picture, tells all viewers good-bye. NULL is fine. */
void io_screen_server_close(struct io_screen_server *s);

/* Brings all viewers up to date. Often called while the machine is busy (it then does so 50 times a
 * second, by host time `now`), and at once when it is about to wait. */
void io_screen_server_show(struct io_screen_server *s, u64 now, bool about_to_wait);

/* By the machine: a key, if one was typed. */
bool io_screen_server_key(struct io_screen_server *s, u8 *ch);

#endif
