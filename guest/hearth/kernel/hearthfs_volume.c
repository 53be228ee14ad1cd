/* SPDX-License-Identifier: ISC */
/*
 * A disk as a whole: its superblock, the order in which changes reach it, and making a new file
 * system.
 */
#include "hearthfs_int.h"

#include "block.h"
#include "board.h"

static struct hearthfs hearthfs_volumes[HEARTHFS_DISKS];

struct hearthfs *hearthfs_volume(u32 disk)
{
    return &hearthfs_volumes[disk];
}

int hearthfs_volume_mount(u32 disk, struct hearthfs **result)
{
    struct hearthfs *fs = &hearthfs_volumes[disk];
    const u8 *block;

    *result = fs;
    if (fs->mounted)
        return 0;
    if (disk >= board_disks())
        return E_NODEV;
    block = block_read(disk, 0);
    if (!block)
        return E_IO;
    if (!hfs_super_read(fs->super, block, board_disk_sectors(disk)))
        return E_NOFS;
    fs->disk = disk;
    fs->hint = fs->super[HFS_SUPER_DATA_START];
    fs->mounted = true;
    return 0;
}

/* All changes to the disk: bits first, then contents, then inodes. */
int hearthfs_volume_commit(struct hearthfs *fs)
{
    const u32 *super = fs->super;
    int error = block_flush(fs->disk, 0, super[HFS_SUPER_INODE_START]);

    if (!error)
        error = block_flush(fs->disk, super[HFS_SUPER_DATA_START], super[HFS_SUPER_BLOCKS]);
    if (!error)
        error = block_flush(fs->disk, super[HFS_SUPER_INODE_START], super[HFS_SUPER_DATA_START]);
    return error;
}

bool hearthfs_volume_holds(const struct hearthfs *fs, u32 block)
{
    return block >= fs->super[HFS_SUPER_DATA_START] && block < fs->super[HFS_SUPER_BLOCKS];
}

/* The superblock, which makes it a file system, is cleared first and written last. */
int hearthfs_volume_format(u32 disk)
{
    struct hearthfs *fs = &hearthfs_volumes[disk];
    struct hearthfs_inode root = {.number = HFS_ROOT, .word = {[HFS_INODE_TYPE] = HFS_DIRECTORY}};
    int error = 0;
    u8 *super;

    block_forget(disk);
    if (!block_fresh(disk, 0) || block_flush(disk, 0, 1) != 0)
        return E_IO; /* whatever was there is gone now */
    hfs_layout(fs->super, board_disk_sectors(disk));
    fs->disk = disk;
    fs->hint = fs->super[HFS_SUPER_DATA_START];
    for (u32 b = 1; b < fs->super[HFS_SUPER_DATA_START] && !error; b++)
        error = block_fresh(disk, b) ? 0 : E_IO;
    for (u32 b = 0; b < fs->super[HFS_SUPER_DATA_START] && !error; b++)
        error = hearthfs_bitmap_set(fs, b, true);
    if (!error)
        error = hearthfs_inode_store(fs, &root);
    if (!error)
        error = hearthfs_volume_commit(fs);
    super = error ? NULL : block_fresh(disk, 0);
    if (!super)
        return E_IO;
    for (u32 i = 0; i < HFS_SUPER_WORDS; i++)
        hfs_put(super + 4 * i, fs->super[i]);
    fs->mounted = true;
    return block_flush(disk, 0, 1);
}
