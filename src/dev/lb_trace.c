/* SPDX-License-Identifier: ISC */
/*
 * Trace letters belong to the person at the monitor, not to the machine's state: a snapshot
 * doesn't carry them, a reset doesn't clear them. An unknown letter, which hangs trace161, is
 * wrong (dev.h). Without a profile the profiling registers read 0 and ignore writes.
 */
#include "dev/lb_trace.h"
#include "dev/dev_int.h"
#include "dev/lb.h"
#include "lib/bug.h"

#include <stdlib.h>

enum {
    LB_TRACE_ON = 0x00,
    LB_TRACE_OFF = 0x04,
    LB_TRACE_PRINT = 0x08,
    LB_TRACE_DUMP = 0x0c,
    LB_TRACE_DEBUG = 0x10,
    LB_TRACE_PROFILE = 0x14,
    LB_TRACE_PROFILE_CLEAR = 0x18,
};

struct lb_trace {
    const struct dev_env *env;
    struct trace *tracing;
    struct lb_trace_hooks hooks;
    bool collecting; /* a profile, by configuration */

    bool paused; /* the same whether or not a profile is collected: it must not change the state */
};

static bool lb_trace_read(void *dev, unsigned cpu, u32 off, u32 *val)
{
    struct lb_trace *t = dev;
    (void)cpu;
    if (off != LB_TRACE_PROFILE)
        return false;
    *val = t->collecting && !t->paused;
    return true;
}

static void lb_trace_letter(struct lb_trace *t, u32 letter, bool on)
{
    if (!t->tracing)
        return;
    if (letter > 0x7f || !trace_set_letter(t->tracing, (char)letter, on))
        dev_wrong(t->env, "trace: no such trace letter");
}

static void lb_trace_drive(struct lb_trace *t)
{
    if (t->collecting && t->hooks.profile)
        t->hooks.profile(t->hooks.ctx, !t->paused);
}

static void lb_trace_sample(struct lb_trace *t, bool on)
{
    t->paused = !on;
    lb_trace_drive(t);
}

static bool lb_trace_write(void *dev, unsigned cpu, u32 off, u32 val)
{
    struct lb_trace *t = dev;
    (void)cpu;
    switch (off) {
    case LB_TRACE_ON:
    case LB_TRACE_OFF:
        lb_trace_letter(t, val, off == LB_TRACE_ON);
        return true;
    case LB_TRACE_PRINT:
        if (t->hooks.print)
            t->hooks.print(t->hooks.ctx, val);
        return true;
    case LB_TRACE_DUMP:
        if (t->hooks.dump)
            t->hooks.dump(t->hooks.ctx, val);
        return true;
    case LB_TRACE_DEBUG:
        if (t->hooks.debug)
            t->hooks.debug(t->hooks.ctx);
        return true;
    case LB_TRACE_PROFILE:
        lb_trace_sample(t, val != 0);
        return true;
    case LB_TRACE_PROFILE_CLEAR:
        if (t->collecting && t->hooks.profile_clear)
            t->hooks.profile_clear(t->hooks.ctx);
        return true;
    }
    return false;
}

static void lb_trace_reset(void *dev)
{
    struct lb_trace *t = dev;
    t->paused = false;
    lb_trace_drive(t);
}

static void lb_trace_loaded(void *obj)
{
    lb_trace_drive(obj);
}

static const struct state_field lb_trace_fields[] = {
    STATE_FIELD(struct lb_trace, paused, BOOL, 1),
};

static const struct state_desc lb_trace_state = {
    .name = "lb_trace",
    .version = 1,
    .nfields = ARRAY_LEN(lb_trace_fields),
    .size = sizeof(struct lb_trace),
    .fields = lb_trace_fields,
    .loaded = lb_trace_loaded,
};

const struct lb_class lb_trace_class = {
    .name = "trace",
    .device = 8,
    .revision = 3,
    .read = lb_trace_read,
    .write = lb_trace_write,
    .reset = lb_trace_reset,
    .state = &lb_trace_state,
};

struct lb_trace *lb_trace_new(const struct dev_env *env, struct trace *tracing, bool profiling,
                              const struct lb_trace_hooks *hooks)
{
    struct lb_trace *t = xcalloc(1, sizeof *t);
    t->env = env;
    t->tracing = tracing;
    t->collecting = profiling;
    if (hooks)
        t->hooks = *hooks;
    return t;
}

void lb_trace_free(struct lb_trace *t)
{
    free(t);
}
