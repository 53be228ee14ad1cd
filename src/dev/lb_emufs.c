/* SPDX-License-Identifier: ISC */
/*
 * An operation does its work at once (the handle, offset and length registers and the buffer show
 * it), and reports its result after 5 ms, as on System/161.
 *
 * A handle whose file could not be opened again after a load answers with media errors.
 *
 * Misuse that changes nothing: an operation while one runs (System/161 hangs), closing the root
 * (reported as success). Where System/161 indexes out of its table we report bad or no handles.
 */
#include "dev/lb_emufs.h"
#include "dev/lb_emufs_table.h"
#include "dev/lb_int.h"
#include "lib/bug.h"

#include <stdlib.h>
#include <string.h>

#define LB_EMUFS_NS     5000000
#define LB_EMUFS_BUFFER 16384

enum {
    LB_EMUFS_HANDLE = 0x00,
    LB_EMUFS_OFFSET = 0x04,
    LB_EMUFS_LENGTH = 0x08,
    LB_EMUFS_OPERATION = 0x0c,
    LB_EMUFS_RESULT = 0x10,
};

enum lb_emufs_op {
    LB_EMUFS_OPEN = 1,
    LB_EMUFS_CREATE,
    LB_EMUFS_CREATE_NEW,
    LB_EMUFS_CLOSE,
    LB_EMUFS_READ,
    LB_EMUFS_READDIR,
    LB_EMUFS_WRITE,
    LB_EMUFS_SIZE,
    LB_EMUFS_TRUNCATE,
};

enum lb_emufs_result {
    LB_EMUFS_OK = 1,
    LB_EMUFS_BAD_HANDLE,
    LB_EMUFS_BAD_OP,
    LB_EMUFS_BAD_PATH,
    LB_EMUFS_BAD_SIZE,
    LB_EMUFS_EXISTS,
    LB_EMUFS_IS_DIR,
    LB_EMUFS_MEDIA,
    LB_EMUFS_NO_HANDLES,
    LB_EMUFS_NO_SPACE,
    LB_EMUFS_NOT_DIR,
    LB_EMUFS_UNKNOWN,
    LB_EMUFS_UNSUPPORTED,
};

struct lb_emufs {
    const struct dev_env *env;
    struct dev_line line;

    u32 handle, offset, length, result;
    u32 pending; /* result of the operation under way */
    struct lb_emufs_table table;
    u8 buf[LB_EMUFS_BUFFER];
    struct event done;
};

static enum lb_emufs_result lb_emufs_result_of(enum io_status s)
{
    static const u8 result[] = {
        [IO_OK] = LB_EMUFS_OK,
        [IO_NOT_FOUND] = LB_EMUFS_BAD_PATH,
        [IO_EXISTS] = LB_EMUFS_EXISTS,
        [IO_IS_DIR] = LB_EMUFS_IS_DIR,
        [IO_NOT_DIR] = LB_EMUFS_NOT_DIR,
        [IO_NO_SPACE] = LB_EMUFS_NO_SPACE,
        [IO_BAD_HANDLE] = LB_EMUFS_BAD_HANDLE,
        [IO_NO_HANDLES] = LB_EMUFS_NO_HANDLES,
        [IO_UNSUPPORTED] = LB_EMUFS_UNSUPPORTED,
        [IO_FAILED] = LB_EMUFS_UNKNOWN,
    };
    return (size_t)s < ARRAY_LEN(result) ? result[s] : LB_EMUFS_UNKNOWN;
}

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
    lb_emufs_set_result(f, result);
}

static bool lb_emufs_is_dir(const struct lb_emufs *f)
{
    return f->table.kind[f->handle] == LB_EMUFS_DIR;
}

