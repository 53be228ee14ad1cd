/* SPDX-License-Identifier: ISC */
/*
 * The translating engine. The interpreter runs what is cold and counts how often blocks are
 * entered; a hot one becomes the head of a region, which is lifted (isa/), compiled and from then
 * on run (jit/). Whatever a region cannot do it leaves to the interpreter: it leaves before the
 * instruction, which is then stepped over.
 *
 * Instructions with breakpoints are in no region, so the interpreter comes to them. Watchpoints and
 * traces of instructions are its alone: while there are any, nothing translated runs.
 */
#include "cpu/cpu_jit_int.h"
#include "cpu/vcpu.h"
#include "host/host_clock.h"
#include "host/host_disasm.h"
#include "host/host_map.h"
#include "lib/bug.h"

#include <stddef.h>
#include <stdlib.h>

#define CPU_JIT_HEAT 1000

/* The translator is equipped when what is hot has been interpreted for as long as that takes: so
 * many instructions. How often a block is asked until then. */
#define CPU_JIT_WARM     150000
#define CPU_JIT_WARM_ASK 8
#define CPU_JIT_CODE     MIB(64)
#define CPU_JIT_SAMPLE                                                                             \
    17 /* stretches of interpretation, of which one is timed; no power of two                      \
        */
#define CPU_JIT_TRUST   200
#define CPU_JIT_TRUSTED 1000000

/* Times an indirect jump is watched before its targets become part of regions, and that a region
 * may leave floating point to the interpreter, in so many instructions as hints are trusted. */
#define CPU_JIT_WATCH 100

#ifdef KUSEG_CHAOS
const struct cpu_jit_knobs cpu_jit_usual = {.seed = 1,
                                            .code_bytes = KIB(64),
                                            .chaos = {.seed = 1, .jumps = 2},
                                            .heat = 3,
                                            .watch = 2,
                                            .blocks = 6,
                                            .run = 12,
                                            .flush_every = 300,
                                            .drop_every = 2000,
                                            .trust = 3,
                                            .unlinked = 10};
#else
const struct cpu_jit_knobs cpu_jit_usual = {0};
#endif

static size_t cpu_jit_code_bytes(const struct cpu_jit_knobs *k)
{
    return k->code_bytes ? k->code_bytes : CPU_JIT_CODE;
}

static double cpu_jit_tick_ns(const struct cpu_jit *t)
{
    u64 ticks = host_clock_ticks() - t->since_ticks;
    return ticks ? (double)(host_clock_mono_ns() - t->since_ns) / (double)ticks : 0;
}

bool cpu_jit_counters(const struct mips_code *code, struct cpu_jit_counters *out)
{
    const struct cpu_jit *t = (const struct cpu_jit *)code->native;
    if (!t)
        return false;
    *out = t->n;
    out->code_bytes = t->jit ? jit_used(t->jit) : 0;
    out->code_limit = cpu_jit_code_bytes(&t->knobs);
    out->table_bytes = t->jit ? jit_tables(t->jit) : 0;
    double ns = cpu_jit_tick_ns(t);
    out->start_ns = (u64)(ns * (double)t->start_ticks);
    out->translate_ns = (u64)(ns * (double)t->translate_ticks);
    if (t->sampled_insns)
        out->interpret_ticks =
            (u64)((double)t->sampled_ticks / (double)t->sampled_insns * (double)t->n.interpreted);
    return true;
}

/* ---- life ---- */

static void cpu_jit_free(struct mips_native *n)
{
    struct cpu_jit *t = (struct cpu_jit *)n;
    cpu_jit_region_forget_all(t);
    jit_free(t->jit);
    ir_region_free(t->ir);
    free(t->graph);
    free(t->jumps);
    host_disasm_free(t->disasm);
    free(t);
}

