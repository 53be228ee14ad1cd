/* SPDX-License-Identifier: ISC */
/*
 * Split virtqueues (virtio 1.2, 2.7) as the device sees them. No address is kept as a host pointer
 * across calls: rings and buffers are looked up and checked at each use, so that neither a guest
 * nor a stream can make a bad one stick. A chain has at most as many descriptors as its table,
 * which is what catches loops.
 */
#include "dev/vio_int.h"
#include "lib/bits.h"

enum {
    VIO_DESC_SIZE = 16,
    VIO_DESC_NEXT = 1,
    VIO_DESC_WRITE = 2,
    VIO_DESC_INDIRECT = 4,

    VIO_RING_HEAD = 4, /* flags, index; before the entries */
    VIO_AVAIL_ENTRY = 2,
    VIO_USED_ENTRY = 8,
    VIO_AVAIL_NO_INTERRUPT = 1,
};

struct vio_desc {
    u64 addr;
    u32 len;
    u16 flags, next;
};

static u32 vio_queue_avail_len(const struct vio_queue *q)
{
    return VIO_RING_HEAD + VIO_AVAIL_ENTRY * q->size + 2;
}

static u32 vio_queue_used_len(const struct vio_queue *q)
{
    return VIO_RING_HEAD + VIO_USED_ENTRY * q->size + 2;
}

static const u8 *vio_queue_avail(const struct vio_queue *q)
{
    return mem_ram_ptr(q->v->mem, q->avail, vio_queue_avail_len(q));
}

bool vio_queue_is_possible(const struct vio_queue *q)
{
    const struct mem *m = q->v->mem;
    return q->size && q->size <= q->max && !(q->size & (q->size - 1)) && q->desc % 16 == 0 &&
           q->avail % 2 == 0 && q->used % 4 == 0 &&
           mem_ram_ptr(m, q->desc, VIO_DESC_SIZE * q->size) && vio_queue_avail(q) &&
           mem_dma_ptr(m, q->used, vio_queue_used_len(q));
}

void vio_queue_reset(struct vio_queue *q)
{
    *q = (struct vio_queue){.size = q->max, .max = q->max, .ix = q->ix, .v = q->v};
}

/* ---- chains ---- */

/* A table of descriptors: the queue's, or an indirect one. */
struct vio_table {
    const u8 *p;
    u32 n;
};

static struct vio_desc vio_queue_desc(const struct vio_table *t, u32 i)
{
    const u8 *p = t->p + VIO_DESC_SIZE * i;
    return (struct vio_desc){.addr = load_le64(p),
                             .len = load_le32(p + 8),
                             .flags = load_le16(p + 12),
                             .next = load_le16(p + 14)};
}

/* NULL: taken; else what is wrong. */
static const char *vio_queue_span(const struct vio *v, struct vio_chain *c,
                                  const struct vio_desc *d)
{
    bool write = d->flags & VIO_DESC_WRITE;
    u32 *sum = write ? &c->write_len : &c->read_len;
    if (c->nspans == VIO_QUEUE_SIZE)
        return "a chain is too long";
    if (!d->len)
        return "a buffer is empty";
    if (!write && c->nspans != c->nread)
        return "a readable buffer follows a writable one";
    const struct mem_region *r = mem_find(v->mem, d->addr);
    if (!mem_ram_ptr(v->mem, d->addr, d->len) || (write && r->kind != MEM_RAM))
        return "a buffer is not in memory";
    if (d->len > VIO_MAX_BYTES - *sum)
        return "a chain is too large";
    *sum += d->len;
    c->span[c->nspans++] = (struct vio_span){.pa = d->addr, .len = d->len};
    c->nread += !write;
    return NULL;
}

static const char *vio_queue_walk(const struct vio *v, struct vio_chain *c,
                                  const struct vio_table *t, u32 at)
{
    for (u32 seen = 0; seen < t->n; seen++) {
        if (at >= t->n)
            return "a descriptor's number is too large";
        struct vio_desc d = vio_queue_desc(t, at);
        if (d.flags & VIO_DESC_INDIRECT)
            return "a descriptor must not be indirect";
        const char *wrong = vio_queue_span(v, c, &d);
        if (wrong || !(d.flags & VIO_DESC_NEXT))
            return wrong;
        at = d.next;
    }
    return "a chain is a loop";
}

