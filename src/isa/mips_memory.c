/* SPDX-License-Identifier: ISC */
/*
 * From virtual addresses to memory and device registers: segments, the 64-entry TLB, and the
 * software TLB that remembers both for the engines' fast paths. This is the slow path: whatever
 * the fast path does not know comes here.
 *
 * The software TLB only ever holds RAM pages (and ROM for reading), and only lets a store through
 * when the page is marked dirty and holds no code.
 */
#include "isa/mips_int.h"

/* fault_va is what BadVAddr shows. */
static inline bool mips_memory_translate(struct mips *c, gva va, gva fault_va, bool store, gpa *pa)
{
    if (!mips_is_kuseg(va)) {
        if (mips_user_mode(c)) {
            mips_raise_at(c, store ? MIPS_EXC_ADES : MIPS_EXC_ADEL, fault_va);
            return false;
        }
        if (mips_is_unmapped(va)) {
            *pa = mips_unmapped_physical(va);
            return true;
        }
    }
    int i = mips_tlb_find(c, va);
    enum mips_exc exc = store ? MIPS_EXC_TLBS : MIPS_EXC_TLBL;
    if (i < 0 && mips_is_kuseg(va)) {
        mips_raise_refill(c, store, fault_va);
        return false;
    }
    u32 lo = i < 0 ? 0 : c->tlb_lo[i];
    c->spread |= i < 0 ? 0 : 1ull << i;
    if (!(lo & MIPS_LO_V)) {
        mips_raise_tlb(c, exc, fault_va);
        return false;
    }
    if (store && !(lo & MIPS_LO_D)) {
        mips_raise_tlb(c, MIPS_EXC_MOD, fault_va);
        return false;
    }
    *pa = (lo & ~(MEM_PAGE - 1)) | (va & (MEM_PAGE - 1));
    return true;
}

bool mips_translate_data(struct mips *c, gva va, gva fault_va, bool store, gpa *pa)
{
    return mips_memory_translate(c, va, fault_va, store, pa);
}

static struct mips_stlb *mips_memory_stlb_slot(struct mips *c, gva va)
{
    return mips_stlb_slot_for(c, va, c->tag_low);
}

/* The tag under which accesses to va are looked up now. */
static u32 mips_memory_stlb_tag(const struct mips *c, gva va)
{
    return (va & ~(MEM_PAGE - 1)) | c->tag_low;
}

static inline void mips_memory_stlb_enter(struct mips *c, gva va, const u8 *host, bool write)
{
    struct mips_stlb *e = mips_memory_stlb_slot(c, va);
    u32 tag = mips_memory_stlb_tag(c, va);
    uintptr_t addend = (uintptr_t)host - (va & ~(MEM_PAGE - 1));
    if (e->rtag != tag || e->addend != addend)
        e->wtag = MIPS_STLB_EMPTY;
    e->rtag = tag;
    e->addend = addend;
    if (write)
        e->wtag = tag;
}

static COLD void mips_memory_stlb_fill_special(struct mips *c, gva va, gpa pa, const u8 *host,
                                               bool write)
{
    unsigned watched = mips_debug_page_watches(c, va, pa);
    if (!(c->tag_low & MIPS_STLB_BYPASS) && !(watched & MIPS_WATCH_READ))
        mips_memory_stlb_enter(c, va, host, write && !watched);
}

static inline void mips_memory_stlb_fill(struct mips *c, gva va, gpa pa, const u8 *host, bool write)
{
    if (unlikely(c->tag_low & MIPS_STLB_SPECIAL)) {
        mips_memory_stlb_fill_special(c, va, pa, host, write);
        return;
    }
    mips_memory_stlb_enter(c, va, host, write);
    mips_by_page_enter(c, va, (uintptr_t)host - (va & ~(MEM_PAGE - 1)), write);
}

void mips_stlb_flush(struct mips *c)
{
    mips_by_page_forget_all(c);
    for (unsigned i = 0; i < MIPS_STLB_SIZE; i++) {
        c->stlb[i].rtag = c->stlb[i].wtag = MIPS_STLB_EMPTY;
        c->ftlb[i].tag = MIPS_STLB_EMPTY;
        c->ftlb[i].page = NULL;
    }
}

