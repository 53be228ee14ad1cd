/* SPDX-License-Identifier: ISC */
/*
 * Opening below a directory in the operating system's own words, for host_dir.c and host_share.c.
 */
#ifndef HOST_HOST_DIR_INT_H
#define HOST_HOST_DIR_INT_H

#include "host/host_dir.h"

#include <linux/openat2.h>

/* As host_dir_open, and how->resolve says what is not followed. */
int host_dir_open_how(int root, const char *path, const struct open_how *how);
int host_dir_walk_how(int root, const char *path, const struct open_how *how);

#endif
