/* SPDX-License-Identifier: ISC */
#include "machine/machine.h"
#include "lib/bug.h"
#include "lib/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Look for input this often while busy: some 3 ms of the host's time. */
#define POLL_CYCLES (1u << 20)

/* Fallen behind real time by more than this, a machine does not try to catch up. */
#define PACE_MAX_LAG_NS 100000000ull

static const struct state_field machine_fields[] = {
    STATE_FIELD(struct machine, clock.now_base, U64, 1),
    STATE_FIELD(struct machine, clock.jitter_state, U64, 1),
    STATE_FIELD(struct machine, idle_cycles, U64, 1),
    STATE_FIELD(struct machine, stats.disk_reads, U64, 1),
    STATE_FIELD(struct machine, stats.disk_writes, U64, 1),
    STATE_FIELD(struct machine, stats.console_reads, U64, 1),
    STATE_FIELD(struct machine, stats.console_writes, U64, 1),
    STATE_FIELD(struct machine, stats.emufs_reads, U64, 1),
    STATE_FIELD(struct machine, stats.emufs_writes, U64, 1),
    STATE_FIELD(struct machine, stats.emufs_others, U64, 1),
    STATE_FIELD(struct machine, stats.net_reads, U64, 1),
    STATE_FIELD(struct machine, stats.net_writes, U64, 1),
};

static enum err machine_check(const void *scratch, struct error *e)
{
    const struct machine *m = scratch;
    if (m->clock.now_base > CLOCK_MAX || m->idle_cycles > m->clock.now_base)
        return err_set(e, ERR_FORMAT, "the machine's clock is impossible");
    return ERR_OK;
}

static void machine_loaded(void *obj)
{
    struct machine *m = obj;
    m->next_poll = 0;
    m->progress_since = m->clock.now_base;
    m->pace_host = m->pace_cycle = 0;
}

static const struct state_desc machine_state = {
    .name = "machine",
    .version = 1,
    .nfields = ARRAY_LEN(machine_fields),
    .size = sizeof(struct machine),
    .fields = machine_fields,
    .check = machine_check,
    .loaded = machine_loaded,
};

static u64 machine_progress(void *ctx)
{
    const struct machine *m = ctx;
    return m->running ? vcpu_retired(m->running) - m->turn_start : 0;
}

/* Only the first CPU of a round can be cut short: the others must do as much as it did. */
static void machine_sooner(void *ctx, u64 when)
{
    struct machine *m = ctx;
    if (m->running && m->turn_first && when < m->turn_end)
        vcpu_request(m->running);
}

static void machine_misuse(void *ctx, enum dev_misuse how, const char *what)
{
    struct machine *m = ctx;
    trace(&m->trace, GUEST, "guest: %s", what);
    if (how == DEV_WRONG)
        machine_end(m, MACHINE_STOPPED, 0, "%s", what);
}

static u64 machine_intake_now(void *ctx)
{
    return machine_now(ctx);
}

void machine_init(struct machine *m, u32 hz, const struct machine_host *host)
{
    *m = (struct machine){.host = *host, .stop_at = ~0ull};
    m->mem = mem_new();
    m->clock = (struct clock){.hz = hz,
                              .progress = machine_progress,
                              .sooner = machine_sooner,
                              .ctx = m,
                              .next = CLOCK_NEVER};
    m->env = (struct dev_env){.clock = &m->clock,
                              .trace = &m->trace,
                              .stats = &m->stats,
                              .misuse = machine_misuse,
                              .ctx = m};
    intake_init(&m->intake, INTAKE_LIVE, machine_intake_now, m);
    state_set_add(&m->parts, &machine_state, 0, m);
}

void machine_fini(struct machine *m)
{
    for (unsigned i = 0; i < m->ncpus; i++) {
        vcpu_fini(m->cpu[i]);
        free(m->cpu[i]);
    }
    mips_code_free(m->code);
    mem_free(m->mem);
    state_set_fini(&m->parts);
    intake_fini(&m->intake);
}

