/* SPDX-License-Identifier: ISC */
/*
 * Registers answer on the first page of their 512 KB and to every offset there. Memory never has
 * an error, so CHKSYN reads 0. What the CSR's diagnostic bits do on a real board is only kept.
 */
#include "dev/tc_kn02.h"
#include "dev/tc_int.h"
#include "lib/bits.h"
#include "lib/bug.h"

#include <stdlib.h>

enum {
    TC_KN02_CSR_LINES = 0x000000ff,   /* read */
    TC_KN02_CSR_KEPT = 0x0000ff00,    /* diagnostics, error correction, memory stride */
    TC_KN02_CSR_MASK = 0x00ff0000,    /* of interrupts */
    TC_KN02_CSR_JUMPERS = 0x05000000, /* neither "clear the NVRAM" nor "manufacturing" is set */

    TC_KN02_ERR_WRITE = 1 << 29,
    TC_KN02_ERR_CPU = 1 << 30,
    TC_KN02_ERR_ADDRESS = 0x07ffffff, /* of a word */
};
#define TC_KN02_ERR_VALID 0x80000000u

#define TC_KN02_MAX_HOLES 24

struct tc_kn02_hole {
    struct tc_kn02 *k;
    u32 base;
};

/* A part of a card's slot where its registers answer: before its RAM, or behind it. */
struct tc_kn02_window {
    const struct tc_class *cls;
    void *dev;
    u32 from;
};

struct tc_kn02 {
    const struct dev_env *env;
    struct dev_line line;
    u32 csr; /* KEPT and MASK */
    u32 erraddr;
    u32 raised; /* interrupt lines as the chips drive them; derived */
    struct {
        const struct tc_class *cls; /* NULL: empty */
        void *dev;
        struct tc_kn02_window window[2];
    } slot[TC_KN02_NSLOTS];
    struct tc_kn02_hole hole[TC_KN02_MAX_HOLES];
    unsigned nholes;
};

static void tc_kn02_drive(const struct tc_kn02 *k, enum tc_kn02_line which, bool up)
{
    k->line.set(k->line.ctx, which, up);
}

static void tc_kn02_changed(const struct tc_kn02 *k)
{
    tc_kn02_drive(k, TC_KN02_LINE_IO, k->csr >> 16 & k->raised);
    tc_kn02_drive(k, TC_KN02_LINE_BUS, k->erraddr & TC_KN02_ERR_VALID);
}

static void tc_kn02_set_irq(void *ctx, unsigned n, bool up)
{
    struct tc_kn02 *k = ctx;
    k->raised = up ? k->raised | 1u << n : k->raised & ~(1u << n);
    tc_kn02_changed(k);
}

struct dev_line tc_kn02_irq(struct tc_kn02 *k, unsigned n)
{
    return (struct dev_line){.set = tc_kn02_set_irq, .ctx = k, .n = n};
}

/* ---- where nobody answers ---- */

/* The first error stays until it is acknowledged. */
static void tc_kn02_timeout(struct tc_kn02 *k, u32 pa, u32 how)
{
    if (!(k->erraddr & TC_KN02_ERR_VALID))
        k->erraddr = TC_KN02_ERR_VALID | TC_KN02_ERR_CPU | how | (pa >> 2 & TC_KN02_ERR_ADDRESS);
    tc_kn02_changed(k);
}

static bool tc_kn02_hole_read(void *dev, struct mem_access a, u32 off, u32 *val)
{
    const struct tc_kn02_hole *h = dev;
    (void)a;
    *val = 0;
    tc_kn02_timeout(h->k, h->base + off, 0);
    return false;
}

/* The CPU has gone on when its write times out. */
static bool tc_kn02_hole_write(void *dev, struct mem_access a, u32 off, u32 val)
{
    const struct tc_kn02_hole *h = dev;
    (void)a;
    (void)val;
    tc_kn02_timeout(h->k, h->base + off, TC_KN02_ERR_WRITE);
    return true;
}

static const struct mem_ops tc_kn02_hole_ops = {.read = tc_kn02_hole_read,
                                                .write = tc_kn02_hole_write};

void tc_kn02_map_hole(struct tc_kn02 *k, struct mem *m, gpa base, u64 size)
{
    if (!size)
        return;
    BUG_ON(k->nholes == TC_KN02_MAX_HOLES);
    struct tc_kn02_hole *h = &k->hole[k->nholes++];
    *h = (struct tc_kn02_hole){.k = k, .base = (u32)base};
    mem_add_mmio(m, base, size, &tc_kn02_hole_ops, h);
}

/* ---- cards ---- */

static bool tc_kn02_card_read(void *dev, struct mem_access a, u32 off, u32 *val)
{
    const struct tc_kn02_window *w = dev;
    return w->cls->ops->read(w->dev, a, w->from + off, val);
}

static bool tc_kn02_card_write(void *dev, struct mem_access a, u32 off, u32 val)
{
    const struct tc_kn02_window *w = dev;
    return w->cls->ops->write(w->dev, a, w->from + off, val);
}

static const struct mem_ops tc_kn02_card_ops = {.read = tc_kn02_card_read,
                                                .write = tc_kn02_card_write};

static void tc_kn02_map_window(struct tc_kn02 *k, unsigned slot, struct mem *m, unsigned n,
                               u32 from, u32 to)
{
    struct tc_kn02_window *w = &k->slot[slot].window[n];
    if (from == to)
        return;
    *w = (struct tc_kn02_window){.cls = k->slot[slot].cls, .dev = k->slot[slot].dev, .from = from};
    mem_add_mmio(m, tc_kn02_slot(slot) + from, to - from, &tc_kn02_card_ops, w);
}

