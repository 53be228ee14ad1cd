/* SPDX-License-Identifier: ISC */
/*
 * Sockets to other programs on this host: Unix-domain by path, TCP on the loopback interface only.
 * Nothing here ever waits: a peer that does not read is dropped, one that sends half of something
 * is somebody else's problem until it sends the rest.
 *
 * An address is a path (it holds a '/'), a port, or HOST:PORT with a HOST that is this machine.
 */
#ifndef HOST_HOST_SOCKET_H
#define HOST_HOST_SOCKET_H

#include "host/host_poll.h"
#include "lib/buf.h"
#include "lib/err.h"

/* Where sockets are that no option names, as System/161 has it; made when one is to be in it. */
#define HOST_SOCKETS ".sockets"

/* ---- those who come to us ---- */

struct host_listener {
    struct host_poll *poll;
    struct host_watch watch;
    int spare;                           /* a descriptor to turn peers away with, or -1 */
    char *path;                          /* of a Unix socket */
    void (*accepted)(void *ctx, int fd); /* takes over the descriptor */
    void *ctx;
};

/* A Unix socket that nobody serves any more is replaced; only its owner may connect. */
MUST_CHECK enum err host_listen(struct host_listener *l, struct host_poll *p, const char *address,
                                void (*accepted)(void *ctx, int fd), void *ctx, struct error *e);
void host_listener_close(struct host_listener *l);     /* safe on zeroed memory; removes the path */
u16 host_listener_port(const struct host_listener *l); /* TCP: that it got for port 0 */

/* ---- one stream ---- */

/* What is ready comes in portions, so that one busy peer does not hold up the machine. */
#define HOST_CONN_PORTION 16384

struct host_conn {
    struct host_poll *poll;
    struct host_watch watch;
    struct buf out; /* not sent yet */
    size_t max_out;
    bool overrun;
    bool patient; /* by the owner: what a peer sent before it went waits, too, to be listened to */
    bool parked;  /* not watched: it ended, and nobody listens */
    /* `closed`: the peer went, or did not read in time. The connection is closed already; the
     * function may free it. */
    void (*received)(void *ctx, const u8 *data, size_t len);
    void (*closed)(void *ctx);
    void *ctx;
};

/* The other fields are set by the caller. */
void host_conn_open(struct host_conn *c, struct host_poll *p, int fd);
/* More than max_out bytes wait: false, and `closed` will be called at the next wait. */
bool host_conn_send(struct host_conn *c, const void *data, size_t len);
/* Is it to be read from? While not, what it sent waits. Sending asks anew. */
void host_conn_listen(struct host_conn *c, bool listen);
void host_conn_close(struct host_conn *c); /* at once; `closed` is not called; safe when closed */
bool host_conn_is_open(const struct host_conn *c);
/* What is there now, without a wait: `received` is called with up to HOST_CONN_PORTION bytes.
 * False: nothing was, or the connection ended. */
bool host_conn_pull(struct host_conn *c);

/* ---- us, going to others ---- */

/* A descriptor, blocking, or -1. */
MUST_CHECK int host_connect(const char *address, struct error *e);
/* Not blocking, and to a Unix socket, where that is decided at once. -1: nobody takes it. */
MUST_CHECK int host_connect_now(const char *path, struct error *e);

/* ---- datagrams between Unix sockets ---- */

#define HOST_SOCKET_PATH_MAX 107 /* characters */

/* A non-blocking datagram socket, bound to path if there is one (a dead socket there is replaced).
 * -1: error; ERR_BUSY: a live one is there, or no socket. */
MUST_CHECK int host_datagram(const char *path, struct error *e);
/* False, with the reason in errno: not sent. */
bool host_datagram_send(int fd, const char *to, const void *data, size_t len);
/* Length, or -1 if nothing is there. `from`: the sender's path, "" if it has none. A datagram
 * longer than max is cut: its length is then max + 1. */
long host_datagram_receive(int fd, void *data, size_t max, char *from, size_t from_max);

#endif
