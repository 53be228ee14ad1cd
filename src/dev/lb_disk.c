/* SPDX-License-Identifier: ISC */
/*
 * An operation goes through steps, each an event: the arm moves; a write is copied in, or a read
 * waits for its sector and is copied out; a write waits for its sector. Then the host does it, all
 * at once. The order and the times are System/161's (lb_disk_model.h). Invalid sectors are reported
 * at once.
 *
 * What the document leaves undefined changes nothing: starting an operation or changing the sector
 * while one runs is odd; an impossible value of STATUS, which hangs System/161, is wrong (dev.h).
 * Writing 0 aborts; an arm under way still arrives, and the next operation waits for it.
 * Writing a disk whose image is read-only ends in a media error.
 */
#include "dev/lb_disk.h"
#include "dev/lb_disk_model.h"
#include "dev/dev_int.h"
#include "dev/lb.h"
#include "lib/bug.h"

#include <stdlib.h>
#include <string.h>

#define LB_DISK_COPY_NS 500

enum {
    LB_DISK_NSECT = 0x0,
    LB_DISK_STATUS = 0x4,
    LB_DISK_SECTOR = 0x8,
    LB_DISK_RPM_REG = 0xc,
};

enum {
    LB_DISK_BUSY = 1,
    LB_DISK_IS_WRITE = 2,
    LB_DISK_DONE = 4,
    LB_DISK_INVALID = 8,
    LB_DISK_MEDIA = 16,
};

/* What the armed event is the end of. */
enum lb_disk_step {
    LB_DISK_IDLE,
    LB_DISK_SEEK, /* also without operation, after an abort */
    LB_DISK_COPY_IN,
    LB_DISK_ROTATE,
    LB_DISK_COPY_OUT,
};

struct lb_disk {
    const struct dev_env *env;
    struct dev_line line;
    struct lb_disk_config config;
    struct lb_disk_model model;
    u32 sectors;

    u32 status, sector;
    u8 buf[IO_SECTOR];
    u8 step;
    u32 track;   /* where the arm is, or goes to */
    u64 arrival; /* ns, virtual: since when it is there */
    struct event done;
};

static u64 lb_disk_now(const struct lb_disk *d)
{
    return clock_cycles_to_ns(d->env->clock, clock_now(d->env->clock));
}

static void lb_disk_set_status(struct lb_disk *d, u32 status)
{
    d->status = status;
    dev_line_set(&d->line, status & LB_DISK_DONE);
}

static void lb_disk_finish(struct lb_disk *d, u32 how)
{
    lb_disk_set_status(d, (d->status & LB_DISK_IS_WRITE) | LB_DISK_DONE | how);
}

static void lb_disk_begin(struct lb_disk *d, enum lb_disk_step step, u64 ns)
{
    d->step = step;
    event_arm_after(&d->done, ns);
}

/* The host's part. */
static void lb_disk_transfer(struct lb_disk *d)
{
    const struct io_disk *disk = &d->config.disk;
    bool ok;
    if (d->status & LB_DISK_IS_WRITE) {
        d->env->stats->disk_writes++;
        ok = !disk->read_only && io_disk_write(disk, d->sector, d->buf);
    } else {
        d->env->stats->disk_reads++;
        ok = io_disk_read(disk, d->sector, d->buf);
    }
    trace(d->env->trace, DISK, "disk: slot %u: %s sector %u%s", d->line.n,
          d->status & LB_DISK_IS_WRITE ? "write" : "read", d->sector, ok ? "" : ": media error");
    lb_disk_finish(d, ok ? 0 : LB_DISK_MEDIA);
}

static void lb_disk_trace_rotation(const struct lb_disk *d, u64 ns)
{
    trace(d->env->trace, DISK, "disk: slot %u: wait for sector %u, %llu ns", d->line.n, d->sector,
          (unsigned long long)ns);
}

