/* SPDX-License-Identifier: ISC */
#include "lib/bug.h"
#include "lib/log.h"
#include "vmm/vmm_debug_int.h"

#include <stdlib.h>

/* ---- stops ---- */

/* False: nobody is there, or what they wait for has not come yet. */
static bool vmm_debug_report(struct vmm_debug *d, const struct debug_stop *stop)
{
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
    for (unsigned i = 0; i < d->m->ncpus; i++)
        if (d->m->cpu[i]->enabled && !vcpu_idle(d->m->cpu[i]))
            return i;
    return d->m->cpu[d->stop.thread]->enabled ? d->stop.thread : 0;
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
    struct machine_control *c = &d->m->control;
    const struct debug_action *a = &d->action[c->cpu];
    u32 pc = d->m->cpu[c->cpu]->mips.pc;
    if (a->go == DEBUG_RANGE && pc >= a->start && pc < a->end) {
        c->step_at = vcpu_retired(d->m->cpu[c->cpu]) + 1;
        return;
    }
    struct debug_stop stop = {.kind = DEBUG_STOP_STEP, .thread = c->cpu};
    (void)vmm_debug_report(d, &stop);
}

static void vmm_debug_at_point(struct vmm_debug *d)
{
    static const enum debug_point_kind kinds[] = {[MIPS_WATCH_READ] = DEBUG_WATCH_READ,
                                                  [MIPS_WATCH_WRITE] = DEBUG_WATCH_WRITE,
                                                  [MIPS_WATCH_ACCESS] = DEBUG_WATCH_ACCESS};
    const struct machine_control *c = &d->m->control;
    const struct mips_hit *hit = &d->m->cpu[c->cpu]->mips.hit;
    struct debug_stop stop = {.kind = DEBUG_STOP_POINT, .thread = c->cpu, .addr = hit->va};
    if (!hit->watch.kind)
        stop.point = vmm_debug_target_break_kind(d, hit->va);
    else
        stop.point = kinds[hit->watch.kind];
    (void)vmm_debug_report(d, &stop);
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

static void vmm_debug_resume(void *ctx, const struct debug_action *action)
{
    struct vmm_debug *d = ctx;
    struct machine_control *c = &d->m->control;
    if (vmm_debug_is_crash(d->m->end))
        vmm_debug_undo_end(d);
    c->pause = false; /* a wish that came too late */
    c->held = 0;
    c->step_cpu = -1;
    bool changes = false;
    for (unsigned i = 0; i < d->m->ncpus; i++) {
        d->action[i] = action[i];
        if (action[i].go == DEBUG_STAY) {
            c->held |= 1u << i;
            changes |= d->m->cpu[i]->enabled;
        }
        if (action[i].go >= DEBUG_STEP && c->step_cpu < 0) {
            c->step_cpu = (int)i;
            c->step_at = vcpu_retired(d->m->cpu[i]) + 1;
        }
    }
    if (changes)
        machine_touched(d->m);
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

enum err vmm_debug_new(struct vmm_debug **out, struct machine *m,
                       const struct vmm_debug_config *config, struct error *e)
{
    struct vmm_debug *d = xcalloc(1, sizeof *d);
    d->m = m;
    d->config = *config;
    d->address = xstrdup(config->address);
    vmm_debug_init_ops(&d->ops);
    vmm_debug_target_init(d, &d->ops);
    d->target.ops = &d->ops;
    vmm_debug_release(d);
    d->server = gdb_server_new(config->poll, &d->target);
    enum err err = gdb_server_listen(d->server, config->address, e);
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
    d->restart = false;
    d->nbrk = 0;
    vmm_debug_release(d);
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

static void vmm_debug_run_on(struct vmm_debug *d)
{
    machine_run(d->m);
    if (d->restart)
        return;
    if (d->m->end != MACHINE_RUNS) {
        vmm_debug_ended(d);
        return;
    }
    switch (d->m->control.paused) {
    case MACHINE_ASKED:
        vmm_debug_asked(d);
        return;
    case MACHINE_STEPPED:
        vmm_debug_stepped(d);
        return;
    case MACHINE_HIT:
        vmm_debug_at_point(d);
        return;
    case MACHINE_AT_LIMIT:
    case MACHINE_NOT_PAUSED:
        return;
    }
}

bool vmm_debug_run(struct vmm_debug *d)
{
    while (!d->restart && (d->stopped || d->m->end == MACHINE_RUNS)) {
        if (d->stopped)
            vmm_debug_serve(d);
        else
            vmm_debug_run_on(d);
    }
    return !d->restart;
}
