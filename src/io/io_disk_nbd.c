/* SPDX-License-Identifier: ISC */
/*
 * What was written and not flushed when the server went may be lost with it: the next flush then
 * fails. A disk that pauses asks for each write to be on stable storage, so that the guest sees
 * nothing of the interruption.
 */
#include "io/io_disk_nbd.h"

#include "host/host_clock.h"
#include "host/host_nbd.h"
#include "lib/bug.h"
#include "lib/log.h"

#include <stdlib.h>
#include <string.h>

#define IO_DISK_NBD_RETRY_NS 200000000ull
#define IO_DISK_NBD_TRIES    2u /* of a request, where nobody waits */

struct io_disk_nbd {
    struct host_nbd *nbd; /* NULL: not connected */
    struct host_nbd_info info;
    struct io_disk_nbd_options o;
    char *uri;
    u8 *bounce;
    u64 done;    /* sectors, of the last write or zero */
    bool unsafe; /* written, not flushed */
    bool lost;   /* of that, something may be */
    bool said;   /* that the server is gone, or another; nothing has been done since */
    u64 retry;   /* when to look for it again */
};

/* One thing to do with the server. */
struct io_disk_nbd_op {
    enum {
        IO_DISK_NBD_READ,
        IO_DISK_NBD_WRITE,
        IO_DISK_NBD_FLUSH,
        IO_DISK_NBD_ZERO,
    } what;
    u64 off, len;
    bool hole;
};

bool io_disk_nbd_is_uri(const char *text)
{
    return host_nbd_is_uri(text);
}

static void io_disk_nbd_say(struct io_disk_nbd *d, const char *why)
{
    if (!d->said)
        log_warn("disk %s: %s; %s", d->uri, why,
                 d->o.pause ? "the machine waits for it" : "the guest sees I/O errors");
    d->said = true;
}

static void io_disk_nbd_drop(struct io_disk_nbd *d)
{
    io_disk_nbd_say(d, host_nbd_why(d->nbd));
    host_nbd_close(d->nbd);
    d->nbd = NULL;
    d->lost |= d->unsafe;
    d->retry = d->o.pause ? host_clock_mono_ns() + IO_DISK_NBD_RETRY_NS : 0;
}

static bool io_disk_nbd_connect(struct io_disk_nbd *d)
{
    struct host_nbd_info info;
    struct error e;
    if (d->nbd)
        return true;
    if (host_clock_mono_ns() < d->retry)
        return false;
    d->retry = host_clock_mono_ns() + IO_DISK_NBD_RETRY_NS;
    if (host_nbd_open(&d->nbd, d->uri, &info, &e))
        return false;
    if (info.size != d->info.size || (info.read_only && !d->info.read_only)) {
        io_disk_nbd_say(d, "the server has another disk now");
        host_nbd_close(d->nbd);
        d->nbd = NULL;
        return false;
    }
    host_nbd_give_up_when(d->nbd, d->o.give_up, d->o.ctx);
    return true;
}

static bool io_disk_nbd_is_careful(const struct io_disk_nbd *d)
{
    return d->o.pause && d->info.fua;
}

static bool io_disk_nbd_once(struct io_disk_nbd *d, const struct io_disk_nbd_op *op)
{
    bool fua = io_disk_nbd_is_careful(d);
    switch (op->what) {
    case IO_DISK_NBD_READ:
        return host_nbd_read(d->nbd, op->off, d->bounce, (u32)op->len);
    case IO_DISK_NBD_WRITE:
        return host_nbd_write(d->nbd, op->off, d->bounce, (u32)op->len, fua);
    case IO_DISK_NBD_FLUSH:
        return host_nbd_flush(d->nbd);
    case IO_DISK_NBD_ZERO:
        return host_nbd_zero(d->nbd, op->off, op->len, op->hole, fua);
    }
    return false;
}

static bool io_disk_nbd_done(struct io_disk_nbd *d)
{
    if (d->said)
        log_warn("disk %s: the server is back", d->uri);
    d->said = false;
    return true;
}

/* Until it is done, the server refuses, or nobody wants to wait for one that is gone: also for one
 * that comes back each time, only to go again. */
static bool io_disk_nbd_do(struct io_disk_nbd *d, const struct io_disk_nbd_op *op)
{
    for (unsigned tries = 0; d->o.pause || tries < IO_DISK_NBD_TRIES; tries++) {
        if (tries && d->o.give_up && d->o.give_up(d->o.ctx))
            return false;
        if (io_disk_nbd_connect(d)) {
            if (io_disk_nbd_once(d, op))
                return io_disk_nbd_done(d);
            if (!host_nbd_is_gone(d->nbd)) {
                io_disk_nbd_say(d, host_nbd_why(d->nbd));
                return false;
            }
            io_disk_nbd_drop(d);
        } else if (!d->o.pause) {
            return false;
        } else {
            host_clock_sleep(IO_DISK_NBD_RETRY_NS / 4);
        }
    }
    return false;
}

