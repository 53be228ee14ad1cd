/* SPDX-License-Identifier: ISC */
#include "host/host_nbd.h"

#include <string.h>

bool host_nbd_is_uri(const char *text)
{
    return !strncmp(text, "nbd", 3) && strstr(text, "://");
}

#ifdef KUSEG_LIBNBD

#include "host/host_clock.h"
#include "host/host_library.h"
#include "lib/bug.h"

#include <libnbd.h>
#include <stdio.h>
#include <stdlib.h>

#define HOST_NBD_LIBRARY    "libnbd.so.0"
#define HOST_NBD_CONNECT_NS 5000000000ull  /* to wait for a connection */
#define HOST_NBD_ANSWER_NS  30000000000ull /* for an answer */
#define HOST_NBD_POLL_MS    1000

/* What is used of libnbd. */
#define HOST_NBD_FUNCTIONS(X)                                                                      \
    X(create)                                                                                      \
    X(close)                                                                                       \
    X(get_error)                                                                                   \
    X(get_size)                                                                                    \
    X(is_read_only)                                                                                \
    X(can_flush)                                                                                   \
    X(can_fua)                                                                                     \
    X(can_zero)                                                                                    \
    X(poll)                                                                                        \
    X(aio_connect_uri)                                                                             \
    X(aio_is_connecting)                                                                           \
    X(aio_is_ready)                                                                                \
    X(aio_command_completed)                                                                       \
    X(aio_pread)                                                                                   \
    X(aio_pwrite)                                                                                  \
    X(aio_flush)                                                                                   \
    X(aio_zero)

struct host_nbd {
    void *library;
    struct nbd_handle *h;
    bool gone, flushes, zeroes;
    bool (*tired)(void *ctx); /* NULL: never */
    void *ctx;
    char why[160];
#define HOST_NBD_MEMBER(name) __typeof__(nbd_##name) *name;
    HOST_NBD_FUNCTIONS(HOST_NBD_MEMBER)
#undef HOST_NBD_MEMBER
};

static bool host_nbd_load(struct host_nbd *n)
{
    static const struct host_symbol symbol[] = {
#define HOST_NBD_SYMBOL(name) {"nbd_" #name, offsetof(struct host_nbd, name)},
        HOST_NBD_FUNCTIONS(HOST_NBD_SYMBOL)
#undef HOST_NBD_SYMBOL
    };
    n->library = host_library_load(HOST_NBD_LIBRARY, symbol, ARRAY_LEN(symbol), n);
    return n->library;
}

static bool host_nbd_failed(struct host_nbd *n)
{
    const char *why = n->get_error();
    snprintf(n->why, sizeof n->why, "%s", why ? why : "failed");
    return false;
}

static bool host_nbd_too_slow(struct host_nbd *n)
{
    n->gone = true;
    snprintf(n->why, sizeof n->why, "the server does not answer");
    return false;
}

static bool host_nbd_connect(struct host_nbd *n, const char *uri)
{
    u64 end = host_clock_mono_ns() + HOST_NBD_CONNECT_NS;
    n->h = n->create();
    if (!n->h || n->aio_connect_uri(n->h, uri) < 0)
        return host_nbd_failed(n);
    while (n->aio_is_connecting(n->h) == 1) {
        if (n->poll(n->h, HOST_NBD_POLL_MS) < 0)
            return host_nbd_failed(n);
        if (host_clock_mono_ns() > end)
            return host_nbd_too_slow(n);
    }
    return n->aio_is_ready(n->h) == 1 || host_nbd_failed(n);
}

enum err host_nbd_open(struct host_nbd **out, const char *uri, struct host_nbd_info *info,
                       struct error *e)
{
    struct host_nbd *n = xcalloc(1, sizeof *n);
    enum err err = ERR_OK;
    if (!host_nbd_load(n))
        err = err_set(e, ERR_CONFIG,
                      "%s: cannot load " HOST_NBD_LIBRARY " (Debian has it in the package libnbd0)",
                      uri);
    else if (!host_nbd_connect(n, uri))
        err = err_set(e, ERR_IO, "cannot connect to %s: %s", uri, n->why);
    if (err) {
        host_nbd_close(n);
        return err;
    }
    i64 size = n->get_size(n->h);
    *info = (struct host_nbd_info){.size = size > 0 ? (u64)size : 0,
                                   .read_only = n->is_read_only(n->h) == 1,
                                   .fua = n->can_fua(n->h) == 1};
    n->flushes = n->can_flush(n->h) == 1;
    n->zeroes = n->can_zero(n->h) == 1;
    *out = n;
    return ERR_OK;
}

