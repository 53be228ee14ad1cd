/* SPDX-License-Identifier: ISC */
/*
 * Reading is the device's business: a socket is read when an event is asked for, as much as it may
 * pass on, so what the guest has no room for stays with its sender. A socket is watched only for
 * what can be done with it now; one that was hung up would wake the machine for ever.
 */
#include "io/io_vsock_unix.h"

#include "host/host_file.h"
#include "host/host_socket.h"
#include "host/host_stream.h"
#include "lib/bits.h"
#include "lib/bug.h"
#include "lib/buf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define IO_VSOCK_PORT_DIGITS 11u /* "_4294967295" */
#define IO_VSOCK_HELLO       32u /* "CONNECT 4294967295\n" */

enum io_vsock_unix_state {
    IO_VSOCK_UNUSED,
    IO_VSOCK_ASKING,  /* a program of the host has not said what it wants yet */
    IO_VSOCK_OFFERED, /* it has; the guest has not answered */
    IO_VSOCK_OPEN,
    IO_VSOCK_FLUSHING, /* the device has forgotten it, but some bytes are on their way */
    IO_VSOCK_DEAD,     /* the device has to be told */
};

struct io_vsock_stream {
    struct io_vsock_unix *v;
    enum io_vsock_unix_state state;
    u32 id, port;
    struct host_watch watch;
    bool watched;
    bool hung_up, ended; /* by the host's program: all; sending */
    bool deaf;           /* it takes no more: the guest's bytes are dropped */
    bool finish;         /* after `out` the guest sends no more */
    bool readable;       /* try */
    u32 limit, passed, took;
    u8 said;       /* of IO_VSOCK_ENDED */
    unsigned news; /* events to tell: a bit for each enum io_vsock_event */
    struct buf out;
    char hello[IO_VSOCK_HELLO];
    unsigned nhello;
};

struct io_vsock_unix {
    struct host_poll *poll;
    struct host_listener listener;
    char *path;
    bool reset; /* to be told */
    u32 next_id, turn;
    struct io_vsock_stream stream[IO_VSOCK_UNIX_STREAMS];
};

/* ---- streams ---- */

static void io_vsock_unix_unwatch(struct io_vsock_stream *s)
{
    if (s->watched)
        host_poll_remove(s->v->poll, &s->watch);
    s->watched = false;
}

static void io_vsock_unix_drop(struct io_vsock_stream *s)
{
    io_vsock_unix_unwatch(s);
    host_file_close(s->watch.fd);
    buf_fini(&s->out);
    *s = (struct io_vsock_stream){.v = s->v, .watch.fd = -1};
}

/* The device is told, then it is dropped. */
static void io_vsock_unix_die(struct io_vsock_stream *s)
{
    u32 id = s->id;
    bool known = s->state == IO_VSOCK_OPEN || s->state == IO_VSOCK_OFFERED;
    struct io_vsock_unix *v = s->v;
    if (s->state == IO_VSOCK_OFFERED && s->news & 1u << IO_VSOCK_INCOMING)
        known = false;
    io_vsock_unix_drop(s);
    if (known)
        *s = (struct io_vsock_stream){
            .v = v, .state = IO_VSOCK_DEAD, .id = id, .watch.fd = -1, .news = 1u << IO_VSOCK_GONE};
}

static struct io_vsock_stream *io_vsock_unix_find(struct io_vsock_unix *v, u32 id)
{
    for (unsigned i = 0; i < IO_VSOCK_UNIX_STREAMS; i++) {
        struct io_vsock_stream *s = &v->stream[i];
        if (s->id == id && (s->state == IO_VSOCK_OPEN || s->state == IO_VSOCK_OFFERED ||
                            s->state == IO_VSOCK_DEAD))
            return s;
    }
    return NULL;
}

static struct io_vsock_stream *io_vsock_unix_open_one(struct io_vsock_unix *v, u32 id)
{
    struct io_vsock_stream *s = io_vsock_unix_find(v, id);
    return s && s->state == IO_VSOCK_OPEN ? s : NULL;
}

/* A free place; if there is none, what only waits for a program that does not read gives way. NULL:
 * not even that. */
static struct io_vsock_stream *io_vsock_unix_place(struct io_vsock_unix *v)
{
    struct io_vsock_stream *flushing = NULL;
    for (unsigned i = 0; i < IO_VSOCK_UNIX_STREAMS; i++) {
        if (v->stream[i].state == IO_VSOCK_UNUSED)
            return &v->stream[i];
        if (v->stream[i].state == IO_VSOCK_FLUSHING)
            flushing = &v->stream[i];
    }
    if (flushing)
        io_vsock_unix_drop(flushing);
    return flushing;
}

