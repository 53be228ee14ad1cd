/* SPDX-License-Identifier: ISC */
#include "dev/clock.h"
#include "lib/bug.h"

#define NS_PER_S 1000000000ull

u64 clock_now(const struct clock *c)
{
    return c->now_base + (c->progress ? c->progress(c->ctx) : 0);
}

u64 clock_ns_to_cycles(const struct clock *c, u64 ns)
{
    return (u64)(((unsigned __int128)ns * c->hz + NS_PER_S - 1) / NS_PER_S);
}

u64 clock_cycles_to_ns(const struct clock *c, u64 cycles)
{
    return (u64)((unsigned __int128)cycles * NS_PER_S / c->hz);
}

void event_init(struct event *ev, struct clock *c, void (*due)(void *ctx), void *ctx)
{
    BUG_ON(c->nevents == CLOCK_MAX_EVENTS);
    *ev = (struct event){.rank = c->nevents, .due = due, .ctx = ctx, .clock = c};
    c->event[c->nevents++] = ev;
    if (c->nevents == 1)
        c->next = CLOCK_NEVER;
}

static struct event *clock_earliest(const struct clock *c)
{
    struct event *best = NULL;
    for (unsigned i = 0; i < c->nevents; i++) {
        struct event *ev = c->event[i];
        if (ev->armed && (!best || ev->when < best->when))
            best = ev;
    }
    return best;
}

static void clock_update_next(struct clock *c)
{
    const struct event *ev = clock_earliest(c);
    c->next = ev ? ev->when : CLOCK_NEVER;
}

void event_arm(struct event *ev, u64 when)
{
    struct clock *c = ev->clock;
    ev->when = when;
    ev->armed = true;
    clock_update_next(c);
    if (c->sooner)
        c->sooner(c->ctx, when);
}

/* splitmix64 */
static u64 clock_random(struct clock *c)
{
    u64 z = (c->jitter_state += 0x9e3779b97f4a7c15ull);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
    return z ^ (z >> 31);
}

/* System/161 plans 5 ms ahead, which are two and a half of its slices. */
static void clock_plan(struct clock *c, u64 now)
{
    c->in_sight = c->next < now + c->grain * 5 / 2;
}

/* Slices that ended since they were last asked for, one after the other. */
static void clock_next_slice(struct clock *c, u64 now)
{
    if (now < c->edge)
        return;
    u64 start = now - (now - c->edge) % c->grain;
    c->edge = start + c->grain;
    clock_plan(c, start);
}

void clock_jump(struct clock *c, u64 to)
{
    if (c->grain) {
        clock_next_slice(c, c->now_base);
        if (to >= c->edge || c->edge == c->now_base + c->grain)
            c->edge = to + c->grain;
        clock_plan(c, to);
    }
    c->now_base = to;
}

static u64 clock_on_grain(struct clock *c, u64 when)
{
    if (!c->grain)
        return when;
    clock_next_slice(c, clock_now(c));
    if (when >= c->edge || c->in_sight || c->running_due)
        return when;
    c->late += c->edge - when;
    return c->edge;
}

void event_arm_after(struct event *ev, u64 ns)
{
    struct clock *c = ev->clock;
    u64 most = (u64)((unsigned __int128)ns * c->jitter / 1000);
    u64 late = most ? clock_random(c) % (most + 1) : 0;
    u64 cycles = clock_ns_to_cycles(c, ns + late);
    event_arm(ev, clock_on_grain(c, clock_now(c) + (cycles ? cycles : 1)));
}

void event_disarm(struct event *ev)
{
    ev->armed = false;
    clock_update_next(ev->clock);
}

void event_loaded(struct event *ev)
{
    clock_update_next(ev->clock);
}

void clock_run_due(struct clock *c)
{
    if (c->next > c->now_base)
        return;
    if (c->grain)
        clock_next_slice(c, c->now_base);
    c->running_due = true;
    while (c->next <= c->now_base) {
        struct event *ev = clock_earliest(c);
        ev->armed = false;
        clock_update_next(c);
        ev->due(ev->ctx);
    }
    c->running_due = false;
    clock_plan(c, c->now_base);
}
