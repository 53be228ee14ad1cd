/* SPDX-License-Identifier: ISC */
/* The library is loaded when a switch is named, so that the program runs without it. */
#include "host/host_port.h"

#ifdef KUSEG_VDEPLUG

#include "host/host_library.h"
#include "lib/bug.h"

#include <errno.h>
#include <fcntl.h>
#include <libvdeplug.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define HOST_VDE_LIBRARY "libvdeplug.so.2"

struct host_vde {
    void *library;
    VDECONN *conn;
    VDECONN *(*open)(char *where, char *text, int version, struct vde_open_args *args);
    ssize_t (*recv)(VDECONN *conn, void *buf, size_t len, int flags);
    ssize_t (*send)(VDECONN *conn, const void *buf, size_t len, int flags);
    int (*datafd)(VDECONN *conn);
    int (*ctlfd)(VDECONN *conn);
    int (*close)(VDECONN *conn);
};

static bool host_vde_load(struct host_vde *v)
{
    static const struct host_symbol symbol[] = {
        {"vde_open_real", offsetof(struct host_vde, open)},
        {"vde_recv", offsetof(struct host_vde, recv)},
        {"vde_send", offsetof(struct host_vde, send)},
        {"vde_datafd", offsetof(struct host_vde, datafd)},
        {"vde_ctlfd", offsetof(struct host_vde, ctlfd)},
        {"vde_close", offsetof(struct host_vde, close)},
    };
    v->library = host_library_load(HOST_VDE_LIBRARY, symbol, ARRAY_LEN(symbol), v);
    return v->library;
}

static long host_vde_read(const struct host_port *p, void *frame, size_t max)
{
    const struct host_vde *v = p->ctx;
    ssize_t n = v->recv(v->conn, frame, max, 0);
    if (n > 0)
        return n;
    return n < 0 && (errno == EAGAIN || errno == EINTR) ? HOST_PORT_NOTHING : HOST_PORT_GONE;
}

static bool host_vde_write(const struct host_port *p, const void *frame, size_t len)
{
    const struct host_vde *v = p->ctx;
    return v->send(v->conn, frame, len, 0) == (ssize_t)len;
}

/* The switch says nothing on its control connection, until it closes it. */
static bool host_vde_gone(const struct host_port *p)
{
    u8 said[64];
    ssize_t n = recv(p->ctl, said, sizeof said, MSG_DONTWAIT);
    return n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR);
}

static void host_vde_free(struct host_vde *v)
{
    if (v->conn)
        v->close(v->conn);
    host_library_unload(v->library);
    free(v);
}

static void host_vde_close(struct host_port *p)
{
    host_vde_free(p->ctx);
    *p = (struct host_port){.fd = -1, .ctl = -1};
}

enum err host_vde_open(struct host_port *p, const char *where, struct error *e)
{
    struct host_vde *v = xcalloc(1, sizeof *v);
    char text[] = "kuseg", *name = xstrdup(where);
    enum err err = ERR_OK;
    *p = (struct host_port){.fd = -1, .ctl = -1};
    if (!host_vde_load(v))
        err = err_set(e, ERR_USAGE,
                      "%s: needs the library " HOST_VDE_LIBRARY " (Debian's package libvdeplug2)",
                      where);
    else if (!(v->conn = v->open(name, text, LIBVDEPLUG_INTERFACE_VERSION, NULL)))
        err = err_set(e, ERR_IO, "no switch answers at %s: %m", where);
    free(name);
    if (err) {
        host_vde_free(v);
        return err;
    }
    *p = (struct host_port){.fd = v->datafd(v->conn),
                            .ctl = v->ctlfd(v->conn),
                            .ctx = v,
                            .read = host_vde_read,
                            .write = host_vde_write,
                            .gone = host_vde_gone,
                            .close = host_vde_close};
    fcntl(p->fd, F_SETFL, fcntl(p->fd, F_GETFL) | O_NONBLOCK);
    return ERR_OK;
}

#else

enum err host_vde_open(struct host_port *p, const char *where, struct error *e)
{
    *p = (struct host_port){.fd = -1, .ctl = -1};
    return err_set(e, ERR_USAGE,
                   "%s: this build knows no VDE: libvdeplug-dev was missing when it was made",
                   where);
}

#endif
