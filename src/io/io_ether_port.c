/* SPDX-License-Identifier: ISC */
/*
 * A port of a network of the host's: tap, VDE. Frames are read straight to where the machine wants
 * them and wait in the host's own queue, which loses what is too much. Nothing is read before the
 * host has said that there is something, nor more than so many until it says so again: a flood
 * leaves the machine time for other things.
 */
#include "host/host_port.h"
#include "host/host_timer.h"
#include "io/io_ether_int.h"
#include "lib/bug.h"
#include "lib/log.h"

#include <stdlib.h>

#define IO_ETHER_PORT_AT_ONCE 256

struct io_ether_port {
    struct host_poll *poll;
    struct host_port port;
    struct host_watch frames, gone;
    struct host_timer retry; /* runs while it is not open */
    enum err (*open)(struct host_port *p, const char *path, struct error *e);
    char *path, *label;
    unsigned readable; /* frames that may be read before the next look */
    struct io_ether_queue queue;
};

static void io_ether_port_lose(struct io_ether_port *p);

/* Frames that the machine has no room for need not be told of again: no wait would be one. */
static void io_ether_port_ready(void *ctx, short revents)
{
    struct io_ether_port *p = ctx;
    p->readable = IO_ETHER_PORT_AT_ONCE;
    p->frames.events = 0;
    if (revents & ~POLLIN)
        io_ether_port_lose(p);
}

static void io_ether_port_over(void *ctx, short revents)
{
    struct io_ether_port *p = ctx;
    (void)revents;
    if (p->port.gone(&p->port))
        io_ether_port_lose(p);
}

static enum err io_ether_port_join(struct io_ether_port *p, struct error *e)
{
    enum err err = p->open(&p->port, p->path, e);
    if (err)
        return err;
    p->frames = (struct host_watch){
        .fd = p->port.fd, .events = POLLIN, .ready = io_ether_port_ready, .ctx = p};
    p->gone = (struct host_watch){
        .fd = p->port.ctl, .events = POLLIN, .ready = io_ether_port_over, .ctx = p};
    host_poll_add(p->poll, &p->frames);
    if (p->port.ctl >= 0)
        host_poll_add(p->poll, &p->gone);
    p->queue.carrier = true;
    return ERR_OK;
}

static void io_ether_port_retry(void *ctx)
{
    struct io_ether_port *p = ctx;
    if (io_ether_port_join(p, NULL))
        return;
    log_info("%s: %s is back", p->label, p->path);
    host_timer_stop(&p->retry);
}

static void io_ether_port_leave(struct io_ether_port *p)
{
    if (!p->port.ctx)
        return;
    host_poll_remove(p->poll, &p->frames);
    host_poll_remove(p->poll, &p->gone);
    p->port.close(&p->port);
    p->port.ctx = NULL;
    p->readable = 0;
    p->queue.carrier = false;
}

static void io_ether_port_lose(struct io_ether_port *p)
{
    struct error e;
    io_ether_port_leave(p);
    log_warn("%s: %s is gone: no carrier until it is back", p->label, p->path);
    if (host_timer_start(&p->retry, p->poll, IO_ETHER_RETRY_NS, io_ether_port_retry, p, &e))
        log_warn("%s: %s", p->label, e.msg);
}

static void io_ether_port_send(void *ctx, const void *frame, u32 len)
{
    struct io_ether_port *p = ctx;
    if (p->port.ctx && io_ether_len_ok(len) && p->port.write(&p->port, frame, len))
        p->queue.counters.out++;
    else
        p->queue.counters.lost_out++;
}

static bool io_ether_port_poll(void *ctx, u8 *data, u32 *len)
{
    struct io_ether_port *p = ctx;
    if (io_ether_queue_take(&p->queue, data, len))
        return true;
    while (p->readable) {
        long n = p->port.read(&p->port, data, *len);
        p->readable = n == HOST_PORT_NOTHING ? 0 : p->readable - 1;
        p->frames.events = p->readable ? 0 : POLLIN;
        if (n == HOST_PORT_GONE) {
            io_ether_port_lose(p);
            return io_ether_queue_take(&p->queue, data, len);
        }
        if (n >= 0 && io_ether_len_ok((u64)n)) {
            p->queue.counters.in++;
            *len = (u32)n;
            return true;
        }
        p->queue.counters.too_long += n >= 0;
    }
    return false;
}

static const struct io_ether_counters *io_ether_port_counters(const void *ctx)
{
    return &((const struct io_ether_port *)ctx)->queue.counters;
}

static void io_ether_port_close(void *ctx)
{
    struct io_ether_port *p = ctx;
    host_timer_stop(&p->retry);
    io_ether_port_leave(p);
    io_ether_queue_report(&p->queue, p->label);
    free(p->path);
    free(p->label);
    free(p);
}

/* A switch may be started later; an interface that cannot be had now is a mistake. */
static enum err io_ether_port_start(struct io_ether_port *p, bool tap, struct error *e)
{
    enum err err = io_ether_port_join(p, e);
    if (!err || tap || err == ERR_USAGE)
        return err;
    log_warn("%s: %s: no carrier until one is started", p->label, e->msg);
    return host_timer_start(&p->retry, p->poll, IO_ETHER_RETRY_NS, io_ether_port_retry, p, e);
}

enum err io_ether_port_open(struct io_ether *out, const struct io_ether_place *place,
                            struct error *e)
{
    struct io_ether_port *p = xcalloc(1, sizeof *p);
    bool tap = place->options->kind == IO_ETHER_TAP;
    p->poll = place->poll;
    p->path = xstrdup(place->options->path);
    p->label = xstrdup(place->label);
    p->open = tap ? host_tap_open : host_vde_open;
    enum err err = io_ether_port_start(p, tap, e);
    if (err) {
        io_ether_port_close(p);
        return err;
    }
    *out = (struct io_ether){.send = io_ether_port_send,
                             .poll = io_ether_port_poll,
                             .close = io_ether_port_close,
                             .counters = io_ether_port_counters,
                             .ctx = p};
    return ERR_OK;
}
