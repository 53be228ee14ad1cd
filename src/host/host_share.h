/* SPDX-License-Identifier: ISC */
/*
 * A directory of the host as a file server wants it: everything that a guest may do to names below
 * the root. No symbolic link is ever followed (the guest does that itself) and nothing above the
 * root is reached, whatever others do to the tree meanwhile. Paths are relative, without "." and
 * ".."; "" is the root. False or -1: the reason is in errno.
 */
#ifndef HOST_HOST_SHARE_H
#define HOST_HOST_SHARE_H

#include "lib/types.h"

struct host_share_time {
    u64 seconds;
    u32 ns;
    bool set, now; /* not set: leave it as it is */
};

struct host_share_stat {
    u64 dev, ino, size, blocks, block_size, links, rdev;
    u32 mode; /* with the type, as Unix has it */
    bool own, own_group;
    struct host_share_time accessed, modified, changed;
};

struct host_share_fs {
    u64 block_size, blocks, free, available, files, free_files;
    u32 name_max;
};

MUST_CHECK bool host_share_stat(int root, const char *path, struct host_share_stat *st);
MUST_CHECK bool host_share_fstat(int fd, struct host_share_stat *st);
MUST_CHECK bool host_share_statfs(int root, const char *path, struct host_share_fs *fs);

enum host_share_open {
    HOST_SHARE_READ = 1,
    HOST_SHARE_WRITE = 2,
    HOST_SHARE_APPEND = 4,
    HOST_SHARE_TRUNCATE = 8,
    HOST_SHARE_SYNC = 16,
    HOST_SHARE_NEW = 32, /* it must not exist; only with host_share_create */
};

/* A descriptor of a file or directory, and of nothing else (EACCES), which is not even opened.
 * how: enum host_share_open, a bit each. */
int host_share_open(int root, const char *path, unsigned how);
/* The same of a file, made with exactly these permissions if it is not there. */
int host_share_create(int root, const char *path, unsigned how, u32 mode);

/* Length, cut at `max`, or -1. */
long host_share_readlink(int root, const char *path, char *target, size_t max);

MUST_CHECK bool host_share_mkdir(int root, const char *path, u32 mode);
MUST_CHECK bool host_share_symlink(int root, const char *path, const char *target);
MUST_CHECK bool host_share_link(int root, const char *from, const char *to);
MUST_CHECK bool host_share_rename(int root, const char *from, const char *to);
MUST_CHECK bool host_share_unlink(int root, const char *path, bool directory);
MUST_CHECK bool host_share_chmod(int root, const char *path, u32 mode);
MUST_CHECK bool host_share_times(int root, const char *path, const struct host_share_time *accessed,
                                 const struct host_share_time *modified);
/* The same of an open file. */
MUST_CHECK bool host_share_fchmod(int fd, u32 mode);
MUST_CHECK bool host_share_ftimes(int fd, const struct host_share_time *accessed,
                                  const struct host_share_time *modified);
MUST_CHECK bool host_share_sync(int fd, bool data_only);

struct host_share_name {
    const char *name;
    u64 ino, next; /* next: where reading goes on behind it */
    u8 type;       /* as readdir has it */
};

/* The names of an open directory, from `pos` on (0: all), until `each` returns false. */
MUST_CHECK bool host_share_list(int fd, u64 pos,
                                bool (*each)(void *ctx, const struct host_share_name *n),
                                void *ctx);

enum host_share_lock {
    HOST_SHARE_UNLOCK,
    HOST_SHARE_LOCK_READ,
    HOST_SHARE_LOCK_WRITE,
};

/* Locks of bytes (length 0: to the end) that belong to this descriptor, as other programs see
 * them, too. False with EAGAIN: somebody else has one. */
MUST_CHECK bool host_share_lock(int fd, enum host_share_lock how, u64 start, u64 length);
/* Who is in the way? *how becomes HOST_SHARE_UNLOCK: nobody. */
MUST_CHECK bool host_share_lock_test(int fd, enum host_share_lock *how, u64 *start, u64 *length);

#endif
