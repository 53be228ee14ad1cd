/* SPDX-License-Identifier: ISC */
/* Inodes: what a file is, and where its blocks are. In memory only as copies, stored back at once.
 */
#include "hearthfs_int.h"

#include "block.h"
#include "board.h"
#include "string.h"

static u8 *hearthfs_inode_at(struct hearthfs *fs, u32 number, u32 *block)
{
    u8 *data;

    *block = fs->super[HFS_SUPER_INODE_START] + number / HFS_INODES_PER_BLOCK;
    data = block_read(fs->disk, *block);
    return data ? data + number % HFS_INODES_PER_BLOCK * HFS_INODE_SIZE_BYTES : NULL;
}

int hearthfs_inode_load(struct hearthfs *fs, u32 number, struct hearthfs_inode *inode)
{
    const u8 *from;
    u32 block;

    if (number == 0 || number >= fs->super[HFS_SUPER_INODES])
        return E_CORRUPT;
    from = hearthfs_inode_at(fs, number, &block);
    if (!from)
        return E_IO;
    inode->number = number;
    for (u32 i = 0; i < HFS_INODE_WORDS; i++)
        inode->word[i] = hfs_get(from + 4 * i);
    if (inode->word[HFS_INODE_TYPE] > HFS_DIRECTORY ||
        inode->word[HFS_INODE_SIZE] > HFS_MAX_BLOCKS * HFS_BLOCK)
        return E_CORRUPT;
    return 0;
}

int hearthfs_inode_store(struct hearthfs *fs, const struct hearthfs_inode *inode)
{
    u32 block;
    u8 *to = hearthfs_inode_at(fs, inode->number, &block);

    if (!to)
        return E_IO;
    for (u32 i = 0; i < HFS_INODE_WORDS; i++)
        hfs_put(to + 4 * i, inode->word[i]);
    block_dirty(fs->disk, block);
    return 0;
}

int hearthfs_inode_new(struct hearthfs *fs, u32 type, struct hearthfs_inode *inode)
{
    u32 nanoseconds;

    for (u32 n = HFS_ROOT; n < fs->super[HFS_SUPER_INODES]; n++) {
        int error = hearthfs_inode_load(fs, n, inode);
        if (error)
            return error;
        if (inode->word[HFS_INODE_TYPE] != HFS_FREE)
            continue;
        memset(inode->word, 0, sizeof(inode->word));
        inode->word[HFS_INODE_TYPE] = type;
        board_time(&inode->word[HFS_INODE_TIME], &nanoseconds);
        return hearthfs_inode_store(fs, inode);
    }
    return E_NOSPACE;
}
