/* SPDX-License-Identifier: ISC */
/*
 * What the driver sends is obeyed at once; of what it is owed only marks are kept, a few bits a
 * stream, so that memory is bounded whatever it does and however long it gives no buffers. Bytes of
 * the guest wait with the back end, as many as it was told it may send; bytes of the host stay in
 * their sockets until the guest has room, but for one event that waits here.
 */
#include "dev/vio_vsock_int.h"
#include "lib/bits.h"
#include "lib/bug.h"

#include <stdlib.h>
#include <string.h>

#define VIO_VSOCK_ID       19u
#define VIO_VSOCK_F_STREAM 1u
#define VIO_VSOCK_QUEUE    128u
#define VIO_VSOCK_PIECE    4096u
#define VIO_VSOCK_FIRST_PORT (1u << 30) /* of the host's end, where the guest does not choose */
#define VIO_VSOCK_MAX_ROOM (1u << 20)

struct vio_vsock_packet {
    u64 src_cid, dst_cid;
    u32 guest_port, host_port, len;
    u16 type, op;
    u32 flags, room, took;
};

/* ---- streams ---- */

struct vio_vsock_conn *vio_vsock_find(struct vio_vsock *s, u32 id)
{
    for (unsigned i = 0; i < VIO_VSOCK_STREAMS; i++)
        if (s->conn[i].state != VIO_VSOCK_FREE && s->conn[i].id == id)
            return &s->conn[i];
    return NULL;
}

static struct vio_vsock_conn *vio_vsock_between(struct vio_vsock *s, u32 guest_port, u32 host_port)
{
    for (unsigned i = 0; i < VIO_VSOCK_STREAMS; i++)
        if (s->conn[i].state != VIO_VSOCK_FREE && s->conn[i].guest_port == guest_port &&
            s->conn[i].host_port == host_port)
            return &s->conn[i];
    return NULL;
}

static struct vio_vsock_conn *vio_vsock_add(struct vio_vsock *s, enum vio_vsock_state state, u32 id,
                                            u32 guest_port, u32 host_port)
{
    for (unsigned i = 0; i < VIO_VSOCK_STREAMS; i++) {
        if (s->conn[i].state != VIO_VSOCK_FREE)
            continue;
        s->conn[i] = (struct vio_vsock_conn){
            .state = state, .id = id, .guest_port = guest_port, .host_port = host_port};
        return &s->conn[i];
    }
    return NULL;
}

static void vio_vsock_drop_held(struct vio_vsock *s, u32 id)
{
    if (s->held_id == id)
        s->held_len = s->held_off = 0;
}

void vio_vsock_drop(struct vio_vsock *s, struct vio_vsock_conn *c)
{
    if (c->state != VIO_VSOCK_CLOSING)
        s->io.close(s->io.ctx, c->id, false);
    vio_vsock_drop_held(s, c->id);
    *c = (struct vio_vsock_conn){0};
}

void vio_vsock_refuse(struct vio_vsock *s, struct vio_vsock_conn *c)
{
    vio_vsock_drop_held(s, c->id);
    c->state = VIO_VSOCK_CLOSING;
    c->owed = 1u << VIO_VSOCK_RST;
}

static void vio_vsock_reset_stream(struct vio_vsock *s, struct vio_vsock_conn *c)
{
    if (c->state != VIO_VSOCK_CLOSING)
        s->io.close(s->io.ctx, c->id, false);
    vio_vsock_refuse(s, c);
}

/* A driver may claim any room; of more than this nobody has use. */
void vio_vsock_set_limit(struct vio_vsock *s, const struct vio_vsock_conn *c)
{
    u32 room = c->peer_room < VIO_VSOCK_MAX_ROOM ? c->peer_room : VIO_VSOCK_MAX_ROOM;
    if (c->state == VIO_VSOCK_OPEN)
        s->io.limit(s->io.ctx, c->id, c->peer_took + room);
}

/* ---- what the driver sends ---- */

static struct vio_vsock_packet vio_vsock_parse(const u8 h[VIO_VSOCK_HEADER])
{
    return (struct vio_vsock_packet){
        .src_cid = load_le64(h),
        .dst_cid = load_le64(h + 8),
        .guest_port = load_le32(h + 16),
        .host_port = load_le32(h + 20),
        .len = load_le32(h + 24),
        .type = load_le16(h + 28),
        .op = load_le16(h + 30),
        .flags = load_le32(h + 32),
        .room = load_le32(h + 36),
        .took = load_le32(h + 40),
    };
}

