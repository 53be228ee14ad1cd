/* SPDX-License-Identifier: ISC */
/*
 * GDB's way to a target: sockets that listen, and one client at a time. A client that has said
 * nothing yet makes room for the next; any other makes the next one wait for its end in vain.
 * Clients that flood, do not read, or die have no effect but their own end.
 */
#ifndef DEBUG_GDB_SERVER_H
#define DEBUG_GDB_SERVER_H

#include "debug/gdb_stub.h"
#include "host/host_socket.h"

struct gdb_server;

struct gdb_server *gdb_server_new(struct host_poll *p, const struct debug_target *t);
void gdb_server_free(struct gdb_server *s); /* NULL: nothing */

/* A path with a '/', a port, or HOST:PORT on the loopback. May be called once. */
MUST_CHECK enum err gdb_server_listen(struct gdb_server *s, const char *address, struct error *e);
u16 gdb_server_port(const struct gdb_server *s);

bool gdb_server_attached(const struct gdb_server *s);
/* A client is there that can have the target restarted after its end. */
bool gdb_server_may_restart(const struct gdb_server *s);

/* As gdb_stub_passes, gdb_stub_stopped. */
MUST_CHECK bool gdb_server_passes(const struct gdb_server *s, const struct debug_stop *stop);
MUST_CHECK bool gdb_server_stopped(struct gdb_server *s, const struct debug_stop *stop);

#endif
