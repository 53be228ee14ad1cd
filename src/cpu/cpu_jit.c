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
#include "cpu/cpu_jit.h"
#include "cpu/vcpu.h"
#include "host/host_clock.h"
#include "isa/mips_lift.h"
#include "jit/jit.h"
#include "lib/bug.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define CPU_JIT_HEAT    1000
#define CPU_JIT_CODE    MIB(64)
#define CPU_JIT_ALIASES 8

#define CPU_JIT_TRUST   2000
#define CPU_JIT_TRUSTED 1000000

/* What belongs to a compiled region. Kept until all go, because others may still jump to it. */
struct cpu_region {
    struct cpu_region *all;
    struct jit_region *jit;
    struct mips_block *head;  /* NULL: dropped */
    struct cpu_region *alias; /* of the same head at another virtual address */
    unsigned npages;
    struct mips_code_page *page[MIPS_REGION_PAGES];
    struct cpu_region *next[MIPS_REGION_PAGES]; /* on the page's list */
    struct mips_insn insn[];
};

struct cpu_jit {
    struct mips_native native; /* first */
    struct jit *jit;
    struct ir_region *ir;
    struct mips_region graph;
    struct cpu_region *all;
    struct cpu_jit_knobs knobs;
    u64 random;
    unsigned built; /* since all went */
    struct cpu_jit_counters n;
};

#ifdef KUSEG_CHAOS
const struct cpu_jit_knobs cpu_jit_usual = {.seed = 1,
                                            .code_bytes = KIB(64),
                                            .chaos = {.seed = 1, .jumps = 2},
                                            .heat = 3,
                                            .blocks = 6,
                                            .run = 12,
                                            .flush_every = 300,
                                            .drop_every = 2000,
                                            .unlinked = 10};
#else
const struct cpu_jit_knobs cpu_jit_usual = {0};
#endif

/* Below n; of what tests leave to chance. */
static unsigned cpu_jit_random(struct cpu_jit *t, unsigned n)
{
    t->random = t->random * 6364136223846793005ull + 1442695040888963407ull;
    return (unsigned)((t->random >> 33) % n);
}

static struct cpu_jit *cpu_jit_of(const struct mips *c)
{
    return (struct cpu_jit *)c->code->native;
}

bool cpu_jit_counters(const struct mips_code *code, struct cpu_jit_counters *out)
{
    const struct cpu_jit *t = (const struct cpu_jit *)code->native;
    if (!t)
        return false;
    *out = t->n;
    out->code_bytes = jit_used(t->jit);
    return true;
}

/* ---- where regions come back to C ---- */

static const u8 cpu_jit_bytes[] = {
    [IR_S8] = 1, [IR_U8] = 1, [IR_S16] = 2, [IR_U16] = 2, [IR_W32] = 4};

/* The attempt counts, unless the interpreter is to make it. */
static bool cpu_jit_failed(struct mips *c)
{
    c->retired += !c->step;
    return false;
}

static bool cpu_jit_load(void *state, u64 left, enum ir_size size, u32 at, u32 *v)
{
    struct mips *c = state;
    cpu_jit_of(c)->n.slow_loads++;
    c->retired = c->stop - left;
    if (!mips_load_memory(c, at, cpu_jit_bytes[size], v))
        return cpu_jit_failed(c);
    if (size == IR_S8)
        *v = (u32)(i8)*v;
    if (size == IR_S16)
        *v = (u32)(i16)*v;
    return true;
}

static bool cpu_jit_store(void *state, u64 left, enum ir_size size, u32 at, u32 v)
{
    struct mips *c = state;
    cpu_jit_of(c)->n.slow_stores++;
    c->retired = c->stop - left;
    u32 mask = size == IR_W32 ? ~0u : (1u << 8 * cpu_jit_bytes[size]) - 1;
    return mips_store_memory(c, at, cpu_jit_bytes[size], v & mask) || cpu_jit_failed(c);
}

static bool cpu_jit_call(void *state, u64 left, const struct ir_call *call)
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
    if (likely(!c->resync))
        return true;
    mips_set_pc(c, c->npc);
    c->retired++;
    return false;
}