static void vio_vsock_stray(struct vio_vsock *s, const struct vio_vsock_packet *p)
{
    BUG_ON(s->nstrays >= VIO_VSOCK_STRAYS);
    if (p->op != VIO_VSOCK_RST)
        s->stray[s->nstrays++] = (struct vio_vsock_stray){p->guest_port, p->host_port};
}

static void vio_vsock_request(struct vio_vsock *s, const struct vio_vsock_packet *p)
{
    struct vio_vsock_conn *c =
        vio_vsock_add(s, VIO_VSOCK_CONNECTING, s->next_id, p->guest_port, p->host_port);
    if (!c) {
        vio_vsock_stray(s, p);
        return;
    }
    s->next_id += 2;
    c->peer_room = p->room;
    c->peer_took = p->took;
    s->io.connect(s->io.ctx, c->id, p->host_port);
}

/* Bytes beyond what was granted are the end of the stream. */
static void vio_vsock_bytes(struct vio_vsock *s, struct vio_vsock_conn *c,
                            const struct vio_vsock_packet *p, const struct vio_chain *chain)
{
    u8 piece[VIO_VSOCK_PIECE];
    if (p->len > chain->read_len - VIO_VSOCK_HEADER ||
        p->len > VIO_VSOCK_BUFFER - (c->got - c->took) || c->guest_end & IO_VSOCK_NO_SEND) {
        vio_vsock_reset_stream(s, c);
        return;
    }
    for (u32 off = 0, n; off < p->len; off += n) {
        n = p->len - off < sizeof piece ? p->len - off : (u32)sizeof piece;
        (void)vio_get(&s->vio, chain, VIO_VSOCK_HEADER + off, piece, n);
        s->io.send(s->io.ctx, c->id, piece, n);
    }
    c->got += p->len;
}

/* Who wants nothing any more in either direction waits for the RST that says that all is done. */
static void vio_vsock_shut(struct vio_vsock *s, struct vio_vsock_conn *c, u32 flags)
{
    u32 both = IO_VSOCK_NO_RECEIVE | IO_VSOCK_NO_SEND, before = c->guest_end;
    c->guest_end |= flags & both;
    if (c->guest_end == both) {
        s->io.close(s->io.ctx, c->id, true);
        vio_vsock_refuse(s, c);
    } else if (c->guest_end & ~before & IO_VSOCK_NO_SEND) {
        s->io.finish(s->io.ctx, c->id);
    }
}

static void vio_vsock_open_packet(struct vio_vsock *s, struct vio_vsock_conn *c,
                                  const struct vio_vsock_packet *p, const struct vio_chain *chain)
{
    switch (p->op) {
    case VIO_VSOCK_SHUTDOWN:
        vio_vsock_shut(s, c, p->flags);
        break;
    case VIO_VSOCK_RW:
        vio_vsock_bytes(s, c, p, chain);
        break;
    case VIO_VSOCK_CREDIT_UPDATE:
        break;
    case VIO_VSOCK_CREDIT_REQUEST:
        c->owed |= 1u << VIO_VSOCK_CREDIT_UPDATE;
        break;
    default:
        vio_vsock_reset_stream(s, c);
    }
}

static void vio_vsock_stream_packet(struct vio_vsock *s, struct vio_vsock_conn *c,
                                    const struct vio_vsock_packet *p, const struct vio_chain *chain)
{
    c->peer_room = p->room;
    c->peer_took = p->took;
    if (p->op == VIO_VSOCK_RST) {
        vio_vsock_drop(s, c);
    } else if (c->state == VIO_VSOCK_OFFERED && p->op == VIO_VSOCK_RESPONSE) {
        c->state = VIO_VSOCK_OPEN;
        s->io.accepted(s->io.ctx, c->id, c->host_port);
    } else if (c->state == VIO_VSOCK_OPEN) {
        vio_vsock_open_packet(s, c, p, chain);
    } else if (c->state != VIO_VSOCK_CLOSING) {
        vio_vsock_reset_stream(s, c);
    }
    vio_vsock_set_limit(s, c);
}

static void vio_vsock_packet(struct vio_vsock *s, const struct vio_chain *chain)
{
    u8 head[VIO_VSOCK_HEADER];
    if (vio_get(&s->vio, chain, 0, head, sizeof head) < sizeof head)
        return;
    struct vio_vsock_packet p = vio_vsock_parse(head);
    if (p.src_cid != s->cid)
        return; /* not who it is */
    struct vio_vsock_conn *c = vio_vsock_between(s, p.guest_port, p.host_port);
    if (p.dst_cid != VIO_VSOCK_HOST || p.type != VIO_VSOCK_STREAM)
        vio_vsock_stray(s, &p);
    else if (c)
        vio_vsock_stream_packet(s, c, &p, chain);
    else if (p.op == VIO_VSOCK_REQUEST)
        vio_vsock_request(s, &p);
    else
        vio_vsock_stray(s, &p);
}

