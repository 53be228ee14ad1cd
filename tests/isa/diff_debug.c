/* SPDX-License-Identifier: ISC */
/*
 * Breakpoints and watchpoints on random programs. The engine runs with them; the reference, which
 * knows nothing of them, is stepped, and before each step it is worked out from the instruction
 * word, by the plain rules of mips_debug.h, whether the engine must stop there. So every stop is
 * foretold, none is missed, and the stops change nothing: after them all, state, count and memory
 * are those of the reference.
 */
#include "diff.h"
#include "diff_rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RECENT 64u
#define TABLE  24u

/* A place where the run may stop, and what for. */
struct stop {
    enum mips_exit why; /* MIPS_EXIT_BUDGET: no stop */
    uint32_t pc, va;
    enum mips_watch_kind by;
    struct mips_watch watch;
    bool ahead; /* the engine has taken an interrupt or left WAIT there, the reference not yet */
};

struct debug {
    struct diff t;
    struct mips_break brk[TABLE];
    struct mips_watch watch[TABLE];
    unsigned nbreaks, nwatches, most; /* at most so many of each */
    uint32_t recent_pc[RECENT], recent_va[RECENT], recent_pa[RECENT];
    unsigned npcs, nvas;
    struct {
        uint64_t steps;
        uint32_t pc;
        bool breaks, watches;
    } pass;
    struct diff_stats *st;
};

/* An access that an instruction would make. */
struct access {
    uint32_t va, pa, len;
    bool write;
};

/* ---- the oracle ---- */

static bool oracle_translate(const struct ref_mips *f, uint32_t va, bool store, uint32_t *pa)
{
    bool user = f->status & 2;
    if (va >= 0x80000000u && user)
        return false;
    if (va >= 0x80000000u && va < 0xc0000000u) {
        *pa = va & 0x1fffffff;
        return true;
    }
    for (unsigned i = 0; i < 64; i++) {
        uint32_t differ = f->tlb[i].hi ^ ((va & 0xfffff000u) | (f->entryhi & 0xfc0));
        bool global = f->tlb[i].lo & 0x100;
        if (differ & 0xfffff000u || ((differ & 0xfc0) && !global))
            continue;
        *pa = (f->tlb[i].lo & 0xfffff000u) | (va & 0xfff);
        return (f->tlb[i].lo & 0x200) && (!store || f->tlb[i].lo & 0x400);
    }
    return false;
}

static uint32_t oracle_word(struct diff *t, uint32_t pa)
{
    const uint8_t *p = diff_ref_memory(t, pa, false);
    uint32_t v = 0;
    for (unsigned i = 0; i < 4; i++)
        v |= (uint32_t)p[i] << 8 * (t->big ? 3 - i : i);
    return v;
}

/* The bytes of an unaligned access: from va up, or up to va, inside its word. */
static void oracle_unaligned(struct access *a, bool up)
{
    uint32_t at = a->va & 3;
    a->len = up ? 4 - at : at + 1;
    a->va = up ? a->va : a->va & ~3u;
}

/* False: no access to memory, by its opcode. */
static bool oracle_decode(const struct diff *t, uint32_t word, struct access *a)
{
    static const uint8_t size[64] = {
        [0x20] = 1, [0x21] = 2, [0x22] = 4, [0x23] = 4, [0x24] = 1, [0x25] = 2,
        [0x26] = 4, [0x28] = 1, [0x29] = 2, [0x2a] = 4, [0x2b] = 4, [0x2e] = 4,
        [0x30] = 4, [0x31] = 4, [0x38] = 4, [0x39] = 4,
    };
    uint32_t op = word >> 26;
    a->va = (t->ref.r[word >> 21 & 31] & ((word >> 21 & 31) ? ~0u : 0)) + (uint32_t)(int16_t)word;
    a->len = size[op];
    a->write = op & 8;
    bool atomic = op == 0x30 || op == 0x38, fp = op == 0x31 || op == 0x39;
    if (!a->len || (atomic && !t->mips161) || (fp && !(t->fpu && t->ref.status & MIPS_ST_CU1)))
        return false;
    bool left = op == 0x22 || op == 0x2a, right = op == 0x26 || op == 0x2e;
    if (left || right)
        oracle_unaligned(a, left == t->big);
    else if (a->va % a->len)
        return false;
    return true;
}

