/* SPDX-License-Identifier: ISC */
/*
 * Notifications are answered at once, within the driver's store, as long as the device has not done
 * more lately than it may: so a completion needs no event and no idle round. What a device does
 * takes virtual time (VIO_RATE, VIO_CHAIN, VIO_RESET, VIO_SYNC), and one that is VIO_AHEAD ahead of
 * the clock waits. That bounds the host's work for each stretch of virtual time, whatever a driver
 * does, and is the same in every run.
 */
#include "dev/vio_int.h"
#include "lib/bits.h"
#include "lib/bug.h"

#include <stdlib.h>

#define VIO_RATE  4u       /* bytes a nanosecond */
#define VIO_CHAIN 1000u    /* ns */
#define VIO_RESET 10000u   /* ns */
#define VIO_SYNC  1000000u /* ns: what storage takes that is asked to be sure */
#define VIO_AHEAD 1000000u /* ns */

/* A status has been written which only the driver may write. */
#define VIO_DRIVER_BITS                                                                            \
    (VIO_ACKNOWLEDGE | VIO_DRIVER | VIO_DRIVER_OK | VIO_FEATURES_OK | VIO_FAILED)

/* ---- interrupts ---- */

static void vio_drive(const struct vio *v)
{
    dev_line_set(&v->line, v->isr);
}

void vio_interrupt(struct vio *v, u32 isr)
{
    v->isr |= isr;
    vio_drive(v);
}

void vio_acknowledge(struct vio *v, u32 isr)
{
    v->isr &= ~isr;
    vio_drive(v);
}

void vio_config_changed(struct vio *v)
{
    v->generation++;
    if (vio_is_live(v))
        vio_interrupt(v, VIO_ISR_CONFIG);
}

void vio_break(struct vio *v, const char *why)
{
    if (v->status & VIO_NEEDS_RESET)
        return;
    trace(v->env->trace, GUEST, "virtio %s: %s: the driver must reset the device", v->cls->name,
          why);
    v->status |= VIO_NEEDS_RESET;
    if (v->status & VIO_DRIVER_OK)
        vio_interrupt(v, VIO_ISR_CONFIG);
}

/* ---- time ---- */

static void vio_took_ns(struct vio *v, u64 ns)
{
    const struct clock *c = v->env->clock;
    u64 now = clock_now(c);
    v->busy = (v->busy > now ? v->busy : now) + clock_ns_to_cycles(c, ns);
}

void vio_took(struct vio *v, u32 bytes)
{
    vio_took_ns(v, bytes / VIO_RATE);
}

void vio_took_chain(struct vio *v, u32 bytes)
{
    vio_took_ns(v, VIO_CHAIN + bytes / VIO_RATE);
}

void vio_took_less(struct vio *v, u32 bytes)
{
    v->busy -= clock_ns_to_cycles(v->env->clock, bytes / VIO_RATE);
}

void vio_took_sync(struct vio *v)
{
    vio_took_ns(v, VIO_SYNC);
}

static u64 vio_ahead(const struct vio *v)
{
    return clock_ns_to_cycles(v->env->clock, VIO_AHEAD);
}

bool vio_has_time(const struct vio *v)
{
    return v->busy <= clock_now(v->env->clock) + vio_ahead(v);
}

bool vio_may_work(struct vio *v, unsigned queue)
{
    if (vio_has_time(v))
        return true;
    v->pending |= 1u << queue;
    if (!v->time.armed)
        event_arm(&v->time, v->busy - vio_ahead(v));
    return false;
}

static void vio_notify(struct vio *v, unsigned queue)
{
    if (vio_is_live(v) && v->queue[queue].ready && v->cls->notify)
        v->cls->notify(v->dev, queue);
}

void vio_notified(struct vio *v, u32 queue)
{
    if (queue < v->nqueues)
        vio_notify(v, queue);
}

static void vio_time(void *ctx)
{
    struct vio *v = ctx;
    u32 pending = v->pending;
    v->pending = 0;
    for (unsigned i = 0; i < v->nqueues; i++)
        if (pending & 1u << i)
            vio_notify(v, i);
}

/* ---- status ---- */

static void vio_forget(struct vio *v)
{
    v->status = v->isr = 0;
    v->features = 0;
    v->device_sel = v->driver_sel = v->queue_sel = 0;
    v->pending = 0;
    dev_disarm(&v->time);
    for (unsigned i = 0; i < v->nqueues; i++)
        vio_queue_reset(&v->queue[i]);
    if (v->cls->reset)
        v->cls->reset(v->dev);
    vio_drive(v);
}

static bool vio_features_fit(const struct vio *v)
{
    return v->features & VIO_F_VERSION_1 && !(v->features & ~v->offered) &&
           (!v->cls->accepts || v->cls->accepts(v->dev, v->features));
}

/* Bits are only ever added; those of a step that was left out do not count. */
void vio_set_status(struct vio *v, u32 status)
{
    if (!status) {
        vio_took_ns(v, VIO_RESET);
        vio_forget(v);
        return;
    }
    u32 added = status & VIO_DRIVER_BITS & ~v->status;
    if (added & VIO_FEATURES_OK && !vio_features_fit(v))
        added &= ~(u32)VIO_FEATURES_OK;
    if (!((v->status | added) & VIO_FEATURES_OK))
        added &= ~(u32)VIO_DRIVER_OK;
    v->status |= added;
    if (added & VIO_DRIVER_OK && v->status & VIO_NEEDS_RESET)
        vio_interrupt(v, VIO_ISR_CONFIG);
    else if (added & VIO_DRIVER_OK && v->cls->started)
        v->cls->started(v->dev);
}

