/* SPDX-License-Identifier: ISC */
/*
 * hearthfs: files and directories on a disk. hearthfs_disk.h has the format and the order of
 * writes. Every operation has reached the disk when it returns. One mutex for all disks: there is
 * little to gain from more on a machine whose disks do one sector at a time.
 */
#include "hearthfs.h"

#include "block.h"
#include "board.h"
#include "format.h"
#include "file.h"
#include "fs.h"
#include "hearthfs_disk.h"
#include "sched.h"
#include "string.h"

#define HEARTHFS_DISKS 8

struct hearthfs {
    bool mounted;
    u32 disk;
    u32 super[HFS_SUPER_WORDS];
    u32 hint; /* no free block below */
};

struct hearthfs_inode {
    u32 number;
    u32 word[HFS_INODE_WORDS];
};

static struct hearthfs hearthfs_table[HEARTHFS_DISKS];
static struct sched_mutex hearthfs_mutex;

/* --- the disk as a whole --- */

static int hearthfs_mount(u32 disk, struct hearthfs **result)
{
    struct hearthfs *fs = &hearthfs_table[disk];
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
static int hearthfs_commit(struct hearthfs *fs)
{
    const u32 *super = fs->super;
    int error = block_flush(fs->disk, 0, super[HFS_SUPER_INODE_START]);

    if (!error)
        error = block_flush(fs->disk, super[HFS_SUPER_DATA_START], super[HFS_SUPER_BLOCKS]);
    if (!error)
        error = block_flush(fs->disk, super[HFS_SUPER_INODE_START], super[HFS_SUPER_DATA_START]);
    return error;
}

static bool hearthfs_is_data(const struct hearthfs *fs, u32 block)
{
    return block >= fs->super[HFS_SUPER_DATA_START] && block < fs->super[HFS_SUPER_BLOCKS];
}

/* --- the bitmap --- */

static u8 *hearthfs_bits(struct hearthfs *fs, u32 block, u32 *number)
{
    *number = fs->super[HFS_SUPER_BITMAP_START] + block / HFS_BITS_PER_BLOCK;
    return block_read(fs->disk, *number);
}

static int hearthfs_set_bit(struct hearthfs *fs, u32 block, bool used)
{
    u32 number, n = block % HFS_BITS_PER_BLOCK;
    u8 *bits = hearthfs_bits(fs, block, &number);

    if (!bits)
        return E_IO;
    bits[n / 8] = (u8)(used ? bits[n / 8] | 1u << n % 8 : bits[n / 8] & ~(1u << n % 8));
    block_dirty(fs->disk, number);
    if (!used && block < fs->hint)
        fs->hint = block;
    return 0;
}

/* A block that was free, cleared. */
static int hearthfs_new_block(struct hearthfs *fs, u32 *block)
{
    for (u32 b = fs->hint; b < fs->super[HFS_SUPER_BLOCKS]; b++) {
        u32 number, n = b % HFS_BITS_PER_BLOCK;
        const u8 *bits = hearthfs_bits(fs, b, &number);
        if (!bits)
            return E_IO;
        if (bits[n / 8] & 1u << n % 8)
            continue;
        if (!block_fresh(fs->disk, b))
            return E_IO;
        *block = b;
        fs->hint = b + 1;
        return hearthfs_set_bit(fs, b, true);
    }
    return E_NOSPACE;
}

/* --- inodes --- */

static u8 *hearthfs_inode_at(struct hearthfs *fs, u32 number, u32 *block)
{
    u8 *data;

    *block = fs->super[HFS_SUPER_INODE_START] + number / HFS_INODES_PER_BLOCK;
    data = block_read(fs->disk, *block);
    return data ? data + number % HFS_INODES_PER_BLOCK * HFS_INODE_SIZE_BYTES : NULL;
}

static int hearthfs_load(struct hearthfs *fs, u32 number, struct hearthfs_inode *inode)
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

static int hearthfs_store(struct hearthfs *fs, const struct hearthfs_inode *inode)
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

static int hearthfs_new_inode(struct hearthfs *fs, u32 type, struct hearthfs_inode *inode)
{
    u32 nanoseconds;

    for (u32 n = HFS_ROOT; n < fs->super[HFS_SUPER_INODES]; n++) {
        int error = hearthfs_load(fs, n, inode);
        if (error)
            return error;
        if (inode->word[HFS_INODE_TYPE] != HFS_FREE)
            continue;
        memset(inode->word, 0, sizeof(inode->word));
        inode->word[HFS_INODE_TYPE] = type;
        board_time(&inode->word[HFS_INODE_TIME], &nanoseconds);
        return hearthfs_store(fs, inode);
    }
    return E_NOSPACE;
}

/* --- from a position in a file to a block --- */

/* Follow a pointer, making a new block if it is 0 and create is set; *block 0 is a hole. */
static int hearthfs_follow(struct hearthfs *fs, u32 *pointer, bool create, u32 *block)
{
    int error = 0;

    if (*pointer == 0 && create)
        error = hearthfs_new_block(fs, pointer);
    *block = error ? 0 : *pointer;
    if (!error && *block && !hearthfs_is_data(fs, *block))
        error = E_CORRUPT;
    return error;
}

static int hearthfs_follow_table(struct hearthfs *fs, u32 table, u32 index, bool create, u32 *block)
{
    u8 *data = block_read(fs->disk, table);
    u32 pointer, before;
    int error;

    if (!data)
        return E_IO;
    before = pointer = hfs_get(data + 4 * index);
    error = hearthfs_follow(fs, &pointer, create, block);
    if (error || pointer == before)
        return error;
    data = block_read(fs->disk, table); /* the search for a free block may have evicted it */
    if (!data)
        return E_IO;
    hfs_put(data + 4 * index, pointer);
    block_dirty(fs->disk, table);
    return 0;
}

static int hearthfs_map(struct hearthfs *fs, struct hearthfs_inode *inode, u32 index, bool create,
                        u32 *block)
{
    u32 table;
    int error;

    if (index < HFS_DIRECT)
        return hearthfs_follow(fs, &inode->word[HFS_INODE_DIRECT + index], create, block);
    index -= HFS_DIRECT;
    if (index < HFS_POINTERS) {
        error = hearthfs_follow(fs, &inode->word[HFS_INODE_INDIRECT], create, &table);
    } else {
        index -= HFS_POINTERS;
        if (index >= HFS_POINTERS * HFS_POINTERS)
            return E_TOOBIG;
        error = hearthfs_follow(fs, &inode->word[HFS_INODE_DOUBLE], create, &table);
        if (!error && table)
            error = hearthfs_follow_table(fs, table, index / HFS_POINTERS, create, &table);
    }
    if (error || !table) {
        *block = 0;
        return error;
    }
    return hearthfs_follow_table(fs, table, index % HFS_POINTERS, create, block);
}

/* --- contents --- */

static int hearthfs_get(struct hearthfs *fs, struct hearthfs_inode *inode, u32 offset, void *buffer,
                        u32 size)
{
    u32 length = inode->word[HFS_INODE_SIZE];

    if (offset >= length)
        return 0;
    size = min_u32(size, length - offset);
    for (u32 done = 0, n; done < size; done += n) {
        u32 at = (offset + done) % HFS_BLOCK, block;
        const u8 *data = NULL;
        int error = hearthfs_map(fs, inode, (offset + done) / HFS_BLOCK, false, &block);
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

static int hearthfs_put_block(struct hearthfs *fs, struct hearthfs_inode *inode, u32 offset,
                              const u8 *from, u32 size)
{
    u32 block;
    u8 *data;
    int error = hearthfs_map(fs, inode, offset / HFS_BLOCK, true, &block);

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
static int hearthfs_put(struct hearthfs *fs, struct hearthfs_inode *inode, u32 offset,
                        const void *buffer, u32 size)
{
    u32 done = 0, n, nanoseconds;
    int error = 0;

    if (offset > HFS_MAX_BLOCKS * HFS_BLOCK - size)
        return E_TOOBIG;
    for (; done < size && !error; done += error ? 0 : n) {
        n = min_u32(size - done, HFS_BLOCK - (offset + done) % HFS_BLOCK);
        error = hearthfs_put_block(fs, inode, offset + done, (const u8 *)buffer + done, n);
    }
    if (offset + done > inode->word[HFS_INODE_SIZE])
        inode->word[HFS_INODE_SIZE] = offset + done;
    board_time(&inode->word[HFS_INODE_TIME], &nanoseconds);
    if (hearthfs_store(fs, inode) != 0 || hearthfs_commit(fs) != 0)
        return E_IO;
    return done || !error ? (int)done : error;
}

static int hearthfs_release(struct hearthfs *fs, u32 block, u32 depth)
{
    int error = 0;

    if (block == 0)
        return 0;
    if (!hearthfs_is_data(fs, block))
        return E_CORRUPT;
    for (u32 i = 0; depth > 0 && i < HFS_POINTERS && !error; i++) {
        const u8 *data = block_read(fs->disk, block);
        error = data ? hearthfs_release(fs, hfs_get(data + 4 * i), depth - 1) : E_IO;
    }
    return error ? error : hearthfs_set_bit(fs, block, false);
}

/* Empty a file, leaving it with the given type. The inode lets go of the blocks first. */
static int hearthfs_empty(struct hearthfs *fs, struct hearthfs_inode *inode, u32 type)
{
    struct hearthfs_inode before = *inode;
    int error;

    memset(inode->word + HFS_INODE_DIRECT, 0, (HFS_DIRECT + 2) * 4);
    inode->word[HFS_INODE_SIZE] = 0;
    inode->word[HFS_INODE_TYPE] = type;
    error = hearthfs_store(fs, inode);
    if (!error)
        error = hearthfs_commit(fs);
    for (u32 i = 0; i < HFS_DIRECT + 2 && !error; i++)
        error = hearthfs_release(fs, before.word[HFS_INODE_DIRECT + i],
                                 i < HFS_DIRECT ? 0 : i - HFS_DIRECT + 1);
    return error ? error : hearthfs_commit(fs);
}

/* --- directories --- */

/* No "." and nothing that starts with two dots. */
static bool hearthfs_valid_name(const char *name, u32 length)
{
    return length > 0 && length < HFS_NAME && memcmp(name, "..", min_u32(length, 2)) != 0;
}

/* The entry's inode and position; E_NOENT with the position of a free one. */
static int hearthfs_search(struct hearthfs *fs, struct hearthfs_inode *dir, const char *name,
                           u32 length, u32 *inode, u32 *position)
{
    u8 entry[HFS_ENTRY];
    u32 free = dir->word[HFS_INODE_SIZE];

    if (dir->word[HFS_INODE_TYPE] != HFS_DIRECTORY)
        return E_NOTDIR;
    for (u32 at = 0; at < dir->word[HFS_INODE_SIZE]; at += HFS_ENTRY) {
        int n = hearthfs_get(fs, dir, at, entry, HFS_ENTRY);
        if (n != (int)HFS_ENTRY)
            return n < 0 ? n : E_CORRUPT;
        *inode = hfs_get(entry);
        *position = at;
        if (*inode == 0)
            free = min_u32(free, at);
        else if (memcmp(entry + 4, name, length) == 0 && entry[4 + length] == 0)
            return 0;
    }
    *position = free;
    return E_NOENT;
}

static int hearthfs_put_entry(struct hearthfs *fs, struct hearthfs_inode *dir, u32 position,
                              u32 inode, const char *name, u32 length)
{
    u8 entry[HFS_ENTRY] = {0};
    int n;

    hfs_put(entry, inode);
    memcpy(entry + 4, name, length);
    n = hearthfs_put(fs, dir, position, entry, HFS_ENTRY);
    return n < 0 ? n : 0;
}

/* What a path leads to: the directory of its last name, and what is there. */
struct hearthfs_place {
    struct hearthfs_inode dir;
    const char *name;
    u32 length;
    u32 position; /* of the entry in dir, or of a free one */
    u32 inode;    /* 0: not there */
};

static int hearthfs_walk(struct hearthfs *fs, const char *path, struct hearthfs_place *place)
{
    u32 number = HFS_ROOT;

    *place = (struct hearthfs_place){.inode = HFS_ROOT};
    while (*path) {
        const char *end = strchr(path, '/');
        int error = hearthfs_load(fs, number, &place->dir);
        if (error)
            return error;
        place->name = path;
        place->length = end ? (u32)(end - path) : strlen(path);
        if (!hearthfs_valid_name(path, place->length))
            return E_NAME;
        error = hearthfs_search(fs, &place->dir, path, place->length, &number, &place->position);
        path += place->length;
        while (*path == '/')
            path++;
        if (error && (error != E_NOENT || *path))
            return error;
        place->inode = error ? 0 : number;
    }
    return 0;
}

static int hearthfs_make(struct hearthfs *fs, struct hearthfs_place *place, u32 type,
                         struct hearthfs_inode *inode)
{
    int error = hearthfs_new_inode(fs, type, inode);

    if (!error)
        error = hearthfs_commit(fs);
    if (error)
        return error;
    error = hearthfs_put_entry(fs, &place->dir, place->position, inode->number, place->name,
                               place->length);
    if (error)
        hearthfs_empty(fs, inode, HFS_FREE);
    return error;
}

/* --- what the kernel calls, each under the mutex --- */

static int hearthfs_open_locked(u32 disk, const char *path, u32 flags, u32 *node)
{
    struct hearthfs_place place;
    struct hearthfs_inode inode;
    struct hearthfs *fs;
    int error = hearthfs_mount(disk, &fs);

    if (!error)
        error = hearthfs_walk(fs, path, &place);
    if (error)
        return error;
    if (place.inode)
        error = hearthfs_load(fs, place.inode, &inode);
    else
        error = flags & ABI_CREATE ? hearthfs_make(fs, &place, HFS_FILE, &inode) : E_NOENT;
    if (!error && flags && inode.word[HFS_INODE_TYPE] == HFS_DIRECTORY)
        error = E_ISDIR;
    if (!error && (flags & ABI_CREATE) && inode.word[HFS_INODE_SIZE])
        error = hearthfs_empty(fs, &inode, HFS_FILE);
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
    struct hearthfs *disk = &hearthfs_table[fs->unit];
    int error = disk->mounted ? hearthfs_load(disk, node, inode) : E_NOFS;

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
                : hearthfs_get(&hearthfs_table[fs->unit], &inode, offset, buffer, size);
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
        n = hearthfs_put(&hearthfs_table[fs->unit], &inode,
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
    int error = hearthfs_load(fs, number, &inode);

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
    struct hearthfs *disk = &hearthfs_table[fs->unit];
    struct hearthfs_inode dir;
    u8 raw[HFS_ENTRY];
    int n = hearthfs_load_node(fs, node, &dir);

    if (n)
        return n;
    if (dir.word[HFS_INODE_TYPE] != HFS_DIRECTORY)
        return E_NOTDIR;
    while ((n = hearthfs_get(disk, &dir, *position, raw, HFS_ENTRY)) == (int)HFS_ENTRY) {
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

static int hearthfs_is_empty_locked(struct hearthfs *fs, struct hearthfs_inode *dir)
{
    u8 entry[HFS_ENTRY];

    for (u32 at = 0; at < dir->word[HFS_INODE_SIZE]; at += HFS_ENTRY) {
        int n = hearthfs_get(fs, dir, at, entry, HFS_ENTRY);
        if (n != (int)HFS_ENTRY)
            return n < 0 ? n : E_CORRUPT;
        if (hfs_get(entry))
            return E_NOTEMPTY;
    }
    return 0;
}

static int hearthfs_remove_locked(const struct fs *fs, const char *path)
{
    struct hearthfs *disk;
    struct hearthfs_place place;
    struct hearthfs_inode inode;
    int error = hearthfs_mount(fs->unit, &disk);

    if (!error)
        error = hearthfs_walk(disk, path, &place);
    if (!error && place.inode == 0)
        error = E_NOENT;
    if (!error && (place.inode == HFS_ROOT || file_in_use(fs, place.inode)))
        error = E_BUSY;
    if (!error)
        error = hearthfs_load(disk, place.inode, &inode);
    if (!error && inode.word[HFS_INODE_TYPE] == HFS_DIRECTORY)
        error = hearthfs_is_empty_locked(disk, &inode);
    if (!error)
        error = hearthfs_put_entry(disk, &place.dir, place.position, 0, "", 0);
    return error ? error : hearthfs_empty(disk, &inode, HFS_FREE);
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
    error = hearthfs_mount(fs->unit, &disk);
    if (!error)
        error = hearthfs_walk(disk, path, &place);
    if (!error)
        error = place.inode ? E_EXISTS : hearthfs_make(disk, &place, HFS_DIRECTORY, &inode);
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

/* The superblock, which makes it a file system, is cleared first and written last. */
static int hearthfs_format_locked(u32 disk)
{
    struct hearthfs *fs = &hearthfs_table[disk];
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
        error = hearthfs_set_bit(fs, b, true);
    if (!error)
        error = hearthfs_store(fs, &root);
    if (!error)
        error = hearthfs_commit(fs);
    super = error ? NULL : block_fresh(disk, 0);
    if (!super)
        return E_IO;
    for (u32 i = 0; i < HFS_SUPER_WORDS; i++)
        hfs_put(super + 4 * i, fs->super[i]);
    fs->mounted = true;
    return block_flush(disk, 0, 1);
}

int hearthfs_format(u32 disk)
{
    int error;

    if (disk >= board_disks() || disk >= HEARTHFS_DISKS)
        return E_NODEV;
    if (board_disk_sectors(disk) < HFS_MIN_BLOCKS)
        return E_INVALID;
    sched_mutex_take(&hearthfs_mutex);
    error = file_in_use(fs_on_disk(disk), 0) ? E_BUSY : hearthfs_format_locked(disk);
    sched_mutex_drop(&hearthfs_mutex);
    return error;
}

static u32 hearthfs_count_free(struct hearthfs *fs)
{
    u32 count = 0, number;

    for (u32 start = 0; start < fs->super[HFS_SUPER_BLOCKS]; start += HFS_BITS_PER_BLOCK) {
        u32 end = min_u32(HFS_BITS_PER_BLOCK, fs->super[HFS_SUPER_BLOCKS] - start);
        const u8 *bits = hearthfs_bits(fs, start, &number);
        for (u32 n = 0; bits && n < end; n++)
            count += !(bits[n / 8] >> n % 8 & 1);
    }
    return count;
}

void hearthfs_print(u32 disk, struct format_text *out)
{
    struct hearthfs *fs;

    format_text(out, "disk%u: %u sectors (%u KB), ", disk, board_disk_sectors(disk),
                board_disk_sectors(disk) / 2);
    sched_mutex_take(&hearthfs_mutex);
    if (hearthfs_mount(disk, &fs) == 0)
        format_text(out, "hearthfs: %u inodes, %u KB free\n", fs->super[HFS_SUPER_INODES],
                    hearthfs_count_free(fs) / 2);
    else
        format_text(out, "no file system\n");
    sched_mutex_drop(&hearthfs_mutex);
}
