/* SPDX-License-Identifier: ISC */
#include "lib/bug.h"
#include "lib/log.h"
#include "machine/machine_int.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct state_field machine_fields[] = {
    STATE_FIELD(struct machine, clock.now_base, U64, 1),
    STATE_FIELD(struct machine, clock.jitter_state, U64, 1),
    STATE_FIELD(struct machine, clock.edge, U64, 1),
    STATE_FIELD(struct machine, clock.in_sight, BOOL, 1),
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
    STATE_FIELD(struct machine, stats.net_drops, U64, 1),
};

static enum err machine_check(const void *scratch, struct error *e)
{
    const struct machine *m = scratch;
    if (m->clock.now_base > CLOCK_MAX || m->clock.edge > CLOCK_MAX ||
        m->idle_cycles > m->clock.now_base)
        return err_set(e, ERR_FORMAT, "the machine's clock is impossible");
    return ERR_OK;
}

static void machine_loaded(void *obj)
{
    struct machine *m = obj;
    m->next_poll = 0;
    m->round.open = false;
    m->running = NULL;
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
    *m = (struct machine){.host = *host,
                          .stop_at = ~0ull,
                          .poll_cycles = MACHINE_POLL_CYCLES,
                          .control = {.step_cpu = -1, .limit_cpu = -1}};
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

/* Of a region of memory. */
static void machine_page_loaded(void *ctx, u32 region, size_t off)
{
    struct machine *m = ctx;
    if (!mem_dma_ptr(m->mem, m->mem->region[region].base + off, MEM_PAGE))
        mips_code_flush(m->code); /* no RAM */
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
        if (r->kind != MEM_MMIO) {
            state_set_add_memory(&m->parts, "memory", i, r->host, r->size, machine_memory_loaded,
                                 m);
            state_set_by_page(&m->parts, machine_page_loaded);
        }
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

void machine_cpu_woken(struct machine *m)
{
    if (m->running && m->turn_first)
        vcpu_request(m->running);
}

/* ---- running ---- */

/* Asked when it is a CPU's turn: holding one that would not run changes nothing. */
static bool machine_runnable(struct machine *m, unsigned cpu)
{
    const struct vcpu *v = m->cpu[cpu];
    if (!v->enabled || vcpu_idle(v))
        return false;
    if (!(m->control.held & 1u << cpu))
        return true;
    if (!m->control.missed)
        machine_touched(m);
    m->control.missed = true;
    return false;
}

static void machine_cpu_stopped(struct machine *m, const struct vcpu *v)
{
    machine_end(m, MACHINE_STOPPED, 0, "cpu%u at 0x%08x: %s", v->number, v->mips.pc,
                vcpu_stop_reason(v));
}

static void machine_pause(struct machine *m, enum machine_pause why, unsigned cpu)
{
    m->control.paused = why;
    m->control.cpu = cpu;
}

static void machine_begin_turn(struct machine *m, struct vcpu *v, u64 n, bool first)
{
    m->running = v;
    m->turn_start = vcpu_retired(v);
    m->turn_end = m->clock.now_base + n;
    m->turn_first = first;
}

static u64 machine_turn_took(const struct machine *m)
{
    return vcpu_retired(m->running) - m->turn_start;
}

/* Of the running CPU, until it has retired `at`; at most `left`. */
static u64 machine_budget_to(const struct machine *m, int cpu, u64 at, u64 left)
{
    if (cpu != (int)m->running->number)
        return left;
    u64 retired = vcpu_retired(m->running);
    u64 budget = at > retired ? at - retired : 0;
    return budget < left ? budget : left;
}

/* Instructions until the running CPU has done what a debugger lets it; at most `left`. */
static u64 machine_step_budget(const struct machine *m, u64 left)
{
    const struct machine_control *c = &m->control;
    left = machine_budget_to(m, c->step_cpu, c->step_at, left);
    return machine_budget_to(m, c->limit_cpu, c->limit_at, left);
}

/* A step that ends at the limit is a step. */
static enum machine_pause machine_stepped(const struct machine *m)
{
    return machine_budget_to(m, m->control.step_cpu, m->control.step_at, 1) ? MACHINE_AT_LIMIT
                                                                            : MACHINE_STEPPED;
}

/* A machine that keeps pace with real time waits; the others pass over the loop at once. */
static bool machine_may_rest(const struct machine *m)
{
    return m->round.alone && m->ncpus == 1 && !m->warp && !m->idler &&
           m->intake.mode != INTAKE_REPLAY && m->control.step_cpu < 0;
}

/* Goes on with the running CPU's turn to its end; false: paused before that. */
static bool machine_take_turn(struct machine *m, u64 n)
{
    struct vcpu *v = m->running;
    for (;;) {
        if (m->idler == v)
            vcpu_skip(v, n - machine_turn_took(m));
        u64 left = n - machine_turn_took(m);
        u64 budget = machine_step_budget(m, left);
        enum vcpu_exit exit = vcpu_run(v, budget);
        if (exit == VCPU_SPIN && !machine_may_rest(m)) {
            vcpu_skip(v, machine_step_budget(m, n - machine_turn_took(m)));
            continue;
        }
        m->spinning = exit == VCPU_SPIN ? v : NULL;
        if (exit == VCPU_STOPPED)
            machine_cpu_stopped(m, v);
        bool stepped = budget < left && exit == VCPU_BUDGET;
        if (stepped || exit == VCPU_BREAK || exit == VCPU_WATCH) {
            machine_pause(m, stepped ? machine_stepped(m) : MACHINE_HIT, v->number);
            return false;
        }
        if (exit != VCPU_REQUEST || m->turn_first || machine_turn_took(m) == n || !v->enabled ||
            m->end != MACHINE_RUNS)
            return true;
    }
}

/* Every CPU that can run when the round begins gets the same number of cycles: one that is woken
 * meanwhile would run in the past. The first may shorten the round. */
static void machine_begin_round(struct machine *m, u64 length, u32 busy)
{
    m->round = (struct machine_round){
        .open = true, .alone = !(busy & (busy - 1)), .waiting = busy, .length = length};
    m->running = NULL;
}

static void machine_go_on_with_round(struct machine *m)
{
    struct machine_round *r = &m->round;
    bool first = !m->running;
    while (m->running || (r->waiting && m->end == MACHINE_RUNS)) {
        if (!m->running) {
            unsigned i = (unsigned)__builtin_ctz(r->waiting);
            r->waiting &= r->waiting - 1;
            if (!machine_runnable(m, i))
                continue;
            machine_begin_turn(m, m->cpu[i], r->length, first);
            first = false;
        }
        if (!machine_take_turn(m, r->length))
            return;
        /* A CPU that went idle leaves the round's length to the others, if there are any. */
        u64 took = machine_turn_took(m);
        if (m->turn_first && took < r->length && (r->alone || !vcpu_idle(m->running)))
            r->length = took;
        m->running = NULL;
    }
    m->clock.now_base += r->length;
    r->open = false;
    machine_look(m);
}

/* Several busy CPUs: nothing that a replay would not do may change where rounds end. */
static u64 machine_round_length(const struct machine *m, bool alone)
{
    u64 until = m->clock.now_base + (alone ? MACHINE_POLL_CYCLES : MACHINE_TURN);
    if (alone && m->next_poll > m->clock.now_base && m->next_poll < until)
        until = m->next_poll;
    u64 logged = intake_next(&m->intake);
    u64 look = machine_next_look(m);
    until = m->clock.next < until ? m->clock.next : until;
    until = logged < until ? logged : until;
    if (alone && m->stop_at < until)
        until = m->stop_at;
    if (alone && look < until)
        until = look;
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

/* The only CPU that could run does nothing until the next event. */
static bool machine_rests(struct machine *m)
{
    m->idler = m->spinning;
    m->spinning = NULL;
    if (!m->idler || m->clock.next <= m->clock.now_base || m->end != MACHINE_RUNS)
        m->idler = NULL;
    if (!m->idler)
        return false;
    machine_idle(m);
    m->idler = NULL;
    return true;
}

void machine_rest_to(struct machine *m, u64 cycle)
{
    machine_begin_round(m, cycle - m->clock.now_base, 1u << m->idler->number);
    machine_go_on_with_round(m);
}

/* Up to the next round, or through a jump while all CPUs wait. */
static void machine_between_rounds(struct machine *m)
{
    if (machine_rests(m))
        return;
    machine_poll_input(m);
    clock_run_due(&m->clock);
    machine_watch_progress(m);
    if (m->end != MACHINE_RUNS || m->control.pause)
        return;
    u32 busy = 0;
    for (unsigned i = 0; i < m->ncpus; i++)
        busy |= (u32)machine_runnable(m, i) << i;
    if (busy)
        machine_begin_round(m, machine_round_length(m, !(busy & (busy - 1))), busy);
    else
        machine_idle(m);
}

enum machine_end machine_run(struct machine *m)
{
    struct machine_control *c = &m->control;
    c->paused = MACHINE_NOT_PAUSED;
    m->spinning = NULL;
    while (m->end == MACHINE_RUNS && !c->paused) {
        if (m->round.open)
            machine_go_on_with_round(m);
        else if (c->pause)
            machine_pause(m, MACHINE_ASKED, 0);
        else if (m->clock.now_base >= m->stop_at)
            break;
        else
            machine_between_rounds(m);
    }
    return m->end;
}