static void machine_memory_loaded(void *ctx)
{
    struct machine *m = ctx;
    mips_code_flush(m->code);
}

void machine_add_cpus(struct machine *m, unsigned n, const struct mips_model *model, bool big,
                      const struct vcpu_engine *engine)
{
    BUG_ON(n < 1 || n > MACHINE_MAX_CPUS);
    m->code = mips_code_new(m->mem, model);
    m->ncpus = n;
    for (unsigned i = 0; i < n; i++) {
        m->cpu[i] = xcalloc(1, sizeof *m->cpu[i]);
        vcpu_init(m->cpu[i], i, engine, model, big, m->mem, m->code, &m->trace);
        vcpu_add_state(m->cpu[i], &m->parts);
    }
    m->cpu[0]->enabled = true;
    for (unsigned i = 0; i < m->mem->nregions; i++) {
        struct mem_region *r = &m->mem->region[i];
        if (r->kind != MEM_MMIO)
            state_set_add_memory(&m->parts, "memory", i, r->host, r->size, machine_memory_loaded,
                                 m);
    }
}

u64 machine_now(const struct machine *m)
{
    return clock_now(&m->clock);
}

u64 machine_hash(const struct machine *m)
{
    return state_set_hash(&m->parts);
}

void machine_end(struct machine *m, enum machine_end end, u32 code, const char *fmt, ...)
{
    if (m->end != MACHINE_RUNS)
        return;
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(m->reason, sizeof m->reason, fmt, ap);
    va_end(ap);
    m->end = end;
    m->exit_code = code;
    if (m->running)
        vcpu_request(m->running);
}

void machine_log_cpu(const struct machine *m, unsigned cpu)
{
    const struct mips *c = &m->cpu[cpu]->mips;
    log_info("cpu%u: pc %08x%s status %08x cause %08x epc %08x badvaddr %08x entryhi %08x%s", cpu,
             c->pc, c->bd ? " (delay slot)" : "", c->status, c->cause | c->irq_lines, c->epc,
             c->badvaddr, c->entryhi, vcpu_idle(m->cpu[cpu]) ? ", waiting" : "");
    for (unsigned i = 0; i < 32; i += 8)
        log_info("  $%-2u %08x %08x %08x %08x %08x %08x %08x %08x", i, c->r[i], c->r[i + 1],
                 c->r[i + 2], c->r[i + 3], c->r[i + 4], c->r[i + 5], c->r[i + 6], c->r[i + 7]);
    log_info("  hi  %08x lo %08x", c->r[MIPS_HI], c->r[MIPS_LO]);
}

void machine_cpu_woken(struct machine *m)
{
    if (m->running && m->turn_first)
        vcpu_request(m->running);
}

/* ---- input ---- */

static void machine_deliver(struct machine *m, u8 ch)
{
    if (m->console_input)
        m->console_input(m->board, ch);
}

static bool machine_room(const struct machine *m)
{
    return m->console_room && m->console_room(m->board);
}

static void machine_type(struct machine *m, u8 ch)
{
    intake_note(&m->intake, INTAKE_CONSOLE, &ch, 1);
    machine_deliver(m, ch);
}

static void machine_end_if_asked(struct machine *m)
{
    if (!m->host.asked_to_end(m->host.ctx))
        return;
    intake_note(&m->intake, INTAKE_END, NULL, 0);
    machine_end(m, MACHINE_INTERRUPTED, 0, "ended on request");
}

static void machine_replay_input(struct machine *m)
{
    enum intake_kind kind;
    u8 data[8];
    u32 len;
    while (intake_next(&m->intake) <= machine_now(m) &&
           intake_take(&m->intake, &kind, data, sizeof data, &len)) {
        if (kind == INTAKE_CONSOLE && len == 1)
            machine_deliver(m, data[0]);
        else if (kind == INTAKE_END)
            machine_end(m, MACHINE_INTERRUPTED, 0, "ended on request, as recorded");
        else
            m->intake.diverged = true;
    }
}

