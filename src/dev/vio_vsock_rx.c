/* SPDX-License-Identifier: ISC */
/* What the driver gets: packets that are owed, in the order that makes sense, then data. */
#include "dev/vio_vsock_int.h"
#include "lib/bits.h"

/* Room for a packet with `len` bytes behind its header, in *c. */
static bool vio_vsock_buffer(struct vio_vsock *s, struct vio_chain *c)
{
    if (!vio_pop(&s->vio, VIO_VSOCK_RX, c))
        return false;
    if (c->write_len > VIO_VSOCK_HEADER)
        return true;
    vio_break(&s->vio, "a receive buffer is too small");
    return false;
}

static void vio_vsock_header(struct vio_vsock *s, const struct vio_chain *chain,
                             const struct vio_vsock_stray *who, enum vio_vsock_op op, u32 len,
                             u32 flags, u32 took)
{
    u8 h[VIO_VSOCK_HEADER];
    store_le64(h, VIO_VSOCK_HOST);
    store_le64(h + 8, s->cid);
    store_le32(h + 16, who->host_port);
    store_le32(h + 20, who->guest_port);
    store_le32(h + 24, len);
    store_le16(h + 28, VIO_VSOCK_STREAM);
    store_le16(h + 30, (u16)op);
    store_le32(h + 32, flags);
    store_le32(h + 36, op == VIO_VSOCK_RST ? 0 : VIO_VSOCK_BUFFER);
    store_le32(h + 40, took);
    (void)vio_put(&s->vio, chain, 0, h, sizeof h);
}

static bool vio_vsock_give_stray(struct vio_vsock *s)
{
    struct vio_chain c;
    if (!vio_vsock_buffer(s, &c))
        return false;
    const struct vio_vsock_stray *who = &s->stray[--s->nstrays];
    vio_vsock_header(s, &c, who, VIO_VSOCK_RST, 0, 0, 0);
    vio_push(&s->vio, VIO_VSOCK_RX, c.head, VIO_VSOCK_HEADER);
    return true;
}

static enum vio_vsock_op vio_vsock_first_owed(const struct vio_vsock_conn *c)
{
    static const enum vio_vsock_op order[] = {VIO_VSOCK_REQUEST, VIO_VSOCK_RESPONSE,
                                              VIO_VSOCK_CREDIT_UPDATE, VIO_VSOCK_SHUTDOWN};
    for (unsigned i = 0; i < ARRAY_LEN(order); i++)
        if (c->owed & 1u << order[i])
            return order[i];
    return VIO_VSOCK_RST;
}

static bool vio_vsock_give_owed(struct vio_vsock *s, struct vio_vsock_conn *c)
{
    enum vio_vsock_op op = vio_vsock_first_owed(c);
    struct vio_vsock_stray who = {c->guest_port, c->host_port};
    struct vio_chain chain;
    if (!vio_vsock_buffer(s, &chain))
        return false;
    vio_vsock_header(s, &chain, &who, op, 0, op == VIO_VSOCK_SHUTDOWN ? c->host_end : 0, c->took);
    vio_push(&s->vio, VIO_VSOCK_RX, chain.head, VIO_VSOCK_HEADER);
    c->told = c->took;
    c->owed &= ~(1u << op);
    if (op == VIO_VSOCK_RST)
        vio_vsock_drop(s, c);
    return true;
}

/* As much as fits into the buffer. */
static bool vio_vsock_give_held(struct vio_vsock *s)
{
    struct vio_vsock_conn *c = vio_vsock_find(s, s->held_id);
    struct vio_chain chain;
    if (!c) {
        s->held_len = s->held_off = 0;
        return true;
    }
    if (!vio_vsock_buffer(s, &chain))
        return false;
    struct vio_vsock_stray who = {c->guest_port, c->host_port};
    u32 room = chain.write_len - VIO_VSOCK_HEADER, n = s->held_len - s->held_off;
    n = n < room ? n : room;
    vio_vsock_header(s, &chain, &who, VIO_VSOCK_RW, n, 0, c->took);
    (void)vio_put(&s->vio, &chain, VIO_VSOCK_HEADER, s->held + s->held_off, n);
    vio_push(&s->vio, VIO_VSOCK_RX, chain.head, VIO_VSOCK_HEADER + n);
    c->told = c->took;
    c->sent += n;
    s->held_off += n;
    if (s->held_off == s->held_len)
        s->held_len = s->held_off = 0;
    return true;
}

static void vio_vsock_give_reset(struct vio_vsock *s)
{
    static const u8 reset[4]; /* 0: transport reset */
    struct vio_chain c;
    if (!vio_pop(&s->vio, VIO_VSOCK_EVENTS, &c))
        return;
    s->owes_reset = false;
    vio_push(&s->vio, VIO_VSOCK_EVENTS, c.head, vio_put(&s->vio, &c, 0, reset, sizeof reset));
}

/* False: the driver has no more buffers, or no more is owed of this kind. */
static bool vio_vsock_give_streams(struct vio_vsock *s)
{
    for (unsigned i = 0; i < VIO_VSOCK_STREAMS; i++)
        while (s->conn[i].owed)
            if (!vio_vsock_give_owed(s, &s->conn[i]))
                return false;
    return true;
}

void vio_vsock_pump(struct vio_vsock *s)
{
    if (s->owes_reset)
        vio_vsock_give_reset(s);
    while (s->nstrays)
        if (!vio_vsock_give_stray(s))
            return;
    if (!vio_vsock_give_streams(s))
        return;
    while (s->held_len)
        if (!vio_vsock_give_held(s))
            return;
}