/* The device may take more descriptors than a table holds only by mistake of the driver. */
static const char *vio_queue_indirect(const struct vio *v, struct vio_chain *c,
                                      const struct vio_desc *d)
{
    if (!vio_has(v, VIO_F_INDIRECT_DESC) || d->flags & VIO_DESC_NEXT)
        return "an indirect table where none may be";
    if (!d->len || d->len % VIO_DESC_SIZE || d->len > VIO_DESC_SIZE * VIO_QUEUE_SIZE)
        return "an indirect table of an impossible size";
    struct vio_table t = {.p = mem_ram_ptr(v->mem, d->addr, d->len), .n = d->len / VIO_DESC_SIZE};
    return t.p ? vio_queue_walk(v, c, &t, 0) : "an indirect table is not in memory";
}

static const char *vio_queue_chain(const struct vio_queue *q, u16 head, struct vio_chain *c)
{
    const struct vio *v = q->v;
    struct vio_table t = {.p = mem_ram_ptr(v->mem, q->desc, VIO_DESC_SIZE * q->size), .n = q->size};
    c->head = head;
    c->nread = c->nspans = 0;
    c->read_len = c->write_len = 0;
    if (!t.p)
        return "descriptors are not in memory";
    if (head >= t.n)
        return "a descriptor's number is too large";
    struct vio_desc d = vio_queue_desc(&t, head);
    return d.flags & VIO_DESC_INDIRECT ? vio_queue_indirect(v, c, &d)
                                       : vio_queue_walk(v, c, &t, head);
}

bool vio_again(struct vio *v, unsigned queue, u16 head, struct vio_chain *c)
{
    struct vio_queue *q = &v->queue[queue];
    const char *wrong = q->ready && vio_is_live(v) ? vio_queue_chain(q, head, c) : "not in use";
    if (wrong)
        vio_break(v, wrong);
    return !wrong;
}

/* ---- rings ---- */

/* How many chains are there; 0 also if the driver is wrong, which is then said. */
static u16 vio_queue_count(struct vio_queue *q)
{
    if (!q->ready || !vio_is_live(q->v))
        return 0;
    const u8 *avail = vio_queue_avail(q);
    u16 n = avail ? (u16)(load_le16(avail + 2) - q->next) : 0;
    if (!avail || n > q->size) {
        vio_break(q->v, avail ? "more chains are available than there can be"
                              : "a ring is not in memory");
        return 0;
    }
    return n;
}

/* From now on the driver notifies for the next entry, which a device that has seen all wants. */
static void vio_queue_seen_all(const struct vio_queue *q)
{
    if (!vio_has(q->v, VIO_F_EVENT_IDX))
        return;
    u8 *event = mem_dma_ptr(q->v->mem, q->used + vio_queue_used_len(q) - 2, 2);
    if (event)
        store_le16(event, q->next);
}

bool vio_pop(struct vio *v, unsigned queue, struct vio_chain *c)
{
    struct vio_queue *q = &v->queue[queue];
    if (!vio_queue_count(q)) {
        if (q->ready)
            vio_queue_seen_all(q);
        return false;
    }
    if (!vio_may_work(v, queue))
        return false;
    const u8 *entry = vio_queue_avail(q) + VIO_RING_HEAD + VIO_AVAIL_ENTRY * (q->next % q->size);
    const char *wrong = vio_queue_chain(q, load_le16(entry), c);
    if (wrong) {
        vio_break(v, wrong);
        return false;
    }
    q->next++;
    vio_took_chain(v, c->read_len);
    return true;
}

void vio_unpop(struct vio *v, unsigned queue, u32 unread)
{
    v->queue[queue].next--;
    vio_took_less(v, unread);
}

bool vio_waiting(struct vio *v, unsigned queue)
{
    return vio_queue_count(&v->queue[queue]) && vio_may_work(v, queue);
}

bool vio_has_room(const struct vio *v, unsigned queue)
{
    const struct vio_queue *q = &v->queue[queue];
    const u8 *avail = q->ready && vio_is_live(v) ? vio_queue_avail(q) : NULL;
    return avail && load_le16(avail + 2) != q->next && vio_has_time(v);
}

/* The driver is told of what was put as entry number q->nused - 1, unless it does not want to be.
 */
static bool vio_queue_wants_interrupt(const struct vio_queue *q)
{
    const u8 *avail = vio_queue_avail(q);
    if (!avail)
        return false;
    if (vio_has(q->v, VIO_F_EVENT_IDX))
        return load_le16(avail + vio_queue_avail_len(q) - 2) == (u16)(q->nused - 1);
    return !(load_le16(avail) & VIO_AVAIL_NO_INTERRUPT);
}

