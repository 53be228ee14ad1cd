/* SPDX-License-Identifier: ISC */
/*
 * The 64-entry TLB and its instructions. Looked up in software on every miss of the software TLB,
 * so the entries are chained by a hash of their page.
 *
 * Of several matching entries the lowest counts, where the R3000 shuts down; System/161's CPU
 * stops as soon as such entries are loaded.
 */
#include "isa/mips_int.h"
#include "isa/mips_text.h"

static void mips_tlb_index_insert(struct mips *c, unsigned i)
{
    struct mips_tlb_index *x = &c->tlb_index;
    u8 *head = &x->head[mips_tlb_bucket(c->tlb_hi[i])];
    x->next[i] = *head;
    *head = (u8)i;
}

static void mips_tlb_index_remove(struct mips *c, unsigned i)
{
    struct mips_tlb_index *x = &c->tlb_index;
    u8 *link = &x->head[mips_tlb_bucket(c->tlb_hi[i])];
    while (*link != i)
        link = &x->next[*link];
    *link = x->next[i];
}

void mips_tlb_reindex(struct mips *c)
{
    memset(c->tlb_index.head, MIPS_TLB_NONE, sizeof c->tlb_index.head);
    for (unsigned i = 0; i < MIPS_TLB_SIZE; i++)
        mips_tlb_index_insert(c, i);
}

/* Does none of the chained entries match an address that one of these halves would? */
static bool mips_tlb_is_alone(const struct mips *c, u32 hi, u32 lo)
{
    for (u8 i = c->tlb_index.head[mips_tlb_bucket(hi)]; i != MIPS_TLB_NONE;
         i = c->tlb_index.next[i])
        if (mips_tlb_entry_overlaps(c, i, hi, lo))
            return false;
    return true;
}

static COLD void mips_tlb_trace_write(struct mips *c, unsigned index)
{
    char was[MIPS_TEXT], is[MIPS_TEXT];
    trace_print(c->trace, "cpu%u TLB[%u] = %s, was %s", c->number, index,
                mips_text_tlb(c->entryhi, c->entrylo, is),
                mips_text_tlb(c->tlb_hi[index], c->tlb_lo[index], was));
}

/* Why an access did not come through. */
COLD void mips_tlb_trace_fault(struct mips *c, gva va)
{
    char text[MIPS_TEXT], place[TRACE_PLACE];
    trace_print(c->trace, "cpu%u TLB fault for %08x at %08x%s: %s", c->number, va, c->pc,
                trace_place(c->trace, c->number, c->pc, place), mips_text_lookup(c, va, text));
}

static COLD bool mips_tlb_counts(const struct mips *c, unsigned i)
{
    return mips_tlb_find(c, c->tlb_hi[i]) == (int)i;
}

/* Takes from the software TLBs what they know of an entry. */
static inline void mips_tlb_forget(struct mips *c, unsigned i)
{
    u32 hi = c->tlb_hi[i];
    if (unlikely(c->spread & 1ull << i)) {
        c->spread &= ~(1ull << i);
        mips_stlb_flush_page(c, hi, c->tlb_lo[i] & MIPS_LO_G);
        return;
    }
    struct mips_stlb *e = &c->stlb[c->expected[i]];
    if (((e->rtag ^ hi) & ~(MEM_PAGE - 1)) == 0)
        e->rtag = e->wtag = MIPS_STLB_EMPTY;
    mips_by_page_forget(c, hi);
}

/* The code of a page for which there was no software TLB entry. */
static COLD void mips_tlb_expect_code(struct mips *c, unsigned i, u32 tag, u32 number)
{
    struct mips_code_page *page = c->code->page[number];
    struct mips_ftlb *e = mips_ftlb_slot_for(c, tag & ~(MEM_PAGE - 1), tag & (MEM_PAGE - 1));
    if (!page || c->code->breaks)
        return;
    c->spread |= 1ull << i;
    e->tag = tag;
    e->page = page;
}

/* May stores go to the page without C? */
static inline bool mips_tlb_is_writable(const struct mem_region *r, u8 flags, u32 lo)
{
    return !((flags ^ MEM_PAGE_DIRTY) | (~lo & MIPS_LO_D) | (r->kind ^ MEM_RAM));
}