static void machine_poll_input(struct machine *m)
{
    if (m->intake.mode == INTAKE_REPLAY) {
        machine_replay_input(m);
        if (m->intake.diverged)
            machine_end(m, MACHINE_DIVERGED, 0, "the run differs from its recording");
        return;
    }
    if (m->clock.now_base < m->next_poll)
        return;
    u8 ch;
    while (machine_room(m) && !m->host.input_ended(m->host.ctx) &&
           m->host.input(m->host.ctx, 0, &ch))
        machine_type(m, ch);
    machine_end_if_asked(m);
    m->next_poll = m->clock.now_base + POLL_CYCLES;
}

/* ---- idling ---- */

static void machine_jump_to(struct machine *m, u64 cycle)
{
    if (cycle <= m->clock.now_base)
        return;
    m->idle_cycles += cycle - m->clock.now_base;
    m->clock.now_base = cycle;
}

/* Real time at which `cycle` should come, and agreement anew where the two have drifted apart:
 * after a busy stretch virtual time is ahead, and nobody should have to wait for that. */
static u64 machine_pace_deadline(struct machine *m, u64 cycle)
{
    u64 host = m->host.mono_ns(m->host.ctx);
    u64 now = m->clock.now_base;
    u64 due = m->pace_host + clock_cycles_to_ns(&m->clock, now - m->pace_cycle);
    if (now < m->pace_cycle || due > host || host - due > PACE_MAX_LAG_NS) {
        m->pace_host = host;
        m->pace_cycle = now;
    }
    if (cycle == CLOCK_NEVER)
        return ~0ull;
    return m->pace_host + clock_cycles_to_ns(&m->clock, cycle - m->pace_cycle);
}

/* Sleeps towards `cycle`; a character that comes in meanwhile comes at its time. */
static void machine_idle_paced(struct machine *m, u64 cycle)
{
    u64 due = machine_pace_deadline(m, cycle);
    u64 start = m->host.mono_ns(m->host.ctx);
    u64 ns = due == ~0ull ? ~0ull : due > start ? due - start : 0;
    u8 ch = 0;
    bool got = m->host.input(m->host.ctx, ns, machine_room(m) ? &ch : NULL);
    u64 host = m->host.mono_ns(m->host.ctx);
    u64 reached = m->clock.now_base + clock_ns_to_cycles(&m->clock, host - start);
    bool ended = m->host.asked_to_end(m->host.ctx);
    if (cycle != CLOCK_NEVER || got || ended) /* the end of input is no event: it takes no time */
        machine_jump_to(m, host >= due || reached > cycle ? cycle : reached);
    if (got)
        machine_type(m, ch);
    machine_end_if_asked(m);
}

static bool machine_nothing_can_happen(const struct machine *m, u64 next)
{
    if (next != CLOCK_NEVER)
        return false;
    return m->intake.mode == INTAKE_REPLAY || !machine_room(m) || m->host.input_ended(m->host.ctx);
}

static void machine_idle(struct machine *m)
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
    if (machine_nothing_can_happen(m, next)) {
        machine_end(m, MACHINE_DEADLOCK, 0,
                    "all CPUs wait for an interrupt, no device has anything to do, and there is "
                    "no more input");
        return;
    }
    if (m->intake.mode == INTAKE_REPLAY || (m->warp && next != CLOCK_NEVER))
        machine_jump_to(m, next);
    else
        machine_idle_paced(m, next);
}

/* ---- running ---- */

static bool machine_runnable(const struct vcpu *v)
{
    return v->enabled && !vcpu_idle(v);
}

