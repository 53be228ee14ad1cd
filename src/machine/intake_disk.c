/* SPDX-License-Identifier: ISC */
/*
 * A disk behind the intake. Its contents are no input: an image belongs to the starting state, and
 * what is read follows from what was written. But whether the host managed to is.
 *
 * In a replay the image is only read, and must be as it was when the recording began; what the
 * guest writes is kept in memory.
 */
#include "lib/bits.h"
#include "lib/bug.h"
#include "machine/intake.h"

#include <stdlib.h>

#define CHUNK_SECTORS 2048u

struct intake_disk {
    struct intake *in;
    struct io_disk real;
    u8 ***chunk; /* replay: sectors written, by chunk and sector */
    u64 nchunks;
};

static bool intake_disk_live(const struct intake_disk *d)
{
    return d->in->mode != INTAKE_REPLAY;
}

static bool intake_disk_answer(struct intake_disk *d, bool ok)
{
    u8 b = ok;
    intake_answer(d->in, INTAKE_DISK, &b, 1);
    return b;
}

static u8 *intake_disk_written(const struct intake_disk *d, u64 sector)
{
    u8 **chunk = d->chunk ? d->chunk[sector / CHUNK_SECTORS] : NULL;
    return chunk ? chunk[sector % CHUNK_SECTORS] : NULL;
}

static void intake_disk_keep(struct intake_disk *d, u64 sector, const void *buf)
{
    if (!d->chunk)
        d->chunk = xcalloc(d->nchunks, sizeof *d->chunk);
    u8 ***chunk = &d->chunk[sector / CHUNK_SECTORS];
    if (!*chunk)
        *chunk = xcalloc(CHUNK_SECTORS, sizeof **chunk);
    u8 **p = &(*chunk)[sector % CHUNK_SECTORS];
    if (!*p)
        *p = xcalloc(1, IO_SECTOR);
    memcpy(*p, buf, IO_SECTOR);
}

static bool intake_disk_read(void *ctx, u64 sector, void *buf)
{
    struct intake_disk *d = ctx;
    const u8 *kept = intake_disk_written(d, sector);
    bool ok = true;
    if (kept)
        memcpy(buf, kept, IO_SECTOR);
    else
        ok = d->real.read(d->real.ctx, sector, buf);
    return intake_disk_answer(d, ok);
}

static bool intake_disk_write(void *ctx, u64 sector, const void *buf)
{
    struct intake_disk *d = ctx;
    bool ok = intake_disk_answer(d, intake_disk_live(d) && d->real.write(d->real.ctx, sector, buf));
    if (ok && !intake_disk_live(d))
        intake_disk_keep(d, sector, buf);
    return ok;
}

static bool intake_disk_flush(void *ctx)
{
    struct intake_disk *d = ctx;
    return intake_disk_answer(d, intake_disk_live(d) && d->real.flush(d->real.ctx));
}

static void intake_disk_free_chunk(u8 **chunk)
{
    for (unsigned i = 0; chunk && i < CHUNK_SECTORS; i++)
        free(chunk[i]);
    free(chunk);
}

static void intake_disk_close(void *ctx)
{
    struct intake_disk *d = ctx;
    for (u64 i = 0; d->chunk && i < d->nchunks; i++)
        intake_disk_free_chunk(d->chunk[i]);
    free(d->chunk);
    d->real.close(d->real.ctx);
    free(d);
}

struct io_disk intake_disk(struct intake *in, const struct io_disk *real, bool read_only)
{
    struct intake_disk *d = xcalloc(1, sizeof *d);
    *d =
        (struct intake_disk){.in = in, .real = *real, .nchunks = real->sectors / CHUNK_SECTORS + 1};
    return (struct io_disk){
        .read = intake_disk_read,
        .write = intake_disk_write,
        .flush = intake_disk_flush,
        .close = intake_disk_close,
        .ctx = d,
        .sectors = real->sectors,
        .read_only = read_only,
    };
}
