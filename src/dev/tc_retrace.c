/* SPDX-License-Identifier: ISC */
#include "dev/tc_retrace.h"

static void tc_retrace_changed(struct tc_retrace *r)
{
    if (!r->enabled || r->pending)
        dev_disarm(&r->next);
    else if (!r->next.armed)
        event_arm(&r->next, (tc_retrace_frame(r) + 1) * r->period);
    dev_line_set(&r->line, r->enabled && r->pending);
}

static void tc_retrace_due(void *ctx)
{
    struct tc_retrace *r = ctx;
    r->pending = true;
    tc_retrace_changed(r);
}

void tc_retrace_init(struct tc_retrace *r, const struct dev_env *env, struct dev_line line,
                     u64 period_ns)
{
    *r = (struct tc_retrace){
        .env = env, .line = line, .period = clock_ns_to_cycles(env->clock, period_ns)};
    event_init(&r->next, env->clock, tc_retrace_due, r);
}

void tc_retrace_reset(struct tc_retrace *r, bool enabled, bool pending)
{
    r->enabled = enabled;
    r->pending = pending;
    dev_disarm(&r->next);
    tc_retrace_changed(r);
}

void tc_retrace_enable(struct tc_retrace *r, bool on)
{
    r->enabled = on;
    tc_retrace_changed(r);
}

void tc_retrace_acknowledge(struct tc_retrace *r)
{
    r->pending = false;
    tc_retrace_changed(r);
}

u64 tc_retrace_frame(const struct tc_retrace *r)
{
    return clock_now(r->env->clock) / r->period;
}

void tc_retrace_loaded(struct tc_retrace *r)
{
    event_loaded(&r->next);
    dev_line_set(&r->line, r->enabled && r->pending);
}
