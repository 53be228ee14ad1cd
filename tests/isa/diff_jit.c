/* SPDX-License-Identifier: ISC */
#include "diff_jit.h"
#include "cpu/cpu_jit.h"
#include "host/host_map.h"
#include "isa/mips_int.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- the engine ---- */

static void diff_jit_chaos(struct rng *r, struct cpu_jit_knobs *k)
{
    k->seed = rng_next(r);
    k->chaos.seed = rng_percent(r, 70) ? rng_next(r) | 1 : 0;
    k->chaos.jumps = (uint16_t)(rng_percent(r, 90) ? 1u << rng_below(r, 6) : 0);
    k->chaos.window = (uint8_t)(rng_percent(r, 10) ? JIT_NO_WINDOWS : rng_below(r, 4));
    k->plain = rng_percent(r, 20);
    k->flush_every = (uint16_t)(rng_percent(r, 15) ? 1 + rng_below(r, 20) : 0);
    k->drop_every = (uint16_t)(rng_percent(r, 15) ? 2 + rng_below(r, 30) : 0);
    k->watch = (uint16_t)(1 + rng_below(r, 12));
    k->unlinked = (uint8_t)(rng_percent(r, 20) ? rng_below(r, 100) : 0);
    k->trust = (uint16_t)(rng_percent(r, 70) ? 1 + rng_below(r, 6) : 0);
}

static void diff_jit_bounds(struct rng *r, struct cpu_jit_knobs *k)
{
    k->blocks = (uint16_t)(rng_percent(r, 70) ? 1 + rng_below(r, rng_percent(r, 50) ? 2 : 10) : 0);
    k->insns = (uint16_t)(rng_percent(r, 25) ? 1 + rng_below(r, 50) : 0);
    k->run = (uint16_t)(rng_percent(r, 25) ? 1 + rng_below(r, 8) : 0);
}

/* So high that blocks are cold, and that there is no translator at first. */
static void diff_jit_heat(struct rng *r, struct cpu_jit_knobs *k)
{
    k->heat = (uint16_t)(64 + rng_below(r, 192));
    k->warm = rng_percent(r, 50) ? 1 + rng_below(r, 4000) : 0;
}

static struct cpu_jit_knobs diff_jit_knobs(struct diff *t, const struct diff_case *c)
{
    struct cpu_jit_knobs k = {0}, bounds = {0};
    diff_jit_chaos(&t->rng, &k);
    diff_jit_bounds(&t->rng, &bounds);
    bool bounded = rng_percent(&t->rng, 50) && !(c->without & DIFF_NO_BOUNDS);
    if (c->without & DIFF_NO_CHAOS)
        k = (struct cpu_jit_knobs){0};
    k.blocks = bounded ? bounds.blocks : 0;
    k.insns = bounded ? bounds.insns : 0;
    k.run = bounded ? bounds.run : 0;
    k.heat = (uint16_t)(1 + rng_below(&t->rng, 5));
    t->own_pages = rng_percent(&t->rng, 50);
    t->longer = rng_percent(&t->rng, 12);
    if (t->longer)
        diff_jit_heat(&t->rng, &k);
    k.code_bytes = t->translated.size;
    k.code = &t->translated;
    return k;
}

/* Room for code and for the software TLB by page, once for all programs. */
static void diff_jit_room(struct diff *t)
{
    if (t->by_page)
        return;
    t->by_page = host_map_memory(sizeof *t->by_page);
    if (!t->by_page || !host_code_init(&t->translated, KIB(512)))
        abort();
}

static void diff_jit_by_page(struct diff *t)
{
    if (!t->cpu->by_page && !t->own_pages)
        mips_by_page_use(t->cpu, t->by_page);
}

/* ---- the device: accesses change lines or code, or end the run ---- */

static void diff_jit_lines(struct diff *t, bool ours, uint32_t val)
{
    static const uint32_t line[] = {0x400, 0x800, 0x1000, 0x2000, 0x4000};
    uint32_t l = line[val / 2 % ARRAY_LEN(line)];
    if (ours)
        mips_set_irq(t->cpu, l, val & 1);
    else
        t->ref.irq_lines = val & 1 ? t->ref.irq_lines | l : t->ref.irq_lines & ~l;
}

