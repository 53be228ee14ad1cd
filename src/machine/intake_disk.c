/* SPDX-License-Identifier: ISC */
/*
 * A disk behind the intake. Its contents are no input: an image belongs to the starting state, and
 * what is read follows from what was written. But whether the host managed to is, and how far it
 * came with a write. A read that failed leaves zeros: how far the host came with that is not known.
 *
 * In a replay the image is only read, and must be as it was when the recording began; what the
 * guest writes is kept in memory.
 */
#include "lib/bits.h"
#include "lib/bug.h"
#include "machine/intake_int.h"
#include "machine/intake_journal.h"

#include <stdlib.h>

#define CHUNK_SECTORS 2048u

static const u8 intake_disk_zeros[IO_SECTOR];

struct intake_disk {
    struct intake *in;
    struct io_disk real;
    u8 ***chunk; /* replay: sectors written, by chunk and sector */
    u64 nchunks;
    struct intake_journal journal;        /* of a recording that can be followed */
    const struct intake_journal *follows; /* whose disk it is; NULL: nobody's */
    struct io_disk seen;
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

static u8 **intake_disk_place(struct intake_disk *d, u64 sector)
{
    if (!d->chunk)
        d->chunk = xcalloc(d->nchunks, sizeof *d->chunk);
    u8 ***chunk = &d->chunk[sector / CHUNK_SECTORS];
    if (!*chunk)
        *chunk = xcalloc(CHUNK_SECTORS, sizeof **chunk);
    return &(*chunk)[sector % CHUNK_SECTORS];
}

static void intake_disk_keep(struct intake_disk *d, u64 sector, u64 count, const struct piece *v,
                             unsigned n)
{
    for (u64 off = 0; off < count * IO_SECTOR; off += IO_SECTOR, sector++) {
        u8 **p = intake_disk_place(d, sector);
        if (!*p || *p == intake_disk_zeros)
            *p = xcalloc(1, IO_SECTOR);
        piece_get(v, n, off, *p, IO_SECTOR);
    }
}

static void intake_disk_keep_zeros(struct intake_disk *d, u64 sector, u64 count)
{
    for (; count; sector++, count--) {
        u8 **p = intake_disk_place(d, sector);
        if (*p != intake_disk_zeros)
            free(*p);
        *p = (u8 *)(uintptr_t)intake_disk_zeros;
    }
}

/* What was written in this replay, over what the image holds. */
static void intake_disk_lay_over(const struct intake_disk *d, u64 sector, const struct piece *v,
                                 unsigned n)
{
    u64 len = d->chunk ? piece_total(v, n) : 0;
    for (u64 off = 0; off < len; off += IO_SECTOR, sector++) {
        const u8 *kept = intake_disk_written(d, sector);
        if (kept)
            piece_put(v, n, off, kept, IO_SECTOR);
    }
}

/* How far a write came that failed. */
static u64 intake_disk_done(struct intake_disk *d)
{
    u8 le[8] = {0};
    if (intake_disk_live(d) && d->real.done)
        store_le64(le, d->real.done(d->real.ctx));
    intake_answer(d->in, INTAKE_DISK, le, sizeof le);
    return load_le64(le);
}

/* Of a write of `count` sectors; *keep are its first that a replay has to keep. There the answer is
 * the log's, and of a range that it cannot be right for nothing is kept. */
static bool intake_disk_wrote(struct intake_disk *d, bool ok, u64 sector, u64 count, u64 *keep)
{
    ok = intake_disk_answer(d, ok);
    u64 done = ok ? count : intake_disk_done(d);
    bool possible = io_disk_has(d->real.sectors, sector, count * IO_SECTOR);
    *keep = intake_disk_live(d) || !possible ? 0 : done < count ? done : count;
    return ok;
}

static bool intake_disk_read(void *ctx, u64 sector, const struct piece *to, unsigned n)
{
    struct intake_disk *d = ctx;
    bool ok = d->real.read(d->real.ctx, sector, to, n);
    if (ok && d->follows)
        intake_journal_lay_over(d->follows, d->in->from, sector, to, n);
    if (ok)
        intake_disk_lay_over(d, sector, to, n);
    bool answer = intake_disk_answer(d, ok);
    if (!answer || !ok)
        piece_zero(to, n, 0, piece_total(to, n));
    d->in->diverged |= answer && !ok; /* the image is not what it was */
    return answer;
}

static void intake_disk_will_write(struct intake_disk *d, u64 sector, u64 count)
{
    struct intake *in = d->in;
    if (in->epoch && !in->lost &&
        !intake_journal_keep(&d->journal, &d->real, in->epoch, sector, count, &in->disk_bytes,
                             in->disk_max))
        in->lost = true;
}

static bool intake_disk_write(void *ctx, u64 sector, const struct piece *from, unsigned n)
{
    struct intake_disk *d = ctx;
    u64 count = piece_total(from, n) / IO_SECTOR, keep;
    intake_disk_will_write(d, sector, count);
    bool ok = intake_disk_live(d) && d->real.write(d->real.ctx, sector, from, n);
    ok = intake_disk_wrote(d, ok, sector, count, &keep);
    intake_disk_keep(d, sector, keep, from, n);
    return ok;
}

static bool intake_disk_zero(void *ctx, u64 sector, u64 count, bool hole)
{
    struct intake_disk *d = ctx;
    u64 keep;
    intake_disk_will_write(d, sector, count);
    bool ok = intake_disk_live(d) && d->real.zero(d->real.ctx, sector, count, hole);
    ok = intake_disk_wrote(d, ok, sector, count, &keep);
    intake_disk_keep_zeros(d, sector, keep);
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
        if (chunk[i] != intake_disk_zeros)
            free(chunk[i]);
    free(chunk);
}

void intake_disk_rewind(struct intake_disk *d)
{
    for (u64 i = 0; d->chunk && i < d->nchunks; i++)
        intake_disk_free_chunk(d->chunk[i]);
    free(d->chunk);
    d->chunk = NULL;
}

bool intake_disk_is_written(const struct intake_disk *d)
{
    return d->chunk;
}

void intake_disk_forget(struct intake_disk *d, u32 epoch)
{
    intake_journal_forget(&d->journal, epoch, &d->in->disk_bytes);
}

static void intake_disk_close(void *ctx)
{
    struct intake_disk *d = ctx;
    intake_disk_rewind(d);
    intake_journal_fini(&d->journal, &d->in->disk_bytes);
    if (!d->follows)
        d->real.close(d->real.ctx);
    free(d);
}

static struct intake_disk *intake_disk_new(struct intake *in, const struct io_disk *real)
{
    struct intake_disk *d = xcalloc(1, sizeof *d);
    *d = (struct intake_disk){.in = in,
                              .real = *real,
                              .nchunks = real->sectors / CHUNK_SECTORS + 1,
                              .journal.sectors = real->sectors};
    in->disk = xrealloc(in->disk, (in->ndisks + 1) * sizeof *in->disk);
    in->disk[in->ndisks++] = d;
    return d;
}

struct io_disk intake_disk(struct intake *in, const struct io_disk *real, bool read_only)
{
    struct intake_disk *d = intake_disk_new(in, real);
    d->seen = (struct io_disk){
        .read = intake_disk_read,
        .write = intake_disk_write,
        .flush = intake_disk_flush,
        .zero = intake_disk_zero,
        .close = intake_disk_close,
        .ctx = d,
        .sectors = real->sectors,
        .read_only = read_only,
    };
    return d->seen;
}

bool intake_disk_follows(struct intake *in, struct io_disk *out)
{
    if (!in->origin)
        return false;
    BUG_ON(in->ndisks >= in->origin->ndisks);
    const struct intake_disk *of = in->origin->disk[in->ndisks];
    struct intake_disk *d = intake_disk_new(in, &of->real);
    d->follows = &of->journal;
    d->seen = of->seen;
    d->seen.ctx = d;
    *out = d->seen;
    return true;
}
