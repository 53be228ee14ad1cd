/* SPDX-License-Identifier: ISC */
/* The archive of programs that is linked into the kernel; build.sh generates its table. */
#ifndef BINFS_H
#define BINFS_H

#include "types.h"

struct binfs_entry {
    const char *name;
    const u8 *start, *end;
};

extern const struct binfs_entry binfs_archive[]; /* ends with a null name */

#endif