/* The region that begins with the block when that is at pc. */
static struct cpu_region *cpu_jit_region_at(const struct mips_block *b, u32 pc)
{
    struct cpu_region *r = b->native;
    while (r && (u32)jit_place(r->jit) != pc)
        r = r->alias;
    return r;
}

/* An exception was raised: interrupts are off now, so its handler can go on at once. */
static const struct jit_region *cpu_jit_onward(void *state, u64 *left)
{
    const struct mips *c = state;
    const struct mips_ftlb *f = mips_ftlb_slot((struct mips *)state, c->pc);
    if (c->step || c->resync || c->bd || f->tag != ((c->pc & ~(MEM_PAGE - 4)) | c->tag_low))
        return NULL;
    const struct mips_block *b = f->page->at[(c->pc & (MEM_PAGE - 1)) / 4];
    const struct cpu_region *r = b ? cpu_jit_region_at(b, c->pc) : NULL;
    *left = c->stop - c->retired;
    cpu_jit_of(c)->n.onward += r != NULL;
    return r ? r->jit : NULL;
}

/* ---- regions that come and go ---- */

static void cpu_jit_unlist(struct cpu_region *r, unsigned k)
{
    struct cpu_region **at = (struct cpu_region **)&r->page[k]->regions;
    while (*at != r) {
        struct cpu_region *o = *at;
        for (unsigned i = 0; i < o->npages; i++)
            if (o->page[i] == r->page[k])
                at = &o->next[i];
    }
    *at = r->next[k];
}

static void cpu_jit_list(struct cpu_region *r)
{
    for (unsigned k = 0; k < r->npages; k++) {
        r->next[k] = r->page[k]->regions;
        r->page[k]->regions = r;
    }
}

static void cpu_jit_drop(struct cpu_jit *t, struct cpu_region *r)
{
    struct cpu_region **at = (struct cpu_region **)&r->head->native;
    for (unsigned k = 0; k < r->npages; k++)
        cpu_jit_unlist(r, k);
    t->n.dropped++;
    jit_drop(t->jit, r->jit);
    while (*at != r)
        at = &(*at)->alias;
    *at = r->alias;
    if (!r->head->native)
        mips_code_count(&t->native, r->head);
    r->head = NULL;
}

static void cpu_jit_page_gone(struct mips_native *n, struct mips_code_page *page)
{
    struct cpu_jit *t = (struct cpu_jit *)n;
    while (page->regions)
        cpu_jit_drop(t, page->regions);
}

static void cpu_jit_flush(struct cpu_jit *t)
{
    while (t->all) {
        struct cpu_region *r = t->all;
        t->all = r->all;
        if (r->head)
            cpu_jit_drop(t, r);
        free(r);
    }
    t->n.flushes++;
    jit_flush(t->jit);
    t->built = 0;
}

static void cpu_jit_free(struct mips_native *n)
{
    struct cpu_jit *t = (struct cpu_jit *)n;
    cpu_jit_flush(t);
    jit_free(t->jit);
    ir_region_free(t->ir);
    free(t);
}

/* NULL: the host has no memory for code; then all is interpreted. */
static struct cpu_jit *cpu_jit_new(bool big, const struct cpu_jit_knobs *k)
{
    struct jit_config config = {
        .code_bytes = k->code_bytes ? k->code_bytes : CPU_JIT_CODE,
        .big = big,
        .chaos = k->chaos,
        .plain = k->plain,
        .tlb = {.table = offsetof(struct mips, stlb),
                .low = offsetof(struct mips, tag_low),
                .mix = offsetof(struct mips, mix),
                .bits = MIPS_STLB_BITS,
                .hints = offsetof(struct mips, hints),
                .trust = offsetof(struct mips, trust),
                .hint_bits = MIPS_HINT_BITS,
                .page_shift = MEM_PAGE_SHIFT,
                .rtag = offsetof(struct mips_stlb, rtag),
                .wtag = offsetof(struct mips_stlb, wtag),
                .addend = offsetof(struct mips_stlb, addend)},
        .ops = {.load = cpu_jit_load,
                .store = cpu_jit_store,
                .call = cpu_jit_call,
                .onward = cpu_jit_onward},
    };
    _Static_assert(sizeof(struct mips_stlb) == 16, "jit_tlb");
    struct cpu_jit *t = xcalloc(1, sizeof *t);
    t->native = (struct mips_native){.heat = k->heat ? k->heat : CPU_JIT_HEAT,
                                     .go = mips_interp_handlers(big),
                                     .page_gone = cpu_jit_page_gone,
                                     .free = cpu_jit_free};
    if (jit_new(&t->jit, &config, NULL)) {
        free(t);
        return NULL;
    }
    t->ir = ir_region_new();
    t->knobs = *k;
    t->random = k->seed;
    mips_region_init(&t->graph);
    return t;
}

