/* SPDX-License-Identifier: ISC */
/*
 * A disk kept in a file of the host: raw sectors, or a System/161 image (the same behind a header
 * of one sector). Locked while open, so that no second machine can write it.
 */
#ifndef IO_IO_DISK_IMAGE_H
#define IO_IO_DISK_IMAGE_H

#include "io/io.h"

enum io_disk_format {
    IO_DISK_SYS161, /* anything else is refused, lest a wrong file be overwritten */
    IO_DISK_RAW,
    IO_DISK_GUESS, /* System/161 if it has that header, else raw */
};

struct io_disk_image_options {
    enum io_disk_format format;
    bool read_only;
    bool paranoid;      /* every write reaches stable storage before it is acknowledged */
    u64 create_sectors; /* not 0: a missing image is created with so many */
};

MUST_CHECK enum err io_disk_image_open(const char *path, const struct io_disk_image_options *o,
                                       struct io_disk *out, struct error *e);

/* A new, empty image, sparse. Not IO_DISK_GUESS. An existing file is an error, unless it is to be
 * replaced, and even then if it is in use. With ERR_IO the reason stays in errno. */
MUST_CHECK enum err io_disk_image_create(const char *path, enum io_disk_format format, u64 sectors,
                                         bool replace, struct error *e);

/* Is this a System/161 image's first sector? For tests and tools. */
bool io_disk_image_is_header(const u8 sector[IO_SECTOR]);

#endif