static u32 lb_emufs_open(struct lb_emufs *f, enum io_open how)
{
    struct lb_emufs_table *t = &f->table;
    const char *name = (const char *)f->buf;
    u32 behind = 0;
    bool is_dir = false;
    if (f->length >= LB_EMUFS_BUFFER)
        return LB_EMUFS_BAD_SIZE;
    f->buf[f->length] = 0;
    if (!lb_emufs_table_is_open(t, f->handle))
        return LB_EMUFS_BAD_HANDLE;
    if (t->behind[f->handle] == LB_EMUFS_LOST)
        return LB_EMUFS_MEDIA;
    trace(f->env->trace, EMUFS, "emufs: slot %u: open %s", f->line.n, name);
    enum io_status s = t->dir.open(t->dir.ctx, t->behind[f->handle], name, how, &behind, &is_dir);
    if (s)
        return lb_emufs_result_of(s);
    u32 h = lb_emufs_table_add(t, f->handle, name, behind, is_dir);
    if (h == LB_EMUFS_HANDLES)
        return LB_EMUFS_NO_HANDLES;
    f->handle = h;
    f->length = is_dir;
    f->env->stats->emufs_others++;
    return LB_EMUFS_OK;
}

static u32 lb_emufs_close(struct lb_emufs *f)
{
    if (f->handle == 0)
        lb_misuse(f->env, "emufs: root directory closed");
    else
        lb_emufs_table_close(&f->table, f->handle);
    f->env->stats->emufs_others++;
    return LB_EMUFS_OK;
}

static u32 lb_emufs_readdir(struct lb_emufs *f, u32 behind)
{
    u32 pos = f->offset, done = 0;
    if (!lb_emufs_is_dir(f))
        return LB_EMUFS_NOT_DIR;
    enum io_status s =
        f->table.dir.readdir(f->table.dir.ctx, behind, &pos, (char *)f->buf, f->length, &done);
    if (s)
        return lb_emufs_result_of(s);
    f->env->stats->emufs_reads += pos != f->offset;
    f->offset = pos;
    f->length = done;
    return LB_EMUFS_OK;
}

/* Reading or writing a file. */
static u32 lb_emufs_transfer(struct lb_emufs *f, u32 behind, bool write)
{
    u32 done = 0;
    if (lb_emufs_is_dir(f))
        return write ? LB_EMUFS_BAD_HANDLE : LB_EMUFS_IS_DIR;
    enum io_status s =
        write ? f->table.dir.write(f->table.dir.ctx, behind, f->offset, f->buf, f->length, &done)
              : f->table.dir.read(f->table.dir.ctx, behind, f->offset, f->buf, f->length, &done);
    if (s)
        return lb_emufs_result_of(s);
    if (write)
        f->env->stats->emufs_writes++;
    else
        f->env->stats->emufs_reads++;
    f->offset += done;
    f->length = done;
    return LB_EMUFS_OK;
}

static u32 lb_emufs_size(struct lb_emufs *f, u32 behind)
{
    u64 size = 0;
    enum io_status s = f->table.dir.size(f->table.dir.ctx, behind, &size);
    if (s)
        return lb_emufs_result_of(s);
    f->env->stats->emufs_others++;
    f->length = (u32)size;
    return LB_EMUFS_OK;
}

static u32 lb_emufs_truncate(struct lb_emufs *f, u32 behind)
{
    if (lb_emufs_is_dir(f))
        return LB_EMUFS_BAD_SIZE;
    enum io_status s = f->table.dir.truncate(f->table.dir.ctx, behind, f->length);
    if (!s)
        f->env->stats->emufs_writes++;
    return lb_emufs_result_of(s);
}

/* On an open handle. */
static u32 lb_emufs_on_handle(struct lb_emufs *f, u32 op)
{
    u32 behind = f->table.behind[f->handle];
    bool sized = op == LB_EMUFS_READ || op == LB_EMUFS_READDIR || op == LB_EMUFS_WRITE;
    if (op == LB_EMUFS_CLOSE)
        return lb_emufs_close(f);
    if (op < LB_EMUFS_CLOSE || op > LB_EMUFS_TRUNCATE)
        return LB_EMUFS_BAD_OP;
    if (sized && f->length > LB_EMUFS_BUFFER)
        return LB_EMUFS_BAD_SIZE;
    if (behind == LB_EMUFS_LOST)
        return LB_EMUFS_MEDIA;
    switch (op) {
    case LB_EMUFS_READDIR:
        return lb_emufs_readdir(f, behind);
    case LB_EMUFS_SIZE:
        return lb_emufs_size(f, behind);
    case LB_EMUFS_TRUNCATE:
        return lb_emufs_truncate(f, behind);
    }
    return lb_emufs_transfer(f, behind, op == LB_EMUFS_WRITE);
}

