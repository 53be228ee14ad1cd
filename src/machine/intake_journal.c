/* SPDX-License-Identifier: ISC */
#include "machine/intake_journal.h"
#include "lib/bug.h"

#include <stdlib.h>
#include <string.h>

#define INTAKE_JOURNAL_CHUNK 2048u /* sectors */
#define INTAKE_JOURNAL_READ  64u   /* sectors at a time */

struct intake_old {
    struct intake_old *older;
    u32 epoch; /* in which it was overwritten first */
    bool zeros;
    u8 data[]; /* else: IO_SECTOR */
};

static u64 intake_journal_nchunks(const struct intake_journal *j)
{
    return j->sectors / INTAKE_JOURNAL_CHUNK + 1;
}

/* Where a guest writes here and there, the places take more memory than what is kept. */
static struct intake_old **intake_journal_place(struct intake_journal *j, u64 sector, u64 *bytes)
{
    if (!j->chunk)
        j->chunk = xcalloc(intake_journal_nchunks(j), sizeof *j->chunk);
    struct intake_old ***chunk = &j->chunk[sector / INTAKE_JOURNAL_CHUNK];
    if (!*chunk) {
        *chunk = xcalloc(INTAKE_JOURNAL_CHUNK, sizeof **chunk);
        *bytes += INTAKE_JOURNAL_CHUNK * sizeof **chunk;
    }
    return &(*chunk)[sector % INTAKE_JOURNAL_CHUNK];
}

static u64 intake_journal_size(bool zeros)
{
    return sizeof(struct intake_old) + (zeros ? 0 : IO_SECTOR);
}

static bool intake_journal_is_zero(const u8 *data)
{
    return data[0] == 0 && !memcmp(data, data + 1, IO_SECTOR - 1);
}

static bool intake_journal_wants(struct intake_journal *j, u32 epoch, u64 sector, u64 *bytes)
{
    const struct intake_old *newest = *intake_journal_place(j, sector, bytes);
    return !newest || newest->epoch != epoch;
}

static void intake_journal_add(struct intake_journal *j, u32 epoch, u64 sector, const u8 *data,
                               u64 *bytes)
{
    struct intake_old **newest = intake_journal_place(j, sector, bytes);
    bool zeros = intake_journal_is_zero(data);
    struct intake_old *old = xmalloc(intake_journal_size(zeros));
    *old = (struct intake_old){.older = *newest, .epoch = epoch, .zeros = zeros};
    if (!zeros)
        memcpy(old->data, data, IO_SECTOR);
    *newest = old;
    *bytes += intake_journal_size(zeros);
}

/* What cannot be read is not kept: it was an error for the guest as well. */
static void intake_journal_keep_some(struct intake_journal *j, const struct io_disk *real,
                                     u32 epoch, u64 sector, u64 count, u64 *bytes)
{
    u8 data[INTAKE_JOURNAL_READ * IO_SECTOR];
    const struct piece all = {.p = data, .len = count * IO_SECTOR};
    bool wanted = false;
    for (u64 i = 0; i < count; i++)
        wanted |= intake_journal_wants(j, epoch, sector + i, bytes);
    if (!wanted)
        return;
    bool whole = real->read(real->ctx, sector, &all, 1);
    for (u64 i = 0; i < count; i++)
        if (intake_journal_wants(j, epoch, sector + i, bytes) &&
            (whole || io_disk_read(real, sector + i, data + i * IO_SECTOR)))
            intake_journal_add(j, epoch, sector + i, data + i * IO_SECTOR, bytes);
}

bool intake_journal_keep(struct intake_journal *j, const struct io_disk *real, u32 epoch,
                         u64 sector, u64 count, u64 *bytes, u64 max)
{
    if (!io_disk_has(j->sectors, sector, count * IO_SECTOR))
        return true;
    while (count && *bytes <= max) {
        u64 n = count < INTAKE_JOURNAL_READ ? count : INTAKE_JOURNAL_READ;
        intake_journal_keep_some(j, real, epoch, sector, n, bytes);
        sector += n;
        count -= n;
    }
    return !count;
}

static const struct intake_old *intake_journal_find(const struct intake_journal *j, u32 epoch,
                                                    u64 sector)
{
    struct intake_old **chunk = j->chunk[sector / INTAKE_JOURNAL_CHUNK];
    const struct intake_old *found = NULL;
    const struct intake_old *old = chunk ? chunk[sector % INTAKE_JOURNAL_CHUNK] : NULL;
    for (; old && old->epoch >= epoch; old = old->older)
        found = old;
    return found;
}

void intake_journal_lay_over(const struct intake_journal *j, u32 epoch, u64 sector,
                             const struct piece *to, unsigned n)
{
    u64 len = j->chunk ? piece_total(to, n) : 0;
    for (u64 off = 0; off < len; off += IO_SECTOR, sector++) {
        const struct intake_old *old = intake_journal_find(j, epoch, sector);
        if (old && old->zeros)
            piece_zero(to, n, off, IO_SECTOR);
        else if (old)
            piece_put(to, n, off, old->data, IO_SECTOR);
    }
}

static void intake_journal_cut(struct intake_old **from, u32 epoch, u64 *bytes)
{
    while (*from && (*from)->epoch >= epoch)
        from = &(*from)->older;
    while (*from) {
        struct intake_old *old = *from;
        *from = old->older;
        *bytes -= intake_journal_size(old->zeros);
        free(old);
    }
}

static void intake_journal_forget_chunk(struct intake_old ***chunk, u32 epoch, u64 *bytes)
{
    bool any = false;
    for (unsigned k = 0; k < INTAKE_JOURNAL_CHUNK; k++) {
        intake_journal_cut(&(*chunk)[k], epoch, bytes);
        any |= (*chunk)[k] != NULL;
    }
    if (any)
        return;
    free(*chunk);
    *chunk = NULL;
    *bytes -= INTAKE_JOURNAL_CHUNK * sizeof **chunk;
}

void intake_journal_forget(struct intake_journal *j, u32 epoch, u64 *bytes)
{
    for (u64 i = 0; j->chunk && i < intake_journal_nchunks(j); i++)
        if (j->chunk[i])
            intake_journal_forget_chunk(&j->chunk[i], epoch, bytes);
}

void intake_journal_fini(struct intake_journal *j, u64 *bytes)
{
    intake_journal_forget(j, ~0u, bytes);
    free(j->chunk);
    j->chunk = NULL;
}