/* Others that share the slot stay: what is forgotten without need is looked up again by C. */
static inline void mips_memory_flush_slots(struct mips *c, gva va, u32 tag_low)
{
    struct mips_stlb *e = mips_stlb_slot_for(c, va, tag_low);
    struct mips_ftlb *f = mips_ftlb_slot_for(c, va, tag_low);
    if ((e->rtag ^ va) < MEM_PAGE)
        e->rtag = e->wtag = MIPS_STLB_EMPTY;
    if ((f->tag ^ va) < MEM_PAGE)
        f->tag = MIPS_STLB_EMPTY;
}

void mips_stlb_flush_page(struct mips *c, u32 hi, bool all)
{
    gva va = hi & ~(MEM_PAGE - 1);
    u32 first = all ? 0 : bits_get(hi, 6, 6), last = all ? 63 : first;
    mips_by_page_forget(c, hi);
    for (u32 asid = first; asid <= last; asid++) {
        mips_memory_flush_slots(c, va, asid << 2);
        mips_memory_flush_slots(c, va, asid << 2 | MIPS_STLB_USER);
    }
}

void mips_stlb_flush_writes(struct mips *c)
{
    mips_by_page_forget_writes(c);
    for (unsigned i = 0; i < MIPS_STLB_SIZE; i++)
        c->stlb[i].wtag = MIPS_STLB_EMPTY;
}

static bool mips_memory_bus_error(struct mips *c)
{
    mips_raise(c, MIPS_EXC_DBE);
    return false;
}

static bool mips_memory_load_at(struct mips *c, gva va, gpa pa, unsigned size, u32 *val)
{
    const struct mem_region *r = mem_find(c->mem, pa);
    if (!r)
        return mips_memory_bus_error(c);
    if (r->kind == MEM_MMIO) {
        struct mem_access a = {.cpu = c->number, .size = (u8)size};
        c->resync = true;
        return mem_read(c->mem, a, c->big, pa, val) || mips_memory_bus_error(c);
    }
    u8 *host = r->host + (pa - r->base);
    mips_memory_stlb_fill(c, va, pa, host - (pa & (MEM_PAGE - 1)), false);
    *val = mem_load(host, size, c->big);
    return true;
}

/* Where a translated access goes while tag_low is special. */
enum memory_way {
    WAY_TO_MEMORY,
    WAY_TO_CACHE, /* the isolated one */
    WAY_BARRED,   /* a debugger watches these bytes: the run ends before the instruction */
};

static enum memory_way mips_memory_way(struct mips *c, gva va, gpa pa, u32 len,
                                       enum mips_watch_kind by)
{
    if (c->tag_low & MIPS_STLB_BYPASS)
        return WAY_TO_CACHE;
    return mips_debug_stops_access(c, va, pa, len, by) ? WAY_BARRED : WAY_TO_MEMORY;
}

static COLD bool mips_memory_load_special(struct mips *c, gva va, gpa pa, unsigned size, u32 *val)
{
    enum memory_way way = mips_memory_way(c, va, pa, size, MIPS_WATCH_READ);
    if (way == WAY_TO_MEMORY)
        return mips_memory_load_at(c, va, pa, size, val);
    *val = way == WAY_TO_CACHE ? mips_cache_load(c, pa, size) : 0;
    return way == WAY_TO_CACHE;
}

bool mips_load(struct mips *c, gva va, unsigned size, u32 *val)
{
    gpa pa;
    if (va & (size - 1)) {
        mips_raise_at(c, MIPS_EXC_ADEL, va);
        return false;
    }
    if (!mips_translate_data(c, va, va, false, &pa))
        return false;
    if (unlikely(c->tag_low & MIPS_STLB_SPECIAL))
        return mips_memory_load_special(c, va, pa, size, val);
    return mips_memory_load_at(c, va, pa, size, val);
}

static bool mips_memory_store_at(struct mips *c, gva va, gpa pa, unsigned size, u32 val)
{
    const struct mem_region *r = mem_find(c->mem, pa);
    struct mem_access a = {.cpu = c->number, .size = (u8)size};
    if (!r)
        return mips_memory_bus_error(c);
    if (r->kind != MEM_RAM) {
        c->resync = true;
        return mem_write(c->mem, a, c->big, pa, val) || mips_memory_bus_error(c);
    }
    if (!mem_write(c->mem, a, c->big, pa, val))
        return mips_memory_bus_error(c);
    u64 off = pa - r->base;
    if (!(r->page_flags[off >> MEM_PAGE_SHIFT] & MEM_PAGE_CODE))
        mips_memory_stlb_fill(c, va, pa, r->host + (off & ~(u64)(MEM_PAGE - 1)), true);
    return true;
}

