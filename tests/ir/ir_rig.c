/* SPDX-License-Identifier: ISC */
#include "ir_rig.h"
#include "rng.h"

#include <string.h>

static u64 mix(u64 digest, u64 v)
{
    u64 z = (digest ^ v) * 0x9e3779b97f4a7c15ull;
    return z ^ z >> 29;
}

/* ---- memory ---- */

static unsigned bytes_of(enum ir_size size)
{
    return size == IR_W32 ? 4 : size == IR_S16 || size == IR_U16 ? 2 : 1;
}

bool ir_rig_page_is_there(u32 page)
{
    return page < IR_RIG_MEM >> IR_RIG_PAGE && page != 2;
}

/* Makes the state what a fault leads to, as any host does. */
static bool fault(struct ir_rig *g, u16 point, u32 at)
{
    ir_apply(g->r, point, &g->state);
    g->state.fault_at = at;
    g->state.events = mix(g->state.events, (u64)g->host.budget);
    return false;
}

static u8 *byte_at(struct ir_rig *g, u32 at, unsigned n, unsigned i)
{
    return &g->mem[at + (g->big ? n - 1 - i : i)];
}

static bool rig_load(struct ir_host *h, u16 point, enum ir_size size, u32 at, u32 *v)
{
    struct ir_rig *g = (struct ir_rig *)h;
    unsigned n = bytes_of(size);
    if (at % n || !ir_rig_page_is_there(at >> IR_RIG_PAGE))
        return fault(g, point, at);
    *v = 0;
    for (unsigned i = 0; i < n; i++)
        *v |= (u32)*byte_at(g, at, n, i) << 8 * i;
    return true;
}

static bool rig_store(struct ir_host *h, u16 point, enum ir_size size, u32 at, u32 v)
{
    struct ir_rig *g = (struct ir_rig *)h;
    unsigned n = bytes_of(size);
    if (at % n || !ir_rig_page_is_there(at >> IR_RIG_PAGE))
        return fault(g, point, at);
    for (unsigned i = 0; i < n; i++)
        *byte_at(g, at, n, i) = (u8)(v >> 8 * i);
    return true;
}

/* ---- helpers ---- */

struct ir_rig *ir_rig_of(void *state)
{
    return (struct ir_rig *)(void *)((u8 *)state - offsetof(struct ir_rig, state));
}

bool ir_rig_helper_mixes(void *state, u64 arg)
{
    struct ir_rig_state *s = state;
    u64 digest = mix(s->events, arg);
    for (unsigned i = 0; i < IR_RIG_SLOTS; i++)
        digest = mix(digest, s->slots[i]);
    s->events = digest;
    for (unsigned i = 0; i < 8; i++)
        s->slots[(digest >> 7 * i) % IR_RIG_SLOTS] = (u8)(digest >> 8 * i);
    return true;
}

bool ir_rig_helper_may_refuse(void *state, u64 arg)
{
    struct ir_rig_state *s = state;
    ir_rig_helper_mixes(state, arg);
    return s->events & 6;
}

bool ir_rig_helper_looks(void *state, u64 arg)
{
    struct ir_rig_state *s = state;
    u64 digest = mix(s->events, arg);
    for (unsigned i = 0; i < IR_RIG_SLOTS; i++)
        digest = mix(digest, s->slots[i]);
    s->events = digest;
    return digest & 14;
}

static bool rig_call(struct ir_host *h, u16 point, const struct ir_call *call)
{
    (void)point;
    struct ir_rig *g = (struct ir_rig *)h;
    bool (*helper)(void *, u64) = (bool (*)(void *, u64))(uintptr_t)call->fn;
    g->state.events = mix(g->state.events, (u64)h->budget);
    return helper(&g->state, call->arg);
}

/* ---- the start ---- */

static u32 interesting(struct rng *rng)
{
    static const u32 edges[] = {0, 1, 0x7f, 0x80, 0xff, 0x7fffffff, 0x80000000, 0xffffffff};
    switch (rng_below(rng, 3)) {
    case 0:
        return edges[rng_below(rng, ARRAY_LEN(edges))];
    case 1:
        return rng_below(rng, 64);
    default:
        return rng_next(rng);
    }
}

void ir_rig_init(struct ir_rig *g, const struct ir_region *r, u64 seed)
{
    struct rng rng = {seed};
    *g = (struct ir_rig){.host = {.state = &g->state,
                                  .load = rig_load,
                                  .store = rig_store,
                                  .call = rig_call,
                                  .budget = rng_below(&rng, 8) ? rng_below(&rng, 121) : 0},
                         .r = r,
                         .big = rng_below(&rng, 2)};
    for (unsigned i = 0; i < IR_RIG_SLOTS; i += 4) {
        u32 v = interesting(&rng);
        memcpy(&g->state.slots[i], &v, sizeof v);
    }
    for (unsigned i = 0; i < IR_RIG_MEM; i++)
        g->mem[i] = (u8)rng_next(&rng);
}
