/* SPDX-License-Identifier: ISC */
/*
 * File systems, each under a name in the root directory: /bin, /sys, /host, /disk0, ... A path
 * without a leading slash is on /disk0.
 */
#ifndef FS_H
#define FS_H

#include "abi.h"
#include "types.h"

#define FS_END 0xffffffffu /* as the offset of a write: the end of the file */

struct fs;

/*
 * Paths are relative to the file system and have no leading slash; "" is its root. Results are 0 or
 * a count, or an error. node numbers start at 1. write, remove, mkdir, close may be null.
 */
struct fs_ops {
    int (*open)(const struct fs *fs, const char *path, u32 flags, u32 *node);
    void (*close)(const struct fs *fs, u32 node);
    int (*read)(const struct fs *fs, u32 node, u32 offset, void *buffer, u32 size);
    int (*write)(const struct fs *fs, u32 node, u32 offset, const void *data, u32 size);
    int (*size)(const struct fs *fs, u32 node);
    /* 1 and an entry, or 0; position starts at 0 and is the file system's to move. */
    int (*readdir)(const struct fs *fs, u32 node, u32 *position, struct abi_dirent *entry);
    int (*remove)(const struct fs *fs, const char *path);
    int (*mkdir)(const struct fs *fs, const char *path);
};

struct fs {
    const char *name;
    const struct fs_ops *ops;
    u32 unit; /* which disk */
};

void fs_init(void);

/* The file system of a path, which is moved on to the part behind its name. */
const struct fs *fs_find(const char **path);
const struct fs *fs_on_disk(u32 disk);
int fs_remove(const char *path);
int fs_mkdir(const char *path);

/* The file systems themselves; host_present is the board's. */
extern const struct fs_ops binfs_ops, sysfs_ops, hearthfs_ops, hostfs_ops;
bool hostfs_present(void);

#endif
