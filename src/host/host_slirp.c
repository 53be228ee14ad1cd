/* SPDX-License-Identifier: ISC */
#include "host/host_slirp.h"

#ifdef KUSEG_SLIRP

#include "host/host_clock.h"
#include "host/host_library.h"
#include "host/host_flows.h"
#include "lib/bug.h"

#include <slirp/libslirp.h>
#include <stdlib.h>

#define HOST_SLIRP_NETWORK 0x0a000200u
#define HOST_SLIRP_MASK    0xffffff00u
#define HOST_SLIRP_HOST    0x0a000202u
#define HOST_SLIRP_NAMES   0x0a000203u
#define HOST_SLIRP_GUEST   0x0a00020fu

#define HOST_SLIRP_LIBRARY "libslirp.so.0"

/* What is used of libslirp. */
#define HOST_SLIRP_FUNCTIONS(X)                                                                    \
    X(new)                                                                                         \
    X(cleanup)                                                                                     \
    X(input)                                                                                       \
    X(pollfds_fill)                                                                                \
    X(pollfds_poll)                                                                                \
    X(add_hostfwd)                                                                                 \
    X(version_string)

struct host_slirp {
    void *library;
#define HOST_SLIRP_MEMBER(name) __typeof__(slirp_##name) *name;
    HOST_SLIRP_FUNCTIONS(HOST_SLIRP_MEMBER)
#undef HOST_SLIRP_MEMBER
    struct host_slirp_options o;
    struct host_poll_group group;
    Slirp *slirp;
    struct host_flows flows;
    struct pollfd *fds; /* while it fills them, and while it looks at them */
    unsigned n, max;
    bool filled;
};

/* ---- what the library calls ---- */

static ssize_t host_slirp_send(const void *frame, size_t len, void *ctx)
{
    const struct host_slirp *s = ctx;
    s->o.frame(s->o.ctx, frame, len);
    return (ssize_t)len;
}

static void host_slirp_guest_error(const char *message, void *ctx)
{
    (void)message;
    (void)ctx;
}

static int64_t host_slirp_clock(void *ctx)
{
    (void)ctx;
    return (int64_t)host_clock_mono_ns();
}

/* Only IPv6 has timers of this kind, and there is no IPv6. */
static void *host_slirp_timer_new(SlirpTimerCb tick, void *tick_ctx, void *ctx)
{
    (void)tick;
    (void)tick_ctx;
    (void)ctx;
    return NULL;
}

static void host_slirp_timer_free(void *timer, void *ctx)
{
    (void)timer;
    (void)ctx;
}

static void host_slirp_timer_set(void *timer, int64_t ms, void *ctx)
{
    (void)timer;
    (void)ms;
    (void)ctx;
}

static void host_slirp_opened(int fd, void *ctx)
{
    struct host_slirp *s = ctx;
    host_flows_opened(&s->flows, fd);
}

static void host_slirp_closed(int fd, void *ctx)
{
    struct host_slirp *s = ctx;
    host_flows_closed(&s->flows, fd);
}

static void host_slirp_notify(void *ctx)
{
    (void)ctx;
}

static const SlirpCb host_slirp_calls = {
    .send_packet = host_slirp_send,
    .guest_error = host_slirp_guest_error,
    .clock_get_ns = host_slirp_clock,
    .timer_new = host_slirp_timer_new,
    .timer_free = host_slirp_timer_free,
    .timer_mod = host_slirp_timer_set,
    .register_poll_fd = host_slirp_opened,
    .unregister_poll_fd = host_slirp_closed,
    .notify = host_slirp_notify,
};

/* ---- waiting ---- */

static const struct {
    int theirs;
    short ours;
} host_slirp_events[] = {
    {SLIRP_POLL_IN, POLLIN},   {SLIRP_POLL_OUT, POLLOUT}, {SLIRP_POLL_PRI, POLLPRI},
    {SLIRP_POLL_ERR, POLLERR}, {SLIRP_POLL_HUP, POLLHUP},
};

static bool host_slirp_listens(int fd)
{
    int on = 0;
    socklen_t len = sizeof on;
    return !getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &on, &len) && on;
}

static int host_slirp_want(int fd, int events, void *ctx)
{
    struct host_slirp *s = ctx;
    host_flows_look(&s->flows, fd);
    if (s->n == s->max || (host_flows_full(&s->flows) && host_slirp_listens(fd)))
        return -1;
    struct pollfd *p = &s->fds[s->n];
    *p = (struct pollfd){.fd = fd};
    for (unsigned i = 0; i < ARRAY_LEN(host_slirp_events); i++)
        if (events & host_slirp_events[i].theirs)
            p->events |= host_slirp_events[i].ours;
    return (int)s->n++;
}

static int host_slirp_got(int at, void *ctx)
{
    const struct host_slirp *s = ctx;
    int events = 0;
    if (at < 0 || (unsigned)at >= s->n)
        return 0;
    for (unsigned i = 0; i < ARRAY_LEN(host_slirp_events); i++)
        if (s->fds[at].revents & host_slirp_events[i].ours)
            events |= host_slirp_events[i].theirs;
    return events;
}