/* ---- watching ---- */

static u32 io_vsock_unix_room(const struct io_vsock_stream *s)
{
    i32 room = (i32)(s->limit - s->passed);
    return room > 0 ? (u32)room : 0;
}

static void io_vsock_unix_ready(void *ctx, short revents);

static void io_vsock_unix_watch(struct io_vsock_stream *s)
{
    bool reads = s->state == IO_VSOCK_ASKING ||
                 (s->state == IO_VSOCK_OPEN && !s->ended && !s->readable && io_vsock_unix_room(s));
    bool watch = s->watch.fd >= 0 && !s->hung_up;
    s->watch.events = (short)((reads ? POLLIN : 0) | (s->out.len ? POLLOUT : 0));
    s->watch.ready = io_vsock_unix_ready;
    s->watch.ctx = s;
    if (watch && !s->watched)
        host_poll_add(s->v->poll, &s->watch);
    else if (!watch)
        io_vsock_unix_unwatch(s);
    s->watched = watch;
}

/* ---- the guest's bytes ---- */

static void io_vsock_unix_flush(struct io_vsock_stream *s)
{
    size_t done = 0;
    long n = 0;
    while (done < s->out.len && !s->deaf &&
           (n = host_stream_send(s->watch.fd, s->out.data + done, s->out.len - done)) > 0)
        done += (size_t)n;
    if (s->deaf || n == HOST_STREAM_LOST) { /* what the host has still sent is the guest's */
        s->hung_up = s->deaf = s->readable = true;
        done = s->out.len;
    }
    memmove(s->out.data, s->out.data + done, s->out.len - done);
    s->out.len -= done;
    s->took += (u32)done;
    if (s->took)
        s->news |= 1u << IO_VSOCK_TOOK;
    if (!s->out.len && s->finish && !s->deaf)
        host_stream_finish(s->watch.fd);
    if (!s->out.len && s->state == IO_VSOCK_FLUSHING)
        io_vsock_unix_drop(s);
    else
        io_vsock_unix_watch(s);
}

/* ---- programs of the host that come to us ---- */

static bool io_vsock_unix_parse(const char *line, u32 *port)
{
    static const char word[] = "CONNECT ";
    size_t n = strlen(word);
    char *end;
    if (strncmp(line, word, n) || line[n] < '0' || line[n] > '9')
        return false;
    unsigned long long v = strtoull(line + n, &end, 10);
    *port = (u32)v;
    return !*end && v < ~0u;
}

/* Byte by byte: what follows the line is the guest's. */
static void io_vsock_unix_hello(struct io_vsock_stream *s)
{
    char c = 0;
    long n;
    while ((n = host_stream_receive(s->watch.fd, &c, 1)) == 1 && c != '\n') {
        if (s->nhello == IO_VSOCK_HELLO - 1)
            break;
        s->hello[s->nhello++] = c;
    }
    if (n == HOST_STREAM_WAIT)
        return;
    if (n != 1 || c != '\n' || !io_vsock_unix_parse(s->hello, &s->port)) {
        io_vsock_unix_drop(s);
        return;
    }
    s->state = IO_VSOCK_OFFERED;
    s->id = s->v->next_id;
    s->v->next_id += 2;
    s->news |= 1u << IO_VSOCK_INCOMING;
    io_vsock_unix_watch(s);
}

static void io_vsock_unix_accepted_fd(void *ctx, int fd)
{
    struct io_vsock_unix *v = ctx;
    unsigned asking = 0;
    for (unsigned i = 0; i < IO_VSOCK_UNIX_STREAMS; i++)
        asking +=
            v->stream[i].state == IO_VSOCK_ASKING || v->stream[i].news & 1u << IO_VSOCK_INCOMING;
    struct io_vsock_stream *s = asking < IO_VSOCK_UNIX_ASKING ? io_vsock_unix_place(v) : NULL;
    if (!s) {
        host_file_close(fd);
        return;
    }
    s->state = IO_VSOCK_ASKING;
    s->watch.fd = fd;
    io_vsock_unix_watch(s);
}

static void io_vsock_unix_ready(void *ctx, short revents)
{
    struct io_vsock_stream *s = ctx;
    s->hung_up = revents & (POLLHUP | POLLERR);
    if (s->state == IO_VSOCK_ASKING) {
        io_vsock_unix_hello(s);
        return;
    }
    if (s->state == IO_VSOCK_OFFERED && s->hung_up) {
        io_vsock_unix_die(s);
        return;
    }
    if (revents & POLLIN || s->hung_up)
        s->readable = true;
    if (s->out.len)
        io_vsock_unix_flush(s);
    else
        io_vsock_unix_watch(s);
}