static void diff_jit_store(struct diff *t, bool ours, uint32_t pa, uint32_t w)
{
    struct mem_access a = {.cpu = MEM_MAX_REGIONS, .size = 4};
    if (ours) {
        if (!mem_write(t->mem, a, t->big, pa, w))
            abort();
        return;
    }
    uint8_t *p = diff_ref_memory(t, pa, true);
    for (unsigned i = 0; i < 4; i++)
        p[i] = (uint8_t)(w >> 8 * (t->big ? 3 - i : i));
}

/* Copies a word of the code; where is the value's to say. */
static void diff_jit_copy(struct diff *t, bool ours, uint32_t val)
{
    uint32_t from = 0x1f00 + val % 0x4000 / 4 * 4, to = 0x1f00 + (val >> 14) % 0x4000 / 4 * 4;
    const uint8_t *p = ours ? mem_ram_ptr(t->mem, from, 4) : diff_ref_memory(t, from, false);
    diff_jit_store(t, ours, to, mem_load(p, 4, t->big));
}

static void diff_jit_touched(struct dev *d, uint32_t off, uint32_t val)
{
    if (off < 0x940)
        diff_jit_lines(d->t, d->is_ours, val);
    else if (off < 0xa80)
        diff_jit_copy(d->t, d->is_ours, val);
    else if (d->is_ours)
        vcpu_request(d->t->vcpu);
}

/* ---- between slices ---- */

static void diff_jit_outside(struct diff *t)
{
    uint32_t to = diff_make_place(t), from = diff_make_place(t);
    uint32_t w = mem_load(mem_ram_ptr(t->mem, from, 4), 4, t->big);
    diff_jit_store(t, true, to, w);
    diff_jit_store(t, false, to, w);
}

static void diff_jit_between(struct diff *t, const struct diff_case *c)
{
    struct rng *r = &t->rng;
    bool lines = rng_percent(r, t->taste.lines), outside = rng_percent(r, t->taste.outside),
         moves = rng_percent(r, t->taste.moves);
    bool flush = rng_percent(r, 2);
    struct rng after = *r;
    if (lines && !(c->without & DIFF_NO_LINES))
        diff_change_lines(t);
    for (unsigned i = 0; i < 4 && outside && !(c->without & DIFF_NO_OUTSIDE); i++)
        diff_jit_outside(t);
    if (moves && !(c->without & DIFF_NO_MOVES))
        diff_make_go(t);
    if (flush && !(c->without & DIFF_NO_INTERP))
        mips_code_flush(t->code);
    *r = after;
    rng_next(r);
}

/* ---- running ---- */

static enum vcpu_exit diff_jit_go(struct diff *t, const struct vcpu_engine *engine, uint64_t until)
{
    enum vcpu_exit exit = VCPU_BUDGET;
    do
        exit = engine->run(t->vcpu, until - t->cpu->retired);
    while (exit == VCPU_REQUEST && t->cpu->retired < until);
    return exit;
}

static bool diff_jit_slice(struct diff *t, const struct diff_case *c, unsigned longest)
{
    uint64_t until = t->cpu->retired + 1 + rng_below(&t->rng, longest);
    bool interp = rng_percent(&t->rng, 8) && !(c->without & DIFF_NO_INTERP);
    if (!interp)
        diff_jit_by_page(t);
    enum vcpu_exit exit = diff_jit_go(t, interp ? &vcpu_interp : &vcpu_jit, until);
    diff_ref_run(&t->ref, until);
    bool same = diff_compare_cpu(t->cpu, &t->ref);
    if (exit == VCPU_IDLE) {
        mips_set_irq(t->cpu, 0x400, true);
        t->ref.irq_lines |= 0x400;
    }
    return same;
}