static void vio_vsock_take(struct vio_vsock *s)
{
    struct vio_chain c;
    while (s->nstrays < VIO_VSOCK_STRAYS && vio_pop(&s->vio, VIO_VSOCK_TX, &c)) {
        vio_vsock_packet(s, &c);
        vio_push(&s->vio, VIO_VSOCK_TX, c.head, 0);
    }
}

/* Receive buffers make room for answers, which what was sent may have waited for. */
static void vio_vsock_notify(void *dev, unsigned queue)
{
    struct vio_vsock *s = dev;
    if (queue == VIO_VSOCK_RX)
        vio_vsock_pump(s);
    vio_vsock_take(s);
    vio_vsock_pump(s);
}

/* ---- what comes in ---- */

static void vio_vsock_incoming(struct vio_vsock *s, u32 id, u32 port)
{
    struct vio_vsock_conn *c = NULL;
    if (vio_is_live(&s->vio))
        c = vio_vsock_add(s, VIO_VSOCK_OFFERED, id, port, s->next_port);
    if (!c) {
        s->io.close(s->io.ctx, id, false);
        return;
    }
    s->next_port = (s->next_port + 1) | VIO_VSOCK_FIRST_PORT;
    c->owed = 1u << VIO_VSOCK_REQUEST;
}

static void vio_vsock_lost_all(struct vio_vsock *s)
{
    for (unsigned i = 0; i < VIO_VSOCK_STREAMS; i++) {
        s->owes_reset |= s->conn[i].state != VIO_VSOCK_FREE;
        s->conn[i] = (struct vio_vsock_conn){0};
    }
    s->held_len = s->held_off = 0;
}

static void vio_vsock_connected(struct vio_vsock *s, struct vio_vsock_conn *c)
{
    if (c->state != VIO_VSOCK_CONNECTING)
        return;
    c->state = VIO_VSOCK_OPEN;
    c->owed |= 1u << VIO_VSOCK_RESPONSE;
    vio_vsock_set_limit(s, c);
}

static void vio_vsock_data(struct vio_vsock *s, const struct vio_vsock_conn *c, const u8 *data,
                           u32 len)
{
    if (c->state != VIO_VSOCK_OPEN || c->guest_end & IO_VSOCK_NO_RECEIVE)
        return;
    s->held_id = c->id;
    s->held_off = 0;
    s->held_len = len;
    memcpy(s->held, data, len);
}

static void vio_vsock_took(struct vio_vsock_conn *c, u32 n)
{
    c->took += n < c->got - c->took ? n : c->got - c->took;
    if (c->took - c->told >= VIO_VSOCK_BUFFER / 4)
        c->owed |= 1u << VIO_VSOCK_CREDIT_UPDATE;
}

static void vio_vsock_stream_event(struct vio_vsock *s, struct vio_vsock_conn *c, u8 what,
                                   struct buf_reader *r)
{
    switch (what) {
    case IO_VSOCK_CONNECTED:
        vio_vsock_connected(s, c);
        break;
    case IO_VSOCK_GONE:
        vio_vsock_refuse(s, c);
        break;
    case IO_VSOCK_DATA:
        vio_vsock_data(s, c, r->p, (u32)(r->end - r->p));
        break;
    case IO_VSOCK_TOOK:
        vio_vsock_took(c, buf_get_le32(r));
        break;
    case IO_VSOCK_ENDED:
        c->host_end |= buf_get_u8(r);
        c->owed |= 1u << VIO_VSOCK_SHUTDOWN;
        break;
    }
}

void vio_vsock_input(struct vio *v, const u8 *event, u32 len)
{
    struct vio_vsock *s = v->dev;
    struct buf_reader r = buf_read(event, len);
    u8 what = buf_get_u8(&r);
    u32 id = buf_get_le32(&r);
    struct vio_vsock_conn *c = vio_vsock_find(s, id);
    if (r.bad || len > IO_VSOCK_MAX)
        return;
    if (what == IO_VSOCK_RESET)
        vio_vsock_lost_all(s);
    else if (what == IO_VSOCK_INCOMING)
        vio_vsock_incoming(s, id, buf_get_le32(&r));
    else if (c && c->state != VIO_VSOCK_CLOSING)
        vio_vsock_stream_event(s, c, what, &r);
    vio_vsock_pump(s);
}

