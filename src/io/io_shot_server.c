/* SPDX-License-Identifier: ISC */
#include "io/io_shot_server.h"
#include "io/io_shot.h"
#include "lib/bug.h"

#include <stdlib.h>

#define IO_SHOT_TAKERS 16u
#define IO_SHOT_NS     200000000 /* between pictures while the machine is busy */
#define IO_SHOT_MAX    (64u << 20)

struct io_shot_taker {
    struct host_conn conn;
    bool served;
};

struct io_shot_server {
    struct host_poll *poll;
    struct host_listener listener;
    struct io_screen screen;
    struct io_shot_taker taker[IO_SHOT_TAKERS];
    u64 last; /* picture, host time */
};

/* Nothing can be typed here. */
static void io_shot_typed(void *ctx, const u8 *data, size_t len)
{
    (void)ctx;
    (void)data;
    (void)len;
}

static void io_shot_left(void *ctx)
{
    (void)ctx;
}

/* One too many is turned away without a picture. */
static void io_shot_accepted(void *ctx, int fd)
{
    struct io_shot_server *s = ctx;
    struct io_shot_taker *t = s->taker;
    while (t < s->taker + IO_SHOT_TAKERS && host_conn_is_open(&t->conn))
        t++;
    struct host_conn one_too_many = {.max_out = 0}, *c = &one_too_many;
    if (t < s->taker + IO_SHOT_TAKERS) {
        *t = (struct io_shot_taker){
            .conn = {.max_out = IO_SHOT_MAX, .received = io_shot_typed, .closed = io_shot_left}};
        c = &t->conn;
    }
    host_conn_open(c, s->poll, fd);
    if (c == &one_too_many)
        host_conn_close(c);
}

enum err io_shot_server_open(struct io_shot_server **out, struct host_poll *poll,
                             const char *address, const struct io_screen *screen, struct error *e)
{
    struct io_shot_server *s = xcalloc(1, sizeof *s);
    *out = NULL;
    s->poll = poll;
    s->screen = *screen;
    enum err err = host_listen(&s->listener, poll, address, io_shot_accepted, s, e);
    if (err) {
        free(s);
        return err;
    }
    *out = s;
    return ERR_OK;
}

/* Who has got all of it needs us no more. True: somebody waits for a picture. */
static bool io_shot_waits(struct io_shot_server *s)
{
    bool waits = false;
    for (unsigned i = 0; i < IO_SHOT_TAKERS; i++) {
        struct io_shot_taker *t = &s->taker[i];
        if (t->served && !t->conn.out.len)
            host_conn_close(&t->conn);
        waits |= host_conn_is_open(&t->conn) && !t->served;
    }
    return waits;
}

static void io_shot_send(struct io_shot_server *s)
{
    struct buf png = {0};
    struct io_picture p = s->screen.look(s->screen.ctx);
    bool good = io_shot_png(&p, &png);
    for (unsigned i = 0; i < IO_SHOT_TAKERS; i++) {
        struct io_shot_taker *t = &s->taker[i];
        if (!host_conn_is_open(&t->conn) || t->served)
            continue;
        t->served = true;
        if (good)
            host_conn_send(&t->conn, png.data, png.len);
    }
    buf_fini(&png);
}

void io_shot_server_serve(struct io_shot_server *s, u64 now, bool about_to_wait)
{
    if (!io_shot_waits(s) || (!about_to_wait && now - s->last < IO_SHOT_NS))
        return;
    s->last = now;
    io_shot_send(s);
    io_shot_waits(s);
}

void io_shot_server_close(struct io_shot_server *s)
{
    if (!s)
        return;
    for (unsigned i = 0; i < IO_SHOT_TAKERS; i++)
        host_conn_close(&s->taker[i].conn);
    host_listener_close(&s->listener);
    free(s);
}
