/* SPDX-License-Identifier: ISC */
/* The CPUs of a machine as GDB sees a MIPS: registers, memory, breakpoints, watchpoints. */
#include "lib/bits.h"
#include "lib/bug.h"
#include "vmm/vmm_debug_int.h"

#include <stdlib.h>
#include <string.h>

#define ASIDS 64

/* ---- registers ---- */

#define CPU(n)                                                                                     \
    {                                                                                              \
        .name = n, .feature = "org.gnu.gdb.mips.cpu", .bytes = 4                                   \
    }
#define CPU_OFTEN(n, t)                                                                            \
    {                                                                                              \
        .name = n, .feature = "org.gnu.gdb.mips.cpu", .bytes = 4, .type = t, .often = true         \
    }
#define CP0(n)                                                                                     \
    {                                                                                              \
        .name = n, .feature = "org.gnu.gdb.mips.cp0", .bytes = 4, .group = "system"                \
    }
#define FPU(n, t)                                                                                  \
    {                                                                                              \
        .name = n, .feature = "org.gnu.gdb.mips.fpu", .bytes = 4, .type = t, .group = "float"      \
    }
#define OURS(n)                                                                                    \
    {                                                                                              \
        .name = n, .feature = "org.kuseg.mips.cp0", .bytes = 4, .type = "uint32",                  \
        .group = "system"                                                                          \
    }
#define F(n) FPU(n, "ieee_single")

/* Numbered as enum mips_reg is, and as GDB numbers them. GDB 13 refuses a MIPS without the FPU's:
 * where there is none, they cannot be read. */
static const struct debug_reg vmm_debug_regs[] = {
    CPU("r0"),
    CPU("r1"),
    CPU("r2"),
    CPU("r3"),
    CPU("r4"),
    CPU("r5"),
    CPU("r6"),
    CPU("r7"),
    CPU("r8"),
    CPU("r9"),
    CPU("r10"),
    CPU("r11"),
    CPU("r12"),
    CPU("r13"),
    CPU("r14"),
    CPU("r15"),
    CPU("r16"),
    CPU("r17"),
    CPU("r18"),
    CPU("r19"),
    CPU("r20"),
    CPU("r21"),
    CPU("r22"),
    CPU("r23"),
    CPU("r24"),
    CPU("r25"),
    CPU("r26"),
    CPU("r27"),
    CPU("r28"),
    CPU_OFTEN("r29", "data_ptr"),
    CPU("r30"),
    CPU_OFTEN("r31", "code_ptr"),
    CP0("status"),
    CPU("lo"),
    CPU("hi"),
    CP0("badvaddr"),
    CP0("cause"),
    CPU_OFTEN("pc", "code_ptr"),
    F("f0"),
    F("f1"),
    F("f2"),
    F("f3"),
    F("f4"),
    F("f5"),
    F("f6"),
    F("f7"),
    F("f8"),
    F("f9"),
    F("f10"),
    F("f11"),
    F("f12"),
    F("f13"),
    F("f14"),
    F("f15"),
    F("f16"),
    F("f17"),
    F("f18"),
    F("f19"),
    F("f20"),
    F("f21"),
    F("f22"),
    F("f23"),
    F("f24"),
    F("f25"),
    F("f26"),
    F("f27"),
    F("f28"),
    F("f29"),
    F("f30"),
    F("f31"),
    FPU("fcsr", "int"),
    FPU("fir", "int"),
    OURS("index"),
    OURS("random"),
    OURS("entrylo"),
    OURS("context"),
    OURS("entryhi"),
    OURS("epc"),
    OURS("prid"),
    OURS("count"),
    OURS("compare"),
    OURS("asid"),
};

enum {
    VMM_DEBUG_REG_ASID = MIPS_REG_COMPARE + 1,
};

_Static_assert(ARRAY_LEN(vmm_debug_regs) == VMM_DEBUG_REG_ASID + 1, "one for each number");

static const char *vmm_debug_fixed(void *ctx)
{
    const struct vmm_debug *d = ctx;
    return vmm_past_machine(d->past) ? "the past cannot be changed" : NULL;
}

static bool vmm_debug_reg_read(void *ctx, unsigned thread, unsigned reg, u8 *value)
{
    const struct vmm_debug *d = ctx;
    const struct mips *c = &vmm_debug_seen(d)->cpu[thread]->mips;
    if (!mips_reg_exists(c, reg))
        return false;
    u32 v = reg == VMM_DEBUG_REG_ASID ? bits_get(c->entryhi, 6, 6) : mips_reg_read(c, reg);
    if (c->big)
        store_be32(value, v);
    else
        store_le32(value, v);
    return true;
}

