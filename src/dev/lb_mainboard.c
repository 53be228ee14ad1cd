/* SPDX-License-Identifier: ISC */
/*
 * The mainboard's registers.
 *
 * Where System/161 hangs the machine or leaves things undefined:
 *  - PWR with bit 31 clear switches off, also when it leaves other slots on (odd, see dev.h);
 *  - PWR powers slots off and on as the document says (System/161 ignores it, and reads ~0);
 *    reading it on the old board is wrong and yields 0;
 *  - CPUE bits of absent CPUs are odd and ignored.
 * Switching off takes 5 ms, in which the guest runs on. CPU RAM is 256 bytes, as mapped.
 *
 * Lines to the CPUs are levels and derived: `loaded` drives them all again.
 */
#include "dev/lb_mainboard.h"
#include "dev/dev_int.h"
#include "dev/lb.h"
#include "lib/bug.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LB_MAINBOARD_OFF_NS     5000000
#define LB_MAINBOARD_REGION     0x400u /* of a slot's configuration and of a CPU's control */
#define LB_MAINBOARD_CRAM       0x300u
#define LB_MAINBOARD_CRAM_WORDS ((LB_MAINBOARD_REGION - LB_MAINBOARD_CRAM) / 4)
#define LB_MAINBOARD_KSEG0      0x80000000u /* the CPUs are MIPS: unmapped view of physical 0 */

enum {
    LB_MAINBOARD_VID = 0x000,
    LB_MAINBOARD_DID = 0x004,
    LB_MAINBOARD_DRL = 0x008,
    LB_MAINBOARD_RAMSZ = 0x200,
    LB_MAINBOARD_IRQS = 0x204,
    LB_MAINBOARD_PWR = 0x208,
    LB_MAINBOARD_IRQE = 0x20c,
    LB_MAINBOARD_CPUS = 0x210,
    LB_MAINBOARD_CPUE = 0x214,
    LB_MAINBOARD_SELF = 0x218,
    LB_MAINBOARD_EXIT = 0x21c, /* ours */
    LB_MAINBOARD_CIRQE = 0x000,
    LB_MAINBOARD_CIPI = 0x004,
};

struct lb_mainboard {
    const struct dev_env *env;
    struct lb_bus *bus;
    const struct lb_cpu_ops *ops;
    void *ctx;
    struct lb_mainboard_config config;
    u32 present; /* CPUS */
    u32 out;     /* LAMEbus line of each CPU as last driven; derived */

    u32 irqe;
    u32 cirqe[LB_MAX_CPUS];
    u32 cipi; /* bit per CPU */
    u32 cpue;
    u32 cram[LB_MAX_CPUS * LB_MAINBOARD_CRAM_WORDS];
    u32 exit_code;
    struct event off;
};

/* Drives the LAMEbus lines of the CPUs in `force`, and of those that change. */
static void lb_mainboard_route(struct lb_mainboard *mb, u32 force)
{
    u32 lines = lb_bus_irqs(mb->bus) & mb->irqe;
    for (unsigned i = 0; i < mb->config.ncpus; i++) {
        u32 bit = 1u << i;
        u32 up = lines & mb->cirqe[i] ? bit : 0;
        if (up != (mb->out & bit) || force & bit) {
            mb->out = (mb->out & ~bit) | up;
            mb->ops->irq(mb->ctx, i, up != 0);
        }
    }
}

static void lb_mainboard_drive_all(struct lb_mainboard *mb)
{
    lb_mainboard_route(mb, ~0u);
    for (unsigned i = 0; i < mb->config.ncpus; i++)
        mb->ops->ipi(mb->ctx, i, mb->cipi & 1u << i);
}

static void lb_mainboard_trace_lines(const struct lb_mainboard *mb)
{
    char slots[100] = " none";
    u32 lines = lb_bus_irqs(mb->bus);
    int n = 0;
    for (unsigned i = 0; i < LB_SLOTS; i++)
        if (lines & 1u << i)
            n += snprintf(slots + n, sizeof slots - (size_t)n, " %u", i);
    trace_print(mb->env->trace, "slots with interrupts:%s", slots);
}

