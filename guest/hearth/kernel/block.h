/* SPDX-License-Identifier: ISC */
/*
 * Disk blocks in memory. No locking of its own: the file system calls it under its mutex. A pointer
 * stays good until BLOCK_HELD other blocks were asked for.
 */
#ifndef BLOCK_H
#define BLOCK_H

#include "types.h"

#define BLOCK_SIZE 512u
#define BLOCK_HELD 16

struct format_text;

void block_init(void);
u8 *block_read(u32 disk, u32 number);   /* null: read error */
u8 *block_fresh(u32 disk, u32 number);  /* cleared and dirty, without reading; null: write error */
void block_dirty(u32 disk, u32 number); /* read before and changed since */

/* Write the dirty blocks from first to last - 1, in ascending order. 0 or E_IO. */
int block_flush(u32 disk, u32 first, u32 last);
void block_forget(u32 disk);

void block_print(struct format_text *out);

#endif
