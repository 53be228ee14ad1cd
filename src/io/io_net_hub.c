/* SPDX-License-Identifier: ISC */
/*
 * The socket is emptied whenever the host is looked at, whether or not the machine takes anything:
 * Linux holds a handful of datagrams, and a hub that waits for us (the original does) would stand
 * still for everybody.
 */
#include "io/io_net_hub.h"

#include "host/host_dir.h"
#include "host/host_file.h"
#include "host/host_timer.h"
#include "io/io_net.h"
#include "lib/bug.h"
#include "lib/log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define IO_NET_HUB_KEEPALIVE_NS 1000000000u
#define IO_NET_HUB_AT_ONCE      64 /* datagrams taken from the socket at a time */

struct io_net_hub {
    struct host_poll *poll;
    struct host_watch watch;
    struct host_timer keepalive;
    char *hub, *path, *label;
    u16 hwaddr;
    bool carrier, told; /* told: what the machine knows */
    unsigned head, count;
    struct {
        u32 len;
        u8 data[IO_NET_MAX];
    } queue[IO_NET_HUB_QUEUE];
};

static void io_net_hub_set_carrier(struct io_net_hub *n, bool carrier)
{
    if (carrier == n->carrier)
        return;
    if (carrier)
        log_info("nic: %s: carrier detected", n->label);
    else
        log_info("nic: %s: lost carrier (%s: %s)", n->label, n->hub,
                 errno == EAGAIN ? "the hub does not read" : strerror(errno));
    n->carrier = carrier;
}

static void io_net_hub_keep_alive(void *ctx)
{
    struct io_net_hub *n = ctx;
    u8 frame[IO_NET_HEADER];
    io_net_put_header(frame, n->hwaddr, sizeof frame, IO_NET_HUB);
    io_net_hub_set_carrier(n, host_datagram_send(n->watch.fd, n->hub, frame, sizeof frame));
}

/* A hub that is merely busy costs the frame, not the carrier. */
static void io_net_hub_send(void *ctx, const void *frame, u32 len)
{
    struct io_net_hub *n = ctx;
    if (!host_datagram_send(n->watch.fd, n->hub, frame, len) && errno != EAGAIN)
        io_net_hub_set_carrier(n, false);
}

/* False: nothing more is there. */
static bool io_net_hub_receive(struct io_net_hub *n)
{
    unsigned at = (n->head + n->count) % IO_NET_HUB_QUEUE;
    u8 lost[IO_NET_HEADER];
    char from[1];
    if (n->count == IO_NET_HUB_QUEUE)
        return host_datagram_receive(n->watch.fd, lost, sizeof lost, from, sizeof from) >= 0;
    long len = host_datagram_receive(n->watch.fd, n->queue[at].data, IO_NET_MAX, from, sizeof from);
    if (len >= (long)IO_NET_HEADER && len <= (long)IO_NET_MAX) {
        n->queue[at].len = (u32)len;
        n->count++;
    }
    return len >= 0;
}

static void io_net_hub_ready(void *ctx, short revents)
{
    (void)revents;
    for (unsigned i = 0; i < IO_NET_HUB_AT_ONCE && io_net_hub_receive(ctx); i++)
        ;
}

static bool io_net_hub_poll(void *ctx, u8 *data, u32 *len)
{
    struct io_net_hub *n = ctx;
    if (n->told != n->carrier) {
        n->told = n->carrier;
        data[0] = n->told;
        *len = 1;
        return true;
    }
    if (!n->count || n->queue[n->head].len > *len)
        return false;
    *len = n->queue[n->head].len;
    memcpy(data, n->queue[n->head].data, *len);
    n->head = (n->head + 1) % IO_NET_HUB_QUEUE;
    n->count--;
    return true;
}

static void io_net_hub_close(void *ctx)
{
    struct io_net_hub *n = ctx;
    host_timer_stop(&n->keepalive);
    if (n->watch.fd >= 0) {
        host_poll_remove(n->poll, &n->watch);
        host_file_close(n->watch.fd);
        host_file_remove(n->path);
    }
    free(n->hub);
    free(n->path);
    free(n->label);
    free(n);
}

/* ---- opening ---- */

/* The hub needs a name by which it can find us from its own directory. */
static enum err io_net_hub_bind(struct io_net_hub *n, struct error *e)
{
    char *here = host_dir_current();
    if (!here || !host_dir_make(HOST_SOCKETS)) {
        free(here);
        return err_set(e, ERR_IO, "cannot make the directory " HOST_SOCKETS ": %m");
    }
    n->path = xasprintf("%s/" HOST_SOCKETS "/net-%04x", here, n->hwaddr);
    free(here);
    n->watch.fd = host_datagram(n->path, e);
    if (n->watch.fd >= 0)
        return ERR_OK;
    if (e->code == ERR_BUSY)
        err_set(e, ERR_BUSY,
                "another machine in this directory has the address %u: give one of "
                "them another hwaddr",
                n->hwaddr);
    else if (e->code == ERR_CONFIG)
        err_prefix(e, "the current directory's path is too long");
    return e->code;
}

static enum err io_net_hub_start(struct io_net_hub *n, struct error *e)
{
    if (strlen(n->hub) > HOST_SOCKET_PATH_MAX)
        return err_set(e, ERR_CONFIG,
                       "hub=%s: a socket's path can have %u characters; one that starts in the "
                       "current directory may be shorter",
                       n->hub, (unsigned)HOST_SOCKET_PATH_MAX);
    enum err err = io_net_hub_bind(n, e);
    if (err)
        return err;
    n->watch.events = POLLIN;
    n->watch.ready = io_net_hub_ready;
    n->watch.ctx = n;
    host_poll_add(n->poll, &n->watch);
    return host_timer_start(&n->keepalive, n->poll, IO_NET_HUB_KEEPALIVE_NS, io_net_hub_keep_alive,
                            n, e);
}

/* The original says nothing about a hub that is not there. */
static void io_net_hub_first_look(struct io_net_hub *n)
{
    io_net_hub_keep_alive(n);
    if (!n->carrier)
        log_warn("nic: %s: no hub answers at %s (%s): the card has no carrier until one is started "
                 "there: 'kuseg hub %s', or hub161 likewise",
                 n->label, n->hub, strerror(errno), n->hub);
}

enum err io_net_hub_open(struct io_net *out, const struct io_net_hub_options *o, struct error *e)
{
    struct io_net_hub *n = xcalloc(1, sizeof *n);
    n->poll = o->poll;
    n->watch.fd = -1;
    n->hub = xstrdup(o->hub);
    n->label = xstrdup(o->label);
    n->hwaddr = o->hwaddr;
    *out = (struct io_net){
        .send = io_net_hub_send, .poll = io_net_hub_poll, .close = io_net_hub_close, .ctx = n};
    enum err err = io_net_hub_start(n, e);
    if (err) {
        io_net_hub_close(n);
        *out = (struct io_net){0};
        return err;
    }
    io_net_hub_first_look(n);
    return ERR_OK;
}
