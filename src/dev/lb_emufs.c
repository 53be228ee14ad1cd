/* SPDX-License-Identifier: ISC */
/*
 * An operation does its work at once (the handle, offset and length registers and the buffer show
 * it), and reports its result after 5 ms, as on System/161.
 *
 * An operation while one runs, which hangs System/161, is wrong (dev.h) and changes nothing.
 */
#include "dev/lb_emufs.h"
#include "dev/lb_emufs_op.h"
#include "dev/dev_int.h"
#include "dev/lb.h"
#include "lib/bug.h"

#include <stdlib.h>
#include <string.h>

#define LB_EMUFS_NS 5000000

enum {
    LB_EMUFS_HANDLE = 0x00,
    LB_EMUFS_OFFSET = 0x04,
    LB_EMUFS_LENGTH = 0x08,
    LB_EMUFS_OPERATION = 0x0c,
    LB_EMUFS_RESULT = 0x10,
};

struct lb_emufs {
    const struct dev_env *env;
    struct dev_line line;

    struct lb_emufs_job job; /* the registers that an operation uses */
    u32 result;
    u32 pending; /* result of the operation under way */
    struct event done;
};

static void lb_emufs_set_result(struct lb_emufs *f, u32 result)
{
    f->result = result;
    dev_line_set(&f->line, result != 0);
}

static void lb_emufs_due(void *ctx)
{
    struct lb_emufs *f = ctx;
    u32 result = f->pending;
    f->pending = 0;
    trace(f->env->trace, EMUFS, "emufs: slot %u: complete", f->line.n);
    lb_emufs_set_result(f, result);
}

/* The operation has run: handle, length and buffer hold its answer. */
static void lb_emufs_trace(const struct lb_emufs *f, u32 op, u32 handle)
{
    static const char *const ops[] = {"operation 0", "open",    "create", "create exclusively",
                                      "close",       "read",    "list",   "write",
                                      "length",      "truncate"};
    static const char *const results[] = {
        "busy",     "done",         "bad handle",      "bad operation", "no such file",
        "bad size", "exists",       "is a directory",  "media error",   "no free handles",
        "no space", "no directory", "unknown failure", "unsupported"};
    const char *what = op < ARRAY_LEN(ops) ? ops[op] : "unknown operation";
    const char *how = f->pending < ARRAY_LEN(results) ? results[f->pending] : "?";
    if (op >= LB_EMUFS_OPEN && op <= LB_EMUFS_CREATE_NEW)
        trace_print(f->env->trace, "emufs: slot %u: %s in handle %u: %s, handle %u", f->line.n,
                    what, handle, how, f->job.handle);
    else
        trace_print(f->env->trace, "emufs: slot %u: %s, handle %u, %u bytes at %u: %s", f->line.n,
                    what, handle, f->job.length, f->job.offset, how);
}

static void lb_emufs_start(struct lb_emufs *f, u32 op)
{
    if (f->done.armed) {
        dev_wrong(f->env, "emufs: operation started while one runs");
        return;
    }
    u32 h = f->job.handle;
    if (op == LB_EMUFS_CLOSE && h == 0)
        dev_odd(f->env, "emufs: root directory closed");
    if (op >= LB_EMUFS_OPEN && op <= LB_EMUFS_CREATE_NEW)
        trace(f->env->trace, EMUFS, "emufs: slot %u: name %.255s", f->line.n,
              (const char *)f->job.buf);
    f->pending = lb_emufs_op(&f->job, op);
    if (trace_on(f->env->trace, TRACE_EMUFS))
        lb_emufs_trace(f, op, h);
    event_arm_after(&f->done, LB_EMUFS_NS);
}

static bool lb_emufs_read(void *dev, unsigned cpu, u32 off, u32 *val)
{
    struct lb_emufs *f = dev;
    (void)cpu;
    switch (off) {
    case LB_EMUFS_HANDLE:
        *val = f->job.handle;
        return true;
    case LB_EMUFS_OFFSET:
        *val = f->job.offset;
        return true;
    case LB_EMUFS_LENGTH:
        *val = f->job.length;
        return true;
    case LB_EMUFS_OPERATION:
        *val = 0;
        return true;
    case LB_EMUFS_RESULT:
        *val = f->result;
        return true;
    }
    return false;
}

