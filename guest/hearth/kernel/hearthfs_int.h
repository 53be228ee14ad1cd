/* SPDX-License-Identifier: ISC */
/*
 * Between the files of hearthfs, from the bottom up. hearthfs.c calls them, holding its mutex.
 * Functions return 0 or an error (errors.def) unless said otherwise.
 */
#ifndef HEARTHFS_INT_H
#define HEARTHFS_INT_H

#include "abi.h"
#include "hearthfs_disk.h"
#include "types.h"

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

/* hearthfs_volume.c: a disk as a whole. Mounting happens at the first use. */
struct hearthfs *hearthfs_volume(u32 disk);
int hearthfs_volume_mount(u32 disk, struct hearthfs **result);
int hearthfs_volume_format(u32 disk);
/* All changes to the disk: bits first, then contents, then inodes. */
int hearthfs_volume_commit(struct hearthfs *fs);
/* Is it a block for contents? */
bool hearthfs_volume_holds(const struct hearthfs *fs, u32 block);

/* hearthfs_bitmap.c: free blocks. */
int hearthfs_bitmap_set(struct hearthfs *fs, u32 block, bool used);
/* A block that was free, cleared. */
int hearthfs_bitmap_take(struct hearthfs *fs, u32 *block);
u32 hearthfs_bitmap_count_free(struct hearthfs *fs);

/* hearthfs_inode.c */
int hearthfs_inode_load(struct hearthfs *fs, u32 number, struct hearthfs_inode *inode);
int hearthfs_inode_store(struct hearthfs *fs, const struct hearthfs_inode *inode);
int hearthfs_inode_new(struct hearthfs *fs, u32 type, struct hearthfs_inode *inode);

/* hearthfs_data.c: contents. Reading and writing return the number of bytes, or an error. */
int hearthfs_data_read(struct hearthfs *fs, struct hearthfs_inode *inode, u32 offset, void *buffer,
                       u32 size);
/* As much as fits. */
int hearthfs_data_write(struct hearthfs *fs, struct hearthfs_inode *inode, u32 offset,
                        const void *buffer, u32 size);
/* Empty a file, leaving it with the given type. */
int hearthfs_data_empty(struct hearthfs *fs, struct hearthfs_inode *inode, u32 type);

/* hearthfs_dir.c: names. */

/* What a path leads to: the directory of its last name, and what is there. */
struct hearthfs_place {
    struct hearthfs_inode dir;
    const char *name;
    u32 length;
    u32 position; /* of the entry in dir, or of a free one */
    u32 inode;    /* 0: not there */
};

int hearthfs_dir_walk(struct hearthfs *fs, const char *path, struct hearthfs_place *place);
/* A new inode and its entry. */
int hearthfs_dir_make(struct hearthfs *fs, struct hearthfs_place *place, u32 type,
                      struct hearthfs_inode *inode);
/* The entry at a position; inode 0 removes it. */
int hearthfs_dir_put(struct hearthfs *fs, struct hearthfs_inode *dir, u32 position, u32 inode,
                     const char *name, u32 length);
/* E_NOTEMPTY if it is not. */
int hearthfs_dir_check_empty(struct hearthfs *fs, struct hearthfs_inode *dir);

#endif
