/* SPDX-License-Identifier: ISC */
/*
 * A directory tree in memory, a fake for tests. Bounded: at most IO_DIR_MEM_NODES names and
 * `limit` bytes of contents, then IO_NO_SPACE.
 */
#ifndef IO_IO_DIR_MEM_H
#define IO_IO_DIR_MEM_H

#include "io/io.h"

#define IO_DIR_MEM_NODES 256

void io_dir_mem_open(size_t limit, struct io_dir *out);

/* Adds a file, or with data NULL a directory; its parent must exist. */
void io_dir_mem_add(struct io_dir *d, const char *path, const void *data, size_t len);

/* From now on all operations on open files fail. */
void io_dir_mem_fail(struct io_dir *d, bool fail);

#endif
