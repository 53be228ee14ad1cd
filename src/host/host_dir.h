/* SPDX-License-Identifier: ISC */
/*
 * Names below one directory of the host, and never outside it. Failures leave the reason in errno.
 */
#ifndef HOST_HOST_DIR_H
#define HOST_HOST_DIR_H

#include "lib/types.h"

enum host_dir_open {
    HOST_DIR_LOOK,   /* only for host_file_info */
    HOST_DIR_READ,   /* a file or directory */
    HOST_DIR_WRITE,  /* a file, and read */
    HOST_DIR_CREATE, /* a file that doesn't exist; write and read */
};

int host_dir_root(const char *path); /* a descriptor, or -1 */

/* A descriptor, or -1. `path` is relative ("." is the root itself); symbolic links are followed
 * as long as they stay below the root (EXDEV if not). */
int host_dir_open(int root, const char *path, enum host_dir_open how);

/* The way without openat2, for kernels and tests: follows no symbolic link at all, knows no "..".
 */
int host_dir_walk(int root, const char *path, enum host_dir_open how);

bool host_dir_make(const char *path); /* for its owner alone; fine if it is there */
char *host_dir_current(void);         /* absolute; the caller frees; NULL on failure */

/* All names in a directory, "." and ".." too, each ended by 0, one after the other, sorted by
 * byte values; at most `max` bytes of them. The caller frees; NULL on failure. */
char *host_dir_list(int dir, size_t max, size_t *len);

#endif