/* Only the present can be changed; then the way there from the past is lost. */
static bool vmm_debug_may_change(struct vmm_debug *d)
{
    if (vmm_past_machine(d->past))
        return false;
    vmm_debug_changes(d);
    return true;
}

static bool vmm_debug_reg_write(void *ctx, unsigned thread, unsigned reg, const u8 *value)
{
    struct vmm_debug *d = ctx;
    struct mips *c = &d->m->cpu[thread]->mips;
    u32 v = c->big ? load_be32(value) : load_le32(value);
    if (!vmm_debug_may_change(d))
        return false;
    if (reg == VMM_DEBUG_REG_ASID)
        return v < ASIDS &&
               mips_reg_write(c, MIPS_REG_ENTRYHI, (c->entryhi & ~(ASIDS - 1u) << 6) | v << 6);
    return mips_reg_write(c, reg, v);
}

/* ---- memory ---- */

/* With or without its sign extended. */
static bool vmm_debug_va(u64 addr, gva *va)
{
    *va = (gva)addr;
    return addr >> 32 == 0 || addr >> 31 == 0x1ffffffff;
}

/* A thread's own code is always seen as it sees it, whatever space was chosen: from it GDB finds
 * out where a step ends. */
static bool vmm_debug_chosen(const struct mips *c, const struct debug_place *p)
{
    bool own = mips_user_mode(c) && (c->pc ^ (gva)p->addr) < MEM_PAGE;
    return p->view == DEBUG_SPACE && !own;
}

static struct mips_view vmm_debug_view(const struct mips *c, const struct debug_place *p)
{
    return (struct mips_view){.asid = vmm_debug_chosen(c, p) ? (int)p->space : MIPS_ASID_CURRENT};
}

/* A page of another address space may be known to another CPU's TLB only. */
static u32 vmm_debug_mem_read(void *ctx, const struct debug_place *p, u8 *data, u32 len)
{
    const struct vmm_debug *d = ctx;
    const struct machine *m = vmm_debug_seen(d);
    gva va;
    if (p->view == DEBUG_PHYSICAL)
        return mips_peek_physical(&m->cpu[p->thread]->mips, p->addr, data, len);
    if (!vmm_debug_va(p->addr, &va))
        return 0;
    struct mips_view view = vmm_debug_view(&m->cpu[p->thread]->mips, p);
    u32 done = mips_peek(&m->cpu[p->thread]->mips, view, va, data, len);
    for (unsigned i = 0; view.asid >= 0 && i < m->ncpus && done < len; i++) {
        u32 n = mips_peek(&m->cpu[i]->mips, view, va + done, data + done, len - done);
        done += n;
        i = n ? ~0u : i; /* from the first again */
    }
    return done;
}

static u32 vmm_debug_mem_write(void *ctx, const struct debug_place *p, const u8 *data, u32 len)
{
    struct vmm_debug *d = ctx;
    struct machine *m = d->m;
    gva va;
    if (!vmm_debug_may_change(d))
        return 0;
    if (p->view == DEBUG_PHYSICAL)
        return mips_poke_physical(&m->cpu[p->thread]->mips, p->addr, data, len);
    if (!vmm_debug_va(p->addr, &va))
        return 0;
    struct mips_view view = vmm_debug_view(&m->cpu[p->thread]->mips, p);
    u32 done = mips_poke(&m->cpu[p->thread]->mips, view, va, data, len);
    for (unsigned i = 0; view.asid >= 0 && i < m->ncpus && done < len; i++) {
        u32 n = mips_poke(&m->cpu[i]->mips, view, va + done, data + done, len - done);
        done += n;
        i = n ? ~0u : i;
    }
    return done;
}

/* GDB extends the sign of a MIPS's addresses. */
static u64 vmm_debug_gdb_address(gva va)
{
    return (u64)(i64)(i32)va;
}