static bool io_disk_nbd_move(struct io_disk_nbd *d, bool write, u64 sector, const struct piece *v,
                             unsigned n)
{
    u64 len = piece_total(v, n);
    struct io_disk_nbd_op op = {.what = write ? IO_DISK_NBD_WRITE : IO_DISK_NBD_READ};
    if (!io_disk_has(d->info.size / IO_SECTOR, sector, len))
        return false;
    for (u64 off = 0; off < len; off += op.len) {
        op.off = sector * IO_SECTOR + off;
        op.len = len - off < HOST_NBD_MAX ? len - off : HOST_NBD_MAX;
        if (write)
            piece_get(v, n, off, d->bounce, op.len);
        if (!io_disk_nbd_do(d, &op))
            return false;
        if (!write)
            piece_put(v, n, off, d->bounce, op.len);
        else
            d->done = (off + op.len) / IO_SECTOR;
    }
    return true;
}

static bool io_disk_nbd_read(void *ctx, u64 sector, const struct piece *to, unsigned n)
{
    return io_disk_nbd_move(ctx, false, sector, to, n);
}

static bool io_disk_nbd_write(void *ctx, u64 sector, const struct piece *from, unsigned n)
{
    struct io_disk_nbd *d = ctx;
    d->done = 0;
    if (d->o.read_only)
        return false;
    d->unsafe |= !io_disk_nbd_is_careful(d);
    return io_disk_nbd_move(d, true, sector, from, n);
}

static bool io_disk_nbd_zero(void *ctx, u64 sector, u64 count, bool hole)
{
    struct io_disk_nbd *d = ctx;
    struct io_disk_nbd_op op = {.what = IO_DISK_NBD_ZERO,
                                .off = sector * IO_SECTOR,
                                .len = count * IO_SECTOR,
                                .hole = hole};
    d->done = 0;
    if (d->o.read_only || !io_disk_has(d->info.size / IO_SECTOR, sector, op.len))
        return false;
    d->unsafe |= !io_disk_nbd_is_careful(d);
    return io_disk_nbd_do(d, &op);
}

/* Of one that the server did not answer, nobody knows. */
static u64 io_disk_nbd_sectors_done(void *ctx)
{
    return ((const struct io_disk_nbd *)ctx)->done;
}

static bool io_disk_nbd_flush(void *ctx)
{
    struct io_disk_nbd *d = ctx;
    struct io_disk_nbd_op op = {.what = IO_DISK_NBD_FLUSH};
    bool ok = io_disk_nbd_do(d, &op) && !d->lost;
    if (ok || d->nbd)
        d->unsafe = d->lost = false;
    return ok;
}

static void io_disk_nbd_close(void *ctx)
{
    struct io_disk_nbd *d = ctx;
    host_nbd_close(d->nbd);
    free(d->bounce);
    free(d->uri);
    free(d);
}

static enum err io_disk_nbd_check(const struct io_disk_nbd *d, struct error *e)
{
    if (d->info.size < IO_SECTOR)
        return err_set(e, ERR_FORMAT, "%s holds no sector", d->uri);
    if (d->info.size % IO_SECTOR)
        log_warn("disk %s: its last %u bytes are no whole sector and are not used", d->uri,
                 (unsigned)(d->info.size % IO_SECTOR));
    if (d->info.read_only && !d->o.read_only)
        return err_set(e, ERR_CONFIG, "%s is served read-only: ask for it read-only", d->uri);
    return ERR_OK;
}

enum err io_disk_nbd_open(const char *uri, const struct io_disk_nbd_options *o, struct io_disk *out,
                          struct error *e)
{
    struct io_disk_nbd *d = xcalloc(1, sizeof *d);
    *d = (struct io_disk_nbd){.o = *o, .uri = xstrdup(uri), .bounce = xcalloc(1, HOST_NBD_MAX)};
    enum err err = host_nbd_open(&d->nbd, uri, &d->info, e);
    if (!err)
        err = io_disk_nbd_check(d, e);
    if (err) {
        io_disk_nbd_close(d);
        return err;
    }
    host_nbd_give_up_when(d->nbd, o->give_up, o->ctx);
    *out = (struct io_disk){
        .read = io_disk_nbd_read,
        .write = io_disk_nbd_write,
        .flush = io_disk_nbd_flush,
        .zero = io_disk_nbd_zero,
        .done = io_disk_nbd_sectors_done,
        .close = io_disk_nbd_close,
        .ctx = d,
        .sectors = d->info.size / IO_SECTOR,
        .read_only = o->read_only,
    };
    return ERR_OK;
}
