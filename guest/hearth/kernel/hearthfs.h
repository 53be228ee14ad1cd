/* SPDX-License-Identifier: ISC */
/* The file system on disks, beyond what struct fs_ops says. */
#ifndef HEARTHFS_H
#define HEARTHFS_H

#include "types.h"

struct format_text;

int hearthfs_format(u32 disk);
void hearthfs_print(u32 disk, struct format_text *out);

#endif