static u32 lb_emufs_do(struct lb_emufs *f, u32 op)
{
    switch (op) {
    case LB_EMUFS_OPEN:
        return lb_emufs_open(f, IO_OPEN);
    case LB_EMUFS_CREATE:
        return lb_emufs_open(f, IO_CREATE);
    case LB_EMUFS_CREATE_NEW:
        return lb_emufs_open(f, IO_CREATE_NEW);
    }
    return lb_emufs_table_is_open(&f->table, f->handle) ? lb_emufs_on_handle(f, op)
                                                        : LB_EMUFS_BAD_HANDLE;
}

static void lb_emufs_start(struct lb_emufs *f, u32 op)
{
    if (f->done.armed) {
        lb_misuse(f->env, "emufs: operation started while one runs");
        return;
    }
    u32 h = f->handle;
    f->pending = lb_emufs_do(f, op);
    trace(f->env->trace, EMUFS, "emufs: slot %u: operation %u, handle %u: result %u", f->line.n, op,
          h, f->pending);
    lb_arm_ns(&f->done, LB_EMUFS_NS);
}

static bool lb_emufs_read(void *dev, unsigned cpu, u32 off, u32 *val)
{
    struct lb_emufs *f = dev;
    (void)cpu;
    switch (off) {
    case LB_EMUFS_HANDLE:
        *val = f->handle;
        return true;
    case LB_EMUFS_OFFSET:
        *val = f->offset;
        return true;
    case LB_EMUFS_LENGTH:
        *val = f->length;
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
        f->handle = val;
        return true;
    case LB_EMUFS_OFFSET:
        f->offset = val;
        return true;
    case LB_EMUFS_LENGTH:
        f->length = val;
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
    *len = sizeof f->buf;
    return f->buf;
}

static void lb_emufs_reset(void *dev)
{
    struct lb_emufs *f = dev;
    lb_emufs_table_close_all(&f->table);
    f->handle = f->offset = f->length = f->pending = 0;
    memset(f->buf, 0, sizeof f->buf);
    lb_disarm(&f->done);
    lb_emufs_set_result(f, 0);
}

static enum err lb_emufs_check(const void *scratch, struct error *e)
{
    const struct lb_emufs *f = scratch;
    if (f->pending > LB_EMUFS_UNSUPPORTED || f->done.armed != (f->pending != 0))
        return err_set(e, ERR_FORMAT, "lb_emufs: impossible result %u", f->pending);
    return lb_emufs_table_check(&f->table, e);
}

static void lb_emufs_loaded(void *obj)
{
    struct lb_emufs *f = obj;
    lb_emufs_table_loaded(&f->table);
    event_loaded(&f->done);
    dev_line_set(&f->line, f->result != 0);
}

static const struct state_field lb_emufs_fields[] = {
    STATE_FIELD(struct lb_emufs, handle, U32, 1),
    STATE_FIELD(struct lb_emufs, offset, U32, 1),
    STATE_FIELD(struct lb_emufs, length, U32, 1),
    STATE_FIELD(struct lb_emufs, result, U32, 1),
    STATE_FIELD(struct lb_emufs, pending, U32, 1),
    STATE_FIELD(struct lb_emufs, table.kind, U8, LB_EMUFS_HANDLES),
    STATE_FIELD(struct lb_emufs, table.path, U8, LB_EMUFS_HANDLES *LB_EMUFS_PATH),
    STATE_FIELD(struct lb_emufs, buf, U8, LB_EMUFS_BUFFER),
    LB_STATE_EVENT(struct lb_emufs, done),
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
    lb_emufs_table_init(&f->table, dir);
    event_init(&f->done, env->clock, lb_emufs_due, f);
    env->stats->emufs_others++; /* System/161 counts the opening of the root */
    return f;
}

void lb_emufs_free(struct lb_emufs *f)
{
    if (!f)
        return;
    lb_emufs_table_close_all(&f->table);
    free(f);
}