/* Does an SC store? */
static bool oracle_sc(struct diff *t, const struct ref_mips *f, uint32_t pa)
{
    if (!f->ll || f->ll_addr != pa)
        return false;
    return !diff_ref_memory(t, pa, false) || oracle_word(t, pa) == f->ll_value;
}

static bool oracle_access(struct diff *t, const struct ref_mips *f, uint32_t word, struct access *a)
{
    a->write = false;
    if (!oracle_decode(t, word, a) || !oracle_translate(f, a->va, a->write, &a->pa) ||
        (f->status & 0x10000))
        return false;
    return word >> 26 != 0x38 || oracle_sc(t, f, a->pa);
}

static bool oracle_in_space(const struct ref_mips *f, uint32_t va, int asid)
{
    return va >= 0x80000000u || asid < 0 || (f->entryhi >> 6 & 63) == (uint32_t)asid;
}

static bool oracle_breaks(const struct debug *d, const struct ref_mips *f)
{
    for (unsigned i = 0; i < d->nbreaks; i++)
        if (d->brk[i].va == f->pc && oracle_in_space(f, f->pc, d->brk[i].asid))
            return true;
    return false;
}

static bool oracle_watches(const struct debug *d, const struct ref_mips *f, const struct access *a,
                           struct stop *s)
{
    for (unsigned i = 0; i < d->nwatches; i++) {
        const struct mips_watch *w = &d->watch[i];
        if (!(w->kind & (a->write ? 2 : 1)) ||
            (!w->physical && !oracle_in_space(f, a->va, w->asid)))
            continue;
        for (uint32_t k = 0; k < a->len; k++) {
            uint64_t at = (w->physical ? a->pa : a->va) + (uint64_t)k;
            if (at < w->at || at - w->at >= w->len)
                continue;
            s->va = a->va + k;
            s->by = a->write ? MIPS_WATCH_WRITE : MIPS_WATCH_READ;
            s->watch = *w;
            return true;
        }
    }
    return false;
}

/* The state in which the next instruction is attempted. */
static bool oracle_interrupt(struct ref_mips *f)
{
    if (!(f->status & 1) || !(f->status & (f->irq_lines | f->cause) & 0xff00))
        return false;
    f->status = (f->status & ~0x3fu) | (f->status << 2 & 0x3f);
    f->pc = f->status & MIPS_ST_BEV ? 0xbfc00180u : 0x80000080u;
    f->ll = false;
    return true;
}

static void oracle_remember(struct debug *d, uint32_t pc, const struct access *a)
{
    d->recent_pc[d->npcs++ % RECENT] = pc;
    if (!a->len)
        return;
    d->recent_va[d->nvas % RECENT] = a->va;
    d->recent_pa[d->nvas++ % RECENT] = a->pa;
}

/* Must the engine stop before the reference's next step? */
static struct stop oracle_next(struct debug *d)
{
    struct ref_mips f = d->t.ref;
    struct stop s = {.why = MIPS_EXIT_BUDGET};
    struct access a = {0};
    uint32_t pa;
    s.ahead = oracle_interrupt(&f) || f.waiting;
    s.pc = f.pc;
    bool passed = d->pass.steps == f.steps && d->pass.pc == f.pc;
    if (f.pc % 4 || !oracle_translate(&f, f.pc, false, &pa) || !diff_ref_memory(&d->t, pa, false))
        return s;
    bool touches = oracle_access(&d->t, &f, oracle_word(&d->t, pa), &a);
    if (!touches)
        a.len = 0;
    oracle_remember(d, f.pc, &a);
    if (oracle_breaks(d, &f) && !(passed && d->pass.breaks)) {
        s.why = MIPS_EXIT_BREAK;
        s.va = f.pc;
    } else if (touches && !(passed && d->pass.watches) && oracle_watches(d, &f, &a, &s)) {
        s.why = MIPS_EXIT_WATCH;
    }
    return s;
}

static struct stop oracle_run(struct debug *d, uint64_t until)
{
    struct ref_mips *f = &d->t.ref;
    struct stop s = {.why = MIPS_EXIT_BUDGET};
    while (f->steps < until && !f->stopped && !(f->waiting && !f->irq_lines)) {
        s = oracle_next(d);
        if (s.why != MIPS_EXIT_BUDGET) {
            d->pass.steps = f->steps;
            d->pass.pc = s.pc;
            d->pass.breaks = true;
            d->pass.watches = s.why == MIPS_EXIT_WATCH;
            return s;
        }
        ref_step(f);
    }
    return s;
}