static unsigned host_slirp_fill(void *ctx, struct pollfd *fds, unsigned max, u64 *ns)
{
    struct host_slirp *s = ctx;
    s->filled = s->o.room(s->o.ctx);
    s->n = 0;
    if (!s->filled)
        return 0;
    u64 ms = *ns / 1000000u;
    uint32_t timeout = ms < UINT32_MAX ? (uint32_t)ms + 1 : UINT32_MAX;
    uint32_t asked = timeout;
    s->fds = fds;
    s->max = max;
    host_flows_begin(&s->flows);
    s->pollfds_fill(s->slirp, &timeout, host_slirp_want, s);
    if (timeout < asked)
        *ns = timeout * 1000000ull < *ns ? timeout * 1000000ull : *ns;
    return s->n;
}

/* The library's own timers run here too. */
static void host_slirp_done(void *ctx, struct pollfd *fds, unsigned n)
{
    struct host_slirp *s = ctx;
    if (!s->filled)
        return;
    s->fds = fds;
    s->n = n;
    s->pollfds_poll(s->slirp, 0, host_slirp_got, s);
    s->fds = NULL;
    s->n = 0;
}

/* ---- opening ---- */

static struct in_addr host_slirp_address(u32 address)
{
    return (struct in_addr){.s_addr = htonl(address)};
}

static bool host_slirp_load(struct host_slirp *s)
{
    static const struct host_symbol symbol[] = {
#define HOST_SLIRP_SYMBOL(name) {"slirp_" #name, offsetof(struct host_slirp, name)},
        HOST_SLIRP_FUNCTIONS(HOST_SLIRP_SYMBOL)
#undef HOST_SLIRP_SYMBOL
    };
    s->library = host_library_load(HOST_SLIRP_LIBRARY, symbol, ARRAY_LEN(symbol), s);
    return s->library;
}

static enum err host_slirp_begin(struct host_slirp *s, struct error *e)
{
    SlirpConfig config = {.version = 1,
                          .restricted = s->o.restricted,
                          .in_enabled = true,
                          .vnetwork = host_slirp_address(HOST_SLIRP_NETWORK),
                          .vnetmask = host_slirp_address(HOST_SLIRP_MASK),
                          .vhost = host_slirp_address(HOST_SLIRP_HOST),
                          .vhostname = "kuseg",
                          .vdhcp_start = host_slirp_address(HOST_SLIRP_GUEST),
                          .vnameserver = host_slirp_address(HOST_SLIRP_NAMES)};
    if (!host_slirp_load(s))
        return err_set(e, ERR_USAGE,
                       "user mode networks need the library " HOST_SLIRP_LIBRARY
                       " (Debian's package libslirp0)");
    s->slirp = s->new (&config, &host_slirp_calls, s);
    if (!s->slirp)
        return err_set(e, ERR_IO, "libslirp %s refuses", s->version_string());
    return ERR_OK;
}

enum err host_slirp_open(struct host_slirp **out, const struct host_slirp_options *o,
                         struct error *e)
{
    struct host_slirp *s = xcalloc(1, sizeof *s);
    s->o = *o;
    s->group = (struct host_poll_group){.fill = host_slirp_fill, .done = host_slirp_done, .ctx = s};
    enum err err = host_slirp_begin(s, e);
    *out = err ? NULL : s;
    if (!err) {
        host_poll_add_group(o->poll, &s->group);
        return ERR_OK;
    }
    host_library_unload(s->library);
    free(s);
    return err;
}

void host_slirp_close(struct host_slirp *s)
{
    if (!s)
        return;
    host_poll_remove_group(s->o.poll, &s->group);
    s->cleanup(s->slirp);
    host_library_unload(s->library);
    host_flows_fini(&s->flows);
    free(s);
}

enum err host_slirp_forward(struct host_slirp *s, bool udp, u32 host, u16 host_port, u32 guest,
                            u16 guest_port, struct error *e)
{
    struct in_addr from = host_slirp_address(host);
    struct in_addr to = host_slirp_address(guest ? guest : HOST_SLIRP_GUEST);
    if (!s->add_hostfwd(s->slirp, udp, from, host_port, to, guest_port))
        return ERR_OK;
    char text[INET_ADDRSTRLEN];
    inet_ntop(AF_INET, &from, text, sizeof text);
    return err_set(e, ERR_IO, "hostfwd: cannot take %s port %u of %s: %m", udp ? "UDP" : "TCP",
                   host_port, text);
}

bool host_slirp_input(struct host_slirp *s, const void *frame, size_t len)
{
    if (!host_flows_admit(&s->flows, frame, len))
        return false;
    s->input(s->slirp, frame, (int)len);
    return true;
}

#else

enum err host_slirp_open(struct host_slirp **out, const struct host_slirp_options *o,
                         struct error *e)
{
    (void)o;
    *out = NULL;
    return err_set(
        e, ERR_USAGE,
        "this build has no user mode network: libslirp-dev was missing when it was made");
}

void host_slirp_close(struct host_slirp *s)
{
    (void)s;
}

enum err host_slirp_forward(struct host_slirp *s, bool udp, u32 host, u16 host_port, u32 guest,
                            u16 guest_port, struct error *e)
{
    (void)s;
    (void)udp;
    (void)host;
    (void)host_port;
    (void)guest;
    (void)guest_port;
    return err_set(e, ERR_USAGE, "hostfwd: there is no user mode network");
}

bool host_slirp_input(struct host_slirp *s, const void *frame, size_t len)
{
    (void)s;
    (void)frame;
    (void)len;
    return false;
}

#endif