static void tc_kn02_map_card(struct tc_kn02 *k, unsigned slot, struct mem *m)
{
    const struct tc_class *cls = k->slot[slot].cls;
    tc_kn02_map_window(k, slot, m, 0, 0, cls->ram);
    tc_kn02_map_window(k, slot, m, 1, cls->ram + cls->ram_size, TC_KN02_SLOT_SIZE);
}

/* ---- registers ---- */

static bool tc_kn02_csr_read(void *dev, struct mem_access a, u32 off, u32 *val)
{
    const struct tc_kn02 *k = dev;
    (void)a;
    *val = tc_lane(k->csr | TC_KN02_CSR_JUMPERS | k->raised, off);
    return true;
}

static bool tc_kn02_csr_write(void *dev, struct mem_access a, u32 off, u32 val)
{
    struct tc_kn02 *k = dev;
    off &= 3;
    k->csr = tc_merge(k->csr, 0, off, a.size, val) & (TC_KN02_CSR_KEPT | TC_KN02_CSR_MASK);
    tc_kn02_changed(k);
    return true;
}

static bool tc_kn02_err_read(void *dev, struct mem_access a, u32 off, u32 *val)
{
    const struct tc_kn02 *k = dev;
    (void)a;
    *val = tc_lane(k->erraddr, off);
    return true;
}

static bool tc_kn02_err_write(void *dev, struct mem_access a, u32 off, u32 val)
{
    struct tc_kn02 *k = dev;
    (void)a;
    (void)off;
    (void)val;
    k->erraddr = 0;
    tc_kn02_changed(k);
    return true;
}

static bool tc_kn02_syn_read(void *dev, struct mem_access a, u32 off, u32 *val)
{
    (void)dev;
    (void)a;
    (void)off;
    *val = 0;
    return true;
}

static bool tc_kn02_syn_write(void *dev, struct mem_access a, u32 off, u32 val)
{
    (void)dev;
    (void)a;
    (void)off;
    (void)val;
    return true;
}

static const struct mem_ops tc_kn02_csr_ops = {.read = tc_kn02_csr_read,
                                               .write = tc_kn02_csr_write};
static const struct mem_ops tc_kn02_err_ops = {.read = tc_kn02_err_read,
                                               .write = tc_kn02_err_write};
static const struct mem_ops tc_kn02_syn_ops = {.read = tc_kn02_syn_read,
                                               .write = tc_kn02_syn_write};

void tc_kn02_map(struct tc_kn02 *k, struct mem *m)
{
    for (unsigned i = 0; i < TC_KN02_NSLOTS; i++) {
        if (k->slot[i].cls)
            tc_kn02_map_card(k, i, m);
        else
            tc_kn02_map_hole(k, m, tc_kn02_slot(i), TC_KN02_SLOT_SIZE);
    }
    mem_add_mmio(m, TC_KN02_CHKSYN, MEM_PAGE, &tc_kn02_syn_ops, k);
    mem_add_mmio(m, TC_KN02_ERRADDR, MEM_PAGE, &tc_kn02_err_ops, k);
    mem_add_mmio(m, TC_KN02_CSR, MEM_PAGE, &tc_kn02_csr_ops, k);
}

void tc_kn02_plug(struct tc_kn02 *k, unsigned slot, const struct tc_class *cls, void *dev)
{
    BUG_ON(slot >= TC_KN02_NSLOTS || k->slot[slot].cls);
    k->slot[slot].cls = cls;
    k->slot[slot].dev = dev;
}

void tc_kn02_reset(struct tc_kn02 *k)
{
    k->csr = 0;
    k->erraddr = 0;
    for (unsigned i = 0; i < TC_KN02_NSLOTS; i++)
        if (k->slot[i].cls && k->slot[i].cls->reset)
            k->slot[i].cls->reset(k->slot[i].dev);
    tc_kn02_changed(k);
}

/* ---- state ---- */

static enum err tc_kn02_check(const void *scratch, struct error *e)
{
    const struct tc_kn02 *k = scratch;
    if (k->csr & ~(u32)(TC_KN02_CSR_KEPT | TC_KN02_CSR_MASK))
        return err_set(e, ERR_FORMAT, "tc_kn02: bits in the CSR that cannot be written");
    return ERR_OK;
}

static void tc_kn02_loaded(void *obj)
{
    tc_kn02_changed(obj);
}

static const struct state_field tc_kn02_fields[] = {
    STATE_FIELD(struct tc_kn02, csr, U32, 1),
    STATE_FIELD(struct tc_kn02, erraddr, U32, 1),
};

static const struct state_desc tc_kn02_state = {
    .name = "tc_kn02",
    .version = 1,
    .nfields = ARRAY_LEN(tc_kn02_fields),
    .size = sizeof(struct tc_kn02),
    .fields = tc_kn02_fields,
    .check = tc_kn02_check,
    .loaded = tc_kn02_loaded,
};

void tc_kn02_add_state(struct tc_kn02 *k, struct state_set *s)
{
    state_set_add(s, &tc_kn02_state, 0, k);
    for (unsigned i = 0; i < TC_KN02_NSLOTS; i++)
        if (k->slot[i].cls && k->slot[i].cls->state)
            state_set_add(s, k->slot[i].cls->state, i, k->slot[i].dev);
}

struct tc_kn02 *tc_kn02_new(const struct dev_env *env, const struct dev_line *line)
{
    struct tc_kn02 *k = xcalloc(1, sizeof *k);
    k->env = env;
    k->line = *line;
    return k;
}

void tc_kn02_free(struct tc_kn02 *k)
{
    free(k);
}