static COLD bool mips_memory_store_special(struct mips *c, gva va, gpa pa, unsigned size, u32 val)
{
    enum memory_way way = mips_memory_way(c, va, pa, size, MIPS_WATCH_WRITE);
    if (way == WAY_TO_MEMORY)
        return mips_memory_store_at(c, va, pa, size, val);
    if (way == WAY_TO_CACHE)
        mips_cache_store(c, pa, size, val);
    return way == WAY_TO_CACHE;
}

bool mips_store(struct mips *c, gva va, unsigned size, u32 val)
{
    gpa pa;
    if (va & (size - 1)) {
        mips_raise_at(c, MIPS_EXC_ADES, va);
        return false;
    }
    if (!mips_translate_data(c, va, va, true, &pa))
        return false;
    if (unlikely(c->tag_low & MIPS_STLB_SPECIAL))
        return mips_memory_store_special(c, va, pa, size, val);
    return mips_memory_store_at(c, va, pa, size, val);
}

/* ---- for a translator, while no access is special ---- */

/* NULL: an exception was raised, or c->step set where nothing is. */
static inline const struct mem_region *mips_memory_plain(struct mips *c, gva va, unsigned size,
                                                         bool store, gpa *pa)
{
    if (va & (size - 1)) {
        mips_raise_at(c, store ? MIPS_EXC_ADES : MIPS_EXC_ADEL, va);
        return NULL;
    }
    if (!mips_memory_translate(c, va, va, store, pa))
        return NULL;
    const struct mem_region *r = mem_find(c->mem, *pa);
    c->step |= !r;
    return r;
}

/* Which register the load at pc is for: asked first, because the device may change the code. */
static u32 *mips_memory_load_to(struct mips *c)
{
    gpa pa;
    const u8 *p = mips_translate(c, c->pc, &pa) ? mem_ram_ptr(c->mem, pa, 4) : NULL;
    u32 word = p ? mem_load(p, 4, c->big) : 0, rt = bits_get(word, 16, 5);
    if (word >> 26 == mips_ops[MIPS_OP_lwc1].match >> 26)
        return &c->fpr[rt];
    return &c->r[rt ? rt : MIPS_SINK];
}

static bool mips_memory_device_load(struct mips *c, const struct mem_region *r, gpa pa,
                                    unsigned size, u32 *val)
{
    struct mem_access a = {.cpu = c->number, .size = (u8)size};
    c->load_to = mips_memory_load_to(c);
    c->resync = false;
    return r->ops->read(r->dev, a, (u32)(pa - r->base), val) || mips_memory_bus_error(c);
}

bool mips_load_memory(struct mips *c, gva va, unsigned size, u32 *val)
{
    gpa pa;
    const struct mem_region *r = mips_memory_plain(c, va, size, false, &pa);
    if (!r)
        return false;
    if (r->kind == MEM_MMIO)
        return mips_memory_device_load(c, r, pa, size, val);
    const u8 *host = r->host + (pa - r->base);
    mips_memory_stlb_fill(c, va, pa, host - (pa & (MEM_PAGE - 1)), false);
    *val = mem_load(host, size, c->big);
    return true;
}

static bool mips_memory_device_store(struct mips *c, const struct mem_region *r, gpa pa,
                                     unsigned size, u32 val)
{
    struct mem_access a = {.cpu = c->number, .size = (u8)size};
    u32 tracing = c->trace->on;
    c->resync = false;
    bool ok = r->ops->write(r->dev, a, (u32)(pa - r->base), val);
    c->resync |= c->trace->on != tracing;
    return ok || mips_memory_bus_error(c);
}

