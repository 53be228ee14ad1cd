/* SPDX-License-Identifier: ISC */
/* What translated code calls: accesses that the software TLB does not know, helpers, exceptions. */
#include "cpu/cpu_jit_int.h"

#include <string.h>

static const u8 cpu_jit_ops_bytes[] = {
    [IR_S8] = 1, [IR_U8] = 1, [IR_S16] = 2, [IR_U16] = 2, [IR_W32] = 4};

/* The attempt counts, unless the interpreter is to make it. */
static bool cpu_jit_ops_failed(struct mips *c)
{
    c->retired += !c->step;
    return false;
}

/* The instruction is done, and something is to be seen to before the next. */
static bool cpu_jit_ops_leave(struct mips *c)
{
    mips_set_pc(c, c->npc);
    c->retired++;
    return false;
}

/* Most of what comes here misses the TLB. */
static bool cpu_jit_ops_refill(struct mips *c, u32 at, bool store)
{
    mips_raise_refill(c, store, at);
    c->retired++;
    return false;
}

static bool cpu_jit_ops_load_known(struct mips *c, enum ir_size size, u32 at, u32 *v)
{
    if (!mips_load_memory(c, at, cpu_jit_ops_bytes[size], v))
        return cpu_jit_ops_failed(c);
    if (size == IR_S8)
        *v = (u32)(i8)*v;
    if (size == IR_S16)
        *v = (u32)(i16)*v;
    if (likely(!c->resync))
        return true;
    *c->load_to = *v;
    return cpu_jit_ops_leave(c);
}

static bool cpu_jit_ops_load(void *state, u64 left, enum ir_size size, u32 at, u32 *v)
{
    struct mips *c = state;
    cpu_jit_of(c)->n.slow_loads++;
    c->retired = c->stop - left;
    if (likely(mips_tlb_refills(c, at, cpu_jit_ops_bytes[size])))
        return cpu_jit_ops_refill(c, at, false);
    return cpu_jit_ops_load_known(c, size, at, v);
}

static bool cpu_jit_ops_store_known(struct mips *c, enum ir_size size, u32 at, u32 v)
{
    u32 mask = size == IR_W32 ? ~0u : (1u << 8 * cpu_jit_ops_bytes[size]) - 1;
    if (!mips_store_memory(c, at, cpu_jit_ops_bytes[size], v & mask))
        return cpu_jit_ops_failed(c);
    return likely(!c->resync) || cpu_jit_ops_leave(c);
}

static bool cpu_jit_ops_store(void *state, u64 left, enum ir_size size, u32 at, u32 v)
{
    struct mips *c = state;
    cpu_jit_of(c)->n.slow_stores++;
    c->retired = c->stop - left;
    if (likely(mips_tlb_refills(c, at, cpu_jit_ops_bytes[size])))
        return cpu_jit_ops_refill(c, at, true);
    return cpu_jit_ops_store_known(c, size, at, v);
}

static bool cpu_jit_ops_call(void *state, u64 left, const struct ir_call *call)
{
    struct mips *c = state;
    mips_lift_fn *fn;
    uintptr_t p = (uintptr_t)call->fn;
    memcpy(&fn, &p, sizeof fn);
    cpu_jit_of(c)->n.calls++;
    c->retired = c->stop - left;
    c->resync = false;
    if (unlikely(!fn(c, call->arg))) { /* the attempt counts */
        c->retired++;
        return false;
    }
    return likely(!c->resync) || cpu_jit_ops_leave(c);
}

/* The region at c->pc, if the page is known. */
static struct cpu_region *cpu_jit_ops_known(struct mips *c)
{
    const struct mips_ftlb *f = mips_ftlb_slot(c, c->pc);
    if (f->tag != ((c->pc & ~(MEM_PAGE - 4)) | c->tag_low))
        return NULL;
    const struct mips_block *b = f->page->at[(c->pc & (MEM_PAGE - 1)) / 4];
    return b ? cpu_jit_region_at(b, c->pc) : NULL;
}

static COLD struct cpu_region *cpu_jit_ops_find_handler(struct mips *c, struct cpu_handler *h)
{
    struct cpu_region *r = cpu_jit_ops_known(c);
    if (r && mips_is_unmapped(c->pc))
        *h = (struct cpu_handler){.region = r, .pc = c->pc};
    return r;
}

static struct cpu_region *cpu_jit_ops_handler(struct cpu_jit *t, struct mips *c)
{
    struct cpu_handler *h = &t->handler[c->pc / 0x80 % ARRAY_LEN(t->handler)];
    if (likely(h->region && h->pc == c->pc))
        return h->region;
    return cpu_jit_ops_find_handler(c, h);
}

/* An exception was raised: interrupts are off now, so its handler can go on at once. */
static const struct jit_region *cpu_jit_ops_onward(void *state, u64 *left)
{
    struct mips *c = state;
    struct cpu_jit *t = cpu_jit_of(c);
    if (c->step | c->resync | c->bd)
        return NULL;
    const struct cpu_region *r = cpu_jit_ops_handler(t, c);
    if (!r)
        return NULL;
    *left = c->stop - c->retired;
    t->n.onward++;
    return r->jit;
}

const struct jit_ops cpu_jit_ops = {.load = cpu_jit_ops_load,
                                    .store = cpu_jit_ops_store,
                                    .call = cpu_jit_ops_call,
                                    .onward = cpu_jit_ops_onward};
