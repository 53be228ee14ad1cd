/* SPDX-License-Identifier: ISC */
#include "lib/bug.h"
#include "lib/log.h"
#include "vmm/vmm_debug_int.h"

#include <stdlib.h>

/* ---- stops ---- */

/* Who stops in the past just where the present is has come to the present. */
static void vmm_debug_arrive(struct vmm_debug *d, const struct debug_stop *stop)
{
    if (vmm_past_machine(d->past) && vmm_past_is_over(d->past) &&
        !gdb_server_passes(d->server, stop))
        vmm_past_leave(d->past);
}

/* False: nobody is there, or what they wait for has not come yet. */
static bool vmm_debug_report(struct vmm_debug *d, const struct debug_stop *stop)
{
    vmm_debug_arrive(d, stop);
    d->stop = *stop;
    d->stopped = gdb_server_attached(d->server);
    if (d->stopped && !gdb_server_stopped(d->server, stop))
        d->stopped = false;
    return d->stopped;
}

static void vmm_debug_await(struct vmm_debug *d)
{
    d->stopped = true;
    log_info("waiting for a debugger (in gdb: target remote %s)", d->address);
}

/* The CPU that a person probably means. */
static unsigned vmm_debug_busy_cpu(const struct vmm_debug *d)
{
    const struct machine *m = vmm_debug_seen(d);
    for (unsigned i = 0; i < m->ncpus; i++)
        if (m->cpu[i]->enabled && !vcpu_idle(m->cpu[i]))
            return i;
    return m->cpu[d->stop.thread]->enabled ? d->stop.thread : 0;
}

static void vmm_debug_asked(struct vmm_debug *d)
{
    struct debug_stop stop = {.kind = DEBUG_STOP_ASKED, .thread = vmm_debug_busy_cpu(d)};
    d->m->control.pause = false;
    if (gdb_server_attached(d->server)) {
        (void)vmm_debug_report(d, &stop);
    } else if (!d->config.dont_wait) {
        d->stop = stop;
        vmm_debug_await(d);
    }
}

static void vmm_debug_stepped(struct vmm_debug *d)
{
    struct machine *m = vmm_debug_seen(d);
    struct machine_control *c = &m->control;
    const struct debug_action *a = &d->action[c->cpu];
    u32 pc = m->cpu[c->cpu]->mips.pc;
    if (a->go == DEBUG_RANGE && pc >= a->start && pc < a->end) {
        c->step_at = vcpu_retired(m->cpu[c->cpu]) + 1;
        return;
    }
    struct debug_stop stop = {.kind = DEBUG_STOP_STEP, .thread = c->cpu};
    (void)vmm_debug_report(d, &stop);
}

static struct debug_stop vmm_debug_point(const struct vmm_debug *d)
{
    static const enum debug_point_kind kinds[] = {[MIPS_WATCH_READ] = DEBUG_WATCH_READ,
                                                  [MIPS_WATCH_WRITE] = DEBUG_WATCH_WRITE,
                                                  [MIPS_WATCH_ACCESS] = DEBUG_WATCH_ACCESS};
    const struct machine *m = vmm_debug_seen(d);
    const struct machine_control *c = &m->control;
    const struct mips_hit *hit = &m->cpu[c->cpu]->mips.hit;
    struct debug_stop stop = {.kind = DEBUG_STOP_POINT, .thread = c->cpu, .addr = hit->va};
    if (!hit->watch.kind)
        stop.point = vmm_debug_target_break_kind(d, hit->va);
    else
        stop.point = kinds[hit->watch.kind];
    return stop;
}

/* False: see vmm_debug_report. */
static bool vmm_debug_at_point(struct vmm_debug *d)
{
    struct debug_stop stop = vmm_debug_point(d);
    return vmm_debug_report(d, &stop);
}

/* ---- ends ---- */

static bool vmm_debug_is_crash(enum machine_end end)
{
    return end == MACHINE_STOPPED || end == MACHINE_DEADLOCK || end == MACHINE_NO_PROGRESS;
}

/* The machine can go on after it; a CPU that cannot will stop it again. */
static void vmm_debug_undo_end(struct vmm_debug *d)
{
    struct machine *m = d->m;
    m->end = MACHINE_RUNS;
    m->exit_code = 0;
    m->reason[0] = 0;
    m->progress_since = m->clock.now_base;
    m->progress_warned = false;
}

