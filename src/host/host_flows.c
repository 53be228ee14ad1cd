/* SPDX-License-Identifier: ISC */
/* While all are in use, what is not plainly part of an open flow is refused. */
#include "host/host_flows.h"
#include "lib/bits.h"
#include "lib/bug.h"

#include <stdlib.h>

#define HOST_FLOWS_ETHER 14u
#define HOST_FLOWS_IP    20u
#define HOST_FLOWS_PORTS 8u  /* bytes of a header with the ports, for UDP all */
#define HOST_FLOWS_FLAGS 14u /* of TCP's, up to its flags */

enum {
    HOST_FLOWS_ICMP = 1,
    HOST_FLOWS_IS_TCP = 6,
    HOST_FLOWS_UDP = 17,
};

void host_flows_fini(struct host_flows *f)
{
    free(f->flow);
    *f = (struct host_flows){0};
}

bool host_flows_full(const struct host_flows *f)
{
    return f->n + f->others + f->pings >= HOST_FLOWS_MAX;
}

static struct host_flow *host_flows_find(const struct host_flows *f, int fd)
{
    for (unsigned i = 0; i < f->n; i++)
        if (f->flow[i].fd == fd)
            return &f->flow[i];
    return NULL;
}

/* ---- frames ---- */

static bool host_flows_has_source(const struct host_flows *f, u32 from, u16 port)
{
    for (unsigned i = 0; i < f->n; i++)
        if (f->flow[i].port == port && f->flow[i].from == from && port)
            return true;
    return false;
}

/* It asks for an address: the library answers itself. */
static bool host_flows_is_dhcp(const u8 *ip, const u8 *udp)
{
    return load_be32(ip + 16) == ~0u && load_be16(udp + 2) == 67;
}

static bool host_flows_begins_tcp(const u8 *tcp, size_t len)
{
    return len < HOST_FLOWS_FLAGS || (tcp[13] & 0x12) == 0x02; /* SYN without ACK */
}

static bool host_flows_begins_udp(struct host_flows *f, const u8 *ip, const u8 *udp)
{
    f->current.from = load_be32(ip + 12);
    f->current.port = load_be16(udp);
    return !host_flows_has_source(f, f->current.from, f->current.port) &&
           !host_flows_is_dhcp(ip, udp);
}

/* May it open a socket? Of fragments nobody knows. */
static bool host_flows_begins(struct host_flows *f, const u8 *frame, size_t len)
{
    const u8 *ip = frame + HOST_FLOWS_ETHER;
    if (len < HOST_FLOWS_ETHER + HOST_FLOWS_IP || load_be16(frame + 12) != 0x0800)
        return false;
    u32 header = (ip[0] & 15u) * 4;
    const u8 *body = ip + header;
    size_t before = HOST_FLOWS_ETHER + header;
    if (header < HOST_FLOWS_IP || len < before + HOST_FLOWS_PORTS || load_be16(ip + 6) & 0x3fff)
        return true;
    switch (ip[9]) {
    case HOST_FLOWS_IS_TCP:
        return host_flows_begins_tcp(body, len - before);
    case HOST_FLOWS_UDP:
        return host_flows_begins_udp(f, ip, body);
    case HOST_FLOWS_ICMP:
        return true;
    default:
        return false;
    }
}

bool host_flows_admit(struct host_flows *f, const u8 *frame, size_t len)
{
    f->current = (struct host_flow){0};
    bool begins = host_flows_begins(f, frame, len);
    if (begins && host_flows_full(f))
        return false;
    if (begins && frame[HOST_FLOWS_ETHER + 9] == HOST_FLOWS_ICMP)
        f->pings++;
    return true;
}

/* ---- sockets ---- */

void host_flows_opened(struct host_flows *f, int fd)
{
    if (fd < 0 || host_flows_find(f, fd))
        return;
    if (f->n == f->cap) {
        f->cap = f->cap ? 2 * f->cap : 8;
        f->flow = xrealloc(f->flow, f->cap * sizeof *f->flow);
    }
    f->flow[f->n] = f->current;
    f->flow[f->n++].fd = fd;
}

void host_flows_closed(struct host_flows *f, int fd)
{
    struct host_flow *flow = host_flows_find(f, fd);
    if (flow)
        *flow = f->flow[--f->n];
}

void host_flows_begin(struct host_flows *f)
{
    f->current = (struct host_flow){0};
    f->others = f->pings = 0;
}

void host_flows_look(struct host_flows *f, int fd)
{
    f->others += !host_flows_find(f, fd);
}