void host_nbd_close(struct host_nbd *n)
{
    if (!n)
        return;
    if (n->h)
        n->close(n->h);
    host_library_unload(n->library);
    free(n);
}

void host_nbd_give_up_when(struct host_nbd *n, bool (*tired)(void *ctx), void *ctx)
{
    n->tired = tired;
    n->ctx = ctx;
}

/* A command was sent, or not: -1. */
static bool host_nbd_wait(struct host_nbd *n, i64 cookie)
{
    u64 end = host_clock_mono_ns() + HOST_NBD_ANSWER_NS;
    int done = cookie < 0 ? -1 : 0;
    while (!done && (done = n->aio_command_completed(n->h, (u64)cookie)) == 0) {
        if (n->poll(n->h, HOST_NBD_POLL_MS) < 0)
            done = -1;
        else if (host_clock_mono_ns() > end || (n->tired && n->tired(n->ctx)))
            return host_nbd_too_slow(n);
    }
    if (done < 0)
        host_nbd_failed(n);
    n->gone = n->aio_is_ready(n->h) != 1;
    return done == 1;
}

bool host_nbd_read(struct host_nbd *n, u64 off, void *buf, u32 len)
{
    return host_nbd_wait(n, n->aio_pread(n->h, buf, len, off, NBD_NULL_COMPLETION, 0));
}

bool host_nbd_write(struct host_nbd *n, u64 off, const void *buf, u32 len, bool fua)
{
    u32 flags = fua ? LIBNBD_CMD_FLAG_FUA : 0;
    return host_nbd_wait(n, n->aio_pwrite(n->h, buf, len, off, NBD_NULL_COMPLETION, flags));
}

bool host_nbd_flush(struct host_nbd *n)
{
    return !n->flushes || host_nbd_wait(n, n->aio_flush(n->h, NBD_NULL_COMPLETION, 0));
}

static bool host_nbd_write_zeros(struct host_nbd *n, u64 off, u64 len, bool fua)
{
    static const u8 zeros[1 << 16];
    bool ok = true;
    for (u64 part; len && ok; off += part, len -= part) {
        part = len < sizeof zeros ? len : sizeof zeros;
        ok = host_nbd_write(n, off, zeros, (u32)part, fua);
    }
    return ok;
}

bool host_nbd_zero(struct host_nbd *n, u64 off, u64 len, bool hole, bool fua)
{
    u32 flags = (hole ? 0 : LIBNBD_CMD_FLAG_NO_HOLE) | (fua ? LIBNBD_CMD_FLAG_FUA : 0);
    if (!n->zeroes)
        return host_nbd_write_zeros(n, off, len, fua);
    return host_nbd_wait(n, n->aio_zero(n->h, len, off, NBD_NULL_COMPLETION, flags));
}

bool host_nbd_is_gone(const struct host_nbd *n)
{
    return n->gone;
}

const char *host_nbd_why(const struct host_nbd *n)
{
    return n->why;
}

#else

enum err host_nbd_open(struct host_nbd **out, const char *uri, struct host_nbd_info *info,
                       struct error *e)
{
    (void)out;
    (void)info;
    return err_set(e, ERR_CONFIG,
                   "%s: kuseg was built without libnbd's headers (Debian's libnbd-dev)", uri);
}

void host_nbd_close(struct host_nbd *n)
{
    (void)n;
}

void host_nbd_give_up_when(struct host_nbd *n, bool (*tired)(void *ctx), void *ctx)
{
    (void)n, (void)tired, (void)ctx;
}

bool host_nbd_read(struct host_nbd *n, u64 off, void *buf, u32 len)
{
    (void)n, (void)off, (void)buf, (void)len;
    return false;
}

bool host_nbd_write(struct host_nbd *n, u64 off, const void *buf, u32 len, bool fua)
{
    (void)n, (void)off, (void)buf, (void)len, (void)fua;
    return false;
}

bool host_nbd_flush(struct host_nbd *n)
{
    (void)n;
    return false;
}

bool host_nbd_zero(struct host_nbd *n, u64 off, u64 len, bool hole, bool fua)
{
    (void)n, (void)off, (void)len, (void)hole, (void)fua;
    return false;
}

bool host_nbd_is_gone(const struct host_nbd *n)
{
    (void)n;
    return true;
}

const char *host_nbd_why(const struct host_nbd *n)
{
    (void)n;
    return "";
}

#endif
