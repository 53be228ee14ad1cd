/* SPDX-License-Identifier: ISC */
/*
 * While what a peer sent fills the queue, it is not read from: the peer waits, not we. One that
 * does not read what it is sent is dropped.
 */
#include "io/io_line.h"
#include "lib/bug.h"

#include <stdlib.h>

#define IO_LINE_PORTION 16384u /* sent at a time: one who is dropped costs no more memory */
#define IO_LINE_QUEUE   65536u
#define IO_LINE_READ    16384u /* at most, from a connection at a time */

struct io_line {
    struct host_poll *poll;
    struct host_listener listener;
    struct host_conn conn;
    bool here; /* the peer */
    u8 in[IO_LINE_QUEUE];
    u32 head, count;
};

/* A connection forgets with each send that it is not to be read. */
static void io_line_listen(struct io_line *l)
{
    bool room = l->count + IO_LINE_READ <= IO_LINE_QUEUE;
    if (l->here)
        host_conn_listen(&l->conn, room);
}

static void io_line_received(void *ctx, const u8 *data, size_t len)
{
    struct io_line *l = ctx;
    for (size_t i = 0; i < len && l->count < IO_LINE_QUEUE; i++, l->count++)
        l->in[(l->head + l->count) % IO_LINE_QUEUE] = data[i];
    io_line_listen(l);
}

static void io_line_left(void *ctx)
{
    ((struct io_line *)ctx)->here = false;
}

static void io_line_accepted(void *ctx, int fd)
{
    struct io_line *l = ctx;
    if (l->here) {
        struct host_conn busy = {.max_out = 1};
        host_conn_open(&busy, l->poll, fd);
        host_conn_close(&busy);
        return;
    }
    l->here = true;
    l->conn = (struct host_conn){.max_out = IO_LINE_MAX_OUT,
                                 .patient = true,
                                 .received = io_line_received,
                                 .closed = io_line_left,
                                 .ctx = l};
    host_conn_open(&l->conn, l->poll, fd);
    io_line_listen(l);
}

static void io_line_send(void *ctx, const void *data, u32 len)
{
    struct io_line *l = ctx;
    for (u32 done = 0, n; done < len && l->here; done += n) {
        n = len - done < IO_LINE_PORTION ? len - done : IO_LINE_PORTION;
        if (!host_conn_send(&l->conn, (const u8 *)data + done, n))
            break;
    }
    io_line_listen(l);
}

static void io_line_put(void *ctx, u8 ch)
{
    io_line_send(ctx, &ch, 1);
}

static bool io_line_get(void *ctx, u8 *ch)
{
    struct io_line *l = ctx;
    if (!l->count)
        return false;
    *ch = l->in[l->head];
    l->head = (l->head + 1) % IO_LINE_QUEUE;
    l->count--;
    io_line_listen(l);
    return true;
}

static u32 io_line_receive(void *ctx, void *buf, u32 max)
{
    u32 n = 0;
    while (n < max && io_line_get(ctx, (u8 *)buf + n))
        n++;
    return n;
}

static u32 io_line_unsent(void *ctx)
{
    const struct io_line *l = ctx;
    return l->here ? (u32)l->conn.out.len : 0;
}

static bool io_line_here(void *ctx)
{
    const struct io_line *l = ctx;
    return l->here || l->count;
}

struct io_stream io_line_stream(struct io_line *l)
{
    return (struct io_stream){.send = io_line_send,
                              .receive = io_line_receive,
                              .unsent = io_line_unsent,
                              .here = io_line_here,
                              .ctx = l};
}

/* Somebody may come at any time. */
static bool io_line_ended(void *ctx)
{
    (void)ctx;
    return false;
}

struct io_console io_line_console(struct io_line *l)
{
    return (struct io_console){
        .put = io_line_put, .get = io_line_get, .ended = io_line_ended, .ctx = l};
}

enum err io_line_open(struct io_line **out, struct host_poll *poll, const char *address,
                      struct error *e)
{
    struct io_line *l = xcalloc(1, sizeof *l);
    *out = NULL;
    l->poll = poll;
    enum err err = host_listen(&l->listener, poll, address, io_line_accepted, l, e);
    if (err) {
        free(l);
        return err;
    }
    *out = l;
    return ERR_OK;
}

void io_line_close(struct io_line *l)
{
    if (!l)
        return;
    if (l->here)
        host_conn_close(&l->conn);
    host_listener_close(&l->listener);
    free(l);
}
