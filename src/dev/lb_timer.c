/* SPDX-License-Identifier: ISC */
/*
 * The wall clock is an offset plus virtual time, in ns modulo 2^64; the time registers can be
 * written, which moves the offset. Not latched: a reader of both halves must read seconds twice.
 *
 * System/161 hangs on reading the speaker or a reserved register, and on writing the interrupt or
 * a reserved register: here that is wrong (dev.h), reads 0 and changes nothing. Setting nanoseconds
 * to a second or more is odd. A countdown of 0 lasts one cycle, lest a restarting one stop time.
 */
#include "dev/lb_timer.h"
#include "dev/dev_int.h"
#include "dev/lb.h"
#include "lib/bug.h"

#include <stdlib.h>

#define LB_TIMER_S 1000000000ull

enum {
    LB_TIMER_SEC = 0x00,
    LB_TIMER_NSEC = 0x04,
    LB_TIMER_RESTART = 0x08,
    LB_TIMER_IRQ = 0x0c,
    LB_TIMER_COUNT = 0x10,
    LB_TIMER_SPEAKER = 0x14,
    LB_TIMER_RESERVED1 = 0x18,
    LB_TIMER_RESERVED2 = 0x1c,
};

struct lb_timer {
    const struct dev_env *env;
    struct dev_line line;
    struct lb_timer_config config;

    u64 offset; /* wall clock at cycle 0, ns */
    u32 restart;
    u32 count; /* microseconds, as last written */
    bool irq;
    struct event expiry;
};

static u64 lb_timer_now(const struct lb_timer *t)
{
    return t->offset + clock_cycles_to_ns(t->env->clock, clock_now(t->env->clock));
}

static void lb_timer_start(struct lb_timer *t)
{
    event_arm_after(&t->expiry, t->count * 1000ull);
}

static void lb_timer_set_irq(struct lb_timer *t, bool up)
{
    t->irq = up;
    dev_line_set(&t->line, up);
}

static void lb_timer_due(void *ctx)
{
    struct lb_timer *t = ctx;
    lb_timer_set_irq(t, true);
    if (t->restart)
        lb_timer_start(t);
}

static bool lb_timer_read(void *dev, unsigned cpu, u32 off, u32 *val)
{
    struct lb_timer *t = dev;
    (void)cpu;
    switch (off) {
    case LB_TIMER_SEC:
        *val = (u32)(lb_timer_now(t) / LB_TIMER_S);
        return true;
    case LB_TIMER_NSEC:
        *val = (u32)(lb_timer_now(t) % LB_TIMER_S);
        return true;
    case LB_TIMER_RESTART:
        *val = t->restart;
        return true;
    case LB_TIMER_IRQ:
        *val = t->irq;
        lb_timer_set_irq(t, false);
        return true;
    case LB_TIMER_COUNT:
        *val = t->count;
        return true;
    case LB_TIMER_SPEAKER:
    case LB_TIMER_RESERVED1:
    case LB_TIMER_RESERVED2:
        dev_wrong(t->env, "timer: speaker or reserved register read");
        *val = 0;
        return true;
    }
    return false;
}

static void lb_timer_set_ns(struct lb_timer *t, u32 ns)
{
    if (ns >= LB_TIMER_S)
        dev_odd(t->env, "timer: nanoseconds set to a second or more");
    else
        t->offset += ns - lb_timer_now(t) % LB_TIMER_S;
}

static bool lb_timer_write(void *dev, unsigned cpu, u32 off, u32 val)
{
    struct lb_timer *t = dev;
    (void)cpu;
    switch (off) {
    case LB_TIMER_SEC:
        t->offset += (val - lb_timer_now(t) / LB_TIMER_S) * LB_TIMER_S;
        return true;
    case LB_TIMER_NSEC:
        lb_timer_set_ns(t, val);
        return true;
    case LB_TIMER_RESTART:
        t->restart = val;
        return true;
    case LB_TIMER_COUNT:
        t->count = val;
        lb_timer_start(t);
        return true;
    case LB_TIMER_SPEAKER:
        if (t->config.beep)
            t->config.beep(t->config.ctx);
        return true;
    case LB_TIMER_IRQ:
    case LB_TIMER_RESERVED1:
    case LB_TIMER_RESERVED2:
        dev_wrong(t->env, "timer: interrupt or reserved register written");
        return true;
    }
    return false;
}

/* The wall clock runs on. */
static void lb_timer_reset(void *dev)
{
    struct lb_timer *t = dev;
    t->restart = 0;
    t->count = 0;
    dev_disarm(&t->expiry);
    lb_timer_set_irq(t, false);
}

static void lb_timer_loaded(void *obj)
{
    struct lb_timer *t = obj;
    event_loaded(&t->expiry);
    dev_line_set(&t->line, t->irq);
}

static const struct state_field lb_timer_fields[] = {
    STATE_FIELD(struct lb_timer, offset, U64, 1), STATE_FIELD(struct lb_timer, restart, U32, 1),
    STATE_FIELD(struct lb_timer, count, U32, 1),  STATE_FIELD(struct lb_timer, irq, BOOL, 1),
    DEV_STATE_EVENT(struct lb_timer, expiry),
};

/* Any values are possible: no check. */
static const struct state_desc lb_timer_state = {
    .name = "lb_timer",
    .version = 1,
    .nfields = ARRAY_LEN(lb_timer_fields),
    .size = sizeof(struct lb_timer),
    .fields = lb_timer_fields,
    .loaded = lb_timer_loaded,
};

const struct lb_class lb_timer_class = {
    .name = "timer",
    .device = 2,
    .revision = 1,
    .read = lb_timer_read,
    .write = lb_timer_write,
    .reset = lb_timer_reset,
    .state = &lb_timer_state,
};

struct lb_timer *lb_timer_new(const struct dev_env *env, struct dev_line line,
                              const struct lb_timer_config *config)
{
    struct lb_timer *t = xcalloc(1, sizeof *t);
    t->env = env;
    t->line = line;
    t->config = *config;
    t->offset = config->epoch;
    event_init(&t->expiry, env->clock, lb_timer_due, t);
    return t;
}

void lb_timer_free(struct lb_timer *t)
{
    free(t);
}