static void lb_mainboard_lines_changed(void *ctx)
{
    struct lb_mainboard *mb = ctx;
    if (trace_on(mb->env->trace, TRACE_IRQ))
        lb_mainboard_trace_lines(mb);
    lb_mainboard_route(mb, 0);
}

static void lb_mainboard_off_due(void *ctx)
{
    struct lb_mainboard *mb = ctx;
    mb->ops->power_off(mb->ctx, mb->exit_code);
}

static void lb_mainboard_power(struct lb_mainboard *mb, u32 val)
{
    bool off = mb->config.old ? val == 0 : !(val & 1u << LB_MAINBOARD);
    if (!off) {
        if (!mb->config.old)
            lb_bus_power(mb->bus, val);
        return;
    }
    if (val)
        dev_odd(mb->env, "mainboard: power-off with other slots left on");
    if (!mb->off.armed)
        event_arm_after(&mb->off, LB_MAINBOARD_OFF_NS);
}

/* The CPU begins at the address in word 0 of its CPU RAM, with word 1 as argument and the top of
 * that RAM as stack. */
static void lb_mainboard_start(struct lb_mainboard *mb, unsigned cpu)
{
    const u32 *cram = &mb->cram[cpu * LB_MAINBOARD_CRAM_WORDS];
    u32 sp = LB_MAINBOARD_KSEG0 + LB_BASE + LB_MAINBOARD * LB_SLOT_SIZE + LB_BUFFER +
             (cpu + 1) * LB_MAINBOARD_REGION;
    mb->ops->start(mb->ctx, cpu, cram[0], sp, cram[1]);
}

static void lb_mainboard_enable(struct lb_mainboard *mb, u32 val)
{
    if (val & ~mb->present)
        dev_odd(mb->env, "mainboard: an absent CPU enabled");
    u32 changed = (val ^ mb->cpue) & mb->present;
    mb->cpue ^= changed;
    for (unsigned i = 0; i < mb->config.ncpus; i++) {
        if (!(changed & 1u << i))
            continue;
        if (mb->cpue & 1u << i)
            lb_mainboard_start(mb, i);
        else
            mb->ops->stop(mb->ctx, i);
    }
}

/* Registers that only the multiprocessor board has. */
static bool lb_mainboard_read_mp(struct lb_mainboard *mb, unsigned cpu, u32 off, u32 *val)
{
    switch (off) {
    case LB_MAINBOARD_CPUS:
        *val = mb->present;
        return true;
    case LB_MAINBOARD_CPUE:
        *val = mb->cpue;
        return true;
    case LB_MAINBOARD_SELF:
        *val = 1u << cpu % LB_MAX_CPUS;
        return true;
    case LB_MAINBOARD_EXIT:
        *val = mb->exit_code;
        return mb->config.extended;
    }
    return false;
}

static bool lb_mainboard_read_own(struct lb_mainboard *mb, unsigned cpu, u32 off, u32 *val)
{
    switch (off) {
    case LB_MAINBOARD_RAMSZ:
        *val = mb->config.ram_size;
        return true;
    case LB_MAINBOARD_IRQS:
        *val = lb_bus_irqs(mb->bus);
        return true;
    case LB_MAINBOARD_PWR:
        if (mb->config.old)
            dev_wrong(mb->env, "mainboard: power register read");
        *val = mb->config.old ? 0 : mb->bus->powered;
        return true;
    case LB_MAINBOARD_IRQE:
        *val = mb->irqe;
        return true;
    }
    return !mb->config.old && lb_mainboard_read_mp(mb, cpu, off, val);
}

static bool lb_mainboard_read_config(struct lb_mainboard *mb, unsigned cpu, u32 off, u32 *val)
{
    unsigned slot = off / LB_MAINBOARD_REGION;
    const struct lb_class *cls = mb->bus->slot[slot].cls;
    off %= LB_MAINBOARD_REGION;
    switch (off) {
    case LB_MAINBOARD_VID:
        *val = cls ? LB_VENDOR : 0;
        return true;
    case LB_MAINBOARD_DID:
        *val = cls ? cls->device : 0;
        return true;
    case LB_MAINBOARD_DRL:
        *val = cls ? cls->revision : 0;
        return true;
    }
    return slot == LB_MAINBOARD && lb_mainboard_read_own(mb, cpu, off, val);
}

