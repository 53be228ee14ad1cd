/* SPDX-License-Identifier: ISC */
/*
 * The picture is compared with what each viewer's terminal has, so the guest, which only writes
 * memory, pays nothing for being watched. A viewer that has not yet taken what it was sent is sent
 * no more: when it has, it gets the picture as it is then.
 *
 * Typed characters wait in one queue. While that is too full for what one read can bring, nobody is
 * read from: the typist waits, not we. Only what a viewer leaves behind that typed ahead and went
 * can be cut off.
 */
#include "io/io_screen_server.h"
#include "io/io_vt.h"
#include "lib/bug.h"

#include <stdlib.h>
#include <string.h>

#define IO_SCREEN_VIEWERS 16u
#define IO_SCREEN_KEYS    65536u
#define IO_SCREEN_READ    16384u   /* at most, from a connection at a time */
#define IO_SCREEN_NS      20000000 /* between pictures while the machine is busy */

struct io_screen_viewer {
    struct io_screen_server *server;
    struct host_conn conn;
    struct io_vt_writer vt;
};

struct io_screen_server {
    struct host_poll *poll;
    struct host_listener listener;
    struct io_screen screen;
    struct io_screen_viewer viewer[IO_SCREEN_VIEWERS];
    u8 keys[IO_SCREEN_KEYS];
    u32 head, count;
    u64 last; /* when it was shown, host time */
};

/* ---- viewers ---- */

static bool io_screen_viewer_is_here(const struct io_screen_viewer *v)
{
    return host_conn_is_open(&v->conn);
}

/* A connection forgets with each send that it is not to be read. */
static void io_screen_viewer_listen(struct io_screen_viewer *v)
{
    bool room = v->server->count + IO_SCREEN_READ <= IO_SCREEN_KEYS;
    host_conn_listen(&v->conn, room);
}

static void io_screen_listen(struct io_screen_server *s)
{
    for (unsigned i = 0; i < IO_SCREEN_VIEWERS; i++)
        if (io_screen_viewer_is_here(&s->viewer[i]))
            io_screen_viewer_listen(&s->viewer[i]);
}

static void io_screen_viewer_show(struct io_screen_viewer *v, const struct io_picture *p)
{
    bool complete = false;
    while (!complete && !v->conn.out.len) {
        struct buf out = {0};
        complete = io_vt_draw(&v->vt, p, &out);
        bool sent = !out.len || host_conn_send(&v->conn, out.data, out.len);
        buf_fini(&out);
        if (!sent)
            return;
    }
}

static void io_screen_typed(void *ctx, const u8 *data, size_t len)
{
    struct io_screen_viewer *v = ctx;
    struct io_screen_server *s = v->server;
    for (size_t i = 0; i < len && s->count < IO_SCREEN_KEYS; i++, s->count++)
        s->keys[(s->head + s->count) % IO_SCREEN_KEYS] = data[i];
    io_screen_listen(s);
}

static void io_screen_left(void *ctx)
{
    struct io_screen_viewer *v = ctx;
    io_vt_writer_fini(&v->vt);
}

static void io_screen_refuse(struct io_screen_server *s, int fd)
{
    static const char why[] = "There are too many viewers of this screen.\r\n";
    struct host_conn c = {.max_out = sizeof why};
    host_conn_open(&c, s->poll, fd);
    host_conn_send(&c, why, sizeof why - 1);
    host_conn_close(&c);
}

static void io_screen_accepted(void *ctx, int fd)
{
    struct io_screen_server *s = ctx;
    struct io_screen_viewer *v = s->viewer;
    while (v < s->viewer + IO_SCREEN_VIEWERS && io_screen_viewer_is_here(v))
        v++;
    if (v == s->viewer + IO_SCREEN_VIEWERS) {
        io_screen_refuse(s, fd);
        return;
    }
    struct io_picture p = s->screen.look(s->screen.ctx);
    *v = (struct io_screen_viewer){.server = s,
                                   .conn = {.max_out = 2 * IO_VT_PORTION,
                                            .received = io_screen_typed,
                                            .closed = io_screen_left,
                                            .ctx = v}};
    io_vt_writer_init(&v->vt, &p);
    host_conn_open(&v->conn, s->poll, fd);
    io_screen_viewer_show(v, &p);
}

/* ---- the server ---- */

enum err io_screen_server_open(struct io_screen_server **out, struct host_poll *poll,
                               const char *address, const struct io_screen *screen, struct error *e)
{
    struct io_screen_server *s = xcalloc(1, sizeof *s);
    *out = NULL;
    s->poll = poll;
    s->screen = *screen;
    enum err err = host_listen(&s->listener, poll, address, io_screen_accepted, s, e);
    if (err) {
        free(s);
        return err;
    }
    *out = s;
    return ERR_OK;
}

void io_screen_server_show(struct io_screen_server *s, u64 now, bool about_to_wait)
{
    io_screen_listen(s);
    if (!about_to_wait && now - s->last < IO_SCREEN_NS)
        return;
    s->last = now;
    struct io_picture p = s->screen.look(s->screen.ctx);
    for (unsigned i = 0; i < IO_SCREEN_VIEWERS; i++)
        if (io_screen_viewer_is_here(&s->viewer[i]))
            io_screen_viewer_show(&s->viewer[i], &p);
}

bool io_screen_server_key(struct io_screen_server *s, u8 *ch)
{
    if (!s->count)
        return false;
    *ch = s->keys[s->head];
    s->head = (s->head + 1) % IO_SCREEN_KEYS;
    s->count--;
    io_screen_listen(s);
    return true;
}

static void io_screen_viewer_bye(struct io_screen_viewer *v)
{
    struct buf bye = {0};
    io_vt_end(&bye);
    host_conn_send(&v->conn, bye.data, bye.len);
    buf_fini(&bye);
    host_conn_close(&v->conn);
    io_vt_writer_fini(&v->vt);
}

void io_screen_server_close(struct io_screen_server *s)
{
    if (!s)
        return;
    io_screen_server_show(s, 0, true);
    for (unsigned i = 0; i < IO_SCREEN_VIEWERS; i++)
        if (io_screen_viewer_is_here(&s->viewer[i]))
            io_screen_viewer_bye(&s->viewer[i]);
    host_listener_close(&s->listener);
    free(s);
}