static struct cpu_jit *cpu_jit_new(bool big, const struct cpu_jit_knobs *k)
{
    struct cpu_jit *t = xcalloc(1, sizeof *t);
    t->native = (struct mips_native){.heat = k->heat ? k->heat : CPU_JIT_HEAT,
                                     .go = mips_interp_handlers(big),
                                     .page_gone = cpu_jit_region_page_gone,
                                     .free = cpu_jit_free};
    t->big = big;
    t->knobs = *k;
    t->random = k->seed;
    t->since_ticks = host_clock_ticks();
    t->since_ns = host_clock_mono_ns();
    return t;
}

/* False: the host has no memory for code. */
static bool cpu_jit_equip(struct cpu_jit *t)
{
    struct jit_config config = {
        .code_bytes = cpu_jit_code_bytes(&t->knobs),
        .code = t->knobs.code,
        .big = t->big,
        .chaos = t->knobs.chaos,
        .plain = t->knobs.plain,
        .tlb = {.table = offsetof(struct mips, stlb),
                .low = offsetof(struct mips, tag_low),
                .mix = offsetof(struct mips, mix),
                .bits = MIPS_STLB_BITS,
                .hints = offsetof(struct mips, hints),
                .trust = offsetof(struct mips, trust),
                .read = offsetof(struct mips, read),
                .write = offsetof(struct mips, write),
                .forbid = offsetof(struct mips, forbid),
                .hint_bits = MIPS_HINT_BITS,
                .page_shift = MEM_PAGE_SHIFT,
                .rtag = offsetof(struct mips_stlb, rtag),
                .wtag = offsetof(struct mips_stlb, wtag),
                .addend = offsetof(struct mips_stlb, addend)},
        .ops = cpu_jit_ops,
    };
    _Static_assert(sizeof(struct mips_stlb) == 16, "jit_tlb");
    u64 start = host_clock_ticks();
    if (jit_new(&t->jit, &config, NULL))
        return false;
    t->jumps = xmalloc(sizeof *t->jumps);
    mips_jump_forget(t->jumps);
    t->graph = xmalloc(sizeof *t->graph);
    t->ir = ir_region_new();
    mips_region_init(t->graph);
    t->jumps->enough = t->knobs.watch ? t->knobs.watch : CPU_JIT_WATCH;
    t->graph->jumps = t->jumps;
    t->start_ticks = host_clock_ticks() - start;
    return true;
}

static void cpu_jit_begin(struct mips_code *code, struct cpu_jit *t)
{
    BUG_ON(code->native);
    code->native = &t->native;
    mips_code_flush(code); /* what is decoded already does not count */
}

bool cpu_jit_prepare(struct mips_code *code, bool big, const struct cpu_jit_knobs *k)
{
    struct cpu_jit *t = cpu_jit_new(big, k);
    if (!k->warm && !cpu_jit_equip(t)) {
        cpu_jit_free(&t->native);
        return false;
    }
    cpu_jit_begin(code, t);
    return true;
}

/* Most of it is never touched, so never there. */
static bool cpu_jit_get_by_page(struct mips *c)
{
    struct mips_by_page *b = c->by_page ? c->by_page : host_map_memory(sizeof *b);
    if (!c->by_page && b)
        mips_by_page_use(c, b);
    return b;
}

bool cpu_jit_goes_by_page(struct mips *c)
{
    bool ok = cpu_jit_get_by_page(c);
    cpu_jit_of(c)->by_page |= ok;
    return ok;
}

/* So many wrong hints in so many instructions are fine. */
static void cpu_jit_trust(const struct cpu_jit *t, struct mips *c)
{
    if (likely(c->trusted && c->retired - c->trusted < CPU_JIT_TRUSTED))
        return;
    for (size_t i = 0; i < ARRAY_LEN(c->trust); i++)
        c->trust[i] = t->knobs.trust ? t->knobs.trust - 1 : CPU_JIT_TRUST;
    c->trusted = c->retired | 1;
}

/* What translated code needs, now that something is hot: a run that is too short for it has none.
 * False: the host refuses; all is interpreted then. */
