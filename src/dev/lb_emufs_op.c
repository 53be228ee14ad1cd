/* SPDX-License-Identifier: ISC */
/*
 * Results are System/161's, with these exceptions: where it indexes out of its table we report bad
 * or no handles; closing the root is reported as success and leaves it open; and a handle whose
 * file could not be opened again after a load answers with media errors.
 */
#include "dev/lb_emufs_op.h"

static enum lb_emufs_result lb_emufs_op_result_of(enum io_status s)
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

static bool lb_emufs_op_is_dir(const struct lb_emufs_job *j)
{
    return j->table.kind[j->handle] == LB_EMUFS_DIR;
}

static u32 lb_emufs_op_open(struct lb_emufs_job *j, enum io_open how)
{
    struct lb_emufs_table *t = &j->table;
    const char *name = (const char *)j->buf;
    u32 behind = 0;
    bool is_dir = false;
    if (j->length >= LB_EMUFS_BUFFER)
        return LB_EMUFS_BAD_SIZE;
    j->buf[j->length] = 0;
    if (!lb_emufs_table_is_open(t, j->handle))
        return LB_EMUFS_BAD_HANDLE;
    if (t->behind[j->handle] == LB_EMUFS_LOST)
        return LB_EMUFS_MEDIA;
    enum io_status s = t->dir.open(t->dir.ctx, t->behind[j->handle], name, how, &behind, &is_dir);
    if (s)
        return lb_emufs_op_result_of(s);
    u32 h = lb_emufs_table_add(t, j->handle, name, behind, is_dir);
    if (h == LB_EMUFS_HANDLES)
        return LB_EMUFS_NO_HANDLES;
    j->handle = h;
    j->length = is_dir;
    j->stats->emufs_others++;
    return LB_EMUFS_OK;
}

static u32 lb_emufs_op_close(struct lb_emufs_job *j)
{
    if (j->handle != 0)
        lb_emufs_table_close(&j->table, j->handle);
    j->stats->emufs_others++;
    return LB_EMUFS_OK;
}

static u32 lb_emufs_op_readdir(struct lb_emufs_job *j, u32 behind)
{
    u32 pos = j->offset, done = 0;
    if (!lb_emufs_op_is_dir(j))
        return LB_EMUFS_NOT_DIR;
    enum io_status s =
        j->table.dir.readdir(j->table.dir.ctx, behind, &pos, (char *)j->buf, j->length, &done);
    if (s)
        return lb_emufs_op_result_of(s);
    j->stats->emufs_reads += pos != j->offset;
    j->offset = pos;
    j->length = done;
    return LB_EMUFS_OK;
}

/* Reading or writing a file. */
static u32 lb_emufs_op_transfer(struct lb_emufs_job *j, u32 behind, bool write)
{
    u32 done = 0;
    if (lb_emufs_op_is_dir(j))
        return write ? LB_EMUFS_BAD_HANDLE : LB_EMUFS_IS_DIR;
    enum io_status s =
        write ? j->table.dir.write(j->table.dir.ctx, behind, j->offset, j->buf, j->length, &done)
              : j->table.dir.read(j->table.dir.ctx, behind, j->offset, j->buf, j->length, &done);
    if (s)
        return lb_emufs_op_result_of(s);
    if (write)
        j->stats->emufs_writes++;
    else
        j->stats->emufs_reads++;
    j->offset += done;
    j->length = done;
    return LB_EMUFS_OK;
}

static u32 lb_emufs_op_size(struct lb_emufs_job *j, u32 behind)
{
    u64 size = 0;
    enum io_status s = j->table.dir.size(j->table.dir.ctx, behind, &size);
    if (s)
        return lb_emufs_op_result_of(s);
    j->stats->emufs_others++;
    j->length = (u32)size;
    return LB_EMUFS_OK;
}

static u32 lb_emufs_op_truncate(struct lb_emufs_job *j, u32 behind)
{
    if (lb_emufs_op_is_dir(j))
        return LB_EMUFS_BAD_SIZE;
    enum io_status s = j->table.dir.truncate(j->table.dir.ctx, behind, j->length);
    if (!s)
        j->stats->emufs_writes++;
    return lb_emufs_op_result_of(s);
}

/* On an open handle. */
static u32 lb_emufs_op_on_handle(struct lb_emufs_job *j, u32 op)
{
    u32 behind = j->table.behind[j->handle];
    bool sized = op == LB_EMUFS_READ || op == LB_EMUFS_READDIR || op == LB_EMUFS_WRITE;
    if (op == LB_EMUFS_CLOSE)
        return lb_emufs_op_close(j);
    if (op < LB_EMUFS_CLOSE || op > LB_EMUFS_TRUNCATE)
        return LB_EMUFS_BAD_OP;
    if (sized && j->length > LB_EMUFS_BUFFER)
        return LB_EMUFS_BAD_SIZE;
    if (behind == LB_EMUFS_LOST)
        return LB_EMUFS_MEDIA;
    switch (op) {
    case LB_EMUFS_READDIR:
        return lb_emufs_op_readdir(j, behind);
    case LB_EMUFS_SIZE:
        return lb_emufs_op_size(j, behind);
    case LB_EMUFS_TRUNCATE:
        return lb_emufs_op_truncate(j, behind);
    }
    return lb_emufs_op_transfer(j, behind, op == LB_EMUFS_WRITE);
}

u32 lb_emufs_op(struct lb_emufs_job *j, u32 op)
{
    switch (op) {
    case LB_EMUFS_OPEN:
        return lb_emufs_op_open(j, IO_OPEN);
    case LB_EMUFS_CREATE:
        return lb_emufs_op_open(j, IO_CREATE);
    case LB_EMUFS_CREATE_NEW:
        return lb_emufs_op_open(j, IO_CREATE_NEW);
    }
    return lb_emufs_table_is_open(&j->table, j->handle) ? lb_emufs_op_on_handle(j, op)
                                                        : LB_EMUFS_BAD_HANDLE;
}