static void lb_disk_rotate(struct lb_disk *d)
{
    struct lb_disk_place at = lb_disk_model_locate(&d->model, d->sector);
    u64 now = lb_disk_now(d);
    if (d->status & LB_DISK_IS_WRITE) {
        u64 ns = lb_disk_model_write_ns(&d->model, at, now);
        lb_disk_trace_rotation(d, ns);
        lb_disk_begin(d, LB_DISK_ROTATE, ns);
        return;
    }
    u64 wait = lb_disk_model_read_ns(&d->model, at, d->arrival, now);
    lb_disk_trace_rotation(d, wait);
    if (wait)
        lb_disk_begin(d, LB_DISK_ROTATE, wait);
    else
        lb_disk_begin(d, LB_DISK_COPY_OUT, LB_DISK_COPY_NS);
}

/* The arm stands still and an operation waits for it. */
static void lb_disk_seek(struct lb_disk *d)
{
    u32 track = lb_disk_model_locate(&d->model, d->sector).track;
    if (track != d->track) {
        u64 ns = lb_disk_model_seek_ns(d->track, track);
        trace(d->env->trace, DISK, "disk: slot %u: seek to track %u, %llu ns", d->line.n, track,
              (unsigned long long)ns);
        d->track = track;
        lb_disk_begin(d, LB_DISK_SEEK, ns);
    } else if (d->status & LB_DISK_IS_WRITE) {
        lb_disk_begin(d, LB_DISK_COPY_IN, LB_DISK_COPY_NS);
    } else {
        lb_disk_rotate(d);
    }
}

static void lb_disk_due(void *ctx)
{
    struct lb_disk *d = ctx;
    enum lb_disk_step step = d->step;
    bool is_write = d->status & LB_DISK_IS_WRITE;
    d->step = LB_DISK_IDLE;
    if (step == LB_DISK_SEEK)
        d->arrival = lb_disk_now(d);
    if (!(d->status & LB_DISK_BUSY))
        return;
    if (step == LB_DISK_SEEK)
        lb_disk_seek(d);
    else if (step == LB_DISK_COPY_IN)
        lb_disk_rotate(d);
    else if (step == LB_DISK_ROTATE && !is_write)
        lb_disk_begin(d, LB_DISK_COPY_OUT, LB_DISK_COPY_NS);
    else
        lb_disk_transfer(d);
}

static void lb_disk_start(struct lb_disk *d, u32 status)
{
    if (d->status & LB_DISK_BUSY) {
        dev_odd(d->env, "disk: operation started while one runs");
        return;
    }
    lb_disk_set_status(d, status);
    if (status & LB_DISK_IS_WRITE && d->config.doom)
        d->config.doom(d->config.ctx);
    if (d->sector >= d->sectors)
        lb_disk_finish(d, LB_DISK_INVALID);
    else if (d->step == LB_DISK_IDLE)
        lb_disk_seek(d);
}

static void lb_disk_abort(struct lb_disk *d)
{
    lb_disk_set_status(d, 0);
    if (d->step == LB_DISK_SEEK)
        return;
    d->step = LB_DISK_IDLE;
    dev_disarm(&d->done);
}

static bool lb_disk_read(void *dev, unsigned cpu, u32 off, u32 *val)
{
    struct lb_disk *d = dev;
    (void)cpu;
    switch (off) {
    case LB_DISK_NSECT:
        *val = d->sectors;
        return true;
    case LB_DISK_STATUS:
        *val = d->status;
        return true;
    case LB_DISK_SECTOR:
        *val = d->sector;
        return true;
    case LB_DISK_RPM_REG:
        *val = d->config.rpm;
        return true;
    }
    return false;
}

static void lb_disk_command(struct lb_disk *d, u32 val)
{
    switch (val) {
    case 0:
        lb_disk_abort(d);
        break;
    case LB_DISK_BUSY:
    case LB_DISK_BUSY | LB_DISK_IS_WRITE:
        lb_disk_start(d, val);
        break;
    default:
        dev_wrong(d->env, "disk: impossible value written to the status register");
    }
}

static bool lb_disk_write(void *dev, unsigned cpu, u32 off, u32 val)
{
    struct lb_disk *d = dev;
    (void)cpu;
    switch (off) {
    case LB_DISK_STATUS:
        lb_disk_command(d, val);
        return true;
    case LB_DISK_SECTOR:
        if (d->status & LB_DISK_BUSY)
            dev_odd(d->env, "disk: sector changed while an operation runs");
        else
            d->sector = val;
        return true;
    }
    return false;
}