static bool same_watch(const struct mips_watch *a, const struct mips_watch *b)
{
    return a->at == b->at && a->len == b->len && a->physical == b->physical && a->kind == b->kind &&
           a->asid == b->asid;
}

/* ---- breakpoints and watchpoints that come and go ---- */

static int random_asid(struct diff *t)
{
    return rng_percent(&t->rng, 50) ? MIPS_ASID_ANY : (int)rng_below(&t->rng, 3);
}

static uint32_t random_recent(struct debug *d, const uint32_t *recent, unsigned n)
{
    struct rng *r = &d->t.rng;
    if (!n || rng_percent(r, 10))
        return diff_random_address(&d->t);
    return recent[rng_below(r, n < RECENT ? n : RECENT)];
}

static bool add_break(struct debug *d)
{
    struct rng *r = &d->t.rng;
    uint32_t va = random_recent(d, d->recent_pc, d->npcs) & ~3u;
    if (rng_percent(r, 20))
        va += 4;
    if (rng_percent(r, 10) && va >= 0x80000000u && va < 0xc0000000u)
        va ^= 0x20000000u;
    struct mips_break b = {.va = va, .asid = random_asid(&d->t)};
    for (unsigned i = 0; i < d->nbreaks; i++)
        if (d->brk[i].va == b.va && d->brk[i].asid == b.asid)
            return true;
    d->brk[d->nbreaks++] = b;
    return mips_debug_add_break(d->t.code, b.va, b.asid);
}

static bool add_watch(struct debug *d)
{
    struct rng *r = &d->t.rng;
    bool physical = rng_percent(r, 30);
    uint32_t at = random_recent(d, physical ? d->recent_pa : d->recent_va, d->nvas);
    struct mips_watch w = {.at = at + rng_below(r, 9) - 4,
                           .len = rng_percent(r, 90) ? 1 + rng_below(r, 8) : rng_below(r, 9000) + 1,
                           .physical = physical,
                           .kind = (enum mips_watch_kind)(1 + rng_below(r, 3)),
                           .asid = random_asid(&d->t)};
    for (unsigned i = 0; i < d->nwatches; i++)
        if (same_watch(&d->watch[i], &w))
            return true;
    d->watch[d->nwatches++] = w;
    return mips_debug_add_watch(d->t.code, &w);
}

static bool remove_break(struct debug *d)
{
    unsigned i = rng_below(&d->t.rng, d->nbreaks);
    struct mips_break b = d->brk[i];
    d->brk[i] = d->brk[--d->nbreaks];
    return mips_debug_remove_break(d->t.code, b.va, b.asid);
}

/* In order: of several that match, the first counts. */
static bool remove_watch(struct debug *d)
{
    unsigned i = rng_below(&d->t.rng, d->nwatches);
    struct mips_watch w = d->watch[i];
    memmove(&d->watch[i], &d->watch[i + 1], (--d->nwatches - i) * sizeof w);
    return mips_debug_remove_watch(d->t.code, &w);
}

static bool change_table(struct debug *d)
{
    struct rng *r = &d->t.rng;
    bool ok = true;
    if (d->nbreaks < d->most && rng_percent(r, 50))
        ok &= add_break(d);
    if (d->nwatches < d->most && rng_percent(r, 40))
        ok &= add_watch(d);
    if (d->nbreaks && rng_percent(r, 30))
        ok &= remove_break(d);
    if (d->nwatches && rng_percent(r, 25))
        ok &= remove_watch(d);
    if (rng_percent(r, 2)) {
        mips_debug_remove_all(d->t.code);
        d->nbreaks = d->nwatches = 0;
    }
    if (!ok)
        printf("  a breakpoint or watchpoint was refused\n");
    return ok;
}

/* A debugger that writes back what it reads changes nothing. */
static bool write_back(struct debug *d)
{
    struct mips *c = d->t.cpu;
    uint8_t bytes[24];
    struct mips_view view = {.asid = MIPS_ASID_CURRENT, .user = false};
    for (unsigned i = 0; i < MIPS_NUM_REGS; i++)
        if (!mips_reg_write(c, (enum mips_reg)i, mips_reg_read(c, (enum mips_reg)i)) &&
            i != MIPS_REG_RANDOM && i != MIPS_REG_PRID && i != MIPS_REG_COUNT &&
            i != MIPS_REG_COMPARE && i != MIPS_REG_FIR && mips_reg_exists(c, (enum mips_reg)i)) {
            printf("  %s was refused\n", mips_reg_name((enum mips_reg)i));
            return false;
        }
    uint32_t va = random_recent(d, d->recent_pc, d->npcs);
    uint32_t n = mips_peek(c, view, va, bytes, sizeof bytes);
    return mips_poke(c, view, va, bytes, n) == n;
}

