/* SPDX-License-Identifier: ISC */
/*
 * Two machines and a socket between them. Each is the other's network; one of them listens, and
 * takes one peer at a time. A peer that sends more than this machine takes has to wait; what is
 * sent to one that does not read is lost.
 */
#include "host/host_socket.h"
#include "host/host_timer.h"
#include "io/io_ether_int.h"
#include "io/io_ether_wire.h"
#include "lib/bits.h"
#include "lib/bug.h"
#include "lib/log.h"

#include <stdlib.h>
#include <string.h>

#define IO_ETHER_PAIR_MAX_OUT 262144u
#define IO_ETHER_PAIR_TOLD    8u /* peers; of more only their number is told, at the end */
#define IO_ETHER_PAIR_AT_ONCE 16 /* portions of the socket until the host is looked at again */

struct io_ether_pair {
    struct host_poll *poll;
    struct host_listener listener; /* of the one that listens */
    struct host_timer retry;       /* of the one that connects, while it is not */
    struct host_conn conn;
    u64 peers;     /* that came */
    bool here;     /* the last one */
    bool pulling;  /* `received` was asked for */
    unsigned more; /* portions that may be asked for */
    char *path, *label;
    struct io_ether_queue queue;
    struct io_ether_wire wire;
};

/* ---- the peer ---- */

static void io_ether_pair_tell(const struct io_ether_pair *p, const char *what)
{
    if (p->peers <= IO_ETHER_PAIR_TOLD)
        log_info("%s: the machine at %s %s%s", p->label, p->path, what,
                 p->peers == IO_ETHER_PAIR_TOLD ? " (of more nothing is said)" : "");
}

static void io_ether_pair_report(const struct io_ether_pair *p)
{
    if (p->peers > IO_ETHER_PAIR_TOLD)
        log_info("%s: in all %llu machines came to %s", p->label, (unsigned long long)p->peers,
                 p->path);
}

/* A connection forgets with each send that it is not to be read. */
static void io_ether_pair_listen(struct io_ether_pair *p)
{
    bool room = io_ether_wire_room(&p->wire) >= HOST_CONN_PORTION;
    if (p->here)
        host_conn_listen(&p->conn, room);
}

static void io_ether_pair_left(void *ctx);

/* Without room it comes only from a peer that is gone, and its end may be lost. */
static void io_ether_pair_received(void *ctx, const u8 *data, size_t len)
{
    struct io_ether_pair *p = ctx;
    if (len > io_ether_wire_room(&p->wire)) {
        host_conn_close(&p->conn);
        io_ether_pair_left(p);
        return;
    }
    io_ether_wire_add(&p->wire, data, (u32)len);
    if (!p->pulling)
        p->more = IO_ETHER_PAIR_AT_ONCE;
    io_ether_pair_listen(p);
}

static void io_ether_pair_seek(struct io_ether_pair *p);

static void io_ether_pair_left(void *ctx)
{
    struct io_ether_pair *p = ctx;
    io_ether_pair_tell(p, "is gone");
    p->here = p->queue.carrier = false;
    io_ether_pair_seek(p);
}

static void io_ether_pair_joined(struct io_ether_pair *p, int fd)
{
    p->peers++;
    io_ether_pair_tell(p, "is here");
    p->here = p->queue.carrier = true;
    p->more = 0;
    io_ether_wire_reset(&p->wire);
    p->conn = (struct host_conn){.max_out = IO_ETHER_PAIR_MAX_OUT + IO_ETHER_MAX,
                                 .patient = true,
                                 .received = io_ether_pair_received,
                                 .closed = io_ether_pair_left,
                                 .ctx = p};
    host_conn_open(&p->conn, p->poll, fd);
}

static void io_ether_pair_accepted(void *ctx, int fd)
{
    struct io_ether_pair *p = ctx;
    if (!p->here) {
        io_ether_pair_joined(p, fd);
        return;
    }
    struct host_conn busy = {.max_out = 1};
    host_conn_open(&busy, p->poll, fd);
    host_conn_close(&busy);
}

static void io_ether_pair_connect(void *ctx)
{
    struct io_ether_pair *p = ctx;
    int fd = host_connect_now(p->path, NULL);
    if (fd < 0)
        return;
    host_timer_stop(&p->retry);
    io_ether_pair_joined(p, fd);
}

