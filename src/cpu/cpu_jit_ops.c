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

/* After an access. The region that goes on may have fcr31 in a register. */
static inline bool cpu_jit_ops_resume(struct mips *c, bool ok)
{
    if (unlikely(c->fpu.live && ok))
        cpu_jit_fpu_enter(c);
    else if (unlikely(c->fpu.live))
        mips_fpu_settle(c);
    return ok;
}

static COLD bool cpu_jit_ops_load_known(struct mips *c, enum ir_size size, u32 at, u32 *v)
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

static COLD bool cpu_jit_ops_store_known(struct mips *c, enum ir_size size, u32 at, u32 v)
{
    u32 mask = size == IR_W32 ? ~0u : (1u << 8 * cpu_jit_ops_bytes[size]) - 1;
    if (!mips_store_memory(c, at, cpu_jit_ops_bytes[size], v & mask))
        return cpu_jit_ops_failed(c);
    return likely(!c->resync) || cpu_jit_ops_leave(c);
}

/* Most of what comes here misses the TLB. True: so this did. */
static inline bool cpu_jit_ops_refill(struct mips *c, u64 left, enum ir_size size, u32 at,
                                      bool store)
{
    c->retired = c->stop - left;
    if (unlikely(!mips_tlb_refills(c, at, cpu_jit_ops_bytes[size])))
        return false;
    mips_raise_refill(c, store, at);
    c->retired++;
    return true;
}

static bool cpu_jit_ops_load(void *state, u64 left, enum ir_size size, u32 at, u32 *v)
{
    struct mips *c = state;
    cpu_jit_of(c)->n.slow_loads++;
    if (unlikely(c->fpu.live))
        cpu_jit_fpu_pause(c);
    return cpu_jit_ops_resume(c, !cpu_jit_ops_refill(c, left, size, at, false) &&
                                     cpu_jit_ops_load_known(c, size, at, v));
}

static bool cpu_jit_ops_store(void *state, u64 left, enum ir_size size, u32 at, u32 v)
{
    struct mips *c = state;
    cpu_jit_of(c)->n.slow_stores++;
    if (unlikely(c->fpu.live))
        cpu_jit_fpu_pause(c);
    return cpu_jit_ops_resume(c, !cpu_jit_ops_refill(c, left, size, at, true) &&
                                     cpu_jit_ops_store_known(c, size, at, v));
}

static bool cpu_jit_ops_do(struct mips *c, u64 left, const struct ir_call *call)
{
    mips_lift_fn *fn;
    uintptr_t p = (uintptr_t)call->fn;
    memcpy(&fn, &p, sizeof fn);
    cpu_jit_of(c)->n.calls++;
    c->retired = c->stop - left;
    c->resync = false;
    if (unlikely(!fn(c, call->arg)))
        return cpu_jit_ops_failed(c);
    return likely(!c->resync) || cpu_jit_ops_leave(c);
}

/* A helper may have found that translated code may compute, or had better not. */
static bool cpu_jit_ops_call(void *state, u64 left, const struct ir_call *call)
{
    struct mips *c = state;
    bool live = cpu_jit_fpu_leave(c), ok = cpu_jit_ops_do(c, left, call);
    live = ((live && c->fpu.calm) || c->fpu.live) && ok && mips_fpu_is_quiet(c);
    c->fpu.live = false;
    if (live)
        cpu_jit_fpu_enter(c);
    return ok;
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

static struct cpu_handler *cpu_jit_ops_handler(const struct mips *c)
{
    struct cpu_jit *t = cpu_jit_of(c);
    return &t->handler[c->pc / 0x80 % ARRAY_LEN(t->handler)];
}

static const struct jit_region *cpu_jit_ops_go(const struct cpu_region *r, struct mips *c,
                                               u64 *left)
{
    *left = c->stop - c->retired;
    cpu_jit_of(c)->n.onward++;
    return r->jit;
}

static COLD const struct jit_region *cpu_jit_ops_find(struct mips *c, u64 *left)
{
    struct cpu_region *r = (c->step | c->resync | c->bd) ? NULL : cpu_jit_ops_known(c);
    if (!r)
        return NULL;
    if (mips_is_unmapped(c->pc))
        *cpu_jit_ops_handler(c) = (struct cpu_handler){.region = r, .pc = c->pc};
    return cpu_jit_ops_go(r, c, left);
}

/* An exception was raised: interrupts are off now, so its handler can go on at once. */
static const struct jit_region *cpu_jit_ops_onward(void *state, u64 *left)
{
    struct mips *c = state;
    const struct cpu_handler *h = cpu_jit_ops_handler(c);
    if (likely(!(c->step | c->resync | c->bd) && h->region && h->pc == c->pc))
        return cpu_jit_ops_go(h->region, c, left);
    return cpu_jit_ops_find(c, left);
}

static bool cpu_jit_ops_by_page(void *state)
{
    return cpu_jit_goes_by_page(state);
}

const struct jit_ops cpu_jit_ops = {.by_page = cpu_jit_ops_by_page,
                                    .load = cpu_jit_ops_load,
                                    .store = cpu_jit_ops_store,
                                    .call = cpu_jit_ops_call,
                                    .onward = cpu_jit_ops_onward};
