/* SPDX-License-Identifier: ISC */
/*
 * hearthfs: files and directories on a disk; what the kernel calls. hearthfs_disk.h has the format
 * and the order of writes, hearthfs_int.h the list of files. Every operation has reached the disk
 * when it returns. One mutex for all disks: there is little to gain from more on a machine whose
 * disks do one sector at a time.
 */
#include "hearthfs.h"

#include "board.h"
#include "file.h"
#include "format.h"
#include "fs.h"
#include "hearthfs_int.h"
#include "sched.h"
#include "string.h"

static struct sched_mutex hearthfs_mutex;

static int hearthfs_open_locked(u32 disk, const char *path, u32 flags, u32 *node)
{
    struct hearthfs_place place;
    struct hearthfs_inode inode;
    struct hearthfs *fs;
    int error = hearthfs_volume_mount(disk, &fs);

    if (!error)
        error = hearthfs_dir_walk(fs, path, &place);
    if (error)
        return error;
    if (place.inode)
        error = hearthfs_inode_load(fs, place.inode, &inode);
    else
        error = flags & ABI_CREATE ? hearthfs_dir_make(fs, &place, HFS_FILE, &inode) : E_NOENT;
    if (!error && flags && inode.word[HFS_INODE_TYPE] == HFS_DIRECTORY)
        error = E_ISDIR;
    if (!error && (flags & ABI_CREATE) && inode.word[HFS_INODE_SIZE])
        error = hearthfs_data_empty(fs, &inode, HFS_FILE);
    if (!error)
        *node = inode.number;
    return error;
}

static int hearthfs_open(const struct fs *fs, const char *path, u32 flags, u32 *node)
{
    int error;

    sched_mutex_take(&hearthfs_mutex);
    error = hearthfs_open_locked(fs->unit, path, flags, node);
    sched_mutex_drop(&hearthfs_mutex);
    return error;
}

static int hearthfs_load_node(const struct fs *fs, u32 node, struct hearthfs_inode *inode)
{
    struct hearthfs *disk = hearthfs_volume(fs->unit);
    int error = disk->mounted ? hearthfs_inode_load(disk, node, inode) : E_NOFS;

    return !error && inode->word[HFS_INODE_TYPE] == HFS_FREE ? E_NOENT : error;
}

static int hearthfs_read(const struct fs *fs, u32 node, u32 offset, void *buffer, u32 size)
{
    struct hearthfs_inode inode;
    int n;

    sched_mutex_take(&hearthfs_mutex);
    n = hearthfs_load_node(fs, node, &inode);
    if (!n)
        n = inode.word[HFS_INODE_TYPE] == HFS_DIRECTORY
                ? E_ISDIR
                : hearthfs_data_read(hearthfs_volume(fs->unit), &inode, offset, buffer, size);
    sched_mutex_drop(&hearthfs_mutex);
    return n;
}

static int hearthfs_write(const struct fs *fs, u32 node, u32 offset, const void *data, u32 size)
{
    struct hearthfs_inode inode;
    int n;

    sched_mutex_take(&hearthfs_mutex);
    n = hearthfs_load_node(fs, node, &inode);
    if (!n)
        n = hearthfs_data_write(hearthfs_volume(fs->unit), &inode,
                                offset == FS_END ? inode.word[HFS_INODE_SIZE] : offset, data, size);
    sched_mutex_drop(&hearthfs_mutex);
    return n;
}

static int hearthfs_size(const struct fs *fs, u32 node)
{
    struct hearthfs_inode inode;
    int error;

    sched_mutex_take(&hearthfs_mutex);
    error = hearthfs_load_node(fs, node, &inode);
    sched_mutex_drop(&hearthfs_mutex);
    return error ? error : (int)inode.word[HFS_INODE_SIZE];
}

static int hearthfs_entry_locked(struct hearthfs *fs, u32 number, const u8 *name,
                                 struct abi_dirent *entry)
{
    struct hearthfs_inode inode;
    int error = hearthfs_inode_load(fs, number, &inode);

    if (error)
        return error;
    entry->size = inode.word[HFS_INODE_SIZE];
    entry->is_dir = inode.word[HFS_INODE_TYPE] == HFS_DIRECTORY;
    memcpy(entry->name, name, HFS_NAME);
    entry->name[HFS_NAME - 1] = 0;
    return 1;
}

