/* SPDX-License-Identifier: ISC */
#include "vio_rig.h"

#include "lib/bits.h"
#include "lib/bug.h"

#include <stdlib.h>

#define RIG_RING 0x1000u /* memory of a queue's rings, in random traffic */

static void rig_misuse(void *ctx, enum dev_misuse how, const char *what)
{
    struct vio_rig *r = ctx;
    (void)what;
    BUG_ON(how == DEV_WRONG);
    r->misuses++;
}

static void rig_line(void *ctx, unsigned n, bool up)
{
    struct vio_rig *r = ctx;
    (void)n;
    r->line = up;
}

struct vio_rig *vio_rig_new(void)
{
    struct vio_rig *r = xcalloc(1, sizeof *r);
    struct error e;
    r->clock = (struct clock){.hz = RIG_HZ, .next = CLOCK_NEVER};
    r->mem = mem_new();
    BUG_ON(mem_add_ram(r->mem, 0, RIG_RAM, &e));
    BUG_ON(mem_add_rom(r->mem, RIG_ROM, MEM_PAGE, &e));
    r->env = (struct dev_env){.clock = &r->clock,
                              .trace = &r->tracing,
                              .stats = &r->stats,
                              .misuse = rig_misuse,
                              .ctx = r};
    vio_bank_init(&r->bank, (struct dev_line){.set = rig_line, .ctx = r});
    mem_add_mmio(r->mem, RIG_WINDOW, VIO_BANK_MAX * VIO_MMIO_SIZE, &vio_bank_ops, &r->bank);
    r->free = MEM_PAGE;
    return r;
}

void vio_rig_free(struct vio_rig *r)
{
    vio_bank_fini(&r->bank);
    state_set_fini(&r->parts);
    mem_free(r->mem);
    free(r);
}

struct vio_place vio_rig_place(struct vio_rig *r)
{
    return (struct vio_place){.env = &r->env, .mem = r->mem, .line = vio_bank_line(&r->bank)};
}

void vio_rig_plug(struct vio_rig *r, struct vio *v)
{
    vio_add_state(v, r->bank.n, &r->parts);
    vio_bank_add(&r->bank, v);
    vio_reset(v);
}

void vio_rig_run(struct vio_rig *r, u64 ns)
{
    u64 end = r->clock.now_base + clock_ns_to_cycles(&r->clock, ns);
    while (r->clock.next <= end) {
        if (r->clock.next > r->clock.now_base)
            r->clock.now_base = r->clock.next;
        clock_run_due(&r->clock);
    }
    r->clock.now_base = end;
}

/* ---- registers ---- */

static gpa rig_register(const struct vio_rig *r, u32 off)
{
    return RIG_WINDOW + r->at * VIO_MMIO_SIZE + off;
}

bool vio_rig_read(struct vio_rig *r, unsigned size, u32 off, u32 *val)
{
    return mem_read(r->mem, (struct mem_access){.size = (u8)size}, false, rig_register(r, off),
                    val);
}

bool vio_rig_write(struct vio_rig *r, unsigned size, u32 off, u32 val)
{
    return mem_write(r->mem, (struct mem_access){.size = (u8)size}, false, rig_register(r, off),
                     val);
}

u32 vio_rig_get(struct vio_rig *r, u32 off)
{
    u32 val = 0xdeadbeef;
    BUG_ON(!vio_rig_read(r, 4, off, &val));
    return val;
}

void vio_rig_set(struct vio_rig *r, u32 off, u32 val)
{
    BUG_ON(!vio_rig_write(r, 4, off, val));
}

/* ---- the driver ---- */

gpa vio_rig_alloc(struct vio_rig *r, u32 len)
{
    gpa at = r->free;
    r->free += (len + 15) / 16 * 16;
    BUG_ON(r->free > RIG_RAM);
    return at;
}

u8 *vio_rig_ptr(const struct vio_rig *r, gpa pa)
{
    u8 *p = mem_ram_ptr(r->mem, pa, 1);
    BUG_ON(!p);
    return p;
}

static struct vio_rig_queue *rig_queue(struct vio_rig *r, unsigned queue)
{
    return &r->queue[r->at][queue];
}