/* NULL: not in the CPU RAM of a CPU that is there. */
static u32 *lb_mainboard_cram(struct lb_mainboard *mb, unsigned cpu, u32 off)
{
    if (off < LB_MAINBOARD_CRAM || off % 4)
        return NULL;
    return &mb->cram[cpu * LB_MAINBOARD_CRAM_WORDS + (off - LB_MAINBOARD_CRAM) / 4];
}

static bool lb_mainboard_read_cpu(struct lb_mainboard *mb, u32 off, u32 *val)
{
    unsigned cpu = off / LB_MAINBOARD_REGION;
    off %= LB_MAINBOARD_REGION;
    if (mb->config.old || cpu >= mb->config.ncpus)
        return false;
    const u32 *cram = lb_mainboard_cram(mb, cpu, off);
    if (cram)
        *val = *cram;
    else if (off == LB_MAINBOARD_CIRQE)
        *val = mb->cirqe[cpu];
    else if (off == LB_MAINBOARD_CIPI)
        *val = mb->cipi & 1u << cpu ? ~0u : 0;
    else
        return false;
    return true;
}

static bool lb_mainboard_read(void *dev, unsigned cpu, u32 off, u32 *val)
{
    struct lb_mainboard *mb = dev;
    if (off >= LB_SLOT_SIZE)
        return false;
    if (off >= LB_BUFFER)
        return lb_mainboard_read_cpu(mb, off - LB_BUFFER, val);
    return lb_mainboard_read_config(mb, cpu, off, val);
}

static bool lb_mainboard_write_own(struct lb_mainboard *mb, u32 off, u32 val)
{
    switch (off) {
    case LB_MAINBOARD_PWR:
        lb_mainboard_power(mb, val);
        return true;
    case LB_MAINBOARD_IRQE:
        mb->irqe = val;
        lb_mainboard_route(mb, 0);
        return true;
    case LB_MAINBOARD_CPUE:
        if (mb->config.old)
            return false;
        lb_mainboard_enable(mb, val);
        return true;
    case LB_MAINBOARD_EXIT:
        if (!mb->config.extended)
            return false;
        mb->exit_code = val;
        return true;
    }
    return false;
}

static bool lb_mainboard_write_cpu(struct lb_mainboard *mb, u32 off, u32 val)
{
    unsigned cpu = off / LB_MAINBOARD_REGION;
    off %= LB_MAINBOARD_REGION;
    if (mb->config.old || cpu >= mb->config.ncpus)
        return false;
    u32 *cram = lb_mainboard_cram(mb, cpu, off);
    if (cram) {
        *cram = val;
    } else if (off == LB_MAINBOARD_CIRQE) {
        mb->cirqe[cpu] = val;
        lb_mainboard_route(mb, 0);
    } else if (off == LB_MAINBOARD_CIPI) {
        u32 bit = 1u << cpu;
        mb->cipi = val ? mb->cipi | bit : mb->cipi & ~bit;
        mb->ops->ipi(mb->ctx, cpu, val != 0);
    } else {
        return false;
    }
    return true;
}

static bool lb_mainboard_write(void *dev, unsigned cpu, u32 off, u32 val)
{
    struct lb_mainboard *mb = dev;
    (void)cpu;
    if (off >= LB_SLOT_SIZE)
        return false;
    if (off >= LB_BUFFER)
        return lb_mainboard_write_cpu(mb, off - LB_BUFFER, val);
    if (off / LB_MAINBOARD_REGION != LB_MAINBOARD)
        return false;
    return lb_mainboard_write_own(mb, off % LB_MAINBOARD_REGION, val);
}

static void lb_mainboard_clear(struct lb_mainboard *mb)
{
    mb->irqe = ~0u;
    memset(mb->cirqe, 0xff, sizeof mb->cirqe);
    memset(mb->cram, 0, sizeof mb->cram);
    mb->cipi = 0;
    mb->cpue = 1;
    mb->exit_code = 0;
    dev_disarm(&mb->off);
}

