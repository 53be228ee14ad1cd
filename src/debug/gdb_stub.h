/* SPDX-License-Identifier: ISC */
/*
 * One conversation with GDB: bytes in, bytes out, and calls of the target. No sockets
 * (gdb_server.h), no clock. Whatever comes in, memory is bounded.
 *
 * The target stops when the first packet comes in, not before: a client that only connects has no
 * effect. All-stop mode only.
 */
#ifndef DEBUG_GDB_STUB_H
#define DEBUG_GDB_STUB_H

#include "debug/debug_target.h"

struct gdb_stub;

struct gdb_stub *gdb_stub_new(const struct debug_target *t); /* t is borrowed, and must not move */
void gdb_stub_free(struct gdb_stub *g);

/* ---- by what carries the bytes ---- */

/* How many of the bytes were taken. Fewer while an answer waits for the target, or while more than
 * GDB_OUT_MAX bytes have not been sent: try again after a stop, and after sending. */
size_t gdb_stub_input(struct gdb_stub *g, const u8 *data, size_t len);
/* What is to be sent; the taker empties it. */
#define GDB_OUT_MAX (256u << 10)
struct buf *gdb_stub_output(struct gdb_stub *g);
bool gdb_stub_attached(const struct gdb_stub *g); /* a packet came in, and no detach since */
bool gdb_stub_finished(const struct gdb_stub *g); /* after D and k: close the connection */

/* It can have the target restarted: extended-remote. */
bool gdb_stub_may_restart(const struct gdb_stub *g);

/* The client is gone, or a new one comes: breakpoints go, the target goes on. */
void gdb_stub_reset(struct gdb_stub *g);

/* ---- by the target ---- */

/* Would a stop like this be passed, because a condition does not hold? */
MUST_CHECK bool gdb_stub_passes(const struct gdb_stub *g, const struct debug_stop *s);
/* It has stopped. False: a condition did not hold, so go on with the same actions. */
MUST_CHECK bool gdb_stub_stopped(struct gdb_stub *g, const struct debug_stop *s);

#endif
