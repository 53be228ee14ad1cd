/* SPDX-License-Identifier: ISC */
/*
 * What is done to a disk image while no machine runs from it: looked at, resized, copied, read
 * through. With ERR_IO the host's reason stays in errno.
 */
#ifndef IO_IO_DISK_TOOL_H
#define IO_IO_DISK_TOOL_H

#include "io/io_disk_image.h"

struct io_disk_image;

enum io_disk_tool_use {
    IO_DISK_TOOL_LOOK,   /* not locked: what info says may be old already */
    IO_DISK_TOOL_READ,   /* locked against writers */
    IO_DISK_TOOL_CHANGE, /* locked */
};

struct io_disk_tool_info {
    enum io_disk_format format; /* not IO_DISK_GUESS */
    u64 sectors;                /* may be 0 */
    u64 spare;                  /* bytes behind the last whole sector */
    u64 allocated;              /* bytes that the host keeps for the file */
};

/* Closed by io_disk_tool_close. */
MUST_CHECK enum err io_disk_tool_open(struct io_disk_image **out, const char *path,
                                      enum io_disk_format format, enum io_disk_tool_use use,
                                      struct error *e);
void io_disk_tool_close(struct io_disk_image *d); /* NULL is fine */
void io_disk_tool_info(const struct io_disk_image *d, struct io_disk_tool_info *info);

/* Cuts off, or adds zeros. */
MUST_CHECK enum err io_disk_tool_resize(struct io_disk_image *d, u64 sectors, struct error *e);

/* Into a new image, sparse; as io_disk_image_create. What was half made is removed. */
MUST_CHECK enum err io_disk_tool_copy(struct io_disk_image *d, const char *path,
                                      enum io_disk_format format, bool replace, struct error *e);

/* Does the host yield every sector? */
MUST_CHECK enum err io_disk_tool_read_all(struct io_disk_image *d, struct error *e);

#endif