bool mips_store_memory(struct mips *c, gva va, unsigned size, u32 val)
{
    gpa pa;
    const struct mem_region *r = mips_memory_plain(c, va, size, true, &pa);
    if (!r)
        return false;
    if (r->kind == MEM_MMIO)
        return mips_memory_device_store(c, r, pa, size, val);
    u64 off = pa - r->base;
    u32 page = (u32)(off >> MEM_PAGE_SHIFT);
    bool code = r->page_flags[page] & MEM_PAGE_CODE;
    if (r->kind == MEM_RAM &&
        !(code && mips_code_is_at(c->code, r->first_page + page, off % MEM_PAGE)))
        return mips_memory_store_at(c, va, pa, size, val);
    c->step = true;
    return false;
}

/* Where to fetch va from; raises what the fetch raises. */
static bool mips_memory_fetch_address(struct mips *c, gva va, gpa *pa)
{
    if (va & 3) {
        mips_raise_at(c, MIPS_EXC_ADEL, va);
        return false;
    }
    return mips_translate_data(c, va, va, false, pa);
}

/* NULL: an exception was raised. */
struct mips_code_page *mips_fetch_page(struct mips *c, gva va)
{
    gpa pa;
    if (!mips_memory_fetch_address(c, va, &pa))
        return NULL;
    struct mips_code_page *page = mips_code_page_at(c, pa);
    if (!page) {
        mips_raise(c, MIPS_EXC_IBE);
        return NULL;
    }
    if (unlikely(c->code->breaks))
        page = mips_code_mark(c, page, va);
    struct mips_ftlb *e = mips_ftlb_slot(c, va);
    e->tag = mips_memory_stlb_tag(c, va) & ~(u32)MIPS_STLB_BYPASS;
    e->page = page;
    return page;
}

bool mips_fetch(struct mips *c, gva va, u32 *word)
{
    gpa pa;
    if (!mips_memory_fetch_address(c, va, &pa))
        return false;
    const u8 *p = mem_ram_ptr(c->mem, pa, 4);
    if (!p) {
        mips_raise(c, MIPS_EXC_IBE);
        return false;
    }
    *word = mem_load(p, 4, c->big);
    return true;
}

/* ---- unaligned pairs: the aligned word around the address, and how far into it ---- */

static gva mips_memory_unaligned_va(const struct mips *cx, const struct mips_insn *in)
{
    return cx->r[in->rs] + in->imm;
}

/* Bytes of the word from its most significant end up to the addressed byte. */
static unsigned mips_memory_unaligned_byte(const struct mips *c, gva va)
{
    return c->big ? va & 3 : 3 - (va & 3);
}

/* n bytes from first are used, of the word around va. */
static bool mips_memory_unaligned_load(struct mips *c, gva va, gva first, unsigned n, u32 *word)
{
    gpa pa;
    if (!mips_translate_data(c, va & ~3u, va, false, &pa))
        return false;
    if (unlikely(c->tag_low & MIPS_STLB_SPECIAL)) {
        gpa touched = (pa & ~(gpa)3) | (first & 3);
        enum memory_way way = mips_memory_way(c, first, touched, n, MIPS_WATCH_READ);
        *word = way == WAY_TO_CACHE ? mips_cache_load(c, touched & ~(gpa)3, 4) : 0;
        if (way != WAY_TO_MEMORY)
            return way == WAY_TO_CACHE;
    }
    return mips_memory_load_at(c, va & ~3u, pa, 4, word);
}

MIPS_HELPER(mips_lwl)
{
    gva va = mips_memory_unaligned_va(cx, in);
    u32 word;
    unsigned skip = mips_memory_unaligned_byte(cx, va);
    if (!mips_memory_unaligned_load(cx, va, cx->big ? va : va & ~3u, 4 - skip, &word))
        return false;
    unsigned shift = skip * 8;
    u32 kept = shift ? cx->r[in->rt] & (0xffffffffu >> (32 - shift)) : 0;
    cx->r[in->rt] = word << shift | kept;
    return true;
}

MIPS_HELPER(mips_lwr)
{
    gva va = mips_memory_unaligned_va(cx, in);
    u32 word;
    unsigned last = mips_memory_unaligned_byte(cx, va);
    if (!mips_memory_unaligned_load(cx, va, cx->big ? va & ~3u : va, last + 1, &word))
        return false;
    unsigned shift = (3 - last) * 8;
    u32 kept = shift ? cx->r[in->rt] & (0xffffffffu << (32 - shift)) : 0;
    cx->r[in->rt] = word >> shift | kept;
    return true;
}

