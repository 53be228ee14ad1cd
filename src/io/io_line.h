/* SPDX-License-Identifier: ISC */
/*
 * The far end of a serial line, or a port, as a socket: one peer at a time; what is sent while
 * nobody is there is lost, what a peer sends waits until the guest takes it.
 */
#ifndef IO_IO_LINE_H
#define IO_IO_LINE_H

#include "host/host_socket.h"
#include "io/io.h"

struct io_line;

/* address: host_socket.h */
MUST_CHECK enum err io_line_open(struct io_line **out, struct host_poll *poll, const char *address,
                                 struct error *e);
void io_line_close(struct io_line *l); /* NULL: nothing */

struct io_console io_line_console(struct io_line *l);
/* A peer for which more than IO_LINE_MAX_OUT bytes wait is dropped. */
#define IO_LINE_MAX_OUT 65536u
struct io_stream io_line_stream(struct io_line *l);

#endif