/* The one that connects tries every second. */
static void io_ether_pair_seek(struct io_ether_pair *p)
{
    struct error e;
    if (!p->listener.poll &&
        host_timer_start(&p->retry, p->poll, IO_ETHER_RETRY_NS, io_ether_pair_connect, p, &e))
        log_warn("%s: %s", p->label, e.msg);
}

/* ---- the cable ---- */

static void io_ether_pair_send(void *ctx, const void *frame, u32 len)
{
    struct io_ether_pair *p = ctx;
    u8 message[IO_ETHER_WIRE_PREFIX + IO_ETHER_MAX];
    if (!p->here || !io_ether_len_ok(len) || p->conn.out.len > IO_ETHER_PAIR_MAX_OUT) {
        p->queue.counters.lost_out++;
        return;
    }
    store_be32(message, len);
    memcpy(message + IO_ETHER_WIRE_PREFIX, frame, len);
    p->queue.counters.out++;
    host_conn_send(&p->conn, message, IO_ETHER_WIRE_PREFIX + len);
    io_ether_pair_listen(p);
}

/* False: there is nothing more for now. */
static bool io_ether_pair_pull(struct io_ether_pair *p)
{
    if (!p->here || !p->more || io_ether_wire_room(&p->wire) < HOST_CONN_PORTION)
        return false;
    p->more--;
    p->pulling = true;
    bool got = host_conn_pull(&p->conn);
    p->pulling = false;
    if (!got)
        p->more = 0;
    return got;
}

static void io_ether_pair_check(struct io_ether_pair *p)
{
    if (!p->wire.broken || !p->here)
        return;
    if (p->peers <= IO_ETHER_PAIR_TOLD)
        log_warn("%s: what comes from %s are no Ethernet frames", p->label, p->path);
    host_conn_close(&p->conn);
    io_ether_pair_left(p);
}

static bool io_ether_pair_poll(void *ctx, u8 *data, u32 *len)
{
    struct io_ether_pair *p = ctx;
    const u8 *frame;
    u32 n;
    if (io_ether_queue_take(&p->queue, data, len))
        return true;
    do
        n = io_ether_wire_take(&p->wire, &frame, &p->queue.counters);
    while (!n && io_ether_pair_pull(p));
    if (!n) {
        io_ether_pair_check(p);
        io_ether_pair_listen(p);
        return io_ether_queue_take(&p->queue, data, len);
    }
    memcpy(data, frame, n);
    *len = n;
    io_ether_pair_listen(p);
    return true;
}

static const struct io_ether_counters *io_ether_pair_counters(const void *ctx)
{
    return &((const struct io_ether_pair *)ctx)->queue.counters;
}

static void io_ether_pair_close(void *ctx)
{
    struct io_ether_pair *p = ctx;
    host_timer_stop(&p->retry);
    host_conn_close(&p->conn);
    host_listener_close(&p->listener);
    io_ether_queue_report(&p->queue, p->label);
    io_ether_pair_report(p);
    free(p->path);
    free(p->label);
    free(p);
}

static enum err io_ether_pair_start(struct io_ether_pair *p, bool listens, struct error *e)
{
    if (listens)
        return host_listen(&p->listener, p->poll, p->path, io_ether_pair_accepted, p, e);
    int fd = host_connect_now(p->path, e);
    if (fd >= 0) {
        io_ether_pair_joined(p, fd);
        return ERR_OK;
    }
    log_info("%s: %s: no carrier until it listens there", p->label, e->msg);
    return host_timer_start(&p->retry, p->poll, IO_ETHER_RETRY_NS, io_ether_pair_connect, p, e);
}

enum err io_ether_pair_open(struct io_ether *out, const struct io_ether_place *place,
                            struct error *e)
{
    struct io_ether_pair *p = xcalloc(1, sizeof *p);
    p->poll = place->poll;
    p->path = xstrdup(place->options->path);
    p->label = xstrdup(place->label);
    enum err err = io_ether_pair_start(p, place->options->kind == IO_ETHER_LISTEN, e);
    if (err) {
        io_ether_pair_close(p);
        return err;
    }
    *out = (struct io_ether){.send = io_ether_pair_send,
                             .poll = io_ether_pair_poll,
                             .close = io_ether_pair_close,
                             .counters = io_ether_pair_counters,
                             .ctx = p};
    return ERR_OK;
}