bool cpu_jit_prepare(struct mips_code *code, bool big, const struct cpu_jit_knobs *k)
{
    BUG_ON(code->native);
    struct cpu_jit *t = cpu_jit_new(big, k);
    if (!t)
        return false;
    code->native = &t->native;
    mips_code_flush(code); /* what is decoded already does not count */
    return true;
}

/* How large the next region may be. */
static void cpu_jit_bound(struct cpu_jit *t)
{
    const struct cpu_jit_knobs *k = &t->knobs;
    if (k->blocks)
        t->graph.most_blocks = 1 + cpu_jit_random(t, k->blocks);
    if (k->insns)
        t->graph.most_insns = 1 + cpu_jit_random(t, k->insns);
    if (k->run)
        t->graph.most_run = 1 + cpu_jit_random(t, k->run);
}

static struct jit_region *cpu_jit_compile(struct cpu_jit *t, struct cpu_region *r)
{
    mips_lift(&t->graph, t->ir, r->insn);
    memcpy(r->insn, t->graph.insn, t->graph.nhelped * sizeof *r->insn);
    return jit_compile(t->jit, t->ir, t->graph.pc, r);
}

static struct cpu_region *cpu_jit_build(struct cpu_jit *t)
{
    const struct mips_region *g = &t->graph;
    size_t most = 2 * g->ninsns * sizeof(struct mips_insn);
    struct cpu_region *r = xcalloc(1, sizeof *r + most);
    r->jit = cpu_jit_compile(t, r);
    t->built++;
    if ((!r->jit && jit_is_full(t->jit)) ||
        (t->knobs.flush_every && t->built > t->knobs.flush_every)) {
        cpu_jit_flush(t);
        r->jit = cpu_jit_compile(t, r);
    }
    if (!r->jit) {
        free(r);
        return NULL;
    }
    r->npages = g->npages;
    memcpy(r->page, g->page, sizeof r->page);
    r->all = t->all;
    t->all = r;
    cpu_jit_list(r);
    return r;
}

/* Code that is everywhere need not be translated everywhere. */
static void cpu_jit_bound_aliases(struct cpu_jit *t, struct mips_block *b)
{
    unsigned n = 0;
    for (struct cpu_region *r = b->native; r; r = r->alias)
        n++;
    while (n >= CPU_JIT_ALIASES && b->native)
        cpu_jit_drop(t, b->native);
}

/* A region at c->pc: as large as it may be, or smaller if that is too much for some table. */
static struct cpu_region *cpu_jit_make(struct cpu_jit *t, struct mips *c)
{
    struct cpu_region *r = NULL;
    cpu_jit_bound(t);
    unsigned most = t->graph.most_blocks;
    while (!r && t->graph.most_blocks && mips_region_find(&t->graph, c, c->pc)) {
        r = cpu_jit_build(t);
        t->graph.most_blocks /= 4;
    }
    t->graph.most_blocks = most;
    return r;
}