bool cpu_jit_is_ready(struct cpu_jit *t, struct mips *c)
{
    if (!t->refused && !t->jit)
        t->refused = !cpu_jit_equip(t);
    if (!t->refused && t->by_page)
        t->refused = !cpu_jit_get_by_page(c);
    if (!t->refused)
        cpu_jit_trust(t, c);
    return !t->refused;
}

/* ---- running ---- */

/* The region of c->pc, if there is one. Fetches: may raise, then c->pc is elsewhere. */
static struct jit_region *cpu_jit_look_up(struct mips *c)
{
    const struct mips_ftlb *f = mips_ftlb_slot(c, c->pc);
    struct mips_code_page *page = f->page;
    if (f->tag != ((c->pc & ~(MEM_PAGE - 4)) | c->tag_low)) {
        page = mips_fetch_page(c, c->pc);
        if (!page) {
            c->retired++;
            return NULL;
        }
    }
    const struct mips_block *b = page->at[(c->pc & (MEM_PAGE - 1)) / 4];
    const struct cpu_region *r = b ? cpu_jit_region_at(b, c->pc) : NULL;
    return r ? r->jit : NULL;
}

static void cpu_jit_interpret(struct mips *c, u64 stop, bool at_native)
{
    struct cpu_jit *t = cpu_jit_of(c);
    bool timed = !(t->n.stretches++ % CPU_JIT_SAMPLE);
    c->at_native = at_native;
    c->hot = NULL;
    u64 before = c->retired, start = timed ? host_clock_ticks() : 0;
    mips_interp(c, stop);
    t->n.interpreted += c->retired - before;
    if (timed) {
        t->sampled_ticks += host_clock_ticks() - start;
        t->sampled_insns += c->retired - before;
    }
    c->at_native = false;
}

/* From a region's head the way to another page leads through its check, except in kseg0 and kseg1,
 * whose mapping and mode cannot change without leaving. */
static bool cpu_jit_needs_check(const struct jit_region *from, u32 to)
{
    u32 pc = (u32)jit_place(from);
    return (pc ^ to) >= MEM_PAGE && !(mips_is_unmapped(pc) && mips_is_unmapped(to));
}

static void cpu_jit_connect(struct cpu_jit *t, const struct mips *c, const struct jit_exit *e,
                            struct jit_region *to)
{
    if (t->knobs.unlinked && cpu_jit_random(t, 100) < t->knobs.unlinked)
        return;
    if (e->how == JIT_CHAIN)
        jit_link(t->jit, e, to, cpu_jit_needs_check(e->region, (u32)e->place));
    else if (e->how == JIT_INDIRECT)
        jit_remember(t->jit, to, c);
    else if (e->how == JIT_STALE)
        jit_redirect(t->jit, e->region, to);
    else /* another address space's region was where this one is expected */
        jit_remember(t->jit, to, c);
}

static void cpu_jit_count_exit(struct cpu_jit *t, const struct mips *c, const struct jit_exit *e)
{
    struct cpu_jit_counters *n = &t->n;
    u64 *const how[] = {[JIT_AS_STATE] = &n->left_exception,
                        [JIT_CHAIN] = &n->left_chain,
                        [JIT_INDIRECT] = &n->left_indirect,
                        [JIT_STALE] = &n->left_stale};
    u64 *const reason[] = {[MIPS_LEFT_SPENT] = &n->left_spent, [MIPS_LEFT_LOOKUP] = &n->left_lookup,
                           [MIPS_LEFT_REMAP] = &n->left_remap, [MIPS_LEFT_STEP] = &n->left_step,
                           [MIPS_LEFT_FPU] = &n->left_float,   [MIPS_LEFT_JUMP] = &n->left_jump};
    if (e->how == JIT_AS_STATE && c->step)
        n->left_access++;
    else if (e->how == JIT_AS_STATE && c->resync)
        n->left_changed++;
    else
        ++*(e->how == JIT_AT_POINT ? reason[e->reason] : how[e->how]);
}

