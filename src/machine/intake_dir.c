/* SPDX-License-Identifier: ISC */
/* A host directory behind the intake: every answer is an entry, and so are the bytes read. */
#include "lib/bits.h"
#include "lib/bug.h"
#include "machine/intake.h"

#include <stdlib.h>

struct intake_dir {
    struct intake *in;
    struct io_dir real;
};

static bool intake_dir_live(const struct intake_dir *d)
{
    return d->in->mode != INTAKE_REPLAY;
}

/* An answer: status and up to two numbers, then the bytes that came with it. */
static enum io_status intake_dir_answer(struct intake_dir *d, enum io_status st, u64 *a, u64 *b)
{
    u8 msg[20];
    store_le32(msg, (u32)st);
    store_le64(msg + 4, a ? *a : 0);
    store_le64(msg + 12, b ? *b : 0);
    intake_answer(d->in, INTAKE_DIR, msg, sizeof msg);
    if (a)
        *a = load_le64(msg + 4);
    if (b)
        *b = load_le64(msg + 12);
    return (enum io_status)load_le32(msg);
}

static enum io_status intake_dir_open(void *ctx, u32 dir, const char *name, enum io_open how,
                                      u32 *handle, bool *is_dir)
{
    struct intake_dir *d = ctx;
    enum io_status st = IO_FAILED;
    if (intake_dir_live(d))
        st = d->real.open(d->real.ctx, dir, name, how, handle, is_dir);
    u64 h = st == IO_OK ? *handle : 0, isdir = st == IO_OK && *is_dir;
    st = intake_dir_answer(d, st, &h, &isdir);
    *handle = (u32)h;
    *is_dir = isdir;
    return st;
}

/* No answer: the guest sees none of it, and cards close at other times than guests do. */
static enum io_status intake_dir_close(void *ctx, u32 handle)
{
    struct intake_dir *d = ctx;
    return intake_dir_live(d) ? d->real.close(d->real.ctx, handle) : IO_OK;
}

/* The bytes of a read or readdir: `*done` of them, never more than `len`. */
static enum io_status intake_dir_bytes(struct intake_dir *d, enum io_status st, void *buf, u32 len,
                                       u32 *done, u64 *pos)
{
    u64 n = st == IO_OK ? *done : 0;
    st = intake_dir_answer(d, st, &n, pos);
    *done = n <= len ? (u32)n : 0;
    if (st == IO_OK && *done)
        intake_answer(d->in, INTAKE_DIR, buf, *done);
    return st;
}

static enum io_status intake_dir_read(void *ctx, u32 handle, u64 off, void *buf, u32 len, u32 *done)
{
    struct intake_dir *d = ctx;
    enum io_status st = IO_FAILED;
    if (intake_dir_live(d))
        st = d->real.read(d->real.ctx, handle, off, buf, len, done);
    return intake_dir_bytes(d, st, buf, len, done, NULL);
}

static enum io_status intake_dir_readdir(void *ctx, u32 handle, u32 *pos, char *buf, u32 len,
                                         u32 *done)
{
    struct intake_dir *d = ctx;
    enum io_status st = IO_FAILED;
    if (intake_dir_live(d))
        st = d->real.readdir(d->real.ctx, handle, pos, buf, len, done);
    u64 p = *pos;
    st = intake_dir_bytes(d, st, buf, len, done, &p);
    *pos = (u32)p;
    return st;
}

static enum io_status intake_dir_write(void *ctx, u32 handle, u64 off, const void *buf, u32 len,
                                       u32 *done)
{
    struct intake_dir *d = ctx;
    enum io_status st = IO_FAILED;
    if (intake_dir_live(d))
        st = d->real.write(d->real.ctx, handle, off, buf, len, done);
    u64 n = st == IO_OK ? *done : 0;
    st = intake_dir_answer(d, st, &n, NULL);
    *done = (u32)n;
    return st;
}

static enum io_status intake_dir_size(void *ctx, u32 handle, u64 *size)
{
    struct intake_dir *d = ctx;
    enum io_status st = intake_dir_live(d) ? d->real.size(d->real.ctx, handle, size) : IO_FAILED;
    if (st != IO_OK)
        *size = 0;
    return intake_dir_answer(d, st, size, NULL);
}

static enum io_status intake_dir_truncate(void *ctx, u32 handle, u64 size)
{
    struct intake_dir *d = ctx;
    enum io_status st =
        intake_dir_live(d) ? d->real.truncate(d->real.ctx, handle, size) : IO_FAILED;
    return intake_dir_answer(d, st, NULL, NULL);
}

static void intake_dir_free(void *ctx)
{
    struct intake_dir *d = ctx;
    if (d->real.free)
        d->real.free(d->real.ctx);
    free(d);
}

struct io_dir intake_dir(struct intake *in, const struct io_dir *real)
{
    struct intake_dir *d = xcalloc(1, sizeof *d);
    *d = (struct intake_dir){.in = in, .real = *real};
    return (struct io_dir){
        .open = intake_dir_open,
        .close = intake_dir_close,
        .read = intake_dir_read,
        .readdir = intake_dir_readdir,
        .write = intake_dir_write,
        .size = intake_dir_size,
        .truncate = intake_dir_truncate,
        .free = intake_dir_free,
        .ctx = d,
        .follows = in->origin != NULL,
    };
}