static void rig_set64(struct vio_rig *r, u32 off, u64 val)
{
    vio_rig_set(r, off, (u32)val);
    vio_rig_set(r, off + 4, (u32)(val >> 32));
}

void vio_rig_place_queue(struct vio_rig *r, unsigned queue, u32 size)
{
    struct vio_rig_queue *q = rig_queue(r, queue);
    *q = (struct vio_rig_queue){.size = size};
    q->desc = vio_rig_alloc(r, 16 * size);
    q->avail = vio_rig_alloc(r, 6 + 2 * size);
    q->used = vio_rig_alloc(r, 6 + 8 * size);
    vio_rig_set(r, RIG_QUEUE_SEL, queue);
    vio_rig_set(r, RIG_QUEUE_NUM, size);
    rig_set64(r, RIG_QUEUE_DESC, q->desc);
    rig_set64(r, RIG_QUEUE_DRIVER, q->avail);
    rig_set64(r, RIG_QUEUE_DEVICE, q->used);
    vio_rig_set(r, RIG_QUEUE_READY, 1);
}

bool vio_rig_start(struct vio_rig *r, u64 features)
{
    r->features = features | VIO_F_VERSION_1;
    vio_rig_set(r, RIG_STATUS, 0);
    vio_rig_set(r, RIG_STATUS, VIO_ACKNOWLEDGE | VIO_DRIVER);
    for (unsigned i = 0; i < 2; i++) {
        vio_rig_set(r, RIG_DRIVER_FEATURES_SEL, i);
        vio_rig_set(r, RIG_DRIVER_FEATURES, (u32)(r->features >> 32 * i));
    }
    vio_rig_set(r, RIG_STATUS, VIO_ACKNOWLEDGE | VIO_DRIVER | VIO_FEATURES_OK);
    if (!(vio_rig_get(r, RIG_STATUS) & VIO_FEATURES_OK))
        return false;
    for (unsigned i = 0; i < r->bank.dev[r->at]->nqueues; i++) {
        vio_rig_set(r, RIG_QUEUE_SEL, i);
        u32 max = vio_rig_get(r, RIG_QUEUE_NUM_MAX);
        vio_rig_place_queue(r, i, max < RIG_QUEUE ? max : RIG_QUEUE);
    }
    vio_rig_set(r, RIG_STATUS, VIO_ACKNOWLEDGE | VIO_DRIVER | VIO_FEATURES_OK | VIO_DRIVER_OK);
    return true;
}

void vio_rig_desc(struct vio_rig *r, gpa table, u32 i, u64 addr, u32 len, u16 flags, u16 next)
{
    u8 *p = vio_rig_ptr(r, table + 16 * i);
    store_le64(p, addr);
    store_le32(p + 8, len);
    store_le16(p + 12, flags);
    store_le16(p + 14, next);
}

u16 vio_rig_chain(struct vio_rig *r, unsigned queue, const struct vio_rig_buf *buf, unsigned n)
{
    struct vio_rig_queue *q = rig_queue(r, queue);
    u16 head = q->next;
    for (unsigned i = 0; i < n; i++) {
        u16 at = q->next;
        q->next = (u16)((at + 1) % q->size);
        u16 flags = (u16)((i + 1 < n ? 1 : 0) | (buf[i].write ? 2 : 0));
        vio_rig_desc(r, q->desc, at, buf[i].pa, buf[i].len, flags, q->next);
    }
    return head;
}

void vio_rig_offer(struct vio_rig *r, unsigned queue, u16 head)
{
    struct vio_rig_queue *q = rig_queue(r, queue);
    u8 *avail = vio_rig_ptr(r, q->avail);
    store_le16(avail + 4 + 2 * (q->made % q->size), head);
    store_le16(avail + 2, ++q->made);
}

u16 vio_rig_send(struct vio_rig *r, unsigned queue, const struct vio_rig_buf *buf, unsigned n)
{
    u16 head = vio_rig_chain(r, queue, buf, n);
    vio_rig_offer(r, queue, head);
    vio_rig_set(r, RIG_QUEUE_NOTIFY, queue);
    return head;
}

