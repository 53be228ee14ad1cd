/* SPDX-License-Identifier: ISC */
#include "debug/gdb_server.h"
#include "debug/gdb_packet.h"
#include "lib/bug.h"

#include <stdlib.h>
#include <string.h>

enum {
    GDB_SERVER_HELD = 4 * GDB_PACKET_MAX, /* bytes that wait for the target */
    GDB_SERVER_OUT = 512 << 10,           /* bytes that the client does not read */
};

struct gdb_server {
    struct host_poll *poll;
    struct gdb_stub *stub;
    struct host_listener listener;
    struct host_conn conn;
    struct buf held; /* received, not yet taken */
    bool busy;       /* the stub is at work: what it makes the target say comes in from below */
};

/* ---- one client ---- */

static void gdb_server_drop(struct gdb_server *s)
{
    host_conn_close(&s->conn);
    buf_fini(&s->held);
    gdb_stub_reset(s->stub);
}

static void gdb_server_closed(void *ctx)
{
    gdb_server_drop(ctx);
}

static bool gdb_server_send(struct gdb_server *s)
{
    struct buf *out = gdb_stub_output(s->stub);
    bool sent = !out->len || host_conn_send(&s->conn, out->data, out->len);
    out->len = 0;
    return sent;
}

/* As long as that gets on. A client that is not to be served any more is dropped by our caller. */
static bool gdb_server_work(struct gdb_server *s)
{
    size_t n;
    do {
        n = gdb_stub_input(s->stub, s->held.data, s->held.len);
        if (n)
            memmove(s->held.data, s->held.data + n, s->held.len - n);
        s->held.len -= n;
        if (!gdb_server_send(s))
            return false;
    } while (n && s->held.len);
    return !gdb_stub_finished(s->stub) && s->held.len <= GDB_SERVER_HELD;
}

static void gdb_server_pump(struct gdb_server *s)
{
    if (s->busy || !host_conn_is_open(&s->conn))
        return;
    s->busy = true;
    bool goes_on = gdb_server_work(s);
    s->busy = false;
    if (!goes_on)
        gdb_server_drop(s);
}

static void gdb_server_received(void *ctx, const u8 *data, size_t len)
{
    struct gdb_server *s = ctx;
    buf_put(&s->held, data, len);
    gdb_server_pump(s);
}

/* ---- all of them ---- */

static void gdb_server_refuse(struct gdb_server *s, int fd)
{
    static const char why[] = "E.another debugger is connected";
    struct host_conn other = {.max_out = 4096};
    struct buf out = {0};
    gdb_packet_put(&out, why, sizeof why - 1);
    host_conn_open(&other, s->poll, fd);
    (void)host_conn_send(&other, out.data, out.len);
    host_conn_close(&other);
    buf_fini(&out);
}

static void gdb_server_accepted(void *ctx, int fd)
{
    struct gdb_server *s = ctx;
    if (gdb_server_attached(s)) {
        gdb_server_refuse(s, fd);
        return;
    }
    gdb_server_drop(s);
    s->conn = (struct host_conn){.max_out = GDB_SERVER_OUT,
                                 .received = gdb_server_received,
                                 .closed = gdb_server_closed,
                                 .ctx = s};
    host_conn_open(&s->conn, s->poll, fd);
}

struct gdb_server *gdb_server_new(struct host_poll *p, const struct debug_target *t)
{
    struct gdb_server *s = xcalloc(1, sizeof *s);
    s->poll = p;
    s->stub = gdb_stub_new(t);
    return s;
}

void gdb_server_free(struct gdb_server *s)
{
    if (!s)
        return;
    host_conn_close(&s->conn);
    host_listener_close(&s->listener);
    gdb_stub_free(s->stub);
    buf_fini(&s->held);
    free(s);
}

enum err gdb_server_listen(struct gdb_server *s, const char *address, struct error *e)
{
    return host_listen(&s->listener, s->poll, address, gdb_server_accepted, s, e);
}

u16 gdb_server_port(const struct gdb_server *s)
{
    return host_listener_port(&s->listener);
}

bool gdb_server_attached(const struct gdb_server *s)
{
    return host_conn_is_open(&s->conn) && gdb_stub_attached(s->stub);
}

bool gdb_server_may_restart(const struct gdb_server *s)
{
    return gdb_server_attached(s) && gdb_stub_may_restart(s->stub);
}

bool gdb_server_passes(const struct gdb_server *s, const struct debug_stop *stop)
{
    return gdb_stub_passes(s->stub, stop);
}

bool gdb_server_stopped(struct gdb_server *s, const struct debug_stop *stop)
{
    bool stays = gdb_stub_stopped(s->stub, stop);
    if (!s->busy && !gdb_server_send(s))
        gdb_server_drop(s);
    gdb_server_pump(s);
    return stays;
}