static u8 *lb_disk_buffer(void *dev, u32 *len)
{
    struct lb_disk *d = dev;
    *len = sizeof d->buf;
    return d->buf;
}

static void lb_disk_reset(void *dev)
{
    struct lb_disk *d = dev;
    d->sector = 0;
    memset(d->buf, 0, sizeof d->buf);
    d->step = LB_DISK_IDLE;
    d->track = 0;
    d->arrival = lb_disk_now(d);
    dev_disarm(&d->done);
    lb_disk_set_status(d, 0);
}

static bool lb_disk_status_possible(u32 status)
{
    u32 how = status & ~(u32)LB_DISK_IS_WRITE;
    return status == 0 || how == LB_DISK_BUSY || how == LB_DISK_DONE ||
           how == (LB_DISK_DONE | LB_DISK_INVALID) || how == (LB_DISK_DONE | LB_DISK_MEDIA);
}

/* Only the arm moves without operation. */
static bool lb_disk_step_possible(const struct lb_disk *d)
{
    bool is_write = d->status & LB_DISK_IS_WRITE;
    if (d->status & LB_DISK_BUSY)
        return d->step > LB_DISK_IDLE && d->step <= LB_DISK_COPY_OUT &&
               d->step != (is_write ? LB_DISK_COPY_OUT : LB_DISK_COPY_IN) && d->sector < d->sectors;
    return d->step == LB_DISK_IDLE || d->step == LB_DISK_SEEK;
}

static enum err lb_disk_check(const void *scratch, struct error *e)
{
    const struct lb_disk *d = scratch;
    if (!lb_disk_status_possible(d->status))
        return err_set(e, ERR_FORMAT, "lb_disk: impossible status %u", d->status);
    if (d->track >= LB_DISK_TRACKS)
        return err_set(e, ERR_FORMAT, "lb_disk: the arm is on track %u", d->track);
    if (!lb_disk_step_possible(d) || d->done.armed != (d->step != LB_DISK_IDLE))
        return err_set(e, ERR_FORMAT, "lb_disk: the operation's step doesn't fit its status");
    return ERR_OK;
}

static void lb_disk_loaded(void *obj)
{
    struct lb_disk *d = obj;
    event_loaded(&d->done);
    dev_line_set(&d->line, d->status & LB_DISK_DONE);
}

static const struct state_field lb_disk_fields[] = {
    STATE_FIELD(struct lb_disk, status, U32, 1),     STATE_FIELD(struct lb_disk, sector, U32, 1),
    STATE_FIELD(struct lb_disk, buf, U8, IO_SECTOR), STATE_FIELD(struct lb_disk, step, U8, 1),
    STATE_FIELD(struct lb_disk, track, U32, 1),      STATE_FIELD(struct lb_disk, arrival, U64, 1),
    DEV_STATE_EVENT(struct lb_disk, done),
};

static const struct state_desc lb_disk_state = {
    .name = "lb_disk",
    .version = 1,
    .nfields = ARRAY_LEN(lb_disk_fields),
    .size = sizeof(struct lb_disk),
    .fields = lb_disk_fields,
    .check = lb_disk_check,
    .loaded = lb_disk_loaded,
};

const struct lb_class lb_disk_class = {
    .name = "disk",
    .device = 3,
    .revision = 2,
    .read = lb_disk_read,
    .write = lb_disk_write,
    .reset = lb_disk_reset,
    .state = &lb_disk_state,
    .buffer = lb_disk_buffer,
};

enum err lb_disk_new(struct lb_disk **out, const struct dev_env *env, struct dev_line line,
                     const struct lb_disk_config *config, struct error *e)
{
    struct lb_disk *d = xcalloc(1, sizeof *d);
    *out = NULL;
    enum err err = lb_disk_model_init(&d->model, config->disk.sectors, config->rpm, e);
    if (err) {
        free(d);
        return err;
    }
    d->env = env;
    d->line = line;
    d->config = *config;
    d->sectors = (u32)config->disk.sectors;
    event_init(&d->done, env->clock, lb_disk_due, d);
    d->arrival = lb_disk_now(d);
    *out = d;
    return ERR_OK;
}

void lb_disk_free(struct lb_disk *d)
{
    free(d);
}
