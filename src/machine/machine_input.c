/* SPDX-License-Identifier: ISC */
/*
 * The world outside: what comes in from it, those who look at the machine, and waiting while no
 * CPU can run, which either jumps to what is due next or keeps pace with real time.
 */
#include "lib/bug.h"
#include "machine/machine_int.h"

/* Fallen behind real time by more than this, a machine does not try to catch up. */
#define MACHINE_MAX_LAG_NS 100000000ull

/* A guest that is busy at every tick of its clock only is not let get ahead by that. */
#define MACHINE_TICK_NS 5000000u

/* Shorter waits are saved up: sleeping costs the host more. */
#define MACHINE_NAP_NS 1000000u

/* System/161 does not sleep for less, and its users know how long a disk takes there. */
#define MACHINE_UNSLEPT_NS 10000000u

/* Things that are taken in at one look. What has to come in time is among them; a flood is not. */
#define MACHINE_AT_ONCE 1024u

/* Real time between looks of observers while all CPUs wait. */
#define MACHINE_LOOK_NS 10000000u

/* ---- input ---- */

void machine_add_source(struct machine *m, const struct machine_source *s)
{
    BUG_ON(m->nsources == MACHINE_MAX_SOURCES);
    m->source[m->nsources++] = *s;
}

/* One thing that came in, not yet delivered. data[0] is the number of its source. */
struct machine_input {
    u8 data[1 + MACHINE_INPUT_MAX];
    u32 len;
};

static bool machine_has_room(const struct machine_source *s)
{
    return !s->room || s->room(s->ctx);
}

static bool machine_has_ended(const struct machine_source *s)
{
    return s->ended && s->ended(s->ctx);
}

static bool machine_ask(const struct machine_source *s, bool console, struct machine_input *in)
{
    u32 len = MACHINE_INPUT_MAX;
    if ((s->console && !console) || !machine_has_room(s) || machine_has_ended(s) ||
        !s->poll(s->ctx, in->data + 1, &len))
        return false;
    in->len = 1 + len;
    return true;
}

/* console: from the source of that kind as well. In turns: a source that always has something does
 * not keep the others waiting. */
static bool machine_take_input(struct machine *m, bool console, struct machine_input *in)
{
    for (unsigned n = 0; n < m->nsources; n++) {
        unsigned i = (m->turn + n) % m->nsources;
        if (!machine_ask(&m->source[i], console, in))
            continue;
        in->data[0] = (u8)i;
        m->turn = i + 1;
        return true;
    }
    return false;
}

static void machine_deliver(const struct machine *m, const u8 *data, u32 len)
{
    const struct machine_source *s = &m->source[data[0]];
    s->deliver(s->ctx, data + 1, len - 1);
}

static void machine_enter(struct machine *m, const struct machine_input *in)
{
    intake_note(&m->intake, INTAKE_INPUT, in->data, in->len);
    machine_deliver(m, in->data, in->len);
}

/* How many things came in, from sources of this kind. */
static unsigned machine_enter_all(struct machine *m)
{
    struct machine_input in;
    unsigned n = 0;
    for (; n < MACHINE_AT_ONCE && machine_take_input(m, true, &in); n++)
        machine_enter(m, &in);
    return n;
}

static void machine_end_if_asked(struct machine *m)
{
    if (!m->host.asked_to_end(m->host.ctx))
        return;
    intake_note(&m->intake, INTAKE_END, NULL, 0);
    machine_end(m, MACHINE_INTERRUPTED, 0, "ended on request");
}

void machine_touched(struct machine *m)
{
    intake_note(&m->intake, INTAKE_TOUCHED, NULL, 0);
}

static void machine_replay_input(struct machine *m)
{
    enum intake_kind kind;
    struct machine_input in;
    while (intake_next(&m->intake) <= machine_now(m) &&
           intake_take(&m->intake, &kind, in.data, sizeof in.data, &in.len)) {
        if (kind == INTAKE_INPUT && in.len && in.data[0] < m->nsources)
            machine_deliver(m, in.data, in.len);
        else if (kind == INTAKE_END)
            machine_end(m, MACHINE_INTERRUPTED, 0, "ended on request, as recorded");
        else
            m->intake.diverged = true;
    }
    if (m->intake.diverged)
        machine_end(m, MACHINE_DIVERGED, 0, "the run differs from its recording");
}