/* Stores the n most significant (first..) bytes of v, one at a time, lowest address first. */
static bool mips_memory_unaligned_store(struct mips *c, gva va, gva first, unsigned n, u32 bytes_be)
{
    gpa pa;
    if (!mips_translate_data(c, va & ~3u, va, true, &pa))
        return false;
    if (unlikely(c->tag_low & MIPS_STLB_SPECIAL)) {
        gpa touched = (pa & ~(gpa)3) | (first & 3);
        enum memory_way way = mips_memory_way(c, first, touched, n, MIPS_WATCH_WRITE);
        if (way == WAY_TO_CACHE)
            mips_cache_store(c, touched, 1, 0);
        if (way != WAY_TO_MEMORY)
            return way == WAY_TO_CACHE;
    }
    for (unsigned i = 0; i < n; i++) {
        gva at = first + i;
        unsigned shift = 24 - 8 * i;
        if (!mips_memory_store_at(c, at, (pa & ~(gpa)3) | (at & 3), 1,
                                  bits_get(bytes_be, shift, 8)))
            return false;
    }
    return true;
}

MIPS_HELPER(mips_swl)
{
    gva va = mips_memory_unaligned_va(cx, in);
    u32 v = cx->r[in->rt];
    unsigned n = 4 - mips_memory_unaligned_byte(cx, va);
    if (cx->big)
        return mips_memory_unaligned_store(cx, va, va, n, v);
    /* little-endian: the most significant byte lies at va, the others below it */
    return mips_memory_unaligned_store(cx, va, va & ~3u, n, __builtin_bswap32(v) << (8 * (4 - n)));
}

MIPS_HELPER(mips_swr)
{
    gva va = mips_memory_unaligned_va(cx, in);
    u32 v = cx->r[in->rt];
    unsigned n = mips_memory_unaligned_byte(cx, va) + 1;
    if (cx->big)
        return mips_memory_unaligned_store(cx, va, va & ~3u, n, v << (8 * (4 - n)));
    return mips_memory_unaligned_store(cx, va, va, n, __builtin_bswap32(v));
}

/* ---- LL and SC: the reservation is an address and the value found there ---- */

MIPS_HELPER(mips_ll)
{
    gva va = cx->r[in->rs] + in->imm;
    u32 word;
    gpa pa;
    if (!mips_load(cx, va, 4, &word))
        return false;
    if (!mips_translate(cx, va, &pa))
        return false;
    cx->ll = true;
    cx->ll_addr = (u32)pa;
    cx->ll_value = word;
    cx->stats.lls++;
    cx->r[in->rt] = word;
    return true;
}

/* Looked at without asking a device, which might notice. */
static bool mips_memory_sc_may_store(const struct mips *cx, gpa pa)
{
    const u8 *p = mem_ram_ptr(cx->mem, pa, 4);
    return !p || mem_load(p, 4, cx->big) == cx->ll_value;
}

/* 0: failed, 1: stored, -1: exception, or a debugger's stop */
static int mips_memory_sc_attempt(struct mips *cx, gva va, u32 v)
{
    gpa pa;
    u32 word;
    if (!cx->ll)
        return 0;
    if (va & 3) {
        mips_raise_at(cx, MIPS_EXC_ADES, va);
        return -1;
    }
    if (!mips_translate_data(cx, va, va, true, &pa))
        return -1;
    if (cx->ll_addr != (u32)pa)
        return 0;
    if (unlikely(cx->tag_low & MIPS_STLB_WATCH) && mips_memory_sc_may_store(cx, pa) &&
        mips_debug_stops_access(cx, va, pa, 4, MIPS_WATCH_WRITE))
        return -1;
    if (!mips_memory_load_at(cx, va, pa, 4, &word))
        return -1;
    if (word != cx->ll_value)
        return 0;
    return mips_memory_store_at(cx, va, pa, 4, v) ? 1 : -1;
}

MIPS_HELPER(mips_sc)
{
    u32 v = in->rt == MIPS_SINK ? 0 : cx->r[in->rt];
    int done = mips_memory_sc_attempt(cx, cx->r[in->rs] + in->imm, v);
    if (done < 0)
        return false;
    if (done)
        cx->stats.scs_ok++;
    else
        cx->stats.scs_failed++;
    cx->r[in->rt] = (u32)done;
    return true;
}