bool vio_vsock_poll(struct vio *v, u8 *event, u32 *len)
{
    struct vio_vsock *s = v->dev;
    return *len >= IO_VSOCK_MAX && s->io.poll(s->io.ctx, event, len);
}

bool vio_vsock_room(const struct vio *v)
{
    const struct vio_vsock *s = v->dev;
    return !s->held_len;
}

/* ---- life and state ---- */

static void vio_vsock_config(void *dev, u8 *to)
{
    const struct vio_vsock *s = dev;
    store_le64(to, s->cid);
}

static void vio_vsock_reset(void *dev)
{
    struct vio_vsock *s = dev;
    s->io.forget(s->io.ctx, false);
    vio_vsock_lost_all(s);
    s->owes_reset = false;
    s->next_id = 0;
    s->next_port = VIO_VSOCK_FIRST_PORT;
    s->nstrays = 0;
    s->held_id = 0;
    memset(s->stray, 0, sizeof s->stray);
    memset(s->held, 0, sizeof s->held);
}

static void vio_vsock_free(void *dev)
{
    struct vio_vsock *s = dev;
    s->io.free(s->io.ctx);
    free(s);
}

static enum err vio_vsock_check(const void *scratch, struct error *e)
{
    const struct vio_vsock *s = scratch;
    bool good =
        s->nstrays <= VIO_VSOCK_STRAYS && s->held_len <= IO_VSOCK_MAX && s->held_off <= s->held_len;
    for (unsigned i = 0; i < VIO_VSOCK_STREAMS; i++)
        good &= s->conn[i].state <= VIO_VSOCK_CLOSING &&
                s->conn[i].owed < 1u << (VIO_VSOCK_CREDIT_REQUEST + 1) &&
                s->conn[i].got - s->conn[i].took <= VIO_VSOCK_BUFFER;
    return good ? ERR_OK : err_set(e, ERR_FORMAT, "vio_vsock: impossible streams");
}

/* The programs at the other ends are not here: their streams end, once the machine runs. */
static void vio_vsock_loaded(void *obj)
{
    struct vio_vsock *s = obj;
    s->io.forget(s->io.ctx, true);
}

static const struct state_field vio_vsock_fields[] = {
    STATE_FIELD(struct vio_vsock, next_id, U32, 1),
    STATE_FIELD(struct vio_vsock, next_port, U32, 1),
    STATE_FIELD(struct vio_vsock, owes_reset, BOOL, 1),
    STATE_FIELD(struct vio_vsock, conn, U32, VIO_VSOCK_STREAMS *VIO_VSOCK_CONN_WORDS),
    STATE_FIELD(struct vio_vsock, nstrays, U32, 1),
    STATE_FIELD(struct vio_vsock, stray, U32, VIO_VSOCK_STRAYS * 2),
    STATE_FIELD(struct vio_vsock, held_id, U32, 1),
    STATE_FIELD(struct vio_vsock, held_off, U32, 1),
    STATE_FIELD(struct vio_vsock, held_len, U32, 1),
    STATE_FIELD(struct vio_vsock, held, U8, IO_VSOCK_MAX),
};

static const struct state_desc vio_vsock_state = {
    .name = "vio_vsock",
    .version = 1,
    .nfields = ARRAY_LEN(vio_vsock_fields),
    .size = sizeof(struct vio_vsock),
    .fields = vio_vsock_fields,
    .check = vio_vsock_check,
    .loaded = vio_vsock_loaded,
};

static const struct vio_class vio_vsock_class = {
    .name = "vsock",
    .id = VIO_VSOCK_ID,
    .notify = vio_vsock_notify,
    .config = vio_vsock_config,
    .reset = vio_vsock_reset,
    .free = vio_vsock_free,
    .state = &vio_vsock_state,
};

struct vio *vio_vsock_new(const struct vio_place *place, const struct vio_vsock_config *config)
{
    struct vio_vsock *s = xcalloc(1, sizeof *s);
    struct vio_spec spec = {.features = VIO_VSOCK_F_STREAM,
                            .nqueues = VIO_VSOCK_QUEUES,
                            .queue_size = VIO_VSOCK_QUEUE,
                            .config_len = 8};
    s->io = config->io;
    s->cid = config->cid;
    s->next_port = VIO_VSOCK_FIRST_PORT;
    vio_init(&s->vio, &vio_vsock_class, s, place, &spec);
    return &s->vio;
}