/* Characters typed count only where the guest takes them: others would be waited for in vain. */
static bool machine_listens(const struct machine *m)
{
    for (unsigned i = 0; i < m->nsources; i++)
        if (m->source[i].console && machine_has_room(&m->source[i]) &&
            !machine_has_ended(&m->source[i]))
            return true;
    return false;
}

/* While something comes, more does. */
static void machine_plan_poll(struct machine *m, bool soon)
{
    u32 longer =
        m->poll_cycles < MACHINE_POLL_CYCLES / 2 ? 2 * m->poll_cycles : MACHINE_POLL_CYCLES;
    m->poll_cycles = soon ? MACHINE_POLL_SOON : longer;
    m->next_poll = m->clock.now_base + m->poll_cycles;
}

/* Where a round ends does not matter with one CPU: machine_round_length says more. */
void machine_expects_input(struct machine *m)
{
    u64 soon = machine_now(m) + MACHINE_POLL_SOON;
    m->poll_cycles = MACHINE_POLL_SOON;
    if (m->next_poll <= soon || m->intake.mode == INTAKE_REPLAY)
        return;
    m->next_poll = soon;
    if (m->running && m->round.alone)
        vcpu_request(m->running);
}

void machine_poll_input(struct machine *m)
{
    if (m->intake.mode == INTAKE_REPLAY) {
        machine_replay_input(m);
        return;
    }
    if (m->clock.now_base < m->next_poll)
        return;
    m->host.wait(m->host.ctx, 0, machine_listens(m));
    unsigned n = machine_enter_all(m);
    machine_end_if_asked(m);
    machine_plan_poll(m, n > 0);
}

/* ---- observers ---- */

void machine_observe(struct machine *m, struct machine_observer *o)
{
    BUG_ON(m->nobservers == MACHINE_MAX_OBSERVERS);
    m->observer[m->nobservers++] = o;
}

void machine_ignore(struct machine *m, struct machine_observer *o)
{
    for (unsigned i = 0; i < m->nobservers; i++)
        if (m->observer[i] == o)
            m->observer[i] = m->observer[--m->nobservers];
}

u64 machine_next_look(const struct machine *m)
{
    u64 next = CLOCK_NEVER;
    for (unsigned i = 0; i < m->nobservers; i++)
        next = m->observer[i]->at < next ? m->observer[i]->at : next;
    return next;
}

void machine_look(struct machine *m)
{
    for (unsigned i = 0; i < m->nobservers; i++) {
        struct machine_observer *o = m->observer[i];
        while (o->at <= m->clock.now_base)
            o->look(o->ctx);
    }
}

/* ---- waiting ---- */

static void machine_jump_to(struct machine *m, u64 cycle)
{
    while (cycle > m->clock.now_base) {
        u64 look = machine_next_look(m);
        u64 to = look < cycle ? look : cycle;
        if (to > m->clock.now_base && m->idler) {
            machine_rest_to(m, to);
        } else if (to > m->clock.now_base) {
            m->idle_cycles += to - m->clock.now_base;
            clock_jump(&m->clock, to);
        }
        machine_look(m);
    }
}

/*
 * While no CPU runs, virtual time goes as real time does. While one runs it is ahead, and nobody
 * has to wait for that, nor for what clock.grain adds; if the host is slower, waits get shorter.
 * pace_host is the real time at which pace_cycle is due.
 */
static void machine_pace_busy(struct machine *m)
{
    u64 host = m->host.mono_ns(m->host.ctx);
    u64 busy = clock_cycles_to_ns(&m->clock, m->clock.now_base - m->pace_cycle);
    if (m->pace_host <= host) {
        u64 lag = host - m->pace_host;
        bool ahead = busy > lag && (!m->idler || busy - lag > MACHINE_TICK_NS);
        bool behind = lag > busy && lag - busy > MACHINE_MAX_LAG_NS;
        m->pace_host = ahead || behind ? host : m->pace_host + busy;
    }
    m->pace_cycle = m->clock.now_base;
}

/* Cycles until `cycle` that take no real time. With a grain, time goes as in System/161: then it
 * is all of them while the next event is near. (`cycle` may come before it, for an observer.) */
