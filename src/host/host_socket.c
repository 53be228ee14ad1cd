/* SPDX-License-Identifier: ISC */
#include "host/host_socket.h"
#include "host/host_dir.h"
#include "host/host_file.h"
#include "lib/bug.h"
#include "lib/num.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define HOST_SOCKET_BACKLOG 8
#define HOST_SOCKET_NAPS    50 /* of 10 ms */

/* ---- addresses ---- */

struct host_address {
    union {
        struct sockaddr any;
        struct sockaddr_un path;
        struct sockaddr_in tcp;
    };
    socklen_t len;
};

static enum err host_address_path(struct host_address *a, const char *path, struct error *e)
{
    size_t len = strlen(path);
    _Static_assert(sizeof a->path.sun_path == HOST_SOCKET_PATH_MAX + 1, "as Linux has it");
    if (len >= sizeof a->path.sun_path)
        return err_set(e, ERR_CONFIG, "%s: a socket's path can have %zu characters, this has %zu",
                       path, sizeof a->path.sun_path - 1, len);
    a->path = (struct sockaddr_un){.sun_family = AF_UNIX};
    memcpy(a->path.sun_path, path, len + 1);
    a->len = sizeof a->path;
    return ERR_OK;
}

static enum err host_address_port(struct host_address *a, const char *text, struct error *e)
{
    const char *colon = strrchr(text, ':');
    size_t host = colon ? (size_t)(colon - text) : 0;
    const char *port = colon ? colon + 1 : text;
    static const char *const here[] = {"", "localhost", "127.0.0.1"};
    bool local = false;
    for (size_t i = 0; i < ARRAY_LEN(here); i++)
        local |= host == strlen(here[i]) && !strncmp(text, here[i], host);
    char *end;
    unsigned long n = strtoul(port, &end, 10);
    if (!local)
        return err_set(e, ERR_CONFIG, "%s: only this machine is served: say localhost:PORT", text);
    if (!*port || *end || *port == '-' || n > 65535)
        return err_set(e, ERR_CONFIG,
                       "%s: should be the path of a socket (with a '/'), or a port up to 65535",
                       text);
    a->tcp = (struct sockaddr_in){.sin_family = AF_INET,
                                  .sin_port = htons((u16)n),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    a->len = sizeof a->tcp;
    return ERR_OK;
}

static enum err host_address_parse(struct host_address *a, const char *text, struct error *e)
{
    return strchr(text, '/') ? host_address_path(a, text, e) : host_address_port(a, text, e);
}

static int host_socket_new(const struct host_address *a, int type)
{
    int fd = socket(a->any.sa_family, type | SOCK_CLOEXEC, 0);
    int on = 1;
    if (fd >= 0 && a->any.sa_family == AF_INET)
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    return fd;
}

/* A socket left behind by a process that is gone. Anything else is left alone; so is one that takes
 * no more connections, because somebody has it. */
static bool host_socket_is_dead(const struct host_address *a, int type)
{
    struct stat st;
    if (lstat(a->path.sun_path, &st) || !S_ISSOCK(st.st_mode))
        return false;
    int fd = host_socket_new(a, type | SOCK_NONBLOCK);
    bool dead = fd >= 0 && connect(fd, &a->any, a->len) && errno == ECONNREFUSED;
    if (fd >= 0)
        close(fd);
    return dead;
}

/* The lock of a path's directory: -1 without one. Between somebody's bind and listen, and between
 * our look at a dead socket and its removal, a live one looks dead; so machines that start together
 * go one after the other. Whoever keeps the lock for long cannot keep us. */
static int host_socket_lock(const struct host_address *a)
{
    if (a->any.sa_family != AF_UNIX)
        return -1;
    char folder[sizeof a->path.sun_path];
    snprintf(folder, sizeof folder, "%s", a->path.sun_path);
    char *slash = strrchr(folder, '/');
    if (slash)
        slash[slash == folder] = 0;
    int fd = open(slash ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const struct timespec nap = {.tv_nsec = 10000000};
    for (unsigned i = 0; fd >= 0 && i < HOST_SOCKET_NAPS; i++) {
        if (!flock(fd, LOCK_EX | LOCK_NB) || errno != EWOULDBLOCK)
            break;
        nanosleep(&nap, NULL);
    }
    return fd;
}

/* 0: it has its address and, a stream, listens. */
static int host_socket_take(int fd, const struct host_address *a, int type)
{
    if (bind(fd, &a->any, a->len)) {
        if (errno != EADDRINUSE || a->any.sa_family != AF_UNIX)
            return -1;
        if (host_socket_is_dead(a, type))
            unlink(a->path.sun_path);
        if (bind(fd, &a->any, a->len))
            return -1;
    }
    return type == SOCK_STREAM ? listen(fd, HOST_SOCKET_BACKLOG) : 0;
}

static int host_socket_bind(const struct host_address *a, int type)
{
    int fd = host_socket_new(a, type | SOCK_NONBLOCK);
    if (fd < 0)
        return -1;
    if (a->any.sa_family == AF_UNIX &&
        !strncmp(a->path.sun_path, HOST_SOCKETS "/", sizeof HOST_SOCKETS))
        host_dir_make(HOST_SOCKETS); /* if that fails, so does what follows */
    int lock = host_socket_lock(a);
    mode_t mask = umask(077);
    int failed = host_socket_take(fd, a, type);
    int why = errno;
    umask(mask);
    if (lock >= 0)
        close(lock);
    if (!failed)
        return fd;
    close(fd);
    errno = why;
    return -1;
}

/* ---- those who come to us ---- */

static int host_listener_spare(void)
{
    return open("/dev/null", O_RDONLY | O_CLOEXEC);
}

/* No descriptor is left for a peer, whom every wait would tell of: it is turned away. Where not
 * even that can be done, peers are left waiting for good. */
static void host_listener_refuse(struct host_listener *l)
{
    host_file_close(l->spare);
    int fd = accept4(l->watch.fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    host_file_close(fd);
    l->spare = host_listener_spare();
    if (l->spare < 0)
        l->watch.events = 0;
}

static void host_listener_ready(void *ctx, short revents)
{
    struct host_listener *l = ctx;
    (void)revents;
    int fd = accept4(l->watch.fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    int on = 1;
    if (fd < 0 && (errno == EMFILE || errno == ENFILE))
        host_listener_refuse(l);
    if (fd < 0)
        return;
    if (!l->path)
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    l->accepted(l->ctx, fd);
}

enum err host_listen(struct host_listener *l, struct host_poll *p, const char *address,
                     void (*accepted)(void *ctx, int fd), void *ctx, struct error *e)
{
    struct host_address a = {.len = 0};
    *l = (struct host_listener){0};
    enum err err = host_address_parse(&a, address, e);
    if (err)
        return err;
    int fd = host_socket_bind(&a, SOCK_STREAM);
    if (fd < 0)
        return err_set(e, errno == EADDRINUSE ? ERR_BUSY : ERR_IO, "cannot listen on %s: %m",
                       address);
    *l = (struct host_listener){
        .poll = p, .accepted = accepted, .ctx = ctx, .spare = host_listener_spare()};
    l->path = a.any.sa_family == AF_UNIX ? xstrdup(address) : NULL;
    l->watch =
        (struct host_watch){.fd = fd, .events = POLLIN, .ready = host_listener_ready, .ctx = l};
    host_poll_add(p, &l->watch);
    return ERR_OK;
}

void host_listener_close(struct host_listener *l)
{
    if (!l->poll)
        return;
    host_poll_remove(l->poll, &l->watch);
    close(l->watch.fd);
    host_file_close(l->spare);
    if (l->path)
        unlink(l->path);
    free(l->path);
    *l = (struct host_listener){0};
}

u16 host_listener_port(const struct host_listener *l)
{
    struct sockaddr_in a = {.sin_port = 0};
    socklen_t len = sizeof a;
    if (l->path || getsockname(l->watch.fd, (struct sockaddr *)&a, &len))
        return 0;
    return ntohs(a.sin_port);
}

/* ---- one stream ---- */

static void host_conn_lost(struct host_conn *c)
{
    host_conn_close(c);
    c->closed(c->ctx);
}

static bool host_conn_would_block(void)
{
    return errno == EAGAIN || errno == EINTR;
}

static bool host_conn_write(struct host_conn *c)
{
    size_t done = 0;
    while (done < c->out.len) {
        ssize_t n =
            send(c->watch.fd, c->out.data + done, c->out.len - done, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && !host_conn_would_block())
            return false;
        if (n < 0)
            break;
        done += (size_t)n;
    }
    memmove(c->out.data, c->out.data + done, c->out.len - done);
    c->out.len -= done;
    c->watch.events = c->out.len ? POLLIN | POLLOUT : POLLIN;
    return true;
}

static bool host_conn_receive(struct host_conn *c)
{
    u8 data[HOST_CONN_PORTION];
    ssize_t n = recv(c->watch.fd, data, sizeof data, MSG_DONTWAIT);
    if (n > 0)
        c->received(c->ctx, data, (size_t)n);
    else if (n == 0 || !host_conn_would_block())
        host_conn_lost(c);
    return n > 0;
}

static void host_conn_ready(void *ctx, short revents)
{
    struct host_conn *c = ctx;
    if (revents & POLLOUT && !host_conn_write(c)) {
        host_conn_lost(c);
        return;
    }
    if (!(revents & ~POLLOUT))
        return;
    if (c->watch.events & POLLIN || !c->patient) {
        host_conn_receive(c);
        return;
    }
    host_poll_remove(c->poll, &c->watch); /* it went, which every wait would tell */
    c->parked = true;
}

void host_conn_listen(struct host_conn *c, bool listen)
{
    c->watch.events = (short)((c->watch.events & POLLOUT) | (listen ? POLLIN : 0));
    if (!listen || !c->parked)
        return;
    c->parked = false;
    host_poll_add(c->poll, &c->watch);
}

void host_conn_open(struct host_conn *c, struct host_poll *p, int fd)
{
    c->poll = p;
    c->out.len = 0;
    c->overrun = c->parked = false;
    c->watch = (struct host_watch){.fd = fd, .events = POLLIN, .ready = host_conn_ready, .ctx = c};
    host_poll_add(p, &c->watch);
}

bool host_conn_send(struct host_conn *c, const void *data, size_t len)
{
    if (!c->poll || c->overrun)
        return false;
    buf_put(&c->out, data, len);
    if (host_conn_write(c) && c->out.len <= c->max_out)
        return true;
    c->overrun = true;
    c->out.len = 0;
    shutdown(c->watch.fd, SHUT_RDWR); /* the next wait finds its end */
    return false;
}

void host_conn_close(struct host_conn *c)
{
    if (!c->poll)
        return;
    if (!c->parked)
        host_poll_remove(c->poll, &c->watch);
    close(c->watch.fd);
    buf_fini(&c->out);
    c->poll = NULL;
}

bool host_conn_is_open(const struct host_conn *c)
{
    return c->poll != NULL;
}

bool host_conn_pull(struct host_conn *c)
{
    return c->poll && host_conn_receive(c);
}

/* ---- us, going to others ---- */

static int host_connect_to(const struct host_address *a, int type, const char *name,
                           struct error *e)
{
    int fd = host_socket_new(a, type);
    if (fd >= 0 && !connect(fd, &a->any, a->len))
        return fd;
    err_set(e, ERR_IO, "cannot connect to %s: %m", name);
    if (fd >= 0)
        close(fd);
    return -1;
}

int host_connect(const char *address, struct error *e)
{
    struct host_address a = {.len = 0};
    if (host_address_parse(&a, address, e))
        return -1;
    return host_connect_to(&a, SOCK_STREAM, address, e);
}

int host_connect_now(const char *path, struct error *e)
{
    struct host_address a = {.len = 0};
    if (host_address_path(&a, path, e))
        return -1;
    return host_connect_to(&a, SOCK_STREAM | SOCK_NONBLOCK, path, e);
}

/* ---- datagrams ---- */

int host_datagram(const char *path, struct error *e)
{
    struct host_address a = {.any.sa_family = AF_UNIX};
    if (path && host_address_path(&a, path, e))
        return -1;
    int fd =
        path ? host_socket_bind(&a, SOCK_DGRAM) : host_socket_new(&a, SOCK_DGRAM | SOCK_NONBLOCK);
    if (fd < 0)
        err_set(e, errno == EADDRINUSE ? ERR_BUSY : ERR_IO, "cannot open the socket %s: %m",
                path ? path : "");
    return fd;
}

bool host_datagram_send(int fd, const char *to, const void *data, size_t len)
{
    struct host_address a = {.len = 0};
    if (host_address_path(&a, to, NULL)) {
        errno = ENAMETOOLONG;
        return false;
    }
    return sendto(fd, data, len, MSG_NOSIGNAL, &a.any, a.len) == (ssize_t)len;
}

long host_datagram_receive(int fd, void *data, size_t max, char *from, size_t from_max)
{
    struct sockaddr_un sender = {0};
    struct iovec iov = {.iov_base = data, .iov_len = max};
    struct msghdr m = {
        .msg_name = &sender, .msg_namelen = sizeof sender, .msg_iov = &iov, .msg_iovlen = 1};
    ssize_t n = recvmsg(fd, &m, 0);
    if (n < 0)
        return -1;
    size_t len = m.msg_namelen > offsetof(struct sockaddr_un, sun_path)
                     ? m.msg_namelen - offsetof(struct sockaddr_un, sun_path)
                     : 0;
    len = strnlen(sender.sun_path, len);
    len = len < from_max ? len : from_max - 1;
    memcpy(from, sender.sun_path, len);
    from[len] = 0;
    return m.msg_flags & MSG_TRUNC ? (long)max + 1 : (long)n;
}