/* ---- by the device ---- */

static void io_vsock_unix_connect(void *ctx, u32 id, u32 port)
{
    struct io_vsock_unix *v = ctx;
    struct io_vsock_stream *s = io_vsock_unix_place(v);
    char *path = xasprintf("%s_%u", v->path, port);
    int fd = s && !v->reset ? host_connect_now(path, NULL) : -1;
    free(path);
    if (!s) /* the device has fewer streams than there are places but after a load */
        return;
    s->id = id;
    s->state = IO_VSOCK_OPEN;
    s->watch.fd = fd;
    s->news = 1u << IO_VSOCK_CONNECTED;
    if (fd < 0)
        io_vsock_unix_die(s);
    else
        io_vsock_unix_watch(s);
}

static void io_vsock_unix_send(void *ctx, u32 id, const u8 *data, u32 len)
{
    struct io_vsock_stream *s = io_vsock_unix_open_one(ctx, id);
    if (!s)
        return;
    bool waits = s->out.len;
    buf_put(&s->out, data, len);
    if (!waits)
        io_vsock_unix_flush(s);
}

static void io_vsock_unix_accepted(void *ctx, u32 id, u32 port)
{
    struct io_vsock_stream *s = io_vsock_unix_find(ctx, id);
    char text[IO_VSOCK_HELLO];
    if (!s || s->state != IO_VSOCK_OFFERED)
        return;
    s->state = IO_VSOCK_OPEN;
    int n = snprintf(text, sizeof text, "OK %u\n", port);
    s->took = 0u - (u32)n; /* not the guest's */
    io_vsock_unix_send(ctx, id, (const u8 *)text, (u32)n);
}

static void io_vsock_unix_limit(void *ctx, u32 id, u32 total)
{
    struct io_vsock_stream *s = io_vsock_unix_open_one(ctx, id);
    if (!s)
        return;
    bool none = !io_vsock_unix_room(s);
    s->limit = total;
    s->readable |= none && io_vsock_unix_room(s);
    io_vsock_unix_watch(s);
}

static void io_vsock_unix_finish(void *ctx, u32 id)
{
    struct io_vsock_stream *s = io_vsock_unix_open_one(ctx, id);
    if (!s)
        return;
    s->finish = true;
    if (!s->out.len)
        host_stream_finish(s->watch.fd);
}

static void io_vsock_unix_close_one(void *ctx, u32 id, bool flush)
{
    struct io_vsock_stream *s = io_vsock_unix_find(ctx, id);
    if (!s)
        return;
    if (!flush || s->state != IO_VSOCK_OPEN || !s->out.len) {
        io_vsock_unix_drop(s);
        return;
    }
    s->state = IO_VSOCK_FLUSHING;
    s->news = 0;
    io_vsock_unix_watch(s);
}

static void io_vsock_unix_forget(void *ctx, bool tell)
{
    struct io_vsock_unix *v = ctx;
    for (unsigned i = 0; i < IO_VSOCK_UNIX_STREAMS; i++)
        if (v->stream[i].state != IO_VSOCK_ASKING)
            io_vsock_unix_drop(&v->stream[i]);
    v->reset |= tell;
}

/* ---- events ---- */

static u32 io_vsock_unix_event(struct io_vsock_stream *s, u8 *event, enum io_vsock_event what)
{
    event[0] = (u8)what;
    store_le32(event + 1, s->id);
    s->news &= ~(1u << what);
    return IO_VSOCK_HEAD;
}

static u32 io_vsock_unix_number(struct io_vsock_stream *s, u8 *event, enum io_vsock_event what,
                                u32 n)
{
    store_le32(event + IO_VSOCK_HEAD, n);
    return io_vsock_unix_event(s, event, what) + 4;
}

static u32 io_vsock_unix_end(struct io_vsock_stream *s, u8 *event)
{
    s->ended = true;
    s->said = s->hung_up ? IO_VSOCK_NO_RECEIVE | IO_VSOCK_NO_SEND : IO_VSOCK_NO_SEND;
    event[IO_VSOCK_HEAD] = s->said;
    io_vsock_unix_watch(s);
    return io_vsock_unix_event(s, event, IO_VSOCK_ENDED) + 1;
}