/* ---- running ---- */

static bool same_stop(const struct debug *d, enum mips_exit exit, const struct stop *s)
{
    const struct mips_hit *h = &d->t.cpu->hit;
    bool same = exit == s->why && h->va == s->va && d->t.cpu->pc == s->pc;
    if (same && exit == MIPS_EXIT_WATCH)
        same = h->by == s->by && same_watch(&h->watch, &s->watch);
    if (!same)
        printf("  exit %d at %08x for %08x (%d), foretold %d at %08x for %08x (%d)\n", (int)exit,
               d->t.cpu->pc, h->va, (int)h->by, (int)s->why, s->pc, s->va, (int)s->by);
    return same;
}

/* At a stop; what happens to a guest that stands still. */
static bool meddle(struct debug *d)
{
    struct rng *r = &d->t.rng;
    if (rng_percent(r, 10))
        diff_change_lines(&d->t);
    if (rng_percent(r, 10) && !write_back(d))
        return false;
    return !rng_percent(r, 20) || change_table(d);
}

static bool end_chunk(struct debug *d, enum mips_exit exit)
{
    struct diff *t = &d->t;
    if (exit == MIPS_EXIT_BREAK || exit == MIPS_EXIT_WATCH) {
        printf("  a stop that was not foretold: %d at %08x for %08x\n", (int)exit, t->cpu->pc,
               t->cpu->hit.va);
        return false;
    }
    bool same = diff_compare_cpu(t->cpu, &t->ref);
    if (exit == MIPS_EXIT_WAIT) { /* both sleep: wake them */
        mips_set_irq(t->cpu, 0x400, true);
        t->ref.irq_lines |= 0x400;
    }
    return same;
}

/* n instructions, through all stops on the way. */
static bool run_chunk(struct debug *d, uint64_t n)
{
    struct diff *t = &d->t;
    uint64_t until = t->cpu->retired + n;
    for (;;) {
        enum mips_exit exit = mips_run(t->cpu, until - t->cpu->retired);
        struct stop s = oracle_run(d, until);
        if (s.why == MIPS_EXIT_BUDGET)
            return end_chunk(d, exit);
        if (!same_stop(d, exit, &s))
            return false;
        if (!s.ahead && !diff_compare_cpu(t->cpu, &t->ref))
            return false;
        if (s.why == MIPS_EXIT_BREAK)
            d->st->breaks++;
        else
            d->st->watches++;
        if (!s.ahead && !meddle(d))
            return false;
    }
}

static bool run_program(struct debug *d)
{
    struct diff *t = &d->t;
    unsigned chunks = 4 + rng_below(&t->rng, 40);
    unsigned longest = rng_percent(&t->rng, 50) ? 200 : 12;
    bool ok = true;
    for (unsigned i = 0; i < chunks && ok && !t->ref.stopped; i++) {
        if (rng_percent(&t->rng, 15))
            diff_change_lines(t);
        if (rng_percent(&t->rng, 50))
            ok = change_table(d);
        ok = ok && run_chunk(d, 1 + rng_below(&t->rng, longest));
        if (ok && (i + 1 == chunks || t->ref.stopped || rng_percent(&t->rng, 3)))
            ok = diff_compare_memory(t);
    }
    return ok;
}

bool diff_debug_program(uint64_t seed, bool verbose, struct diff_stats *st)
{
    struct debug d = {.st = st};
    diff_setup(&d.t, seed);
    d.pass.steps = ~0ull;
    d.most = rng_percent(&d.t.rng, 50) ? 3 : TABLE;
    if (verbose)
        d.t.trace.on = 1u << TRACE_EXC | 1u << TRACE_TLB;
    bool ok = run_program(&d);
    if (!ok)
        diff_print_seed(&d.t, seed);
    st->programs++;
    st->instructions += d.t.cpu->retired;
    st->exceptions += d.t.cpu->stats.exceptions + d.t.cpu->stats.irqs;
    st->stops += d.t.ref.stopped;
    diff_end(&d.t);
    diff_fini(&d.t);
    return ok;
}
