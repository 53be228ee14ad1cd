/* SPDX-License-Identifier: ISC */
/*
 * Translated regions as they come and go. One belongs to the block it begins with, and goes with
 * any of the pages whose code it contains.
 */
#include "cpu/cpu_jit_int.h"
#include "host/host_clock.h"
#include "lib/bug.h"

#include <stdlib.h>
#include <string.h>

#define CPU_JIT_ALIASES 8

/* ---- their end ---- */

static void cpu_jit_region_unlist(struct cpu_region *r, unsigned k)
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

static void cpu_jit_region_list(struct cpu_region *r)
{
    for (unsigned k = 0; k < r->npages; k++) {
        r->next[k] = r->page[k]->regions;
        r->page[k]->regions = r;
    }
}

void cpu_jit_region_drop(struct cpu_jit *t, struct cpu_region *r)
{
    struct cpu_region **at = (struct cpu_region **)&r->head->native;
    for (unsigned k = 0; k < r->npages; k++)
        cpu_jit_region_unlist(r, k);
    for (size_t k = 0; k < ARRAY_LEN(t->handler); k++)
        if (t->handler[k].region == r)
            t->handler[k].region = NULL;
    t->n.dropped++;
    cpu_jit_watch_dropped(t, r);
    jit_drop(t->jit, r->jit);
    while (*at != r)
        at = &(*at)->alias;
    *at = r->alias;
    if (!r->head->native)
        mips_code_count(&t->native, r->head);
    r->head = NULL;
}

void cpu_jit_region_page_gone(struct mips_native *n, struct mips_code_page *page)
{
    struct cpu_jit *t = (struct cpu_jit *)n;
    while (page->regions)
        cpu_jit_region_drop(t, page->regions);
}

/* As all others go too, there is nothing to be taken out of. */
static void cpu_jit_region_forget(struct cpu_jit *t, struct cpu_region *r)
{
    if (!r->head)
        return;
    for (unsigned k = 0; k < r->npages; k++)
        r->page[k]->regions = NULL;
    r->head->native = NULL;
    mips_code_count(&t->native, r->head);
    t->n.evicted++;
}

void cpu_jit_region_forget_all(struct cpu_jit *t)
{
    while (t->all) {
        struct cpu_region *r = t->all;
        t->all = r->all;
        cpu_jit_region_forget(t, r);
        free(r);
    }
}

void cpu_jit_region_flush(struct cpu_jit *t)
{
    cpu_jit_region_forget_all(t);
    memset(t->handler, 0, sizeof t->handler);
    t->n.flushes++;
    cpu_jit_watch_flushed(t);
    jit_flush(t->jit);
    t->built = 0;
}

/* ---- their making ---- */

/* How large the next region may be. */
static void cpu_jit_region_bound(struct cpu_jit *t)
{
    const struct cpu_jit_knobs *k = &t->knobs;
    if (k->blocks)
        t->graph->most_blocks = 1 + cpu_jit_random(t, k->blocks);
    if (k->insns)
        t->graph->most_insns = 1 + cpu_jit_random(t, k->insns);
    if (k->run)
        t->graph->most_run = 1 + cpu_jit_random(t, k->run);
}

/* The graph in t->ir. Helpers are given copies of their instructions, which live as long as the
 * code: where that will be, is known when it is known how many they are. */
static struct cpu_region *cpu_jit_region_lift(struct cpu_jit *t)
{
    struct mips_region *g = t->graph;
    mips_lift(g, t->ir, g->insn);
    struct cpu_region *r = xcalloc(1, sizeof *r + g->nhelped * sizeof *r->insn);
    memcpy(r->insn, g->insn, g->nhelped * sizeof *r->insn);
    u64 from = (u64)(uintptr_t)g->insn, size = g->nhelped * sizeof *r->insn;
    for (unsigned k = 0; k < t->ir->ncalls; k++)
        if (t->ir->call[k].arg - from < size)
            t->ir->call[k].arg += (u64)(uintptr_t)r->insn - from;
    r->npages = g->npages;
    memcpy(r->page, g->page, sizeof r->page);
    return r;
}

static bool cpu_jit_region_compile(struct cpu_jit *t, struct cpu_region *r)
{
    r->jit = jit_compile(t->jit, t->ir, t->graph->pc, r);
    return r->jit;
}

static struct cpu_region *cpu_jit_region_build(struct cpu_jit *t)
{
    struct cpu_region *r = cpu_jit_region_lift(t);
    if (t->knobs.flush_every && t->built == t->knobs.flush_every)
        cpu_jit_region_flush(t);
    if (!cpu_jit_region_compile(t, r) && jit_is_full(t->jit)) {
        cpu_jit_region_flush(t);
        cpu_jit_region_compile(t, r);
    }
    if (!r->jit) {
        free(r);
        return NULL;
    }
    t->built++;
    r->all = t->all;
    t->all = r;
    cpu_jit_region_list(r);
    return r;
}

/* Code that is everywhere need not be translated everywhere. */
static void cpu_jit_region_bound_aliases(struct cpu_jit *t, struct mips_block *b)
{
    unsigned n = 0;
    for (struct cpu_region *r = b->native; r; r = r->alias)
        n++;
    while (n >= CPU_JIT_ALIASES && b->native)
        cpu_jit_region_drop(t, b->native);
}

/* A region at c->pc: as large as it may be, or smaller if that is too much for some table. */
static struct cpu_region *cpu_jit_region_find(struct cpu_jit *t, struct mips *c,
                                              const struct mips_block *b)
{
    struct cpu_region *r = NULL;
    cpu_jit_region_bound(t);
    unsigned most = t->graph->most_blocks;
    t->graph->odd = b->odd;
    while (!r && t->graph->most_blocks && mips_region_find(t->graph, c, c->pc)) {
        r = cpu_jit_region_build(t);
        t->graph->most_blocks /= 4;
    }
    t->graph->most_blocks = most;
    return r;
}

void cpu_jit_region_make(struct cpu_jit *t, struct mips *c, struct mips_block *b)
{
    bool ready = cpu_jit_is_ready(t, c);
    u64 start = host_clock_ticks();
    struct cpu_region *r = ready ? cpu_jit_region_find(t, c, b) : NULL;
    t->translate_ticks += host_clock_ticks() - start;
    t->n.regions += r != NULL;
    t->n.region_insns += r ? t->graph->ninsns : 0;
    if (!r && b->native)
        b->heat = UINT16_MAX;
    else if (!r)
        mips_code_plain(b);
    if (!r)
        return;
    cpu_jit_region_bound_aliases(t, b);
    r->number = t->n.regions;
    r->head = b;
    r->alias = b->native;
    b->native = r;
    cpu_jit_watch_made(t, c, r);
    b->heat = t->native.heat;
    mips_code_native(&t->native, b);
}