/* 0: no event. */
static u32 io_vsock_unix_read(struct io_vsock_stream *s, u8 *event, u32 max)
{
    u32 room = io_vsock_unix_room(s);
    room = room < max - IO_VSOCK_HEAD ? room : max - IO_VSOCK_HEAD;
    if (!s->readable)
        return 0;
    if (s->ended) { /* and now hung up, too */
        s->readable = false;
        return s->hung_up && s->said == IO_VSOCK_NO_SEND ? io_vsock_unix_end(s, event) : 0;
    }
    if (!room)
        return 0;
    long n = host_stream_receive(s->watch.fd, event + IO_VSOCK_HEAD, room);
    if (n > 0) {
        s->passed += (u32)n;
        return io_vsock_unix_event(s, event, IO_VSOCK_DATA) + (u32)n;
    }
    s->readable = false;
    if (n == HOST_STREAM_WAIT)
        io_vsock_unix_watch(s);
    else if (n == 0)
        return io_vsock_unix_end(s, event);
    else
        io_vsock_unix_die(s);
    return 0;
}

/* One stream's next event, into *len bytes; 0: it has none. */
static u32 io_vsock_unix_next(struct io_vsock_stream *s, u8 *event, u32 max)
{
    if (s->news & 1u << IO_VSOCK_INCOMING)
        return io_vsock_unix_number(s, event, IO_VSOCK_INCOMING, s->port);
    if (s->news & 1u << IO_VSOCK_CONNECTED)
        return io_vsock_unix_event(s, event, IO_VSOCK_CONNECTED);
    if (s->news & 1u << IO_VSOCK_TOOK && (i32)s->took > 0) {
        u32 n = s->took;
        s->took = 0;
        return io_vsock_unix_number(s, event, IO_VSOCK_TOOK, n);
    }
    u32 n = s->state == IO_VSOCK_OPEN ? io_vsock_unix_read(s, event, max) : 0;
    if (!n && s->news & 1u << IO_VSOCK_GONE) {
        n = io_vsock_unix_event(s, event, IO_VSOCK_GONE);
        io_vsock_unix_drop(s);
    }
    return n;
}

static bool io_vsock_unix_poll(void *ctx, u8 *event, u32 *len)
{
    struct io_vsock_unix *v = ctx;
    u32 n = 0;
    if (v->reset) {
        v->reset = false;
        memset(event, 0, IO_VSOCK_HEAD);
        event[0] = IO_VSOCK_RESET;
        *len = IO_VSOCK_HEAD;
        return true;
    }
    for (unsigned i = 0; i < IO_VSOCK_UNIX_STREAMS && !n; i++) {
        v->turn = (v->turn + 1) % IO_VSOCK_UNIX_STREAMS;
        n = io_vsock_unix_next(&v->stream[v->turn], event, *len);
    }
    *len = n;
    return n != 0;
}

/* ---- opening ---- */

static void io_vsock_unix_free(void *ctx)
{
    struct io_vsock_unix *v = ctx;
    for (unsigned i = 0; i < IO_VSOCK_UNIX_STREAMS; i++)
        io_vsock_unix_drop(&v->stream[i]);
    host_listener_close(&v->listener);
    free(v->path);
    free(v);
}

enum err io_vsock_unix_open(struct io_vsock *out, struct host_poll *poll, const char *path,
                            struct error *e)
{
    if (strlen(path) + 2 + IO_VSOCK_PORT_DIGITS > HOST_SOCKET_PATH_MAX)
        return err_set(e, ERR_CONFIG, "%s: a path for vsock can have %u characters", path,
                       HOST_SOCKET_PATH_MAX - 2 - IO_VSOCK_PORT_DIGITS);
    struct io_vsock_unix *v = xcalloc(1, sizeof *v);
    v->poll = poll;
    v->next_id = 1;
    v->path = xasprintf("%s%s", strchr(path, '/') ? "" : "./", path);
    for (unsigned i = 0; i < IO_VSOCK_UNIX_STREAMS; i++)
        v->stream[i] = (struct io_vsock_stream){.v = v, .watch.fd = -1};
    enum err err = host_listen(&v->listener, poll, v->path, io_vsock_unix_accepted_fd, v, e);
    if (err) {
        io_vsock_unix_free(v);
        return err;
    }
    *out = (struct io_vsock){
        .connect = io_vsock_unix_connect,
        .accepted = io_vsock_unix_accepted,
        .limit = io_vsock_unix_limit,
        .send = io_vsock_unix_send,
        .finish = io_vsock_unix_finish,
        .close = io_vsock_unix_close_one,
        .forget = io_vsock_unix_forget,
        .poll = io_vsock_unix_poll,
        .free = io_vsock_unix_free,
        .ctx = v,
    };
    return ERR_OK;
}