static u64 machine_pace_free(struct machine *m, u64 cycle, u64 event)
{
    u64 unslept = clock_ns_to_cycles(&m->clock, MACHINE_UNSLEPT_NS);
    u64 late = m->clock.late - m->pace_late;
    u64 wait = cycle - m->clock.now_base;
    m->pace_late = m->clock.late;
    if (m->clock.grain && event - m->clock.now_base <= unslept)
        return wait;
    return late < wait ? late : wait;
}

static void machine_pace_to(struct machine *m, u64 cycle, u64 free)
{
    u64 from = m->clock.now_base + free;
    machine_jump_to(m, cycle);
    m->pace_cycle = cycle;
    m->pace_host += cycle > from ? clock_cycles_to_ns(&m->clock, cycle - from) : 0;
}

/* Waits for real time, or for what comes in; true: something did. What a source has already taken
 * from its descriptor, no wait will tell of. */
static bool machine_sleep(struct machine *m, u64 until, struct machine_input *in)
{
    if (machine_take_input(m, false, in))
        return true;
    u64 start = m->host.mono_ns(m->host.ctx);
    u64 ns = until == ~0ull ? ~0ull : until > start ? until - start : 0;
    m->host.wait(m->host.ctx, ns, machine_listens(m));
    return machine_take_input(m, true, in);
}

/* Sleeps towards `cycle`, at or before the next event; what comes in meanwhile comes at its time.
 */
static void machine_idle_paced(struct machine *m, u64 cycle, u64 event)
{
    struct machine_input in;
    machine_pace_busy(m);
    u64 free = machine_pace_free(m, cycle, event);
    u64 start = m->host.mono_ns(m->host.ctx);
    u64 wait = clock_cycles_to_ns(&m->clock, cycle - m->clock.now_base - free);
    u64 due = cycle == CLOCK_NEVER ? ~0ull : m->pace_host + wait;
    if (due < start + MACHINE_NAP_NS) {
        machine_pace_to(m, cycle, free);
        return;
    }
    bool got = machine_sleep(m, due, &in);
    u64 host = m->host.mono_ns(m->host.ctx);
    u64 reached = m->clock.now_base + free + clock_ns_to_cycles(&m->clock, host - start);
    bool ended = m->host.asked_to_end(m->host.ctx);
    if (cycle != CLOCK_NEVER || got || ended) /* the end of input is no event: it takes no time */
        machine_pace_to(m, host >= due || reached > cycle ? cycle : reached, free);
    if (got) {
        machine_enter(m, &in);
        machine_enter_all(m);
        machine_plan_poll(m, true);
    }
    machine_end_if_asked(m);
}

static bool machine_nothing_can_happen(const struct machine *m, u64 next)
{
    if (next != CLOCK_NEVER)
        return false;
    if (m->intake.mode == INTAKE_REPLAY)
        return true;
    for (unsigned i = 0; i < m->nsources; i++)
        if (machine_has_room(&m->source[i]) && !machine_has_ended(&m->source[i]))
            return false;
    return true;
}

/* When something happens by itself. */
static u64 machine_next_event(const struct machine *m)
{
    u64 next = m->clock.next;
    u64 logged = intake_next(&m->intake);
    next = logged < next ? logged : next;
    next = m->stop_at < next ? m->stop_at : next;
    u64 watch = m->progress_since + m->progress_cycles + 1;
    if (m->progress_warned)
        watch += m->progress_cycles;
    if (m->progress_cycles && !m->warp && watch < next)
        next = watch;
    return next;
}

/* Observers are content with being called late in real time, not in virtual time. */
static u64 machine_next_wake(const struct machine *m, u64 next)
{
    u64 look = machine_next_look(m);
    u64 soonest = m->clock.now_base + clock_ns_to_cycles(&m->clock, MACHINE_LOOK_NS);
    if (look != CLOCK_NEVER && look < soonest)
        look = soonest;
    return look < next ? look : next;
}

void machine_idle(struct machine *m)
{
    u64 next = machine_next_event(m);
    if (!m->idler && machine_nothing_can_happen(m, next)) {
        machine_end(m, MACHINE_DEADLOCK, 0,
                    "all CPUs wait for an interrupt, no device has anything to do, and there is "
                    "no more input");
        return;
    }
    if (m->intake.mode == INTAKE_REPLAY || (m->warp && next != CLOCK_NEVER))
        machine_jump_to(m, next);
    else
        machine_idle_paced(m, machine_next_wake(m, next), next);
}
