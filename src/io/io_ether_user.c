/* SPDX-License-Identifier: ISC */
/*
 * User mode: the network that libslirp makes up. Its answers come at once, while a frame is sent,
 * and wait in the queue; what it reads from sockets stays there while the queue is half full.
 */
#include "host/host_slirp.h"
#include "io/io_ether_int.h"
#include "lib/bits.h"
#include "lib/bug.h"
#include "lib/log.h"

#include <stdlib.h>
#include <string.h>

/* What one connection may send at a time, without scaled windows, is 46 frames. */
#define IO_ETHER_USER_QUEUE 512

#define IO_ETHER_ACK 54u /* bytes of a frame that only acknowledges */

struct io_ether_user {
    struct host_slirp *slirp;
    struct io_ether_queue queue;
    bool told; /* that it may open no more */
    char *label;
};

/* An acknowledgement and nothing else: TCP without options, data or flags. */
static bool io_ether_user_is_ack(const u8 *f, size_t len)
{
    return len == IO_ETHER_ACK && load_be16(f + 12) == 0x0800 && f[14] == 0x45 && f[23] == 6 &&
           load_be16(f + 16) == IO_ETHER_ACK - IO_ETHER_HEADER && load_be16(f + 46) == 0x5010;
}

/* The library acknowledges each segment for itself. Of those that wait side by side the last one
 * says it all; a repeated one (which asks for what is missing) stays. */
static bool io_ether_user_outdates(const u8 *f, const struct io_ether_frame *last)
{
    return io_ether_user_is_ack(last->data, last->len) && !memcmp(f, last->data, 12) &&
           !memcmp(f + 26, last->data + 26, 16) &&
           (i32)(load_be32(f + 42) - load_be32(last->data + 42)) > 0;
}

static void io_ether_user_frame(void *ctx, const void *frame, size_t len)
{
    struct io_ether_user *u = ctx;
    struct io_ether_frame *last = io_ether_queue_last(&u->queue);
    if (last && io_ether_user_is_ack(frame, len) && io_ether_user_outdates(frame, last))
        memcpy(last->data, frame, len);
    else
        io_ether_queue_put(&u->queue, frame, len);
}

static bool io_ether_user_room(const void *ctx)
{
    const struct io_ether_user *u = ctx;
    return io_ether_queue_room(&u->queue) >= IO_ETHER_USER_QUEUE / 2;
}

static bool io_ether_user_pass(struct io_ether_user *u, const void *frame, u32 len)
{
    if (!io_ether_len_ok(len))
        return false;
    if (host_slirp_input(u->slirp, frame, len))
        return true;
    if (!u->told)
        log_warn("%s: the guest has all the connections open that it may have; more are refused",
                 u->label);
    u->told = true;
    return false;
}

static void io_ether_user_send(void *ctx, const void *frame, u32 len)
{
    struct io_ether_user *u = ctx;
    if (io_ether_user_pass(u, frame, len))
        u->queue.counters.out++;
    else
        u->queue.counters.lost_out++;
}

static bool io_ether_user_poll(void *ctx, u8 *data, u32 *len)
{
    struct io_ether_user *u = ctx;
    return io_ether_queue_take(&u->queue, data, len);
}

static const struct io_ether_counters *io_ether_user_counters(const void *ctx)
{
    return &((const struct io_ether_user *)ctx)->queue.counters;
}

static void io_ether_user_close(void *ctx)
{
    struct io_ether_user *u = ctx;
    host_slirp_close(u->slirp);
    io_ether_queue_report(&u->queue, u->label);
    free(u->label);
    io_ether_queue_fini(&u->queue);
    free(u);
}

static enum err io_ether_user_start(struct io_ether_user *u, const struct io_ether_place *p,
                                    struct error *e)
{
    struct host_slirp_options o = {.poll = p->poll,
                                   .restricted = p->options->restricted,
                                   .frame = io_ether_user_frame,
                                   .room = io_ether_user_room,
                                   .ctx = u};
    enum err err = host_slirp_open(&u->slirp, &o, e);
    for (unsigned i = 0; i < p->options->nforwards && !err; i++) {
        const struct io_ether_forward *f = &p->options->forward[i];
        err =
            host_slirp_forward(u->slirp, f->udp, f->host, f->host_port, f->guest, f->guest_port, e);
    }
    return err;
}

enum err io_ether_user_open(struct io_ether *out, const struct io_ether_place *p, struct error *e)
{
    struct io_ether_user *u = xcalloc(1, sizeof *u);
    io_ether_queue_init(&u->queue, IO_ETHER_USER_QUEUE);
    u->queue.carrier = true;
    u->label = xstrdup(p->label);
    enum err err = io_ether_user_start(u, p, e);
    if (err) {
        io_ether_user_close(u);
        return err;
    }
    *out = (struct io_ether){.send = io_ether_user_send,
                             .poll = io_ether_user_poll,
                             .close = io_ether_user_close,
                             .counters = io_ether_user_counters,
                             .ctx = u};
    return ERR_OK;
}