bool vio_rig_collect(struct vio_rig *r, unsigned queue, u16 *head, u32 *written)
{
    struct vio_rig_queue *q = rig_queue(r, queue);
    const u8 *used = vio_rig_ptr(r, q->used);
    if (load_le16(used + 2) == q->seen)
        return false;
    const u8 *entry = used + 4 + 8 * (q->seen++ % q->size);
    *head = load_le16(entry);
    *written = load_le32(entry + 4);
    return true;
}

/* ---- out of its mind ---- */

u32 vio_rig_random(u64 *seed, u32 below)
{
    *seed = *seed * 6364136223846793005ull + 1442695040888963407ull;
    return (u32)((*seed >> 33) % below);
}

static u32 rig_random_register(u64 *s)
{
    static const u8 known[] = {0x14, 0x20, 0x24, 0x30, 0x38, 0x44, 0x50, 0x50, 0x50, 0x60,
                               0x64, 0x70, 0x80, 0x84, 0x90, 0x94, 0xa0, 0xa4, 0xfc, 0x10};
    if (vio_rig_random(s, 4))
        return known[vio_rig_random(s, sizeof known)];
    return vio_rig_random(s, 8) ? RIG_CONFIG + vio_rig_random(s, 64) : vio_rig_random(s, 0x1000);
}

/* A chain of random buffers, now and then with something wrong in it. */
static void rig_random_chain(struct vio_rig *r, u64 *s)
{
    unsigned nqueues = r->bank.dev[r->at]->nqueues, queue = vio_rig_random(s, nqueues);
    struct vio_rig_queue *q = rig_queue(r, queue);
    struct vio_rig_buf buf[4];
    unsigned n = 1 + vio_rig_random(s, 4), readable = vio_rig_random(s, n + 1);
    if (!q->size)
        return;
    for (unsigned i = 0; i < n; i++)
        buf[i] =
            (struct vio_rig_buf){.pa = RIG_RAM / 2 + vio_rig_random(s, RIG_RAM / 4),
                                 .len = 1 + vio_rig_random(s, vio_rig_random(s, 2) ? 64 : 3000),
                                 .write = i >= readable};
    if (!vio_rig_random(s, 60))
        buf[vio_rig_random(s, n)].len = 0x7fffffff;
    vio_rig_send(r, queue, buf, n);
}

static void rig_random_scribble(struct vio_rig *r, u64 *s)
{
    const struct vio_rig_queue *q = rig_queue(r, vio_rig_random(s, r->bank.dev[r->at]->nqueues));
    gpa at = vio_rig_random(s, 2) ? q->desc + vio_rig_random(s, RIG_RING)
                                  : RIG_RAM / 2 + vio_rig_random(s, RIG_RAM / 4);
    *vio_rig_ptr(r, at) = (u8)vio_rig_random(s, 256);
}

bool vio_rig_random_step(struct vio_rig *r, u64 *s, u32 *val)
{
    u32 kind = vio_rig_random(s, 32), off = rig_random_register(s);
    unsigned size = off < RIG_CONFIG ? 4 : 1u << vio_rig_random(s, 3);
    *val = 0;
    if (!vio_rig_random(s, 200)) {
        vio_rig_start(r, r->bank.dev[r->at]->offered);
        r->free = r->free > RIG_RAM / 4 ? MEM_PAGE : r->free;
    } else if (kind < 10) {
        rig_random_chain(r, s);
    } else if (kind < 12) {
        rig_random_scribble(r, s);
    } else if (kind < 16) {
        vio_rig_run(r,
                    vio_rig_random(s, 2) ? vio_rig_random(s, 20000) : vio_rig_random(s, 3000000));
    } else if (kind < 24 || (off != RIG_QUEUE_NOTIFY && vio_rig_random(s, 16))) {
        return vio_rig_read(r, size, off / size * size, val);
    } else {
        u32 v = vio_rig_random(s, 3) ? vio_rig_random(s, 16) : vio_rig_random(s, 0x7fffffff) * 2;
        return vio_rig_write(r, size, off / size * size, v);
    }
    return true;
}