static int hearthfs_readdir_locked(const struct fs *fs, u32 node, u32 *position,
                                   struct abi_dirent *entry)
{
    struct hearthfs *disk = hearthfs_volume(fs->unit);
    struct hearthfs_inode dir;
    u8 raw[HFS_ENTRY];
    int n = hearthfs_load_node(fs, node, &dir);

    if (n)
        return n;
    if (dir.word[HFS_INODE_TYPE] != HFS_DIRECTORY)
        return E_NOTDIR;
    while ((n = hearthfs_data_read(disk, &dir, *position, raw, HFS_ENTRY)) == (int)HFS_ENTRY) {
        *position += HFS_ENTRY;
        if (hfs_get(raw))
            return hearthfs_entry_locked(disk, hfs_get(raw), raw + 4, entry);
    }
    return n < 0 ? n : 0;
}

static int hearthfs_readdir(const struct fs *fs, u32 node, u32 *position, struct abi_dirent *entry)
{
    int n;

    sched_mutex_take(&hearthfs_mutex);
    n = hearthfs_readdir_locked(fs, node, position, entry);
    sched_mutex_drop(&hearthfs_mutex);
    return n;
}

static int hearthfs_remove_locked(const struct fs *fs, const char *path)
{
    struct hearthfs *disk;
    struct hearthfs_place place;
    struct hearthfs_inode inode;
    int error = hearthfs_volume_mount(fs->unit, &disk);

    if (!error)
        error = hearthfs_dir_walk(disk, path, &place);
    if (!error && place.inode == 0)
        error = E_NOENT;
    if (!error && (place.inode == HFS_ROOT || file_in_use(fs, place.inode)))
        error = E_BUSY;
    if (!error)
        error = hearthfs_inode_load(disk, place.inode, &inode);
    if (!error && inode.word[HFS_INODE_TYPE] == HFS_DIRECTORY)
        error = hearthfs_dir_check_empty(disk, &inode);
    if (!error)
        error = hearthfs_dir_put(disk, &place.dir, place.position, 0, "", 0);
    return error ? error : hearthfs_data_empty(disk, &inode, HFS_FREE);
}

static int hearthfs_remove(const struct fs *fs, const char *path)
{
    int error;

    sched_mutex_take(&hearthfs_mutex);
    error = hearthfs_remove_locked(fs, path);
    sched_mutex_drop(&hearthfs_mutex);
    return error;
}

static int hearthfs_mkdir(const struct fs *fs, const char *path)
{
    struct hearthfs *disk;
    struct hearthfs_place place;
    struct hearthfs_inode inode;
    int error;

    sched_mutex_take(&hearthfs_mutex);
    error = hearthfs_volume_mount(fs->unit, &disk);
    if (!error)
        error = hearthfs_dir_walk(disk, path, &place);
    if (!error)
        error = place.inode ? E_EXISTS : hearthfs_dir_make(disk, &place, HFS_DIRECTORY, &inode);
    sched_mutex_drop(&hearthfs_mutex);
    return error;
}

const struct fs_ops hearthfs_ops = {
    .open = hearthfs_open,
    .read = hearthfs_read,
    .write = hearthfs_write,
    .size = hearthfs_size,
    .readdir = hearthfs_readdir,
    .remove = hearthfs_remove,
    .mkdir = hearthfs_mkdir,
};

/* --- making and describing one --- */

int hearthfs_format(u32 disk)
{
    int error;

    if (disk >= board_disks() || disk >= HEARTHFS_DISKS)
        return E_NODEV;
    if (board_disk_sectors(disk) < HFS_MIN_BLOCKS)
        return E_INVALID;
    sched_mutex_take(&hearthfs_mutex);
    error = file_in_use(fs_on_disk(disk), 0) ? E_BUSY : hearthfs_volume_format(disk);
    sched_mutex_drop(&hearthfs_mutex);
    return error;
}

void hearthfs_print(u32 disk, struct format_text *out)
{
    struct hearthfs *fs;

    format_text(out, "disk%u: %u sectors (%u KB), ", disk, board_disk_sectors(disk),
                board_disk_sectors(disk) / 2);
    sched_mutex_take(&hearthfs_mutex);
    if (hearthfs_volume_mount(disk, &fs) == 0)
        format_text(out, "hearthfs: %u inodes, %u KB free\n", fs->super[HFS_SUPER_INODES],
                    hearthfs_bitmap_count_free(fs) / 2);
    else
        format_text(out, "no file system\n");
    sched_mutex_drop(&hearthfs_mutex);
}