/* NULL: it is in none of the region's pages any more, or the table is full. */
static struct mips_jump *cpu_jit_jump_at(struct cpu_jit *t, struct mips *c,
                                         const struct cpu_region *r, u32 at)
{
    gpa pa;
    const struct mips_code_page *page =
        mips_translate(c, at, &pa) ? mips_code_page_at(c, pa) : NULL;
    for (unsigned k = 0; k < r->npages; k++)
        if (r->page[k] == page)
            return mips_jump_find(t->jumps, page, at);
    return NULL;
}

/* The region left at an indirect jump that is watched, at npc. Seen often enough, the region is
 * made anew. */
static void cpu_jit_jumped(struct cpu_jit *t, struct mips *c, const struct jit_exit *e)
{
    struct cpu_region *r = jit_owner(e->region);
    struct mips_block *head = r->head;
    u32 at = c->npc;
    mips_set_pc(c, c->pc);
    if (!head)
        return;
    struct mips_jump *j = cpu_jit_jump_at(t, c, r, at);
    if (j && !mips_jump_saw(j, c->pc))
        return;
    cpu_jit_region_drop(t, r);
    head->heat = 1;
}

/* Floating point that is not computed in place. Left too often, the region is made anew, with calls
 * for it. */
static void cpu_jit_odd(struct cpu_jit *t, struct mips *c, struct cpu_region *r)
{
    cpu_jit_interpret(c, c->retired + 1, false);
    if (c->retired - r->odd_since >= CPU_JIT_TRUSTED) {
        r->odd_since = c->retired;
        r->odd = 0;
    }
    struct mips_block *head = r->head;
    if (++r->odd < t->jumps->enough || !head)
        return;
    cpu_jit_region_drop(t, r);
    head->odd = true;
    head->heat = 1;
}

/* After a region was left: makes the state what it says, and interprets what it left to be. */
static void cpu_jit_left(struct cpu_jit *t, struct mips *c, const struct jit_exit *e)
{
    if (e->how == JIT_AS_STATE) {
        if (c->step)
            cpu_jit_interpret(c, c->retired + 1, false);
        c->step = false;
        return;
    }
    c->retired = c->stop - e->left;
    if (e->how != JIT_AT_POINT) {
        mips_set_pc(c, (u32)e->place);
        return;
    }
    switch (e->reason) {
    case MIPS_LEFT_STEP:
        cpu_jit_interpret(c, c->retired + 1, false);
        return;
    case MIPS_LEFT_FPU:
        cpu_jit_odd(t, c, jit_owner(e->region));
        return;
    case MIPS_LEFT_JUMP:
        cpu_jit_jumped(t, c, e);
        return;
    case MIPS_LEFT_SPENT:
        mips_set_pc(c, c->pc);
        cpu_jit_interpret(c, c->stop, false);
        return;
    default:
        mips_set_pc(c, c->pc);
        return;
    }
}

static bool cpu_jit_wants_attention(const struct mips *c)
{
    return c->request | c->waiting | c->stopped | c->retime || c->retired == c->stop;
}

/* Nothing translated runs now. */
static bool cpu_jit_is_barred(const struct mips *c)
{
    const u32 insns = 1u << TRACE_KINSN | 1u << TRACE_UINSN | 1u << TRACE_JUMP | 1u << TRACE_EXC;
    return c->tag_low & MIPS_STLB_BYPASS || c->trace->on & insns || c->called ||
           c->code->debug.nwatches;
}

/* Is it too soon for translating anything? */
static bool cpu_jit_is_early(struct cpu_jit *t, struct mips_block *b)
{
    u64 enough = t->knobs.heat ? t->knobs.warm : CPU_JIT_WARM;
    if (t->jit || t->refused || t->warm >= enough)
        return false;
    u16 again = t->native.heat / CPU_JIT_WARM_ASK;
    t->warm += (u64)b->n * (b->warm ? again : t->native.heat);
    b->warm = true;
    b->heat = again;
    return true;
}