static void cpu_jit_translate(struct cpu_jit *t, struct mips *c, struct mips_block *b)
{
    u64 start = host_clock_mono_ns();
    struct cpu_region *r = cpu_jit_make(t, c);
    t->n.translate_ns += host_clock_mono_ns() - start;
    t->n.regions += r != NULL;
    t->n.region_insns += r ? t->graph.ninsns : 0;
    if (!r && b->native)
        b->heat = UINT16_MAX;
    else if (!r)
        mips_code_plain(b);
    if (!r)
        return;
    cpu_jit_bound_aliases(t, b);
    r->head = b;
    r->alias = b->native;
    b->native = r;
    b->heat = t->native.heat;
    mips_code_native(&t->native, b);
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
    c->at_native = at_native;
    c->hot = NULL;
    u64 before = c->retired;
    mips_interp(c, stop);
    cpu_jit_of(c)->n.interpreted += c->retired - before;
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

static void cpu_jit_count_exit(struct cpu_jit *t, const struct jit_exit *e)
{
    struct cpu_jit_counters *n = &t->n;
    u64 *const how[] = {[JIT_AS_STATE] = &n->left_state,
                        [JIT_CHAIN] = &n->left_chain,
                        [JIT_INDIRECT] = &n->left_indirect,
                        [JIT_STALE] = &n->left_stale};
    u64 *const reason[] = {[MIPS_LEFT_SPENT] = &n->left_spent,
                           [MIPS_LEFT_LOOKUP] = &n->left_lookup,
                           [MIPS_LEFT_REMAP] = &n->left_remap,
                           [MIPS_LEFT_STEP] = &n->left_step};
    ++*(e->how == JIT_AT_POINT ? reason[e->reason] : how[e->how]);
}

/* After a region was left: makes the state what it says, and interprets what it left to be. */
static void cpu_jit_left(struct mips *c, const struct jit_exit *e)
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
    const u32 insns = 1u << TRACE_KINSN | 1u << TRACE_UINSN | 1u << TRACE_JUMP;
    return c->tag_low & MIPS_STLB_BYPASS || c->trace->on & insns || c->called ||
           c->code->debug.nwatches;
}

/* The interpreter has come to a block that is hot, or translated, perhaps for another address. */
static void cpu_jit_hot(struct cpu_jit *t, struct mips *c, struct mips_block *b)
{
    if (cpu_jit_region_at(b, c->pc))
        return;
    if (!b->native || !--b->heat) {
        cpu_jit_translate(t, c, b);
        return;
    }
    u64 end = c->retired + b->n;
    cpu_jit_interpret(c, end < c->stop ? end : c->stop, false);
}

/* One region, or a stretch of interpretation. `e`: how the last region was left. */
static void cpu_jit_turn(struct cpu_jit *t, struct mips *c, struct jit_exit *e, bool *came)
{
    struct jit_region *r = cpu_jit_look_up(c);
    if (r && t->knobs.drop_every && !cpu_jit_random(t, t->knobs.drop_every)) {
        cpu_jit_drop(t, jit_owner(r));
        r = NULL;
    }
    if (*came && r && c->pc == (u32)e->place)
        cpu_jit_connect(t, c, e, r);
    *came = false;
    if (r) {
        c->resync = false;
        t->n.runs++;
        jit_run(t->jit, r, c, c->stop - c->retired, e);
        *came = e->how != JIT_AS_STATE && (e->how != JIT_AT_POINT || e->reason == MIPS_LEFT_REMAP);
        cpu_jit_count_exit(t, e);
        cpu_jit_left(c, e);
        if (e->how == JIT_AT_POINT)
            e->place = c->pc;
        return;
    }
    if (cpu_jit_wants_attention(c))
        return;
    cpu_jit_interpret(c, c->stop, true);
    if (c->hot)
        cpu_jit_hot(t, c, c->hot);
}

/* So many wrong hints in so many instructions are fine. */
static void cpu_jit_trust(struct mips *c)
{
    if (likely(c->retired - c->trusted < CPU_JIT_TRUSTED))
        return;
    for (size_t i = 0; i < ARRAY_LEN(c->trust); i++)
        c->trust[i] = CPU_JIT_TRUST;
    c->trusted = c->retired;
}

static void cpu_jit_stretch(struct mips *c, u64 stop)
{
    struct cpu_jit *t = (struct cpu_jit *)c->code->native;
    struct jit_exit e;
    bool came = false;
    c->stop = stop;
    c->resync = false;
    cpu_jit_trust(c);
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
        [MIPS_EXIT_BREAK] = VCPU_BREAK,     [MIPS_EXIT_WATCH] = VCPU_WATCH};
    struct mips *c = &v->mips;
    if (!c->code->native && !cpu_jit_prepare(c->code, c->big, &cpu_jit_usual))
        return vcpu_interp.run(v, budget);
    return (enum vcpu_exit)exits[mips_run_by(c, budget, cpu_jit_stretch)];
}

const struct vcpu_engine vcpu_jit = {.name = "jit", .run = cpu_jit_run};
