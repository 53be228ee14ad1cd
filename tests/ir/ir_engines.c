/* SPDX-License-Identifier: ISC */
/* The engines that are compared with the evaluator. */
#include "ir_compare.h"
#include "host/host_map.h"
#include "jit/jit.h"
#include "lib/bug.h"

#include <stdlib.h>
#include <string.h>

/* ---- x86-64: a back end for each byte order ---- */

/* The rig's pages in a software TLB of 32 entries; half of them are filled, so that the slow path
 * is taken often. */
struct x64_tlb {
    struct {
        u32 rtag, wtag;
        u64 addend;
    } entry[32];
    u32 low, mix;
    u32 hints[16];
    i32 trust[16]; /* none: all go by page after the first hint that is wrong */
    u64 *read, *write;
    u32 forbid[3];
};

#define X64_PAGES (1ull << (32 - IR_RIG_PAGE))

struct x64_engine {
    struct jit *jit[2];
    u64 *read, *write; /* by page */
};

static bool x64_load(void *state, u64 left, enum ir_size size, u32 at, u32 *v)
{
    struct ir_rig *g = ir_rig_of(state);
    g->host.budget = (i64)left;
    if (!g->host.load(&g->host, 0, size, at, v))
        return false;
    if (size == IR_S8)
        *v = (u32)(i8)*v;
    if (size == IR_S16)
        *v = (u32)(i16)*v;
    return true;
}

static bool x64_store(void *state, u64 left, enum ir_size size, u32 at, u32 v)
{
    struct ir_rig *g = ir_rig_of(state);
    g->host.budget = (i64)left;
    return g->host.store(&g->host, 0, size, at, v);
}

static bool x64_call(void *state, u64 left, const struct ir_call *call)
{
    struct ir_rig *g = ir_rig_of(state);
    g->host.budget = (i64)left;
    return g->host.call(&g->host, 0, call);
}

static const struct jit_region *x64_onward(void *state, u64 *left)
{
    (void)state;
    (void)left;
    return NULL;
}

static struct jit *x64_new(bool big, bool plain)
{
    const u32 at = offsetof(struct ir_rig_state, engine);
    struct jit_config config = {
        .code_bytes = 1 << 20,
        .big = big,
        .plain = plain,
        .tlb = {.table = at,
                .low = at + offsetof(struct x64_tlb, low),
                .mix = at + offsetof(struct x64_tlb, mix),
                .bits = 5,
                .hints = at + offsetof(struct x64_tlb, hints),
                .hint_bits = 4,
                .trust = at + offsetof(struct x64_tlb, trust),
                .read = at + offsetof(struct x64_tlb, read),
                .write = at + offsetof(struct x64_tlb, write),
                .forbid = at + offsetof(struct x64_tlb, forbid),
                .page_shift = IR_RIG_PAGE,
                .rtag = 0,
                .wtag = 4,
                .addend = 8},
        .ops = {.load = x64_load, .store = x64_store, .call = x64_call, .onward = x64_onward},
    };
    struct jit *j;
    return jit_new(&j, &config, NULL) ? NULL : j;
}

static void *x64_open_as(bool plain)
{
    struct x64_engine *e = xcalloc(1, sizeof *e);
    for (unsigned i = 0; i < 2; i++)
        e->jit[i] = x64_new(i, plain);
    e->read = host_map_memory(X64_PAGES * sizeof *e->read);
    e->write = host_map_memory(X64_PAGES * sizeof *e->write);
    BUG_ON(!e->read || !e->write);
    return e;
}

static void *x64_open(void)
{
    return x64_open_as(false);
}

static void *x64_open_plain(void)
{
    return x64_open_as(true);
}

static void x64_close(void *ctx)
{
    struct x64_engine *e = ctx;
    for (unsigned i = 0; i < 2; i++)
        jit_free(e->jit[i]);
    host_unmap(e->read, X64_PAGES * sizeof *e->read);
    host_unmap(e->write, X64_PAGES * sizeof *e->write);
    free(e);
}

/* By page, others are known than in the software TLB. */
static void x64_fill_by_page(struct x64_engine *e, struct x64_tlb *t, const struct ir_rig *g)
{
    t->read = e->read;
    t->write = e->write;
    for (u32 page = 0; page < ARRAY_LEN(t->entry); page++) {
        bool known = ir_rig_page_is_there(page);
        e->read[page] = known && g->mem[2] & 1u << page ? (u64)(uintptr_t)g->mem : 0;
        e->write[page] = known && g->mem[2] & 16u << page ? (u64)(uintptr_t)g->mem : 0;
    }
    for (u32 k = 0; k < ARRAY_LEN(t->forbid); k++)
        t->forbid[k] = (1u << k) - 1;
}

static void x64_fill(struct ir_rig *g)
{
    struct x64_tlb *t = (struct x64_tlb *)(void *)g->state.engine;
    _Static_assert(sizeof *t <= sizeof g->state.engine, "the rig has no room");
    t->low = (g->mem[1] & 7) << 2;
    for (u32 page = 0; page < ARRAY_LEN(t->entry); page++) {
        u32 tag = (page << IR_RIG_PAGE) + t->low;
        bool known = ir_rig_page_is_there(page);
        t->entry[page].rtag = known && g->mem[0] & 1u << page ? tag : 0x20;
        t->entry[page].wtag = known && g->mem[0] & 16u << page ? tag : 0x20;
        t->entry[page].addend = (u64)(uintptr_t)g->mem;
    }
}

static void x64_run(void *ctx, const struct ir_region *r, struct ir_rig *g, struct ir_ending *out)
{
    struct x64_engine *e = ctx;
    struct jit *j = e->jit[g->big];
    struct jit_region *compiled = jit_compile(j, r, 0x1234, NULL);
    BUG_ON(!compiled);
    struct jit_exit exit;
    x64_fill(g);
    x64_fill_by_page(e, (struct x64_tlb *)(void *)g->state.engine, g);
    jit_run(j, compiled, &g->state, (u64)g->host.budget, &exit);
    if (exit.how != JIT_AS_STATE)
        g->host.budget = (i64)exit.left;
    *out = (struct ir_ending){.at_point = exit.how == JIT_AT_POINT,
                              .reason = exit.reason,
                              .onward = exit.how == JIT_CHAIN || exit.how == JIT_INDIRECT,
                              .place = exit.place};
    if (out->at_point == 0)
        out->reason = 0;
    jit_flush(j);
}

const struct ir_engine ir_engines[] = {
    {.name = "unfolded", .run = ir_run_evaluator, .other_words = true, .loose = true},
    {.name = "x64", .run = x64_run, .open = x64_open, .close = x64_close},
    {.name = "x64_plain", .run = x64_run, .open = x64_open_plain, .close = x64_close},
    {0},
};
