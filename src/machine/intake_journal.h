/* SPDX-License-Identifier: ISC */
/*
 * What a disk held: sectors as they were before they were written, by epochs of its recording. So
 * the disk can be read as it was at the beginning of any of them, while the real one goes on.
 */
#ifndef MACHINE_INTAKE_JOURNAL_H
#define MACHINE_INTAKE_JOURNAL_H

#include "io/io.h"

struct intake_journal {
    struct intake_old ***chunk;
    u64 sectors;
};

/* Before `count` sectors of `real` are written in this epoch. *bytes: what is kept by now. False:
 * that is more than `max`, and not all of these are. */
MUST_CHECK bool intake_journal_keep(struct intake_journal *j, const struct io_disk *real, u32 epoch,
                                    u64 sector, u64 count, u64 *bytes, u64 max);
/* Over what was read of the real disk: what it held at the beginning of `epoch`. */
void intake_journal_lay_over(const struct intake_journal *j, u32 epoch, u64 sector,
                             const struct piece *to, unsigned n);
/* What it held before that. */
void intake_journal_forget(struct intake_journal *j, u32 epoch, u64 *bytes);
void intake_journal_fini(struct intake_journal *j, u64 *bytes);

#endif