/* The interpreter has come to a block that is hot, or translated, perhaps for another address. */
static void cpu_jit_hot(struct cpu_jit *t, struct mips *c, struct mips_block *b)
{
    if (cpu_jit_region_at(b, c->pc) || cpu_jit_is_early(t, b))
        return;
    if (!b->native || !--b->heat) {
        cpu_jit_region_make(t, c, b);
        return;
    }
    u64 end = c->retired + b->n;
    cpu_jit_interpret(c, end < c->stop ? end : c->stop, false);
}

/* One region, or a stretch of interpretation. `e`: how the last region was left. */
static void cpu_jit_turn(struct cpu_jit *t, struct mips *c, struct jit_exit *e, bool *came)
{
    u32 pc = c->pc;
    struct jit_region *r = cpu_jit_look_up(c);
    if (r && t->knobs.drop_every && !cpu_jit_random(t, t->knobs.drop_every)) {
        cpu_jit_region_drop(t, jit_owner(r));
        r = NULL;
    }
    if (*came && r && c->pc == (u32)e->place)
        cpu_jit_connect(t, c, e, r);
    *came = false;
    if (r) {
        c->resync = false;
        t->n.runs++;
        jit_run(t->jit, r, c, c->stop - c->retired, e);
        (void)cpu_jit_fpu_leave(c);
        *came = e->how != JIT_AS_STATE && (e->how != JIT_AT_POINT || e->reason == MIPS_LEFT_REMAP);
        cpu_jit_count_exit(t, c, e);
        cpu_jit_left(t, c, e);
        if (e->how == JIT_AT_POINT)
            e->place = c->pc;
        return;
    }
    if (c->pc != pc || cpu_jit_wants_attention(c))
        return; /* the fetch raised an exception, whose handler may be translated */
    cpu_jit_interpret(c, c->stop, true);
    if (c->hot)
        cpu_jit_hot(t, c, c->hot);
}

static void cpu_jit_stretch(struct mips *c, u64 stop)
{
    struct cpu_jit *t = (struct cpu_jit *)c->code->native;
    struct jit_exit e;
    bool came = false;
    c->stop = stop;
    c->resync = false;
    if (t->jit)
        cpu_jit_trust(t, c);
    while (!cpu_jit_wants_attention(c)) {
        if (c->code->untidy)
            mips_code_collect(c->code);
        if (mips_irq_pending(c)) {
            mips_raise(c, MIPS_EXC_INT);
            came = false;
        }
        if (cpu_jit_is_barred(c)) {
            cpu_jit_interpret(c, stop, false);
            return;
        }
        if (c->bd) {
            cpu_jit_interpret(c, c->retired + 1, false);
            came = false;
            continue;
        }
        cpu_jit_turn(t, c, &e, &came);
    }
}

static enum vcpu_exit cpu_jit_run(struct vcpu *v, u64 budget)
{
    static const u8 exits[] = {
        [MIPS_EXIT_BUDGET] = VCPU_BUDGET,   [MIPS_EXIT_WAIT] = VCPU_IDLE,
        [MIPS_EXIT_REQUEST] = VCPU_REQUEST, [MIPS_EXIT_STOPPED] = VCPU_STOPPED,
        [MIPS_EXIT_BREAK] = VCPU_BREAK,     [MIPS_EXIT_WATCH] = VCPU_WATCH,
        [MIPS_EXIT_SPIN] = VCPU_SPIN};
    struct mips *c = &v->mips;
    if (!c->code->native)
        cpu_jit_begin(c->code, cpu_jit_new(c->big, &cpu_jit_usual));
    struct cpu_jit *t = cpu_jit_of(c);
    if (t->refused || (t->jit && !cpu_jit_is_ready(t, c)))
        return vcpu_interp.run(v, budget);
    return (enum vcpu_exit)exits[mips_run_by(c, budget, cpu_jit_stretch)];
}

const struct vcpu_engine vcpu_jit = {.name = "jit", .run = cpu_jit_run};