/* ---- configuration ---- */

static bool vio_config_has(const struct vio *v, u32 off, unsigned size)
{
    return off % size == 0 && off < v->config_len && size <= v->config_len - off;
}

bool vio_config_read(struct vio *v, u32 off, unsigned size, u32 *val)
{
    u8 all[VIO_CONFIG_MAX] = {0};
    *val = 0;
    if (!vio_config_has(v, off, size))
        return false;
    v->cls->config(v->dev, all);
    *val = size == 4 ? load_le32(all + off) : size == 2 ? load_le16(all + off) : all[off];
    return true;
}

bool vio_config_write(struct vio *v, u32 off, unsigned size, u32 val)
{
    if (!vio_config_has(v, off, size) || !v->cls->config_written)
        return false;
    v->cls->config_written(v->dev, off, size, val);
    return true;
}

/* ---- life ---- */

void vio_init(struct vio *v, const struct vio_class *cls, void *dev, const struct vio_place *place,
              const struct vio_spec *spec)
{
    BUG_ON(spec->nqueues > VIO_MAX_QUEUES || spec->config_len > VIO_CONFIG_MAX);
    BUG_ON(spec->queue_size > VIO_QUEUE_SIZE || spec->queue_size & (spec->queue_size - 1));
    BUG_ON(spec->config_len && !cls->config);
    *v = (struct vio){
        .cls = cls,
        .dev = dev,
        .env = place->env,
        .mem = place->mem,
        .line = place->line,
        .offered = spec->features | VIO_F_VERSION_1 | VIO_F_INDIRECT_DESC | VIO_F_EVENT_IDX,
        .config_len = spec->config_len,
        .nqueues = spec->nqueues,
        .queue = xcalloc(spec->nqueues, sizeof *v->queue),
    };
    event_init(&v->time, place->env->clock, vio_time, v);
    for (unsigned i = 0; i < v->nqueues; i++) {
        v->queue[i] = (struct vio_queue){.v = v, .ix = i, .max = spec->queue_size};
        vio_queue_reset(&v->queue[i]);
    }
}

void vio_reset(struct vio *v)
{
    v->generation = 0;
    v->busy = 0;
    vio_forget(v);
}

void vio_free(struct vio *v)
{
    if (!v)
        return;
    free(v->queue);
    v->cls->free(v->dev);
}

/* ---- state ---- */

static enum err vio_check(const void *scratch, struct error *e)
{
    const struct vio *v = scratch;
    if (v->status & ~(u32)(VIO_DRIVER_BITS | VIO_NEEDS_RESET) ||
        v->isr & ~(u32)(VIO_ISR_USED | VIO_ISR_CONFIG))
        return err_set(e, ERR_FORMAT, "vio: impossible status");
    if (v->status & VIO_FEATURES_OK ? !vio_features_fit(v) : (v->status & VIO_DRIVER_OK) != 0)
        return err_set(e, ERR_FORMAT, "vio: impossible features");
    if (v->busy > CLOCK_MAX || (v->time.armed && v->time.when > CLOCK_MAX))
        return err_set(e, ERR_FORMAT, "vio: impossible time");
    if (v->pending && (!v->time.armed || v->pending >> (v->nqueues - 1) > 1))
        return err_set(e, ERR_FORMAT, "vio: queues wait for nothing");
    return ERR_OK;
}

static void vio_loaded(void *obj)
{
    struct vio *v = obj;
    event_loaded(&v->time);
    vio_drive(v);
}

static const struct state_field vio_fields[] = {
    STATE_FIELD(struct vio, features, U64, 1),   STATE_FIELD(struct vio, status, U32, 1),
    STATE_FIELD(struct vio, isr, U32, 1),        STATE_FIELD(struct vio, generation, U32, 1),
    STATE_FIELD(struct vio, device_sel, U32, 1), STATE_FIELD(struct vio, driver_sel, U32, 1),
    STATE_FIELD(struct vio, queue_sel, U32, 1),  STATE_FIELD(struct vio, pending, U32, 1),
    STATE_FIELD(struct vio, busy, U64, 1),       DEV_STATE_EVENT(struct vio, time),
};

static const struct state_desc vio_state = {
    .name = "vio",
    .version = 1,
    .nfields = ARRAY_LEN(vio_fields),
    .size = sizeof(struct vio),
    .fields = vio_fields,
    .check = vio_check,
    .loaded = vio_loaded,
};

void vio_add_state(struct vio *v, u32 instance, struct state_set *s)
{
    state_set_add(s, &vio_state, instance, v);
    for (unsigned i = 0; i < v->nqueues; i++)
        state_set_add(s, &vio_queue_state, instance * VIO_MAX_QUEUES + i, &v->queue[i]);
    if (v->cls->state)
        state_set_add(s, v->cls->state, instance, v->dev);
}