static void vmm_debug_guest_asked(struct vmm_debug *d)
{
    struct debug_stop stop = {.kind = DEBUG_STOP_GUEST, .thread = vmm_debug_busy_cpu(d)};
    d->was_asked = true;
    if (gdb_server_attached(d->server)) {
        vmm_debug_undo_end(d);
        (void)vmm_debug_report(d, &stop);
    } else if (!d->config.dont_wait) {
        log_info("%s", d->m->reason);
        vmm_debug_undo_end(d);
        d->stop = stop;
        vmm_debug_await(d);
    }
}

static void vmm_debug_crashed(struct vmm_debug *d)
{
    struct debug_stop stop = {.kind = DEBUG_STOP_CRASH, .thread = vmm_debug_busy_cpu(d)};
    if (!gdb_server_attached(d->server) && d->config.dont_wait)
        return;
    log_error("%s", d->m->reason);
    if (gdb_server_attached(d->server)) {
        (void)vmm_debug_report(d, &stop);
        return;
    }
    for (unsigned i = 0; i < d->m->ncpus; i++)
        if (d->m->cpu[i]->enabled)
            machine_log_cpu(d->m, i);
    d->stop = stop;
    vmm_debug_await(d);
}

/* A client that can have it restarted is given the time to. */
static void vmm_debug_over(struct vmm_debug *d)
{
    struct debug_stop stop = {.kind = DEBUG_STOP_END, .code = (u8)d->m->exit_code};
    bool may_restart = gdb_server_may_restart(d->server) && d->m->end == MACHINE_POWER_OFF;
    (void)vmm_debug_report(d, &stop);
    d->stopped &= may_restart && gdb_server_may_restart(d->server);
    if (d->stopped)
        log_info("the guest has powered off; the debugger may run it again");
}

static void vmm_debug_ended(struct vmm_debug *d)
{
    if (d->m->end == MACHINE_DEBUGGER)
        vmm_debug_guest_asked(d);
    else if (vmm_debug_is_crash(d->m->end))
        vmm_debug_crashed(d);
    else
        vmm_debug_over(d);
}

/* ---- run control, by the debugger ---- */

/* Who goes on from the past goes on there, up to the present. */
static bool vmm_debug_stays_in_past(struct vmm_debug *d)
{
    if (vmm_past_machine(d->past) && !vmm_past_limit(d->past))
        return true;
    if (d->past)
        vmm_past_goes_on(d->past);
    return false;
}

void vmm_debug_changes(struct vmm_debug *d)
{
    machine_touched(d->m);
    if (d->past)
        vmm_past_will_change(d->past);
}

static void vmm_debug_resume(void *ctx, const struct debug_action *action)
{
    struct vmm_debug *d = ctx;
    bool past = vmm_debug_stays_in_past(d);
    struct machine *m = vmm_debug_seen(d);
    struct machine_control *c = &m->control;
    if (!past && vmm_debug_is_crash(m->end))
        vmm_debug_undo_end(d);
    c->pause = false; /* a wish that came too late */
    c->held = 0;
    c->step_cpu = -1;
    for (unsigned i = 0; i < m->ncpus; i++) {
        d->action[i] = action[i];
        if (action[i].go == DEBUG_STAY && !past) /* in the past all go as they did */
            c->held |= 1u << i;
        if (action[i].go >= DEBUG_STEP && c->step_cpu < 0) {
            c->step_cpu = (int)i;
            c->step_at = vcpu_retired(m->cpu[i]) + 1;
        }
    }
    d->direction = VMM_DEBUG_ON;
    d->stopped = false;
}

void vmm_debug_leaves(struct vmm_debug *d)
{
    if (!vmm_past_machine(d->past))
        d->present = d->stop;
}

static void vmm_debug_go_back(void *ctx, unsigned thread, bool step)
{
    struct vmm_debug *d = ctx;
    vmm_debug_leaves(d);
    d->m->control.pause = false;
    d->direction = step ? VMM_DEBUG_BACK_STEP : VMM_DEBUG_BACK;
    d->back_cpu = thread;
    d->stopped = false;
}

static void vmm_debug_pause(void *ctx)
{
    struct vmm_debug *d = ctx;
    if (d->stopped)
        (void)vmm_debug_report(d, &d->stop);
    else
        d->m->control.pause = true;
}

static void vmm_debug_release(void *ctx)
{
    struct vmm_debug *d = ctx;
    d->direction = VMM_DEBUG_ON;
    if (d->past)
        vmm_past_goes_on(d->past);
    struct machine_control *c = &d->m->control;
    c->held = 0;
    c->step_cpu = -1;
    c->pause = false;
    d->stopped = false;
}