/* kuseg and kseg2, which the TLB decides about; then each memory in kseg0 and in kseg1. */
static bool vmm_debug_mem_range(void *ctx, unsigned n, struct debug_range *r)
{
    const struct vmm_debug *d = ctx;
    const struct mem *mem = vmm_debug_seen(d)->mem;
    *r = (struct debug_range){.start = vmm_debug_gdb_address(n ? MIPS_KSEG2 : 0),
                              .len = n ? ~MIPS_KSEG2 + 1 : MIPS_KSEG0};
    if (n < 2)
        return true;
    n -= 2;
    for (unsigned i = 0; i < mem->nregions; i++) {
        const struct mem_region *region = &mem->region[i];
        if (region->kind == MEM_MMIO || region->base + region->size > MIPS_UNMAPPED_SIZE)
            continue;
        if (n < 2) {
            r->start = vmm_debug_gdb_address((n ? MIPS_KSEG1 : MIPS_KSEG0) + (gva)region->base);
            r->len = region->size;
            r->rom = region->kind == MEM_ROM;
            return true;
        }
        n -= 2;
    }
    return false;
}

/* ---- points ---- */

static int vmm_debug_asid(const struct debug_point *p)
{
    return p->space == DEBUG_ANY_SPACE ? MIPS_ASID_ANY : (int)p->space;
}

static struct vmm_debug_break *vmm_debug_find(const struct vmm_debug *d, gva va, int asid)
{
    for (unsigned i = 0; i < d->nbrk; i++)
        if (d->brk[i].va == va && d->brk[i].asid == asid)
            return &d->brk[i];
    return NULL;
}

enum debug_point_kind vmm_debug_target_break_kind(const struct vmm_debug *d, gva va)
{
    for (unsigned i = 0; i < d->nbrk; i++)
        if (d->brk[i].va == va && d->brk[i].soft)
            return DEBUG_BREAK_SOFT;
    return DEBUG_BREAK_HARD;
}

static enum err vmm_debug_insert_break(struct vmm_debug *d, gva va, int asid, bool soft,
                                       struct error *e)
{
    struct vmm_debug_break *b = vmm_debug_find(d, va, asid);
    if (!b) {
        if (!mips_debug_add_break(d->m->code, va, asid))
            return err_set(e, ERR_LIMIT, "there cannot be a breakpoint at 0x%08x%s", va,
                           va & 3 ? ", which is no multiple of 4" : ": there are too many");
        d->brk = xrealloc(d->brk, (d->nbrk + 1) * sizeof *d->brk);
        b = &d->brk[d->nbrk++];
        *b = (struct vmm_debug_break){.va = va, .asid = asid};
    }
    b->soft |= soft;
    b->hard |= !soft;
    return ERR_OK;
}

static void vmm_debug_remove_break(struct vmm_debug *d, gva va, int asid, bool soft)
{
    struct vmm_debug_break *b = vmm_debug_find(d, va, asid);
    if (!b)
        return;
    b->soft &= !soft;
    b->hard &= soft;
    if (b->soft || b->hard)
        return;
    (void)mips_debug_remove_break(d->m->code, va, asid);
    *b = d->brk[--d->nbrk];
}

static struct mips_watch vmm_debug_watch(const struct debug_point *p, gva va)
{
    static const enum mips_watch_kind kinds[] = {[DEBUG_WATCH_WRITE] = MIPS_WATCH_WRITE,
                                                 [DEBUG_WATCH_READ] = MIPS_WATCH_READ,
                                                 [DEBUG_WATCH_ACCESS] = MIPS_WATCH_ACCESS};
    return (struct mips_watch){
        .at = va, .len = (u32)p->len, .kind = kinds[p->kind], .asid = vmm_debug_asid(p)};
}

static enum err vmm_debug_insert(void *ctx, const struct debug_point *p, struct error *e)
{
    struct vmm_debug *d = ctx;
    gva va;
    if (!vmm_debug_va(p->addr, &va) || p->len > UINT32_MAX)
        return err_set(e, ERR_LIMIT, "addresses have 32 bits");
    struct mips_watch w = vmm_debug_watch(p, va);
    enum err err = ERR_OK;
    if (p->kind <= DEBUG_BREAK_HARD)
        err = vmm_debug_insert_break(d, va, vmm_debug_asid(p), p->kind == DEBUG_BREAK_SOFT, e);
    else if (!mips_debug_add_watch(d->m->code, &w))
        err = err_set(e, ERR_LIMIT, "no more than %d watchpoints, of at least a byte",
                      MIPS_DEBUG_WATCHES);
    if (d->past)
        vmm_past_points(d->past);
    return err;
}

