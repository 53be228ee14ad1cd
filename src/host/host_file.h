/* SPDX-License-Identifier: ISC */
/*
 * Files of the host by descriptor. Functions that return bool leave the reason in errno.
 */
#ifndef HOST_HOST_FILE_H
#define HOST_HOST_FILE_H

#include "lib/piece.h"
#include "lib/types.h"

enum host_file_mode {
    HOST_FILE_READ,
    HOST_FILE_WRITE,  /* and read */
    HOST_FILE_CREATE, /* and read and write; fails if it exists */
};

struct host_file_info {
    u64 size;
    u64 allocated; /* bytes that the host keeps: less where there are holes */
    u64 dev, ino;  /* together they tell files apart */
    bool regular, directory, block_device;
};

/* A descriptor, or -1. Never waits for the other end of a pipe, never becomes a controlling
 * terminal, is closed on exec. */
int host_file_open(const char *path, enum host_file_mode mode);
void host_file_close(int fd); /* -1 is fine */

MUST_CHECK bool host_file_info(int fd, struct host_file_info *info);

/* Without waiting. False with errno EWOULDBLOCK: somebody else has it. Released on close. */
MUST_CHECK bool host_file_lock(int fd, bool exclusive);

/* Up to `len` bytes; *done is less only at the end of the file. */
MUST_CHECK bool host_file_read(int fd, u64 off, void *buf, size_t len, size_t *done);
/* All or failure (then some may have been written). */
MUST_CHECK bool host_file_write(int fd, u64 off, const void *buf, size_t len);
/* The same into, or from, several pieces of memory; *done: bytes, also of a failure. */
MUST_CHECK bool host_file_readv(int fd, u64 off, const struct piece *v, unsigned n, u64 *done);
MUST_CHECK bool host_file_writev(int fd, u64 off, const struct piece *v, unsigned n, u64 *done);
/* These bytes read as zeros from now on; the file keeps its size. `hole`: the host may give up
 * their place. False with errno EOPNOTSUPP: the file system cannot. */
MUST_CHECK bool host_file_zero(int fd, u64 off, u64 len, bool hole);
/* Where the next data begin, from `off` on (`off` itself where the host does not know of holes);
 * ~0: there are none. */
u64 host_file_next_data(int fd, u64 off);
MUST_CHECK bool host_file_truncate(int fd, u64 size);
MUST_CHECK bool host_file_sync(int fd); /* the data is on stable storage */
bool host_file_remove(const char *path);
/* Whatever happens, what is there then is the old file or all of the new one: by way of a file
 * beside it, of a name that nobody has. */
MUST_CHECK bool host_file_replace(const char *path, const void *data, size_t len);
MUST_CHECK bool host_file_can_replace(const char *path); /* as things are */

#endif
