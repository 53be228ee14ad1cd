/* SPDX-License-Identifier: ISC */
/* Which blocks of a disk are in use: a bit each. */
#include "hearthfs_int.h"

#include "block.h"

static u8 *hearthfs_bitmap_of(struct hearthfs *fs, u32 block, u32 *number)
{
    *number = fs->super[HFS_SUPER_BITMAP_START] + block / HFS_BITS_PER_BLOCK;
    return block_read(fs->disk, *number);
}

int hearthfs_bitmap_set(struct hearthfs *fs, u32 block, bool used)
{
    u32 number, n = block % HFS_BITS_PER_BLOCK;
    u8 *bits = hearthfs_bitmap_of(fs, block, &number);

    if (!bits)
        return E_IO;
    bits[n / 8] = (u8)(used ? bits[n / 8] | 1u << n % 8 : bits[n / 8] & ~(1u << n % 8));
    block_dirty(fs->disk, number);
    if (!used && block < fs->hint)
        fs->hint = block;
    return 0;
}

/* A block that was free, cleared. */
int hearthfs_bitmap_take(struct hearthfs *fs, u32 *block)
{
    for (u32 b = fs->hint; b < fs->super[HFS_SUPER_BLOCKS]; b++) {
        u32 number, n = b % HFS_BITS_PER_BLOCK;
        const u8 *bits = hearthfs_bitmap_of(fs, b, &number);
        if (!bits)
            return E_IO;
        if (bits[n / 8] & 1u << n % 8)
            continue;
        if (!block_fresh(fs->disk, b))
            return E_IO;
        *block = b;
        fs->hint = b + 1;
        return hearthfs_bitmap_set(fs, b, true);
    }
    return E_NOSPACE;
}

u32 hearthfs_bitmap_count_free(struct hearthfs *fs)
{
    u32 count = 0, number;

    for (u32 start = 0; start < fs->super[HFS_SUPER_BLOCKS]; start += HFS_BITS_PER_BLOCK) {
        u32 end = min_u32(HFS_BITS_PER_BLOCK, fs->super[HFS_SUPER_BLOCKS] - start);
        const u8 *bits = hearthfs_bitmap_of(fs, start, &number);
        for (u32 n = 0; bits && n < end; n++)
            count += !(bits[n / 8] >> n % 8 & 1);
    }
    return count;
}