static void vmm_debug_remove(void *ctx, const struct debug_point *p)
{
    struct vmm_debug *d = ctx;
    struct mips_watch w = vmm_debug_watch(p, (gva)p->addr);
    if (p->kind <= DEBUG_BREAK_HARD)
        vmm_debug_remove_break(d, (gva)p->addr, vmm_debug_asid(p), p->kind == DEBUG_BREAK_SOFT);
    else
        (void)mips_debug_remove_watch(d->m->code, &w);
    if (d->past)
        vmm_past_points(d->past);
}

/* ---- threads and address spaces ---- */

static bool vmm_debug_alive(void *ctx, unsigned thread)
{
    const struct vmm_debug *d = ctx;
    return thread < vmm_debug_seen(d)->ncpus &&
           (!thread || vmm_debug_seen(d)->cpu[thread]->enabled);
}

static void vmm_debug_thread_name(void *ctx, unsigned thread, struct buf *out)
{
    (void)ctx;
    buf_printf(out, "cpu%u", thread);
}

static void vmm_debug_thread_extra(void *ctx, unsigned thread, struct buf *out)
{
    const struct vmm_debug *d = ctx;
    const struct vcpu *v = vmm_debug_seen(d)->cpu[thread];
    buf_printf(out, "%s mode, asid %u%s", mips_user_mode(&v->mips) ? "user" : "kernel",
               bits_get(v->mips.entryhi, 6, 6), vcpu_idle(v) ? ", waits for an interrupt" : "");
}

static bool vmm_debug_covers(void *ctx, u64 addr)
{
    gva va;
    (void)ctx;
    return vmm_debug_va(addr, &va) && mips_is_kuseg(va);
}

static unsigned vmm_debug_pages(const struct mips *c, u32 asid)
{
    unsigned n = 0;
    for (unsigned i = 0; i < MIPS_TLB_SIZE; i++)
        n += (c->tlb_lo[i] & MIPS_LO_V) && bits_get(c->tlb_hi[i], 6, 6) == asid &&
             mips_is_kuseg(c->tlb_hi[i]);
    return n;
}

static void vmm_debug_list_spaces(void *ctx, struct buf *out)
{
    const struct vmm_debug *d = ctx;
    for (u32 asid = 0; asid < ASIDS; asid++) {
        unsigned pages = 0, at = 0;
        for (unsigned i = 0; i < vmm_debug_seen(d)->ncpus; i++) {
            pages += vmm_debug_pages(&vmm_debug_seen(d)->cpu[i]->mips, asid);
            at += vmm_debug_seen(d)->cpu[i]->enabled &&
                  bits_get(vmm_debug_seen(d)->cpu[i]->mips.entryhi, 6, 6) == asid;
        }
        if (!pages && !at)
            continue;
        buf_printf(out, "  asid %2u: %u page%s in TLBs%s", asid, pages, pages == 1 ? "" : "s",
                   at ? ", current on" : "");
        for (unsigned i = 0; i < vmm_debug_seen(d)->ncpus; i++)
            if (vmm_debug_seen(d)->cpu[i]->enabled &&
                bits_get(vmm_debug_seen(d)->cpu[i]->mips.entryhi, 6, 6) == asid)
                buf_printf(out, " cpu%u", i);
        buf_printf(out, "\n");
    }
}

void vmm_debug_target_init(struct vmm_debug *d, struct debug_target_ops *ops)
{
    ops->alive = vmm_debug_alive;
    ops->thread_name = vmm_debug_thread_name;
    ops->thread_extra = vmm_debug_thread_extra;
    ops->fixed = vmm_debug_fixed;
    ops->reg_read = vmm_debug_reg_read;
    ops->reg_write = vmm_debug_reg_write;
    ops->mem_read = vmm_debug_mem_read;
    ops->mem_write = vmm_debug_mem_write;
    ops->mem_range = vmm_debug_mem_range;
    ops->insert = vmm_debug_insert;
    ops->remove = vmm_debug_remove;
    d->target = (struct debug_target){.ctx = d,
                                      .arch = "mips:3000",
                                      .big = d->m->cpu[0]->mips.big,
                                      .watch_before = true,
                                      .nthreads = d->m->ncpus,
                                      .reg = vmm_debug_regs,
                                      .nregs = ARRAY_LEN(vmm_debug_regs),
                                      .pc = MIPS_REG_PC,
                                      .spaces = {.name = "asid",
                                                 .count = ASIDS,
                                                 .covers = vmm_debug_covers,
                                                 .list = vmm_debug_list_spaces},
                                      .command = vmm_debug_monitor_commands,
                                      .ncommands = vmm_debug_monitor_ncommands};
}