static void vmm_debug_kill(void *ctx)
{
    struct vmm_debug *d = ctx;
    vmm_debug_release(d);
    if (vmm_debug_is_crash(d->m->end))
        vmm_debug_undo_end(d);
    machine_end(d->m, MACHINE_INTERRUPTED, 0, "ended by the debugger");
}

static enum err vmm_debug_restart(void *ctx, struct error *e)
{
    struct vmm_debug *d = ctx;
    (void)e;
    vmm_debug_release(d);
    d->restart = true;
    d->m->control.pause = true;
    return ERR_OK;
}

static void vmm_debug_init_ops(struct debug_target_ops *ops)
{
    *ops = (struct debug_target_ops){.resume = vmm_debug_resume,
                                     .pause = vmm_debug_pause,
                                     .release = vmm_debug_release,
                                     .kill = vmm_debug_kill,
                                     .restart = vmm_debug_restart};
}

/* ---- by the command ---- */

static bool vmm_debug_gives_up(void *ctx);

static bool vmm_debug_pauses(void *ctx)
{
    const struct vmm_debug *d = ctx;
    const struct machine_host *h = &d->m->host;
    h->wait(h->ctx, 0, false);
    return d->m->control.pause || !vmm_past_machine(d->past) || h->asked_to_end(h->ctx);
}

static bool vmm_debug_counts(void *ctx)
{
    const struct vmm_debug *d = ctx;
    struct debug_stop stop = vmm_debug_point(d);
    return !gdb_server_passes(d->server, &stop);
}

static enum err vmm_debug_keep_past(struct vmm_debug *d, struct error *e)
{
    const struct vmm_past_config c = {.board = d->config.board,
                                      .setup = d->config.setup,
                                      .bytes = d->config.past_bytes,
                                      .asked = vmm_debug_gives_up,
                                      .pauses = vmm_debug_pauses,
                                      .counts = vmm_debug_counts,
                                      .ctx = d};
    return c.bytes ? vmm_past_new(&d->past, d->m, &c, e) : ERR_OK;
}

enum err vmm_debug_new(struct vmm_debug **out, struct machine *m,
                       const struct vmm_debug_config *config, struct error *e)
{
    struct vmm_debug *d = xcalloc(1, sizeof *d);
    d->m = m;
    d->config = *config;
    d->address = xstrdup(config->address);
    vmm_debug_init_ops(&d->ops);
    if (config->past_bytes)
        d->ops.back = vmm_debug_go_back;
    vmm_debug_target_init(d, &d->ops);
    d->target.ops = &d->ops;
    vmm_debug_release(d);
    d->server = gdb_server_new(config->poll, &d->target);
    enum err err = gdb_server_listen(d->server, config->address, e);
    if (!err)
        err = vmm_debug_keep_past(d, e);
    if (err) {
        vmm_debug_free(d);
        return err;
    }
    *out = d;
    return ERR_OK;
}

void vmm_debug_free(struct vmm_debug *d)
{
    if (!d)
        return;
    gdb_server_free(d->server);
    vmm_past_free(d->past);
    free(d->address);
    free(d->brk);
    free(d);
}

void vmm_debug_wait(struct vmm_debug *d)
{
    d->stop = (struct debug_stop){.kind = DEBUG_STOP_ASKED};
    vmm_debug_await(d);
}

void vmm_debug_break(struct vmm_debug *d)
{
    d->m->control.pause = true;
}

void vmm_debug_restarted(struct vmm_debug *d)
{
    struct debug_stop stop = {.kind = DEBUG_STOP_ASKED};
    struct error e;
    d->restart = false;
    d->nbrk = 0;
    vmm_debug_release(d);
    if (vmm_debug_keep_past(d, &e))
        log_warn("%s: there will be no going back", e.msg);
    (void)vmm_debug_report(d, &stop);
}

bool vmm_debug_was_asked(const struct vmm_debug *d)
{
    return d->was_asked;
}

static void vmm_debug_serve(struct vmm_debug *d)
{
    const struct machine_host *h = &d->m->host;
    h->wait(h->ctx, ~0ull, false);
    if (!d->stopped || !h->asked_to_end(h->ctx))
        return;
    if (vmm_debug_is_crash(d->m->end))
        vmm_debug_undo_end(d);
    machine_end(d->m, MACHINE_INTERRUPTED, 0, "ended on request");
    d->stopped = false;
}

