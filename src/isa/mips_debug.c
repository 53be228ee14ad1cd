/* SPDX-License-Identifier: ISC */
/*
 * Breakpoints and watchpoints: the table, and the questions that engines ask of it.
 *
 * Breakpoints are virtual, decoded code is physical. So a page of code gets its marks when it is
 * looked up for a virtual page (mips_fetch_page), which comes before any run of it from there; to
 * set one, it is enough to make the CPUs look up its page again. Watched pages never enter the
 * software TLB for the accesses that are watched, so that the slow path sees every one of them.
 */
#include "isa/mips_int.h"

static int mips_debug_asid(const struct mips *c)
{
    return (int)bits_get(c->entryhi, 6, 6);
}

static bool mips_debug_is_asid(int asid)
{
    return asid >= MIPS_ASID_ANY && asid < 64;
}

void mips_debug_tell(struct mips_code *code)
{
    code->breaks = code->debug.nbreaks;
    for (unsigned i = 0; i < code->ncpus; i++) {
        code->cpu[i]->watching = code->debug.nwatches;
        mips_mode_changed(code->cpu[i]);
    }
}

/* Does something bound to `asid` concern va as this CPU sees it? */
static bool mips_debug_in_space(const struct mips *c, gva va, int asid)
{
    return !mips_is_kuseg(va) || asid < 0 || asid == mips_debug_asid(c);
}

/* ---- breakpoints ---- */

