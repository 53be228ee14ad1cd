/* SPDX-License-Identifier: ISC */
/*
 * The backplane: finds the card, splits narrow accesses, gathers interrupt lines, cuts power.
 *
 * Cards know 32-bit registers only. A byte or halfword is cut out of the big-endian word, and a
 * narrow store is a load and a store of the word, as on System/161: so it also has the side
 * effects of the load. Transfer buffers are memory and are reached here, without the card.
 *
 * `raised` is what the cards drive, not state: each card's `loaded` hook drives its line anew.
 */
#include "dev/lb.h"
#include "lib/bits.h"
#include "lib/bug.h"

void lb_bus_init(struct lb_bus *b)
{
    *b = (struct lb_bus){0};
}

void lb_bus_plug(struct lb_bus *b, unsigned slot, const struct lb_class *cls, void *dev)
{
    BUG_ON(slot >= LB_SLOTS || b->slot[slot].cls);
    b->slot[slot].cls = cls;
    b->slot[slot].dev = dev;
    if (cls->buffer)
        b->slot[slot].buf = cls->buffer(dev, &b->slot[slot].buf_len);
    b->powered |= 1u << slot;
}

u32 lb_bus_plugged(const struct lb_bus *b)
{
    u32 mask = 0;
    for (unsigned i = 0; i < LB_SLOTS; i++)
        if (b->slot[i].cls)
            mask |= 1u << i;
    return mask;
}

u32 lb_bus_irqs(const struct lb_bus *b)
{
    return b->raised & b->powered;
}

static void lb_bus_lines_changed(struct lb_bus *b)
{
    if (b->lines_changed)
        b->lines_changed(b->ctx);
}

static void lb_bus_set_line(void *ctx, unsigned n, bool up)
{
    struct lb_bus *b = ctx;
    u32 raised = up ? b->raised | 1u << n : b->raised & ~(1u << n);
    if (raised == b->raised)
        return;
    b->raised = raised;
    lb_bus_lines_changed(b);
}

struct dev_line lb_bus_line(struct lb_bus *b, unsigned slot)
{
    BUG_ON(slot >= LB_SLOTS);
    return (struct dev_line){.set = lb_bus_set_line, .ctx = b, .n = slot};
}

void lb_bus_power(struct lb_bus *b, u32 mask)
{
    u32 old = b->powered;
    b->powered = mask & lb_bus_plugged(b);
    for (unsigned i = 0; i < LB_SLOTS; i++)
        if (old & ~b->powered & 1u << i)
            b->slot[i].cls->reset(b->slot[i].dev);
    if (old != b->powered)
        lb_bus_lines_changed(b);
}

void lb_bus_reset(struct lb_bus *b)
{
    for (unsigned i = 0; i < LB_SLOTS; i++)
        if (b->slot[i].cls)
            b->slot[i].cls->reset(b->slot[i].dev);
    b->powered = lb_bus_plugged(b);
    lb_bus_lines_changed(b);
}

static bool lb_bus_answers(const struct lb_bus *b, unsigned slot)
{
    return slot < LB_SLOTS && b->powered & 1u << slot;
}

/* The transfer buffer's bytes at an offset in a slot; NULL if it has none there. Buffers are whole
 * words long, so an aligned access that begins inside also ends there. */
static u8 *lb_bus_buffer(const struct lb_bus *b, unsigned slot, u32 off)
{
    return off - LB_BUFFER < b->slot[slot].buf_len ? b->slot[slot].buf + (off - LB_BUFFER) : NULL;
}

static u32 lb_bus_buffer_read(const u8 *p, unsigned size)
{
    return size == 4 ? load_be32(p) : size == 2 ? load_be16(p) : *p;
}

static void lb_bus_buffer_write(u8 *p, unsigned size, u32 val)
{
    if (size == 4)
        store_be32(p, val);
    else if (size == 2)
        store_be16(p, (u16)val);
    else
        *p = (u8)val;
}

/* How far to the left the narrow value lies in its word. */
static unsigned lb_bus_shift(u32 off, unsigned size)
{
    return 8 * (4 - size - (off & 3));
}

static bool lb_bus_read(void *ctx, struct mem_access a, u32 off, u32 *val)
{
    struct lb_bus *b = ctx;
    unsigned slot = off / LB_SLOT_SIZE;
    off %= LB_SLOT_SIZE;
    if (!lb_bus_answers(b, slot) || off % a.size)
        return false;
    const u8 *p = lb_bus_buffer(b, slot, off);
    if (p) {
        *val = lb_bus_buffer_read(p, a.size);
        return true;
    }
    u32 word = 0;
    if (!b->slot[slot].cls->read(b->slot[slot].dev, a.cpu, off & ~3u, &word))
        return false;
    *val = bits_get(word, lb_bus_shift(off, a.size), 8 * a.size);
    return true;
}

static bool lb_bus_write(void *ctx, struct mem_access a, u32 off, u32 val)
{
    struct lb_bus *b = ctx;
    unsigned slot = off / LB_SLOT_SIZE;
    off %= LB_SLOT_SIZE;
    if (!lb_bus_answers(b, slot) || off % a.size)
        return false;
    u8 *p = lb_bus_buffer(b, slot, off);
    if (p) {
        lb_bus_buffer_write(p, a.size, val);
        return true;
    }
    const struct lb_class *cls = b->slot[slot].cls;
    void *dev = b->slot[slot].dev;
    if (a.size < 4) {
        u32 word = 0, mask = ((1u << 8 * a.size) - 1) << lb_bus_shift(off, a.size);
        if (!cls->read(dev, a.cpu, off & ~3u, &word))
            return false;
        val = (word & ~mask) | (val << lb_bus_shift(off, a.size) & mask);
    }
    return cls->write(dev, a.cpu, off & ~3u, val);
}

static const struct mem_ops lb_bus_ops = {.read = lb_bus_read, .write = lb_bus_write};

void lb_bus_map(struct lb_bus *b, struct mem *m)
{
    mem_add_mmio(m, LB_BASE, (u64)LB_SLOTS * LB_SLOT_SIZE, &lb_bus_ops, b);
}

static enum err lb_bus_check(const void *scratch, struct error *e)
{
    const struct lb_bus *b = scratch;
    if (b->powered & ~lb_bus_plugged(b))
        return err_set(e, ERR_FORMAT, "lb_bus: an empty slot has power");
    if (b->slot[LB_MAINBOARD].cls && !(b->powered & 1u << LB_MAINBOARD))
        return err_set(e, ERR_FORMAT, "lb_bus: the mainboard has no power");
    return ERR_OK;
}

static void lb_bus_loaded(void *obj)
{
    lb_bus_lines_changed(obj);
}

static const struct state_field lb_bus_fields[] = {
    STATE_FIELD(struct lb_bus, powered, U32, 1),
};

static const struct state_desc lb_bus_state = {
    .name = "lb_bus",
    .version = 1,
    .nfields = ARRAY_LEN(lb_bus_fields),
    .size = sizeof(struct lb_bus),
    .fields = lb_bus_fields,
    .check = lb_bus_check,
    .loaded = lb_bus_loaded,
};

void lb_bus_add_state(struct lb_bus *b, struct state_set *s)
{
    state_set_add(s, &lb_bus_state, 0, b);
    for (unsigned i = 0; i < LB_SLOTS; i++)
        if (b->slot[i].cls && b->slot[i].cls->state)
            state_set_add(s, b->slot[i].cls->state, i, b->slot[i].dev);
}