static void machine_cpu_stopped(struct machine *m, const struct vcpu *v)
{
    machine_end(m, MACHINE_STOPPED, 0, "cpu%u at 0x%08x: %s", v->number, v->mips.pc,
                vcpu_stop_reason(v));
}

/* One CPU's turn of n cycles; returns how many it took. */
static u64 machine_take_turn(struct machine *m, struct vcpu *v, u64 n, bool first)
{
    m->running = v;
    m->turn_start = vcpu_retired(v);
    m->turn_end = m->clock.now_base + n;
    m->turn_first = first;
    u64 left = n;
    enum vcpu_exit exit;
    do {
        exit = vcpu_run(v, left);
        left = n - (vcpu_retired(v) - m->turn_start);
    } while (exit == VCPU_REQUEST && !first && left && v->enabled && m->end == MACHINE_RUNS);
    m->running = NULL;
    if (exit == VCPU_STOPPED)
        machine_cpu_stopped(m, v);
    return n - left;
}

/* Every CPU that can run when the round begins gets the same number of cycles: one that is woken
 * meanwhile would run in the past. The first may shorten the round. */
static void machine_round_of_turns(struct machine *m, u64 n, unsigned busy)
{
    bool first = true;
    u32 ready = 0;
    for (unsigned i = 0; i < m->ncpus; i++)
        ready |= (u32)machine_runnable(m->cpu[i]) << i;
    for (unsigned i = 0; i < m->ncpus && m->end == MACHINE_RUNS; i++) {
        struct vcpu *v = m->cpu[i];
        if (!(ready & 1u << i) || !machine_runnable(v))
            continue;
        u64 took = machine_take_turn(m, v, n, first);
        /* A CPU that went idle leaves the round's length to the others, if there are any. */
        if (first && took < n && (busy == 1 || !vcpu_idle(v)))
            n = took;
        first = false;
    }
    m->clock.now_base += n;
}

/* Several busy CPUs: nothing that a replay would not do may change where rounds end. */
static u64 machine_round_length(const struct machine *m, unsigned busy)
{
    u64 until = m->clock.now_base + (busy > 1 ? MACHINE_TURN : POLL_CYCLES);
    u64 logged = intake_next(&m->intake);
    until = m->clock.next < until ? m->clock.next : until;
    until = logged < until ? logged : until;
    if (busy == 1 && m->stop_at < until)
        until = m->stop_at;
    return until - m->clock.now_base;
}

/* As System/161: a warning after the time, the end after the same time again. */
static void machine_watch_progress(struct machine *m)
{
    u64 user = 0;
    if (!m->progress_cycles)
        return;
    for (unsigned i = 0; i < m->ncpus; i++)
        user += vcpu_user_cycles(m->cpu[i]);
    u64 now = m->clock.now_base;
    unsigned long long seconds = m->progress_cycles / m->clock.hz;
    if (user != m->progress_user) {
        m->progress_user = user;
        m->progress_since = now;
        m->progress_warned = false;
    } else if (now - m->progress_since > 2 * m->progress_cycles) {
        machine_end(m, MACHINE_NO_PROGRESS, 0, "no user program ran for %llu seconds", 2 * seconds);
    } else if (now - m->progress_since > m->progress_cycles && !m->progress_warned) {
        log_warn("no user program has run for %llu seconds", seconds);
        m->progress_warned = true;
    }
}

enum machine_end machine_run(struct machine *m)
{
    while (m->end == MACHINE_RUNS && m->clock.now_base < m->stop_at) {
        machine_poll_input(m);
        clock_run_due(&m->clock);
        machine_watch_progress(m);
        unsigned busy = 0;
        for (unsigned i = 0; i < m->ncpus; i++)
            busy += machine_runnable(m->cpu[i]);
        if (m->end != MACHINE_RUNS)
            break;
        if (busy)
            machine_round_of_turns(m, machine_round_length(m, busy), busy);
        else
            machine_idle(m);
    }
    return m->end;
}