/* CPU 0 runs on or is restarted by whoever resets; the others stop. */
static void lb_mainboard_reset(void *dev)
{
    struct lb_mainboard *mb = dev;
    u32 stop = mb->cpue & ~1u;
    lb_mainboard_clear(mb);
    for (unsigned i = 1; i < mb->config.ncpus; i++)
        if (stop & 1u << i)
            mb->ops->stop(mb->ctx, i);
    lb_mainboard_drive_all(mb);
}

static enum err lb_mainboard_check(const void *scratch, struct error *e)
{
    const struct lb_mainboard *mb = scratch;
    if ((mb->cpue | mb->cipi) & ~mb->present)
        return err_set(e, ERR_FORMAT, "lb_mainboard: the stream has CPUs that this board lacks");
    return ERR_OK;
}

static void lb_mainboard_loaded(void *obj)
{
    struct lb_mainboard *mb = obj;
    event_loaded(&mb->off);
    lb_mainboard_drive_all(mb);
}

static const struct state_field lb_mainboard_fields[] = {
    STATE_FIELD(struct lb_mainboard, irqe, U32, 1),
    STATE_FIELD(struct lb_mainboard, cirqe, U32, LB_MAX_CPUS),
    STATE_FIELD(struct lb_mainboard, cipi, U32, 1),
    STATE_FIELD(struct lb_mainboard, cpue, U32, 1),
    STATE_FIELD(struct lb_mainboard, cram, U32, LB_MAX_CPUS *LB_MAINBOARD_CRAM_WORDS),
    STATE_FIELD(struct lb_mainboard, exit_code, U32, 1),
    DEV_STATE_EVENT(struct lb_mainboard, off),
};

static const struct state_desc lb_mainboard_state = {
    .name = "lb_mainboard",
    .version = 1,
    .nfields = ARRAY_LEN(lb_mainboard_fields),
    .size = sizeof(struct lb_mainboard),
    .fields = lb_mainboard_fields,
    .check = lb_mainboard_check,
    .loaded = lb_mainboard_loaded,
};

#define LB_MAINBOARD_CLASS(NAME, DEVICE, REVISION)                                                 \
    {                                                                                              \
        .name = NAME, .device = DEVICE, .revision = REVISION, .read = lb_mainboard_read,           \
        .write = lb_mainboard_write, .reset = lb_mainboard_reset, .state = &lb_mainboard_state,    \
    }

const struct lb_class lb_mainboard_class = LB_MAINBOARD_CLASS("mainboard", 10, 1);
const struct lb_class lb_mainboard_extended_class = LB_MAINBOARD_CLASS("mainboard", 10, 2);
const struct lb_class lb_oldmainboard_class = LB_MAINBOARD_CLASS("oldmainboard", 1, 2);

static const struct lb_class *lb_mainboard_pick(const struct lb_mainboard_config *config)
{
    if (config->old)
        return &lb_oldmainboard_class;
    return config->extended ? &lb_mainboard_extended_class : &lb_mainboard_class;
}

struct lb_mainboard *lb_mainboard_new(const struct dev_env *env, struct lb_bus *bus,
                                      const struct lb_mainboard_config *config,
                                      const struct lb_cpu_ops *ops, void *ctx)
{
    BUG_ON(config->ncpus < 1 || config->ncpus > LB_MAX_CPUS);
    BUG_ON(config->old && (config->ncpus > 1 || config->extended));
    struct lb_mainboard *mb = xcalloc(1, sizeof *mb);
    mb->env = env;
    mb->bus = bus;
    mb->ops = ops;
    mb->ctx = ctx;
    mb->config = *config;
    mb->present = ~0u >> (LB_MAX_CPUS - config->ncpus);
    event_init(&mb->off, env->clock, lb_mainboard_off_due, mb);
    lb_mainboard_clear(mb);
    bus->lines_changed = lb_mainboard_lines_changed;
    bus->ctx = mb;
    lb_bus_plug(bus, LB_MAINBOARD, lb_mainboard_pick(config), mb);
    return mb;
}

void lb_mainboard_free(struct lb_mainboard *mb)
{
    free(mb);
}