static bool lb_emufs_write(void *dev, unsigned cpu, u32 off, u32 val)
{
    struct lb_emufs *f = dev;
    (void)cpu;
    switch (off) {
    case LB_EMUFS_HANDLE:
        f->job.handle = val;
        return true;
    case LB_EMUFS_OFFSET:
        f->job.offset = val;
        return true;
    case LB_EMUFS_LENGTH:
        f->job.length = val;
        return true;
    case LB_EMUFS_OPERATION:
        lb_emufs_start(f, val);
        return true;
    case LB_EMUFS_RESULT:
        lb_emufs_set_result(f, val);
        return true;
    }
    return false;
}

static u8 *lb_emufs_buffer(void *dev, u32 *len)
{
    struct lb_emufs *f = dev;
    *len = sizeof f->job.buf;
    return f->job.buf;
}

static void lb_emufs_reset(void *dev)
{
    struct lb_emufs *f = dev;
    lb_emufs_table_close_all(&f->job.table);
    f->job.handle = f->job.offset = f->job.length = f->pending = 0;
    memset(f->job.buf, 0, sizeof f->job.buf);
    dev_disarm(&f->done);
    lb_emufs_set_result(f, 0);
}

static enum err lb_emufs_check(const void *scratch, struct error *e)
{
    const struct lb_emufs *f = scratch;
    if (f->pending > LB_EMUFS_UNSUPPORTED || f->done.armed != (f->pending != 0))
        return err_set(e, ERR_FORMAT, "lb_emufs: impossible result %u", f->pending);
    return lb_emufs_table_check(&f->job.table, e);
}

static void lb_emufs_loaded(void *obj)
{
    struct lb_emufs *f = obj;
    lb_emufs_table_loaded(&f->job.table);
    event_loaded(&f->done);
    dev_line_set(&f->line, f->result != 0);
}

static const struct state_field lb_emufs_fields[] = {
    STATE_FIELD(struct lb_emufs, job.handle, U32, 1),
    STATE_FIELD(struct lb_emufs, job.offset, U32, 1),
    STATE_FIELD(struct lb_emufs, job.length, U32, 1),
    STATE_FIELD(struct lb_emufs, result, U32, 1),
    STATE_FIELD(struct lb_emufs, pending, U32, 1),
    STATE_FIELD(struct lb_emufs, job.table.kind, U8, LB_EMUFS_HANDLES),
    STATE_FIELD(struct lb_emufs, job.table.path, U8, LB_EMUFS_HANDLES *LB_EMUFS_PATH),
    STATE_FIELD(struct lb_emufs, job.buf, U8, LB_EMUFS_BUFFER),
    DEV_STATE_EVENT(struct lb_emufs, done),
};

static const struct state_desc lb_emufs_state = {
    .name = "lb_emufs",
    .version = 1,
    .nfields = ARRAY_LEN(lb_emufs_fields),
    .size = sizeof(struct lb_emufs),
    .fields = lb_emufs_fields,
    .check = lb_emufs_check,
    .loaded = lb_emufs_loaded,
};

const struct lb_class lb_emufs_class = {
    .name = "emufs",
    .device = 7,
    .revision = 1,
    .read = lb_emufs_read,
    .write = lb_emufs_write,
    .reset = lb_emufs_reset,
    .state = &lb_emufs_state,
    .buffer = lb_emufs_buffer,
};

struct lb_emufs *lb_emufs_new(const struct dev_env *env, struct dev_line line,
                              const struct io_dir *dir)
{
    struct lb_emufs *f = xcalloc(1, sizeof *f);
    f->env = env;
    f->line = line;
    lb_emufs_table_init(&f->job.table, dir);
    f->job.stats = env->stats;
    event_init(&f->done, env->clock, lb_emufs_due, f);
    env->stats->emufs_others++; /* System/161 counts the opening of the root */
    return f;
}

void lb_emufs_free(struct lb_emufs *f)
{
    if (!f)
        return;
    lb_emufs_table_close_all(&f->job.table);
    free(f);
}

static const struct state_field lb_emufs_handles_fields[] = {
    STATE_FIELD(struct lb_emufs, job.table.behind, U32, LB_EMUFS_HANDLES),
};

static const struct state_desc lb_emufs_handles_state = {
    .name = "lb_emufs_handles",
    .version = 1,
    .nfields = ARRAY_LEN(lb_emufs_handles_fields),
    .size = sizeof(struct lb_emufs),
    .fields = lb_emufs_handles_fields,
};

void lb_emufs_add_handles(struct lb_emufs *f, u32 slot, struct state_set *s)
{
    state_set_add(s, &lb_emufs_handles_state, slot, f);
    state_set_only_shots(s);
}