static bool diff_jit_slices(struct diff *t, const struct diff_case *c, struct diff_count *count)
{
    static const unsigned lengths[] = {15, 15, 150, 150, 150, 150, 150, 600, 600, 600};
    unsigned n = 4 + rng_below(&t->rng, 20);
    unsigned longest = lengths[rng_below(&t->rng, ARRAY_LEN(lengths))];
    longest *= t->longer ? 10 : 1;
    if (c->slices && c->slices < n)
        n = c->slices;
    for (count->slices = 0; count->slices < n && !t->ref.stopped; count->slices++) {
        bool all = rng_percent(&t->rng, 20);
        diff_jit_between(t, c);
        if (!diff_jit_slice(t, c, longest) || (all && !diff_compare_memory(t)))
            return false;
    }
    return diff_compare_memory(t);
}

static void diff_jit_make(struct diff *t, const struct diff_case *c)
{
    uint32_t pa[DIFF_MAKE_WORDS];
    unsigned n = diff_make_words(pa);
    diff_make(t);
    for (unsigned i = 0; i < n; i++)
        if (c->nop[i])
            diff_put_word(t, pa[i], 0);
}

static uint64_t diff_jit_digest(uint64_t h, const void *data, size_t n)
{
    const uint8_t *p = data;
    for (size_t i = 0; i < n; i++)
        h = (h ^ p[i]) * 0x100000001b3ull;
    return h;
}

/* What the times are is no matter, nor how long the host's addresses are in the code. */
static uint64_t diff_jit_outcome(const struct diff *t)
{
    struct cpu_jit_counters n;
    if (!cpu_jit_counters(t->code, &n))
        abort();
    n.start_ns = n.translate_ns = n.interpret_ticks = n.code_bytes = 0;
    uint64_t h = diff_jit_digest(t->ours.log, &n, sizeof n);
    h = diff_jit_digest(h, t->cpu->r, sizeof t->cpu->r);
    h = diff_jit_digest(h, &t->cpu->stats, sizeof t->cpu->stats);
    h = diff_jit_digest(h, &t->cpu->retired, sizeof t->cpu->retired);
    return diff_jit_digest(h, mem_ram_ptr(t->mem, 0, RAM_SIZE), RAM_SIZE);
}

static void diff_jit_count(const struct diff *t, struct diff_count *count)
{
    count->programs++;
    count->instructions += t->cpu->retired;
    count->exceptions += t->cpu->stats.exceptions + t->cpu->stats.irqs;
    count->stops += t->ref.stopped;
}

static bool diff_jit_case(struct diff *t, const struct diff_case *c, struct diff_count *count)
{
    count->seed = c->seed;
    diff_jit_room(t);
    diff_machine(t, c->seed, &vcpu_jit);
    struct cpu_jit_knobs k = diff_jit_knobs(t, c);
    if (!cpu_jit_prepare(t->code, t->big, &k))
        abort();
    if (!(c->without & DIFF_NO_DEVICE))
        t->ours.touched = t->theirs.touched = diff_jit_touched;
    diff_jit_make(t, c);
    if (c->trace)
        t->trace.on = 1u << TRACE_EXC | 1u << TRACE_TLB;
    bool ok = diff_jit_slices(t, c, count);
    if (!ok && !c->quiet)
        diff_print_seed(t, c->seed);
    return ok;
}

bool diff_case_run(struct diff *t, const struct diff_case *c, struct diff_count *count)
{
    bool ok = diff_jit_case(t, c, count);
    diff_jit_count(t, count);
    diff_end(t);
    return ok;
}

bool diff_case_compare(struct diff *t, const struct diff_case *c, struct diff_count *count)
{
    struct diff fresh = {0};
    bool ok = diff_jit_case(t, c, count) && diff_jit_case(&fresh, c, count);
    bool same = ok && diff_jit_outcome(t) == diff_jit_outcome(&fresh);
    diff_jit_count(t, count);
    if (ok && !same)
        printf("seed %llu: another outcome on a new machine\n", (unsigned long long)c->seed);
    diff_end(t);
    if (fresh.mem)
        diff_end(&fresh);
    diff_fini(&fresh);
    return same;
}
