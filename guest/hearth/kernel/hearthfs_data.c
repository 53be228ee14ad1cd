/* SPDX-License-Identifier: ISC */
/*
 * The contents of a file (directories are files, too): from a position through direct pointers and
 * tables of pointers to a block, and reading, writing and releasing what is there.
 */
#include "hearthfs_int.h"

#include "block.h"
#include "board.h"
#include "string.h"

/* --- from a position to a block --- */

/* Follow a pointer, making a new block if it is 0 and create is set; *block 0 is a hole. */
static int hearthfs_data_follow(struct hearthfs *fs, u32 *pointer, bool create, u32 *block)
{
    int error = 0;

    if (*pointer == 0 && create)
        error = hearthfs_bitmap_take(fs, pointer);
    *block = error ? 0 : *pointer;
    if (!error && *block && !hearthfs_volume_holds(fs, *block))
        error = E_CORRUPT;
    return error;
}

static int hearthfs_data_follow_table(struct hearthfs *fs, u32 table, u32 index, bool create,
                                      u32 *block)
{
    u8 *data = block_read(fs->disk, table);
    u32 pointer, before;
    int error;

    if (!data)
        return E_IO;
    before = pointer = hfs_get(data + 4 * index);
    error = hearthfs_data_follow(fs, &pointer, create, block);
    if (error || pointer == before)
        return error;
    data = block_read(fs->disk, table); /* the search for a free block may have evicted it */
    if (!data)
        return E_IO;
    hfs_put(data + 4 * index, pointer);
    block_dirty(fs->disk, table);
    return 0;
}

static int hearthfs_data_map(struct hearthfs *fs, struct hearthfs_inode *inode, u32 index,
                             bool create, u32 *block)
{
    u32 table;
    int error;

    if (index < HFS_DIRECT)
        return hearthfs_data_follow(fs, &inode->word[HFS_INODE_DIRECT + index], create, block);
    index -= HFS_DIRECT;
    if (index < HFS_POINTERS) {
        error = hearthfs_data_follow(fs, &inode->word[HFS_INODE_INDIRECT], create, &table);
    } else {
        index -= HFS_POINTERS;
        if (index >= HFS_POINTERS * HFS_POINTERS)
            return E_TOOBIG;
        error = hearthfs_data_follow(fs, &inode->word[HFS_INODE_DOUBLE], create, &table);
        if (!error && table)
            error = hearthfs_data_follow_table(fs, table, index / HFS_POINTERS, create, &table);
    }
    if (error || !table) {
        *block = 0;
        return error;
    }
    return hearthfs_data_follow_table(fs, table, index % HFS_POINTERS, create, block);
}

/* --- contents --- */

int hearthfs_data_read(struct hearthfs *fs, struct hearthfs_inode *inode, u32 offset, void *buffer,
                       u32 size)
{
    u32 length = inode->word[HFS_INODE_SIZE];

    if (offset >= length)
        return 0;
    size = min_u32(size, length - offset);
    for (u32 done = 0, n; done < size; done += n) {
        u32 at = (offset + done) % HFS_BLOCK, block;
        const u8 *data = NULL;
        int error = hearthfs_data_map(fs, inode, (offset + done) / HFS_BLOCK, false, &block);
        if (error)
            return error;
        if (block && !(data = block_read(fs->disk, block)))
            return E_IO;
        n = min_u32(size - done, HFS_BLOCK - at);
        if (data)
            memcpy((u8 *)buffer + done, data + at, n);
        else
            memset((u8 *)buffer + done, 0, n);
    }
    return (int)size;
}

static int hearthfs_data_write_block(struct hearthfs *fs, struct hearthfs_inode *inode, u32 offset,
                                     const u8 *from, u32 size)
{
    u32 block;
    u8 *data;
    int error = hearthfs_data_map(fs, inode, offset / HFS_BLOCK, true, &block);

    if (error)
        return error;
    data = size == HFS_BLOCK ? block_fresh(fs->disk, block) : block_read(fs->disk, block);
    if (!data)
        return E_IO;
    memcpy(data + offset % HFS_BLOCK, from, size);
    block_dirty(fs->disk, block);
    return 0;
}

/* As much as fits. A page at a time comes from above, so few blocks get dirty. */
int hearthfs_data_write(struct hearthfs *fs, struct hearthfs_inode *inode, u32 offset,
                        const void *buffer, u32 size)
{
    u32 done = 0, n, nanoseconds;
    int error = 0;

    if (offset > HFS_MAX_BLOCKS * HFS_BLOCK - size)
        return E_TOOBIG;
    for (; done < size && !error; done += error ? 0 : n) {
        n = min_u32(size - done, HFS_BLOCK - (offset + done) % HFS_BLOCK);
        error = hearthfs_data_write_block(fs, inode, offset + done, (const u8 *)buffer + done, n);
    }
    if (offset + done > inode->word[HFS_INODE_SIZE])
        inode->word[HFS_INODE_SIZE] = offset + done;
    board_time(&inode->word[HFS_INODE_TIME], &nanoseconds);
    if (hearthfs_inode_store(fs, inode) != 0 || hearthfs_volume_commit(fs) != 0)
        return E_IO;
    return done || !error ? (int)done : error;
}

static int hearthfs_data_release(struct hearthfs *fs, u32 block, u32 depth)
{
    int error = 0;

    if (block == 0)
        return 0;
    if (!hearthfs_volume_holds(fs, block))
        return E_CORRUPT;
    for (u32 i = 0; depth > 0 && i < HFS_POINTERS && !error; i++) {
        const u8 *data = block_read(fs->disk, block);
        error = data ? hearthfs_data_release(fs, hfs_get(data + 4 * i), depth - 1) : E_IO;
    }
    return error ? error : hearthfs_bitmap_set(fs, block, false);
}

/* Empty a file, leaving it with the given type. The inode lets go of the blocks first. */
int hearthfs_data_empty(struct hearthfs *fs, struct hearthfs_inode *inode, u32 type)
{
    struct hearthfs_inode before = *inode;
    int error;

    memset(inode->word + HFS_INODE_DIRECT, 0, (HFS_DIRECT + 2) * 4);
    inode->word[HFS_INODE_SIZE] = 0;
    inode->word[HFS_INODE_TYPE] = type;
    error = hearthfs_inode_store(fs, inode);
    if (!error)
        error = hearthfs_volume_commit(fs);
    for (u32 i = 0; i < HFS_DIRECT + 2 && !error; i++)
        error = hearthfs_data_release(fs, before.word[HFS_INODE_DIRECT + i],
                                      i < HFS_DIRECT ? 0 : i - HFS_DIRECT + 1);
    return error ? error : hearthfs_volume_commit(fs);
}