/* The first that is not below. */
static unsigned mips_debug_find_break(const struct mips_debug *d, gva va, int asid)
{
    unsigned lo = 0, hi = d->nbreaks;
    while (lo < hi) {
        unsigned mid = (lo + hi) / 2;
        const struct mips_break *b = &d->brk[mid];
        if (b->va < va || (b->va == va && b->asid < asid))
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

static bool mips_debug_is_break(const struct mips_debug *d, unsigned i, gva va, int asid)
{
    return i < d->nbreaks && d->brk[i].va == va && d->brk[i].asid == asid;
}

bool mips_debug_add_break(struct mips_code *code, gva va, int asid)
{
    struct mips_debug *d = &code->debug;
    if (va % 4 || !mips_debug_is_asid(asid))
        return false;
    unsigned i = mips_debug_find_break(d, va, asid);
    if (mips_debug_is_break(d, i, va, asid))
        return true;
    if (d->nbreaks == MIPS_DEBUG_BREAKS)
        return false;
    memmove(&d->brk[i + 1], &d->brk[i], (d->nbreaks++ - i) * sizeof d->brk[0]);
    d->brk[i] = (struct mips_break){.va = va, .asid = asid};
    mips_debug_tell(code);
    for (unsigned k = 0; k < code->ncpus; k++)
        mips_stlb_flush_page(code->cpu[k], va, true);
    if (code->native) /* translated code goes from page to page without looking */
        mips_code_flush(code);
    return true;
}

bool mips_debug_remove_break(struct mips_code *code, gva va, int asid)
{
    struct mips_debug *d = &code->debug;
    unsigned i = mips_debug_find_break(d, va, asid);
    if (!mips_debug_is_break(d, i, va, asid))
        return false;
    memmove(&d->brk[i], &d->brk[i + 1], (--d->nbreaks - i) * sizeof d->brk[0]);
    mips_debug_tell(code);
    mips_code_unmark(code, va);
    return true;
}

bool mips_debug_page_breaks(const struct mips *c, gva va, u32 marks[32])
{
    const struct mips_debug *d = &c->code->debug;
    gva page = va & ~(MEM_PAGE - 1);
    bool any = false;
    if (!d->nbreaks)
        return false;
    memset(marks, 0, 32 * sizeof marks[0]);
    for (unsigned i = mips_debug_find_break(d, page, MIPS_ASID_ANY);
         i < d->nbreaks && d->brk[i].va - page < MEM_PAGE; i++) {
        if (!mips_debug_in_space(c, va, d->brk[i].asid))
            continue;
        u32 index = (d->brk[i].va - page) / 4;
        marks[index / 32] |= 1u << index % 32;
        any = true;
    }
    return any;
}

static bool mips_debug_has_break(const struct mips *c, gva va)
{
    const struct mips_debug *d = &c->code->debug;
    for (unsigned i = mips_debug_find_break(d, va, MIPS_ASID_ANY);
         i < d->nbreaks && d->brk[i].va == va; i++)
        if (mips_debug_in_space(c, va, d->brk[i].asid))
            return true;
    return false;
}

/* ---- stopping ---- */

static bool mips_debug_is_here(const struct mips *c)
{
    return c->pass.retired == c->retired && c->pass.pc == c->pc;
}

void mips_debug_pass(struct mips *c)
{
    c->pass =
        (struct mips_pass){.retired = c->retired, .pc = c->pc, .breaks = true, .watches = true};
}

/* The engine counts the attempt, as of an exception: that is taken back beforehand. */
static void mips_debug_stop(struct mips *c, enum mips_exit why, const struct mips_hit *hit)
{
    c->hit = *hit;
    c->pass = (struct mips_pass){
        .retired = c->retired, .pc = c->pc, .breaks = true, .watches = why == MIPS_EXIT_WATCH};
    c->halt = (u8)why;
    c->request = c->resync = true;
    c->retired--;
}

bool mips_debug_stops_at(struct mips *c)
{
    if (!mips_debug_has_break(c, c->pc) || (mips_debug_is_here(c) && c->pass.breaks))
        return false;
    mips_debug_stop(c, MIPS_EXIT_BREAK, &(struct mips_hit){.va = c->pc});
    return true;
}

/* ---- watchpoints ---- */

static bool mips_debug_same_watch(const struct mips_watch *a, const struct mips_watch *b)
{
    return a->at == b->at && a->len == b->len && a->kind == b->kind && a->asid == b->asid &&
           a->physical == b->physical;
}

/* nwatches: is not there. */
static unsigned mips_debug_find_watch(const struct mips_debug *d, const struct mips_watch *w)
{
    unsigned i = 0;
    while (i < d->nwatches && !mips_debug_same_watch(&d->watch[i], w))
        i++;
    return i;
}

bool mips_debug_add_watch(struct mips_code *code, const struct mips_watch *w)
{
    struct mips_debug *d = &code->debug;
    if (w->len == 0 || w->at >> 32 || !mips_debug_is_asid(w->asid) || w->kind == 0 ||
        w->kind & ~(unsigned)MIPS_WATCH_ACCESS)
        return false;
    if (mips_debug_find_watch(d, w) < d->nwatches)
        return true;
    if (d->nwatches == MIPS_DEBUG_WATCHES)
        return false;
    d->watch[d->nwatches++] = *w;
    mips_debug_tell(code);
    for (unsigned i = 0; i < code->ncpus; i++)
        mips_stlb_flush(code->cpu[i]);
    return true;
}

/* The pages enter the software TLB again when they are next used. */
bool mips_debug_remove_watch(struct mips_code *code, const struct mips_watch *w)
{
    struct mips_debug *d = &code->debug;
    unsigned i = mips_debug_find_watch(d, w);
    if (i == d->nwatches)
        return false;
    memmove(&d->watch[i], &d->watch[i + 1], (--d->nwatches - i) * sizeof d->watch[0]);
    mips_debug_tell(code);
    return true;
}

void mips_debug_copy(struct mips_code *to, const struct mips_code *from)
{
    if (!memcmp(&to->debug, &from->debug, sizeof to->debug))
        return;
    to->debug = from->debug;
    mips_debug_tell(to);
    mips_code_flush(to);
}

void mips_debug_remove_all(struct mips_code *code)
{
    static const struct mips_code none;
    mips_debug_copy(code, &none);
}

static bool mips_debug_touches(const struct mips *c, const struct mips_watch *w, gva va, gpa pa,
                               u32 len)
{
    gpa at = w->physical ? pa : va;
    if (!w->physical && !mips_debug_in_space(c, va, w->asid))
        return false;
    return at < w->at + w->len && w->at < at + len;
}

unsigned mips_debug_page_watches(const struct mips *c, gva va, gpa pa)
{
    const struct mips_debug *d = &c->code->debug;
    unsigned kinds = 0;
    for (unsigned i = 0; i < d->nwatches; i++)
        if (mips_debug_touches(c, &d->watch[i], va & ~(MEM_PAGE - 1), pa & ~(gpa)(MEM_PAGE - 1),
                               MEM_PAGE))
            kinds |= d->watch[i].kind;
    return kinds;
}

bool mips_debug_stops_access(struct mips *c, gva va, gpa pa, u32 len, enum mips_watch_kind by)
{
    const struct mips_debug *d = &c->code->debug;
    unsigned i = 0;
    while (i < d->nwatches &&
           !((d->watch[i].kind & by) && mips_debug_touches(c, &d->watch[i], va, pa, len)))
        i++;
    if (i == d->nwatches || (mips_debug_is_here(c) && c->pass.watches))
        return false;
    const struct mips_watch *w = &d->watch[i];
    gpa first = w->physical ? pa : va;
    u32 skip = w->at > first ? (u32)(w->at - first) : 0;
    mips_debug_stop(c, MIPS_EXIT_WATCH, &(struct mips_hit){.va = va + skip, .by = by, .watch = *w});
    return true;
}
