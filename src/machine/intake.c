/* SPDX-License-Identifier: ISC */
/*
 * Log entries, little-endian: u64 cycle, u8 kind, u32 length, bytes.
 */
#include "machine/intake.h"
#include "lib/bits.h"
#include "lib/bug.h"

#include <stdlib.h>

void intake_init(struct intake *in, enum intake_mode mode, u64 (*now)(void *ctx), void *ctx)
{
    *in = (struct intake){.mode = mode, .now = now, .ctx = ctx};
}

void intake_fini(struct intake *in)
{
    buf_fini(&in->log);
}

/* Passes over events, or over all else. */
static void intake_skip(struct buf_reader *r, bool events)
{
    for (;;) {
        struct buf_reader next = *r;
        (void)buf_get_le64(&next);
        u8 kind = buf_get_u8(&next);
        (void)buf_get(&next, buf_get_le32(&next));
        if (next.bad || (kind == INTAKE_CONSOLE || kind == INTAKE_END) != events)
            return;
        *r = next;
    }
}

void intake_replay(struct intake *in, const void *log, size_t len)
{
    in->mode = INTAKE_REPLAY;
    in->log.len = 0;
    buf_put(&in->log, log, len);
    in->answers = (struct buf_reader){.p = in->log.data, .end = in->log.data + in->log.len};
    in->events = in->answers;
    intake_skip(&in->answers, true);
    intake_skip(&in->events, false);
}

void intake_note(struct intake *in, enum intake_kind kind, const void *data, u32 len)
{
    if (in->mode != INTAKE_RECORD)
        return;
    buf_put_le64(&in->log, in->now(in->ctx));
    buf_put_u8(&in->log, (u8)kind);
    buf_put_le32(&in->log, len);
    buf_put(&in->log, data, len);
}

u64 intake_next(const struct intake *in)
{
    struct buf_reader r = in->events;
    u64 cycle = buf_get_le64(&r);
    return in->mode == INTAKE_REPLAY && !r.bad ? cycle : ~0ull;
}

static bool intake_read(struct intake *in, struct buf_reader *from, enum intake_kind *kind,
                        void *data, u32 max, u32 *len)
{
    struct buf_reader r = *from;
    u64 cycle = buf_get_le64(&r);
    if (in->mode != INTAKE_REPLAY || r.bad || cycle > in->now(in->ctx))
        return false;
    *kind = buf_get_u8(&r);
    *len = buf_get_le32(&r);
    const u8 *p = buf_get(&r, *len);
    if (!p || *len > max || cycle != in->now(in->ctx)) {
        in->diverged = true;
        return false;
    }
    memcpy(data, p, *len);
    intake_skip(&r, from == &in->answers);
    *from = r;
    return true;
}

bool intake_take(struct intake *in, enum intake_kind *kind, void *data, u32 max, u32 *len)
{
    return intake_read(in, &in->events, kind, data, max, len);
}

void intake_answer(struct intake *in, enum intake_kind kind, void *data, u32 len)
{
    if (in->mode != INTAKE_REPLAY) {
        intake_note(in, kind, data, len);
        return;
    }
    struct buf_reader before = in->answers;
    enum intake_kind logged;
    u32 n;
    u8 *copy = xcalloc(1, len);
    if (intake_read(in, &in->answers, &logged, copy, len, &n) && logged == kind && n == len) {
        memcpy(data, copy, len);
    } else {
        in->answers = before;
        in->diverged = true;
    }
    free(copy);
}

u64 intake_u64(struct intake *in, enum intake_kind kind, u64 live)
{
    u8 data[8];
    store_le64(data, live);
    intake_answer(in, kind, data, sizeof data);
    return load_le64(data);
}

/* ---- host directories ---- */

struct intake_dir {
    struct intake *in;
    struct io_dir real;
};

static bool dir_live(const struct intake_dir *d)
{
    return d->in->mode != INTAKE_REPLAY;
}

/* An answer: status and up to two numbers, then the bytes that came with it. */
static enum io_status dir_answer(struct intake_dir *d, enum io_status st, u64 *a, u64 *b)
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

static enum io_status dir_open(void *ctx, u32 dir, const char *name, enum io_open how, u32 *handle,
                               bool *is_dir)
{
    struct intake_dir *d = ctx;
    enum io_status st = IO_FAILED;
    if (dir_live(d))
        st = d->real.open(d->real.ctx, dir, name, how, handle, is_dir);
    u64 h = st == IO_OK ? *handle : 0, isdir = st == IO_OK && *is_dir;
    st = dir_answer(d, st, &h, &isdir);
    *handle = (u32)h;
    *is_dir = isdir;
    return st;
}

static enum io_status dir_close(void *ctx, u32 handle)
{
    struct intake_dir *d = ctx;
    enum io_status st = dir_live(d) ? d->real.close(d->real.ctx, handle) : IO_FAILED;
    return dir_answer(d, st, NULL, NULL);
}

/* The bytes of a read or readdir: `*done` of them, never more than `len`. */
static enum io_status dir_bytes(struct intake_dir *d, enum io_status st, void *buf, u32 len,
                                u32 *done, u64 *pos)
{
    u64 n = st == IO_OK ? *done : 0;
    st = dir_answer(d, st, &n, pos);
    *done = n <= len ? (u32)n : 0;
    if (st == IO_OK && *done)
        intake_answer(d->in, INTAKE_DIR, buf, *done);
    return st;
}

static enum io_status dir_read(void *ctx, u32 handle, u64 off, void *buf, u32 len, u32 *done)
{
    struct intake_dir *d = ctx;
    enum io_status st = IO_FAILED;
    if (dir_live(d))
        st = d->real.read(d->real.ctx, handle, off, buf, len, done);
    return dir_bytes(d, st, buf, len, done, NULL);
}

static enum io_status dir_readdir(void *ctx, u32 handle, u32 *pos, char *buf, u32 len, u32 *done)
{
    struct intake_dir *d = ctx;
    enum io_status st = IO_FAILED;
    if (dir_live(d))
        st = d->real.readdir(d->real.ctx, handle, pos, buf, len, done);
    u64 p = *pos;
    st = dir_bytes(d, st, buf, len, done, &p);
    *pos = (u32)p;
    return st;
}

static enum io_status dir_write(void *ctx, u32 handle, u64 off, const void *buf, u32 len, u32 *done)
{
    struct intake_dir *d = ctx;
    enum io_status st = IO_FAILED;
    if (dir_live(d))
        st = d->real.write(d->real.ctx, handle, off, buf, len, done);
    u64 n = st == IO_OK ? *done : 0;
    st = dir_answer(d, st, &n, NULL);
    *done = (u32)n;
    return st;
}

static enum io_status dir_size(void *ctx, u32 handle, u64 *size)
{
    struct intake_dir *d = ctx;
    enum io_status st = dir_live(d) ? d->real.size(d->real.ctx, handle, size) : IO_FAILED;
    if (st != IO_OK)
        *size = 0;
    return dir_answer(d, st, size, NULL);
}

static enum io_status dir_truncate(void *ctx, u32 handle, u64 size)
{
    struct intake_dir *d = ctx;
    enum io_status st = dir_live(d) ? d->real.truncate(d->real.ctx, handle, size) : IO_FAILED;
    return dir_answer(d, st, NULL, NULL);
}

static void dir_free(void *ctx)
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
        .open = dir_open,
        .close = dir_close,
        .read = dir_read,
        .readdir = dir_readdir,
        .write = dir_write,
        .size = dir_size,
        .truncate = dir_truncate,
        .free = dir_free,
        .ctx = d,
    };
}