static void vmm_debug_paused(struct vmm_debug *d)
{
    switch (vmm_debug_seen(d)->control.paused) {
    case MACHINE_ASKED:
        vmm_debug_asked(d);
        return;
    case MACHINE_STEPPED:
        vmm_debug_stepped(d);
        return;
    case MACHINE_HIT:
        (void)vmm_debug_at_point(d);
        return;
    case MACHINE_AT_LIMIT:
    case MACHINE_NOT_PAUSED:
        return;
    }
}

/* What comes after a CPU was held up does not follow from what is known of before. */
static void vmm_debug_missed(struct vmm_debug *d)
{
    if (d->m->control.missed && d->past) {
        vmm_past_will_change(d->past);
        vmm_past_goes_on(d->past);
    }
    d->m->control.missed = false;
}

static void vmm_debug_run_on(struct vmm_debug *d)
{
    machine_run(d->m);
    vmm_debug_missed(d);
    if (d->restart)
        return;
    if (d->m->end != MACHINE_RUNS)
        vmm_debug_ended(d);
    else
        vmm_debug_paused(d);
}

/* ---- in the past ---- */

static void vmm_debug_at_edge(struct vmm_debug *d, enum debug_stop_kind kind, unsigned thread)
{
    struct debug_stop stop = {.kind = kind, .thread = thread};
    (void)vmm_debug_report(d, &stop);
}

static void vmm_debug_run_past(struct vmm_debug *d)
{
    struct machine *m = vmm_past_machine(d->past);
    machine_run(m);
    if (!vmm_past_machine(d->past)) /* the debugger has gone meanwhile */
        return;
    enum machine_pause paused = m->control.paused;
    if (m->end == MACHINE_RUNS && paused != MACHINE_NOT_PAUSED && paused != MACHINE_AT_LIMIT) {
        vmm_debug_paused(d);
        return;
    }
    if (m->end == MACHINE_DIVERGED)
        log_error("the past went differently when it was followed; this is the present");
    vmm_past_leave(d->past);
    vmm_debug_at_edge(d, DEBUG_STOP_LAST, d->present.thread);
}

/* The person does not want to wait longer, or the debugger has gone. */
static bool vmm_debug_gives_up(void *ctx)
{
    struct vmm_debug *d = ctx;
    const struct machine_host *h = &d->m->host;
    h->wait(h->ctx, 0, false);
    return d->m->control.pause || d->direction == VMM_DEBUG_ON || h->asked_to_end(h->ctx);
}

static void vmm_debug_run_back(struct vmm_debug *d)
{
    if (d->direction == VMM_DEBUG_BACK_STEP) {
        struct debug_stop stop = {.kind = DEBUG_STOP_STEP, .thread = d->back_cpu};
        if (vmm_past_step_back(d->past, d->back_cpu))
            (void)vmm_debug_report(d, &stop);
        else
            vmm_debug_at_edge(d, DEBUG_STOP_FIRST, vmm_debug_busy_cpu(d));
        return;
    }
    enum vmm_past_end end;
    while ((end = vmm_past_run_back(d->past)) == VMM_PAST_POINT)
        if (vmm_debug_at_point(d) || vmm_debug_gives_up(d))
            return;
    d->m->control.pause = false;
    if (end == VMM_PAST_ASKED)
        vmm_debug_at_edge(d, DEBUG_STOP_ASKED, d->stop.thread);
    else
        vmm_debug_at_edge(d, DEBUG_STOP_FIRST, vmm_debug_busy_cpu(d));
    if (!d->stopped) /* the debugger has gone meanwhile */
        vmm_debug_release(d);
}

/* Is on its way in the past, though the present may be over. */
static bool vmm_debug_travels(const struct vmm_debug *d)
{
    return d->direction != VMM_DEBUG_ON || vmm_past_machine(d->past);
}

bool vmm_debug_run(struct vmm_debug *d)
{
    while (!d->restart && (d->stopped || d->m->end == MACHINE_RUNS || vmm_debug_travels(d))) {
        if (d->stopped)
            vmm_debug_serve(d);
        else if (d->direction != VMM_DEBUG_ON)
            vmm_debug_run_back(d);
        else if (vmm_past_machine(d->past))
            vmm_debug_run_past(d);
        else
            vmm_debug_run_on(d);
    }
    if (d->restart) {
        vmm_past_free(d->past);
        d->past = NULL;
    }
    return !d->restart;
}
