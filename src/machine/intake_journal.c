/* SPDX-License-Identifier: ISC */
#include "machine/intake_journal.h"
#include "lib/bug.h"

#include <stdlib.h>

#define INTAKE_JOURNAL_CHUNK 2048u /* sectors */

struct intake_old {
    struct intake_old *older;
    u32 epoch; /* in which it was overwritten first */
    u8 data[IO_SECTOR];
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

/* What cannot be read is not kept: it was an error for the guest as well. */
void intake_journal_keep(struct intake_journal *j, const struct io_disk *real, u32 epoch,
                         u64 sector, u64 count, u64 *bytes)
{
    if (!io_disk_has(j->sectors, sector, count * IO_SECTOR))
        return;
    for (; count; sector++, count--) {
        struct intake_old **newest = intake_journal_place(j, sector, bytes), *old;
        if (*newest && (*newest)->epoch == epoch)
            continue;
        old = xmalloc(sizeof *old);
        old->older = *newest;
        old->epoch = epoch;
        if (!io_disk_read(real, sector, old->data)) {
            free(old);
            continue;
        }
        *newest = old;
        *bytes += sizeof *old;
    }
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
        if (old)
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
        *bytes -= sizeof *old;
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