/* What entry i, just written, says about its page, for the access that it was written for: which
 * the host can fetch while the handler returns. */
static inline void mips_tlb_expect(struct mips *c, unsigned i, u32 hi, u32 lo)
{
    gva va = hi & ~(MEM_PAGE - 1);
    gpa pa = lo & ~(gpa)(MEM_PAGE - 1);
    if (!(lo & MIPS_LO_V) || !mips_is_kuseg(va) || c->tag_low & MIPS_STLB_SPECIAL)
        return;
    const struct mem_region *r = mem_find(c->mem, pa);
    if (!r || r->kind == MEM_MMIO)
        return;
    u64 off = pa - r->base;
    u8 *host = r->host + off, flags = r->page_flags[off >> MEM_PAGE_SHIFT];
    bool write = mips_tlb_is_writable(r, flags, lo);
    u32 slot, tag = va | mips_tag_low_then(c, va, &slot);
    __builtin_prefetch(host + (c->badvaddr & (MEM_PAGE - 1)));
    c->stlb[slot] = (struct mips_stlb){
        .rtag = tag, .wtag = write ? tag : MIPS_STLB_EMPTY, .addend = (uintptr_t)host - va};
    c->expected[i] = (u16)slot;
    mips_by_page_expect(c, i, va, (uintptr_t)host - va, write);
    if (unlikely(flags & MEM_PAGE_CODE))
        mips_tlb_expect_code(c, i, tag, r->first_page + (u32)(off >> MEM_PAGE_SHIFT));
}

/* Where the entry is the first for its page, as a refill's is, no software TLB knows the page. */
static bool mips_tlb_write(struct mips *c, unsigned index)
{
    u32 hi = c->entryhi, lo = c->entrylo;
    if (trace_on(c->trace, TRACE_TLB))
        mips_tlb_trace_write(c, index);
    c->stats.tlb_writes++;
    mips_tlb_forget(c, index);
    mips_tlb_index_remove(c, index);
    bool alone = mips_tlb_is_alone(c, hi, lo);
    if (unlikely(!alone))
        mips_stlb_flush_page(c, hi, lo & MIPS_LO_G);
    c->tlb_hi[index] = hi;
    c->tlb_lo[index] = lo;
    mips_tlb_index_insert(c, index);
    if (likely(alone) || mips_tlb_counts(c, index))
        mips_tlb_expect(c, index, hi, lo);
    if (unlikely(!alone) && c->model->is161)
        mips_stop(c, "the kernel loaded two TLB entries that match the same address");
    return true;
}

MIPS_HELPER(mips_tlbwi)
{
    (void)in;
    return mips_cp0_usable(cx) && mips_tlb_write(cx, bits_get(cx->index, 8, 6));
}

MIPS_HELPER(mips_tlbwr)
{
    (void)in;
    return mips_cp0_usable(cx) && mips_tlb_write(cx, mips_random_at(cx, cx->retired));
}

MIPS_HELPER(mips_tlbr)
{
    (void)in;
    if (!mips_cp0_usable(cx))
        return false;
    unsigned i = bits_get(cx->index, 8, 6);
    cx->entryhi = cx->tlb_hi[i];
    cx->entrylo = cx->tlb_lo[i];
    mips_mode_changed(cx);
    char text[MIPS_TEXT];
    trace(cx->trace, TLB, "cpu%u TLB read [%u]: %s", cx->number, i,
          mips_text_tlb(cx->entryhi, cx->entrylo, text));
    return true;
}

MIPS_HELPER(mips_tlbp)
{
    (void)in;
    if (!mips_cp0_usable(cx))
        return false;
    int i = mips_tlb_find(cx, cx->entryhi);
    cx->index = i < 0 ? cx->index | 1u << 31 : (u32)i << 8;
    char text[MIPS_TEXT];
    trace(cx->trace, TLB, "cpu%u TLB probe %08x asid %u: [%d] %s", cx->number,
          cx->entryhi & ~(u32)(MEM_PAGE - 1), bits_get(cx->entryhi, 6, 6), i,
          i < 0 ? "no entry" : mips_text_tlb(cx->tlb_hi[i], cx->tlb_lo[i], text));
    return true;
}
