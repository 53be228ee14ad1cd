/* SPDX-License-Identifier: ISC */
/* An image's file: what a machine's disk and the tools do alike. */
#ifndef IO_IO_DISK_IMAGE_INT_H
#define IO_IO_DISK_IMAGE_INT_H

#include "io/io_disk_image.h"

struct io_disk_image {
    int fd;
    u64 start; /* of sector 0, in bytes */
    u64 sectors;
    u64 spare;     /* bytes behind the last whole sector */
    u64 allocated; /* bytes that the host keeps for the file */
    bool regular;  /* no block device */
    bool paranoid;
    bool complained;
    u64 done; /* sectors, of the last write or zero */
    char *path;
};

enum io_disk_lock {
    IO_DISK_NO_LOCK, /* only looks, and does not mind a machine at work */
    IO_DISK_LOCK,    /* shared for reading, alone for writing */
};

/* An image of no sector is none to run from, but can be looked at and resized. */
MUST_CHECK enum err io_disk_image_attach(struct io_disk_image **out, const char *path,
                                         const struct io_disk_image_options *o,
                                         enum io_disk_lock lock, struct error *e);
/* An empty file for a new image, locked; *is_new: it was not there. */
MUST_CHECK enum err io_disk_image_make(const char *path, bool replace, int *fd, bool *is_new,
                                       struct error *e);
/* Gives it its size, then its header: a System/161 image that was interrupted is none. */
MUST_CHECK enum err io_disk_image_finish(int fd, const char *path, enum io_disk_format format,
                                         u64 sectors, struct error *e);
void io_disk_image_close_made(int fd, const char *path, bool discard);
MUST_CHECK enum err io_disk_image_check_sectors(const char *path, u64 sectors, struct error *e);
void io_disk_image_detach(struct io_disk_image *d); /* NULL is fine */

#endif