void vio_push(struct vio *v, unsigned queue, u16 head, u32 written)
{
    struct vio_queue *q = &v->queue[queue];
    u8 *used =
        q->ready && vio_is_live(v) ? mem_dma_ptr(v->mem, q->used, vio_queue_used_len(q)) : NULL;
    if (!used)
        return;
    u8 *entry = used + VIO_RING_HEAD + VIO_USED_ENTRY * (q->nused % q->size);
    store_le32(entry, head);
    store_le32(entry + 4, written);
    store_le16(used + 2, ++q->nused);
    vio_took(v, written);
    if (vio_queue_wants_interrupt(q))
        vio_interrupt(v, VIO_ISR_USED);
}

/* ---- bytes ---- */

const u8 *vio_readable(const struct vio *v, const struct vio_span *s)
{
    return mem_ram_ptr(v->mem, s->pa, s->len);
}

u8 *vio_writable(const struct vio *v, const struct vio_span *s)
{
    return mem_dma_ptr(v->mem, s->pa, s->len);
}

/* The part of span i that lies `off` bytes behind the first one's beginning. */
static bool vio_queue_part(const struct vio_span *s, u32 *off, u32 len, struct vio_span *part)
{
    if (*off >= s->len) {
        *off -= s->len;
        return false;
    }
    u32 room = s->len - *off;
    *part = (struct vio_span){.pa = s->pa + *off, .len = room < len ? room : len};
    *off = 0;
    return true;
}

u32 vio_get(const struct vio *v, const struct vio_chain *c, u32 off, void *buf, u32 len)
{
    u32 done = 0;
    for (unsigned i = 0; i < c->nread && done < len; i++) {
        struct vio_span part;
        if (!vio_queue_part(&c->span[i], &off, len - done, &part))
            continue;
        memcpy((u8 *)buf + done, vio_readable(v, &part), part.len);
        done += part.len;
    }
    return done;
}

u32 vio_put(const struct vio *v, const struct vio_chain *c, u32 off, const void *buf, u32 len)
{
    u32 done = 0;
    for (unsigned i = c->nread; i < c->nspans && done < len; i++) {
        struct vio_span part;
        if (!vio_queue_part(&c->span[i], &off, len - done, &part))
            continue;
        memcpy(vio_writable(v, &part), (const u8 *)buf + done, part.len);
        done += part.len;
    }
    return done;
}

unsigned vio_pieces(const struct vio *v, const struct vio_chain *c, bool writable, u32 off, u32 len,
                    struct piece piece[VIO_QUEUE_SIZE])
{
    unsigned n = 0, end = writable ? c->nspans : c->nread;
    for (unsigned i = writable ? c->nread : 0; i < end && len; i++) {
        struct vio_span part;
        if (!vio_queue_part(&c->span[i], &off, len, &part))
            continue;
        u8 *p = writable ? vio_writable(v, &part) : mem_ram_ptr(v->mem, part.pa, part.len);
        piece[n++] = (struct piece){.p = p, .len = part.len};
        len -= part.len;
    }
    return n;
}

/* ---- state ---- */

static enum err vio_queue_check(const void *scratch, struct error *e)
{
    const struct vio_queue *q = scratch;
    if (!q->size || q->size > q->max || (q->ready && q->size & (q->size - 1)))
        return err_set(e, ERR_FORMAT, "vio_queue: a queue of %u descriptors", q->size);
    return ERR_OK;
}

static const struct state_field vio_queue_fields[] = {
    STATE_FIELD(struct vio_queue, size, U32, 1),  STATE_FIELD(struct vio_queue, ready, BOOL, 1),
    STATE_FIELD(struct vio_queue, desc, U64, 1),  STATE_FIELD(struct vio_queue, avail, U64, 1),
    STATE_FIELD(struct vio_queue, used, U64, 1),  STATE_FIELD(struct vio_queue, next, U16, 1),
    STATE_FIELD(struct vio_queue, nused, U16, 1),
};

const struct state_desc vio_queue_state = {
    .name = "vio_queue",
    .version = 1,
    .nfields = ARRAY_LEN(vio_queue_fields),
    .size = sizeof(struct vio_queue),
    .fields = vio_queue_fields,
    .check = vio_queue_check,
};
